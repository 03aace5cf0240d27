package outbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// An incident is one post in each channel, an update is said in its thread and
// shown in the post, the end is cried to the channel.
func TestStoryOneIncident(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math", "physics")
		w.subscribe(desk.Critical, "dean")
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(time.Second)
		w.expect("ops", s, "post 1")
		w.expect("math", s, "post 1")
		w.expect("physics", s, "post 1")
		w.expect("dean", s, "")
		w.say(s, 0)
		w.pass(20 * time.Second)
		w.expect("math", s, "post 1 shows 2; says [2]")
		w.expect("ops", s, "post 1 shows 2; says [2]")
		w.resolve(s)
		w.pass(20 * time.Second)
		w.expect("math", s, "post 1 shows 3; says [2]; cries [3]")
		w.expect("dean", s, "")
		w.mustRest(s)
	})
}

// What reaches many is held back; ops sees it at once, and its card changes when
// the grace has ended. A tap sends it now.
func TestStoryGrace(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.start()
		s := w.declare(desk.Major, 10*time.Second)
		w.pass(9 * time.Second)
		w.expect("ops", s, "post 1")
		w.mustNotBeTold(s, "math")
		if held := w.read(s).at(1).Snapshot.Held; held == nil || held.Channels != 3 {
			t.Errorf("the ops card does not say that it waits: %+v", held)
		}
		w.pass(2 * time.Second)
		w.expect("math", s, "post 2")
		w.pass(15 * time.Second)
		w.expect("ops", s, "post 1 shows 2")

		other := w.declare(desk.Major, 10*time.Second)
		w.pass(time.Second)
		w.update(func(tx storage.Tx) error {
			_, err := w.book.SendNow(tx, other, time.Now().UTC())
			return err
		})
		w.pass(time.Second)
		w.expect("math", other, "post 2")
	})
}

// A further announcement begins the grace anew, but at most 30 seconds after the
// first; what needs no grace does not end one.
func TestStoryGraceIsBegunAnew(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.start()
		s := w.declare(desk.Major, 10*time.Second)
		for range 3 {
			w.pass(9 * time.Second)
			w.say(s, 10*time.Second)
		}
		w.say(s, 0)
		w.pass(2 * time.Second)
		w.mustNotBeTold(s, "math")
		w.pass(2 * time.Second)
		w.expect("math", s, "post 6")
	})
}

// On a slow disk a grace ends in time that ends soon after another.
func TestStoryGraceBehindAnother(t *testing.T) {
	inWorld(t, func(w *world) {
		w.disk = 5 * time.Second
		w.start()
		w.pass(time.Minute)
		w.declare(desk.Major, 30*time.Second)
		w.pass(7 * time.Second)
		s := w.declare(desk.Major, 30*time.Second)
		due := time.Now().Add(30 * time.Second)
		w.pass(2 * time.Minute)
		if ended := w.stored(s, 2).At; !ended.Equal(due) {
			t.Errorf("the grace ended %v late", ended.Sub(due))
		}
		w.mustRest(s)
	})
}

// However many hear of it, few are looked for before the first is told: the ops channels
// do not count.
func TestStoryFirstPostDoesNotWaitForMany(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", numbered(120)...)
		w.disk = 10 * time.Millisecond // in which a call is made
		w.start()
		w.pass(time.Minute)
		found := 0
		w.now(func() {
			w.platform.allowed = func(d chat.Delivery) string {
				for _, c := range w.chunks() {
					if found == 0 && d.Channel.ID != "ops" && slices.Contains(c.Channels, d.Channel.ID) {
						found = len(c.Channels)
					}
				}
				return ""
			}
		})
		s := w.declare(desk.Major, 10*time.Second)
		w.pass(time.Minute)
		if found != chunkLeast {
			t.Errorf("%d channels were found before the first was told, want %d", found, chunkLeast)
		}
		w.mustRest(s)
	})
}

// A process that dies in a grace does not prolong it.
func TestStoryGraceOverARestart(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.start()
		s := w.declare(desk.Major, 10*time.Second)
		w.pass(4 * time.Second)
		w.crash()
		w.pass(5 * time.Second)
		w.mustNotBeTold(s, "math")
		w.pass(2 * time.Second)
		w.expect("math", s, "post 2")
	})
}

// A channel that hangs, one that is archived and one that is limited hold up
// nobody else.
func TestStoryHealthyChannelsDoNotWait(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", numbered(120)...)
		limits := 0
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			switch d.Channel.ID {
			case "c0003":
				return fault{hang: true}
			case "c0004":
				return fault{err: archived}
			case "c0005":
				if limits++; limits < 4 {
					return fault{err: &chat.SendError{Outcome: chat.NotSent, Limited: true, After: 5 * time.Second}}
				}
			}
			return fault{}
		}
		w.start()
		w.pass(time.Minute) // newcomers have been looked at
		s := w.declare(desk.Major, 10*time.Second)
		w.say(s, 10*time.Second)
		w.pass(10 * time.Second)
		w.platform.lag = 0
		w.pass(9 * time.Second)
		for i, id := range numbered(120) {
			if i < 3 || i > 5 {
				w.expect(id, s, "post 3")
			}
		}
		w.mustNotBeTold(s, "c0003", "c0004")
		w.pass(time.Minute)
		w.expect("c0005", s, "post 3")
		if p := w.platform.in(channel("ops"), desk.Subject{Kind: desk.NoticeSubject, Number: 1}); p != "post 1" {
			t.Errorf("ops was not told that a channel is gone: %q", p)
		}
	})
}

