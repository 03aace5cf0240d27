package outbox

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// course is a random course of events: what people do, what goes wrong with the
// first calls, and where processes die.
type course struct {
	Chunk  int
	Blind  bool
	Bad    bool // the store fails, or seems to; then nobody dies
	Lag    time.Duration
	Disk   time.Duration // how long a commit takes
	Spent  bool          // posts take one edit each
	Late   bool          // announcements do not open ops channels themselves,
	Rash   bool          // or do whatever is under way there
	TwoOps bool          // d is an ops channel, too
	Twice  bool          // transactions run twice
	Steps  []step
	Faults []int
	Deaths []int // boundaries between one death and the next
}

// step is something that happens after a while.
type step struct {
	After time.Duration
	Do    string
	On    int // which channel or subject
}

var randomDeeds = []string{
	"declare", "declare", "declare with grace", "say", "say", "say with grace", "title", "worse", "better", "resolve", "retract",
	"reopen", "subscribe", "subscribe critical", "unsubscribe", "quiet", "loud", "night", "night", "late night", "quiet night", "mail night", "mail", "learn", "hold", "release", "restart", "vanish", "return",
}

func drawCourse(rt *rapid.T, deeds []string) course {
	c := course{
		Chunk: rapid.IntRange(1, 3).Draw(rt, "chunk"),
		Blind: rapid.IntRange(0, 4).Draw(rt, "blind") == 0,
		Bad:   rapid.IntRange(0, 4).Draw(rt, "bad") == 0,
		Lag:   time.Duration(rapid.IntRange(0, 4).Draw(rt, "lag")) * time.Second,
		Disk:  time.Duration(rapid.IntRange(0, 8).Draw(rt, "disk")) * time.Millisecond,
	}
	c.Spent = rapid.IntRange(0, 2).Draw(rt, "spent") == 0
	c.Late = rapid.IntRange(0, 3).Draw(rt, "late") == 0
	c.Rash = rapid.IntRange(0, 2).Draw(rt, "rash") == 0
	c.TwoOps = rapid.Bool().Draw(rt, "two ops")
	c.Twice = rapid.Bool().Draw(rt, "twice")
	c.Steps = rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) step {
		ms := rapid.OneOf(rapid.IntRange(1, 200), rapid.IntRange(200, 20_000)).Draw(rt, "ms")
		return step{
			After: time.Duration(ms)*time.Millisecond + 137*time.Nanosecond,
			Do:    rapid.SampledFrom(deeds).Draw(rt, "do"),
			On:    rapid.IntRange(0, 4).Draw(rt, "on"),
		}
	}), 1, 14).Draw(rt, "steps")
	c.Faults = rapid.SliceOfN(rapid.IntRange(0, 13), 0, 60).Draw(rt, "faults")
	c.Deaths = rapid.SliceOfN(rapid.IntRange(1, 60), 0, 3).Draw(rt, "deaths")
	return c
}

// faultOf makes a fault of a number; most are none. Where nothing can be looked
// up, what is doubled is doubled by design, so nothing is lost there.
func faultOf(n int, blind bool) fault {
	switch {
	case n == 1:
		return fault{err: limited(time.Second)}
	case n == 2:
		return fault{err: notSent}
	case n == 9:
		return fault{err: spent}
	case blind:
		return fault{}
	case n == 3:
		return fault{err: unknown}
	case n == 4, n == 5:
		return fault{err: unknown, lost: true}
	case n == 6:
		return fault{err: unknown, late: 14 * time.Second}
	case n == 7:
		return fault{hang: true}
	case n == 8:
		return fault{hang: true, lost: true}
	}
	return fault{}
}

// Whatever happens in whatever order, the invariants hold, and at rest everybody
// was told what there was to be told.
func TestRandomCourses(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := drawCourse(rt, randomDeeds)
		for _, p := range run(t, c) {
			rt.Error(p)
		}
	})
}

