package journal_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// lab runs tests as the runner of probes does: those of a subject until they are stopped.
type lab struct {
	mu    sync.Mutex
	runs  map[desk.Subject][]desk.ServiceID
	calls []string
}

func (l *lab) Verify(about desk.Subject, services []desk.ServiceID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runs[about] = services
	l.calls = append(l.calls, fmt.Sprint("test ", about, services))
}

func (l *lab) StopVerify(about desk.Subject) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.runs, about)
	l.calls = append(l.calls, fmt.Sprint("stop ", about))
}

// Gated: only Learn System has tests.
func (l *lab) Gated(services []desk.ServiceID) bool { return slices.Contains(services, "learn") }

// tested are the settings of an office whose Learn System is tested.
func (l *lab) tested() journal.Settings {
	s := settings()
	s.Gated, s.Verify, s.StopVerify = l.Gated, l.Verify, l.StopVerify
	s.Proving = desk.Proving{Passes: 3, Limit: 30 * time.Minute}
	return s
}

func newLab(o *office) *lab {
	l := &lab{runs: map[desk.Subject][]desk.ServiceID{}}
	o.SetSettings(l.tested())
	return l
}

// expect looks at all that was begun and stopped since it was last asked.
func (l *lab) expect(t *testing.T, want ...string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if diff := cmp.Diff(want, l.calls); diff != "" {
		t.Errorf("tests (-want +got):\n%s", diff)
	}
	l.calls = nil
}

func incident(n int) desk.Subject { return desk.Subject{Kind: desk.IncidentSubject, Number: n} }
func window(n int) desk.Subject   { return desk.Subject{Kind: desk.WindowSubject, Number: n} }

// ends is the rule that says that an incident is resolved.
func ends(j *journal.Journal, text string) journal.Rule {
	return func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.End(desk.Ending{Text: text}, j.Proving(i.ServiceIDs()), act)
	}
}

// forced tells it whatever tests say.
func forced(j *journal.Journal) journal.Rule {
	return func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.End(desk.Ending{Text: "It works again.", Untested: true}, j.Proving(i.ServiceIDs()), act)
	}
}

func goesOn(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Reopen("", act) }

// course lists what happened to an incident, and what ops is asked about it.
func (o *office) course(number int) string {
	o.t.Helper()
	entries, err := o.Timeline(o.t.Context(), number)
	if err != nil {
		o.t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, string(e.Kind))
	}
	open, err := o.Unanswered(o.t.Context(), incident(number))
	if err != nil {
		o.t.Fatal(err)
	}
	for _, q := range open {
		all = append(all, "asks "+string(q.Kind))
	}
	return strings.Join(all, ", ")
}

func (o *office) expectCourse(number int, want string) {
	o.t.Helper()
	if got := o.course(number); got != want {
		o.t.Errorf("INC-%d: %s; want %s", number, got, want)
	}
}

func (o *office) pass(seconds int, about desk.Subject) {
	o.t.Helper()
	if err := o.Verified(o.t.Context(), at(seconds), about); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) fail(seconds int, about desk.Subject, tests ...string) {
	o.t.Helper()
	if err := o.NotVerified(o.t.Context(), at(seconds), about, tests); err != nil {
		o.t.Fatal(err)
	}
}

func TestTestsProveTheEnd(t *testing.T) {
	o := newOffice(t)
	l := newLab(o)
	o.declare(0)
	o.expectKnown(1, "INC-1 critical; declared We are looking into it.\n")
	a := o.apply(60, 1, ends(o.Journal, "It works again."))
	if !a.Incident.IsVerifying() || a.Held != nil {
		t.Errorf("%+v", a)
	}
	l.expect(t, "test INC-1 [learn]")
	o.expectKnown(61, "INC-1 critical; declared We are looking into it.\n")
	o.pass(150, incident(1))
	l.expect(t, "stop INC-1")
	o.expectCourse(1, "declared, testing, resolved")
	o.expectKnown(151, "INC-1 critical; declared We are looking into it.; resolved It works again.\n")
	i, err := o.Incident(t.Context(), 1)
	if err != nil || !i.Verified || !i.EndedAt.Equal(at(150)) || i.Latest[1].Text != "It works again." {
		t.Errorf("%+v, %v", i, err)
	}
	if open, err := o.Open(t.Context()); err != nil || len(open) > 0 {
		t.Errorf("open: %v, %v", open, err)
	}
	o.sound()
	before := o.dump()
	o.pass(160, incident(1)) // it comes again
	o.fail(161, incident(1), "login page")
	if diff := cmp.Diff(before, o.dump()); diff != "" {
		t.Errorf("what is over was changed:\n%s", diff)
	}
	l.expect(t)
}

