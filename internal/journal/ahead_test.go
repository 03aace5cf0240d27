package journal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/journal/journaltest"
)

// What is ahead is listed in order: of some services, up to a time, so many, what is
// wanted; without what has begun, and saying whether there is more.
func TestWhatIsAhead(t *testing.T) {
	o := newOffice(t)
	plans := journaltest.Plans{Windows: 6, Series: 2, From: four, By: journal.By{At: four, Person: ann, From: ops}, Services: []desk.Affected{service(1), service(2)}}
	if err := plans.Schedule(t.Context(), o.Journal); err != nil {
		t.Fatal(err)
	}
	far := four.AddDate(3, 0, 0)
	begun := o.ahead(t, journal.AheadQuery{Until: far, Limit: 1, Services: []desk.ServiceID{"s2"}})
	if _, err := o.Start(t.Context(), journal.By{At: four, Person: ann, From: ops}, begun.first.Number, desk.Override{Force: "it is a test"}); err != nil {
		t.Fatal(err)
	}
	sooner := desk.Period{From: four.Add(90 * time.Minute), To: four.Add(2 * time.Hour)} // than what has a lower number
	if _, err := o.Schedule(t.Context(), plans.By, desk.Plan{Services: plans.Services[1:], Title: "Sooner", Planned: sooner}, desk.Override{Force: "it is a test", Urgent: "it is a test"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		q    journal.AheadQuery
		want string
	}{
		{journal.AheadQuery{Until: far, Limit: 9}, "1h 1.5h 3h 4h 5h 6h"},
		{journal.AheadQuery{Until: far, Limit: 6}, "1h 1.5h 3h 4h 5h 6h"},
		{journal.AheadQuery{Until: far, Limit: 3}, "1h 1.5h 3h more"},
		{journal.AheadQuery{Until: four.Add(4 * time.Hour), Limit: 9}, "1h 1.5h 3h"},
		{journal.AheadQuery{Until: far, Limit: 9, Services: []desk.ServiceID{"s2"}}, "1.5h 4h 6h"},
		{journal.AheadQuery{Until: far, Limit: 1, Services: []desk.ServiceID{"s2", "s1"}}, "1h more"},
		{journal.AheadQuery{Until: far, Limit: 9, Services: []desk.ServiceID{"s3"}}, ""},
		{journal.AheadQuery{Until: far, Limit: 1, Wanted: func(w desk.Window) bool { return w.Planned.From.After(four.Add(5 * time.Hour)) }}, "6h"},
	} {
		if got := o.ahead(t, c.q).said; got != c.want {
			t.Errorf("%+v: %q, want %q", c.q, got, c.want)
		}
	}
	o.checkTaken(t)
	o.checkSeries(t)
}

type aheadOf struct {
	first desk.Window
	said  string // the hours after four at which they begin
}

func (o *office) ahead(t *testing.T, q journal.AheadQuery) (a aheadOf) {
	t.Helper()
	all, more, err := o.Ahead(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for k, w := range all {
		if k == 0 {
			a.first = w
		}
		said = append(said, fmt.Sprintf("%vh", w.Planned.From.Sub(four).Hours()))
	}
	if more {
		said = append(said, "more")
	}
	a.said = strings.Join(said, " ")
	return a
}

// checkTaken looks which times of a service are taken, work that goes on among them.
func (o *office) checkTaken(t *testing.T) {
	t.Helper()
	all, err := o.Taken(t.Context(), []desk.ServiceID{"s2"}, desk.Period{From: four, To: four.Add(5 * time.Hour)})
	if err != nil || len(all) != 3 || !all[0].Period.From.Equal(four) || !all[2].Period.From.Equal(four.Add(4*time.Hour)) {
		t.Errorf("taken: %+v, %v", all, err)
	}
}

func (o *office) checkSeries(t *testing.T) {
	t.Helper()
	for service, want := range map[desk.ServiceID]string{"": "1 true", "s1": "1 false", "s2": "1 false", "s3": "0 false"} {
		all, more, err := o.SeriesAbout(t.Context(), service, 1)
		if got := fmt.Sprint(len(all), more); err != nil || got != want {
			t.Errorf("series about %q: %s, %v, want %s", service, got, err, want)
		}
	}
}
