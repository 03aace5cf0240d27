package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/intake"
)

// newLog is the log of a bot that serves, in which strangers cannot write as much as they
// like.
func newLog(c config.Log, p process) *slog.Logger {
	opts := &slog.HandlerOptions{Level: c.Level}
	var h slog.Handler = slog.NewTextHandler(p.stderr, opts)
	if c.Format == "json" {
		h = slog.NewJSONHandler(p.stderr, opts)
	}
	log := slog.New(thinned{h, &refusals{lines: map[string]*repeated{}}})
	if p.adopt != nil {
		p.adopt(log)
	}
	return log
}

// adoptLog has a log take what libraries say that are given none: net/http, when the process
// has too many files open, or a handler panicked.
func adoptLog(log *slog.Logger) {
	slog.SetLogLoggerLevel(slog.LevelWarn)
	slog.SetDefault(log)
}

// Whoever reaches a door can have a request refused, as often as they like.
const (
	// refusedMost is how many such lines a connection or a source gets within refusedIn.
	refusedMost = 10
	refusedIn   = time.Minute
)

// thinned is a log handler that leaves out what was said enough of requests that are
// refused: the next such line tells how many were.
type thinned struct {
	slog.Handler
	seen *refusals
}

// refusals count lines by what is said and of which connection or source: both are ours, so
// that there are few.
type refusals struct {
	mu    sync.Mutex
	lines map[string]*repeated
}

// repeated is how often something was said since a time, and how often not.
type repeated struct {
	since        time.Time
	times, spare int
}

// Handle implements slog.Handler.
func (t thinned) Handle(ctx context.Context, r slog.Record) error {
	if r.Message != chat.RequestRefused && r.Message != intake.CallRefused {
		return t.Handler.Handle(ctx, r)
	}
	spared, say := t.seen.hear(r)
	if !say {
		return nil
	}
	if spared > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Int("more_before_not_logged", spared))
	}
	return t.Handler.Handle(ctx, r)
}

// hear counts a line. It returns whether it is said, and how many were not before it.
func (c *refusals) hear(r slog.Record) (spared int, say bool) {
	key := r.Message
	r.Attrs(func(a slog.Attr) bool { // the first says of whom
		key += " " + a.Value.String()
		return false
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.lines[key]
	if s == nil {
		s = &repeated{since: r.Time}
		c.lines[key] = s
	}
	if gone := r.Time.Sub(s.since); gone >= refusedIn || gone < 0 { // the clock was set back
		spared = s.spare
		*s = repeated{since: r.Time}
	}
	if s.times == refusedMost {
		s.spare++
		return 0, false
	}
	s.times++
	return spared, true
}

// WithAttrs implements slog.Handler.
func (t thinned) WithAttrs(attrs []slog.Attr) slog.Handler {
	return thinned{t.Handler.WithAttrs(attrs), t.seen}
}

// WithGroup implements slog.Handler.
func (t thinned) WithGroup(name string) slog.Handler {
	return thinned{t.Handler.WithGroup(name), t.seen}
}
