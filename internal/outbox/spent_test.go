package outbox

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// An update that the post cannot show any more is shown by a fresh post, at once. It is
// that post which is edited from then on, and in whose thread things are said.
func TestStoryAFreshPostGoesOnWithOneThatTakesNoMoreEdits(t *testing.T) {
	inWorld(t, func(w *world) {
		w.platform.takes = 1
		w.subscribe("", "math")
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		w.say(s, 0)
		w.pass(20 * time.Second)
		w.expect("math", s, "post 1 shows 2; says [2]")
		w.say(s, 0)
		w.pass(2500 * time.Millisecond)
		for _, id := range []string{"ops", "math"} {
			w.expect(id, s, "post 1 shows 2; says [2]; says [3]; fresh post 3")
		}
		w.unsubscribe("math")
		w.pass(time.Minute)
		w.mustRest(s)
		w.say(s, 0)
		w.pass(20 * time.Second)
		w.expect("math", s, "post 1 shows 2; says [2]; says [3]; fresh post 3 shows 4; says [4]")
		w.say(s, 0)
		w.pass(20 * time.Second)
		w.expect("math", s, "post 1 shows 2; says [2]; says [3]; fresh post 3 shows 4; says [4]; says [5]; fresh post 5")
		if m := w.platform.root(channel("math"), s); m.continues != w.platform.rooms[channel("math")][3].id {
			t.Errorf("it goes on with %q", m.continues)
		}
		w.mustBeTold(s, "ops", "math")
		w.mustRest(s)
	})
}

// What was said in the channel itself is not said again there: the end, which the post
// cannot show, is edited so that it is the post, also when it is reopened and ends again.
func TestStoryTheEndIsToldOnceWhereThePostTakesNoMoreEdits(t *testing.T) {
	inWorld(t, func(w *world) {
		w.platform.takes = 1
		w.subscribe("", "math")
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		w.say(s, 0)
		w.pass(20 * time.Second)
		w.resolve(s)
		w.pass(20 * time.Second)
		w.expect("math", s, "post 1 shows 2; says [2]; cries [3], shows 3")
		w.mustRest(s)
		c, err := w.state[s].Reopen("It fails again.", w.act())
		w.announce(c, err, 0)
		w.pass(20 * time.Second)
		w.expect("math", s, "post 1 shows 2; says [2]; cries [3], shows 3; cries [4], shows 4")
		w.retract(s)
		w.pass(20 * time.Second)
		w.expect("math", s, "post 1 shows 2; says [2]; cries [3], shows 3; cries [4], shows 4; cries [5], shows 5")
		w.mustBeTold(s, "ops", "math")
		w.mustRest(s)
	})
}

// Where there are no threads every update stands in the channel itself: it is not said
// beside a fresh post.
func TestStoryAnUpdateIsTheFreshPostWhereThereAreNoThreads(t *testing.T) {
	inWorld(t, func(w *world) {
		w.platform.takes, w.platform.flat = 1, "math"
		w.subscribe("", "math")
		w.start()
		s := w.declare(desk.Major, 0)
		for range 3 {
			w.pass(20 * time.Second)
			w.say(s, 0)
		}
		w.pass(20 * time.Second)
		w.expect("math", s, "post 1 shows 2; says [2]; says [3], shows 3; says [4], shows 4")
		w.expect("ops", s, "post 1 shows 2; says [2]; says [3]; fresh post 3 shows 4; says [4]")
		w.mustRest(s)
	})
}

// That a reply stands in the channel itself is known also where its answer was lost.
func TestStoryTheEndIsToldOnceThoughItsAnswerWasLost(t *testing.T) {
	inWorld(t, func(w *world) {
		w.platform.takes = 1
		w.platform.fault = func(kind string, d chat.Delivery) fault {
			if kind == "post" && d.Broadcast && w.platform.calls["find"] == 0 {
				return fault{err: unknown, lost: true}
			}
			return fault{}
		}
		w.subscribe("", "math")
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		w.say(s, 0)
		w.pass(20 * time.Second)
		w.resolve(s)
		w.pass(time.Minute)
		w.expect("math", s, "post 1 shows 2; says [2]; cries [3], shows 3")
		w.mustRest(s)
	})
}

