package outbox

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// EngineConfig is what an Engine works with. DB, Book, Senders and Words are
// required.
type EngineConfig struct {
	DB   storage.DB
	Book *Book
	// Senders are the connections that can be sent to.
	Senders map[desk.ConnectionName]chat.Sender
	// Abilities is what can be done in a channel; without an id, in any of its connection.
	Abilities func(desk.Channel) chat.Abilities
	Words     Words
	Now       func() time.Time // nil: time.Now
	Log       *slog.Logger     // nil: none
	Observe   Observer
	// Keep is how long deliveries of what has ended are kept; 0: 30 days.
	Keep time.Duration

	chunk int // most channels of a chunk; 0: as many as the pace sends in a second
}

// Words say what ops channels are told of trouble; reason is the platform's word.
type Words interface {
	// ChannelGone: the channel cannot be reached until somebody changes something.
	ChannelGone(ch desk.Channel, reason string) string
	// PostFailed: the channel was not told of s, and that is not tried any more.
	PostFailed(ch desk.Channel, s desk.Subject, reason string) string
	// EditFailed: the channel's post about s shows an old text.
	EditFailed(ch desk.Channel, s desk.Subject, reason string) string
	// ConnectionRefused: the platform refuses the whole connection.
	ConnectionRefused(k desk.ConnectionName, reason string) string
}

// Observer is told what happens, for metrics. Its functions may be nil; they are
// called from several goroutines and must not block.
type Observer struct {
	// Sent: a call to the platform ended; result is "ok", "limited" or an outcome.
	Sent func(k desk.ConnectionName, result string)
	// FirstPost and LastPost: so long after an announcement was made its first post
	// stood, and its last was on disk. An end of a grace counts as an announcement.
	FirstPost func(time.Duration)
	LastPost  func(time.Duration)
}

// Stats are what the engine is at.
type Stats struct {
	Lanes int // channels that wait to be told something
	Calls int // calls outstanding
}

// Engine is the working side of the outbox: it tells channels what the Book
// holds. Only one Engine may run on a store.
type Engine struct {
	cfg   EngineConfig
	lines map[desk.ConnectionName]*line
	clerk *clerk
	watch *watch
}

// NewEngine makes an Engine. It does nothing until Run.
func NewEngine(cfg EngineConfig) *Engine {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Keep == 0 {
		cfg.Keep = 30 * 24 * time.Hour
	}
	e := &Engine{cfg: cfg, lines: map[desk.ConnectionName]*line{}}
	e.watch = &watch{observe: cfg.Observe, lines: len(cfg.Senders), at: map[desk.Subject]*watched{}}
	for name, s := range cfg.Senders {
		e.lines[name] = newLine(e, name, s)
	}
	cfg.Book.ready.Store(&e.lines)
	e.clerk = newClerk(e)
	return e
}

// Run tells what is to be told until ctx is done. Then it starts no more calls,
// waits up to stopTime for those outstanding, writes down what is open, and
// returns nil. It waits for a store that takes no writes.
func (e *Engine) Run(ctx context.Context) error {
	b, started, err := e.boot(ctx)
	for ; err != nil; b, started, err = e.boot(ctx) {
		if ctx.Err() != nil {
			return nil
		}
		e.cfg.Log.Error("the outbox cannot use the store", "error", err)
		sleep(ctx, nil, started, started.Add(storePause))
	}
	var wg sync.WaitGroup
	for _, l := range e.lines {
		wg.Go(func() { l.run(ctx, b, started) })
	}
	e.clerk.run(ctx)
	wg.Wait()
	return nil
}

// boot numbers this process (T9).
func (e *Engine) boot(ctx context.Context) (b boot, started time.Time, err error) {
	started = e.cfg.Now().UTC()
	err = e.cfg.DB.Update(ctx, func(tx storage.Tx) error {
		last, _, err := lastBootTable().Get(tx, lastBootTable().Key())
		if err != nil {
			return err
		}
		b = last + 1
		return errors.Join(
			lastBootTable().Put(tx, lastBootTable().Key(), b),
			bootTable().Put(tx, bootKey(b), started),
		)
	})
	return b, started, err
}

// Poke says that something was committed that may have to be told, about these
// subjects; without one, about any. It does not block. Alerts are looked at at once: what a
// monitor says is no command, whose answer would go first.
func (e *Engine) Poke(about ...desk.Subject) {
	e.clerk.poke(about...)
	var alerts news
	for _, s := range about {
		if s.Kind == desk.AlertSubject {
			alerts.add(s)
		}
	}
	if alerts.none() {
		return
	}
	for _, l := range e.lines {
		l.refreshSoon(alerts)
	}
}

// Return says that a channel that was gone is back, as its platform told: what it is owed
// is posted. It does not block.
func (e *Engine) Return(ch desk.Channel) {
	if l := e.lines[ch.Connection]; l != nil {
		l.cameBack(ch.ID)
	}
}

// Look says that something about a channel changed: if it is gone it is read now and not
// only once a day, as it may be back. It does not block.
func (e *Engine) Look(ch desk.Channel) {
	if l := e.lines[ch.Connection]; l != nil {
		l.look(ch.ID)
	}
}

// LookAll says that something changed that may be about any channel of a connection: those
// that are gone are read, at most every five minutes. It does not block.
func (e *Engine) LookAll(conn desk.ConnectionName) {
	if l := e.lines[conn]; l != nil {
		l.look(anyChannel)
	}
}

// Stats returns what the engine is at now.
func (e *Engine) Stats() (s Stats) {
	for _, l := range e.lines {
		s.Lanes += int(l.laneCount.Load())
		s.Calls += int(l.callCount.Load())
	}
	return s
}

// signal makes a channel of one ready without blocking.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// sleep waits for wake, until a time by clock now (zero: for ever), or for the
// end of ctx.
func sleep(ctx context.Context, wake <-chan struct{}, now, until time.Time) {
	var alarm <-chan time.Time
	if !until.IsZero() {
		t := time.NewTimer(until.Sub(now))
		defer t.Stop()
		alarm = t.C
	}
	select {
	case <-wake:
	case <-alarm:
	case <-ctx.Done():
	}
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// sooner returns the earlier of two times, where zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
