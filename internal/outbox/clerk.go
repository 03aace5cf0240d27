package outbox

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// clerk does what concerns all connections: it ends graces (T2), notes what is
// settled everywhere (T10), and collects what is old.
type clerk struct {
	engine *Engine
	wake   chan struct{}
	held   map[desk.Subject]outRecord // those whose grace runs
	swept  time.Time                  // when old records were last collected

	mu   sync.Mutex // guards news
	news news
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
	// advancedAtOnce bounds the subjects of one transaction: each takes up to two
	// guarded reads and three writes.
	advancedAtOnce = 30
)

func newClerk(e *Engine) *clerk {
	return &clerk{engine: e, wake: make(chan struct{}, 1), news: news{all: true}}
}

// poke says that something may be new about subjects; none: about any.
func (c *clerk) poke(about ...desk.Subject) {
	c.mu.Lock()
	c.news.add(about...)
	c.mu.Unlock()
	signal(c.wake)
}

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
		sleep(ctx, c.wake, cfg.Now(), until)
		woken := cfg.Now()
		sleep(ctx, nil, woken, sooner(woken.Add(pause), until)) // the end of a grace does not wait
	}
}

// step does what there is to do and says when to come again.
func (c *clerk) step(ctx context.Context, now time.Time) (time.Time, error) {
	c.mu.Lock()
	fresh := c.news
	c.news = news{}
	c.mu.Unlock()
	c.tell(fresh)
	work, err := c.look(ctx, now, fresh)
	if err == nil {
		err = c.advance(ctx, now, work)
	}
	if next := c.swept.Add(sweepEvery); err == nil && (c.swept.IsZero() || !now.Before(next)) {
		if err = c.collect(ctx, now); err == nil {
			c.swept = now
		}
	}
	if err != nil {
		c.mu.Lock()
		c.news.add() // what was done and what was not is found out anew
		c.mu.Unlock()
		return time.Time{}, err
	}
	return sooner(c.nextGrace(), c.swept.Add(sweepEvery)), nil
}

// tell hands news to all lines.
func (c *clerk) tell(n news) {
	if n.none() {
		return
	}
	for _, l := range c.engine.lines {
		l.refreshSoon(n)
	}
}

// look finds the subjects that a grace has ended for or that may be settled.
func (c *clerk) look(ctx context.Context, now time.Time, fresh news) (work []desk.Subject, err error) {
	var held map[desk.Subject]outRecord
	err = c.engine.cfg.DB.View(ctx, func(tx storage.Tx) (err error) {
		held, work = maps.Clone(c.held), nil
		of := slices.Collect(maps.Keys(fresh.of))
		if fresh.all || held == nil {
			held = map[desk.Subject]outRecord{}
			if of, err = liveSubjects(tx); err != nil {
				return err
			}
		}
		for k := 0; k < len(of); k++ {
			s := of[k]
			out, _, err := outTable().Get(tx, outKey(s))
			if err != nil {
				return err
			}
			if out.goesOn() && !slices.Contains(of, out.From) {
				of = append(of, out.From)
			}
			delete(held, s)
			if out.held() {
				held[s] = out
				continue
			}
			settled, err := c.settledOnAll(tx, s, out)
			if err != nil {
				return err
			}
			if settled {
				work = append(work, s)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	c.held = held
	for s, out := range held {
		if out.graceOver(now) {
			work = append(work, s)
		}
	}
	return work, nil
}

// nextGrace is when the next grace ends; zero: none runs.
func (c *clerk) nextGrace() (at time.Time) {
	for _, out := range c.held {
		at = sooner(at, out.ReleaseAt)
	}
	return at
}

// settledOnAll reports whether no connection owes anything about s. It scans, as
// there may be more connections than one transaction may guard reads: whoever takes
// a subject into work again writes its outRecord too.
func (c *clerk) settledOnAll(tx storage.Tx, s desk.Subject, out outRecord) (bool, error) {
	if out.settled() || out.held() {
		return false, nil
	}
	for name := range c.engine.lines {
		if !out.concerns(name) {
			continue
		}
		settled := false
		k := fanKey(name, s)
		err := fanTable().Scan(tx, k, k.End(), 1, func(_ storage.Key, f fanRecord) (bool, error) {
			settled = f.Settled == out.N
			return false, nil
		})
		if err != nil || !settled {
			return false, err
		}
	}
	return true, nil
}

// advance ends the graces of subjects, or notes that they are settled.
func (c *clerk) advance(ctx context.Context, now time.Time, work []desk.Subject) error {
	for _, s := range work {
		if err := c.leaveBehind(ctx, s); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(work, advancedAtOnce) {
		var settled []desk.Subject
		err := c.engine.cfg.DB.Background(ctx, func(tx storage.Tx) error {
			settled = nil
			for _, s := range part {
				done, err := c.advanceOne(tx, now, s)
				if err != nil {
					return err
				}
				if done {
					settled = append(settled, s)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, s := range part {
			delete(c.held, s)
		}
		for _, s := range settled {
			c.engine.watch.forget(s)
		}
		var n news
		n.add(part...)
		c.tell(n)
	}
	return nil
}

func (c *clerk) advanceOne(tx storage.Tx, now time.Time, s desk.Subject) (settled bool, err error) {
	out, _, err := outTable().Get(tx, outKey(s))
	if err != nil {
		return false, err
	}
	if out.held() && out.graceOver(now) {
		return false, endGrace(tx, s, out, now.UTC())
	}
	if settled, err = c.settledOnAll(tx, s, out); err != nil || !settled {
		return false, err
	}
	out.Settled, out.OwedSince = out.N, time.Time{}
	if out.Waits {
		out.Shelved = out.N
	}
	return true, errors.Join(outTable().Put(tx, outKey(s), out), list(tx, s, out))
}
