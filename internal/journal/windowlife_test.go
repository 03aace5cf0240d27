package journal_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

const hour = 3600

// fire has the clock look, so many seconds after four.
func (o *office) fire(seconds int) (next time.Time) {
	o.t.Helper()
	next, err := o.Fire(o.t.Context(), at(seconds))
	if err != nil {
		o.t.Fatal(err)
	}
	o.sound()
	return next
}

// weekly plans patches of learn on Wednesdays at 4 a.m. in New York, from next week on.
func (o *office) weekly(seconds int) int {
	o.t.Helper()
	rule := desk.Recurrence{Every: 1, Days: []time.Weekday{time.Wednesday}, At: 4 * 60, For: time.Hour, Zone: "America/New_York", First: four.Truncate(24*time.Hour).AddDate(0, 0, 1)}
	first, _ := rule.Next(four)
	return o.planned(seconds, desk.Plan{Title: "Patches", Planned: first, Rule: &rule})
}

// told lists what happened to a window, and what ops is asked about it.
func (o *office) told(number int) string {
	o.t.Helper()
	entries, err := o.WindowTimeline(o.t.Context(), number)
	if err != nil {
		o.t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, string(e.Kind))
	}
	open, err := o.Unanswered(o.t.Context(), desk.Subject{Kind: desk.WindowSubject, Number: number})
	if err != nil {
		o.t.Fatal(err)
	}
	for _, q := range open {
		all = append(all, "asks "+string(q.Kind))
	}
	return strings.Join(all, ", ")
}

func (o *office) expectTold(number int, want string) {
	o.t.Helper()
	if got := o.told(number); got != want {
		o.t.Errorf("WIN-%d: %s; want %s", number, got, want)
	}
}

func TestTheLifeOfAWindow(t *testing.T) {
	o := newOffice(t)
	n := o.plan(0, "New database", 2*time.Hour, 3*time.Hour)
	if next := o.fire(1); !next.Equal(at(2*hour - 15*60)) {
		t.Errorf("something is due at %s", next)
	}
	o.fire(2*hour - 15*60) // no incident is open
	o.expectTold(n, "scheduled")
	o.fire(2 * hour)
	o.fire(2 * hour)
	o.expectTold(n, "scheduled, started")
	o.fire(5*hour - 600)
	o.expectTold(n, "scheduled, started, asks end")
	o.fire(5 * hour)
	o.expectTold(n, "scheduled, started, late, asks late")
	o.fire(5*hour + 1800)
	o.fire(6 * hour)
	o.expectTold(n, "scheduled, started, late, late, late, asks late")
	if next := o.fire(6*hour + 120); !next.IsZero() {
		t.Errorf("after the third promise something is due at %s", next)
	}
	o.expectTold(n, "scheduled, started, late, late, late, asks late, asks late") // in the next ops channel too
	if _, err := o.WorkDone(t.Context(), o.by(7*hour), n, ""); err != nil {
		t.Fatal(err)
	}
	o.sound()
	o.expectTold(n, "scheduled, started, late, late, late, completed")
}

func objected(t *testing.T, err error, about string) {
	t.Helper()
	o, ok := err.(*desk.Objection)
	if !ok || o.Kind != desk.Overlapping || o.Other.String() != about {
		t.Errorf("got %v, want an overlap with %s", err, about)
	}
}

