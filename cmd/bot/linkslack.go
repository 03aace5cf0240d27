package main

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/slack"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/outbox"
)

// slack links a workspace.
func (b *bot) slack(s config.Slack) (link, error) {
	w, err := slack.New(s, slack.Options{
		Word: b.words.For(s.Name).Post, Say: b.words.For(s.Name).Own, Zone: b.words.Zone, Now: b.out.now, Log: b.out.log,
		Groups: groupsNamed(b.cfg.Access, s.Name, "group"), Memory: memory{b.db, s.Name}, Stale: b.noteStale,
		Subscribed: func(ctx context.Context) ([]desk.Subscription, error) { return b.journal.SubscriptionsOf(ctx, s.Name) },
		Home:       func(ctx context.Context, req chat.Request) (chat.Message, error) { return b.commands.Home(ctx, req) },
		Transport:  b.out.transport,
	})
	if err != nil {
		return link{}, err
	}
	l := link{
		Connection: placeOfSlack(s), sender: w, abilities: everywhere(w.Abilities), run: w.Run, rosters: w.Rosters,
		doors: func() map[string]http.Handler {
			return map[string]http.Handler{"/slack/" + string(s.Name) + "/{endpoint}": w.Handler(b.slackCallbacks(s.Name))}
		},
	}
	if w.SocketMode() {
		l.ear = func() ear { return w.Sockets(b.slackCallbacks(s.Name)) }
	}
	return l, nil
}

func (b *bot) slackCallbacks(connection desk.ConnectionName) slack.Callbacks {
	return slack.Callbacks{
		Handle: b.do, MayFollow: b.commands.MayFollow, Returned: b.returned, Moved: b.moved,
		Deaf: func(ctx context.Context, why error) { b.sayDeaf(ctx, connection, why) },
	}
}

func placeOfSlack(s config.Slack) outbox.Connection {
	return outbox.Connection{Name: s.Name, Ops: []string{s.OpsChannel}, PostsPerMinute: s.PostsPerMinute}
}

// groupsNamed lists the groups of a kind and connection that the access list names.
func groupsNamed(a config.Access, conn desk.ConnectionName, kind string) (ids []string) {
	for _, list := range [][]desk.Person{a.Admins, a.Responders} {
		for _, p := range list {
			if id, ok := strings.CutPrefix(p.ID, kind+":"); ok && p.Connection == conn && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}