func run(t *testing.T, c course) (problems []string) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{TB: t}
		w := newWorld(r)
		w.chunk, w.late, w.rash, w.twice = c.Chunk, c.Late, c.Rash, c.Twice
		if c.TwoOps {
			w.places(Connection{Name: campus, Ops: []string{"d", "ops"}})
		}
		w.platform.lag, w.disk = c.Lag, c.Disk
		w.platform.abil.LookUp = !c.Blind
		if c.Spent {
			w.platform.takes, w.platform.flat = 1, "b"
		}
		if c.Blind || c.Bad {
			c.Deaths = nil
		}
		w.deaths = c.Deaths
		w.mayDie()
		away := map[string]bool{}
		w.platform.fault = func(kind string, d chat.Delivery) fault {
			if away[d.Channel.ID] {
				return fault{err: archived}
			}
			if kind == "reach" || len(c.Faults) == 0 {
				return fault{}
			}
			f := faultOf(c.Faults[0], c.Blind)
			if f.err == spent && kind != "edit" {
				f = fault{}
			}
			c.Faults = c.Faults[1:]
			return f
		}
		w.platform.allowed = w.permits
		w.subscribe("", "a", "b", "c")
		w.meanwhile(nil)
		w.start()
		if w.pass(time.Millisecond); c.Bad {
			w.badStore.Store(1)
		}
		for _, s := range c.Steps {
			w.pass(s.After)
			w.deed(s, away)
		}
		w.badStore.Store(0)
		w.now(func() {
			c.Faults = nil
			clear(away)
		})
		w.deed(step{Do: "release"}, away)
		w.pass(49 * time.Hour) // those that were gone are tried daily
		w.mustBeAtRest()
		w.mustHaveToldWindows()
		w.mustHaveRecounted()
		w.close()
		w.mustBeSound()
		problems = r.problems
	})
	return problems
}

// permits says why a post may not be made now: I5 and I6.
func (w *world) permits(d chat.Delivery) (why string) {
	err := w.store.View(context.Background(), func(tx storage.Tx) error {
		s := &subject{id: d.Subject}
		if _, err := s.refresh(tx, nil); err != nil {
			return err
		}
		if why = w.tooLate(d, s); why != "" || d.Ops {
			return nil
		}
		if d.N > s.out.Rel {
			why = "told before its grace has ended"
			return nil
		}
		subs, err := w.book.Subscriptions(tx, d.Channel)
		if err != nil {
			return err
		}
		if why = w.disturbs(d, s, subs); why != "" || d.Root != "" || d.Continues != "" || len(d.Said) > 0 || !s.out.To.IsZero() {
			return nil
		}
		if !w.book.Places().Catalog.Matches(subs, s.scopeAt(s.out.Rel)) {
			why = "opened although it does not match"
		}
		return nil
	})
	if err != nil {
		return err.Error()
	}
	return why
}

// deed does what a step says, as far as it is possible now.
func (w *world) deed(s step, away map[string]bool) {
	id := []string{"a", "b", "c", "d", "ops"}[s.On]
	switch s.Do {
	case "subscribe":
		w.subscribe("", id)
	case "subscribe critical":
		w.subscribe(desk.Critical, id)
	case "unsubscribe":
		w.unsubscribe(id)
	case "quiet":
		w.subscribeAs(id, desk.Quiet, nil)
	case "loud":
		w.subscribeAs(id, desk.Loud, nil)
	case "night": // time begins at midnight
		w.subscribeAs(id, desk.Normal, &desk.Hours{From: 0, To: 1, Least: desk.Critical})
	case "late night":
		w.subscribeAs(id, desk.Normal, &desk.Hours{From: 0, To: 2, Least: desk.Critical})
	case "mail night":
		w.subscribeTo(desk.ServiceTarget("mail"), id, desk.Loud, &desk.Hours{From: 0, To: 2, Least: desk.Major})
	case "quiet night":
		w.subscribeAs(id, desk.Quiet, &desk.Hours{From: 23 * 60, To: 1, Least: desk.Major})
	case "hold":
		w.update(func(tx storage.Tx) error { return w.book.Hold(tx, campus, Hold{Since: time.Now()}) })
	case "release":
		w.update(func(tx storage.Tx) error {
			_, err := w.book.Release(tx, campus)
			return err
		})
	case "restart":
		if w.badStore.Load() == 0 {
			w.stop()
			w.start()
		}
	case "vanish":
		w.now(func() { away[id], w.vanished[id] = true, true })
	case "return meanwhile":
		w.returnMeanwhile(s, away)
	case "return":
		w.now(func() { delete(away, id) })
		w.engine.Return(channel(id))
	default:
		if !w.changeWindow(s) {
			w.change(s)
		}
	}
}

