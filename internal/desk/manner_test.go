package desk_test

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

func hours(from, to string, least desk.Impact) *desk.Hours {
	h := desk.Hours{Least: least}
	if h.From.UnmarshalText([]byte(from)) != nil || h.To.UnmarshalText([]byte(to)) != nil {
		panic(from + " " + to)
	}
	return &h
}

func TestQuietUntil(t *testing.T) {
	boston, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	night := hours("22:00", "07:00", desk.Critical)
	for _, tt := range []struct {
		name   string
		hours  []*desk.Hours
		impact desk.Impact
		now    string // local
		want   string // "": it may be told
	}{
		{"before", []*desk.Hours{night}, desk.Major, "2026-11-27 21:59", ""},
		{"begin", []*desk.Hours{night}, desk.Major, "2026-11-27 22:00", "2026-11-28 07:00"},
		{"behind midnight", []*desk.Hours{night}, desk.Major, "2026-11-28 00:00", "2026-11-28 07:00"},
		{"last minute", []*desk.Hours{night}, desk.Major, "2026-11-28 06:59", "2026-11-28 07:00"},
		{"end", []*desk.Hours{night}, desk.Major, "2026-11-28 07:00", ""},
		{"critical", []*desk.Hours{night}, desk.Critical, "2026-11-28 00:00", ""},
		{"what has no impact", []*desk.Hours{night}, "", "2026-11-28 00:00", "2026-11-28 07:00"},
		{"by day", []*desk.Hours{hours("12:00", "13:30", desk.Major)}, desk.Minor, "2026-11-28 13:29", "2026-11-28 13:30"},
		{"major passes", []*desk.Hours{hours("12:00", "13:30", desk.Major)}, desk.Major, "2026-11-28 13:29", ""},
		{"the year's last night", []*desk.Hours{night}, desk.Major, "2026-12-31 23:00", "2027-01-01 07:00"},
		{"the short night", []*desk.Hours{night}, desk.Major, "2027-03-13 23:00", "2027-03-14 07:00"},
		{"an end that is skipped", []*desk.Hours{hours("22:00", "02:30", desk.Critical)}, desk.Major, "2027-03-14 01:45", "2027-03-14 03:30"},
		{"the long night", []*desk.Hours{night}, desk.Major, "2026-10-31 23:00", "2026-11-01 07:00"},
		{"the sooner of two", []*desk.Hours{night, hours("20:00", "05:00", desk.Critical)}, desk.Major, "2026-11-28 00:00", "2026-11-28 05:00"},
		{"one of two is over", []*desk.Hours{night, hours("20:00", "05:00", desk.Critical)}, desk.Major, "2026-11-28 05:00", ""},
		{"one of two has none", []*desk.Hours{night, nil}, desk.Major, "2026-11-28 00:00", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			services := []desk.ServiceID{"learn", "mail"}
			var subs []desk.Subscription
			for k, h := range tt.hours {
				subs = append(subs, desk.Subscription{Target: desk.ServiceTarget(services[k]), Hours: h})
			}
			sc := desk.Scope{Topic: desk.TopicIncidents, Services: services, Impact: tt.impact}
			now, err := time.ParseInLocation("2006-01-02 15:04", tt.now, boston)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if until := catalog().AudienceOf(sc).Wish(subs).QuietUntil(now.UTC(), tt.impact, boston); !until.IsZero() {
				got = until.In(boston).Format("2006-01-02 15:04")
			}
			if got != tt.want {
				t.Errorf("quiet until %q, want %q", got, tt.want)
			}
		})
	}
}

// Quiet hours end after the moment that they are asked about, whatever the clocks do.
func TestQuietHoursEnd(t *testing.T) {
	for _, zone := range []string{"America/New_York", "Australia/Lord_Howe", "America/Havana", "UTC"} {
		z, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for to := range desk.DayTime(24 * 4) {
			sub := desk.Subscription{Target: desk.All(), Hours: &desk.Hours{From: (to*15 + 15) % (24 * 60), To: to * 15, Least: desk.Critical}}
			w := catalog().AudienceOf(desk.Scope{Topic: desk.TopicIncidents, Services: []desk.ServiceID{"learn"}}).Wish([]desk.Subscription{sub})
			for now := time.Date(2026, 1, 1, 0, 7, 0, 0, time.UTC); now.Year() < 2027; now = now.Add(53 * time.Minute) {
				if end := w.QuietUntil(now, desk.Major, z); !end.IsZero() && (!end.After(now) || end.Sub(now) > 26*time.Hour) {
					t.Fatalf("%s %s: quiet hours end %s", zone, now, end)
				}
			}
		}
	}
}

// Of several subscriptions that decide the loudest does; one that lets it not through
// says how what was told before is followed up.
func TestManner(t *testing.T) {
	quietLearn := desk.Subscription{Target: desk.ServiceTarget("learn"), Manner: desk.Quiet}
	for _, tt := range []struct {
		name    string
		subs    []desk.Subscription
		want    desk.Manner
		matches bool
	}{
		{"one", []desk.Subscription{quietLearn}, desk.Quiet, true},
		{"the louder", []desk.Subscription{quietLearn, {Target: desk.ServiceTarget("mail"), Manner: desk.Loud}}, desk.Loud, true},
		{"the more specific", []desk.Subscription{quietLearn, {Target: desk.All(), Manner: desk.Loud, Least: desk.Critical}}, desk.Quiet, true},
		{"what it hears not of", []desk.Subscription{{Target: desk.All(), Manner: desk.Loud, Least: desk.Critical}}, desk.Loud, false},
	} {
		sc := desk.Scope{Topic: desk.TopicIncidents, Services: []desk.ServiceID{"learn", "mail"}, Impact: desk.Major}
		if got := catalog().AudienceOf(sc).Wish(tt.subs); got.Manner != tt.want || got.Matches != tt.matches || !got.Speaks {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}
