package commands

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/umassonline/belltower/internal/desk"
)

// outcome is what becomes of a time: an instant, or why there is none.
type outcome struct {
	at  time.Time
	why string
}

// slowly finds what a time of day means by looking at the clocks of the zone minute by
// minute, on one day after the other from that of after, until one that fits.
func slowly(after time.Time, zone *time.Location, fits func(day time.Time) bool, clock time.Duration) outcome {
	y, m, d := after.In(zone).Date()
	for k := range 9 * 366 {
		day := time.Date(y, m, d+k, 0, 0, 0, 0, time.UTC)
		if !fits(day) {
			continue
		}
		at, over := shown(day.Add(clock), zone)
		if len(at) == 0 && over.After(after) {
			return outcome{why: "skipped"}
		}
		for len(at) > 0 && !at[0].After(after) {
			at = at[1:]
		}
		switch len(at) {
		case 1:
			return outcome{at: at[0]}
		case 2:
			return outcome{why: "twice"}
		}
	}
	return outcome{why: "passed"}
}

// shown lists the minutes at which the clocks show wall, and the first at which they
// show that or more.
func shown(wall time.Time, zone *time.Location) (at []time.Time, over time.Time) {
	for t := wall.Add(-15 * time.Hour); t.Before(wall.Add(15 * time.Hour)); t = t.Add(time.Minute) {
		_, offset := t.In(zone).Zone()
		clocks := t.Add(time.Duration(offset) * time.Second)
		if clocks.Equal(wall) {
			at = append(at, t)
		}
		if over.IsZero() && !clocks.Before(wall) {
			over = t
		}
	}
	return at, over
}

// reached is what became of a time that the commands read.
func reached(t *rapid.T, at time.Time, err error) outcome {
	if err == nil {
		return outcome{at: at}
	}
	var r *desk.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("no sentence: %v", err)
	}
	for why, part := range map[string]string{"skipped": "There is no ", "twice": "comes twice", "passed": " passed", "unsure": "has not begun yet"} {
		if strings.Contains(r.Sentence.String(), part) {
			return outcome{why: why}
		}
	}
	return outcome{why: r.Error()}
}

// aNow draws a zone and a moment, often near a day on which its clocks change.
func aNow(t *rapid.T) (*time.Location, time.Time) {
	name := rapid.SampledFrom([]string{"America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Europe/Dublin", "America/Havana"}).Draw(t, "zone")
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 4*366*24*60).Draw(t, "now")) * time.Minute)
	if _, change := now.In(zone).ZoneBounds(); !change.IsZero() && rapid.Bool().Draw(t, "near a change") {
		now = change.UTC().Add(time.Duration(rapid.IntRange(-3*24*60, 3*24*60).Draw(t, "minutes from it")) * time.Minute)
	}
	return zone, now
}

func aClock(t *rapid.T) time.Duration {
	return time.Duration(rapid.OneOf(rapid.IntRange(0, 4*60), rapid.IntRange(0, 24*60-1)).Draw(t, "clock")) * time.Minute
}

// aDay draws the words for a day, and which days fit them.
func aDay(t *rapid.T, now time.Time) (words string, fits func(time.Time) bool) {
	y, m, d := now.Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	other := today.AddDate(0, 0, rapid.OneOf(rapid.IntRange(-3, 9), rapid.IntRange(-400, 400)).Draw(t, "day"))
	same := func(day time.Time) bool { return day.Month() == other.Month() && day.Day() == other.Day() }
	switch rapid.IntRange(0, 5).Draw(t, "kind of day") {
	case 0:
		return "", today.Equal
	case 1:
		return "today ", today.Equal
	case 2:
		return "tomorrow ", today.AddDate(0, 0, 1).Equal
	case 3:
		return other.Weekday().String() + " ", func(day time.Time) bool { return day.Weekday() == other.Weekday() }
	case 4:
		return other.Format("Jan 2 "), same
	}
	return other.Format("2006-01-02 "), other.Equal
}

func TestFutureTimesAsTheSlowWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone, now := aNow(t)
		clock := aClock(t)
		words, fits := aDay(t, now.In(zone))
		typed := words + time.Time{}.Add(clock).Format("15:04")
		if rapid.Bool().Draw(t, "zone is said") {
			typed += " " + zone.String()
		}
		a := in(zone, now, typed+" for 90m")
		p, err := a.takePlanned()
		want, got := slowly(now, zone, fits, clock), reached(t, p.period.From, err)
		if !got.at.Equal(want.at) || got.why != want.why {
			t.Fatalf("%q at %s is %v, not %v", typed, now.In(zone), got, want)
		}
		if err == nil && p.period.Length() != 90*time.Minute {
			t.Fatalf("%q lasts %v", typed, p.period.Length())
		}
	})
}