// Nor do they where the channels in trouble are of different chunks, all that may be open.
func TestStoryHealthyChannelsDoNotWaitForChunks(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", numbered(40)...)
		limits := 0
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			switch d.Channel.ID {
			case "c0003": // of the first chunk
				return fault{hang: true}
			case "c0011": // of the second
				if limits++; limits < 4 {
					return fault{err: &chat.SendError{Outcome: chat.NotSent, Limited: true, After: 30 * time.Second}}
				}
			}
			return fault{}
		}
		w.start()
		w.pass(time.Minute)
		s := w.declare(desk.Major, 10*time.Second)
		w.pass(14 * time.Second)
		for i, id := range numbered(40) {
			if i != 3 && i != 11 {
				w.expect(id, s, "post 2")
			}
		}
		w.pass(5 * time.Minute)
		w.expect("c0011", s, "post 2")
	})
}

// The platform is down for ten minutes while there are three updates: afterwards
// everybody has heard everything, in few messages.
func TestStoryPlatformDown(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", numbered(60)...)
		down := false
		w.platform.fault = func(kind string, _ chat.Delivery) fault {
			if down {
				return fault{err: unknown}
			}
			return fault{}
		}
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(30 * time.Second)
		w.now(func() { down = true })
		before := w.platform.calls["post"]
		for range 3 {
			w.say(s, 0)
			w.pass(200 * time.Second)
		}
		if tries := w.platform.calls["post"] - before; tries > 60 {
			t.Errorf("%d sends were tried while the platform was down; few should be in doubt", tries)
		}
		w.now(func() { down = false })
		w.pass(10 * time.Minute)
		w.mustBeTold(s, append(numbered(60), "ops")...)
		for _, id := range numbered(60) {
			if n := len(w.platform.rooms[channel(id)]); n > 3 {
				t.Errorf("%s was flooded: %s", id, w.platform.in(channel(id), s))
			}
		}
		w.mustRest(s)
	})
}

// A dead connection does not delay another.
func TestStoryTwoConnections(t *testing.T) {
	inWorld(t, func(w *world) {
		w.places(Connection{Name: campus, Ops: []string{"ops"}}, Connection{Name: "boston", Ops: []string{"duty"}})
		w.subscribe("", "math")
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if d.Channel.Connection == campus {
				return fault{hang: true}
			}
			return fault{}
		}
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(time.Second)
		if got := w.platform.in(desk.Channel{Connection: "boston", ID: "duty"}, s); got != "post 1" {
			t.Errorf("boston's ops channel has %q", got)
		}
	})
}

// A drill is seen by the ops channel where it was declared, and by nobody else.
func TestStoryDrill(t *testing.T) {
	inWorld(t, func(w *world) {
		w.places(Connection{Name: campus, Ops: []string{"ops"}}, Connection{Name: "boston", Ops: []string{"duty"}})
		w.subscribe("", "math")
		c, err := desk.Declare(1, desk.Declaration{
			Services: []desk.Affected{{Service: "learn", Name: "Learn"}}, Impact: desk.Critical, Title: "Learn", Text: "Exercise.", Drill: true, In: channel("ops"),
		}, w.act())
		s := w.announce(c, err, 0)
		w.resolve(s)
		w.start() // else it may be told before it is over
		w.pass(time.Minute)
		w.expect("ops", s, "post 2")
		w.mustNotBeTold(s, "math")
		if got := w.platform.in(desk.Channel{Connection: "boston", ID: "duty"}, s); got != "" {
			t.Errorf("boston's ops channel has %q", got)
		}
		w.mustRest(s)
	})
}

// hold stops all sends of a connection, release lets them go on.
func TestStoryHold(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.start()
		w.update(func(tx storage.Tx) error { return w.book.Hold(tx, campus, Hold{Since: time.Now(), Why: "wrong text"}) })
		s := w.declare(desk.Major, 0)
		w.say(s, 0)
		w.pass(time.Minute)
		w.mustNotBeTold(s, "math", "ops")
		why, err := w.book.Why(context.Background(), w.store, s, channel("math"))
		if err != nil || why.State != Waiting || why.Why != "posts to amherst are held: wrong text" {
			t.Errorf("got %+v, %v", why.Standing, err)
		}
		w.update(func(tx storage.Tx) error {
			_, err := w.book.Release(tx, campus)
			return err
		})
		w.pass(time.Second)
		w.expect("math", s, "post 2")
	})
}

