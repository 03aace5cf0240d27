package outbox

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// xAndOps are two ops channels of one connection, of which x may be gone.
func (w *world) xAndOps() { w.places(Connection{Name: campus, Ops: []string{"x", "ops"}}) }

// opened is an incident as it is declared.
func (w *world) opened(number int) desk.Change {
	w.t.Helper()
	c, err := desk.Declare(number, desk.Declaration{
		Services: []desk.Affected{{Service: "learn", Name: "Learn"}}, Impact: desk.Major, Title: "Learn", Text: "We look.",
	}, w.act())
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// announceLate announces without that the engine hears of it.
func (w *world) announceLate(c desk.Change) {
	err := w.store.Update(context.Background(), func(tx storage.Tx) error {
		_, err := w.book.Announce(tx, *c.Announce, w.release(0))
		return err
	})
	if err != nil {
		w.t.Error(err)
	}
}

// atEachTurn runs a story again and again: each time an incident comes at another moment
// at which the engine looks into the store, or behind or before a commit of it, of which
// the engine hears when the story is over. The line is ready for it as it says it is, and
// then as it never says.
func atEachTurn(t *testing.T, tell func(w *world, begin func())) {
	for _, rash := range []bool{false, true} {
		t.Run(fmt.Sprintf("rash %v", rash), func(t *testing.T) { atEachTurnOf(t, rash, tell) })
	}
}

func atEachTurnOf(t *testing.T, rash bool, tell func(w *world, begin func())) {
	turns, came := 0, true
	for at := int64(1); came && !t.Failed(); at++ {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.rash = rash
				var begun atomic.Bool
				var n atomic.Int64
				c := w.opened(1)
				w.looks = func() {
					if begun.Load() && n.Add(1) == at {
						w.announceLate(c)
					}
				}
				tell(w, func() { begun.Store(true) })
				begun.Store(false)
				if came = n.Load() >= at; !came {
					return
				}
				turns++
				s := c.Incident.Subject()
				w.engine.Poke(s)
				w.pass(time.Minute)
				for _, id := range w.book.Places().connection(campus).Ops {
					w.expect(id, s, "post 1")
				}
				w.mustRest(s)
			})
		})
	}
	if turns < 3 {
		t.Errorf("the engine took %d turns", turns)
	}
	t.Logf("%d turns", turns)
}

// An ops channel comes back while an incident is announced, between any two turns of the
// engine, whatever the line says it is ready for: it hears of it, as the other does.
func TestAnOpsChannelComesBackMeanwhile(t *testing.T) {
	atEachTurn(t, func(w *world, begin func()) {
		w.xAndOps()
		w.start()
		w.pass(time.Minute)
		back := w.awayWhile("x")
		w.declareBy(2)
		w.pass(time.Minute)
		begin()
		back()
		w.pass(time.Minute)
	})
}

// declareBy announces an incident with a number of its own.
func (w *world) declareBy(number int) desk.Subject {
	w.t.Helper()
	return w.announce(w.opened(number), nil, 0)
}

// An ops channel vanishes while an incident is announced: when it is back it hears of it.
func TestAnOpsChannelVanishesMeanwhile(t *testing.T) {
	atEachTurn(t, func(w *world, begin func()) {
		w.xAndOps()
		w.start()
		w.pass(time.Minute)
		back := w.awayWhile("x")
		begin()
		w.declareBy(2)
		w.pass(time.Minute)
		back()
		w.pass(time.Minute)
	})
}

// Announcements at any moment while an ops channel is gone, and comes back, and is gone
// again: it is told all that goes on, each once.
func TestAnOpsChannelComesAndGoes(t *testing.T) {
	inWorld(t, func(w *world) {
		w.xAndOps()
		w.subscribe("", "math")
		w.start()
		w.pass(time.Minute)
		var all []desk.Subject
		for range 12 {
			back := w.awayWhile("x")
			all = append(all, w.declare(desk.Major, 0))
			w.pass(1300 * time.Millisecond)
			w.say(all[0], 0)
			w.pass(700 * time.Millisecond)
			back()
			all = append(all, w.declare(desk.Major, 0))
			time.Sleep(time.Duration(len(all)) * 200 * time.Microsecond)
			all = append(all, w.declare(desk.Major, 0))
			w.pass(1700 * time.Millisecond)
		}
		w.pass(10 * time.Minute)
		if w.aheads == 0 {
			t.Error("no announcement opened anything itself")
		}
		for _, s := range all {
			w.mustBeTold(s, "x", "ops", "math")
			w.mustRest(s)
		}
	})
}

