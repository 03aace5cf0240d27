package main

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/umassonline/belltower/internal/chat/discord"
	"github.com/umassonline/belltower/internal/chat/discord/gateway"
	"github.com/umassonline/belltower/internal/chat/discord/native"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/outbox"
)

// discord links an application, which is heard over HTTP or over the gateway.
func (b *bot) discord(conf config.Discord) (link, error) {
	words := b.words.For(conf.Name)
	c, err := discord.New(conf, discord.Options{
		Word: words.Post, Say: words.Own, Zone: b.words.Zone, Now: b.out.now, Log: b.out.log,
		Memory: memory{b.db, conf.Name}, Line: native.Line, Crosspost: conf.Crosspost, Transport: b.out.transport,
	})
	if err != nil {
		return link{}, err
	}
	registrar := &native.Registrar{Conf: conf, Now: b.out.now, Log: b.out.log, Memory: memory{b.db, conf.Name}, Transport: b.out.transport}
	l := link{
		Connection: placeOfDiscord(conf), sender: c, abilities: everywhere(c.Abilities),
		run: func(ctx context.Context) error { return together(ctx, c.Run, registrar.Run) },
	}
	if conf.Gateway {
		l.lone = true
		l.ear = func() ear { return gateway.New(conf, b.gatewayOptions(conf, c)) }
		return l, nil
	}
	l.doors = func() map[string]http.Handler {
		return map[string]http.Handler{"/discord/" + string(conf.Name) + "/interactions": c.Handler(b.discordCallbacks())}
	}
	return l, nil
}

func (b *bot) gatewayOptions(conf config.Discord, c *discord.Connection) gateway.Options {
	callbacks := b.discordCallbacks()
	return gateway.Options{
		Take:    func(ctx context.Context, raw json.RawMessage) { c.Serve(ctx, raw, callbacks) },
		Changed: func(_ context.Context, change gateway.Change) { b.changedOnDiscord(c, change) },
		Deaf:    func(ctx context.Context, why error) { b.sayDeaf(ctx, conf.Name, why) },
		Now:     b.out.now, Log: b.out.log, Memory: memory{b.db, conf.Name}, Transport: b.out.transport,
	}
}

func (b *bot) discordCallbacks() discord.Callbacks {
	completer := native.Completer{
		Incidents: b.journal, Windows: b.journal, Alarms: b.commands, Zone: b.words.Zone, Now: b.out.now,
		Catalog: func() *desk.Catalog { return b.words.Catalog }, Connections: b.connections,
	}
	return discord.Callbacks{Handle: b.do, Complete: completer.Choices, Returned: b.returned}
}

// changedOnDiscord has channels be looked at that are gone and may be there again: Discord
// tells of every change, and of every channel of a server when a session begins, also of
// those that stay closed to the bot. That one is not there any more the next post finds out.
func (b *bot) changedOnDiscord(c *discord.Connection, change gateway.Change) {
	switch change.Kind {
	case gateway.GuildHere, gateway.ChannelHere:
	case gateway.RolesChanged: // the bot's role may be among them
		b.latest().engine.LookAll(c.Name())
		return
	default:
		return
	}
	for _, id := range change.Channels {
		ch := desk.Channel{Connection: c.Name(), ID: id}
		if change.Kind == gateway.ChannelHere {
			c.Changed(ch)
		}
		b.latest().engine.Look(ch)
	}
}

// together runs several things until all have ended, and returns the first's error.
func together(ctx context.Context, first func(context.Context) error, others ...func(context.Context) error) error {
	var all sync.WaitGroup
	for _, run := range others {
		all.Go(func() { _ = run(ctx) }) // they end by themselves, and say so in the log
	}
	err := first(ctx)
	all.Wait()
	return err
}

// discordAtMost is how many posts a minute a bot may make: 50 requests a second in all
// (docs.discord.com/developers/topics/rate-limits, "Global Rate Limit"), of which edits
// and look-ups have their part.
const discordAtMost = 40 * 60

func placeOfDiscord(d config.Discord) outbox.Connection {
	return outbox.Connection{Name: d.Name, Ops: []string{d.OpsChannel}, PostsPerMinute: discordAtMost}
}
