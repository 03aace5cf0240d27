package desk_test

import (
	"errors"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// Who waits gets no earlier date: the earliest begin never goes back, over three weeks
// with a day on which the clocks change.
func TestNoticeNeverShrinks(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for days := 1; days <= 7; days++ {
		p := desk.Planning{Zone: zone, Notice: desk.LeadTime{WorkingDays: days}}
		var last time.Time
		for now := time.Date(2027, 3, 1, 0, 0, 0, 0, zone); now.Day() != 22; now = now.Add(7 * time.Minute) {
			err := p.Check(nil, []desk.Period{{From: now, To: now.Add(time.Hour)}}, now, nil, desk.Override{})
			var o *desk.Objection
			if !errors.As(err, &o) {
				t.Fatal(err)
			}
			if o.Earliest.Before(last) {
				t.Fatalf("%d working days at %s: %s, and before it was %s", days, now, o.Earliest.In(zone), last.In(zone))
			}
			last = o.Earliest
		}
	}
}

func TestNoticeAtAWeekend(t *testing.T) {
	p := desk.Planning{Notice: desk.LeadTime{WorkingDays: 2}}
	for said, want := range map[string]string{
		"2026-11-27 23:59": "2026-12-01 23:59", // Friday
		"2026-11-28 03:03": "2026-12-02 00:00",
		"2026-11-29 23:59": "2026-12-02 00:00",
		"2026-11-30 00:00": "2026-12-02 00:00",
		"2026-11-30 09:00": "2026-12-02 09:00",
	} {
		now, err := time.Parse("2006-01-02 15:04", said)
		if err != nil {
			t.Fatal(err)
		}
		var o *desk.Objection
		if errors.As(p.Check(nil, []desk.Period{{From: now, To: now.Add(time.Hour)}}, now, nil, desk.Override{}), &o); o == nil {
			t.Fatal("no objection")
		}
		if got := o.Earliest.Format("2006-01-02 15:04"); got != want {
			t.Errorf("said %s: %s, not %s", said, got, want)
		}
	}
}