// A fresh post is a notification, so quiet hours keep it back; it tells then how things
// stand, and what was missed is not told beside it. It waits for nobody else's sake, and
// nobody waits for it. What is grave enough is told at once.
func TestStoryAFreshPostWaitsForTheMorning(t *testing.T) {
	inWorld(t, func(w *world) {
		w.platform.takes = 1
		w.chunk = 1
		for _, id := range []string{"math", "physics"} {
			w.subscribeAs(id, desk.Normal, overnight())
		}
		w.subscribe("", "open")
		w.start()
		w.until(20, 0)
		s, grave := w.declare(desk.Major, 0), w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		w.say(s, 0)
		w.say(grave, 0)
		w.until(23, 0)
		for range 3 {
			w.say(s, 0)
			w.say(grave, 0)
			w.pass(10 * time.Minute)
		}
		w.expect("math", s, "post 1 shows 2; says [2]")
		w.mustBeTold(s, "open", "ops")
		w.crash()
		w.impact(grave, desk.Critical)
		w.pass(time.Minute)
		w.expect("math", grave, "post 1 shows 2; says [2]; fresh post 6")
		w.resolve(s)
		w.until(6, 59)
		w.expect("math", s, "post 1 shows 2; says [2]")
		w.subscribeAs("physics", desk.Normal, &desk.Hours{From: 22 * 60, To: 6 * 60, Least: desk.Critical})
		w.pass(30 * time.Second)
		w.expect("physics", s, "post 1 shows 2; says [2]; fresh post 6")
		w.until(7, 5)
		w.expect("math", s, "post 1 shows 2; says [2]; fresh post 6")
		w.mustHaveMissed("math", "")
		w.mustHaveCaughtUp()
		w.mustRest(s)
		w.mustRest(grave)
	})
}

// Work whose post takes no more edits becomes an incident before the fresh post was made:
// the incident's is that post, also where nobody subscribes any more. (The channels are
// quiet, as elsewhere the start is said, and that becomes the post.)
func TestStoryWorkThatBecomesAnIncidentBeforeItsFreshPost(t *testing.T) {
	inWorld(t, func(w *world) {
		w.platform.takes = 1
		w.subscribeAs("math", desk.Quiet, nil)
		w.subscribeAs("left", desk.Quiet, nil)
		w.start()
		s := w.plan(time.Hour)
		w.pass(time.Minute)
		w.move(s, time.Minute)
		w.until(1, 1)
		w.unsubscribe("left")
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if d.Continues != "" {
				return fault{err: limited(time.Minute)}
			}
			return fault{}
		}
		w.begin(s)
		w.pass(time.Minute)
		if p := w.post(s, "left"); !p.owed() {
			t.Fatalf("%+v", p)
		}
		into := w.convert(s)
		w.now(func() { w.platform.fault = nil })
		w.pass(3 * time.Minute)
		for _, id := range []string{"math", "left"} {
			w.expect(id, into, "fresh post 1")
			w.mustContinue(s, into, id)
		}
		w.mustContinue(s, into, "ops")
		w.mustRest(into)
	})
}

// The fresh post of the work was made, but nobody knows so when it becomes an incident:
// that goes on with it.
func TestStoryWorkThatBecomesAnIncidentWhileItsFreshPostIsInDoubt(t *testing.T) {
	inWorld(t, func(w *world) {
		w.platform.takes = 1
		w.subscribeAs("math", desk.Quiet, nil)
		w.start()
		s := w.plan(time.Hour)
		w.pass(time.Minute)
		w.move(s, time.Minute)
		w.until(1, 1)
		w.platform.fault = func(kind string, d chat.Delivery) fault {
			if kind == "post" && d.Continues != "" {
				return fault{err: unknown, lost: true}
			}
			return fault{}
		}
		w.begin(s)
		w.pass(5 * time.Second)
		w.expect("math", s, "post 1 shows 2; fresh post 3")
		into := w.convert(s)
		w.pass(3 * time.Minute)
		w.expect("math", into, "cries [1]")
		w.mustContinue(s, into, "math")
		w.mustRest(into)
	})
}

