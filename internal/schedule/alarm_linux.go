package schedule

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// NewAlarm makes the alarm of this system, of which now is the clock on the wall. Where
// the kernel has no timers that notice when its clock is set (gVisor has none) it is that
// of every system.
func NewAlarm(now func() time.Time) Alarm {
	timer, err := newTimer()
	if err != nil {
		return Glances(now)
	}
	defer timer.Close()
	if err := timer.arm(time.Time{}); err != nil {
		return Glances(now)
	}
	return &wall{}
}

// wall is an alarm by a timer of the kernel, which goes by the clock on the wall and
// tells when that is set, as it is after the machine slept.
type wall struct {
	mu    sync.Mutex
	at    time.Time
	timer *timer // nil: it does not run
	ring  func()
}

func (w *wall) Set(at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.at = at; w.timer != nil {
		w.arm()
	}
}

// arm sets the timer. One that cannot be set ends Run.
func (w *wall) arm() {
	err := w.timer.arm(w.at)
	if errors.Is(err, unix.ECANCELED) { // it is set, and tells that the clock was set since it was before
		w.ring()
		return
	}
	if err != nil {
		w.timer.failed = fmt.Errorf("set a timer to %v: %w", w.at, err)
		w.timer.interrupt()
	}
}

func (w *wall) Run(ctx context.Context, ring func()) error {
	t, err := newTimer()
	if err != nil {
		return fmt.Errorf("make a timer by the clock on the wall: %w", err)
	}
	w.start(t, ring)
	stop := context.AfterFunc(ctx, t.interrupt)
	defer stop()
	for {
		var fired [8]byte // how often, which does not matter
		_, err := t.Read(fired[:])
		if ctx.Err() != nil || !goesOff(err) {
			failed := w.end()
			if ctx.Err() != nil {
				return nil
			}
			return cmp.Or(failed, fmt.Errorf("wait for the clock on the wall: %w", err))
		}
		ring()
	}
}

func (w *wall) start(t *timer, ring func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer, w.ring = t, ring
	w.arm()
}

// end closes the timer and tells what made it fail.
func (w *wall) end() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := w.timer
	w.timer = nil
	t.Close()
	return t.failed
}

// goesOff reports whether it is time for a look after a read of the timer that ended so:
// the time has come, or the clock was set (ECANCELED; where it was set back just as the
// time had come older kernels read nothing). See timerfd_create(2).
func goesOff(err error) bool {
	return err == nil || errors.Is(err, unix.ECANCELED) || errors.Is(err, io.EOF)
}

// timer is a timerfd. A read waits until it goes off.
type timer struct {
	*os.File
	fd     int   // of the file, whose own Fd may make reads block a thread
	failed error // why it is read no more; nil: nothing
}

func newTimer() (*timer, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_REALTIME, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("timerfd_create", err)
	}
	return &timer{File: os.NewFile(uintptr(fd), "timerfd"), fd: fd}, nil
}

// interrupt ends the read that waits and all to come.
func (t *timer) interrupt() { t.SetReadDeadline(time.Unix(1, 0)) }

// arm has it go off at a time; zero: never. With ECANCELED it is armed too.
func (t *timer) arm(at time.Time) error {
	var spec unix.ItimerSpec
	if !at.IsZero() {
		var err error
		if spec.Value, err = unix.TimeToTimespec(latest(at, time.Unix(0, 1))); err != nil { // all zero would be never
			return err
		}
	}
	return os.NewSyscallError("timerfd_settime",
		unix.TimerfdSettime(t.fd, unix.TFD_TIMER_ABSTIME|unix.TFD_TIMER_CANCEL_ON_SET, &spec, nil))
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
