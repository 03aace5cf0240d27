package commands

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
)

func TestDurations(t *testing.T) {
	good := map[string]time.Duration{
		"40s": 40 * time.Second, "90m": 90 * time.Minute, "4h": 4 * time.Hour, "1h30m": 90 * time.Minute, "2d": 48 * time.Hour,
		"45min": 45 * time.Minute, "2hours": 2 * time.Hour, "1D12H": 36 * time.Hour, "1h0m": time.Hour, "366d": maxDuration,
	}
	for word, want := range good {
		if got, ok := parseDuration(word); !ok || got != want {
			t.Errorf("%q is %v, %v; want %v", word, got, ok, want)
		}
	}
	for _, word := range []string{"", "0", "0m", "45", "m", "m45", "-45m", "+45m", "1.5h", "30m1h", "1h1h", "45x", "367d", "999999s", "1h 30m", "٤٥m", "1ho"} {
		if got, ok := parseDuration(word); ok {
			t.Errorf("%q was taken as %v", word, got)
		}
	}
}

func newYork(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// Friday, 27 November 2026, 4 a.m. in New York.
func four() time.Time { return time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC) }

func TestPastTimes(t *testing.T) {
	tests := []struct{ typed, want string }{
		{"now", "2026-11-27 04:00 EST"},
		{"20m ago", "2026-11-27 03:40 EST"},
		{"in 2h", "2026-11-27 06:00 EST"}, // a rule of the desk refuses the future
		{"03:52", "2026-11-27 03:52 EST"},
		{"3:52", "2026-11-27 03:52 EST"},
		{"3:52am", "2026-11-27 03:52 EST"},
		{"3am", "2026-11-27 03:00 EST"},
		{"3 AM", "2026-11-27 03:00 EST"},
		{"12am", "2026-11-27 00:00 EST"},
		{"12:10 am", "2026-11-27 00:10 EST"},
		{"04:00", "2026-11-27 04:00 EST"},
		{"08:59 UTC", "2026-11-27 03:59 EST"},
		{"01:00 PST", "2026-11-27 04:00 EST"},
		{"1am America/Los_Angeles", "2026-11-27 04:00 EST"},
		{"today 03:00", "2026-11-27 03:00 EST"},
		{"today at 03:00", "2026-11-27 03:00 EST"},
		{"today 23:00", "2026-11-27 23:00 EST"},
		{"yesterday 23:10", "2026-11-26 23:10 EST"},
		{"tomorrow 2am", "2026-11-28 02:00 EST"},
		{"friday 02:00", "2026-11-27 02:00 EST"},
		{"Fri 05:00", "2026-11-20 05:00 EST"},
		{"sat 5pm", "2026-11-21 17:00 EST"},
		{"nov 26 10pm", "2026-11-26 22:00 EST"},
		{"26 November 10pm", "2026-11-26 22:00 EST"},
		{"Nov 26, 10pm", "2026-11-26 22:00 EST"},
		{"dec 5 10pm", "2025-12-05 22:00 EST"},
		{"dec 5 2025 10pm", "2025-12-05 22:00 EST"},
		{"dec 5 2025 10pm America/Chicago", "2025-12-05 23:00 EST"},
		{"2026-07-05 22:00", "2026-07-05 22:00 EDT"},
		{"2026-07-05 22:00 ET", "2026-07-05 22:00 EDT"},
		{"feb 29 2024 10:00", "2024-02-29 10:00 EST"},
		{"yesterday noon", "2026-11-26 12:00 EST"},
		{"yesterday 23:00 -08:00", "2026-11-27 02:00 EST"},
		{"next friday 02:00", "2026-12-04 02:00 EST"}, // as the future is
		{"2026-11-27T03:52:00-05:00", "2026-11-27 03:52 EST"},
	}
	for _, tt := range tests {
		m, n := parseMoment(strings.Fields(tt.typed))
		if n != len(strings.Fields(tt.typed)) {
			t.Errorf("%q was not understood whole", tt.typed)
			continue
		}
		got, err := m.past(four(), newYork(t))
		if err != nil || got.In(newYork(t)).Format("2006-01-02 15:04 MST") != tt.want {
			t.Errorf("%q is %s, %v; want %s", tt.typed, got.In(newYork(t)), err, tt.want)
		}
	}
}

