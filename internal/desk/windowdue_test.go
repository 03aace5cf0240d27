package desk_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// life is a window under a clock, with what was told and asked of it.
type life struct {
	t      *testing.T
	w      desk.Window
	now    time.Time
	around desk.Around
	said   map[string]int
	log    []string
}

func (l *life) note(format string, args ...any) {
	l.log = append(l.log, l.now.In(l.around.Planning.Zone).Format("Jan 2 15:04:05 ")+fmt.Sprintf(format, args...))
}

func (l *life) fail(format string, args ...any) {
	l.t.Helper()
	for _, line := range l.log {
		l.t.Log(line)
	}
	l.t.Fatalf(format, args...)
}

// tick has the clock do all that is due.
func (l *life) tick() {
	l.t.Helper()
	for range 5 {
		was := l.w
		c, again := l.w.Due(l.now, l.around)
		if !again {
			l.rest()
			return
		}
		l.w = c.Window
		l.check(was, c)
	}
	l.fail("it is due again and again: %+v", l.w)
}

// check looks at one thing that the clock did.
func (l *life) check(was desk.Window, c desk.WindowChange) {
	l.t.Helper()
	if was.IsOver() || was.IsSilent() || !was.HeldAt.IsZero() && c.Announce != nil {
		l.fail("the clock does something about %+v", was)
	}
	if c.Announce != nil {
		l.once("told %s of %s, %d missed", c.Entry.Kind, was.Planned, c.Window.Missed)
		if h := l.now.In(l.around.Planning.Zone).Hour(); c.Entry.Kind == desk.WindowReminded && (h < 7 || h >= 22) {
			l.fail("it is told again at night")
		}
		if c.Entry.At != l.now || c.Announce.At != l.now || c.Entry.Seq != was.Entries+1 {
			l.fail("the line of the timeline is %+v", c.Entry)
		}
	}
	if c.Ask != nil {
		l.once("asked %s about %s by %s, %d missed", c.Ask.Kind, was.Planned, c.Ask.By, c.Ask.Missed)
	}
}

// once notes what is done just once about a plan; reminders may be as many as there are.
func (l *life) once(format string, args ...any) {
	l.t.Helper()
	what := fmt.Sprintf(format, args...)
	l.note("%s", what)
	l.said[what]++
	most := 1
	if args[0] == desk.WindowReminded {
		most = len(l.around.Planning.Reminders)
	}
	if l.said[what] > most {
		l.fail("done twice: %s", what)
	}
}

// rest looks at what is true when nothing is due.
func (l *life) rest() {
	l.t.Helper()
	next := l.w.NextDue(l.now, l.around.Planning)
	if !next.IsZero() && !next.After(l.now) {
		l.fail("nothing is due, and the next is at %s", next)
	}
	if by := l.w.NextNewsBy; !by.IsZero() && !by.After(l.now) {
		l.fail("news is promised by %s", by)
	}
	until := l.now.Add(30 * 24 * time.Hour)
	if !next.IsZero() {
		until = next
	}
	for _, t := range []time.Time{l.now.Add(1), l.now.Add(until.Sub(l.now) / 2), until.Add(-1)} {
		if _, due := l.w.Due(t, l.around); due && t.Before(until) {
			l.fail("the next is at %s, but it is due at %s", next, t)
		}
	}
	if _, due := l.w.Due(next, l.around); !due && !next.IsZero() {
		l.fail("the next is at %s, and nothing is due then", next)
	}
}

// act has a person do something, if the rules let them.
func (l *life) act(r *rand.Rand) {
	verbs := []windowVerb{start, hold, extend, done, tested, passed, fail, cancel, convert, l.move(r)}
	v := verbs[r.IntN(len(verbs))]
	c, err := v.do(l.w, desk.Act{By: ann, At: l.now})
	if err != nil {
		return
	}
	l.note("%s", v.name)
	if v.name != hold.name { // what a person said is a new matter; a held start is not
		l.said = map[string]int{}
	}
	l.w = c.Window
}

