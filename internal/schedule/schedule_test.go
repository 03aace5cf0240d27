package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/schedule"
)

// bell is a record with marks, and a clock on the wall that can be set. It is the
// kernel's alarm too, which tells when that is.
type bell struct {
	mu    sync.Mutex
	start time.Time
	set   time.Duration // how far the clock on the wall was set
	marks []time.Time
	fired []time.Duration // how long after the start each was fired, in true time
	looks int
	fails int // so many looks fail
	clock *schedule.Clock

	at     time.Time     // what the alarm is set for
	moved  chan struct{} // it is set for another time
	turned chan struct{} // the clock on the wall was set
}

var errAway = errors.New("the record is away")

// ring runs a clock over marks that are due so long after its start, while fn runs, with
// an alarm as the kernel's is.
func ring(t *testing.T, fn func(b *bell), due ...time.Duration) {
	t.Helper()
	ringWith(t, func(b *bell) schedule.Alarm { return b }, fn, due...)
}

func ringWith(t *testing.T, alarm func(*bell) schedule.Alarm, fn func(b *bell), due ...time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bell{start: time.Now(), moved: make(chan struct{}, 1), turned: make(chan struct{}, 1)}
		for _, d := range due {
			b.marks = append(b.marks, b.start.Add(d))
		}
		b.clock = schedule.New(b.now, alarm(b), slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(context.Background())
		ran := make(chan error)
		go func() { ran <- b.clock.Run(ctx, b.fire) }()
		synctest.Wait()
		fn(b)
		stop()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	})
}

// Set is schedule.Alarm.
func (b *bell) Set(at time.Time) {
	b.mu.Lock()
	b.at = at
	b.mu.Unlock()
	tell(b.moved)
}

// Run is schedule.Alarm.
func (b *bell) Run(ctx context.Context, ring func()) error {
	for {
		var due <-chan time.Time
		b.mu.Lock()
		if !b.at.IsZero() {
			due = time.After(b.at.Sub(time.Now().Add(b.set)))
		}
		b.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil
		case <-b.moved:
		case <-b.turned:
			ring()
		case <-due:
			b.mu.Lock()
			b.at = time.Time{}
			b.mu.Unlock()
			ring()
		}
	}
}

func tell(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (b *bell) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Now().Add(b.set)
}

func (b *bell) fire(_ context.Context, now time.Time) (next time.Time, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.looks++
	if b.fails > 0 {
		b.fails--
		return time.Time{}, errAway
	}
	for len(b.marks) > 0 && !b.marks[0].After(now) {
		b.marks, b.fired = b.marks[1:], append(b.fired, time.Since(b.start))
	}
	if len(b.marks) > 0 {
		next = b.marks[0]
	}
	return next, nil
}

// mark sets one more mark and tells the clock.
func (b *bell) mark(at time.Time) {
	b.mu.Lock()
	b.marks = append(b.marks, at)
	slices.SortFunc(b.marks, time.Time.Compare)
	b.mu.Unlock()
	b.clock.Alarm(at)
}

// turn sets the clock on the wall.
func (b *bell) turn(by time.Duration) {
	b.mu.Lock()
	b.set += by
	b.mu.Unlock()
	tell(b.turned)
}

func (b *bell) failing(times int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fails = times
}

func (b *bell) looked() int {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.looks
}

func (b *bell) expect(t *testing.T, want ...time.Duration) {
	t.Helper()
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(b.fired, want) {
		t.Errorf("fired after %v, want %v", b.fired, want)
	}
}

func TestWhatIsDueIsDoneInTime(t *testing.T) {
	due := []time.Duration{0, time.Second, time.Second, 90 * time.Second, 3*time.Hour + time.Millisecond}
	for name, alarm := range alarms() {
		t.Run(name, func(t *testing.T) {
			ringWith(t, alarm, func(b *bell) {
				time.Sleep(24 * time.Hour)
				b.expect(t, due...)
				if n := b.looked(); n != 4 {
					t.Errorf("it looked %d times, want once at each of the four times", n)
				}
			}, due...)
		})
	}
}

// alarms are that of the kernel, which is made up, and that of every system.
func alarms() map[string]func(*bell) schedule.Alarm {
	return map[string]func(*bell) schedule.Alarm{
		"kernel":  func(b *bell) schedule.Alarm { return b },
		"glances": func(b *bell) schedule.Alarm { return schedule.Glances(b.now) },
	}
}

