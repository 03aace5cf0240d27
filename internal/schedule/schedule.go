// Package schedule is the clock: it has what the record marks as due be done in time.
//
// The marks are data, kept beside what they are about (see journal); this is the one
// loop that looks at them. It sleeps until the next is due or somebody sets an earlier
// one, and wakes once a minute at most besides, to see whether the clock on the wall
// was set. It imports nothing of the project.
package schedule

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// Clock has due marks fired. Its methods may be called from many goroutines.
type Clock struct {
	now   func() time.Time
	log   *slog.Logger
	rung  chan struct{}
	until atomic.Int64 // what Run sleeps for, in Unix nanoseconds
}

// Fire does all that is due at now and tells when something is due next; zero: nothing
// is. What it could not do stays due.
type Fire func(ctx context.Context, now time.Time) (next time.Time, err error)

const (
	// glance is how long the loop sleeps at most: a clock that is set forward while it
	// sleeps makes a mark late by no more than that.
	glance = time.Minute
	// retry is how long after a failure what stayed due is tried again.
	retry = 5 * time.Second
)

// New makes a clock that runs nothing by itself.
func New(now func() time.Time, log *slog.Logger) *Clock {
	return &Clock{now: now, log: log, rung: make(chan struct{}, 1)}
}

// Alarm says that something is due at a time. It costs nothing where the loop wakes
// before.
func (c *Clock) Alarm(at time.Time) {
	if at.UnixNano() >= c.until.Load() {
		return
	}
	select {
	case c.rung <- struct{}{}:
	default:
	}
}

// Run has what is due be done until ctx ends.
func (c *Clock) Run(ctx context.Context, fire Fire) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		now := c.now()
		c.until.Store(now.Add(glance).UnixNano()) // what is marked meanwhile may not be seen
		next, err := fire(ctx, now)
		wait := c.wait(now, next, err)
		if ctx.Err() != nil {
			return nil
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-c.rung:
		}
	}
}

// wait is how long to sleep, and notes until when.
func (c *Clock) wait(began, next time.Time, err error) time.Duration {
	now := c.now()
	sleep := min(glance, began.Add(glance).Sub(now)) // what was marked for later since it began was not seen
	if !next.IsZero() {
		sleep = min(sleep, next.Sub(now))
	}
	sleep = max(sleep, 0)
	if err != nil {
		c.log.Error("what was due could not all be done; it is tried again", "error", err)
		sleep = min(sleep, retry)
	}
	c.until.Store(now.Add(sleep).UnixNano())
	return sleep
}
