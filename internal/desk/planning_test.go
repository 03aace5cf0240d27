package desk_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

func newYork(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// local is a moment in New York.
func local(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, newYork(t))
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

// span is "2006-01-02 15:04" for so many hours.
func span(t *testing.T, from string, hours int) desk.Period {
	at := local(t, from)
	return desk.Period{From: at, To: at.Add(time.Duration(hours) * time.Hour)}
}

// usual is what a campus says of planned work: two working days of notice, Wednesdays
// from 4 to 7 reserved for learn, no work in the week of finals.
func usual(t *testing.T) desk.Planning {
	return desk.Planning{
		Zone: newYork(t), Notice: desk.LeadTime{WorkingDays: 2}, StandingNotice: 24 * time.Hour,
		Standing: []desk.Standing{{Services: []desk.ServiceID{"learn"}, Rule: *weekly().Rule}},
		Moratoriums: []desk.Moratorium{
			{Name: "finals", Period: desk.Period{From: local(t, "2026-12-14 00:00"), To: local(t, "2026-12-20 00:00")}},
			{Name: "grades", Services: []desk.ServiceID{"portal"}, Period: desk.Period{From: local(t, "2027-01-04 00:00"), To: local(t, "2027-01-06 00:00")}},
		},
		Reminders: []desk.Reminder{{Before: 7 * 24 * time.Hour}, {DaysBefore: 1, At: 16 * 60}},
	}
}

func TestWhatSpeaksAgainstATime(t *testing.T) {
	learn, portal, both := []desk.ServiceID{"learn"}, []desk.ServiceID{"portal"}, []desk.ServiceID{"learn", "portal"}
	forced, admin, urgent := desk.Override{Force: "Fire"}, desk.Override{Force: "Fire", Admin: true}, desk.Override{Urgent: "A hole"}
	other := []desk.Taken{{Subject: desk.Subject{Kind: desk.WindowSubject, Number: 3}, Period: span(t, "2026-12-10 02:00", 2)}}
	for _, c := range []struct {
		name     string
		services []desk.ServiceID
		now      string
		at       desk.Period
		o        desk.Override
		want     desk.ObjectionKind
	}{
		{"free", learn, "2026-12-01 12:00", span(t, "2026-12-10 06:00", 2), desk.Override{}, ""},
		{"right before another", learn, "2026-12-01 12:00", span(t, "2026-12-10 00:00", 2), desk.Override{}, ""},
		{"right after another", learn, "2026-12-01 12:00", span(t, "2026-12-10 04:00", 2), desk.Override{}, ""},
		{"over another", learn, "2026-12-01 12:00", span(t, "2026-12-10 03:00", 2), desk.Override{}, desk.Overlapping},
		{"over another, urgent", learn, "2026-12-01 12:00", span(t, "2026-12-10 03:00", 2), urgent, desk.Overlapping},
		{"over another, forced", learn, "2026-12-01 12:00", span(t, "2026-12-10 03:00", 2), forced, ""},
		{"on the last evening of a moratorium", learn, "2026-12-01 12:00", span(t, "2026-12-19 23:00", 3), desk.Override{}, desk.InMoratorium},
		{"on the midnight after it", learn, "2026-12-01 12:00", span(t, "2026-12-20 00:00", 3), desk.Override{}, ""},
		{"until the midnight before it", learn, "2026-12-01 12:00", span(t, "2026-12-13 22:00", 2), desk.Override{}, ""},
		{"into it", learn, "2026-12-01 12:00", span(t, "2026-12-13 22:00", 3), desk.Override{}, desk.InMoratorium},
		{"in it, forced by a responder", learn, "2026-12-01 12:00", span(t, "2026-12-16 02:00", 3), forced, desk.InMoratorium},
		{"in it, forced by an admin", learn, "2026-12-01 12:00", span(t, "2026-12-16 02:00", 3), admin, ""},
		{"in that of another service", learn, "2026-12-01 12:00", span(t, "2027-01-04 02:00", 3), desk.Override{}, ""},
		{"in that of its service", portal, "2026-12-01 12:00", span(t, "2027-01-04 02:00", 3), desk.Override{}, desk.InMoratorium},
		{"two working days after Monday noon", learn, "2026-11-30 12:00", span(t, "2026-12-02 12:00", 1), desk.Override{}, ""},
		{"a minute less", learn, "2026-11-30 12:01", span(t, "2026-12-02 12:00", 1), desk.Override{}, desk.ShortNotice},
		{"on Monday, said on Friday", learn, "2026-12-04 15:00", span(t, "2026-12-07 23:00", 1), desk.Override{}, desk.ShortNotice},
		{"on Tuesday, said on Friday", learn, "2026-12-04 15:00", span(t, "2026-12-08 15:00", 1), desk.Override{}, ""},
		{"on Monday, said on Saturday", learn, "2026-12-05 15:00", span(t, "2026-12-07 23:00", 1), desk.Override{}, desk.ShortNotice},
		{"on Tuesday, said on Saturday", learn, "2026-12-05 15:00", span(t, "2026-12-08 23:00", 1), desk.Override{}, desk.ShortNotice},
		{"on Wednesday, said on Saturday", learn, "2026-12-05 15:00", span(t, "2026-12-09 00:00", 1), desk.Override{}, ""},
		{"short and forced", learn, "2026-12-04 15:00", span(t, "2026-12-07 23:00", 1), admin, desk.ShortNotice},
		{"short and urgent", learn, "2026-12-04 15:00", span(t, "2026-12-07 23:00", 1), urgent, ""},
		{"in its standing window a day before", learn, "2026-12-08 04:00", span(t, "2026-12-09 04:00", 3), desk.Override{}, ""},
		{"a minute less than a day", learn, "2026-12-08 04:01", span(t, "2026-12-09 04:00", 3), desk.Override{}, desk.ShortNotice},
		{"past its standing window", learn, "2026-12-08 04:00", span(t, "2026-12-09 05:00", 3), desk.Override{}, desk.ShortNotice},
		{"in the standing window of one of two services", both, "2026-12-08 04:00", span(t, "2026-12-09 04:00", 3), desk.Override{}, desk.ShortNotice},
	} {
		err := usual(t).Check(c.services, []desk.Period{c.at}, local(t, c.now), other, c.o)
		var o *desk.Objection
		errors.As(err, &o)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: it is refused: %v", c.name, err)
		case c.want != "" && (o == nil || o.Kind != c.want):
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		case o != nil && o.Admins != (c.want == desk.InMoratorium):
			t.Errorf("%s: for admins: %v", c.name, o.Admins)
		}
	}
}

