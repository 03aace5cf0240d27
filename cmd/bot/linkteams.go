package main

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/umassonline/belltower/commands"
	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams"
	"github.com/umassonline/belltower/internal/chat/teams/outgoing"
	"github.com/umassonline/belltower/internal/chat/teams/workflow"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/outbox"
)

// tenant posts to the channels of one [[teams]]: by its workflows to theirs, by its bot to
// all others.
type tenant struct {
	bot   *teams.Connection // nil: there is none
	flows *workflow.Connection
}

// of is who posts to a channel.
func (t tenant) of(ch desk.Channel) chat.Sender {
	if t.bot != nil && !t.flows.Serves(ch) {
		return t.bot
	}
	return t.flows
}

func (t tenant) Post(ctx context.Context, d chat.Delivery) (chat.PostID, error) {
	return t.of(d.Channel).Post(ctx, d)
}

func (t tenant) Edit(ctx context.Context, d chat.Delivery) error { return t.of(d.Channel).Edit(ctx, d) }

func (t tenant) Find(ctx context.Context, s chat.Sought) ([]chat.Found, error) {
	return t.of(s.Channel).Find(ctx, s)
}

func (t tenant) Reach(ctx context.Context, ch desk.Channel) error { return t.of(ch).Reach(ctx, ch) }

// Prepare has the bot draw what a post says; a workflow draws what it sends.
func (t tenant) Prepare(d chat.Delivery) {
	if t.bot != nil {
		t.bot.Prepare(d)
	}
}

// abilities is what can be done in a channel; without an id, in any.
func (t tenant) abilities(conn desk.ConnectionName) func(string) chat.Abilities {
	return func(id string) chat.Abilities {
		if t.bot != nil && !t.flows.Serves(desk.Channel{Connection: conn, ID: id}) {
			return t.bot.Abilities()
		}
		return t.flows.Abilities()
	}
}

// teams links a tenant: what it has of a bot, an outgoing webhook and workflows.
func (b *bot) teams(conf config.Teams) (link, error) {
	words := b.words.For(conf.Name)
	t, doors := tenant{}, map[string]func() http.Handler{}
	l := link{Connection: placeOfTeams(conf), doors: func() map[string]http.Handler {
		made := map[string]http.Handler{}
		for pattern, door := range doors {
			made[pattern] = door()
		}
		return made
	}}
	var err error
	t.flows, err = workflow.New(conf, workflow.Options{Word: words.Post, Say: words.Own, Zone: b.words.Zone, Transport: b.out.transport})
	if err != nil {
		return link{}, err
	}
	if conf.AppID != "" {
		t.bot, err = teams.New(conf, teams.Options{
			Word: words.Post, Say: words.Own, Zone: b.words.Zone, Now: b.out.now, Log: b.out.log,
			Groups: groupsNamed(b.cfg.Access, conf.Name, "team"), Memory: memory{b.db, conf.Name}, Stale: b.noteStale, Transport: b.out.transport,
		})
		if err != nil {
			return link{}, err
		}
		l.run, l.rosters = t.bot.Run, t.bot.Rosters
		doors["/teams/"+string(conf.Name)+"/messages"] = func() http.Handler {
			return t.bot.Handler(teams.Callbacks{Handle: b.spoken, Returned: b.returned})
		}
	}
	if conf.OutgoingSecret.Reveal() != "" {
		hook, err := outgoing.New(conf, outgoing.Options{Say: words.Own, Zone: b.words.Zone, Now: b.out.now, Log: b.out.log, Memory: memory{b.db, conf.Name}, Heard: b.out.heard})
		if err != nil {
			return link{}, err
		}
		reaches := func(ch desk.Channel) bool { return t.bot != nil || t.flows.Serves(ch) }
		doors["/teams/"+string(conf.Name)+"/outgoing"] = func() http.Handler {
			return hook.Handler(outgoing.Callbacks{Handle: b.spoken, Reaches: reaches})
		}
	}
	l.sender, l.abilities = t, t.abilities(conf.Name)
	return l, nil
}

// spoken carries out what was said to the bot by its name: "@Belltower whoami" is what
// /belltower whoami is elsewhere, and "@Belltower declare learn down" what
// /belltower declare learn down is, which is offered with its command.
func (b *bot) spoken(ctx context.Context, req chat.Request) chat.Reply {
	names := commands.Names()
	isVerb := func(command string) bool {
		return slices.ContainsFunc(commands.Verbs(command), func(v commands.Verb) bool { return v.Name == req.Command })
	}
	if !slices.Contains(names, req.Command) && slices.ContainsFunc(names, isVerb) {
		req.Command, req.Text = "belltower", strings.TrimSpace(req.Command+" "+req.Text)
	}
	return b.do(ctx, req)
}

// teamsAtMost is how many posts a minute an app may send in a tenant, at 25 a second of
// the 30 that Microsoft estimates ("Optimize your bot with rate limiting").
const teamsAtMost = 25 * 60

func placeOfTeams(t config.Teams) outbox.Connection {
	return outbox.Connection{Name: t.Name, Ops: []string{t.OpsChannel}, PostsPerMinute: teamsAtMost}
}
