package journal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

var login = desk.ProbeID{Service: "learn", Name: "login page"}

// minute is a bucket of so many passes, all of which took as long.
func minute(of desk.ProbeID, from time.Time, passes int, took time.Duration) desk.TimedBucket {
	b := desk.TimedBucket{Probe: of, From: from}
	for range passes {
		b.Add(desk.Passed, took, false)
	}
	return b
}

func (o *office) results(by desk.Resolution, from, to time.Time) []desk.TimedBucket {
	o.t.Helper()
	out, err := o.Results(o.t.Context(), login, journal.ResultSpan{By: by, From: from, To: to})
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

func (o *office) keep(run time.Time, minutes ...desk.TimedBucket) {
	o.t.Helper()
	if err := o.KeepResults(o.t.Context(), run, minutes); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) tidy(at time.Time) {
	o.t.Helper()
	if err := o.TidyResults(o.t.Context(), at); err != nil {
		o.t.Fatal(err)
	}
}

func TestResultsKeptTwiceCountOnceAndThoseOfTwoRunsAddUp(t *testing.T) {
	o := newOffice(t)
	second := time.Second
	first := minute(login, four, 2, second)
	o.keep(four, first)
	o.keep(four, first)
	o.keep(four.Add(30*time.Second), minute(login, four, 3, 2*second))
	want := minute(login, four, 2, second)
	for range 3 {
		want.Add(desk.Passed, 2*second, false)
	}
	if diff := cmp.Diff([]desk.TimedBucket{want}, o.results(desk.PerMinute, four, four.Add(time.Minute))); diff != "" {
		t.Error("want -, got +\n" + diff)
	}
}

func TestManyProbesShareRecordsAndNoneIsMissed(t *testing.T) {
	o := newOffice(t)
	var all []desk.TimedBucket
	for k := range 450 {
		all = append(all, minute(desk.ProbeID{Service: "learn", Name: fmt.Sprintf("check %03d", k)}, four, 1, time.Second))
	}
	o.keep(four, all...)
	if n := strings.Count(o.dump(), `"result minute`); n != 3 {
		t.Errorf("%d records", n)
	}
	o.tidy(four.Add(2 * time.Hour))
	got, err := o.ResultHours(t.Context(), "learn", []time.Time{four})
	if diff := cmp.Diff(all, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// TestResultsOfAllTimesFitTransactions keeps 4,000 buckets as large as there are.
func TestResultsOfAllTimesFitTransactions(t *testing.T) {
	o := newOffice(t)
	var wide desk.Bucket
	for took := 100 * time.Microsecond; took < 10*time.Minute; took = took * 11 / 10 {
		wide.Add(desk.Passed, took, true)
		wide.Add(desk.Failed, took, true)
	}
	var all []desk.TimedBucket
	for k := range 4000 {
		id := desk.ProbeID{Service: desk.ServiceID(fmt.Sprint("service-", k%20)), Name: fmt.Sprintf("%s %04d", strings.Repeat("é", 75), k)}
		all = append(all, desk.TimedBucket{Probe: id, From: four, Bucket: wide})
	}
	o.keep(four, all...)
	o.tidy(four.Add(2 * time.Hour))
	if got, err := o.ResultHours(t.Context(), "service-7", []time.Time{four}); err != nil || len(got) != 200 || !cmp.Equal(got[0].Bucket, wide) {
		t.Error(len(got), err)
	}
}

// TestResultsAreSummedUpAndForgotten plays a year of results by the hour: the hours and
// days are the sums of what they are of, and each is kept as long as is promised.
func TestResultsAreSummedUpAndForgotten(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	day := 24 * time.Hour
	begin := four.Truncate(day)
	for h := range 100 * 24 {
		at := begin.Add(time.Duration(h) * time.Hour)
		o.keep(begin, minute(login, at, 2, time.Second), minute(login, at.Add(59*time.Minute), 1, 3*time.Second))
		if h%3 == 0 { // the bot is not always there to tidy
			o.tidy(at)
		}
	}
	end := begin.Add(100 * day)
	o.tidy(end.Add(time.Hour))
	before := o.dump()
	o.tidy(end.Add(time.Hour))
	if diff := cmp.Diff(before, o.dump()); diff != "" {
		t.Error("tidying again changed:\n" + diff)
	}
	hour := minute(login, time.Time{}, 2, time.Second).Bucket
	hour.Add(desk.Passed, 3*time.Second, false)
	for _, c := range []struct {
		by     desk.Resolution
		n      int
		passes int
	}{{desk.PerMinute, 23 * 2, 0}, {desk.PerHour, 90*24 - 1, 3}, {desk.PerDay, 100, 72}} {
		got := o.results(c.by, begin, end.Add(day))
		if len(got) != c.n {
			t.Errorf("%d of a %s, want %d", len(got), c.by, c.n)
		}
		for _, b := range got {
			if c.by == desk.PerHour && !cmp.Equal(b.Bucket, hour) || c.passes > 0 && b.Passed != c.passes {
				t.Fatalf("%s from %v: %+v", c.by, b.From, b.Bucket)
			}
		}
	}
}

func TestAnHourIsSummedUpWhenItsLastMinuteIsThere(t *testing.T) {
	o := newOffice(t)
	o.keep(four, minute(login, four, 1, time.Second))
	o.tidy(four.Add(time.Hour + 9*time.Minute))
	o.keep(four, minute(login, four.Add(59*time.Minute), 1, time.Second))
	if got := o.results(desk.PerHour, four, four.Add(time.Hour)); len(got) != 0 {
		t.Errorf("too early: %v", got)
	}
	o.tidy(four.Add(time.Hour + 10*time.Minute))
	if got := o.results(desk.PerHour, four, four.Add(time.Hour)); len(got) != 1 || got[0].Passed != 2 {
		t.Errorf("%v", got)
	}
}

func TestResultsThatAreNotSummedUpYetAreNotForgotten(t *testing.T) {
	o := newOffice(t)
	o.keep(four, minute(login, four, 1, time.Second))
	o.tidy(four.Add(1000 * time.Hour))
	if got := o.results(desk.PerHour, four, four.Add(time.Hour)); len(got) != 1 {
		t.Errorf("hours: %v", got)
	}
	if got := o.results(desk.PerDay, four.Add(-24*time.Hour), four.Add(time.Hour)); len(got) != 1 {
		t.Errorf("days: %v", got)
	}
}

// Days are handed out one after the other, and days without results are passed over.
func TestDaysOfChecksInOrder(t *testing.T) {
	o := newOffice(t)
	portal := desk.ProbeID{Service: "portal", Name: "a start page"}
	day := four.Truncate(24 * time.Hour)
	for _, back := range []int{9, 2} {
		at := day.AddDate(0, 0, -back).Add(5 * time.Hour)
		o.keep(four, minute(portal, at, 1, time.Second), minute(login, at, back, time.Second))
	}
	o.tidy(four)
	var got []string
	err := o.Days(t.Context(), func(b desk.TimedBucket) error {
		got = append(got, fmt.Sprint(b.From.Format(time.DateOnly), " ", b.Probe.Service, " ", b.Passed))
		return nil
	})
	want := []string{"2026-11-23 learn 9", "2026-11-23 portal 1", "2026-11-30 learn 2", "2026-11-30 portal 1"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