// change announces a change of an incident; what a rule refuses is not made.
func (w *world) change(s step) {
	number := 1 + s.On%max(1, len(w.state))
	subject := desk.Subject{Kind: desk.IncidentSubject, Number: number}
	i, known := w.state[subject]
	var c desk.Change
	var err error
	grace := time.Duration(0)
	switch {
	case s.Do == "declare":
		w.declare(desk.Major, 0)
		return
	case s.Do == "declare with grace":
		w.declare(desk.Major, 10*time.Second)
		return
	case !known:
		return
	case s.Do == "say":
		c, err = i.Update(desk.Progress{Text: "We work."}, w.act())
	case s.Do == "say with grace":
		grace = 10 * time.Second
		c, err = i.Update(desk.Progress{Text: "We work."}, w.act())
	case s.Do == "title":
		c, err = i.SetTitle(fmt.Sprintf("Learn %d", i.Entries), w.act())
	case s.Do == "worse":
		c, err = i.SetImpact(desk.Critical, w.act())
	case s.Do == "better":
		c, err = i.SetImpact(desk.Minor, w.act())
	case s.Do == "resolve":
		c, err = i.Resolve("It works.", w.act())
	case s.Do == "mail":
		c, err = i.SetServices(desk.Rescope{Add: []desk.Affected{{Service: "mail", Name: "Mail"}}, Remove: []desk.ServiceID{"learn"}}, w.act())
	case s.Do == "learn":
		c, err = i.SetServices(desk.Rescope{Add: []desk.Affected{{Service: "learn", Name: "Learn"}}}, w.act())
	case s.Do == "reopen":
		c, err = i.Reopen("It fails again.", w.act())
	case s.Do == "retract":
		c, err = i.Retract("", w.act())
	}
	if err == nil {
		w.announce(c, nil, grace)
	}
}

// mustBeAtRest fails unless everybody was told all that there was to be told.
func (w *world) mustBeAtRest() {
	w.t.Helper()
	for s := range w.state {
		w.mustRest(s)
		sub := w.read(s)
		for _, id := range []string{"a", "b", "c", "d", "ops"} {
			var subs []desk.Subscription
			err := w.store.View(context.Background(), func(tx storage.Tx) (err error) {
				subs, err = w.book.Subscriptions(tx, channel(id))
				return err
			})
			if err != nil {
				w.t.Errorf("%v", err)
			}
			matches := w.book.Places().isOps(channel(id)) || w.book.Places().Catalog.Matches(subs, sub.scopeAt(sub.out.Rel))
			// Who was gone does not hear of what is over when it is back; who has
			// subscribed anew after the end matches no more, but was told before. What
			// was over in the morning was in its post.
			w.mustHaveNoSecondPost(sub, id)
			heard := !w.vanished[id] || sub.out.expects()
			if (matches && heard && !w.recounted(id, s)) || w.platform.in(channel(id), s) != "" {
				w.mustBeTold(s, id)
			}
		}
	}
}

// Courses that once failed. What happens in them depends on the order in which
// goroutines run, so each is tried a few times.
func TestCoursesThatFailedOnce(t *testing.T) {
	for range 20 {
		for _, c := range failedOnce() {
			for _, p := range run(t, c) {
				t.Error(p)
			}
		}
	}
}