func (l *life) move(r *rand.Rand) windowVerb {
	from := l.now.Add(time.Duration(1+r.IntN(20*24*60)) * time.Minute)
	return windowVerb{"move", func(w desk.Window, act desk.Act) (desk.WindowChange, error) {
		return w.Move(desk.Period{From: from, To: from.Add(time.Duration(1+r.IntN(600)) * time.Minute)}, act)
	}}
}

// pass lets time pass: to right before, at or after what is due next, or as it comes;
// sometimes the clock is set back an hour.
func (l *life) pass(r *rand.Rand) {
	next := l.w.NextDue(l.now, l.around.Planning)
	switch k := r.IntN(10); {
	case k < 5 && !next.IsZero():
		l.now = next.Add(time.Duration(r.IntN(3)) * time.Minute)
	case k < 7:
		l.now = l.now.Add(time.Duration(r.IntN(90)) * time.Minute)
	case k < 9:
		l.now = l.now.Add(time.Duration(r.IntN(5*24*60)) * time.Minute)
	default:
		l.now = l.now.Add(-time.Hour)
	}
}

// Whatever people do and however time passes: what is due ends, the next is after now
// and nothing is due before, none is told twice or at night, no promise stands past its
// time, and the clock leaves alone what a person ended or held.
func TestTheClockKeepsItsRules(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 5))
		p := planned()
		now := time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(300*24*60)) * time.Minute)
		p.Planned.From = now.Add(time.Duration(1+r.IntN(20*24*60)) * time.Minute)
		p.Planned.To = p.Planned.From.Add(time.Duration(1+r.IntN(600)) * time.Minute)
		c, err := desk.Schedule(17, p, desk.Act{By: ann, At: now})
		if err != nil {
			t.Fatal(err)
		}
		l := &life{t: t, w: c.Window, now: now, said: map[string]int{}, around: desk.Around{Planning: usual(t), Gated: r.IntN(2) == 0, Limit: time.Duration(r.IntN(3)) * 20 * time.Minute}}
		l.around.Planning.AutoComplete = r.IntN(3) == 0
		if r.IntN(2) == 0 {
			l.around.Open = []desk.Subject{{Kind: desk.IncidentSubject, Number: 42}}
		}
		if r.IntN(4) == 0 {
			l.w.Of = 5
		}
		l.note("seed %d, gated %v, completed by the clock %v", seed, l.around.Gated, l.around.Planning.AutoComplete)
		for range 40 {
			l.tick()
			if r.IntN(4) == 0 {
				l.act(r)
				l.tick()
			}
			l.pass(r)
		}
	}
}

// kinds is what the clock did, in order.
func kinds(w desk.Window, now time.Time, a desk.Around) (out []string, after desk.Window) {
	for c, again := w.Due(now, a); again; c, again = w.Due(now, a) {
		if c.Announce != nil {
			out = append(out, string(c.Entry.Kind))
		}
		if c.Ask != nil {
			out = append(out, "asks "+string(c.Ask.Kind))
		}
		w = c.Window
	}
	return out, w
}

// After the bot was away only what is still true is told.
func TestWhatWasMissedIsToldOnlyIfStillTrue(t *testing.T) {
	open := desk.Around{Planning: usual(t), Open: []desk.Subject{{Kind: desk.IncidentSubject, Number: 42}}}
	auto, gated := open, open
	auto.Planning.AutoComplete = true
	gated.Planning.AutoComplete, gated.Gated = true, true
	coming := scheduled(t, planned())
	running, _ := start.do(coming, at(60))
	for _, c := range []struct {
		name    string
		w       desk.Window
		minutes int
		a       desk.Around
		want    []string
	}{
		{"before the question", coming, 44, open, nil},
		{"the question about the start", coming, 50, open, []string{"asks start"}},
		{"the start", coming, 61, open, []string{"started"}},
		{"the start until shortly before the end", coming, 235, open, []string{"started", "asks end"}},
		{"all of it", coming, 300, open, []string{"late", "asks late"}},
		{"all of it, completed by the clock", coming, 300, auto, []string{"completed"}},
		{"all of it, with tests", coming, 300, gated, []string{"verifying"}},
		{"the question about the end", running.Window, 236, open, []string{"asks end"}},
		{"the end", running.Window, 300, open, []string{"late", "asks late"}},
		{"the end, completed by the clock", running.Window, 240, auto, []string{"completed"}},
		{"the end, with tests", running.Window, 240, gated, []string{"verifying"}},
		{"three promises", running.Window, 2000, open, []string{"late", "asks late"}},
	} {
		got, after := kinds(c.w, at(c.minutes).At, c.a)
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if after.Status == desk.Completed && !after.EndedAt.Equal(after.Planned.To) {
			t.Errorf("%s: it ended at %s", c.name, after.EndedAt)
		}
	}
}

