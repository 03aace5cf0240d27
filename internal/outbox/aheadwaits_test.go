package outbox

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// An ops channel that has to wait, as the platform said so, is told when it may be: what is
// announced meanwhile is opened by the circles, in its order.
func TestNothingIsOpenedAheadOfALimit(t *testing.T) {
	inWorld(t, func(w *world) {
		w.start()
		w.pass(time.Minute)
		limits := true
		w.now(func() {
			w.platform.fault = func(kind string, _ chat.Delivery) fault {
				if kind == "post" && limits {
					limits = false
					return fault{err: limited(30 * time.Second)}
				}
				return fault{}
			}
		})
		began := time.Now()
		first := w.declare(desk.Major, 0)
		w.pass(10 * time.Second)
		second := w.declare(desk.Major, 0)
		w.pass(10 * time.Second)
		third := w.declare(desk.Critical, 0)
		if w.aheads != 1 {
			t.Errorf("%d announcements opened something, want the first", w.aheads)
		}
		w.pass(time.Minute)
		var last time.Time
		for _, s := range []desk.Subject{first, second, third} {
			w.expect("ops", s, "post 1")
			at := w.platform.root(channel("ops"), s).at
			if at.Sub(began) < 30*time.Second || at.Before(last) {
				t.Errorf("%s is posted %v after the first was announced", s, at.Sub(began))
			}
			last = at
			w.mustRest(s)
		}
	})
}

// While a grace runs ops is told, and nobody else: neither by the announcement nor before
// the grace ends.
func TestOpenedAheadInItsGrace(t *testing.T) {
	inWorld(t, func(w *world) {
		w.platform.allowed = w.permits
		w.subscribe("", "math")
		w.start()
		w.pass(time.Minute)
		taken, kept := w.declare(desk.Major, 10*time.Second), w.declareBy(2)
		w.pass(5 * time.Second)
		w.say(kept, 20*time.Second)
		w.retract(taken)
		w.pass(5 * time.Second)
		w.expect("math", kept, "post 1")
		w.pass(time.Minute)
		w.expect("math", taken, "")
		w.expect("ops", taken, "post 1 shows 2; cries [2]")
		w.mustBeTold(kept, "ops", "math")
		w.mustRest(taken)
	})
}

// A channel that became another one on its platform goes on with its posts, also by what is
// opened ahead there.
func TestOpenedAheadInAChannelThatMoved(t *testing.T) {
	inWorld(t, func(w *world) {
		w.start()
		w.pass(time.Minute)
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.stop()
		w.places(Connection{Name: campus, Ops: []string{"duty"}})
		w.now(func() { // as the platform has it
			w.platform.rooms[channel("duty")] = w.platform.rooms[channel("ops")]
			delete(w.platform.rooms, channel("ops"))
		})
		w.update(func(tx storage.Tx) error {
			_, err := w.book.Move(tx, channel("ops"), channel("duty"))
			return err
		})
		w.start()
		w.pass(time.Minute)
		w.say(s, 0)
		w.pass(time.Minute)
		if w.aheads != 2 {
			t.Errorf("%d announcements opened something", w.aheads)
		}
		w.expect("duty", s, "post 1 shows 2; says [2]")
		w.mustRest(s)
	})
}

// A transaction that runs more than once opens once.
func TestOpenedAheadByATransactionThatRunsTwice(t *testing.T) {
	inWorld(t, func(w *world) {
		w.twice = true
		w.xAndOps()
		w.start()
		w.pass(time.Minute)
		s := w.declare(desk.Major, 0)
		if n := w.intents(); n != 1 {
			t.Errorf("%d intents", n)
		}
		w.pass(time.Minute)
		w.say(s, 0)
		w.pass(time.Minute)
		w.expect("x", s, "post 1 shows 2; says [2]")
		w.expect("ops", s, "post 1 shows 2; says [2]")
		w.mustRest(s)
	})
}

// What a planned stop left behind is told after what the next start has to say first: how
// long the bot was away. What is left keeps its order.
func TestWhatAStopLeftGoesBehindWhatTheStartSays(t *testing.T) {
	for _, disk := range []time.Duration{0, 5 * time.Millisecond} {
		inWorld(t, func(w *world) {
			w.disk = disk
			notify := func(text string) (s desk.Subject) {
				w.update(func(tx storage.Tx) (err error) {
					s, err = w.book.Notify(tx, desk.Notice{At: w.clock().UTC(), Text: text})
					return err
				})
				return s
			}
			w.start()
			for range 3 {
				notify("Note.")
			}
			w.pass(time.Minute)
			w.now(func() { w.platform.fault = func(string, chat.Delivery) fault { return fault{err: limited(time.Hour)} } })
			first := w.declareBy(2)
			w.pass(time.Minute)
			second := w.declareBy(1)
			w.pass(time.Minute)
			w.stop()
			w.now(func() { w.platform.fault = nil })
			w.pass(time.Hour)
			all := []desk.Subject{notify("I was away."), first, second}
			w.start()
			w.pass(time.Minute)
			var last time.Time
			for _, s := range all {
				w.expect("ops", s, "post 1")
				at := w.platform.root(channel("ops"), s).at
				if !at.After(last) {
					t.Errorf("%s is posted at %v, want behind %v", s, at, last)
				}
				last = at
				w.mustRest(s)
			}
		})
	}
}