// What is planned over other work on the service is refused, whatever it is over; a move
// or a longer end is looked at again.
func TestWorkOverOtherWork(t *testing.T) {
	o := newOffice(t)
	try := func(p desk.Plan) error {
		p.Services, p.Title = []desk.Affected{{Service: "learn", Name: "Learn System"}}, "More"
		return second(o.TrySchedule(t.Context(), o.by(0), p, desk.Override{}))
	}
	once := func(from time.Time, lasts time.Duration) desk.Plan {
		return desk.Plan{Planned: desk.Period{From: from, To: from.Add(lasts)}}
	}
	series := o.weekly(0)
	week := four.AddDate(0, 0, 7)
	o.fire(1) // makes WIN-2
	long := o.plan(0, "Long", 48*time.Hour, 13*24*time.Hour)
	objected(t, try(once(four.AddDate(0, 0, 14), time.Hour)), "WIN-3")
	objected(t, try(once(week.AddDate(0, 0, 14), time.Hour)), "WIN-1")
	objected(t, try(once(week.AddDate(0, 0, 14).Add(30*time.Minute), time.Hour)), "WIN-1")
	if err := try(once(week.AddDate(0, 0, 14).Add(time.Hour), time.Hour)); err != nil {
		t.Errorf("right after a time of a series: %v", err)
	}
	o.replan(5, long, cancelled("No."))
	objected(t, try(once(week, time.Hour)), "WIN-2")
	monthly := desk.Recurrence{Every: 1, Nth: 1, Days: []time.Weekday{time.Wednesday}, At: 4*60 + 30, For: time.Hour, Zone: "America/New_York", First: four.Truncate(24*time.Hour).AddDate(0, 0, 1)}
	first, _ := monthly.Next(four)
	objected(t, try(desk.Plan{Planned: first, Rule: &monthly}), "WIN-1")

	rule := func(r journal.WindowRule, n int) error {
		return second(o.Plan(t.Context(), o.by(10), n, r, desk.Override{}, true))
	}
	n := o.plan(0, "Before", 7*24*time.Hour-2*time.Hour, time.Hour)
	later := func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Extend(2*time.Hour, act) }
	objected(t, rule(moveBy(90*time.Minute), n), "WIN-2")
	objected(t, rule(later, n), "WIN-2")
	objected(t, rule(moveBy(7*24*time.Hour), 2), "WIN-1") // onto the next of its own series
	if err := rule(moveBy(30*time.Minute), 2); err != nil {
		t.Errorf("it is in its own way: %v", err)
	}
	if err := rule(moveBy(time.Hour), n); err != nil {
		t.Errorf("to right before: %v", err)
	}
	o.replan(20, 2, moveBy(10*24*time.Hour))
	if err := try(once(week, time.Hour)); err != nil {
		t.Errorf("where a time of the series was moved from: %v", err)
	}
	if o.sound(); series != 1 {
		t.Error(series)
	}
}

// A running window is extended into no other, but needs no notice.
func TestARunningWindowIsExtended(t *testing.T) {
	o := newOffice(t)
	n := o.plan(0, "Work", time.Hour, time.Hour)
	o.plan(0, "Next", 3*time.Hour, time.Hour)
	o.fire(hour)
	by := func(d time.Duration) error {
		return second(o.Plan(t.Context(), o.by(hour+60), n, func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Extend(d, act) }, desk.Override{}, false))
	}
	objected(t, by(90*time.Minute), "WIN-2")
	if err := by(time.Hour); err != nil {
		t.Error(err)
	}
	o.sound()
}

// Two people plan the same time at once: one gets it.
func TestTwoPeoplePlanAtOnce(t *testing.T) {
	o := newOffice(t)
	plan := desk.Plan{
		Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}, Title: "Mine",
		Planned: desk.Period{From: at(hour), To: at(2 * hour)},
	}
	var errs [2]error
	asks := []journal.By{o.by(1), o.by(1)}
	var both sync.WaitGroup
	for k := range errs {
		both.Go(func() {
			errs[k] = second(o.Schedule(t.Context(), asks[k], plan, desk.Override{Urgent: "now"}))
		})
	}
	both.Wait()
	if errs[0] == nil {
		errs[0], errs[1] = errs[1], errs[0]
	}
	if objected(t, errs[0], "WIN-1"); errs[1] != nil {
		t.Error(errs[1])
	}
	o.sound()
}

func TestAPlanThatComesAgainIsAnsweredAsTheFirstTime(t *testing.T) {
	o := newOffice(t)
	by := o.by(1)
	plan := desk.Plan{
		Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}, Title: "Mine",
		Planned: desk.Period{From: at(hour), To: at(2 * hour)},
	}
	first, err := o.Schedule(t.Context(), by, plan, urgent)
	if err != nil {
		t.Fatal(err)
	}
	before := o.dump()
	again, err := o.Schedule(t.Context(), by, plan, urgent)
	if diff := cmp.Diff(first, again); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if diff := cmp.Diff(before, o.dump()); diff != "" {
		t.Errorf("something was stored:\n%s", diff)
	}
}

