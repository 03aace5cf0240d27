package commands

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

// typing is somebody in New York who typed: window schedule learn, and the rest. The
// service was understood already.
func typing(t testing.TB, rest string, now time.Time) *asked {
	t.Helper()
	a := &asked{
		Words: wording.Context{Zone: newYork(t)}, req: chat.Request{At: now},
		command: "window", verb: verb{name: "schedule", flags: []flag{flagYes}},
	}
	l, err := parseLine("learn "+rest, nil)
	if err != nil {
		t.Skip(err) // of no interest here
	}
	a.line, a.typed = l, l.rest
	a.line.word()
	return a
}

// local reads a time of New York's clocks.
func local(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, newYork(t))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func clocks(t testing.TB, p desk.Period) string {
	const form = "Mon 2006-01-02 15:04 MST"
	return p.From.In(newYork(t)).Format(form) + " to " + p.To.In(newYork(t)).Format(form)
}

// asRefused writes a refusal with its field and its buttons.
func asRefused(t testing.TB, err error) string {
	t.Helper()
	var r *desk.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("%v is no refusal", err)
	}
	text := fmt.Sprintf("%s (%s)", r.Error(), r.Field)
	var q *question
	if errors.As(err, &q) {
		for _, way := range q.actions {
			text += fmt.Sprintf(" [%s] %s", way.Label, way.Command)
		}
	}
	return text
}

// It is Friday, 27 November 2026, 4 a.m. in New York.
func TestFutureTimes(t *testing.T) {
	tests := []struct{ typed, want string }{
		{"now", "2026-11-27 04:00 EST"},
		{"in 2h", "2026-11-27 06:00 EST"},
		{"in 1d12h", "2026-11-28 16:00 EST"},
		{"04:01", "2026-11-27 04:01 EST"},
		{"10pm", "2026-11-27 22:00 EST"},
		{"noon", "2026-11-27 12:00 EST"},
		{"tomorrow noon", "2026-11-28 12:00 EST"},
		{"today 22:00", "2026-11-27 22:00 EST"},
		{"tomorrow 2am", "2026-11-28 02:00 EST"},
		{"tomorrow at 2 am", "2026-11-28 02:00 EST"},
		{"friday 05:00", "2026-11-27 05:00 EST"},
		{"friday 02:00", "2026-12-04 02:00 EST"},
		{"friday 04:00", "2026-12-04 04:00 EST"},
		{"this saturday 4am", "2026-11-28 04:00 EST"},
		{"Thurs 4am", "2026-12-03 04:00 EST"},
		{"next friday 2am", "2026-12-04 02:00 EST"},
		{"next monday 2am", "2026-11-30 02:00 EST"},
		{"dec 5 10pm", "2026-12-05 22:00 EST"},
		{"5 dec 22:00", "2026-12-05 22:00 EST"},
		{"5 December, 22:00", "2026-12-05 22:00 EST"},
		{"dec 5 2027 10pm", "2027-12-05 22:00 EST"},
		{"nov 27 05:00", "2026-11-27 05:00 EST"},
		{"nov 27 03:00", "2027-11-27 03:00 EST"},
		{"sept 1 03:00", "2027-09-01 03:00 EDT"},
		{"jan 1 00:00", "2027-01-01 00:00 EST"},
		{"feb 29 10:00", "2028-02-29 10:00 EST"},
		{"2026-12-05 22:00", "2026-12-05 22:00 EST"},
		{"22:00 America/Los_Angeles", "2026-11-28 01:00 EST"},
		{"22:00 PT", "2026-11-28 01:00 EST"},
		{"22:00 ET", "2026-11-27 22:00 EST"},
		{"22:00 EDT", "2026-11-27 21:00 EST"},
		{"02:00 PST", "2026-11-27 05:00 EST"},
		{"tomorrow 01:00 UTC", "2026-11-27 20:00 EST"}, // the day is the zone's too
		{"15:30 +05:30", "2026-11-27 05:00 EST"},
		{"2026-12-05T22:00:00-05:00", "2026-12-05 22:00 EST"},
		{"2026-12-06t03:00:00z", "2026-12-05 22:00 EST"},
	}
	for _, tt := range tests {
		t.Run(tt.typed, func(t *testing.T) {
			a := typing(t, tt.typed+" New database", four())
			got, err := a.takeFuture("when")
			if err != nil {
				t.Fatal(asRefused(t, err))
			}
			if s := got.In(newYork(t)).Format("2006-01-02 15:04 MST"); s != tt.want || a.line.rest != "New database" {
				t.Errorf("is %s, then %q; want %s", s, a.line.rest, tt.want)
			}
		})
	}
}

