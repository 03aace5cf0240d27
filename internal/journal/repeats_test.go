package journal

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/umassonline/belltower/internal/desk"
)

// What a key says of a rule is that rule.
func TestARuleInAKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := func(name string) time.Time {
			return time.Date(2026, 1, 1+rapid.IntRange(0, 4000).Draw(t, name), 0, 0, 0, 0, time.UTC)
		}
		r := desk.Recurrence{
			Every: rapid.IntRange(1, 52).Draw(t, "every"), Nth: rapid.IntRange(-1, 4).Draw(t, "nth"), At: desk.DayTime(rapid.IntRange(0, 24*60-1).Draw(t, "at")),
			For: time.Duration(rapid.Int64Range(1, int64(desk.MaxWindow)).Draw(t, "for")), Zone: rapid.String().Draw(t, "zone"), First: day("first"),
		}
		for d := range time.Saturday + 1 {
			if rapid.Bool().Draw(t, d.String()) {
				r.Days = append(r.Days, d)
			}
		}
		if rapid.Bool().Draw(t, "ends") {
			r.Until = r.First.AddDate(0, 0, rapid.IntRange(0, 900).Draw(t, "until"))
		}
		for range rapid.IntRange(0, desk.MaxExcept).Draw(t, "excepted") {
			r.Except = append(r.Except, day("except"))
		}
		w := desk.Window{Number: rapid.IntRange(1, 1e6).Draw(t, "number"), Planned: desk.Period{From: day("from")}, Rule: &r}
		got, err := readRepeats(repeatsKey("learn", w))
		want := repeating{w.Number, w.Planned.From, r}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(repeating{})); err != nil || diff != "" {
			t.Fatalf("%v\n%s", err, diff)
		}
	})
}
