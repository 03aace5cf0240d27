package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// dawn is when every course begins.
var dawn = time.Date(2026, 12, 2, 4, 0, 0, 0, time.UTC)

func minutes(n int) time.Time { return dawn.Add(time.Duration(n) * time.Minute) }

func told(all []desk.Stretch) string {
	var out []string
	for _, s := range all {
		out = append(out, fmt.Sprintf("%s %v-%v", s.Status, s.From.Sub(dawn).Minutes(), s.To.Sub(dawn).Minutes()))
	}
	return strings.Join(out, ", ")
}

// An incident is lived through, and what each service was in between is read off it.
func TestTheCourseOfAnIncident(t *testing.T) {
	type rule = func(desk.Incident, desk.Act) (desk.Change, error)
	grade := func(to desk.Impact) rule {
		return func(i desk.Incident, a desk.Act) (desk.Change, error) { return i.SetImpact(to, a) }
	}
	end := func(i desk.Incident, a desk.Act) (desk.Change, error) { return i.Resolve("It works.", a) }
	again := func(i desk.Incident, a desk.Act) (desk.Change, error) { return i.Reopen("Not yet.", a) }
	type step struct {
		minute int
		do     rule
	}
	for _, tc := range []struct {
		name, learn, mail string
		steps             []step
	}{
		{name: "open", learn: "degraded_performance 0-60", mail: "major_outage 0-60"},
		{name: "over", learn: "degraded_performance 0-30", mail: "major_outage 0-30", steps: []step{{30, end}}},
		{name: "worse and better", steps: []step{{10, grade(desk.Critical)}, {20, grade(desk.Major)}, {30, end}},
			learn: "degraded_performance 0-10, major_outage 10-20, partial_outage 20-30", mail: "major_outage 0-30"},
		{name: "reopened", steps: []step{{10, end}, {20, again}, {40, end}},
			learn: "degraded_performance 0-10, degraded_performance 20-40", mail: "major_outage 0-10, major_outage 20-40"},
		{name: "worse, over, reopened and better", steps: []step{{5, grade(desk.Major)}, {10, end}, {20, again}, {30, grade(desk.Minor)}},
			learn: "degraded_performance 0-5, partial_outage 5-10, partial_outage 20-30, degraded_performance 30-60", mail: "major_outage 0-10, major_outage 20-60"},
		{name: "corrected when over", steps: []step{{10, grade(desk.Critical)}, {30, end}, {40, grade(desk.Major)}},
			learn: "partial_outage 0-30", mail: "major_outage 0-30"},
		{name: "taken back", steps: []step{{10, func(i desk.Incident, a desk.Act) (desk.Change, error) { return i.Retract("", a) }}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := desk.Declare(1, desk.Declaration{Impact: desk.Minor, Title: "Trouble", Text: "We look.", Services: []desk.Affected{
				{Service: "learn", Name: "Learn"}, {Service: "mail", Name: "Mail", Status: desk.MajorOutage},
			}}, desk.Act{At: minutes(0)})
			timeline := []desk.Entry{c.Entry}
			for _, s := range tc.steps {
				if err != nil {
					t.Fatal(err)
				}
				c, err = s.do(c.Incident, desk.Act{At: minutes(s.minute)})
				timeline = append(timeline, c.Entry)
			}
			if err != nil {
				t.Fatal(err)
			}
			for id, want := range map[desk.ServiceID]string{"learn": tc.learn, "mail": tc.mail, "portal": ""} {
				if got := told(c.Incident.Course(id, timeline, minutes(60))); got != want {
					t.Errorf("%s was %s, want %s", id, got, want)
				}
			}
		})
	}
}

func TestTheCourseOfWork(t *testing.T) {
	w := desk.Window{Services: []desk.Affected{{Service: "learn"}}, Status: desk.InProgress, StartedAt: minutes(10)}
	done := w
	done.Status, done.EndedAt = desk.Completed, minutes(20)
	for _, tc := range []struct {
		w    desk.Window
		id   desk.ServiceID
		want string
	}{
		{w, "learn", "under_maintenance 10-60"}, {done, "learn", "under_maintenance 10-20"}, {w, "mail", ""}, {desk.Window{Services: w.Services}, "learn", ""},
	} {
		if got := told(tc.w.Course(tc.id, minutes(60))); got != tc.want {
			t.Errorf("%s, want %s", got, tc.want)
		}
	}
}

// Of what is at the same time the worst counts, and each minute once.
func TestWhatATimeWasSpentAt(t *testing.T) {
	stretch := func(from, to int, s desk.ServiceStatus) desk.Stretch {
		return desk.Stretch{Period: desk.Period{From: minutes(from), To: minutes(to)}, Status: s}
	}
	all := []desk.Stretch{
		stretch(-100, 10, desk.DegradedPerformance), stretch(5, 20, desk.MajorOutage), stretch(0, 40, desk.UnderMaintenance), stretch(15, 25, desk.MajorOutage), stretch(55, 500, desk.PartialOutage),
	}
	got := desk.Spent(all, desk.Period{From: minutes(0), To: minutes(60)})
	want := map[desk.ServiceStatus]time.Duration{
		desk.DegradedPerformance: 5 * time.Minute, desk.MajorOutage: 20 * time.Minute, desk.UnderMaintenance: 15 * time.Minute, desk.PartialOutage: 5 * time.Minute,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}