// Where services have no tests it is told at once, and nothing is begun.
func TestWithoutTestsItIsToldAtOnce(t *testing.T) {
	o := newOffice(t)
	l := newLab(o)
	d := learnDown()
	d.Services = []desk.Affected{{Service: "portal", Name: "Portal"}}
	if _, err := o.Declare(t.Context(), o.by(0), d, false); err != nil {
		t.Fatal(err)
	}
	if a := o.apply(60, 1, ends(o.Journal, "It works again.")); a.Incident.IsOpen() || a.Incident.Verified || a.Incident.Untested {
		t.Errorf("%+v", a.Incident)
	}
	drill := learnDown()
	drill.Drill = true
	if _, err := o.Declare(t.Context(), o.by(70), drill, false); err != nil {
		t.Fatal(err)
	}
	if a := o.apply(80, 2, ends(o.Journal, "It works again.")); a.Incident.IsOpen() {
		t.Errorf("%+v", a.Incident)
	}
	l.expect(t)
}

// Tests that fail are asked about, once for each that does; news goes on as promised, and
// when they pass it is told all the same.
func TestFailingTestsAreAskedAbout(t *testing.T) {
	o := newOffice(t)
	l := newLab(o)
	o.declare(0)
	o.apply(60, 1, ends(o.Journal, "It works again."))
	for range 3 {
		o.fail(90, incident(1), "login page")
	}
	o.expectCourse(1, "declared, testing, tests fail, asks verify")
	o.fail(100, incident(1), "login page", "course page")
	o.fire(hour - 300)
	o.fire(hour)
	o.expectCourse(1, "declared, testing, tests fail, tests fail, holding, asks missed")
	o.pass(hour+10, incident(1))
	o.expectCourse(1, "declared, testing, tests fail, tests fail, holding, resolved")
	l.expect(t, "test INC-1 [learn]", "stop INC-1")
	o.sound()
}

// A runner that died says nothing: the clock asks when the limit has passed, and only
// where it is still true.
func TestTheClockAsksAfterTheLimit(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(o *office)
		want string
	}{
		"nobody":         {func(*office) {}, "declared, testing, tests fail, asks verify"},
		"it goes on":     {func(o *office) { o.apply(600, 1, goesOn) }, "declared, testing, not resolved yet"},
		"an update":      {func(o *office) { o.apply(600, 1, say("It fails for some.")) }, "declared, testing, updated"},
		"told now":       {func(o *office) { o.apply(600, 1, forced(o.Journal)) }, "declared, testing, resolved"},
		"tests pass":     {func(o *office) { o.pass(600, incident(1)) }, "declared, testing, resolved"},
		"asked before":   {func(o *office) { o.fail(600, incident(1), "login page") }, "declared, testing, tests fail, asks verify"},
		"said once more": {func(o *office) { o.apply(600, 1, ends(o.Journal, "All is well.")) }, "declared, testing, testing"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			newLab(o)
			o.declare(0)
			o.apply(60, 1, ends(o.Journal, "It works again."))
			o.fire(60 + 1799)
			c.do(o)
			o.reached(1, ops)
			o.fire(60 + 1800)
			o.fire(60 + 1801)
			o.expectCourse(1, c.want)
		})
	}
}