// A series makes its times eight days ahead, each once, and not those that passed while
// the bot was away.
func TestASeriesMakesItsTimes(t *testing.T) {
	o := newOffice(t)
	series := o.weekly(0)
	numbers := func() string {
		all, err := o.Coming(t.Context(), at(1000*24*hour), 0)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, w := range all {
			list = append(list, fmt.Sprintf("%d %s", w.Number, day(w.Planned.From)))
		}
		return strings.Join(list, ", ")
	}
	o.fire(1)
	o.fire(2)
	if got := numbers(); got != "2 168h" {
		t.Errorf("after the first look: %s", got)
	}
	third, err := o.Occurrence(t.Context(), o.by(3), series, four.AddDate(0, 0, 21))
	if err != nil || third != 3 {
		t.Fatal(third, err)
	}
	if again, err := o.Occurrence(t.Context(), o.by(4), series, four.AddDate(0, 0, 21)); err != nil || again != 3 {
		t.Errorf("asked again it is WIN-%d, %v", again, err)
	}
	_, err = o.Occurrence(t.Context(), o.by(4), series, four.AddDate(0, 0, 22))
	refused(t, err, desk.Unknown)
	o.fire(6 * 24 * hour)
	if got := numbers(); got != "2 168h, 4 336h, 3 504h" {
		t.Errorf("after six days: %s", got)
	}
	o.replan(6*24*hour+1, 2, cancelled("Not this week."))
	o.fire(50 * 24 * hour) // away for six weeks
	if got := numbers(); got != "5 1344h" && !strings.HasPrefix(got, "5 ") {
		t.Errorf("after six weeks: %s", got)
	}
	o.expectTold(2, "scheduled, cancelled")
}

