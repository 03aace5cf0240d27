package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/schedule"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// life is one process of the bot in a year.
type life struct {
	bot  *bot
	db   storage.DB
	path string // of the store
	wire *wire
	end  context.CancelFunc
	over chan error
	// said wakes the clock after a command: see rested.
	said chan struct{}
}

// begin starts the bot on the store of the year.
func (y *year) begin() {
	y.t.Helper()
	path := filepath.Join(y.dir, "config.toml")
	if err := os.WriteFile(path, []byte(y.config()), 0o600); err != nil {
		y.t.Fatal(err)
	}
	cfg, err := config.Load(path, os.LookupEnv)
	if err != nil {
		y.t.Fatal(err)
	}
	db, err := openStore(cfg.Storage.Path, nil)
	if err != nil {
		y.t.Fatal(err)
	}
	l := &life{db: db, path: cfg.Storage.Path, wire: newWire(y.slack.Transport()), over: make(chan error, 1), said: make(chan struct{}, 1)}
	log := slog.New(slog.DiscardHandler)
	if l.bot, err = build(cfg, db, outside{log: log, now: time.Now, transport: l.wire}); err != nil {
		y.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	l.end, y.life, y.bot = cancel, l, l.bot
	y.slack.ServeBot(l.bot.public())
	l.bot.welcome(ctx)
	go func() { l.over <- runParts(ctx, log, y.parts(l)) }()
	synctest.Wait()
}

// finish ends the bot as SIGTERM does.
func (y *year) finish() {
	l := y.life
	if err := l.bot.journal.Alive(context.Background(), time.Now()); err != nil {
		y.t.Error(err)
	}
	y.slack.ServeBot(nil)
	l.end()
	if err := <-l.over; err != nil {
		y.t.Error(err)
	}
	if err := l.db.Close(); err != nil {
		y.t.Error(err)
	}
	l.wire.CloseIdleConnections()
	y.life, y.bot = nil, nil
}

// kill ends it as SIGKILL does: nothing leaves the process any more, and of what it
// writes from now on nothing stays.
func (y *year) kill() {
	y.t.Helper()
	l := y.life
	if err := l.bot.journal.Alive(context.Background(), time.Now()); err != nil {
		y.t.Error(err)
	}
	synctest.Wait() // between two transactions
	kept := make(map[string][]byte)
	files, err := boltdb.Files(l.path)
	if err != nil {
		y.t.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			y.t.Fatal(err)
		}
		kept[name] = b
	}
	l.wire.cut()
	y.finish()
	for name, b := range kept {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			y.t.Fatal(err)
		}
	}
}

// parts are the parts of the bot, but that those which look at something every minute
// rest while that cannot be new: a year has half a million minutes.
func (y *year) parts(l *life) (parts []part) {
	called := make(chan struct{}, 1)
	for _, p := range l.bot.parts() {
		switch {
		case p.name == "clock":
			p.run = func(ctx context.Context) error {
				return l.bot.clock.Run(ctx, rested(l.said, func(ctx context.Context, now time.Time) (time.Time, error) {
					defer wake(called)
					return l.bot.fire(ctx, now)
				}))
			}
		case p.name == "calls":
			p.run = func(ctx context.Context) error { return l.bot.calls.Run(ctx, rested(called, l.bot.caller.Fire)) }
		case p.name == "upkeep":
			p.run = inStints(p.run)
		case strings.HasPrefix(p.name, "connection "):
			p.run = untilCalm(p.run, &y.troubled)
		}
		parts = append(parts, p)
	}
	return parts
}

func wake(sleeper chan<- struct{}) {
	select {
	case sleeper <- struct{}{}:
	default:
	}
}

// rested is fire that comes back a minute before something is due, or when woken, to be
// asked anew.
func rested(woken <-chan struct{}, fire schedule.Fire) schedule.Fire {
	return func(ctx context.Context, now time.Time) (time.Time, error) {
		next, err := fire(ctx, now)
		rest := time.Until(next) - time.Minute
		switch {
		case next.IsZero():
			rest = 1000 * time.Hour
		case err != nil || rest <= 0:
			return next, err
		}
		alarm := time.NewTimer(rest)
		defer alarm.Stop()
		select {
		case <-ctx.Done():
		case <-alarm.C:
		case <-woken:
		}
		return time.Now(), err
	}
}

// inStints runs the upkeep for a minute at the start, and around the times of its work.
func inStints(run func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		zone, err := time.LoadLocation("America/New_York")
		if err != nil {
			return err
		}
		for ctx.Err() == nil {
			stint, cancel := context.WithTimeout(ctx, time.Minute)
			err := run(stint)
			cancel()
			if err != nil {
				return err
			}
			nap, cancel := context.WithDeadline(ctx, nextStint(time.Now().In(zone)))
			<-nap.Done()
			cancel()
		}
		return nil
	}
}

// nextStint is half a minute before 3:15 and 8:00.
func nextStint(now time.Time) time.Time {
	y, m, d := now.Date()
	for _, at := range []time.Time{
		time.Date(y, m, d, 3, 14, 30, 0, now.Location()), time.Date(y, m, d, 7, 59, 30, 0, now.Location()),
	} {
		if at.After(now) {
			return at
		}
	}
	return time.Date(y, m, d+1, 3, 14, 30, 0, now.Location())
}

// untilCalm runs a connection until it has learned who it is: it asks every ten minutes.
func untilCalm(run func(context.Context) error, troubled *atomic.Bool) func(context.Context) error {
	return func(ctx context.Context) error {
		until, cancel := context.WithCancel(ctx)
		defer cancel()
		ended := make(chan error, 1)
		go func() { ended <- run(until) }()
		for calm := 0; calm < 2 && ctx.Err() == nil; {
			nap, cancel := context.WithTimeout(ctx, 3*time.Minute)
			<-nap.Done()
			cancel()
			if calm++; troubled.Load() {
				calm = 0
			}
		}
		cancel()
		err := <-ended
		<-ctx.Done()
		return err
	}
}

// wire carries the calls of one process, until it is cut.
type wire struct {
	*http.Transport
	mu    sync.Mutex
	dead  bool
	conns []net.Conn
}

var errCut = errors.New("the process was killed")

func newWire(t *http.Transport) *wire {
	w := &wire{Transport: t.Clone()}
	dial := w.DialContext
	w.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.dead {
			conn.Close()
			return nil, errCut
		}
		w.conns = append(w.conns, conn)
		return conn, nil
	}
	return w
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = true
	for _, conn := range w.conns {
		conn.Close()
	}
}