func TestANewMinuteBeginsWhatIsPlannedInALengthOfTime(t *testing.T) {
	got, err := typing(t, "in 2h", four().Add(17*time.Second)).takeFuture("when")
	if want := four().Add(2*time.Hour + time.Minute); err != nil || !got.Equal(want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}

func TestFutureTimesThatAreRefusedOrAskedAbout(t *testing.T) {
	const friday = "2026-11-27 04:00"
	tests := []struct{ typed, now, want string }{
		{"04:00", friday, "04:00 today has passed. If you mean the day after: tomorrow 04:00 (when) [tomorrow 04:00] window schedule learn tomorrow 04:00 for 3h New"},
		{"3:30am PT", "2026-11-27 07:00", "03:30 today has passed. If you mean the day after: tomorrow 03:30 (when) [tomorrow 03:30 PT] window schedule learn tomorrow 03:30 PT for 3h New"},
		{"today 04:00", friday, "04:00 today has passed. If you mean the day after: tomorrow 04:00 (when) [tomorrow 04:00] window schedule learn tomorrow 04:00 for 3h New"},
		{"yesterday 22:00", friday, "This time has passed. Say a time that is still to come, like: tomorrow 02:00 (when)"},
		{"20m ago", friday, "This time has passed. Say a time that is still to come, like: tomorrow 02:00 (when)"},
		{"nov 27 2026 03:00", friday, "This time has passed. Say a time that is still to come, like: tomorrow 02:00 (when)"},
		{"2026-11-27T04:00:00-05:00", friday, "This time has passed. Say a time that is still to come, like: tomorrow 02:00 (when)"},
		{"next saturday 02:00", friday, "Next Saturday may be 28 November or 5 December. Which is meant? Say 2026-11-28 02:00 or 2026-12-05 02:00. (when) [2026-11-28 02:00] window schedule learn 2026-11-28 02:00 for 3h New [2026-12-05 02:00] window schedule learn 2026-12-05 02:00 for 3h New"},
		{"02:30", "2027-03-14 01:00", "There is no 02:30 on Sunday, 14 March 2027: the clocks go forward over it. The first time after that: 2027-03-14 03:00 (when) [2027-03-14 03:00] window schedule learn 2027-03-14 03:00 for 3h New"},
		{"02:30", "2027-03-14 05:00", "02:30 today has passed. If you mean the day after: tomorrow 02:30 (when) [tomorrow 02:30] window schedule learn tomorrow 02:30 for 3h New"},
		{"sunday 2:30am", "2027-03-10 05:00", "There is no 02:30 on Sunday, 14 March 2027: the clocks go forward over it. The first time after that: 2027-03-14 03:00 (when) [2027-03-14 03:00] window schedule learn 2027-03-14 03:00 for 3h New"},
		{"nov 7 2027 01:30", friday, "01:30 comes twice on Sunday, 7 November 2027, as the clocks go back. Which is meant? Say 01:30 EDT for the first, 01:30 EST for the second. (when) [nov 7 2027 01:30 EDT] window schedule learn nov 7 2027 01:30 EDT for 3h New [nov 7 2027 01:30 EST] window schedule learn nov 7 2027 01:30 EST for 3h New"},
		{"nov 7 2027 01:30 America/New_York", friday, "01:30 comes twice on Sunday, 7 November 2027, as the clocks go back. Which is meant? Say 01:30 EDT for the first, 01:30 EST for the second. (when) [nov 7 2027 01:30 EDT] window schedule learn nov 7 2027 01:30 EDT for 3h New [nov 7 2027 01:30 EST] window schedule learn nov 7 2027 01:30 EST for 3h New"},
		{"apr 4 2027 01:45 Australia/Lord_Howe", friday, "01:45 comes twice on Sunday, 4 April 2027, as the clocks go back. Which is meant? Say 01:45 +11:00 for the first, 01:45 +10:30 for the second. (when) [apr 4 2027 01:45 +11:00] window schedule learn apr 4 2027 01:45 +11:00 for 3h New [apr 4 2027 01:45 +10:30] window schedule learn apr 4 2027 01:45 +10:30 for 3h New"},
		{"oct 31 2027 01:30 Europe/Dublin", friday, "01:30 comes twice on Sunday, 31 October 2027, as the clocks go back. Which is meant? Say 01:30 +01:00 for the first, 01:30 GMT for the second. (when) [oct 31 2027 01:30 +01:00] window schedule learn oct 31 2027 01:30 +01:00 for 3h New [oct 31 2027 01:30 GMT] window schedule learn oct 31 2027 01:30 GMT for 3h New"},
		{"saturday", friday, "It is not said at what time of day. Like: saturday 04:00 for 3h (when)"},
		{"dec 5 2026", friday, "It is not said at what time of day. Like: saturday 04:00 for 3h (when)"},
		{"saterday 04:00", friday, `"saterday 04:00 for 3h New" is no time that I understand. Did you mean saturday? (when) [saturday] window schedule learn saturday 04:00 for 3h New`},
		{"soon", friday, `"soon for 3h New" is no time that I understand. Like: saturday 04:00, dec 5 10pm, tomorrow 2am, in 2h, 2026-12-05 22:00, every wednesday 04:00. (when)`},
		{"feb 29 2027 10:00", friday, "February 2027 has no day 29. Its last day is february 28. (when) [february 28] window schedule learn february 28 2027 10:00 for 3h New"},
		{"2027-02-29 10:00", friday, "February 2027 has no day 29. Its last day is 2027-02-28. (when) [2027-02-28] window schedule learn 2027-02-28 10:00 for 3h New"},
		{"31 nov 10:00", friday, "November 2026 has no day 31. Its last day is november 30. (when) [november 30] window schedule learn november 30 10:00 for 3h New"},
		{"feb 29", friday, "It is not said at what time of day. Like: saturday 04:00 for 3h (when)"},
	}
	for _, tt := range tests {
		t.Run(tt.typed+" at "+tt.now, func(t *testing.T) {
			_, err := typing(t, tt.typed+" for 3h New", local(t, tt.now)).takeFuture("when")
			if diff := cmp.Diff(tt.want, asRefused(t, err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// In the hour that comes again only the second can be meant.
func TestATimeThatComesTwiceAndHasPassedOnce(t *testing.T) {
	now := local(t, "2027-11-07 00:00").Add(105 * time.Minute) // 01:45 EDT
	got, err := typing(t, "01:30", now).takeFuture("when")
	if err != nil || got.In(newYork(t)).Format("15:04 MST") != "01:30 EST" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestPlannedTimes(t *testing.T) {
	tests := []struct{ typed, want, words, rest string }{
		{"dec 5 10pm for 3h New database", "Sat 2026-12-05 22:00 EST to Sun 2026-12-06 01:00 EST", "2026-12-05T22:00:00-05:00 for 3h", "New database"},
		{"dec 5 10pm for 3 h New database", "Sat 2026-12-05 22:00 EST to Sun 2026-12-06 01:00 EST", "2026-12-05T22:00:00-05:00 for 3h", "New database"},
		{"dec 5 10pm for 1 hour 30 min New", "Sat 2026-12-05 22:00 EST to Sat 2026-12-05 23:30 EST", "2026-12-05T22:00:00-05:00 for 1h30m", "New"},
		{"dec 5 10pm for 1 day, 2 hours and 5 minutes New", "Sat 2026-12-05 22:00 EST to Mon 2026-12-07 00:05 EST", "2026-12-05T22:00:00-05:00 for 1d2h5m", "New"},
		{"dec 5 10pm for an hour and a half of it", "Sat 2026-12-05 22:00 EST to Sat 2026-12-05 23:00 EST", "2026-12-05T22:00:00-05:00 for 1h", "and a half of it"},
		{"friday 22:00 until 7am New\ndetails | more", "Fri 2026-11-27 22:00 EST to Sat 2026-11-28 07:00 EST", "2026-11-27T22:00:00-05:00 for 9h", "New\ndetails | more"},
		{"04:30 until 7am | details", "Fri 2026-11-27 04:30 EST to Fri 2026-11-27 07:00 EST", "2026-11-27T04:30:00-05:00 for 2h30m", "| details"},
		{"04:30 to 07:00 New", "Fri 2026-11-27 04:30 EST to Fri 2026-11-27 07:00 EST", "2026-11-27T04:30:00-05:00 for 2h30m", "New"},
		{"22:00 until midnight New", "Fri 2026-11-27 22:00 EST to Sat 2026-11-28 00:00 EST", "2026-11-27T22:00:00-05:00 for 2h", "New"},
		{"dec 31 22:00 until jan 1 02:00 New", "Thu 2026-12-31 22:00 EST to Fri 2027-01-01 02:00 EST", "2026-12-31T22:00:00-05:00 for 4h", "New"},
		{"dec 5 22:00 until dec 6 02:00 New", "Sat 2026-12-05 22:00 EST to Sun 2026-12-06 02:00 EST", "2026-12-05T22:00:00-05:00 for 4h", "New"},
		{"dec 5 22:00 until sunday 2am New", "Sat 2026-12-05 22:00 EST to Sun 2026-12-06 02:00 EST", "2026-12-05T22:00:00-05:00 for 4h", "New"},
		{"dec 4 22:00 until friday 9pm New", "Fri 2026-12-04 22:00 EST to Fri 2026-12-11 21:00 EST", "2026-12-04T22:00:00-05:00 for 6d23h", "New"},
		{"22:00 until tomorrow 02:00 New", "Fri 2026-11-27 22:00 EST to Sat 2026-11-28 02:00 EST", "2026-11-27T22:00:00-05:00 for 4h", "New"},
		{"22:00 PT until 02:00 New", "Sat 2026-11-28 01:00 EST to Sat 2026-11-28 05:00 EST", "2026-11-28T01:00:00-05:00 for 4h", "New"},
		{"22:00 until 02:00 PT New", "Sat 2026-11-28 01:00 EST to Sat 2026-11-28 05:00 EST", "2026-11-28T01:00:00-05:00 for 4h", "New"},
		{"22:00 ET until 23:00 PT New", "Fri 2026-11-27 22:00 EST to Sat 2026-11-28 02:00 EST", "2026-11-27T22:00:00-05:00 for 4h", "New"},
		{"2026-12-05T22:00:00-05:00 for 3h New", "Sat 2026-12-05 22:00 EST to Sun 2026-12-06 01:00 EST", "2026-12-05T22:00:00-05:00 for 3h", "New"},
		{"2027-03-13 22:00 until 04:00 New", "Sat 2027-03-13 22:00 EST to Sun 2027-03-14 04:00 EDT", "2027-03-13T22:00:00-05:00 for 5h", "New"},
		{"2027-11-06 22:00 until 04:00 New", "Sat 2027-11-06 22:00 EDT to Sun 2027-11-07 04:00 EST", "2027-11-06T22:00:00-04:00 for 7h", "New"},
		{"in 2h for 90m New", "Fri 2026-11-27 06:00 EST to Fri 2026-11-27 07:30 EST", "2026-11-27T06:00:00-05:00 for 1h30m", "New"},
		{"from 22:00 to 23:00 New", "Fri 2026-11-27 22:00 EST to Fri 2026-11-27 23:00 EST", "2026-11-27T22:00:00-05:00 for 1h", "New"},
		{"saturday 04:00-07:00 New", "Sat 2026-11-28 04:00 EST to Sat 2026-11-28 07:00 EST", "2026-11-28T04:00:00-05:00 for 3h", "New"},
		{"saturday 10pm–1AM New 04:00-07:00", "Sat 2026-11-28 22:00 EST to Sun 2026-11-29 01:00 EST", "2026-11-28T22:00:00-05:00 for 3h", "New 04:00-07:00"},
		{"saturday 04:00 for 3h 22:00-23:00", "Sat 2026-11-28 04:00 EST to Sat 2026-11-28 07:00 EST", "2026-11-28T04:00:00-05:00 for 3h", "22:00-23:00"},
		{"saturday 4am - 7am New", "Sat 2026-11-28 04:00 EST to Sat 2026-11-28 07:00 EST", "2026-11-28T04:00:00-05:00 for 3h", "New"},
		{"on saturday at 4am for 3h New", "Sat 2026-11-28 04:00 EST to Sat 2026-11-28 07:00 EST", "2026-11-28T04:00:00-05:00 for 3h", "New"},
		{"10 pm FOR 3H Mt. Holyoke's uplink", "Fri 2026-11-27 22:00 EST to Sat 2026-11-28 01:00 EST", "2026-11-27T22:00:00-05:00 for 3h", "Mt. Holyoke's uplink"},
	}
	for _, tt := range tests {
		t.Run(tt.typed, func(t *testing.T) {
			a := typing(t, tt.typed, four())
			p, err := a.takePlanned()
			if err != nil {
				t.Fatal(asRefused(t, err))
			}
			got := []string{clocks(t, p.period), p.words, a.line.rest}
			if diff := cmp.Diff([]string{tt.want, tt.words, tt.rest}, got); diff != "" || p.rule != nil {
				t.Error(diff, p.rule)
			}
		})
	}
}

func TestPlannedTimesThatAreRefused(t *testing.T) {
	tests := []struct{ typed, want string }{
		{"", "No time was given. Like: saturday 04:00 for 3h (when)"},
		{"New database saturday 04:00 for 3h", `"New database saturday 04:00 for 3h" is no time that I understand. Like: saturday 04:00, dec 5 10pm, tomorrow 2am, in 2h, 2026-12-05 22:00, every wednesday 04:00. (when)`},
		{"saturday 04:00", "It is not said how long it lasts. Say it behind the time, like: for 3h, or until 07:00 (for)"},
		{"saturday 04:00 New database", "It is not said how long it lasts. Say it behind the time, like: for 3h, or until 07:00 (for)"},
		{"saturday 4 for 3h New", "It is not said at what time of day. Like: saturday 04:00 for 3h (when)"},
		{"saturday 04:00 for New database", `"New" is no length of time. Like: 3h; also 90m, 1h30m, 2d. (for)`},
		{"saturday 04:00 for 3", `"3" is no length of time. Like: 3h; also 90m, 1h30m, 2d. (for)`},
		{"saturday 04:00 until it works", `"it works" is no time that I understand. Say when it ends, like: until 07:00, or until sunday 02:00 (until)`},
		{"saturday 04:00 until", `"" is no time that I understand. Say when it ends, like: until 07:00, or until sunday 02:00 (until)`},
		{"saturday 04:00 until in 2h", `"in 2h" is no time that I understand. Say when it ends, like: until 07:00, or until sunday 02:00 (until)`},
		{"saturday 04:00 until today 22:00", "This work would end before it begins. Say when it ends, like: until 07:00, or until sunday 02:00 (until)"},
		{"dec 5 2026 04:00 until dec 4 2026 22:00", "This work would end before it begins. Say when it ends, like: until 07:00, or until sunday 02:00 (until)"},
		{"saturday 04:00 for 3h until 7am New", "Say how long it lasts, or when it ends, not both. Like: saturday 04:00 for 3h (until)"},
		{"nov 6 2027 22:00 until 01:30 New", "01:30 comes twice on Sunday, 7 November 2027, as the clocks go back. Which is meant? Say 01:30 EDT for the first, 01:30 EST for the second. (until) [01:30 EDT] window schedule learn nov 6 2027 22:00 until 01:30 EDT New [01:30 EST] window schedule learn nov 6 2027 22:00 until 01:30 EST New"},
		{"mar 13 2027 22:00 until 02:30 New", "There is no 02:30 on Sunday, 14 March 2027: the clocks go forward over it. The first time after that: 2027-03-14 03:00 (until) [2027-03-14 03:00] window schedule learn mar 13 2027 22:00 until 2027-03-14 03:00 New"},
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

// filled is a request whose options say the times, as those of Discord and of forms do.
func filled(t testing.TB, options map[string]string) *asked {
	t.Helper()
	a := typing(t, "New database", four())
	a.req.Options = options
	a.line.options = options
	return a
}

func TestPlannedTimesInOptions(t *testing.T) {
	const want = "Sat 2026-11-28 04:00 EST to Sat 2026-11-28 07:00 EST"
	for _, options := range []map[string]string{
		{"when": "saturday 04:00", "for": "3h"},
		{"when": "saturday 04:00", "for": "for 3 hours"},
		{"when": "saturday 04:00", "until": "7am"},
		{"when": "saturday 04:00", "until": "until 7am", "for": ""},
		{"when": "saturday 04:00 for 3h"},
		{"when": "saturday\n04:00 until 07:00"},
	} {
		a := filled(t, options)
		p, err := a.takePlanned()
		if err != nil {
			t.Errorf("%v: %s", options, asRefused(t, err))
			continue
		}
		if got := clocks(t, p.period); got != want || a.line.rest != "New database" || len(a.line.options) != 0 {
			t.Errorf("%v: %s, then %q and %v", options, got, a.line.rest, a.line.options)
		}
		if len(options) == 0 {
			t.Error("the request's own options were changed")
		}
	}
}

func TestPlannedTimesInOptionsThatAreRefused(t *testing.T) {
	tests := []struct {
		options map[string]string
		want    string
	}{
		{map[string]string{"when": "saturday 04:00"}, "It is not said how long it lasts. Say it behind the time, like: for 3h, or until 07:00 (for)"},
		{map[string]string{"when": "saturday 04:00 or so", "for": "3h"}, `I do not understand "or so" here. (when)`},
		{map[string]string{"when": "saturday 04:00", "for": "3h or so"}, `I do not understand "or so" here. (for)`},
		{map[string]string{"when": "saturday 04:00", "until": "7am or so"}, `I do not understand "or so" here. (until)`},
		{map[string]string{"when": "saturday 04:00", "until": "7am", "for": "3h"}, "Say how long it lasts, or when it ends, not both. Like: saturday 04:00 for 3h (until)"},
		{map[string]string{"when": "every wednesday", "for": "3h"}, "It is not said at what time of day. Like: saturday 04:00 for 3h (when)"},
	}
	for _, tt := range tests {
		_, err := filled(t, tt.options).takePlanned()
		if diff := cmp.Diff(tt.want, asRefused(t, err)); diff != "" {
			t.Errorf("%v: %s", tt.options, diff)
		}
	}
}

// A button in answer to options says all of them again, with one changed; a form stays
// open to be put right, so it has none.
func TestButtonsInAnswerToOptions(t *testing.T) {
	a := filled(t, map[string]string{"when": "02:00", "for": "3h"})
	_, err := a.takePlanned()
	var q *question
	if !errors.As(err, &q) || len(q.actions) != 1 {
		t.Fatalf("%v has no button", err)
	}
	want := chat.Action{Label: "tomorrow 02:00", Command: "window schedule learn New database", Options: map[string]string{"when": "tomorrow 02:00", "for": "3h"}}
	if diff := cmp.Diff(want, q.actions[0]); diff != "" {
		t.Error(diff)
	}
	a = filled(t, map[string]string{"when": "02:00", "for": "3h"})
	a.req.Filled = true
	if _, err := a.takePlanned(); !errors.As(err, &q) || len(q.actions) != 0 {
		t.Errorf("%v has %v", err, q.actions)
	}
}

func TestMovedTimes(t *testing.T) {
	tests := []struct{ typed, want string }{
		{"saturday 04:00", "Sat 2026-11-28 04:00 EST to Sat 2026-11-28 06:00 EST"},
		{"saturday 04:00 for 3h", "Sat 2026-11-28 04:00 EST to Sat 2026-11-28 07:00 EST"},
		{"saturday 04:00 until 08:00", "Sat 2026-11-28 04:00 EST to Sat 2026-11-28 08:00 EST"},
		{"2026-12-05T22:00:00-05:00 for 3h", "Sat 2026-12-05 22:00 EST to Sun 2026-12-06 01:00 EST"},
	}
	for _, tt := range tests {
		p, err := typing(t, tt.typed, four()).takeMoved(2 * time.Hour)
		if err != nil || clocks(t, p) != tt.want {
			t.Errorf("%q: %s, %v; want %s", tt.typed, clocks(t, p), err, tt.want)
		}
	}
	_, err := typing(t, "every saturday 04:00", four()).takeMoved(2 * time.Hour)
	if got, want := asRefused(t, err), "It can be moved to one time only. Like: saturday 04:00 for 3h (when)"; got != want {
		t.Errorf("%s", got)
	}
}

// A button names the window by its number once.
func TestButtonsOfWhatHasANumber(t *testing.T) {
	for typed, want := range map[string]string{
		"02:00 for 3h":                     "02:00 today has passed. If you mean the day after: tomorrow 02:00 (when) [tomorrow 02:00] window move 17 tomorrow 02:00 for 3h",
		"to 02:00":                         "02:00 today has passed. If you mean the day after: tomorrow 02:00 (when) [tomorrow 02:00] window move 17 to tomorrow 02:00",
		"to nov 6 2027 22:00 until 1:30am": "01:30 comes twice on Sunday, 7 November 2027, as the clocks go back. Which is meant? Say 01:30 EDT for the first, 01:30 EST for the second. (until) [1:30am EDT] window move 17 to nov 6 2027 22:00 until 1:30am EDT [1:30am EST] window move 17 to nov 6 2027 22:00 until 1:30am EST",
	} {
		a := typing(t, typed, four())
		a.verb.name, a.number = "move", 17
		_, err := a.takeMoved(time.Hour)
		if got := asRefused(t, err); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
}

func TestLengths(t *testing.T) {
	for typed, want := range map[string]time.Duration{"1h": time.Hour, "by 30 min": 30 * time.Minute, "for 1 hour 30 min": 90 * time.Minute, "2 days": 48 * time.Hour} {
		a := typing(t, typed, four())
		if got, err := a.takeLength("for"); err != nil || got != want || a.line.rest != "" {
			t.Errorf("%q: %v, %v, then %q", typed, got, err, a.line.rest)
		}
		a = filled(t, map[string]string{"for": typed})
		if got, err := a.takeLength("for"); err != nil || got != want {
			t.Errorf("%q as an option: %v, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", "soon", "1", "an", "and", "for", "400d"} {
		_, err := typing(t, typed, four()).takeLength("for")
		if err == nil || !strings.Contains(asRefused(t, err), "is no length of time") {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

func TestLengthsAreWrittenAsTheyAreRead(t *testing.T) {
	for _, d := range []time.Duration{time.Second, time.Minute, 90 * time.Minute, 25*time.Hour + time.Second, 14 * 24 * time.Hour} {
		if got, ok := parseDuration(durationWords(d)); !ok || got != d {
			t.Errorf("%v is written %q", d, durationWords(d))
		}
	}
}
