package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"strings"
	"sync"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/slack"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/escalate"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
)

// checkOnline asks the platforms whether each connection can do what the
// configuration wants, and tries whether those beyond ops could be called, without
// calling anybody. It prints a line for each finding, and reports whether anything is
// wrong.
func checkOnline(b bound, cfg *config.Config) (wrong bool) {
	say := func(conn desk.ConnectionName, f chat.Finding) {
		word := "warning"
		if f.Wrong {
			word, wrong = "error", true
		}
		fmt.Fprintf(b.p.stdout, "%s: %s: %s: %s\n", word, cmp.Or(string(conn), b.config), f.Key, f.Text)
	}
	named := len(cfg.Access.Admins)
	for _, p := range cfg.Access.Admins {
		if strings.Contains(p.ID, ":") { // group:, team: or role:, as many as are in it
			named++
		}
	}
	if named < 2 {
		say("", chat.Finding{Key: "access.admins", Text: "fewer than two admins: name another, for the day when the first is away"})
	}
	subscribed, err := subscribers(b)
	if err != nil {
		say("", chat.Finding{Key: "subscriptions", Text: "the channels that subscribe were not looked at: " + err.Error()})
	}
	apps := map[string]desk.ConnectionName{}
	for k, c := range checkAll(b, cfg, subscribed) {
		name := cfg.Slack[k].Name
		for _, f := range c.found {
			say(name, f)
		}
		if other, twice := apps[c.app]; twice && c.app != "" {
			say(name, chat.Finding{Wrong: true, Key: "slack.bot_token", Text: fmt.Sprintf("it is of the same app as that of %s: make an app for each workspace", other)})
		}
		apps[c.app] = name
	}
	for _, f := range append(checkTeams(b, cfg, subscribed), checkDiscord(b, cfg, subscribed)...) {
		say(f.conn, f.Finding)
	}
	for _, f := range escalate.Check(b.ctx, escalate.Settings{Cadence: cfg.Cadence, Mail: cfg.Mail}) {
		say("", chat.Finding(f))
	}
	for _, f := range checkProbes(b, cfg) {
		say("", f)
	}
	return wrong
}

// foundOn is what the check of a connection found.
type foundOn struct {
	conn desk.ConnectionName
	chat.Finding
}

// checked is what the check of a connection came to.
type checked struct {
	app   string
	found []chat.Finding
}

// checkAll checks all connections at the same time: each has limits of its own, and
// one that does not answer is waited for once, not once for each.
func checkAll(b bound, cfg *config.Config, subscribed map[desk.ConnectionName][]string) []checked {
	all := make([]checked, len(cfg.Slack))
	var wg sync.WaitGroup
	for k, s := range cfg.Slack {
		wg.Go(func() {
			w, err := slack.New(s, slack.Options{Now: b.p.now, Log: slog.New(slog.DiscardHandler), Groups: groupsNamed(cfg.Access, s.Name, "group")})
			if err != nil {
				all[k].found = []chat.Finding{{Wrong: true, Key: "slack.api_url", Text: err.Error()}}
				return
			}
			ask := askedOf(cfg, s.Name)
			ask.Subscribed = subscribed[s.Name]
			all[k].app, all[k].found = w.Check(b.ctx, ask)
		})
	}
	wg.Wait()
	return all
}

// askedOf are whom the configuration names on a connection.
func askedOf(cfg *config.Config, conn desk.ConnectionName) slack.Asked {
	persons := func(list []desk.Person) (ids []string) {
		for _, p := range list {
			if p.Connection == conn && !strings.HasPrefix(p.ID, "group:") {
				ids = append(ids, p.ID)
			}
		}
		return ids
	}
	ask := slack.Asked{Admins: persons(cfg.Access.Admins), Responders: persons(cfg.Access.Responders)}
	for _, c := range cfg.People() {
		switch conn {
		case c.Person.Connection:
			ask.Contacts = append(ask.Contacts, c.Person.ID)
		case c.Channel.Connection:
			ask.ContactChannels = append(ask.ContactChannels, c.Channel.ID)
		}
	}
	return ask
}

// subscribersPath is where the local socket tells which channels subscribe.
const subscribersPath = "/subscribers"

// writeSubscribers writes the channels that subscribe, one a line.
func writeSubscribers(ctx context.Context, db storage.DB, w io.Writer) error {
	out := bufio.NewWriter(w)
	last := desk.Channel{}
	err := outbox.NewBook().EverySubscription(ctx, db, func(s desk.Subscription) error {
		if s.Channel == last {
			return nil
		}
		last = s.Channel
		_, err := fmt.Fprintln(out, s.Channel)
		return err
	})
	return errors.Join(err, out.Flush())
}

// subscribers are the ids of the channels that subscribe, by connection; none where
// there is no record yet.
func subscribers(b bound) (map[desk.ConnectionName][]string, error) {
	var lines bytes.Buffer
	err := b.fromRecord(subscribersPath, &lines, writeSubscribers)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	all := map[desk.ConnectionName][]string{}
	for line := range strings.Lines(lines.String()) {
		ch, wrong := desk.ParseChannel(strings.TrimSpace(line))
		if wrong != nil {
			return nil, errors.Join(err, wrong)
		}
		all[ch.Connection] = append(all[ch.Connection], ch.ID)
	}
	return all, err
}
