package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
)

// link is one connection to a chat platform, whatever the platform.
type link struct {
	outbox.Connection
	sender chat.Sender
	// abilities is what can be done in a channel; without an id, in any.
	abilities func(channel string) chat.Abilities
	// run keeps the connection going until its context ends; nil: nothing has to.
	run func(context.Context) error
	// doors makes what answers at its addresses, by pattern, of a bot that is whole; nil:
	// it has none.
	doors func() map[string]http.Handler
	// ear makes what listens where the platform calls no address; nil: nothing does.
	ear func() ear
	// lone: only one ear may listen at a time, as all that listen hear everything.
	lone bool
	// rosters tell what is known of groups that the access list names; nil: nothing.
	rosters func() []chat.Roster
}

// ear listens over connections that we open.
type ear interface {
	Name() desk.ConnectionName
	// Run listens until its context ends.
	Run(context.Context) error
	// Open is how many of its connections are open: none, and nothing is heard.
	Open() int
	// Whole is closed when all were open once.
	Whole() <-chan struct{}
}

// everywhere is for platforms where the same can be done in all channels.
func everywhere(can func() chat.Abilities) func(string) chat.Abilities {
	return func(string) chat.Abilities { return can() }
}

// connect makes the links. It calls nobody.
func (b *bot) connect() error {
	for _, s := range b.cfg.Slack {
		if err := b.add(s.Name, func() (link, error) { return b.slack(s) }); err != nil {
			return err
		}
	}
	for _, t := range b.cfg.Teams {
		if err := b.add(t.Name, func() (link, error) { return b.teams(t) }); err != nil {
			return err
		}
	}
	for _, d := range b.cfg.Discord {
		if err := b.add(d.Name, func() (link, error) { return b.discord(d) }); err != nil {
			return err
		}
	}
	for _, s := range b.out.web {
		if err := b.add(s.Name, func() (link, error) { return b.web(s) }); err != nil {
			return err
		}
	}
	return nil
}

func (b *bot) add(name desk.ConnectionName, link func() (link, error)) error {
	l, err := link()
	if err != nil {
		return fmt.Errorf("connection %s: %w", name, err)
	}
	b.links = append(b.links, l)
	return nil
}

// configured are the connections of a configuration, with their ops channels.
func configured(cfg *config.Config) outbox.Places {
	p := outbox.Places{Catalog: desk.NewCatalog(nil), Zone: cfg.Organization.Timezone}
	for _, s := range cfg.Slack {
		p.Connections = append(p.Connections, placeOfSlack(s))
	}
	for _, t := range cfg.Teams {
		p.Connections = append(p.Connections, placeOfTeams(t))
	}
	for _, d := range cfg.Discord {
		p.Connections = append(p.Connections, placeOfDiscord(d))
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

// abilities is what can be done in a channel.
func (b *bot) abilities(ch desk.Channel) chat.Abilities {
	for _, l := range b.links {
		if l.Name == ch.Connection {
			return l.abilities(ch.ID)
		}
	}
	return chat.Abilities{}
}

func (b *bot) senders() map[desk.ConnectionName]chat.Sender {
	senders := map[desk.ConnectionName]chat.Sender{}
	for _, l := range b.links {
		senders[l.Name] = l.sender
	}
	return senders
}

func (b *bot) rosters() (all []chat.Roster) {
	for _, l := range b.links {
		if l.rosters != nil {
			all = append(all, l.rosters()...)
		}
	}
	return all
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

// returned has the posts that wait for a channel be made, which can be posted to again.
func (b *bot) returned(_ context.Context, ch desk.Channel) error {
	b.latest().engine.Return(ch)
	return nil
}

// moved gives what a channel has to its new address.
func (b *bot) moved(ctx context.Context, from, to desk.Channel) error {
	return b.journal.Move(ctx, journal.By{At: b.out.now(), Name: "Belltower"}, from, to)
}

// sayDeaf tells the ops channel of a connection that it is not heard, or is again:
// when our own network fails, no connection is, and each hears of itself alone. The
// log has it already.
func (b *bot) sayDeaf(ctx context.Context, connection desk.ConnectionName, why error) {
	text := b.words.HeardAgain(connection)
	if why != nil {
		text = b.words.Deaf(connection, why.Error())
	}
	if err := b.journal.Notify(ctx, desk.Notice{At: b.out.now(), Text: text, Only: []desk.ConnectionName{connection}}); err != nil {
		b.out.log.Warn("cannot tell ops", "connection", connection, "error", err)
	}
}
