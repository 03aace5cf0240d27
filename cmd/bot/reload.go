package main

import (
	"context"
	"log/slog"
	"net/http"
	"reflect"
	"sync/atomic"
)

// succession runs a bot and, each time that the configuration is loaded again,
// another in its place, on the same store and behind the same doors.
type succession struct {
	out     outside
	now     atomic.Pointer[reign]
	changed chan struct{} // has one when now is another
}

// reign is a bot with its doors.
type reign struct {
	bot                  *bot
	public, admin, local http.Handler
}

func newSuccession(first *bot) *succession {
	s := &succession{out: first.out, changed: make(chan struct{}, 1)}
	s.now.Store(newReign(first))
	return s
}

func newReign(b *bot) *reign {
	return &reign{bot: b, public: b.public(), admin: b.admin(), local: b.localHandler()}
}

// door is one door of the bot that runs now.
func (s *succession) door(of func(*reign) http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { of(s.now.Load()).ServeHTTP(w, r) })
}

// run runs one bot after the other until ctx ends or one fails. That one stops for the
// next is not logged: whoever reads it would think that the process does.
func (s *succession) run(ctx context.Context) error {
	for {
		until, stop := context.WithCancel(ctx)
		next := make(chan *bot, 1)
		go func() {
			defer stop()
			next <- s.heir(until)
		}()
		b := s.now.Load().bot
		err := runParts(until, slog.New(slog.DiscardHandler), b.parts())
		stop()
		heir := <-next
		if heir == nil || err != nil {
			return err
		}
		s.now.Store(newReign(heir))
		b.heir.Store(heir) // before it looks at what is stored
		select {
		case s.changed <- struct{}{}:
		default:
		}
		s.out.log.Info("the configuration was loaded again", "connections", connections(heir.cfg), "services", len(heir.cfg.Services))
	}
}

// heir waits until the configuration is loaded again and is sound; nil: ctx ended.
func (s *succession) heir(ctx context.Context) *bot {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.out.reload:
		}
		b, err := s.again(ctx)
		if err == nil {
			return b
		}
		s.out.log.Error("the configuration was not loaded again; the old one stays", "error", err)
	}
}

// again builds a bot of the configuration as it is now. What only a start reads
// stays as it is.
func (s *succession) again(ctx context.Context) (*bot, error) {
	cfg, err := s.out.load()
	if err != nil {
		return nil, err
	}
	for _, w := range cfg.Warnings() {
		s.out.log.Warn(w)
	}
	old := s.now.Load().bot
	if !reflect.DeepEqual(cfg.HTTP, old.cfg.HTTP) || cfg.Storage != old.cfg.Storage || cfg.Log != old.cfg.Log {
		s.out.log.Warn("a change of [http], [storage] or [log] takes a restart")
	}
	cfg.HTTP, cfg.Storage, cfg.Log = old.cfg.HTTP, old.cfg.Storage, old.cfg.Log
	b, err := build(cfg, old.db, s.out)
	if err != nil {
		return nil, err
	}
	if err := b.checkRetired(ctx); err != nil {
		return nil, err
	}
	b.warnUnnamed(ctx)
	return b, nil
}