// Each thing that people do while it is tested ends the tests or leaves them, by what it
// says.
func TestWhatPeopleDoWhileItIsTested(t *testing.T) {
	portal := []desk.Affected{{Service: "portal", Name: "Portal"}}
	rule := func(r journal.Rule) func(*office) { return func(o *office) { o.apply(90, 1, r) } }
	for name, c := range map[string]struct {
		do    func(o *office)
		tests []string
	}{
		"update":   {rule(say("It fails for some.")), []string{"stop INC-1"}},
		"goes on":  {rule(goesOn), []string{"stop INC-1"}},
		"told now": {func(o *office) { o.apply(90, 1, forced(o.Journal)) }, []string{"stop INC-1"}},
		"retract":  {rule(func(i desk.Incident, a desk.Act) (desk.Change, error) { return i.Retract("Wrong.", a) }), []string{"stop INC-1"}},
		"more": {rule(func(i desk.Incident, a desk.Act) (desk.Change, error) {
			return i.SetServices(desk.Rescope{Add: portal}, a)
		}), []string{"stop INC-1"}},
		"eased":     {rule(func(i desk.Incident, a desk.Act) (desk.Change, error) { return i.SetImpact(desk.Minor, a) }), nil},
		"title":     {rule(func(i desk.Incident, a desk.Act) (desk.Change, error) { return i.SetTitle("Login fails", a) }), nil},
		"note":      {rule(func(i desk.Incident, a desk.Act) (desk.Change, error) { return i.Note("Ticket 1.", a) }), nil},
		"new words": {func(o *office) { o.apply(90, 1, ends(o.Journal, "All is well.")) }, []string{"test INC-1 [learn]"}},
		"merged": {func(o *office) {
			d := learnDown()
			d.Services = portal
			if _, err := o.Declare(t.Context(), o.by(80), d, false); err != nil {
				t.Fatal(err)
			}
			if _, err := o.Merge(t.Context(), o.by(90), 1, 2); err != nil {
				t.Fatal(err)
			}
		}, []string{"stop INC-1"}},
		"takes another in": {func(o *office) {
			d := learnDown()
			d.Services = portal
			if _, err := o.Declare(t.Context(), o.by(80), d, false); err != nil {
				t.Fatal(err)
			}
			if _, err := o.Merge(t.Context(), o.by(90), 2, 1); err != nil {
				t.Fatal(err)
			}
		}, []string{"stop INC-1"}},
		"changed": {func(o *office) {
			o.apply(80, 1, func(i desk.Incident, a desk.Act) (desk.Change, error) { return i.SetImpact(desk.Minor, a) })
			if _, err := o.Revise(t.Context(), o.by(90), 1, journal.Revision{Impact: desk.Critical, Title: "All of Learn is down"}); err != nil {
				t.Fatal(err)
			}
		}, []string{"stop INC-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			l := newLab(o)
			o.declare(0)
			o.apply(60, 1, ends(o.Journal, "It works again."))
			l.expect(t, "test INC-1 [learn]")
			c.do(o)
			l.expect(t, c.tests...)
			o.sound()
			was, before := o.course(1), o.dump()
			on, err := o.Verifying(t.Context())
			if err != nil || (len(on) == 1) != (len(l.runs) == 1) {
				t.Errorf("being verified: %v, %v; tested: %v", on, err, l.runs)
			}
			o.fail(95, incident(1), "login page") // a runner that had begun before
			o.pass(96, incident(1))
			if now := o.course(1); len(on) == 0 && before != o.dump() || len(on) == 1 && now != was+", tests fail, resolved" {
				t.Errorf("then tests ended: %s; before: %s", now, was)
			}
		})
	}
}

// A question that tests answer has no buttons any more, and nobody beyond ops is called.
func TestPassingTestsAnswerWhatWasAsked(t *testing.T) {
	o := newOffice(t)
	newLab(o)
	o.declare(0)
	o.apply(60, 1, ends(o.Journal, "It works again."))
	o.fail(90, incident(1), "login page")
	o.fire(hour)
	o.fire(2 * hour)
	if calls := o.calls(); len(calls) != 1 {
		t.Fatalf("called: %+v", calls)
	}
	o.pass(2*hour+10, incident(1))
	if calls := o.calls(); len(calls) != 0 {
		t.Errorf("still called: %+v", calls)
	}
	if all := o.dump(); !strings.Contains(all, `"Answered":"`+at(2*hour+10).Format(time.RFC3339)) {
		t.Error("the question is not answered")
	}
	o.sound()
}

// A request that comes again begins no tests again: they may have ended.
func TestARequestThatComesAgainBeginsNoTests(t *testing.T) {
	o := newOffice(t)
	l := newLab(o)
	o.declare(0)
	by := o.by(60)
	for range 2 {
		if a, err := o.Apply(t.Context(), by, 1, ends(o.Journal, "It works again.")); err != nil || !a.Incident.IsVerifying() {
			t.Fatal(a, err)
		}
	}
	l.expect(t, "test INC-1 [learn]")
}