// A fresh post that is refused for good is failed, as any; the next announcement makes
// another try. A post that was deleted meanwhile is not gone on with.
func TestStoryAFreshPostThatIsRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		w.platform.takes = 1
		refuse := false
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if refuse && d.Continues != "" && d.Root == "" && d.Channel.ID == "math" {
				return fault{err: tooLong}
			}
			return fault{}
		}
		w.subscribe("", "math")
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		w.say(s, 0)
		w.pass(20 * time.Second)
		w.now(func() { refuse = true })
		w.say(s, 0)
		w.pass(time.Minute)
		w.expect("math", s, "post 1 shows 2; says [2]; says [3]")
		w.expect("ops", desk.Subject{Kind: desk.NoticeSubject, Number: 1}, "post 1")
		w.mustRest(s)
		w.now(func() { refuse = false })
		w.say(s, 0)
		w.pass(time.Minute)
		w.expect("math", s, "post 1 shows 2; says [2]; says [3]; fresh post 4")
		w.mustRest(s)
	})
}

// The process dies between the refusal and the fresh post: the next one, which hears no
// refusal, posts it as soon as it is started.
func TestStoryKilledBetweenTheRefusalAndTheFreshPost(t *testing.T) {
	inWorld(t, func(w *world) {
		w.platform.takes = 1
		w.subscribe("", "math")
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		w.say(s, 0)
		w.pass(20 * time.Second)
		w.say(s, 0)
		for !w.post(s, "math").owed() {
			w.pass(time.Millisecond)
		}
		edits := w.platform.calls["edit"]
		w.expect("math", s, "post 1 shows 2; says [2]; says [3]")
		w.crash()
		w.pass(2 * time.Second)
		w.expect("math", s, "post 1 shows 2; says [2]; says [3]; fresh post 3")
		if n := w.platform.calls["edit"]; n > edits+1 { // that of the other channel
			t.Errorf("%d edits, %d before", n, edits)
		}
		w.pass(time.Minute)
		w.mustRest(s)
	})
}

func spentHistories() []history {
	return []history{
		{"posts take one edit each", func(w *world) {
			w.platform.takes = 1
			fourChannels(w)
			s := w.declare(desk.Major, 0)
			for range 3 {
				w.pass(20 * time.Second)
				w.say(s, 0)
			}
			w.pass(20 * time.Second)
			w.unsubscribe("b")
			w.resolve(s)
			w.pass(10 * time.Minute)
			w.mustBeTold(s, "ops", "a", "b", "c")
			w.mustRest(s)
		}},
		{"posts take one edit each, and answers are lost", func(w *world) {
			w.platform.takes = 1
			calls := 0
			w.platform.fault = func(kind string, d chat.Delivery) fault {
				if calls++; kind == "find" || calls%3 != 0 {
					return fault{}
				}
				return fault{err: unknown, lost: calls%2 == 0}
			}
			w.subscribe("", "a")
			w.start()
			s := w.declare(desk.Major, 0)
			for range 3 {
				w.pass(30 * time.Second)
				w.say(s, 0)
			}
			w.pass(30 * time.Second)
			w.retract(s)
			w.pass(15 * time.Minute)
			w.mustBeTold(s, "ops", "a")
			w.mustRest(s)
		}},
		{"posts take one edit each at night", func(w *world) {
			w.platform.takes = 1
			w.subscribeAs("a", desk.Normal, overnight())
			w.start()
			w.until(21, 59)
			s := w.declare(desk.Major, 0)
			w.pass(20 * time.Second)
			w.say(s, 0)
			w.pass(2 * time.Minute)
			w.say(s, 0)
			w.pass(time.Minute)
			w.say(s, 0)
			w.until(7, 10)
			w.mustBeTold(s, "ops", "a")
			w.mustHaveCaughtUp()
			w.mustRest(s)
		}},
		{"posts take one edit each, and work becomes an incident", func(w *world) {
			w.platform.takes = 1
			w.chunk = 2
			w.subscribe("", "a", "b")
			w.subscribeAs("q", desk.Quiet, nil)
			w.start()
			s := w.plan(30 * time.Minute)
			w.pass(10 * time.Minute)
			w.move(s, 10*time.Minute)
			w.until(0, 40)
			w.begin(s)
			w.pass(20 * time.Millisecond)
			into := w.convert(s)
			w.pass(20 * time.Second)
			w.say(into, 0)
			w.pass(10 * time.Minute)
			for _, id := range []string{"ops", "a", "b", "q"} {
				w.mustContinue(s, into, id)
			}
			w.mustRest(into)
		}},
	}
}

// The same of posts that take no more edits.
func TestKilledAnywhereWhereEditsAreSpent(t *testing.T) {
	for _, h := range spentHistories() {
		t.Run(h.name, func(t *testing.T) { killedEverywhere(t, h) })
	}
}