// in is somebody in a zone who types.
func in(zone *time.Location, now time.Time, typed string) *asked {
	a := &asked{line: line{rest: typed}, typed: typed, command: "window", verb: verb{name: "schedule"}}
	a.Words.Zone, a.req.At = zone, now
	return a
}

func TestEndsAsTheSlowWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone, begin := aNow(t)
		clock := aClock(t)
		begin = begin.Truncate(time.Minute)
		y, m, d := begin.In(zone).Date()
		today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		words, fits := "", func(day time.Time) bool { return !day.After(today.AddDate(0, 0, 1)) }
		if rapid.Bool().Draw(t, "with a day") {
			weekday := time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday"))
			words, fits = weekday.String()[:3]+" ", func(day time.Time) bool { return day.Weekday() == weekday }
		}
		typed := begin.Format(time.RFC3339) + " until " + words + time.Time{}.Add(clock).Format("15:04")
		p, err := in(zone, begin.Add(-time.Hour), typed).takePlanned()
		want, got := slowly(begin, zone, fits, clock), reached(t, p.period.To, err)
		night := want.at.Sub(begin) <= 12*time.Hour || clock == 0 && begin.In(zone).Format("15:04") != "00:00"
		if words == "" && want.why == "" && want.at.In(zone).Day() != d && !night {
			want = outcome{why: "unsure"}
		}
		if !got.at.Equal(want.at) || got.why != want.why {
			t.Fatalf("%q in %s is %v, not %v", typed, zone, got, want)
		}
	})
}

// What a button says again must mean the same: today's words, typed at another time.
func TestConfirmedTimesAreThoseThatWereShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone, now := aNow(t)
		words, _ := aDay(t, now.In(zone))
		if rapid.Bool().Draw(t, "recurs") {
			words = rapid.SampledFrom([]string{"every tue ", "every other sat and sun ", "every first sunday ", "every last monday ", "every weekday ", "every 3 weeks on fri "}).Draw(t, "every")
		}
		typed := words + time.Time{}.Add(aClock(t)).Format("15:04") + " for " + durationWords(time.Duration(rapid.IntRange(1, 1200).Draw(t, "minutes"))*time.Minute)
		p, err := in(zone, now, typed).takePlanned()
		if err != nil {
			return
		}
		a := in(zone, now.Add(time.Duration(rapid.Int64Range(0, int64(p.period.From.Sub(now))-1).Draw(t, "later"))), p.words)
		again, err := a.takePlanned()
		if err != nil || again.period != p.period || fmt.Sprint(again.rule) != fmt.Sprint(p.rule) || again.words != p.words || a.line.rest != "" {
			t.Fatalf("%q became %q: %v %v, then %v %v (%v)", typed, p.words, p.period, p.rule, again.period, again.rule, err)
		}
	})
}

func FuzzPlanned(f *testing.F) {
	for _, s := range []string{
		"dec 5 10pm for 3h New", "friday 22:00 until 7am New", "2026-12-05T22:00:00-05:00 for 3h", "every other wed and sat 4am ET for 3 h New",
		"every last saturday of the month 22:00 until 02:00", "every second friday 04:00 for 3h", "next friday 2am until next sunday 02:00",
		"22:00 until 02:00 +10:30", "feb 29 10:00 for an hour", "in 2h until midnight", "every 3 months on the 1st sunday 04:00 UTC from 2027-01-01 for 3h",
		"until", "every", "for", "sunday 02:30 for 1d 2h 3m 4s\nmore | text", "-1-1 for", "every ,, 04:00",
	} {
		f.Add(s)
	}
	zone := newYork(f)
	f.Fuzz(func(t *testing.T, typed string) {
		if !utf8.ValidString(typed) {
			return // refused before
		}
		a := in(zone, four(), strings.TrimSpace(typed))
		p, err := a.takePlanned()
		var r *desk.Refusal
		switch {
		case err != nil && !errors.As(err, &r):
			t.Fatalf("%q: no sentence: %v", typed, err)
		case err != nil:
			if r.Field == "" {
				t.Errorf("%q: %v is of no field", typed, r)
			}
		case p.period.Length() <= 0 || p.period.From.Before(four()):
			t.Errorf("%q is %v", typed, p.period)
		case len(a.line.rest) > len(typed):
			t.Errorf("%q leaves %q", typed, a.line.rest)
		case p.rule != nil && (len(p.rule.Days) == 0 || p.rule.For != p.period.Length()):
			t.Errorf("%q is %+v", typed, p.rule)
		}
		if err != nil || p.period.From.Equal(four()) {
			return
		}
		again, err := in(zone, four(), p.words).takePlanned()
		if err != nil || again.words != p.words || again.period != p.period {
			t.Errorf("%q became %q, and that %q: %v", typed, p.words, again.words, err)
		}
	})
}
