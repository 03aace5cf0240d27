package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

type renameConnection struct {
	Old desk.ConnectionName
	New desk.ConnectionName
}

// Run renames in a copy of the store, which then takes its place: killed at any
// point, the record is as it was, or renamed.
func (c renameConnection) Run(b bound) error {
	cfg, err := config.Outline(b.config, b.p.env)
	if err != nil {
		return err
	}
	store, err := config.StorePath(b.config, b.p.env)
	if err != nil {
		return err
	}
	if err := c.configured(cfg, b.config); err != nil {
		return err
	}
	if err := recordAt(store); err != nil {
		return err
	}
	var n renamed
	by := journal.By{At: b.p.now(), Person: desk.Person{Connection: desk.Local, ID: userName(b.p)}, Name: userName(b.p)}
	kept, err := exchange{store: store, now: by.At.UTC(), fresh: "renaming", before: "before-rename"}.put(store, func(db *boltdb.DB) error {
		n, err = c.rename(b.ctx, db, by)
		return err
	})
	if err != nil {
		return fmt.Errorf("nothing was renamed: %w", err)
	}
	fmt.Fprintf(b.p.stdout, "The record calls %s %s now. Subscriptions: %d, posts: %d.\n", c.Old, c.New, n.Subscriptions, n.Posts)
	if n.forgotten > 0 {
		fmt.Fprintf(b.p.stdout, "The bot ran under the new name before: posts that it made then stand as they are and are edited no more: %d.\n", n.forgotten)
	}
	sayKept(b.p.stdout, kept)
	for _, line := range c.left(cfg, b.config) {
		fmt.Fprintln(b.p.stdout, line)
	}
	fmt.Fprintln(b.p.stdout, "Then start the bot.")
	return nil
}

// configured refuses unless the configuration has the new name in place of the old.
func (c renameConnection) configured(cfg *config.Config, path string) error {
	named := func(name desk.ConnectionName) bool { return slices.Contains(cfg.ConnectionNames(), name) }
	switch {
	case named(c.Old):
		return fmt.Errorf("%s still has a connection %s: write name = %q in its section first", path, c.Old, c.New)
	case !named(c.New):
		return fmt.Errorf("%s has no connection %s: write name = %q in the section that was called %s first", path, c.New, c.New, c.Old)
	}
	return nil
}

// renamed counts what a renaming gave to the new name, and what was under it and is forgotten.
type renamed struct {
	outbox.Renamed
	forgotten int
}

// rename renames in a store that nobody uses.
func (c renameConnection) rename(ctx context.Context, db storage.DB, by journal.By) (n renamed, err error) {
	known, err := recorded(ctx, db)
	if err != nil {
		return n, err
	}
	if !slices.Contains(known, c.Old) {
		return n, fmt.Errorf("the record has no connection %s; it has %s", c.Old, listed(known))
	}
	r := desk.Renaming{From: c.Old, To: c.New}
	n.forgotten, err = outbox.MakeRoom(ctx, db, r)
	switch {
	case errors.Is(err, outbox.ErrTaken):
		return n, fmt.Errorf("the record has a connection %s too, and %w: end what was subscribed since the bot was started under the new name, "+
			"or restore a backup from before that, and rename then", c.New, err)
	case err != nil:
		return n, err
	}
	if err := (memory{db, c.Old}).rename(ctx, c.New); err != nil {
		return n, err
	}
	n.Renamed, err = journal.New(db, outbox.NewBook(), func(...desk.Subject) {}, journal.Settings{}).Rename(ctx, by, r)
	return n, err
}

// recorded lists the connections of which the record keeps anything.
func recorded(ctx context.Context, db storage.DB) (names []desk.ConnectionName, err error) {
	err = db.View(ctx, func(tx storage.Tx) (err error) {
		if names, err = outbox.Connections(tx); err != nil {
			return err
		}
		for _, table := range adapterTables() {
			known, err := storage.Firsts(tx, storage.K(table))
			if err != nil {
				return err
			}
			for _, name := range known {
				names = append(names, desk.ConnectionName(name))
			}
		}
		return nil
	})
	slices.Sort(names)
	return slices.Compact(names), err
}

