package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/umassonline/belltower/commands"
	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/outgoing"
	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/escalate"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/internal/probe"
	"github.com/umassonline/belltower/internal/schedule"
	"github.com/umassonline/belltower/internal/statuspage"
	"github.com/umassonline/belltower/internal/wording"
	"github.com/umassonline/belltower/storage"
)

type serveCommand struct{}

// heapGrowth is how much the heap may grow, in percent of what is in use, before it is
// looked through: what is in use is small, so that Go's own 100 costs a tenth of the
// processor's time under load to save a few MiB. The variable GOGC overrides it.
const heapGrowth = 400

// Run serves until the context ends.
func (serveCommand) Run(b bound) error {
	if _, given := b.p.env("GOGC"); !given {
		debug.SetGCPercent(heapGrowth)
	}
	cfg, err := config.Load(b.config, b.p.env)
	if err != nil {
		return err
	}
	log := newLog(cfg.Log, b.p)
	for _, w := range cfg.Warnings() {
		log.Warn(w)
	}
	db, err := openStore(cfg.Storage.Path, log)
	if err != nil {
		return err
	}
	err = serve(b.ctx, cfg, db, outside{
		log: log, now: b.p.now, alarm: schedule.NewAlarm, reload: b.p.reload,
		load: func() (*config.Config, error) { return config.Load(b.config, b.p.env) },
	})
	return errors.Join(err, db.Close())
}

// outside is what the bot takes from around it.
type outside struct {
	log *slog.Logger
	now func() time.Time
	// alarm makes an alarm by that clock; nil: one for any clock, as of tests.
	alarm func(now func() time.Time) schedule.Alarm
	// transport carries calls to chat platforms; nil: the network.
	transport http.RoundTripper
	// prover proves ends; nil: the bot's own checks.
	prover prover
	// web are connections to the demo's chat platform, which no configuration has.
	web []web.Settings
	// reload asks for the configuration to be loaded again, by load.
	reload <-chan os.Signal
	load   func() (*config.Config, error)
	// heard is what the outgoing webhooks of Teams heard, before that and after; nil: none
	// take the place of others.
	heard *outgoing.Heard
}

// bot is everything that one configuration makes. It runs nothing by itself.
type bot struct {
	cfg      *config.Config
	out      outside
	db       storage.DB
	book     *outbox.Book
	journal  *journal.Journal
	commands *commands.Commands
	pages    *statuspage.Pages
	engine   *outbox.Engine
	clock    *schedule.Clock
	caller   *escalate.Caller
	calls    *schedule.Clock // of the caller
	links    []link
	ears     []earOf
	probes   *probe.Runner
	prover   prover
	words    wording.Context
	metrics  *metrics
	heir     atomic.Pointer[bot] // runs in its place; nil: none does
}

// build makes a bot on a store. It calls no platform.
func build(cfg *config.Config, db storage.DB, o outside) (*bot, error) {
	b := &bot{cfg: cfg, out: o, db: db, book: outbox.NewBook(), metrics: newMetrics(o.now)}
	b.words = wordsOf(cfg)
	if err := b.connect(); err != nil {
		return nil, err
	}
	b.book.SetPlaces(b.places())
	b.engine = b.newEngine()
	alarm := o.alarm
	if alarm == nil {
		alarm = schedule.Glances
	}
	b.clock, b.calls = schedule.New(o.now, alarm(o.now), o.log), schedule.New(o.now, alarm(o.now), o.log)
	settings := journal.Settings{
		Grace: cfg.Tell.Grace, GraceAbove: cfg.Tell.GraceAbove, Ops: b.ops(),
		Cadence: cfg.Promises(), Planning: cfg.Planning(), Contacts: cfg.People(), Alarm: b.alarm,
		Uncalled: b.words.Uncalled, Ready: b.words, SorryTold: b.words.SorryTold,
	}
	b.journal = journal.New(db, b.book, b.changed, settings)
	b.probes = b.newProbes()
	if b.prover = o.prover; b.prover == nil {
		b.prover = b.probes
	}
	b.journal.SetSettings(provenBy(inherited{b}, cfg.Verify, settings))
	b.caller = escalate.New(b.journal, o.log, escalate.Settings{
		Words: b.words, Cadence: cfg.Cadence, Mail: cfg.Mail, Contacts: cfg.People(), Transport: o.transport,
	})
	b.pages = statuspage.New(b.journal, statuspage.Settings{
		Words: b.words, Languages: cfg.Organization.Languages, Planning: cfg.Planning(), SorryHosts: cfg.SorryHosts(), HelpDesks: helpDesks(cfg),
	}, o.now, o.log)
	b.commands = commands.New(b.journal, o.log, commands.Settings{
		Words: b.words, Access: desk.Access(cfg.Access), Connections: b.connections(), Rosters: b.rosters, Senders: b.senders(),
		Kept: cfg.Retention.Deliveries, Planning: cfg.Planning(), Faculty: b.faculty(),
		Probes: b.probes,
	})
	for _, l := range b.links {
		if l.ear != nil {
			b.ears = append(b.ears, earOf{l.ear(), l.lone})
		}
	}
	b.metrics.watch(b)
	return b, nil
}

