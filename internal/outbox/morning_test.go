package outbox

import (
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// awayWhile has a channel answer that it is archived until back is called, which its
// platform then says.
func (w *world) awayWhile(id string) (back func()) {
	away := true
	w.now(func() {
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if away && d.Channel.ID == id {
				return fault{err: archived}
			}
			return fault{}
		}
	})
	return func() {
		w.now(func() { away = false })
		w.engine.Return(channel(id))
	}
}

// A channel that is gone in the morning is told when it is back of what goes on, and of
// the night what it has posts of: that counts as told. What came and went is no news.
func TestStoryGoneInTheMorning(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.start()
		w.until(21, 0)
		evening, ended := w.declare(desk.Major, 0), w.declare(desk.Major, 0)
		w.until(3, 0)
		over, open := w.declare(desk.Major, 0), w.declare(desk.Major, 0)
		w.say(evening, 0)
		w.resolve(ended)
		w.pass(time.Minute)
		w.resolve(over)
		back := w.awayWhile("night")
		w.declare(desk.Critical, 0) // by which it is noticed
		w.until(6, 59)
		before := w.commits.Load()
		w.until(23, 0)
		if n := w.commits.Load() - before; n > 2 {
			t.Errorf("%d commits while the channel is gone", n)
		}
		w.mustHaveMissed("night", "")
		w.subscribeAs("night", desk.Normal, nil)
		w.crash()
		w.pass(time.Minute)
		w.mustHaveMissed("night", "")
		back()
		w.pass(time.Minute)
		w.expect("night", open, "post 1")
		w.expect("night", evening, "post 1 shows 2")
		w.mustHaveMissed("night", "missed: INC-1 open INC-2 over; ")
		w.mustNotBeTold(over, "night")
		w.mustHaveCaughtUp()
		w.until(8, 0)
		w.mustHaveMissed("night", "missed: INC-1 open INC-2 over; ")
	})
}

// It is the morning's post by which it is noticed that the channel is gone: that one
// waits.
func TestStoryGoneSinceTheMorning(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.start()
		w.until(21, 0)
		s := w.declare(desk.Major, 0)
		w.until(3, 0)
		w.say(s, 0)
		w.until(6, 59)
		back := w.awayWhile("night")
		w.until(7, 30)
		w.mustHaveMissed("night", "")
		w.until(12, 0)
		back()
		w.pass(time.Minute)
		w.mustHaveMissed("night", "missed: INC-1 open; ")
		w.mustHaveCaughtUp()
	})
}

// A channel that is back at night is told of the night before in the morning.
func TestStoryBackAtNight(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.start()
		w.until(21, 0)
		s := w.declare(desk.Major, 0)
		w.until(3, 0)
		w.say(s, 0)
		w.pass(time.Minute)
		back := w.awayWhile("night")
		w.declare(desk.Critical, 0)
		w.until(23, 0)
		back()
		w.until(6, 59)
		w.mustHaveMissed("night", "")
		w.until(7, 1)
		w.mustHaveMissed("night", "missed: INC-1 open; ")
		w.mustHaveCaughtUp()
	})
}

// Planned work becomes an incident in the quiet hours of a channel that is gone in the
// morning: its post came to be the incident's, but nothing has said so.
func TestStoryWorkBecomesAnIncidentBeforeTheChannelVanishes(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.start()
		w.until(21, 0)
		s := w.plan(2 * time.Hour)
		w.until(23, 0)
		w.begin(s)
		w.pass(time.Minute)
		into := w.convert(s)
		w.pass(time.Minute)
		back := w.awayWhile("night")
		w.declare(desk.Critical, 0)
		w.until(12, 0)
		w.mustHaveMissed("night", "")
		back()
		w.pass(time.Minute)
		w.mustContinue(s, into, "night")
		w.mustHaveMissed("night", "missed: INC-1 open; ")
		w.mustHaveCaughtUp()
	})
}

// A morning that the platform refuses is told to ops.
func TestStoryAMorningIsRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if d.Channel.ID == "night" {
				return fault{err: tooLong}
			}
			return fault{}
		}
		w.subscribeAs("night", desk.Normal, overnight())
		w.start()
		w.until(3, 0)
		for range 2 {
			s := w.declare(desk.Major, 0)
			w.pass(time.Minute)
			w.resolve(s)
			w.pass(time.Minute)
		}
		w.until(7, 1)
		want := "amherst/night was not told of INC-1: msg_too_long amherst/night was not told of INC-2: msg_too_long"
		if got := w.read(desk.Subject{Kind: desk.NoticeSubject, Number: 2}).at(1).Text; got != want {
			t.Errorf("ops was told %q", got)
		}
	})
}

