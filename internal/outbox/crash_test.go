package outbox

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// history is a course of events. What it promises holds wherever a process dies.
type history struct {
	name string
	tell func(w *world)
}

// fourChannels is where most histories happen: ops and three more, told in
// chunks of two, by a process that has read what there is.
func fourChannels(w *world) {
	w.chunk = 2
	w.subscribe("", "a", "b", "c")
	w.start()
	w.pass(time.Millisecond)
}

func histories() []history {
	return append(opsHistories(), []history{
		{"declared, updated, resolved", func(w *world) {
			fourChannels(w)
			s := w.declare(desk.Major, 0)
			w.pass(2 * time.Second)
			w.say(s, 0)
			w.pass(20 * time.Second)
			w.resolve(s)
			w.pass(5 * time.Minute)
			w.mustBeTold(s, "ops", "a", "b", "c")
			w.mustRest(s)
		}},
		{"updated before all have heard", func(w *world) {
			fourChannels(w)
			s := w.declare(desk.Major, 0)
			w.say(s, 0)
			time.Sleep(3 * time.Millisecond)
			w.say(s, 0)
			w.pass(5 * time.Minute)
			w.mustBeTold(s, "ops", "a", "b", "c")
			w.mustRest(s)
		}},
		{"retracted in its grace", func(w *world) {
			fourChannels(w)
			s := w.declare(desk.Major, 10*time.Second)
			w.pass(4 * time.Second)
			w.retract(s)
			w.pass(5 * time.Minute)
			w.mustBeTold(s, "ops")
			w.mustNotBeTold(s, "a", "b", "c")
			w.mustRest(s)
		}},
		{"retracted after its grace", func(w *world) {
			fourChannels(w)
			s := w.declare(desk.Major, 10*time.Second)
			w.pass(11 * time.Second)
			w.retract(s)
			w.pass(5 * time.Minute)
			w.mustBeTold(s, "ops")
			w.mustRest(s)
			for _, id := range []string{"a", "b", "c"} {
				if w.platform.in(channel(id), s) != "" {
					w.mustBeTold(s, id)
				}
			}
		}},
		{"a channel subscribes, another unsubscribes, impact rises", func(w *world) {
			fourChannels(w)
			w.subscribe(desk.Critical, "dean")
			s := w.declare(desk.Major, 0)
			w.pass(2 * time.Second)
			w.unsubscribe("b")
			w.subscribe("", "late")
			w.impact(s, desk.Critical)
			w.pass(5 * time.Minute)
			w.mustBeTold(s, "ops", "a", "c", "late", "dean")
			w.mustRest(s)
		}},
		{"answers are lost", func(w *world) {
			lost := 0
			w.platform.fault = func(kind string, d chat.Delivery) fault {
				if lost++; kind == "find" || lost%3 != 0 {
					return fault{}
				}
				return fault{err: unknown, lost: lost%2 == 0}
			}
			fourChannels(w)
			s := w.declare(desk.Major, 0)
			w.pass(30 * time.Second)
			w.say(s, 0)
			w.pass(15 * time.Minute)
			w.mustBeTold(s, "ops", "a", "b", "c")
			w.mustRest(s)
		}},
		{"a channel vanishes between two incidents", func(w *world) {
			away := false
			w.platform.fault = func(_ string, d chat.Delivery) fault {
				if away && d.Channel.ID == "b" {
					return fault{err: archived}
				}
				return fault{}
			}
			fourChannels(w)
			first := w.declare(desk.Major, 0)
			w.pass(30 * time.Second)
			w.now(func() { away = true })
			w.say(first, 0)
			second := w.declare(desk.Major, 0)
			w.pass(time.Minute)
			w.now(func() { away = false })
			w.pass(26 * time.Hour)
			w.mustBeTold(first, "ops", "a", "b", "c")
			w.mustBeTold(second, "ops", "a", "b", "c")
			w.mustRest(first)
		}},
		{"a circle comes by while it is not yet on disk that a channel vanished", func(w *world) {
			w.subscribe("", "a", "b", "c")
			w.start()
			first := w.declare(desk.Major, 0)
			w.pass(30 * time.Second)
			vanished := make(chan struct{})
			back := w.vanish(func() { close(vanished) })
			w.say(first, 0)
			select {
			case <-vanished:
			case <-time.After(time.Second): // the process died before
			}
			second := w.declare(desk.Major, 0)
			w.pass(500 * time.Millisecond)
			back()
			w.pass(26 * time.Hour)
			w.mustBeTold(first, "ops", "a", "b", "c")
			w.mustBeTold(second, "ops", "a", "b", "c")
			w.mustRest(second)
		}},
		{"nothing can be looked up", func(w *world) {
			w.platform.abil.LookUp = false
			fourChannels(w)
			s := w.declare(desk.Major, 0)
			w.pass(2 * time.Second)
			w.say(s, 0)
			w.pass(20 * time.Second)
			w.resolve(s)
			w.pass(5 * time.Minute)
			for _, id := range []string{"ops", "a", "b", "c"} {
				if in := w.platform.in(channel(id), s); !strings.Contains(in, "shows 3") || !strings.Contains(in, "cries") {
					w.t.Errorf("%s was not told all: %s", id, in)
				}
			}
			w.mustRest(s)
		}},
		{"a quiet night", func(w *world) {
			w.chunk = 2
			w.subscribe("", "a")
			w.subscribeAs("b", desk.Normal, overnight())
			w.subscribeAs("c", desk.Normal, overnight())
			w.start()
			w.pass(time.Millisecond)
			over, open := w.declare(desk.Major, 0), w.declare(desk.Major, 0)
			w.pass(time.Minute)
			w.resolve(over)
			w.pass(time.Minute)
			w.subscribeAs("c", desk.Normal, &desk.Hours{From: 22 * 60, To: 7*60 + 5, Least: desk.Critical})
			w.until(6, 59)
			w.mustNotBeTold(over, "b", "c")
			w.mustNotBeTold(open, "b", "c")
			w.until(7, 4)
			w.mustNotBeTold(open, "c")
			w.mustHaveMissed("c", "")
			w.until(7, 10)
			w.mustBeTold(over, "ops", "a")
			w.mustBeTold(open, "ops", "a", "b", "c")
			w.mustHaveMissed("b", "missed: INC-1 over; ")
			w.mustHaveMissed("c", "missed: INC-1 over; ")
			w.mustHaveCaughtUp()
			w.mustRest(open)
		}},
		{"a channel is gone and comes back", func(w *world) {
			away := true
			w.platform.fault = func(_ string, d chat.Delivery) fault {
				if away && d.Channel.ID == "b" {
					return fault{err: archived}
				}
				return fault{}
			}
			fourChannels(w)
			s := w.declare(desk.Major, 0)
			w.pass(30 * time.Second)
			w.now(func() { away = false })
			w.engine.Return(channel("b"))
			w.say(s, 0)
			w.pass(26 * time.Hour)
			w.mustBeTold(s, "ops", "a", "b", "c")
			w.mustRest(s)
		}},
	}...)
}

// Wherever a process is killed, between any two steps, the channels end as they
// would have without.
func TestKilledAnywhere(t *testing.T) {
	for _, h := range histories() {
		t.Run(h.name, func(t *testing.T) {
			if killedEverywhere(t, h) == 0 {
				t.Error("no announcement opened ops channels itself")
			}
		})
	}
}

// killedEverywhere returns how many announcements opened ops channels themselves.
func killedEverywhere(t *testing.T, h history) (aheads int) {
	t.Parallel() // a history waits for the disk more often than not
	boundaries := 0
	inWorld(t, func(w *world) {
		h.tell(w)
		boundaries, aheads = int(w.hits.Load()), w.aheads
	})
	for k := 1; k <= boundaries && !t.Failed(); k++ {
		killedAt(t, h, k)
	}
	t.Logf("killed at %d places", boundaries)
	return aheads
}

func killedAt(t *testing.T, h history, k int) {
	t.Run(fmt.Sprint(k), func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			defer w.close()
			w.killAt.Store(int64(k))
			h.tell(w)
			w.mustBeSound()
		})
	})
}
