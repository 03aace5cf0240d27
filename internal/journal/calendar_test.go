package journal_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// Whatever part of some years is asked for, what stands there is found, in its order:
// also where many days or a whole season are empty, and where work begins as a day does.
func TestTheCalendarOfYears(t *testing.T) {
	o := newOffice(t)
	midnight := four.Truncate(24 * time.Hour)
	var all []desk.Window
	for k, days := range []int{1, 1, 2, 30, 31, 83, 84, 85, 86, 168, 169, 170, 400, 401, 420} {
		services := [][]desk.ServiceID{{"learn"}, {"portal"}, {"learn", "portal"}}[k%3]
		p := desk.Plan{Title: "Work", Planned: desk.Period{From: midnight.AddDate(0, 0, days).Add(time.Duration(k%4) * time.Hour)}}
		p.Planned.To = p.Planned.From.Add(time.Duration(1+k*5) * time.Hour)
		for _, id := range services {
			p.Services = append(p.Services, desk.Affected{Service: id, Name: string(id)})
		}
		a, err := o.Schedule(t.Context(), o.by(k), p, urgent)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a.Window)
	}
	slices.SortStableFunc(all, func(a, b desk.Window) int { return a.Planned.From.Compare(b.Planned.From) })
	o.sound()
	for from := range 44 {
		for _, length := range []int{1, 20, 100, 500} {
			begin := midnight.AddDate(0, 0, 10*from)
			o.expectWithin(all, desk.Period{From: begin, To: begin.AddDate(0, 0, length)})
		}
	}
}

// expectWithin fails unless what is listed of a period is what all the windows say.
func (o *office) expectWithin(all []desk.Window, within desk.Period) {
	o.t.Helper()
	var begins, taken, learn []int
	for _, w := range all {
		if w.Planned.From.Before(within.To) {
			begins = append(begins, w.Number)
		}
		if w.Concerns("portal") && w.Planned.Overlaps(within) {
			taken = append(taken, w.Number)
		}
		if w.Concerns("learn") && w.Planned.From.Before(within.To) {
			learn = append(learn, w.Number)
		}
	}
	coming, err := o.Coming(o.t.Context(), within.To, 0)
	slots, err2 := o.Taken(o.t.Context(), []desk.ServiceID{"portal"}, within)
	ahead, more, err3 := o.Ahead(o.t.Context(), journal.AheadQuery{Services: []desk.ServiceID{"learn"}, Until: within.To, Limit: 100})
	if err != nil || err2 != nil || err3 != nil || more {
		o.t.Fatal(err, err2, err3, more)
	}
	got := [][]int{numbers(coming), nil, numbers(ahead)}
	for _, s := range slots {
		got[1] = append(got[1], s.Subject.Number)
	}
	if diff := cmp.Diff([][]int{begins, taken, learn}, got); diff != "" {
		o.t.Errorf("%v to %v, coming, taken, ahead (-want +got):\n%s", within.From, within.To, diff)
	}
}

func numbers(all []desk.Window) (out []int) {
	for _, w := range all {
		out = append(out, w.Number)
	}
	return out
}