// A process ends while an incident is announced, between any two turns of it: nothing has
// to be looked up by the next, be it told whatever it is ready for.
func TestAnnouncedWhileTheProcessEnds(t *testing.T) {
	atEachTurn(t, func(w *world, begin func()) {
		w.start()
		w.pass(time.Minute)
		begin()
		w.stop()
		w.rash = false
		w.start()
		w.pass(time.Minute)
		if n := w.platform.calls["find"]; n > 0 {
			w.t.Errorf("%d look-ups", n)
		}
	})
}

// What is announced when the process has ended is not opened for it, whatever its lines
// said.
func TestAnnouncedWhenTheProcessHasEnded(t *testing.T) {
	inWorld(t, func(w *world) {
		w.rash = true
		w.start()
		w.pass(time.Minute)
		w.stop()
		s := w.declare(desk.Major, 0)
		if n := w.intents(); n > 0 {
			t.Errorf("%d intents of a process that has ended", n)
		}
		w.start()
		w.pass(time.Minute)
		w.expect("ops", s, "post 1")
		w.mustRest(s)
	})
}

// Another bot takes over with other ops channels. What is announced through the one before
// opens nothing for it: its channels may be others, and it is not the one that sends.
func TestAnotherBotTakesOver(t *testing.T) {
	inWorld(t, func(w *world) {
		w.start()
		w.pass(time.Minute)
		old, its := w.book, w.engine
		w.stop()
		w.book = NewBook()
		w.places(Connection{Name: campus, Ops: []string{"ops", "duty"}})
		w.start()
		w.pass(time.Minute)
		its.lines[campus].ready.Store(&readiness{boot: its.lines[campus].boot})
		c := w.opened(1)
		w.update(func(tx storage.Tx) error {
			_, err := old.Announce(tx, *c.Announce, w.release(0))
			return err
		}, c.Incident.Subject())
		if n := w.aheads; n > 0 {
			t.Errorf("%d announcements opened something", n)
		}
		w.pass(time.Minute)
		for _, id := range []string{"ops", "duty"} {
			w.expect(id, c.Incident.Subject(), "post 1")
		}
		w.mustRest(c.Incident.Subject())
		w.expect("ops", w.declareBy(2), "")
		w.pass(time.Minute)
		w.expect("duty", incidentNo(2), "post 1")
		if w.aheads != 1 {
			t.Errorf("%d announcements opened something, want that of the bot of now", w.aheads)
		}
	})
}

// A read that fails while the line takes in what came with an announcement, or with all
// that is open, loses nothing and doubles nothing.
func TestAReadFailsAsAnAnnouncementIsTakenIn(t *testing.T) {
	failed := true
	for at := int64(1); failed && !t.Failed(); at++ {
		inWorld(t, func(w *world) {
			w.xAndOps()
			w.subscribe("", "math")
			w.start()
			w.pass(time.Minute)
			w.declareBy(2)
			w.pass(time.Minute)
			w.badGet.Store(w.gets.Load() + at)
			s := w.unheard(func() desk.Subject { return w.declareBy(1) })
			w.engine.Poke() // about all
			w.pass(50 * time.Millisecond)
			failed = w.gets.Load() >= w.badGet.Load()
			w.badGet.Store(0)
			w.pass(time.Minute)
			if w.aheads != 2 {
				t.Errorf("%d announcements opened something", w.aheads)
			}
			for _, id := range []string{"x", "ops", "math"} {
				w.expect(id, s, "post 1")
			}
			w.mustRest(s)
		})
	}
}

// What an announcement opens counts as a chunk of ops channels, of which more may be open
// than of others.
func TestWhatCameAheadIsOfOps(t *testing.T) {
	inWorld(t, func(w *world) {
		w.start()
		w.pass(time.Minute)
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.now(func() { w.platform.fault = func(_ string, d chat.Delivery) fault { return fault{hang: d.Ops} } })
		w.say(s, 0)
		w.pass(time.Second)
		l := w.engine.lines[campus]
		if w.aheads != 2 || len(l.intents) != 1 {
			t.Fatalf("%d announcements opened something, %d intents are open", w.aheads, len(l.intents))
		}
		if r := l.room(nil); r != (room{opsOpen - 1, chunksOpen}) {
			t.Errorf("there is room for %+v", r)
		}
		w.now(func() { w.platform.fault = nil })
		w.pass(10 * time.Minute)
		w.mustBeTold(s, "ops")
	})
}
