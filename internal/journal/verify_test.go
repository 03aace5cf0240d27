package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/storage/boltdb"
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
		return i.End(desk.Resolution{Text: text}, j.Proving(i.ServiceIDs()), act)
	}
}

// forced tells it whatever tests say.
func forced(j *journal.Journal) journal.Rule {
	return func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.End(desk.Resolution{Text: "It works again.", Untested: true}, j.Proving(i.ServiceIDs()), act)
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

// Of a window tests begin when its work is done, by a person or by the clock, and end with
// it, or when it goes on.
func TestTestsOfAWindow(t *testing.T) {
	o := newOffice(t)
	l := newLab(o)
	n := o.plan(0, "New database", time.Hour, 4*time.Hour)
	o.fire(hour)
	done := func(seconds int, remark string) {
		t.Helper()
		if _, err := o.WorkDone(t.Context(), o.by(seconds), n, remark); err != nil {
			t.Fatal(err)
		}
	}
	done(2*hour, "")
	l.expect(t, "test WIN-1 [learn]")
	on, err := o.Verifying(t.Context())
	if diff := cmp.Diff([]journal.Verifying{{About: window(n), Services: []desk.ServiceID{"learn"}}}, on); diff != "" || err != nil {
		t.Error(diff, err)
	}
	o.replan(2*hour+60, n, func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Extend(time.Hour, act) })
	l.expect(t, "stop WIN-1")
	o.pass(2*hour+70, window(n)) // too late
	done(3*hour, "")
	for range 2 {
		o.fail(3*hour+30, window(n), "login page")
	}
	o.pass(3*hour+60, window(n))
	o.pass(3*hour+61, window(n))
	l.expect(t, "test WIN-1 [learn]", "stop WIN-1")
	o.expectTold(n, "scheduled, started, verifying, extended, verifying, not passed, completed")
	o.expectAsked(n, "verify to amherst: open; verify to amherst: answered")
	w, err := o.Window(t.Context(), n)
	if err != nil || !w.Verified {
		t.Errorf("%+v, %v", w, err)
	}
	o.sound()
}

// The work of a window is done long before its planned end, and its runner died: the clock
// asks when the limit has passed. One that its planned end completes is tested, too.
func TestTheClockAndTheTestsOfAWindow(t *testing.T) {
	o := newOffice(t)
	l := newLab(o)
	n := o.plan(0, "New database", time.Hour, 4*time.Hour)
	o.fire(hour)
	if _, err := o.WorkDone(t.Context(), o.by(2*hour), n, ""); err != nil {
		t.Fatal(err)
	}
	if next := o.fire(2*hour + 1); !next.Equal(at(2*hour + 1800)) {
		t.Errorf("looked at %s", next)
	}
	o.fire(2*hour + 1800)
	o.fire(2*hour + 1900)
	o.expectTold(n, "scheduled, started, verifying, not passed, asks verify")
	s := l.tested()
	s.Planning.AutoComplete = true
	o.SetSettings(s)
	second := o.planned(3*hour, desk.Plan{Title: "Disks", Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}, Planned: desk.Period{From: at(6 * hour), To: at(7 * hour)}})
	l.expect(t, "test WIN-1 [learn]")
	o.fire(7 * hour)
	l.expect(t, "test WIN-2 [learn]")
	o.pass(7*hour+60, window(second))
	l.expect(t, "stop WIN-2")
}

// Whoever is first counts: tests that pass while somebody says that it is not over, and the
// other way round, on a store that notices only at its commit.
func TestTestsPassWhileSomebodySaysMore(t *testing.T) {
	for name, c := range map[string]struct {
		first, second func(o *office, j *journal.Journal) error
		want          string
	}{
		"told, then it goes on": {
			func(o *office, _ *journal.Journal) error { return o.Verified(t.Context(), at(90), incident(1)) },
			func(o *office, j *journal.Journal) error { return second(j.Apply(t.Context(), o.by(90), 1, goesOn)) },
			"declared, testing, resolved",
		},
		"it goes on, then told": {
			func(o *office, _ *journal.Journal) error { return second(o.Apply(t.Context(), o.by(90), 1, goesOn)) },
			func(_ *office, j *journal.Journal) error { return j.Verified(t.Context(), at(90), incident(1)) },
			"declared, testing, not resolved yet",
		},
		"told now, then told": {
			func(o *office, _ *journal.Journal) error {
				return second(o.Apply(t.Context(), o.by(90), 1, forced(o.Journal)))
			},
			func(_ *office, j *journal.Journal) error { return j.Verified(t.Context(), at(90), incident(1)) },
			"declared, testing, resolved",
		},
		"retracted, then fails": {
			func(o *office, _ *journal.Journal) error {
				retract := func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Retract("Wrong.", act) }
				return second(o.Apply(t.Context(), o.by(90), 1, retract))
			},
			func(_ *office, j *journal.Journal) error {
				return j.NotVerified(t.Context(), at(90), incident(1), []string{"login page"})
			},
			"declared, testing, retracted",
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			l := newLab(o)
			o.declare(0)
			o.apply(60, 1, ends(o.Journal, "It works again."))
			db := &hopeful{DB: o.db}
			other := journal.New(db, o.book, func(...desk.Subject) {}, l.tested())
			db.meanwhile = func() {
				if err := c.first(o, o.Journal); err != nil {
					t.Error(err)
				}
			}
			var no *desk.Refusal
			if err := c.second(o, other); err != nil && !errors.As(err, &no) {
				t.Error(err)
			}
			o.expectCourse(1, c.want)
			if len(l.runs) > 0 {
				t.Errorf("still tested: %v", l.runs)
			}
			o.sound()
		})
	}
}