func failedOnce() []course {
	unclearWelcome := course{
		Chunk: 1, Bad: true, Blind: true, Disk: 4 * time.Millisecond,
		Steps: []step{{200 * time.Millisecond, "declare", 0}, {213 * time.Millisecond, "subscribe", 4}, {484 * time.Millisecond, "declare", 0}, {194 * time.Millisecond, "subscribe critical", 0}},
	}
	const odd = 137 * time.Nanosecond
	lastTurnMissed := course{ // an edit became a post when posts had had their turn
		Chunk: 1, Bad: true, Blind: true, Lag: time.Second, Disk: 3 * time.Millisecond,
		Steps: []step{
			{9582*time.Millisecond + odd, "declare", 2}, {201*time.Millisecond + odd, "declare", 4}, {220*time.Millisecond + odd, "title", 0},
			{201*time.Millisecond + odd, "say", 1}, {time.Millisecond + odd, "return", 4}, {130*time.Millisecond + odd, "say", 2},
			{16*time.Millisecond + odd, "unsubscribe", 0}, {200*time.Millisecond + odd, "declare with grace", 1}, {271*time.Millisecond + odd, "retract", 0},
			{20*time.Second + odd, "declare", 4}, {276*time.Millisecond + odd, "better", 2}, {5*time.Millisecond + odd, "say", 3},
		},
	}
	setAnewAtNight := course{ // behind the end of what the night kept back
		Chunk: 1, Disk: 6 * time.Millisecond,
		Steps: []step{
			{19692*time.Millisecond + odd, "late night", 2}, {time.Millisecond + odd, "declare", 0}, {7 * time.Second, "resolve", 0},
			{204*time.Millisecond + odd, "late night", 2},
		},
	}
	easedBeforeItsTurn := course{ // an older version, told by itself, was grave enough
		Chunk: 1, Blind: true,
		Steps: []step{
			{time.Millisecond + odd, "declare", 0}, {95*time.Millisecond + odd, "quiet night", 0}, {24*time.Millisecond + odd, "mail", 1},
			{200*time.Millisecond + odd, "better", 1},
		},
	}
	endedBeforeTheSend := course{ // a row said that it may have been sent, so nobody sent it
		Chunk: 2, Blind: true, Disk: 2 * time.Millisecond, Faults: []int{1, 6, 3, 12, 2},
		Steps: []step{
			{970*time.Millisecond + odd, "subscribe critical", 0}, {200*time.Millisecond + odd, "declare", 1}, {9*time.Millisecond + odd, "say", 2},
			{13*time.Millisecond + odd, "declare", 1}, {204*time.Millisecond + odd, "declare", 3}, {202*time.Millisecond + odd, "declare", 4},
			{1084*time.Millisecond + odd, "declare", 1}, {4051*time.Millisecond + odd, "resolve", 3}, {1178*time.Millisecond + odd, "say", 3},
			{115*time.Millisecond + odd, "restart", 0},
		},
	}
	retractedBeforeTheSend := course{ // while it was written that it may be sent
		Chunk: 1, Disk: 2 * time.Millisecond, Faults: []int{6, 0}, Deaths: []int{18, 40},
		Steps: []step{
			{200*time.Millisecond + odd, "declare", 3}, {33*time.Millisecond + odd, "unsubscribe", 3}, {16820*time.Millisecond + odd, "say", 1},
			{200*time.Millisecond + odd, "return", 2}, {20*time.Second + odd, "retract", 1}, {203*time.Millisecond + odd, "declare", 0},
		},
	}
	goneInTheMorning := course{ // so nothing told it that the work went wrong
		Chunk: 1, Blind: true,
		Steps: []step{
			{time.Millisecond + odd, "plan", 0}, {9390*time.Millisecond + odd, "begin", 0}, {173*time.Millisecond + odd, "vanish", 1},
			{33*time.Millisecond + odd, "night", 1}, {5202*time.Millisecond + odd, "convert", 0}, {200*time.Millisecond + odd, "remind", 1},
		},
	}
	return []course{unclearWelcome, lastTurnMissed, setAnewAtNight, easedBeforeItsTurn, endedBeforeTheSend, retractedBeforeTheSend, goneInTheMorning}
}
