package schedule

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// runAlarm runs the kernel's alarm until the test ends, and reports each ring.
func runAlarm(t *testing.T, w *wall) (rings <-chan struct{}) {
	t.Helper()
	rang := make(chan struct{}, 100)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- w.Run(ctx, func() { rang <- struct{}{} }) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if w.timer != nil {
			t.Error("the timer is left open")
		}
	})
	return rang
}

func kernelAlarm(t *testing.T) *wall {
	t.Helper()
	w, ok := NewAlarm(time.Now).(*wall)
	if !ok {
		t.Skip("this kernel does not tell when its clock is set")
	}
	return w
}

// A time that has passed goes off at once, before the alarm runs and while it does, and
// each once; one to come goes off when it has come, an earlier one in its place too.
func TestTheKernelsAlarm(t *testing.T) {
	w := kernelAlarm(t)
	w.Set(time.Now().Add(-time.Hour))
	rings := runAlarm(t, w)
	<-rings
	w.Set(time.Unix(0, 0))
	<-rings
	soon := time.Now().Add(20 * time.Millisecond)
	w.Set(soon)
	<-rings
	if early := soon.Sub(time.Now().Round(0)); early > 0 {
		t.Errorf("it went off %v early", early)
	}
	w.Set(time.Now().Add(time.Hour))
	w.Set(time.Now().Add(time.Millisecond))
	<-rings
	w.Set(time.Now().Add(time.Hour))
	w.Set(time.Time{})
	if len(rings) > 0 {
		t.Error("it went off for no time that had come")
	}
}

// It can be set when it has ended, and run again.
func TestTheKernelsAlarmRunsAgain(t *testing.T) {
	w := kernelAlarm(t)
	t.Run("first", func(t *testing.T) { runAlarm(t, w) })
	w.Set(time.Now())
	<-runAlarm(t, w)
}

// A clock that was set ends the read with ECANCELED, and is a ring; what else fails is
// none.
func TestWhatIsARing(t *testing.T) {
	for err, want := range map[error]bool{
		nil: true, os.NewSyscallError("read", unix.ECANCELED): true, io.EOF: true,
		os.ErrDeadlineExceeded: false, os.ErrClosed: false, os.NewSyscallError("read", unix.EINVAL): false,
	} {
		if got := goesOff(err); got != want {
			t.Errorf("%v: %v", err, got)
		}
	}
}

// A timer that cannot be set ends the alarm with an error.
func TestATimerThatCannotBeSet(t *testing.T) {
	w := kernelAlarm(t)
	w.Set(time.Now())
	err := w.Run(t.Context(), func() {
		w.mu.Lock()
		w.timer.fd = -1
		w.mu.Unlock()
		w.Set(time.Now())
	})
	if !errors.Is(err, unix.EBADF) {
		t.Error(err)
	}
}