// Killed between any two steps of a verification, it comes to the same, and after a start
// just that is tested which waits for it.
func TestKilledBetweenAnyTwoStepsOfAVerification(t *testing.T) {
	o := newOffice(t)
	l := newLab(o)
	o.declare(0)
	n := o.plan(0, "Portal moves", 1000*time.Hour, time.Hour)
	if _, err := o.Start(t.Context(), o.by(30), n, desk.Override{Force: "now"}); err != nil {
		t.Fatal(err)
	}
	by := o.by(60)
	deeds := []func(ctx context.Context, j *journal.Journal) error{
		func(ctx context.Context, j *journal.Journal) error {
			return second(j.Apply(ctx, by, 1, ends(j, "It works again.")))
		},
		func(ctx context.Context, j *journal.Journal) error {
			return j.NotVerified(ctx, at(80), incident(1), []string{"login page"})
		},
		func(ctx context.Context, j *journal.Journal) error { return second(j.WorkDone(ctx, by2(by), n, "")) },
		func(ctx context.Context, j *journal.Journal) error {
			return j.NotVerified(ctx, at(100), window(n), nil)
		},
		func(ctx context.Context, j *journal.Journal) error { return j.Verified(ctx, at(120), incident(1)) },
		func(ctx context.Context, j *journal.Journal) error { return j.Verified(ctx, at(130), window(n)) },
	}
	steps := 0
	for k, deed := range deeds {
		var file bytes.Buffer
		if err := o.db.(*boltdb.DB).Backup(&file); err != nil {
			t.Fatal(err)
		}
		if err := deed(t.Context(), o.Journal); err != nil {
			t.Fatal(k, err)
		}
		want, wantRuns := o.dump(), slices.Sorted(runs(t, o.Journal))
		for step, died := 0, true; died; step++ {
			one := o.copied(file.Bytes())
			weak := &frail{DB: one.db, steps: step}
			err := deed(t.Context(), journal.New(weak, one.book, func(...desk.Subject) {}, l.tested()))
			if died = errors.Is(err, errDied); err != nil && !died {
				t.Fatal(err)
			}
			back := journal.New(one.db, one.book, func(...desk.Subject) {}, l.tested())
			if err := deed(t.Context(), back); err != nil {
				t.Fatalf("deed %d, killed after %d steps: %v", k, step, err)
			}
			if diff := cmp.Diff(want, one.dump()); diff != "" {
				t.Fatalf("deed %d, killed after %d steps (-want +got):\n%s", k, step, diff)
			}
			if got := slices.Sorted(runs(t, back)); !slices.Equal(got, wantRuns) {
				t.Errorf("deed %d, killed after %d steps: %v is tested, want %v", k, step, got, wantRuns)
			}
			one.db.Close()
			steps++
		}
	}
	if steps < 40 {
		t.Errorf("there are only %d steps", steps)
	}
	o.expectCourse(1, "declared, testing, tests fail, resolved")
	o.expectTold(n, "scheduled, started, verifying, not passed, completed")
}

// by2 is another request of the same person.
func by2(by journal.By) journal.By {
	by.Request += "b"
	by.At = by.At.Add(30 * time.Second)
	return by
}

// runs lists what a bot that starts now has tested.
func runs(t *testing.T, j *journal.Journal) func(yield func(string) bool) {
	all, err := j.Verifying(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(string) bool) {
		for _, v := range all {
			if !yield(fmt.Sprint(v.About, v.Services)) {
				return
			}
		}
	}
}
