package journal_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

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

// However a window ends while it is tested, its tests end.
func TestTestsEndWithTheWindow(t *testing.T) {
	for name, end := range map[string]func(o *office, n int) error{
		"completed with a remark": func(o *office, n int) error {
			return second(o.WorkDone(t.Context(), o.by(2*hour+60), n, "It is slow."))
		},
		"an incident": func(o *office, n int) error {
			return second(o.Convert(t.Context(), o.by(2*hour+60), n, learnDown()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			l := newLab(o)
			n := o.plan(0, "New database", time.Hour, 4*time.Hour)
			o.fire(hour)
			if _, err := o.WorkDone(t.Context(), o.by(2*hour), n, ""); err != nil {
				t.Fatal(err)
			}
			if err := end(o, n); err != nil {
				t.Fatal(err)
			}
			l.expect(t, "test WIN-1 [learn]", "stop WIN-1")
			before := o.dump()
			o.fail(2*hour+70, window(n), "login page")
			o.pass(2*hour+80, window(n))
			if o.dump() != before {
				t.Error("tests changed what is over")
			}
		})
	}
}