// wordsOf are the words of a configuration, in the organization's language; For has
// them in that of a connection.
func wordsOf(cfg *config.Config) wording.Context {
	c := wording.Context{
		Organization: cfg.Organization.Name, Catalog: cfg.Catalog(), Campuses: cfg.CampusNames(),
		StatusURL: cfg.Organization.PublicURL, Zone: cfg.Organization.Timezone, Languages: map[desk.ConnectionName]*wording.Language{},
	}
	c.Language, _ = wording.LanguageOf(cfg.Organization.Languages[0])
	c.Languages[desk.Local] = c.Language
	for conn, code := range cfg.Languages() {
		c.Languages[conn], _ = wording.LanguageOf(code)
	}
	return c
}

// latest is the bot that runs: this one, until another takes over. What is still asked of
// one that gave way (a request under way, what its sockets hear until those of the next are
// open) it stores by itself; the latest tells it, shows it, proves it and is on time.
func (b *bot) latest() *bot {
	for next := b.heir.Load(); next != nil; next = b.heir.Load() {
		b = next
	}
	return b
}

// changed says that something was committed about these subjects (none: any).
func (b *bot) changed(about ...desk.Subject) {
	l := b.latest()
	l.engine.Poke(about...)
	l.pages.Changed()
}

// alarm says that something was committed that is due at a time.
func (b *bot) alarm(at time.Time) { b.latest().clock.Alarm(at) }

func (b *bot) newEngine() *outbox.Engine {
	return outbox.NewEngine(outbox.EngineConfig{
		DB: b.db, Book: b.book, Words: b.words, Senders: b.senders(), Abilities: b.abilities,
		Now: b.out.now, Log: b.out.log, Observe: b.metrics.observer(), Keep: b.cfg.Retention.Deliveries,
	})
}

// noteStale puts into the audit that an old list of a group's members is used.
func (b *bot) noteStale(ctx context.Context, r chat.Roster, cause error) error {
	by := journal.By{At: r.Failing, Name: "Belltower", Reason: b.words.OldRoster(r, cause.Error())}
	return b.journal.Remark(ctx, by, journal.AuditEntry{Did: "old list", About: r.Group.String()})
}

// do carries out a command, and logs and measures it. What people typed is not
// logged.
func (b *bot) do(ctx context.Context, req chat.Request) chat.Reply {
	b.db.Rouse()
	begun := b.out.now()
	reply := b.commands.Do(ctx, req)
	took := b.out.now().Sub(begun)
	b.metrics.command(req.Command, reply.Failed, took)
	b.out.log.LogAttrs(ctx, slog.LevelInfo, "command", slog.String("trace", req.Trace), slog.String("by", req.Person.String()),
		slog.String("in", req.Channel.String()), slog.String("command", known(req.Command)), slog.Bool("failed", reply.Failed), slog.Duration("took", took))
	return reply
}