func listed(names []desk.ConnectionName) string {
	if len(names) == 0 {
		return "none"
	}
	words := make([]string, len(names))
	for k, name := range names {
		words[k] = string(name)
	}
	return strings.Join(words, ", ")
}

// warnUnnamed names what channels subscribe to in vain, as the configuration does not have
// it: whoever took it out on purpose may pass over it. The bot runs without it.
func (b *bot) warnUnnamed(ctx context.Context) {
	names, err := b.book.Unnamed(ctx, b.db)
	if err != nil {
		b.out.log.Warn("cannot look for connections that are not configured", "error", err)
	}
	for _, name := range names {
		b.out.log.Warn("channels of a connection subscribe that the configuration does not name; "+
			"if it has another name now, stop the bot and use: bot rename connection "+string(name)+" NEW", "connection", name)
	}
	lost := map[desk.Target]int{}
	err = b.book.EverySubscription(ctx, b.db, func(s desk.Subscription) error {
		if !b.offers(s.Target) {
			lost[s.Target]++
		}
		return nil
	})
	if err != nil {
		b.out.log.Warn("cannot look for subscriptions to what is not configured", "error", err)
	}
	for _, t := range slices.SortedFunc(maps.Keys(lost), func(a, b desk.Target) int { return strings.Compare(a.String(), b.String()) }) {
		b.out.log.Warn("channels subscribe to a "+string(t.Kind)+" that the configuration does not have, and hear nothing of it; "+
			"if it is only called otherwise now, write it as before (people read a service's name, not its id), or subscribe them anew", "target", t.String(), "channels", lost[t])
	}
}

// offers reports whether the configuration has what a channel subscribed to, to the letter.
func (b *bot) offers(t desk.Target) bool {
	switch t.Kind {
	case desk.TargetService:
		s, found := b.words.Catalog.Find(t.Name)
		return found && string(s.ID) == t.Name
	case desk.TargetGroup:
		return slices.Contains(b.words.Catalog.Groups(), desk.GroupName(t.Name))
	}
	return true
}

// left says what a person has still to do.
func (c renameConnection) left(cfg *config.Config, path string) (lines []string) {
	var keys []string
	add := func(key string, names ...desk.ConnectionName) {
		if slices.Contains(names, c.Old) && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	for _, p := range cfg.Access.Admins {
		add("access.admins", p.Connection)
	}
	for _, p := range cfg.Access.Responders {
		add("access.responders", p.Connection)
	}
	for _, ch := range cfg.Tell.Ops {
		add("tell.ops", ch.Connection)
	}
	for _, campus := range cfg.Campuses {
		add("campuses.connections", campus.Connections...)
	}
	for _, contact := range cfg.Contacts {
		add("contacts.who", contact.Who.Address.Connection)
	}
	if len(keys) > 0 {
		lines = append(lines, fmt.Sprintf("%s still names %s in %s: write %s there.", path, c.Old, strings.Join(keys, ", "), c.New))
	}
	return append(lines, c.callers(cfg))
}

// callers says which addresses the platform has to be given anew.
func (c renameConnection) callers(cfg *config.Config) string {
	switch {
	case slices.ContainsFunc(cfg.Teams, func(t config.Teams) bool { return t.Name == c.New }):
		return fmt.Sprintf("Change the address that Teams calls from /teams/%s/... to /teams/%s/...: the messaging endpoint of the Azure Bot, and the callback of an outgoing webhook.", c.Old, c.New)
	case slices.ContainsFunc(cfg.Discord, func(d config.Discord) bool { return d.Name == c.New }):
		return fmt.Sprintf("Unless Discord is heard over the gateway, change the interactions endpoint of its application from /discord/%s/... to /discord/%s/....", c.Old, c.New)
	}
	return fmt.Sprintf("Unless Slack is heard by Socket Mode, change the three addresses of its app from /slack/%s/... to /slack/%s/...: bot manifest slack prints them.", c.Old, c.New)
}
