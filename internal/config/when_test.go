package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"40s": 40 * time.Second, "90m": 90 * time.Minute, "4h": 4 * time.Hour, "1h30m": 90 * time.Minute,
		"2d": 48 * time.Hour, "1d12h": 36 * time.Hour, "0s": 0, "100ms": 100 * time.Millisecond,
	} {
		got, wrong := parseDuration(text)
		if wrong != nil || got != want {
			t.Errorf("%s is %v (%v)", text, got, wrong)
		}
		if again, _ := parseDuration(words(got)); again != want {
			t.Errorf("%s is said as %s", text, words(got))
		}
	}
	for _, text := range []string{"", "0", "5", "-1h", "+1h", "1h-30m", "d", "d4h", "1.5d", "2w", "1d1d", "4 h", "70000d", "60000d2500000h", "5µs"} {
		if got, wrong := parseDuration(text); wrong == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestRecurring(t *testing.T) {
	for text, want := range map[string]Recurring{
		"every wednesday 04:00":         {[]time.Weekday{time.Wednesday}, Clock{4, 0}},
		"every Sat and Wed 4:00":        {[]time.Weekday{time.Wednesday, time.Saturday}, Clock{4, 0}},
		"every wed, sat, wed 23:59":     {[]time.Weekday{time.Wednesday, time.Saturday}, Clock{23, 59}},
		"every weekday 00:00":           {[]time.Weekday{1, 2, 3, 4, 5}, Clock{}},
		"every day 12:30":               {[]time.Weekday{0, 1, 2, 3, 4, 5, 6}, Clock{12, 30}},
		"every weekday and sunday 6:00": {[]time.Weekday{0, 1, 2, 3, 4, 5}, Clock{6, 0}},
	} {
		var got Recurring
		if wrong := got.parse(text); wrong != nil {
			t.Errorf("%s: %v", text, wrong)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: want -, got +\n%s", text, diff)
		}
	}
}

func TestRemindersAndNotice(t *testing.T) {
	for text, want := range map[string]Reminder{
		"168h":                {Before: 168 * time.Hour},
		"7d":                  {Before: 168 * time.Hour},
		"day before 16:00":    {DaysBefore: 1, At: Clock{16, 0}},
		"3 days before 08:30": {DaysBefore: 3, At: Clock{8, 30}},
	} {
		var got Reminder
		if wrong := got.parse(text); wrong != nil || got != want {
			t.Errorf("%s is %+v (%v)", text, got, wrong)
		}
	}
	for text, want := range map[string]Notice{
		"2 working days": {WorkingDays: 2},
		"1 working day":  {WorkingDays: 1},
		"48h":            {Length: 48 * time.Hour},
		"0s":             {},
	} {
		var got Notice
		if wrong := got.parse(text); wrong != nil || got != want {
			t.Errorf("%s is %+v (%v)", text, got, wrong)
		}
	}
}

// TestDates checks that a day begins at its own midnight, also on the day when
// the clocks change, and that no day is invented.
func TestDates(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	var d Date
	if wrong := d.parse("2026-11-02"); wrong != nil {
		t.Fatal(wrong)
	}
	if got := d.In(zone).UTC(); !got.Equal(time.Date(2026, 11, 2, 5, 0, 0, 0, time.UTC)) {
		t.Errorf("it begins at %v", got)
	}
	for _, text := range []string{"2026-02-29", "2026-2-1", "26-02-01", "2026-02-01T00:00:00Z", "tomorrow"} {
		if d.parse(text) == nil {
			t.Errorf("%s is %v", text, d)
		}
	}
}
