package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/slack"
	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/outbox"
)

// link is one connection to a chat platform, whatever the platform.
type link struct {
	outbox.Connection
	sender chat.Sender
	// abilities is what can be done in a channel; without an id, in any.
	abilities func(channel string) chat.Abilities
}

// connect makes the links. It calls nobody.
func (b *bot) connect() error {
	for _, s := range b.cfg.Slack {
		w, err := slack.New(s, b.slackOptions(s))
		if err != nil {
			return fmt.Errorf("connection %s: %w", s.Name, err)
		}
		b.workspaces = append(b.workspaces, w)
		b.links = append(b.links, link{placeOf(s), w, everywhere(w.Abilities)})
	}
	for _, s := range b.out.web {
		w, err := web.New(s, web.Options{Word: b.words.For(s.Name).Post, Now: b.out.now, Log: b.out.log, Transport: b.out.transport})
		if err != nil {
			return fmt.Errorf("connection %s: %w", s.Name, err)
		}
		b.demo = append(b.demo, w)
		b.links = append(b.links, link{outbox.Connection{Name: s.Name, Ops: []string{s.OpsChannel}}, w, everywhere(w.Abilities)})
	}
	return nil
}

// everywhere is for platforms where the same can be done in all channels.
func everywhere(can func() chat.Abilities) func(string) chat.Abilities {
	return func(string) chat.Abilities { return can() }
}

// abilities is what can be done in a channel.
func (b *bot) abilities(ch desk.Channel) chat.Abilities {
	for _, l := range b.links {
		if l.Name == ch.Connection {
			return l.abilities(ch.ID)
		}
	}
	return chat.Abilities{}
}

func (b *bot) slackOptions(s config.Slack) slack.Options {
	return slack.Options{
		Word: b.words.For(s.Name).Post, Say: b.words.For(s.Name).Own, Zone: b.words.Zone, Now: b.out.now, Log: b.out.log,
		Groups: groupsNamed(b.cfg.Access, s.Name), Memory: memory{b.db, s.Name}, Stale: b.noteStale,
		Subscribed: func(ctx context.Context) ([]desk.Subscription, error) { return b.journal.SubscriptionsOf(ctx, s.Name) },
		Home:       func(ctx context.Context, req chat.Request) (chat.Message, error) { return b.commands.Home(ctx, req) },
		Transport:  b.out.transport,
	}
}

func placeOf(s config.Slack) outbox.Connection {
	return outbox.Connection{Name: s.Name, Ops: []string{s.OpsChannel}, PostsPerMinute: s.PostsPerMinute}
}

// configured are the connections of a configuration, with their ops channels.
func configured(cfg *config.Config) outbox.Places {
	p := outbox.Places{Catalog: desk.NewCatalog(nil), Zone: cfg.Organization.Timezone}
	for _, s := range cfg.Slack {
		p.Connections = append(p.Connections, placeOf(s))
	}
	return p
}

// places are the connections with their ops channels.
func (b *bot) places() outbox.Places {
	p := outbox.Places{Catalog: b.words.Catalog, Zone: b.words.Zone}
	for _, l := range b.links {
		p.Connections = append(p.Connections, l.Connection)
	}
	return p
}

func (b *bot) senders() map[desk.ConnectionName]chat.Sender {
	senders := map[desk.ConnectionName]chat.Sender{}
	for _, l := range b.links {
		senders[l.Name] = l.sender
	}
	return senders
}

func (b *bot) connections() (names []desk.ConnectionName) {
	for _, l := range b.links {
		names = append(names, l.Name)
	}
	return names
}

// ops are the ops channels of connections that are built, in order of preference.
func (b *bot) ops() (channels []desk.Channel) {
	for _, ch := range b.cfg.OpsChannels() {
		if slices.Contains(b.connections(), ch.Connection) {
			channels = append(channels, ch)
		}
	}
	return channels
}