// The end of a series takes its times with it, however many there were, but not the one
// at which people work.
func TestTheEndOfASeries(t *testing.T) {
	o := newOffice(t)
	series := o.weekly(0)
	now := 0
	for week := range 120 {
		now = (7*(week+1)*24)*hour + 60
		o.fireQuietly(now)
		if week == 119 {
			break
		}
		running, err := o.Running(t.Context())
		if err != nil || len(running) != 1 {
			t.Fatalf("week %d: %v %v", week, running, err)
		}
		if _, err := o.WorkDone(t.Context(), o.by(now+60), running[0].Number, ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := o.Occurrence(t.Context(), o.by(now), series, at(now).AddDate(0, 0, 28)); err != nil {
		t.Fatal(err)
	}
	o.replan(now+100, series, cancelled("The old system is gone."))
	o.fire(now + 101)
	coming, err := o.Coming(t.Context(), at(1000*24*hour), 0)
	if err != nil || len(coming) != 0 {
		t.Errorf("left are %v, %v", coming, err)
	}
	if running, err := o.Running(t.Context()); err != nil || len(running) != 1 {
		t.Errorf("at work are %v, %v", running, err)
	}
}

// A series that has an end is on no list any more once its last time is over, also where
// the bot was away then.
func TestASeriesThatHasAnEnd(t *testing.T) {
	for _, away := range []bool{false, true} {
		o := newOffice(t)
		rule := desk.Recurrence{Every: 1, Days: []time.Weekday{time.Wednesday}, At: 4 * 60, For: time.Hour, Zone: "America/New_York", First: four.Truncate(24*time.Hour).AddDate(0, 0, 1)}
		rule.Until = rule.First.AddDate(0, 0, 15)
		first, _ := rule.Next(four)
		series := o.planned(0, desk.Plan{Title: "Patches", Planned: first, Rule: &rule})
		listed := func(seconds int) int {
			if !away || seconds >= 14*24*hour+hour {
				o.fire(seconds)
			}
			all, err := o.Series(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		}
		for _, seconds := range []int{1, 24 * hour, 6*24*hour + 60, 7*24*hour + 60, 13 * 24 * hour, 14*24*hour + hour - 1} {
			if listed(seconds) != 1 {
				t.Errorf("away %v: after %d s it is on no list", away, seconds)
			}
		}
		if listed(14*24*hour+hour) != 0 {
			t.Errorf("away %v: it is still on the list", away)
		}
		o.expectTold(series, "scheduled, completed")
		if next := o.fire(15 * 24 * hour); away && !next.IsZero() {
			t.Errorf("something is due at %s", next)
		}
	}
}

// A series is not over by its rule while a time of it that was moved, or is held, is still
// to come.
func TestTheLastTimeOfASeriesIsMoved(t *testing.T) {
	o := newOffice(t)
	rule := desk.Recurrence{Every: 1, Days: []time.Weekday{time.Wednesday}, At: 4 * 60, For: time.Hour, Zone: "America/New_York", First: four.Truncate(24*time.Hour).AddDate(0, 0, 1)}
	rule.Until = rule.First.AddDate(0, 0, 8)
	first, _ := rule.Next(four)
	series := o.planned(0, desk.Plan{Title: "Patches", Planned: first, Rule: &rule})
	last, err := o.Occurrence(t.Context(), o.by(1), series, four.AddDate(0, 0, 7))
	if err != nil {
		t.Fatal(err)
	}
	o.replan(2, last, moveBy(48*time.Hour))
	isOver := func(seconds int) bool {
		t.Helper()
		o.fireQuietly(seconds)
		w, err := o.Window(t.Context(), series)
		if err != nil {
			t.Fatal(err)
		}
		return w.IsOver()
	}
	const begins = 9 * 24 * hour
	if isOver(7*24*hour+hour) || isOver(8*24*hour) {
		t.Error("it is over, and its last time is still to come")
	}
	o.replan(8*24*hour+1, last, moveBy(24*time.Hour))
	if _, err := o.ApplyWindow(t.Context(), o.by(8*24*hour+2), last, desk.Window.HoldStart, false); err != nil {
		t.Fatal(err)
	}
	if isOver(begins+hour) || isOver(begins+24*hour+hour) {
		t.Error("it is over, and its last time is held")
	}
	if _, err := o.Start(t.Context(), o.by(begins+25*hour), last, urgent); err != nil {
		t.Fatal(err)
	}
	if !isOver(begins + 50*hour) {
		t.Error("it is not over")
	}
	o.expectTold(series, "scheduled, completed")
}

func (o *office) fireQuietly(seconds int) {
	o.t.Helper()
	if _, err := o.Fire(o.t.Context(), at(seconds)); err != nil {
		o.t.Fatal(err)
	}
}

// Work on a service with a hundred and more series is planned as ever.
func TestManySeriesOfOneService(t *testing.T) {
	o := newOffice(t)
	for k := range 120 {
		rule := desk.Recurrence{Every: 52, Days: []time.Weekday{time.Weekday(k % 7)}, At: desk.DayTime(8 * k), For: 5 * time.Minute, Zone: "UTC", First: four.Truncate(24*time.Hour).AddDate(0, 0, 1+k%7)}
		first, _ := rule.Next(four)
		o.planned(0, desk.Plan{Title: "Patches", Planned: first, Rule: &rule})
	}
	o.plan(1, "One more", 30*24*time.Hour, 20*24*time.Hour-7*24*time.Hour)
	o.fire(2)
}

// A window that becomes an incident hands its question and its calendar over.
func TestAWindowBecomesAnIncident(t *testing.T) {
	o := newOffice(t)
	n := o.plan(0, "New database", time.Hour, time.Hour)
	o.fire(hour)
	o.fire(2*hour - 600)
	d := desk.Declaration{Impact: desk.Major, Title: "Learn stays down", Text: "The new database does not start."}
	by := o.by(2*hour - 60)
	out, err := o.Convert(t.Context(), by, n, d)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := o.Convert(t.Context(), by, n, d); err != nil || again.Into.Number != out.Into.Number {
		t.Errorf("again: %v %v", again.Into, err)
	}
	o.sound()
	o.expectTold(n, "scheduled, started, converted")
	if out.Window.Became != out.Into.Number || out.Into.Window != n || !out.Into.Concerns("learn") {
		t.Errorf("%+v", out)
	}
	if next := o.fire(100 * hour); !next.IsZero() {
		t.Errorf("something is due at %s", next)
	}
}

func TestARestoreSkipsNumbersOfWindows(t *testing.T) {
	o := newOffice(t)
	o.plan(0, "Before", time.Hour, time.Hour)
	if err := o.Restored(t.Context(), desk.Notice{At: four, Text: "Restored."}); err != nil {
		t.Fatal(err)
	}
	if n := o.plan(0, "After", 3*time.Hour, time.Hour); n != 102 {
		t.Errorf("the next is WIN-%d", n)
	}
}
