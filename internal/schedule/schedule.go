// Package schedule is the clock: it has what the record marks as due be done in time.
//
// The marks are data, kept beside what they are about (see journal); this is the one
// loop that looks at them. It sleeps until the next is due, by the clock on the wall, and
// never wakes for anything else, however long nothing is due; but that it looks where
// that clock was set, or the machine slept (on Linux the kernel says so; elsewhere the
// alarm looks at the clock once a minute, while something is to come). It imports nothing
// of the project.
package schedule

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Clock has due marks fired. Its methods may be called from many goroutines.
type Clock struct {
	now   func() time.Time
	alarm Alarm
	log   *slog.Logger
	rung  chan struct{}

	mu      sync.Mutex
	looking bool      // what is marked now may not be seen
	next    time.Time // what the alarm is set for; while it looks, the first mark since; zero: none
}

// Alarm goes off at a time by the clock on the wall.
type Alarm interface {
	// Set has it go off at a time (at once if that has passed), and not when it was to go
	// off before; zero: never. It does not block, and may be called before Run and after.
	Set(at time.Time)
	// Run calls ring each time that it goes off, and where the clock on the wall may have
	// been set, until ctx ends. ring does not block. An error is the system's: it goes
	// off no more.
	Run(ctx context.Context, ring func()) error
}

// Fire does all that is due at now and tells when something is due next; zero: nothing
// is. What it could not do stays due.
type Fire func(ctx context.Context, now time.Time) (next time.Time, err error)

// retry is how long after a failure what stayed due is tried again.
const retry = 5 * time.Second

// New makes a clock that runs nothing by itself. The alarm, which is its own, goes by
// the same clock on the wall as now.
func New(now func() time.Time, alarm Alarm, log *slog.Logger) *Clock {
	return &Clock{now: now, alarm: alarm, log: log, rung: make(chan struct{}, 1), looking: true}
}

// Alarm says that something is due at a time. It wakes nobody before.
func (c *Clock) Alarm(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.next.IsZero() && !at.Before(c.next) {
		return
	}
	c.next = at
	if !c.looking {
		c.alarm.Set(at)
	}
}

// Run has what is due be done until ctx ends. An error is the alarm's.
func (c *Clock) Run(ctx context.Context, fire Fire) error {
	waiting, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		defer stop()
		ended <- c.alarm.Run(waiting, c.ring)
	}()
	for waiting.Err() == nil {
		c.look(waiting, fire)
		select {
		case <-waiting.Done():
		case <-c.rung:
		}
	}
	return <-ended
}

func (c *Clock) ring() {
	select {
	case c.rung <- struct{}{}:
	default:
	}
}

// look does what is due and sets the alarm for what is due next.
func (c *Clock) look(ctx context.Context, fire Fire) {
	c.mu.Lock()
	c.looking, c.next = true, time.Time{}
	c.mu.Unlock()
	next, err := fire(ctx, c.now())
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		c.log.Error("what was due could not all be done; it is tried again", "error", err)
		next = first(next, c.now().Add(retry))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looking, c.next = false, first(next, c.next)
	c.alarm.Set(c.next)
}

// first is the earlier of two times; zero: none.
func first(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
