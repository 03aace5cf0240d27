package schedule

import (
	"context"
	"sync"
	"time"
)

// glance is how long the alarm of every system sleeps at most while it is set: a clock
// that is set forward meanwhile makes it late by no more than that.
const glance = time.Minute

// glances is an alarm by a timer, which runs on whatever the clock on the wall is set to:
// so it looks at that now and then.
type glances struct {
	now   func() time.Time
	moved chan struct{}

	mu sync.Mutex
	at time.Time
}

// Glances makes the alarm that works everywhere, in the fake time of tests too. While it
// is set it wakes once a minute to look at the clock on the wall.
func Glances(now func() time.Time) Alarm {
	return &glances{now: now, moved: make(chan struct{}, 1)}
}

func (g *glances) Set(at time.Time) {
	g.mu.Lock()
	g.at = at.Round(0) // by the clock on the wall
	g.mu.Unlock()
	select {
	case g.moved <- struct{}{}:
	default:
	}
}

func (g *glances) Run(ctx context.Context, ring func()) error {
	timer := time.NewTimer(glance)
	defer timer.Stop()
	for {
		timer.Stop()
		if wait, set := g.wait(); set && wait <= 0 {
			ring()
		} else if set {
			timer.Reset(min(wait, glance))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-g.moved:
		case <-timer.C:
		}
	}
}

// wait is how long it is until it goes off. Where that is now it is not set any more.
func (g *glances) wait() (wait time.Duration, set bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.at.IsZero() {
		return 0, false
	}
	if wait = g.at.Sub(g.now()); wait <= 0 {
		g.at = time.Time{}
	}
	return wait, true
}
