package outbox

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// What ops channels are told first of an alert is rendered before it is on disk.
func TestTheFirstPostIsRenderedWhileItIsStored(t *testing.T) {
	inWorld(t, func(w *world) {
		w.places(Connection{Name: campus, Ops: []string{"ops", "x"}})
		w.start()
		w.pass(time.Minute)
		s := w.raiseSeen(1, func() {})
		w.pass(time.Minute)
		if n := w.platform.calls["foreseen"]; n != 2 {
			t.Errorf("%d posts were rendered ahead, want those to two ops channels", n)
		}
		w.mustBeTold(s, "ops", "x")
		w.mustRest(s)
	})
}

// raiseSeen announces an alert by a commit that the line previews; behind comes before it
// knows that it is on disk.
func (w *world) raiseSeen(number int, behind func()) desk.Subject {
	w.t.Helper()
	looks := make(chan struct{})
	w.preview = func(fn func(storage.Tx) error) error {
		close(looks)
		err := w.store.Preview(context.Background(), fn)
		behind()
		return err
	}
	a := raised(number, w.clock().UTC())
	w.update(func(tx storage.Tx) error {
		_, err := w.book.Announce(tx, a, w.release(0))
		<-looks
		return err
	}, a.Subject)
	w.preview = nil
	return a.Subject
}

// A commit fails after the line has read ahead what it would have written. Nothing of it is
// told or remembered. The number is given again, to something else, and what is told is that.
func TestWhatWasReadAheadOfAFailedCommitIsForgotten(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.start()
		w.pass(time.Minute)
		before := w.raise(1)
		w.pass(time.Minute)
		w.say(w.declare(desk.Major, 0), 0)
		w.pass(time.Minute)
		posts := w.platform.calls["post"]
		w.raiseInVain(2)
		w.pass(time.Minute)
		if n := w.platform.calls["post"]; n != posts {
			t.Errorf("%d posts of what was never stored", n-posts)
		}
		l := w.engine.lines[campus]
		if len(l.intents) != 0 || len(l.lanes) != 0 || l.subjects[raised(2, w.clock()).Subject] != nil {
			t.Errorf("%d intents and %d lanes are remembered", len(l.intents), len(l.lanes))
		}
		s := w.raise(2)
		w.pass(time.Minute)
		w.mustBeTold(before, "ops")
		w.mustBeTold(s, "ops")
		w.mustRest(s)
	})
}

// raiseInVain announces an alert by a commit that fails after the line has read it.
func (w *world) raiseInVain(number int) {
	w.t.Helper()
	type reading struct {
		fn   func(storage.Tx) error
		done chan error
	}
	readings := make(chan reading)
	w.preview = func(fn func(storage.Tx) error) error {
		r := reading{fn, make(chan error)}
		readings <- r
		return <-r.done
	}
	a := raised(number, w.clock().UTC())
	err := w.store.Update(context.Background(), func(tx storage.Tx) error {
		if _, err := w.book.Announce(tx, a, w.release(0)); err != nil {
			return err
		}
		r := <-readings
		if err := r.fn(tx); err != nil {
			w.t.Error(err)
		}
		r.done <- storage.ErrUnavailable
		return storage.ErrUnavailable
	})
	w.preview = nil
	if !errors.Is(err, storage.ErrUnavailable) {
		w.t.Fatal(err)
	}
}

// A commit takes a while, in which somebody holds the connection: what was read ahead
// is not sent as it was planned before, and is told once the hold ends.
func TestWhatWasReadAheadOfASlowCommitIsPlannedAnew(t *testing.T) {
	inWorld(t, func(w *world) {
		w.start()
		w.pass(time.Minute)
		s := w.raiseSeen(1, func() { time.Sleep(2 * lateFor) })
		w.update(func(tx storage.Tx) error { return w.book.Hold(tx, campus, Hold{Since: time.Now()}) })
		w.pass(time.Minute)
		if n := w.platform.calls["post"]; n != 0 {
			t.Errorf("%d posts while the connection is held", n)
		}
		w.update(func(tx storage.Tx) error { _, err := w.book.Release(tx, campus); return err })
		w.pass(time.Minute)
		w.mustBeTold(s, "ops")
		w.mustRest(s)
	})
}
