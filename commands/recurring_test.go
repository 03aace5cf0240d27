package commands

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// It is Friday, 27 November 2026, 4 a.m. in New York.
func TestRecurringTimes(t *testing.T) {
	tests := []struct{ typed, first, rule, words string }{
		{"every wednesday 04:00 for 3h", "Wed 2026-12-02 04:00 EST to Wed 2026-12-02 07:00 EST", "FREQ=WEEKLY;BYDAY=WE", "every wednesday 04:00 America/New_York from 2026-12-02 for 3h"},
		{"every wed and sat 4am for 3h", "Sat 2026-11-28 04:00 EST to Sat 2026-11-28 07:00 EST", "FREQ=WEEKLY;BYDAY=WE,SA", "every wednesday and saturday 04:00 America/New_York from 2026-11-28 for 3h"},
		{"every wed, sat 4am for 3h", "Sat 2026-11-28 04:00 EST to Sat 2026-11-28 07:00 EST", "FREQ=WEEKLY;BYDAY=WE,SA", "every wednesday and saturday 04:00 America/New_York from 2026-11-28 for 3h"},
		{"every wed,sat at 4 am for 3h", "Sat 2026-11-28 04:00 EST to Sat 2026-11-28 07:00 EST", "FREQ=WEEKLY;BYDAY=WE,SA", "every wednesday and saturday 04:00 America/New_York from 2026-11-28 for 3h"},
		{"every weekday 04:00 for 1h", "Mon 2026-11-30 04:00 EST to Mon 2026-11-30 05:00 EST", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every monday and tuesday and wednesday and thursday and friday 04:00 America/New_York from 2026-11-30 for 1h"},
		{"Every day 04:01 for 1h", "Fri 2026-11-27 04:01 EST to Fri 2026-11-27 05:01 EST", "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH,FR,SA", "every sunday and monday and tuesday and wednesday and thursday and friday and saturday 04:01 America/New_York from 2026-11-27 for 1h"},
		{"every other wednesday 04:00 for 3h", "Wed 2026-12-02 04:00 EST to Wed 2026-12-02 07:00 EST", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "every 2 weeks on wednesday 04:00 America/New_York from 2026-12-02 for 3h"},
		{"every 2 weeks on friday 04:00 for 3h", "Fri 2026-12-04 04:00 EST to Fri 2026-12-04 07:00 EST", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "every 2 weeks on friday 04:00 America/New_York from 2026-12-04 for 3h"},
		{"every 2 weeks on weekdays 04:00 for 3h", "Mon 2026-11-30 04:00 EST to Mon 2026-11-30 07:00 EST", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR", "every 2 weeks on monday and tuesday and wednesday and thursday and friday 04:00 America/New_York from 2026-11-30 for 3h"},
		{"every week on fridays 04:00 for 3h", "Fri 2026-12-04 04:00 EST to Fri 2026-12-04 07:00 EST", "FREQ=WEEKLY;BYDAY=FR", "every friday 04:00 America/New_York from 2026-12-04 for 3h"},
		{"every first sunday 04:00 for 3h", "Sun 2026-12-06 04:00 EST to Sun 2026-12-06 07:00 EST", "FREQ=MONTHLY;BYDAY=+1SU", "every 1st sunday of the month 04:00 America/New_York from 2026-12-06 for 3h"},
		{"every second sunday of the month 04:00 for 3h", "Sun 2026-12-13 04:00 EST to Sun 2026-12-13 07:00 EST", "FREQ=MONTHLY;BYDAY=+2SU", "every 2nd sunday of the month 04:00 America/New_York from 2026-12-13 for 3h"},
		{"every last saturday 22:00 for 4h", "Sat 2026-11-28 22:00 EST to Sun 2026-11-29 02:00 EST", "FREQ=MONTHLY;BYDAY=-1SA", "every last saturday of the month 22:00 America/New_York from 2026-11-28 for 4h"},
		{"every 3 months on the first sunday 04:00 for 3h", "Sun 2026-12-06 04:00 EST to Sun 2026-12-06 07:00 EST", "FREQ=MONTHLY;INTERVAL=3;BYDAY=+1SU", "every 3 months on the 1st sunday 04:00 America/New_York from 2026-12-06 for 3h"},
		{"every wednesday 22:00 until 02:00", "Wed 2026-12-02 22:00 EST to Thu 2026-12-03 02:00 EST", "FREQ=WEEKLY;BYDAY=WE", "every wednesday 22:00 America/New_York from 2026-12-02 for 4h"},
		{"every wednesday 22:00-02:00", "Wed 2026-12-02 22:00 EST to Thu 2026-12-03 02:00 EST", "FREQ=WEEKLY;BYDAY=WE", "every wednesday 22:00 America/New_York from 2026-12-02 for 4h"},
		{"every saturday 22:00 PT for 4h", "Sun 2026-11-29 01:00 EST to Sun 2026-11-29 05:00 EST", "FREQ=WEEKLY;BYDAY=SA", "every saturday 22:00 America/Los_Angeles from 2026-11-28 for 4h"},
		{"every saturday 22:00 Asia/Kolkata for 4h", "Sat 2026-11-28 11:30 EST to Sat 2026-11-28 15:30 EST", "FREQ=WEEKLY;BYDAY=SA", "every saturday 22:00 Asia/Kolkata from 2026-11-28 for 4h"},
		{"every other friday 04:00 from 2026-11-20 for 3h", "Fri 2026-12-04 04:00 EST to Fri 2026-12-04 07:00 EST", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "every 2 weeks on friday 04:00 America/New_York from 2026-11-20 for 3h"},
		{"every wednesday 04:00 except 2026-12-02, 2026-12-16 and 2026-12-09 for 3h", "Wed 2026-12-23 04:00 EST to Wed 2026-12-23 07:00 EST", "FREQ=WEEKLY;BYDAY=WE", "every wednesday 04:00 America/New_York from 2026-12-02 except 2026-12-02,2026-12-09,2026-12-16 for 3h"},
		{"every wednesday 04:00 without 2026-12-16,2026-12-16 until 07:00", "Wed 2026-12-02 04:00 EST to Wed 2026-12-02 07:00 EST", "FREQ=WEEKLY;BYDAY=WE", "every wednesday 04:00 America/New_York from 2026-12-02 except 2026-12-16 for 3h"},
		{"every friday 04:00 starting 2027-01-05 for 3h", "Fri 2027-01-08 04:00 EST to Fri 2027-01-08 07:00 EST", "FREQ=WEEKLY;BYDAY=FR", "every friday 04:00 America/New_York from 2027-01-05 for 3h"},
	}
	for _, tt := range tests {
		t.Run(tt.typed, func(t *testing.T) {
			a := typing(t, tt.typed+" Database care", four())
			p, err := a.takePlanned()
			if err != nil {
				t.Fatal(asRefused(t, err))
			}
			got := []string{clocks(t, p.period), p.rule.RRule(), p.words, a.line.rest}
			if diff := cmp.Diff([]string{tt.first, tt.rule, tt.words, "Database care"}, got); diff != "" {
				t.Error(diff)
			}
			again, err := typing(t, p.words+" Database care", four().AddDate(0, 0, 9)).takePlanned()
			if err != nil {
				t.Fatal(asRefused(t, err))
			}
			if diff := cmp.Diff(p.rule, again.rule); diff != "" || again.words != p.words {
				t.Errorf("confirmed nine days later it is another: %s", diff)
			}
		})
	}
}

func TestRecurringTimesThatAreRefusedOrAskedAbout(t *testing.T) {
	const hint = " Like: every wednesday 04:00, every weekday 04:00, every other friday 22:00, every first sunday 04:00. (when)"
	tests := []struct{ typed, want string }{
		{"every", `"every" does not say when it recurs.` + hint},
		{"every now and then", `"every now and then" does not say when it recurs.` + hint},
		{"every month on friday 04:00 for 3h", `"every month on friday 04:00 for 3h" does not say when it recurs.` + hint},
		{"every friday of the month 04:00", `"every friday of the month 04:00" does not say when it recurs.` + hint},
		{"every first friday of the year 04:00 for 3h", `"every first friday of the year 04:00 for..." does not say when it recurs.` + hint},
		{"every other day 04:00 for 3h", `"every other day 04:00 for 3h" does not say when it recurs.` + hint},
		{"every 2 days 04:00 for 3h", `"every 2 days 04:00 for 3h" does not say when it recurs.` + hint},
		{"every first weekday 04:00 for 3h", `"every first weekday 04:00 for 3h" does not say when it recurs.` + hint},
		{"every wednesday 04:00 from soon for 3h", `"every wednesday 04:00 from soon for 3h" does not say when it recurs.` + hint},
		{"every wednesday 04:00 except soon for 3h", `"every wednesday 04:00 except soon for 3h" does not say when it recurs.` + hint},
		{"every wednesday 04:00 except 2026-12-17 for 3h", "There is no time on 2026-12-17 that could be left out. Like: every wednesday 04:00 except 2026-12-23 for 3h (when)"},
		{"every wednesday", "It is not said at what time of day. Like: saturday 04:00 for 3h (when)"},
		{"every wednesday 4 for 3h", "It is not said at what time of day. Like: saturday 04:00 for 3h (when)"},
		{"every wednesday 04:00 New", "It is not said how long it lasts. Say it behind the time, like: for 3h, or until 07:00 (for)"},
		{"every wednesday 04:00 until friday 07:00", "The end of what recurs is a time of day. Like: until 07:00, or for 3h (until)"},
		{"every wednesday 04:00 EST for 3h", "EST is only one half of a zone's year. Name the zone, like: ET, or America/New_York (when)"},
		{"every day 04:00 for 25h", "It would begin again before it ends. Say how long it lasts, like: for 3h (for)"},
		{"every sunday and monday 04:00 for 2d", "It would begin again before it ends. Say how long it lasts, like: for 3h (for)"},
		{"every second friday 04:00 for 3h New", "Every second may be every other one, or the second of each month. Which is meant? Say every other friday or every 2nd friday of the month. (when) " +
			"[every other friday] window schedule learn every other friday 04:00 for 3h New [every 2nd friday of the month] window schedule learn every 2nd friday of the month 04:00 for 3h New"},
	}
	for _, tt := range tests {
		t.Run(tt.typed, func(t *testing.T) {
			_, err := typing(t, tt.typed, four()).takePlanned()
			if diff := cmp.Diff(tt.want, asRefused(t, err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Every other week goes on from its first, whichever day that is.
func TestTheRhythmOfWhatRecursBeginsWithItsFirst(t *testing.T) {
	p, err := typing(t, "every other wed and sat 04:00 for 1h", four()).takePlanned()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range p.rule.Between(four(), four().AddDate(0, 0, 30), 9) {
		got = append(got, o.From.In(newYork(t)).Format(time.DateOnly))
	}
	if diff := cmp.Diff([]string{"2026-11-28", "2026-12-09", "2026-12-12", "2026-12-23", "2026-12-26"}, got); diff != "" {
		t.Error(diff)
	}
}