// A question is asked once: putting the end off, or moving the end alone, does not ask
// about the start again. Tests have ten minutes before readers hear that they last.
func TestAQuestionIsNotAskedAgain(t *testing.T) {
	open := desk.Around{Planning: usual(t), Open: []desk.Subject{{Kind: desk.IncidentSubject, Number: 42}}}
	_, asked := kinds(scheduled(t, planned()), at(50).At, open)
	for _, v := range []windowVerb{extend, moveTo("end later", 60, 300)} {
		if again, _ := kinds(v.must(t, asked, 51), at(52).At, open); again != nil {
			t.Errorf("after %s: %q", v.name, again)
		}
	}
	if again, _ := kinds(moveTo("begin later", 70, 240).must(t, asked, 51), at(56).At, open); len(again) != 1 {
		t.Errorf("moved to a later begin, it asks %q", again)
	}
	late := ticked(t, start.must(t, scheduled(t, planned()), 60), 245, open)
	testing := tested.must(t, late, 250)
	if told, _ := kinds(testing, at(259).At, open); told != nil {
		t.Errorf("nine minutes of tests: %q", told)
	}
	if told, _ := kinds(testing, at(260).At, open); len(told) != 2 {
		t.Errorf("ten minutes of tests: %q", told)
	}
}

// A held start soon after the planned begin keeps the planned end, a later one takes as
// long as planned, and either is asked for its end before that. Ops is asked about what
// is held three times, once where the bot was away.
func TestAHeldStartIsBegunLater(t *testing.T) {
	a := desk.Around{Planning: usual(t)}
	held := hold.must(t, scheduled(t, planned()), 20)
	for minutes, end := range map[int]int{50: 240, 75: 240, 76: 256, 239: 419, 300: 480, 5000: 5180} {
		w := start.must(t, held, minutes)
		if !w.Planned.To.Equal(at(end).At) || w.PlannedBefore.From.IsZero() != (end == 240) {
			t.Errorf("begun at %d: planned %v, before that %v", minutes, w.Planned, w.PlannedBefore)
		}
		if asks, _ := kinds(w, at(end-11).At, a); asks != nil {
			t.Errorf("begun at %d, it is too early for %q", minutes, asks)
		}
		if asks, _ := kinds(w, at(end-10).At, a); fmt.Sprint(asks) != "[asks end]" {
			t.Errorf("begun at %d: %q", minutes, asks)
		}
	}
	var when []string
	look := func(now time.Time) {
		if c, due := held.Due(now, a); due {
			held = c.Window
			when = append(when, now.In(a.Planning.Zone).Format("2 Jan 15:04"))
		}
	}
	for minutes := range 7 * 24 * 60 {
		look(at(minutes).At)
	}
	if got := strings.Join(when, ", "); got != "2 Dec 08:00, 3 Dec 08:00, 4 Dec 08:00" {
		t.Errorf("ops is asked %s", got)
	}
	held = hold.must(t, scheduled(t, planned()), 20)
	when = nil
	look(at(36 * 60).At)
	look(at(36 * 60).At)
	if len(when) != 1 || held.NextDue(at(36*60).At, a.Planning).IsZero() {
		t.Errorf("after a day away it is asked at %q", when)
	}
}
