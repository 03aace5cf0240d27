package main

import (
	"net/http"

	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/outbox"
)

// web links a campus of the demo's chat platform.
func (b *bot) web(s web.Settings) (link, error) {
	c, err := web.New(s, web.Options{Word: b.words.For(s.Name).Post, Now: b.out.now, Log: b.out.log, Transport: b.out.transport})
	if err != nil {
		return link{}, err
	}
	return link{
		Connection: outbox.Connection{Name: s.Name, Ops: []string{s.OpsChannel}}, sender: c, abilities: everywhere(c.Abilities),
		doors: func() map[string]http.Handler {
			return map[string]http.Handler{"/web/" + string(s.Name) + "/{endpoint}": c.Handler(web.Callbacks{Handle: b.do, Complete: b.complete})}
		},
	}, nil
}
