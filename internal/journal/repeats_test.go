package journal

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// anyRule is a rule on at least one day of the week.
func anyRule(t *rapid.T, zone string) *desk.Recurrence {
	r := &desk.Recurrence{
		Every: rapid.IntRange(1, 52).Draw(t, "every"), Nth: rapid.IntRange(-1, 4).Draw(t, "nth"), At: desk.DayTime(rapid.IntRange(0, 24*60-1).Draw(t, "at")),
		For: time.Duration(rapid.Int64Range(1, int64(desk.MaxWindow)).Draw(t, "for")), Zone: zone, First: anyDay(t, "first"),
	}
	for d := range time.Saturday + 1 {
		if rapid.Bool().Draw(t, d.String()) {
			r.Days = append(r.Days, d)
		}
	}
	if len(r.Days) == 0 {
		r.Days = []time.Weekday{time.Monday}
	}
	if rapid.Bool().Draw(t, "ends") {
		r.Until = r.First.AddDate(0, 0, rapid.IntRange(0, 900).Draw(t, "until"))
	}
	for range rapid.IntRange(0, desk.MaxExcept).Draw(t, "excepted") {
		r.Except = append(r.Except, anyDay(t, "except"))
	}
	return r
}

func anyDay(t *rapid.T, name string) time.Time {
	return time.Date(2026, 1, 1+rapid.IntRange(0, 4000).Draw(t, name), 0, 0, 0, 0, time.UTC)
}

// keyOf is a rule in a key, behind the service.
func keyOf(number int, from time.Time, r *desk.Recurrence) []byte {
	key := repeatsKey("learn", desk.Window{Number: number, Planned: desk.Period{From: from}, Rule: r})
	return key[len(storage.K(repeatsName).Str("learn")):]
}

// What a key says of a rule is that rule.
func TestARuleInAKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRule(t, rapid.String().Draw(t, "zone"))
		want := repeating{rapid.IntRange(1, 1e6).Draw(t, "number"), anyDay(t, "from"), *r}
		got, near, err := readRepeats(keyOf(want.number, want.from, r), always())
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(repeating{})); err != nil || !near || diff != "" {
			t.Fatalf("%v %v\n%s", near, err, diff)
		}
	})
}

// A series that is passed over without reading it all has no time that overlaps.
func TestASeriesThatIsNotNear(t *testing.T) {
	zones := []string{"UTC", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe"}
	rapid.Check(t, func(t *rapid.T) {
		r := anyRule(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		r.For = time.Duration(rapid.Int64Range(1, int64(aDay)).Draw(t, "length"))
		within := desk.Period{From: anyDay(t, "day").Add(time.Duration(rapid.Int64Range(0, int64(aDay)).Draw(t, "clock")))}
		within.To = within.From.Add(time.Duration(rapid.Int64Range(1, int64(3*aDay)).Draw(t, "within")))
		from := anyDay(t, "from")
		_, near, err := readRepeats(keyOf(1, from, r), within)
		times := r.Between(latest(within.From.Add(-r.For), from), within.To, 1)
		if err != nil || !near && len(times) > 0 {
			t.Fatalf("%v: near %v, but at %v", err, near, times)
		}
	})
}

// One hour on Wednesdays is near for a part of the week alone.
func TestASeriesIsNearOnItsDays(t *testing.T) {
	wednesday := time.Date(2026, 9, 2, 0, 0, 0, 0, time.UTC)
	r := &desk.Recurrence{Every: 1, Days: []time.Weekday{time.Wednesday}, At: 4 * 60, For: time.Hour, Zone: "America/New_York", First: wednesday}
	hours := 0
	for hour := range 7 * 24 {
		from := wednesday.AddDate(0, 0, 7).Add(time.Duration(hour) * time.Hour)
		if _, near, _ := readRepeats(keyOf(1, wednesday, r), desk.Period{From: from, To: from.Add(time.Hour)}); near {
			hours++
		}
	}
	if hours != 34 {
		t.Errorf("it is near in %d hours of a week, want 34: sixteen on both sides, itself and what ends then", hours)
	}
}