// What is announced after a hold is told nobody, wherever between two looks into the
// store the two come, also while a channel is made acquainted with what is open.
func TestStoryHoldBetweenTwoLooks(t *testing.T) {
	for at, came := int64(1), true; came; at++ {
		inWorld(t, func(w *world) {
			var looks atomic.Int64
			var s desk.Subject
			w.looks = func() {
				if looks.Add(1) != at {
					return
				}
				w.update(func(tx storage.Tx) error { return w.book.Hold(tx, campus, Hold{Since: time.Now()}) })
				s = w.declare(desk.Major, 0)
				w.say(s, 0)
			}
			w.subscribe("", "math")
			w.start()
			w.pass(time.Minute)
			if came = looks.Load() >= at; came {
				w.mustNotBeTold(s, "math", "ops")
			}
		})
	}
}

// Who subscribes is told what is open; who unsubscribes keeps a true post.
func TestStorySubscriptionsChange(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.subscribe("", "late")
		w.subscribe(desk.Critical, "dean")
		w.pass(time.Second)
		w.expect("late", s, "post 1")
		w.mustNotBeTold(s, "dean")
		w.unsubscribe("math")
		w.impact(s, desk.Critical)
		w.pass(time.Minute)
		w.expect("math", s, "post 1 shows 2; cries [2]")
		w.expect("dean", s, "post 2")
		w.resolve(s)
		w.pass(time.Minute)
		w.expect("math", s, "post 1 shows 3; cries [2]; cries [3]")
		w.mustRest(s)
		w.subscribe("", "after")
		w.pass(time.Minute)
		w.mustNotBeTold(s, "after")
	})
}

// An incident ends while a connection is not configured: when it is again, what it
// posted is kept true to its end, once.
func TestStoryEndedWhileAConnectionWasAway(t *testing.T) {
	inWorld(t, func(w *world) {
		boston := Connection{Name: "boston", Ops: []string{"duty"}}
		w.places(Connection{Name: campus, Ops: []string{"ops"}}, boston)
		w.subscribe("", "math")
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.stop()
		w.places(boston)
		w.start()
		w.resolve(s)
		w.pass(time.Minute)
		w.expect("math", s, "post 1")
		if got := w.platform.in(desk.Channel{Connection: "boston", ID: "duty"}, s); got != "post 1 shows 2; cries [2]" {
			t.Errorf("boston's ops channel has %q", got)
		}
		w.stop()
		w.places(Connection{Name: campus, Ops: []string{"ops"}}, boston)
		for range 2 {
			w.start()
			w.pass(time.Minute)
			for _, id := range []string{"math", "ops"} {
				w.expect(id, s, "post 1 shows 2; cries [2]")
			}
			w.mustRest(s)
			w.stop()
		}
	})
}

// Channels of one connection that can less (Teams' workflow webhooks beside its bot) get
// a post for what reaches a channel, and nothing else; the others are edited as ever.
func TestStoryChannelsOfAConnectionThatCanLess(t *testing.T) {
	inWorld(t, func(w *world) {
		w.platform.ables = map[string]chat.Abilities{"library": {Queues: true}}
		w.platform.abil.LookUp = false
		w.subscribe("", "math", "library")
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		w.say(s, 0)
		w.pass(20 * time.Second)
		w.expect("math", s, "post 1 shows 2; says [2]")
		w.expect("library", s, "post 1")
		w.stop()
		w.start()
		w.resolve(s)
		w.pass(20 * time.Second)
		w.expect("math", s, "post 1 shows 3; says [2]; cries [3]")
		w.expect("library", s, "post 1; cries [3]")
		w.mustRest(s)
		for id, want := range map[string]State{"math": Told, "library": Queued} {
			why, err := w.book.Why(context.Background(), w.store, s, channel(id))
			if err != nil || why.State != want {
				t.Errorf("%s: %+v, %v", id, why.Standing, err)
			}
		}
	})
}

// Workflows that hang or fail, each a service by itself, hold up no channel of the bot
// beside them.
func TestStoryWorkflowsThatAreDeadDelayNoBot(t *testing.T) {
	flows := []string{"w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8"}
	for _, dead := range []fault{{hang: true}, {err: unknown}, {err: notSent}} {
		inWorld(t, func(w *world) {
			defer w.now(func() { w.platform.problems = nil }) // of what nobody gets
			w.platform.abil = chat.Abilities{Edit: true, Thread: true}
			w.platform.ables = map[string]chat.Abilities{}
			for _, id := range flows {
				w.platform.ables[id] = chat.Abilities{Queues: true}
			}
			w.platform.fault = func(_ string, d chat.Delivery) fault {
				if w.platform.ables[d.Channel.ID].Queues {
					return dead
				}
				return fault{}
			}
			w.subscribe("", append(slices.Clone(flows), "math")...)
			w.start()
			s := w.declare(desk.Critical, 0)
			w.pass(5 * time.Second)
			w.expect("math", s, "post 1")
			for n := 2; n < 14; n++ {
				w.pass(5 * time.Minute)
				w.say(s, 0)
				w.pass(5 * time.Second)
				for _, id := range []string{"math", "ops"} {
					if got := w.platform.in(channel(id), s); !strings.Contains(got, fmt.Sprintf("says [%d]", n)) {
						t.Errorf("%s after update %d: %s", id, n, got)
					}
				}
			}
		})
	}
}