// Who changes quiet hours at night is told of what they kept back by the new ones, of
// what is over, too.
func TestStoryQuietHoursChangeAfterTheEnd(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, id := range []string{"longer", "none", "louder"} {
			w.subscribeAs(id, desk.Normal, overnight())
		}
		w.start()
		w.until(3, 0)
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.resolve(s)
		w.pass(time.Minute)
		w.subscribeAs("longer", desk.Normal, &desk.Hours{From: 22 * 60, To: 9 * 60, Least: desk.Critical})
		w.subscribeAs("none", desk.Normal, nil)
		w.subscribeAs("louder", desk.Normal, &desk.Hours{From: 22 * 60, To: 7 * 60, Least: desk.Major})
		w.pass(time.Minute)
		w.mustHaveMissed("none", "missed: INC-1 over; ")
		w.mustHaveMissed("louder", "missed: INC-1 over; ")
		w.until(8, 59)
		w.mustHaveMissed("longer", "")
		w.until(9, 1)
		for _, id := range []string{"longer", "none", "louder"} {
			w.mustHaveMissed(id, "missed: INC-1 over; ")
		}
		w.mustHaveCaughtUp()
	})
}

// What was said at night but is only found by a look is not told again in the morning.
func TestStorySaidAtNightWithoutAnAnswer(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.start()
		w.until(3, 0)
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.now(func() {
			w.platform.fault = func(kind string, d chat.Delivery) fault {
				if kind == "post" && d.Channel.ID == "night" {
					return fault{err: unknown, lost: true}
				}
				return fault{}
			}
		})
		w.impact(s, desk.Critical)
		w.pass(time.Minute)
		w.expect("night", s, "post 2")
		w.until(7, 1)
		w.mustHaveMissed("night", "")
		w.mustHaveCaughtUp()
	})
}

// Posts are held in the morning: then the night is told when they are released, as
// things stand then.
func TestStoryHeldInTheMorning(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.start()
		w.until(21, 0)
		s := w.declare(desk.Major, 0)
		w.until(3, 0)
		w.say(s, 0)
		w.pass(time.Minute)
		w.update(func(tx storage.Tx) error { return w.book.Hold(tx, campus, Hold{Since: time.Now()}) })
		w.until(8, 0)
		before := w.commits.Load()
		w.pass(time.Hour)
		if n := w.commits.Load() - before; n > 0 {
			t.Errorf("%d commits while nothing can be done", n)
		}
		w.resolve(s)
		w.update(func(tx storage.Tx) error {
			_, err := w.book.Release(tx, campus)
			return err
		})
		w.pass(time.Minute)
		w.expect("night", s, "post 1 shows 3; cries [3]")
		w.mustHaveMissed("night", "missed: INC-1 over; ")
		w.mustHaveCaughtUp()
	})
}

// A channel sleeps on when what it was told of comes to be about services that it does
// not subscribe to.
func TestStoryOtherServicesAtNight(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.start()
		w.until(21, 0)
		s := w.declare(desk.Major, 0)
		w.until(3, 0)
		c, err := w.state[s].SetServices(desk.Rescope{Add: []desk.Affected{{Service: "mail", Name: "Mail"}}, Remove: []desk.ServiceID{"learn"}}, w.act())
		w.announce(c, err, 0)
		w.until(6, 59)
		w.expect("night", s, "post 1 shows 2")
		w.until(7, 1)
		w.mustHaveMissed("night", "missed: INC-1 open; ")
		w.mustHaveCaughtUp()
	})
}

// A post that somebody deletes at night does not keep the morning from telling.
func TestStoryPostDeletedAtNight(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.platform.fault = func(kind string, d chat.Delivery) fault {
			if kind == "edit" && d.Channel.ID == "night" {
				return fault{err: &chat.SendError{Outcome: chat.RootGone, Reason: "message_not_found"}}
			}
			return fault{}
		}
		w.start()
		w.until(21, 0)
		s := w.declare(desk.Major, 0)
		w.until(3, 0)
		w.say(s, 0)
		w.until(7, 1)
		w.mustHaveMissed("night", "missed: INC-1 open; ")
		w.mustHaveCaughtUp()
	})
}

// A night of many incidents of which much is said fits a morning.
func TestStoryALongNight(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.start()
		w.until(3, 0)
		const many = recountedAtOnce + 5
		for range many {
			s := w.declare(desk.Major, 0)
			long := strings.Repeat("&", 2000)
			for range desk.LatestKept {
				c, err := w.state[s].Update(desk.Progress{Text: long}, w.act())
				w.announce(c, err, 0)
			}
			c, err := w.state[s].Resolve(long, w.act())
			w.announce(c, err, 0)
			w.pass(time.Minute)
		}
		w.until(8, 0)
		if got := strings.Count(w.missedIn("night"), "over"); got != many {
			t.Errorf("told of %d, want %d", got, many)
		}
		w.mustHaveCaughtUp()
	})
}

// A clock that was ahead at night, and is set back, keeps nothing back for as long.
func TestStoryClockSetBackAtNight(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.skew = 100 * 24 * time.Hour
		w.start()
		w.until(3, 0)
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.resolve(s)
		w.pass(time.Minute)
		w.setClock(-100 * 24 * time.Hour)
		w.until(7, 1)
		w.mustHaveMissed("night", "missed: INC-1 over; ")
		w.mustHaveCaughtUp()
	})
}

// Who hears updates again, but of worse incidents only, hears those of what it knows.
func TestStoryQuietNoMore(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("math", desk.Quiet, nil)
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		w.subscribe(desk.Critical, "math")
		w.pass(20 * time.Second)
		w.say(s, 0)
		w.pass(20 * time.Second)
		w.expect("math", s, "post 1 shows 2; says [2]")
	})
}