// An idle loop sleeps: nothing wakes it in a day in which nothing is due, whether
// something is due later or never.
func TestAnIdleClockDoesNotWake(t *testing.T) {
	for name, alarm := range alarms() {
		for _, due := range [][]time.Duration{nil, {25 * time.Hour}} {
			t.Run(fmt.Sprint(name, due), func(t *testing.T) {
				ringWith(t, alarm, func(b *bell) {
					at := b.looked()
					time.Sleep(24 * time.Hour)
					if n := b.looked() - at; n != 0 {
						t.Errorf("it woke %d times", n)
					}
				}, due...)
			})
		}
	}
}

func TestAnEarlierMarkWakesTheClock(t *testing.T) {
	ring(t, func(b *bell) {
		b.mark(b.now().Add(7 * time.Second))
		looks := b.looked()
		b.mark(b.now().Add(30 * time.Second)) // it wakes before
		if b.looked() != looks {
			t.Error("a later mark woke it")
		}
		time.Sleep(time.Hour)
		b.expect(t, 7*time.Second, 30*time.Second)
		b.mark(b.now().Add(-time.Second))
		b.expect(t, 7*time.Second, 30*time.Second, time.Hour)
	})
}

// What fails is tried again every five seconds, not without a pause.
func TestWhatFailsIsTriedAgain(t *testing.T) {
	ring(t, func(b *bell) {
		b.failing(3)
		b.mark(b.now())
		time.Sleep(time.Minute)
		b.expect(t, 15*time.Second)
		if n := b.looked(); n > 6 {
			t.Errorf("it looked %d times", n)
		}
	})
}

// The clock on the wall is set forward: what is due by it is done at once. It is set
// back: marks are done when it shows their time, those set meanwhile too.
func TestTheClockOnTheWallIsSet(t *testing.T) {
	ring(t, func(b *bell) {
		time.Sleep(10 * time.Second)
		b.turn(time.Hour)
		b.expect(t, 10*time.Second)
	}, 30*time.Minute)
	setBack := func(b *bell) {
		time.Sleep(10 * time.Second)
		b.turn(-time.Hour)
		b.mark(b.now().Add(5 * time.Second))
		time.Sleep(2 * time.Hour)
		b.expect(t, 15*time.Second, 90*time.Minute)
	}
	for _, alarm := range alarms() {
		ringWith(t, alarm, setBack, 30*time.Minute)
	}
}

// Where no kernel says that the clock on the wall was set forward it is seen within a
// minute.
func TestAGlanceSeesThatTheClockOnTheWallWasSet(t *testing.T) {
	glances := func(b *bell) schedule.Alarm { return schedule.Glances(b.now) }
	ringWith(t, glances, func(b *bell) {
		time.Sleep(10 * time.Second)
		b.turn(time.Hour)
		time.Sleep(time.Minute)
		b.expect(t, time.Minute)
	}, 30*time.Minute)
}

// An alarm that fails ends the clock.
func TestTheAlarmFails(t *testing.T) {
	clock := schedule.New(time.Now, broken{}, slog.New(slog.DiscardHandler))
	nothing := func(context.Context, time.Time) (time.Time, error) { return time.Time{}, nil }
	if err := clock.Run(t.Context(), nothing); !errors.Is(err, errAway) {
		t.Error(err)
	}
}

type broken struct{}

func (broken) Set(time.Time)                     {}
func (broken) Run(context.Context, func()) error { return errAway }

// A look that takes long does not have a mark that is set meanwhile be late.
func TestAMarkThatIsSetWhileTheClockLooks(t *testing.T) {
	ring(t, func(b *bell) {
		slow := make(chan struct{})
		clock := schedule.New(b.now, schedule.Glances(b.now), slog.New(slog.DiscardHandler))
		b.clock = clock
		ctx, stop := context.WithCancel(context.Background())
		ran := make(chan error)
		first := true
		go func() {
			ran <- clock.Run(ctx, func(ctx context.Context, now time.Time) (time.Time, error) {
				if first {
					first = false
					<-slow
					return time.Time{}, nil
				}
				return b.fire(ctx, now)
			})
		}()
		synctest.Wait()
		b.mark(b.now().Add(65 * time.Second))
		time.Sleep(10 * time.Second)
		close(slow)
		b.expect(t)
		time.Sleep(time.Minute)
		b.expect(t, 65*time.Second)
		stop()
		<-ran
	})
}