// While the second of a time that comes twice is still to come, what has happened is the
// first, and nobody is asked.
func TestOfTwoTimesJustOneMayHavePassed(t *testing.T) {
	at := func(utc string) time.Time {
		when, err := time.Parse("2006-01-02 15:04", utc)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	m, _ := parseMoment([]string{"01:20"})
	tests := []struct{ now, want, refused string }{
		{now: "2026-11-01 05:10", refused: "01:20 EDT is still to come. If you mean the day before: yesterday 01:20"},
		{now: "2026-11-01 05:40", want: "2026-11-01 05:20"},
		{now: "2026-11-01 06:10", want: "2026-11-01 05:20"},
		{now: "2026-11-01 06:20", refused: "01:20 comes twice on Sunday, 1 November 2026, as the clocks go back. Which is meant? Say 01:20 EDT for the first, 01:20 EST for the second."},
	}
	for _, tt := range tests {
		got, err := m.past(at(tt.now), newYork(t))
		switch {
		case tt.refused != "":
			if err == nil || err.Error() != tt.refused {
				t.Errorf("at %s: %v, %v; want %s", tt.now, got, err, tt.refused)
			}
		case err != nil || !got.Equal(at(tt.want)):
			t.Errorf("at %s: %v, %v; want %s", tt.now, got, err, tt.want)
		}
	}
}

func TestWhatIsNoTime(t *testing.T) {
	for _, typed := range []string{
		"", "soon", "25:00", "3:5", "3", "13pm", "0am", "3:52xm", "ago", "in", "in soon", "tomorrow", "feb 30 10:00", "feb 29 2023 10:00",
		"2026-13-01 10:00", "1999-01-01 10:00", "dec 32 10:00", "dec 0 10:00", "someday 10:00", "dec 5 26 10:00", "10:00:00", "pm",
	} {
		if m, n := parseMoment(strings.Fields(typed)); n > 0 && n == len(strings.Fields(typed)) {
			t.Errorf("%q was taken as %+v", typed, m)
		}
	}
}

func TestTimesThatAreRefusedOrAskedAbout(t *testing.T) {
	tests := []struct{ typed, now, want string }{
		{"23:50", "2026-11-27 04:00", "23:50 EST is still to come. If you mean the day before: yesterday 23:50"},
		{"02:30", "2026-03-08 12:00", "There is no 02:30 on Sunday, 8 March 2026: the clocks go forward over it. The first time after that: 2026-03-08 03:00"},
		{"nov 1 01:30", "2026-11-27 04:00", "01:30 comes twice on Sunday, 1 November 2026, as the clocks go back. Which is meant? Say 01:30 EDT for the first, 01:30 EST for the second."},
		{"feb 29 10:00", "2026-11-27 04:00", "February 2026 has no day 29."},
	}
	for _, tt := range tests {
		now, err := time.ParseInLocation("2006-01-02 15:04", tt.now, newYork(t))
		if err != nil {
			t.Fatal(err)
		}
		m, _ := parseMoment(strings.Fields(tt.typed))
		_, err = m.past(now, newYork(t))
		var r *desk.Refusal
		if !errors.As(err, &r) || r.Error() != tt.want {
			t.Errorf("%q:\n got %v\nwant %s", tt.typed, err, tt.want)
		}
	}
	for zone, want := range map[string]string{"EDT": "05:30", "EST": "06:30"} {
		m, _ := parseMoment([]string{"nov", "1", "01:30", zone})
		if got, err := m.past(four(), newYork(t)); err != nil || got.Format("15:04") != want {
			t.Errorf("01:30 %s is %v, %v; want %s UTC", zone, got, err, want)
		}
	}
}

func TestLines(t *testing.T) {
	type want struct {
		rest  string
		flags map[flag]string
	}
	tests := []struct {
		name, typed string
		want        want
	}{
		{"no flags", "declare learn down", want{"declare learn down", nil}},
		{"anywhere", "--separate declare --next 45m learn down", want{"declare learn down", map[flag]string{flagSeparate: "", flagNext: "45m"}}},
		{"a time of many words", "declare learn down --since dec 5 2025 10pm ET Login fails", want{"declare learn down Login fails", map[flag]string{flagSince: "dec 5 2025 10pm ET"}}},
		{"no time", "declare learn down --since Login fails", want{"declare learn down fails", map[flag]string{flagSince: "Login"}}},
		{"with =", "x --next=45m y", want{"x y", map[flag]string{flagNext: "45m"}}},
		{"in upper case", "x --Next 45m", want{"x", map[flag]string{flagNext: "45m"}}},
		{"a long dash", "x —next 45m –yes", want{"x", map[flag]string{flagNext: "45m", flagYes: ""}}},
		{"a long dash that is none", "x — next 45m", want{"x — next 45m", nil}},
		{"another word", "x --maybe --nextdoor -- --", want{"x --maybe --nextdoor -- --", nil}},
		{"inside a word", "x y--yes", want{"x y--yes", nil}},
		{"in quotes", `x "say --yes" and “—yes” now`, want{`x "say --yes" and “—yes” now`, nil}},
		{"an inch is no quote", `x 5" disk --yes 3" disk`, want{`x 5" disk 3" disk`, map[flag]string{flagYes: ""}}},
		{"an open quote is none", `x "say --yes`, want{`x "say`, map[flag]string{flagYes: ""}}},
		{"a reason", `x --force “two words”`, want{"x", map[flag]string{flagForce: "two words"}}},
		{"a last part", "x Title | text | next 1h 30m", want{"x Title | text", map[flag]string{flagNext: "1h30m"}}},
		{"a last line", "x Title\nnext 45 min", want{"x Title", map[flag]string{flagNext: "45min"}}},
		{"a last part that says more", "x | next 45m or so", want{"x | next 45m or so", nil}},
		{"a whole line", "next 45m", want{"next 45m", nil}},
		{"line ends", "x\r\ny\rz", want{"x\ny\nz", nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, err := parseLine(tt.typed, nil)
			if err != nil {
				t.Fatal(err)
			}
			if l.rest != tt.want.rest || !maps.Equal(l.flags, tt.want.flags) {
				t.Errorf("%q\n got %q %v\nwant %q %v", tt.typed, l.rest, l.flags, tt.want.rest, tt.want.flags)
			}
		})
	}
}

func TestParts(t *testing.T) {
	tests := []struct{ text, part, rest string }{
		{"Title | text", "Title", "text"},
		{"Title\ntext | more", "Title", "text | more"},
		{"a|b || c | text", "a|b || c", "text"},
		{"| text", "", "text"},
		{"Title |", "Title", ""},
		{"Title |\ntext", "Title", "text"},
	}
	for _, tt := range tests {
		part, rest, _ := cutPart(tt.text)
		if diff := cmp.Diff([]string{tt.part, tt.rest}, []string{part, rest}); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestNumbers(t *testing.T) {
	for word, want := range map[string]int{"42": 42, "#42": 42, "inc-42": 42, "INC-42": 42, "INC42": 42, "42:": 42, "#42:": 42} {
		if got, ok := parseNumber(word); !ok || got != want {
			t.Errorf("%q is %d, %v", word, got, ok)
		}
	}
	for _, word := range []string{"", "0", "-1", "42x", "win-42", "1234567890", "##42", "4.2"} {
		if got, ok := parseNumber(word); ok {
			t.Errorf("%q was taken as %d", word, got)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"learn", "portal", "down", "all"}
	for word, want := range map[string]string{"lern": "learn", "LEARN": "learn", "protal": "portal", "dwn": "down", "xyzzy": "", "al": "all", "": "", strings.Repeat("learn", 100): ""} {
		if got := nearest(word, known); got != want {
			t.Errorf("nearest to %q is %q, want %q", clip(word), got, want)
		}
	}
}

func FuzzDuration(f *testing.F) {
	for _, s := range []string{"40s", "1h30m", "2d", "45min", "0m", "99999d", "1h1h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, word string) {
		d, ok := parseDuration(word)
		if ok && (d <= 0 || d > maxDuration) {
			t.Errorf("%q is %v", word, d)
		}
		if again, okAgain := parseDuration(strings.ToUpper(word)); ok && utf8.ValidString(word) && (again != d || !okAgain) {
			t.Errorf("%q is %v, in upper case %v", word, d, again)
		}
	})
}

func FuzzMoment(f *testing.F) {
	for _, s := range []string{"03:52", "dec 5 2027 10pm America/New_York", "yesterday 23:10", "in 2h", "20m ago", "12 am", "feb 29 10:00", "../../etc 10:00"} {
		f.Add(s)
	}
	zone := newYork(f)
	f.Fuzz(func(t *testing.T, typed string) {
		words := strings.Fields(typed)
		m, n := parseMoment(words)
		if n > len(words) {
			t.Fatalf("%d of %d words", n, len(words))
		}
		if n == 0 {
			return
		}
		at, err := m.past(four(), zone)
		if err == nil && m.clock && (at.In(zoneOr(m.zone, zone)).Hour() != m.hour || at.In(zoneOr(m.zone, zone)).Minute() != m.minute) {
			t.Errorf("%q is %s", typed, at)
		}
	})
}

func zoneOr(z, other *time.Location) *time.Location {
	if z == nil {
		return other
	}
	return z
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{
		"declare learn down Title | text --next 45m", `a "quoted --yes" —since 03:52 b`, "a | b | next 45m", "a\nb\r\nc", "--next", `--force "x`, "“„”",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		l, err := parseLine(typed, nil)
		if err != nil {
			var r *desk.Refusal
			if !errors.As(err, &r) {
				t.Errorf("%q: no sentence: %v", typed, err)
			}
			return
		}
		if !utf8.ValidString(l.rest) || len(l.rest) > len(typed) {
			t.Errorf("%q became %q", typed, l.rest)
		}
		again, err := parseLine(l.rest, nil)
		if err == nil && strings.Count(l.rest, `"`) == 0 && len(again.flags) == 0 && again.rest != l.rest {
			t.Errorf("%q is %q, and that is %q", typed, l.rest, again.rest)
		}
	})
}
