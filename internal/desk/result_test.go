package desk_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/umassonline/belltower/internal/desk"
)

func TestABucketCountsWhatItWasGiven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var whole desk.Bucket
		var parts [3]desk.Bucket
		var times []time.Duration
		var sum time.Duration
		for _, ms := range rapid.SliceOfN(rapid.IntRange(0, 60_000), 1, 60).Draw(t, "ms") {
			took := time.Duration(ms) * time.Millisecond
			times, sum = append(times, took), sum+took
			whole.Add(desk.Passed, took, ms > 3000)
			parts[ms%3].Add(desk.Passed, took, ms > 3000)
		}
		whole.Add(desk.Failed, time.Hour, false)
		parts[0].Add(desk.Failed, time.Hour, false)
		whole.Add(desk.Unclear, time.Hour, false)
		parts[1].Add(desk.Unclear, time.Hour, false)
		var joined desk.Bucket
		for _, p := range parts {
			joined.Join(p)
		}
		if diff := cmp.Diff(whole, joined, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal("in one -, in parts +\n" + diff)
		}
		slices.Sort(times)
		if whole.Passed != len(times) || whole.Least != times[0] || whole.Most != times[len(times)-1] || whole.Mean() != sum/time.Duration(len(times)) {
			t.Fatalf("%+v of %v", whole, times)
		}
		exact := times[(len(times)*95+99)/100-1]
		if got := whole.Percentile(95); got < exact-time.Microsecond || got > max(exact*6/5, time.Millisecond) {
			t.Fatalf("95 of 100 within %v, in fact %v", got, exact)
		}
		data, err := json.Marshal(whole)
		var back desk.Bucket
		if err != nil || json.Unmarshal(data, &back) != nil || !cmp.Equal(whole, back) {
			t.Fatalf("%s: %v %v", data, err, back)
		}
	})
}

func TestTheUsualOfAnHour(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	// A Monday, 10 in the morning, three weeks after clocks were set back.
	at := time.Date(2026, 11, 23, 10, 20, 0, 0, zone)
	hours := desk.UsualHours(at, zone)
	if len(hours) != 90 {
		t.Fatal(len(hours))
	}
	var kept []desk.TimedBucket
	for k, from := range hours {
		if local := from.In(zone); local.Hour() != 10 || !from.Before(at) {
			t.Fatal(local)
		}
		var b desk.Bucket
		took := 100 * time.Millisecond
		if (k+1)%7 == 0 { // Mondays are slower, and one was very slow
			took = 400 * time.Millisecond
		}
		if k+1 == 7 {
			took = time.Minute
		}
		for range 5 {
			b.Add(desk.Passed, took, false)
		}
		kept = append(kept, desk.TimedBucket{From: from, Bucket: b})
	}
	for _, c := range []struct {
		name string
		of   []desk.TimedBucket
		want time.Duration
	}{
		{"Mondays", kept, 400 * time.Millisecond},
		{"too few Mondays", kept[:14], 100 * time.Millisecond},
		{"too few of all", kept[:2], 0},
		{"none", nil, 0},
		{"hours of hardly any pass", []desk.TimedBucket{{Bucket: desk.Bucket{Passed: 2}}, {Bucket: desk.Bucket{Passed: 2}}, {Bucket: desk.Bucket{Passed: 2}}}, 0},
	} {
		if got := desk.Usual(c.of, at, zone); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