// Of a series all the times that lie in moratoriums are named, and none once they are left
// out; of another service they are no matter.
func TestTimesOfASeriesInMoratoriums(t *testing.T) {
	p := usual(t)
	p.Moratoriums = append(p.Moratoriums, desk.Moratorium{Name: "overlap", Period: desk.Period{From: local(t, "2026-12-18 00:00"), To: local(t, "2026-12-24 00:00")}})
	r := desk.Recurrence{Every: 1, Days: []time.Weekday{0, 2, 3, 6}, At: 22 * 60, For: 3 * time.Hour, Zone: "America/New_York", First: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}
	first, _ := r.Next(local(t, "2026-12-02 00:00"))
	days := func(services ...desk.ServiceID) (days []string) {
		var o *desk.Objection
		if errors.As(p.CheckRule(services, r, first, desk.Override{Force: "no admin"}), &o) {
			for _, at := range o.All {
				days = append(days, at.From.In(newYork(t)).Format("Jan 2"))
			}
		}
		return days
	}
	if got, want := fmt.Sprint(days("learn")), "[Dec 13 Dec 15 Dec 16 Dec 19 Dec 20 Dec 22 Dec 23]"; got != want { // the first lasts into it
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := days("learn", "portal"); len(got) != 9 || got[8] != "Jan 5" {
		t.Errorf("with another service %q", got)
	}
	if err := p.CheckRule([]desk.ServiceID{"learn"}, r, first, desk.Override{Force: "The dean wants it", Admin: true}); err != nil {
		t.Errorf("forced by an admin: %v", err)
	}
	for _, d := range []int{13, 15, 16, 19, 20, 22, 23} {
		r.Except = append(r.Except, time.Date(2026, 12, d, 0, 0, 0, 0, time.UTC))
	}
	if got := days("learn"); got != nil {
		t.Errorf("left out are all but %q", got)
	}
}

// When it is told again, by the clock on New York's walls.
func TestReminders(t *testing.T) {
	const form = "2006-01-02 15:04"
	for _, c := range []struct {
		name, said, begin string
		of                int
		want              []string
	}{
		{"long before", "2026-11-01 12:00", "2026-12-10 09:00", 0, []string{"2026-12-03 09:00", "2026-12-09 16:00"}},
		{"one is past when it is made", "2026-12-05 12:00", "2026-12-10 09:00", 0, []string{"2026-12-09 16:00"}},
		{"all are past", "2026-12-09 16:00", "2026-12-10 09:00", 0, nil},
		{"a recurring one", "2026-11-01 12:00", "2026-12-10 09:00", 5, []string{"2026-12-09 16:00"}},
		{"at night, told in the morning", "2026-11-01 12:00", "2026-12-10 02:00", 0, []string{"2026-12-03 07:00", "2026-12-09 16:00"}},
		{"late in the evening, told the next morning", "2026-11-01 12:00", "2026-12-10 23:30", 0, []string{"2026-12-04 07:00", "2026-12-09 16:00"}},
		{"on the day on which daylight saving begins", "2027-02-01 12:00", "2027-03-14 09:00", 0, []string{"2027-03-07 08:00", "2027-03-13 16:00"}},
		{"on the day after", "2027-02-01 12:00", "2027-03-15 01:00", 0, []string{"2027-03-08 07:00", "2027-03-14 16:00"}},
		{"on the day on which it ends", "2027-10-01 12:00", "2027-11-07 09:00", 0, []string{"2027-10-31 10:00", "2027-11-06 16:00"}},
		{"on the day after a leap day", "2028-02-01 12:00", "2028-03-01 09:00", 0, []string{"2028-02-23 09:00", "2028-02-29 16:00"}},
		{"on New Year's Day", "2026-11-01 12:00", "2027-01-01 00:30", 0, []string{"2026-12-25 07:00", "2026-12-31 16:00"}},
	} {
		w := desk.Window{Number: 17, Of: c.of, Status: desk.Scheduled, Planned: span(t, c.begin, 2), RemindedTo: local(t, c.said)}
		var got []string
		for _, at := range w.RemindedAt(local(t, c.said), usual(t)) {
			got = append(got, at.In(newYork(t)).Format(form))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// In a moratorium no time is kept free for work.
func TestNothingIsReservedInAMoratorium(t *testing.T) {
	p := usual(t)
	p.Standing[0].Rule.First = local(t, "2026-12-01 00:00").Truncate(24 * time.Hour)
	season := desk.Period{From: local(t, "2026-11-29 00:00"), To: local(t, "2027-02-01 00:00")}
	var days []string
	for _, at := range p.Reserved("learn", season, 4) {
		days = append(days, at.From.In(newYork(t)).Format("Jan 2"))
	}
	if want := []string{"Dec 2", "Dec 9", "Dec 23", "Dec 30"}; !slices.Equal(days, want) {
		t.Errorf("reserved are %v, want %v", days, want)
	}
}
