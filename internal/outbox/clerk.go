package outbox

import (
	"context"
	"errors"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// clerk does what concerns all connections: it ends graces (T2), notes what is
// settled everywhere (T10), and collects what is old.
type clerk struct {
	engine *Engine
	wake   chan struct{}
	swept  time.Time // when old records were last collected
}

const (
	// answerTime is how long the clerk waits when it is woken, at least: the answer
	// to the command goes first, and what is committed meanwhile is looked at
	// together. It waits as long as its last look took, so that under a crowd of
	// commands it never uses more than half a processor.
	answerTime = 2 * time.Millisecond
	// storePause is how long the engine leaves the store alone after a failure.
	storePause = time.Second
	// sweepEvery is how often old records are looked for.
	sweepEvery = 24 * time.Hour
)

// poke says that something may be new for the clerk or a line.
func (c *clerk) poke() { signal(c.wake) }

func (c *clerk) run(ctx context.Context) {
	cfg := c.engine.cfg
	for ctx.Err() == nil {
		now := cfg.Now()
		until, err := c.step(ctx, now)
		if err != nil && ctx.Err() == nil {
			cfg.Log.Error("the outbox cannot use the store", "error", err)
			until = now.Add(storePause)
		}
		pause := max(answerTime, cfg.Now().Sub(now))
		sleep(ctx, c.wake, now, until)
		woken := cfg.Now()
		sleep(ctx, nil, woken, sooner(woken.Add(pause), until)) // the end of a grace does not wait
	}
}

// step does what there is to do and says when to come again.
func (c *clerk) step(ctx context.Context, now time.Time) (time.Time, error) {
	until, work, err := c.look(ctx, now)
	if err != nil {
		return time.Time{}, err
	}
	for _, s := range work {
		if err := c.advance(ctx, now, s); err != nil {
			return time.Time{}, err
		}
	}
	for _, l := range c.engine.lines {
		l.refreshSoon()
	}
	if next := c.swept.Add(sweepEvery); c.swept.IsZero() || !now.Before(next) {
		if err := c.collect(ctx, now); err != nil {
			return time.Time{}, err
		}
		c.swept = now
	}
	return sooner(until, c.swept.Add(sweepEvery)), nil
}

// look finds the subjects that a grace has ended for or that may be settled, and
// when the next grace ends.
func (c *clerk) look(ctx context.Context, now time.Time) (next time.Time, work []desk.Subject, err error) {
	err = c.engine.cfg.DB.View(ctx, func(tx storage.Tx) error {
		next, work = time.Time{}, nil
		live, err := liveSubjects(tx)
		if err != nil {
			return err
		}
		for _, s := range live {
			out, _, err := outTable().Get(tx, outKey(s))
			if err != nil {
				return err
			}
			settled, err := c.settledOnAll(tx, s, out)
			switch {
			case err != nil:
				return err
			case settled, out.held() && out.graceOver(now):
				work = append(work, s)
			case out.held():
				next = sooner(next, out.ReleaseAt)
			}
		}
		return nil
	})
	return next, work, err
}

func (c *clerk) settledOnAll(tx storage.Tx, s desk.Subject, out outRecord) (bool, error) {
	if out.settled() || out.held() {
		return false, nil
	}
	for k := range c.engine.lines {
		f, _, err := fanTable().Get(tx, fanKey(k, s))
		if err != nil || f.Settled != out.N {
			return false, err
		}
	}
	return true, nil
}

// advance ends the grace of a subject, or notes that it is settled.
func (c *clerk) advance(ctx context.Context, now time.Time, s desk.Subject) error {
	settled := false
	err := c.engine.cfg.DB.Background(ctx, func(tx storage.Tx) error {
		settled = false
		if ended, err := endGrace(tx, s, now.UTC(), false); err != nil || ended {
			return err
		}
		out, _, err := outTable().Get(tx, outKey(s))
		if err != nil {
			return err
		}
		if settled, err = c.settledOnAll(tx, s, out); err != nil || !settled {
			return err
		}
		out.Settled, out.OwedSince = out.N, time.Time{}
		return errors.Join(outTable().Put(tx, outKey(s), out), list(tx, s, out.live()))
	})
	if err == nil && settled {
		c.engine.watch.forget(s)
	}
	return err
}
