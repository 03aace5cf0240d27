package journal_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

func TestTheAuditIsNewestFirst(t *testing.T) {
	o := newOffice(t)
	o.declare(0)
	for n := range 5 {
		o.apply(n+1, 1, say(fmt.Sprint("news ", n)))
	}
	audit, err := o.Audit(t.Context(), four.Add(400*24*time.Hour), 3)
	if err != nil || len(audit) != 3 || audit[0].After != "news 4" || audit[2].After != "news 2" {
		t.Errorf("%+v, %v", audit, err)
	}
}

func TestReadingIncidents(t *testing.T) {
	o := newOffice(t)
	for n := range 3 {
		if _, err := o.Declare(t.Context(), o.by(3600*n), learnDown(), true); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		since time.Time
		limit int
		want  string
	}{"all": {want: "[3 2 1]"}, "two": {limit: 2, want: "[3 2]"}, "recent": {since: four.Add(90 * time.Minute), want: "[3]"}} {
		list, err := o.Incidents(t.Context(), tt.since, tt.limit)
		var got []int
		for _, i := range list {
			got = append(got, i.Number)
		}
		if err != nil || fmt.Sprint(got) != tt.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	_, err := o.Incident(t.Context(), 9)
	refused(t, err, desk.Unknown)
}

func TestHowLongTheBotWasAway(t *testing.T) {
	o := newOffice(t)
	if a, err := o.Away(t.Context(), four); err != nil || !a.From.IsZero() {
		t.Errorf("first start: %+v, %v", a, err)
	}
	if err := o.Alive(t.Context(), four); err != nil {
		t.Fatal(err)
	}
	o.declare(0)
	a, err := o.Away(t.Context(), four.Add(7*time.Minute))
	if err != nil || !a.From.Equal(four) || len(a.Open) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
}

// heldBack plans work on the portal whose start somebody holds.
func (o *office) heldBack(in, lasts time.Duration) int {
	o.t.Helper()
	w, err := o.Schedule(o.t.Context(), o.by(0), desk.Plan{
		Title: "Switches", Services: []desk.Affected{{Service: "portal", Name: "Portal"}},
		Planned: desk.Period{From: four.Add(in), To: four.Add(in + lasts)},
	}, urgent)
	if err == nil {
		_, err = o.ApplyWindow(o.t.Context(), o.by(1), w.Window.Number, desk.Window.HoldStart, false)
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return w.Window.Number
}

// What the clock will make of an absence is known before it does so, and only that.
func TestWhatFellDueWhileTheBotWasAway(t *testing.T) {
	numbers := func(all []desk.Window) (out []int) {
		for _, w := range all {
			out = append(out, w.Number)
		}
		return out
	}
	when := []int{1, hour, 2*hour + 1, 3*hour - 900, 3 * hour, 4*hour - 600, 4 * hour, 4*hour + 1800, 5 * hour, 30 * hour}
	for k, gone := range when {
		for _, back := range when[k+1:] {
			o := newOffice(t)
			o.SetSettings(settings())
			n := o.plan(0, "New database", 3*time.Hour, time.Hour)
			held := o.heldBack(3*time.Hour, time.Hour)
			o.fire(gone)
			before := o.dump()
			a, err := o.Away(t.Context(), at(back))
			if err != nil || o.dump() != before {
				t.Fatalf("it is not looked up alone: %v", err)
			}
			was, err := o.Window(t.Context(), n)
			if err != nil {
				t.Fatal(err)
			}
			o.fire(back)
			w, err := o.Window(t.Context(), n)
			if err != nil {
				t.Fatal(err)
			}
			if told := w.Entries > was.Entries; told != slices.Contains(a.Due, w.Subject()) {
				t.Errorf("from %d to %d s: %v is due; it told %s", gone, back, a.Due, o.told(n))
			}
			// what is held is asked about at its end, and a day later
			began := gone < 3*hour && w.IsRunning()
			if began != slices.Contains(numbers(a.Began), n) || (gone >= 3*hour) != slices.Contains(numbers(a.Work), n) {
				t.Errorf("from %d to %d s: began %v, goes on %v", gone, back, numbers(a.Began), numbers(a.Work))
			}
			if over := gone < 4*hour && back >= 4*hour || back >= 28*hour; over != slices.Contains(numbers(a.Work), held) {
				t.Errorf("from %d to %d s: the held one is among %v: %t", gone, back, numbers(a.Work), !over)
			}
			o.db.Close()
		}
	}
}