// checkRetired refuses to run without a service that has an open incident: it
// could be neither shown nor told rightly.
func (b *bot) checkRetired(ctx context.Context) error {
	open, err := b.journal.Open(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, i := range open {
		for _, a := range i.Services {
			if _, known := b.words.Catalog.Find(string(a.Service)); !known {
				errs = append(errs, fmt.Errorf("the configuration has no service %q any more, but %s about it is open: put it back until the incident is resolved", a.Service, i.Subject()))
			}
		}
	}
	return errors.Join(errs...)
}

// parts are what runs without listening, in the order in which it starts.
func (b *bot) parts() []part {
	parts := []part{{"outbox", b.engine.Run}}
	for _, l := range b.links {
		if l.run != nil {
			parts = append(parts, part{"connection " + string(l.Name), l.run})
		}
	}
	parts = append(parts,
		part{"clock", func(ctx context.Context) error { return b.clock.Run(ctx, b.fire) }},
		part{"calls", func(ctx context.Context) error { return b.calls.Run(ctx, b.caller.Fire) }})
	parts = append(parts, part{"probes", b.probe})
	return append(parts, part{"upkeep", b.upkeep().run})
}

func (b *bot) upkeep() upkeep {
	return upkeep{
		journal: b.journal, now: b.out.now, log: b.out.log, zone: b.words.Zone, backup: b.nightBackup(),
		heardFor: b.cfg.Retention.RawAlerts, strangers: b.tellStrangers,
	}
}

// probe runs the bot's own checks, and the tests that went on when the last bot stopped.
func (b *bot) probe(ctx context.Context) error {
	if err := b.verifyAgain(ctx); err != nil {
		return err
	}
	return b.probes.Run(ctx)
}

// fire does what is due, and has the calls be made that came of it.
func (b *bot) fire(ctx context.Context, now time.Time) (next time.Time, err error) {
	next, err = b.journal.Fire(ctx, now)
	b.calls.Alarm(now)
	return next, err
}

// welcome does what a start does once: it tells ops how long the bot was away.
// The bot runs without it.
func (b *bot) welcome(ctx context.Context) {
	pending, err := b.book.Pending(ctx, b.db)
	if err == nil {
		err = sayAway(ctx, b.journal, b.words, pending.Untold, b.out.now())
	}
	if err != nil {
		b.out.log.Warn("cannot tell how long the bot was away", "error", err)
	}
}

// serve runs a bot with its listeners until ctx ends. They listen before any
// platform is called.
func serve(ctx context.Context, cfg *config.Config, db storage.DB, o outside) error {
	o.heard = &outgoing.Heard{}
	b, err := build(cfg, db, o)
	if err != nil {
		return err
	}
	if err := b.checkRetired(ctx); err != nil {
		return err
	}
	b.warnUnnamed(ctx)
	l, err := listen(cfg)
	if err != nil {
		return err
	}
	b.welcome(ctx)
	o.log.Info("ready", "version", versionText(), "listen", l.public.Addr().String(), "admin", l.adminAddr(), "store", cfg.Storage.Path)
	s := newSuccession(b)
	return runParts(ctx, o.log, append([]part{{"bot", s.run}}, l.parts(s)...))
}

// listeners are the doors; admin is nil where it is off.
type listeners struct{ public, admin, local net.Listener }

func listen(cfg *config.Config) (l listeners, err error) {
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	if l.public, err = listenAt("http.listen", cfg.HTTP.Listen); err != nil {
		return l, err
	}
	if cfg.HTTP.AdminListen != "" {
		if l.admin, err = listenAt("http.admin_listen", cfg.HTTP.AdminListen); err != nil {
			return l, err
		}
	}
	l.local, err = listenLocal(cfg.Storage.Path)
	return l, err
}

// listenAt listens at the address that a key of the configuration has.
func listenAt(key, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, unheard(key, address, err)
	}
	return l, nil
}

// unheard says why nobody can listen at the address of a key, and what to do.
func unheard(key, address string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s: another program listens at %s already, perhaps a bot or a demo: stop it, or set %s to another port (%w)", key, address, key, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: this account may not listen at %s: set %s to a port from 1024 on, and let a proxy pass the others on to it (%w)", key, address, key, err)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%s: this machine has no address %s: set %s to one of its own, or leave out what stands before the colon (%w)", key, address, key, err)
	}
	return fmt.Errorf("%s: %w", key, err)
}

func (l listeners) close() {
	for _, one := range []net.Listener{l.public, l.admin, l.local} {
		if one != nil {
			one.Close()
		}
	}
}

func (l listeners) adminAddr() string {
	if l.admin == nil {
		return "off"
	}
	return l.admin.Addr().String()
}

// parts serve the doors; the public one stops first.
func (l listeners) parts(s *succession) []part {
	var parts []part
	if l.admin != nil {
		parts = append(parts, httpPart("admin listener", l.admin, s.door(func(r *reign) http.Handler { return r.admin })))
	}
	return append(parts,
		part{"ears", s.ears},
		httpPart("local socket", l.local, s.door(func(r *reign) http.Handler { return r.local })),
		httpPart("public listener", l.public, s.door(func(r *reign) http.Handler { return r.public })))
}
