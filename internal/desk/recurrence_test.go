package desk

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"
)

func dayOf(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

// starts writes when occurrences begin, by the clocks of their zone.
func starts(r Recurrence, periods []Period) (out []string) {
	for _, p := range periods {
		out = append(out, p.From.In(zones.load(r.Zone)).Format("Mon 2006-01-02 15:04 -0700"))
	}
	return out
}

func TestRecurrences(t *testing.T) {
	const newYork = "America/New_York"
	wednesdays := Recurrence{Every: 1, Days: []time.Weekday{time.Wednesday}, At: 4 * 60, For: 3 * time.Hour, Zone: newYork, First: dayOf("2026-11-25")}
	with := func(change func(*Recurrence)) Recurrence {
		r := wednesdays
		change(&r)
		return r
	}
	tests := []struct {
		name     string
		rule     Recurrence
		from     string
		rule5545 string
		want     []string
	}{
		{"weekly", wednesdays, "2026-11-01", "FREQ=WEEKLY;BYDAY=WE",
			[]string{"Wed 2026-11-25 04:00 -0500", "Wed 2026-12-02 04:00 -0500", "Wed 2026-12-09 04:00 -0500"}},
		{"keeps its local time in spring", wednesdays, "2027-03-05", "FREQ=WEEKLY;BYDAY=WE",
			[]string{"Wed 2027-03-10 04:00 -0500", "Wed 2027-03-17 04:00 -0400", "Wed 2027-03-24 04:00 -0400"}},
		{"an evening that is the next day in UTC", with(func(r *Recurrence) { r.At = 22 * 60 }), "2026-12-03", "FREQ=WEEKLY;BYDAY=WE",
			[]string{"Wed 2026-12-02 22:00 -0500", "Wed 2026-12-09 22:00 -0500", "Wed 2026-12-16 22:00 -0500"}},
		{"two days, every other week", with(func(r *Recurrence) {
			r.Every, r.Days = 2, []time.Weekday{time.Sunday, time.Wednesday}
		}), "2026-11-26", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,WE",
			[]string{"Sun 2026-11-29 04:00 -0500", "Wed 2026-12-09 04:00 -0500", "Sun 2026-12-13 04:00 -0500"}},
		{"every third week, five years on", with(func(r *Recurrence) { r.Every = 3 }), "2031-11-25", "FREQ=WEEKLY;INTERVAL=3;BYDAY=WE",
			[]string{"Wed 2031-11-26 04:00 -0500", "Wed 2031-12-17 04:00 -0500", "Wed 2032-01-07 04:00 -0500"}},
		{"the first sunday", with(func(r *Recurrence) { r.Nth, r.Days = 1, []time.Weekday{time.Sunday} }), "2027-01-04", "FREQ=MONTHLY;BYDAY=+1SU",
			[]string{"Sun 2027-02-07 04:00 -0500", "Sun 2027-03-07 04:00 -0500", "Sun 2027-04-04 04:00 -0400"}},
		{"the last saturday, every other month", with(func(r *Recurrence) { r.Every, r.Nth, r.Days = 2, -1, []time.Weekday{time.Saturday} }),
			"2026-12-01", "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1SA",
			[]string{"Sat 2027-01-30 04:00 -0500", "Sat 2027-03-27 04:00 -0400", "Sat 2027-05-29 04:00 -0400"}},
		{"until a last day, which counts", with(func(r *Recurrence) { r.Until = dayOf("2026-12-09") }), "2026-11-26", "FREQ=WEEKLY;UNTIL=20261210T045900Z;BYDAY=WE",
			[]string{"Wed 2026-12-02 04:00 -0500", "Wed 2026-12-09 04:00 -0500"}},
		{"a time that the clocks skip is an hour later", with(func(r *Recurrence) { r.At, r.Days = 2*60+30, []time.Weekday{time.Sunday} }), "2027-03-07", "FREQ=WEEKLY;BYDAY=SU",
			[]string{"Sun 2027-03-07 02:30 -0500", "Sun 2027-03-14 03:30 -0400", "Sun 2027-03-21 02:30 -0400"}},
		{"a time that the clocks repeat is the first", with(func(r *Recurrence) { r.At, r.Days = 1*60+30, []time.Weekday{time.Sunday} }), "2027-11-01", "FREQ=WEEKLY;BYDAY=SU",
			[]string{"Sun 2027-11-07 01:30 -0400", "Sun 2027-11-14 01:30 -0500", "Sun 2027-11-21 01:30 -0500"}},
		{"where the clocks go forward by half an hour", with(func(r *Recurrence) {
			r.At, r.Days, r.Zone = 2*60+15, []time.Weekday{time.Sunday}, "Australia/Lord_Howe"
		}), "2027-09-30", "FREQ=WEEKLY;BYDAY=SU",
			[]string{"Sun 2027-10-03 02:45 +1100", "Sun 2027-10-10 02:15 +1100", "Sun 2027-10-17 02:15 +1100"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			from := dayOf(tt.from)
			if got := starts(tt.rule, tt.rule.Between(from, from.AddDate(1, 0, 0), 3)); !slices.Equal(got, tt.want) {
				t.Errorf("\n got %q\nwant %q", got, tt.want)
			}
			if got := tt.rule.RRule(); got != tt.rule5545 {
				t.Errorf("\n got %q\nwant %q", got, tt.rule5545)
			}
		})
	}
}

// obvious is the slow and obvious way: day by day from the first, asking of each whether
// it is one, and minute by minute what the clocks show.
func (r Recurrence) obvious(from, to time.Time) (out []Period) {
	for day := r.First; day.Before(to.AddDate(0, 0, 2)); day = day.AddDate(0, 0, 1) {
		if slices.ContainsFunc(r.Except, day.Equal) || !r.Until.IsZero() && day.After(r.Until) || !slices.Contains(r.Days, day.Weekday()) || !r.inRound(day) {
			continue
		}
		if day.Before(from.AddDate(0, 0, -2)) {
			continue
		}
		begin := firstShown(day, r.At, zones.load(r.Zone))
		if !begin.Before(from) && begin.Before(to) {
			out = append(out, Period{begin, begin.Add(r.For)})
		}
	}
	return out
}

func (r Recurrence) inRound(day time.Time) bool {
	if r.Nth == 0 {
		weeks := 0 // Mondays passed since the first day
		for d := r.First; d.Before(day); {
			if d = d.AddDate(0, 0, 1); d.Weekday() == time.Monday {
				weeks++
			}
		}
		return weeks%r.Every == 0
	}
	months := (day.Year()-r.First.Year())*12 + int(day.Month()-r.First.Month())
	nth := (day.Day()-1)/7 + 1
	last := day.AddDate(0, 0, 7).Month() != day.Month()
	return months%r.Every == 0 && (nth == r.Nth || r.Nth == -1 && last)
}

// firstShown looks for the minute at which the clocks first show a time of day, or have
// just jumped over it; then it is as much later as they jumped.
func firstShown(day time.Time, at DayTime, zone *time.Location) time.Time {
	wall := day.Add(time.Duration(at) * time.Minute)
	for t := wall.Add(-15 * time.Hour); ; t = t.Add(time.Minute) {
		_, offset := t.In(zone).Zone()
		shown := t.Add(time.Duration(offset) * time.Second)
		if shown.Equal(wall) {
			return t
		}
		if shown.After(wall) {
			_, before := t.Add(-time.Minute).In(zone).Zone()
			return wall.Add(-time.Duration(before) * time.Second)
		}
	}
}

func aRule(t *rapid.T) Recurrence {
	zone := rapid.SampledFrom([]string{"America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Europe/Dublin", "America/Havana", "UTC"}).Draw(t, "zone")
	days := rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 1, 7, rapid.ID).Draw(t, "days")
	slices.Sort(days)
	r := Recurrence{
		Every: rapid.IntRange(1, 5).Draw(t, "every"),
		Nth:   rapid.SampledFrom([]int{0, 0, 1, 2, 3, 4, -1}).Draw(t, "nth"),
		At:    DayTime(rapid.OneOf(rapid.IntRange(0, 3*60), rapid.IntRange(0, 24*60-1)).Draw(t, "at")),
		For:   time.Duration(rapid.IntRange(1, 3000).Draw(t, "for")) * time.Minute,
		Zone:  zone,
		First: dayOf("2026-01-01").AddDate(0, 0, rapid.IntRange(0, 1000).Draw(t, "first")),
	}
	for _, d := range days {
		r.Days = append(r.Days, time.Weekday(d))
	}
	if rapid.Bool().Draw(t, "ends") {
		r.Until = r.First.AddDate(0, 0, rapid.IntRange(0, 1000).Draw(t, "until"))
	}
	for _, days := range rapid.SliceOfN(rapid.IntRange(0, 150), 0, 9).Draw(t, "except") {
		r.Except = append(r.Except, r.First.AddDate(0, 0, days))
	}
	return r
}

func TestRecurrencesAsTheObviousWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := aRule(t)
		from := r.First.Add(time.Duration(rapid.IntRange(-100*24*60, 1200*24*60).Draw(t, "from")) * time.Minute)
		to := from.AddDate(0, 0, rapid.IntRange(1, 150).Draw(t, "days"))
		want := r.obvious(from, to)
		if got := r.Between(from, to, 1000); !slices.Equal(got, want) {
			t.Fatalf("%+v\n got %q\nwant %q", r, starts(r, got), starts(r, want))
		}
		if len(want) > 0 {
			if got, ok := r.Next(from.Add(-1)); !ok || got != want[0] {
				t.Fatalf("next is %v, %v, want %v", got, ok, want[0])
			}
			if got, ok := r.Next(want[0].From); ok && !got.From.After(want[0].From) {
				t.Fatalf("behind %v comes %v", want[0], got)
			}
		}
	})
}

// The text of a rule must mean to other calendars what it means here: a library for RRULEs
// reads the same days in it.
func TestRecurrencesAsAnotherCalendarReadsThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := aRule(t)
		r.At, r.Zone = 0, "UTC"
		text := "DTSTART:" + r.First.Format("20060102T150405Z") + "\nRRULE:" + r.RRule()
		for _, begin := range r.Excepted() {
			text += "\nEXDATE:" + begin.UTC().Format("20060102T150405Z")
		}
		theirs, err := rrule.StrToRRuleSet(text)
		if err != nil {
			t.Fatal(err)
		}
		from := r.First.AddDate(0, 0, rapid.IntRange(0, 1000).Draw(t, "from"))
		to := from.AddDate(0, 0, 150)
		var got []time.Time
		for _, o := range r.Between(from, to, 1000) {
			got = append(got, o.From)
		}
		if want := theirs.Between(from, to.Add(-1), true); !slices.Equal(got, want) {
			t.Fatalf("%s\n got %v\nwant %v", r.RRule(), got, want)
		}
	})
}

// A rule without a day, or of a day that no month has, has no occurrence, and ends.
func TestARecurrenceOfNoDay(t *testing.T) {
	for _, r := range []Recurrence{{Every: 1, First: dayOf("2026-01-01")}, {Nth: 9, Days: []time.Weekday{1}, First: dayOf("2026-01-01")}} {
		if got, ok := r.Next(dayOf("2026-01-01")); ok {
			t.Errorf("%+v has %v", r, got)
		}
	}
}

// A time lies in an occurrence just where one of all those around it holds it.
func TestWhatARecurrenceHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := aRule(t)
		begin := r.First.Add(time.Duration(rapid.IntRange(0, 60*24*60).Draw(t, "begin")) * time.Minute)
		p := Period{begin, begin.Add(time.Duration(rapid.IntRange(1, 2000).Draw(t, "length")) * time.Minute)}
		all := r.obvious(begin.AddDate(0, 0, -4), begin.AddDate(0, 0, 1))
		want := slices.ContainsFunc(all, func(o Period) bool { return o.Holds(p) })
		if got := r.holds(p); got != want {
			t.Fatalf("%+v holds %v: %v, want %v", r, p, got, want)
		}
	})
}

func TestARecurrenceThatHasEndedOrNotBegun(t *testing.T) {
	r := Recurrence{Every: 1, Days: []time.Weekday{time.Friday}, At: 60, For: time.Hour, Zone: "UTC", First: dayOf("2030-01-01"), Until: dayOf("2030-02-01")}
	if got, ok := r.Next(dayOf("2026-01-01")); !ok || !got.From.Equal(dayOf("2030-01-04").Add(time.Hour)) {
		t.Errorf("years before its first day the next is %v, %v", got, ok)
	}
	if got, ok := r.Next(dayOf("2030-02-02")); ok {
		t.Errorf("behind its last day comes %v", got)
	}
	if got := r.Between(dayOf("2030-01-01"), dayOf("2031-01-01"), 100); len(got) != 5 {
		t.Errorf("has %d occurrences: %v", len(got), got)
	}
	if got := r.Between(dayOf("2030-01-01"), dayOf("2031-01-01"), 0); got != nil {
		t.Errorf("none was asked for, and there are %v", got)
	}
}

// Standing windows are looked at for each command, and recurring windows by the clock.
func BenchmarkThousandRecurrences(b *testing.B) {
	for name, now := range map[string]string{"new": "2026-11-28", "ten years old": "2036-11-28"} {
		for _, nth := range []int{0, 1} {
			b.Run(cmp.Or(map[int]string{1: "monthly "}[nth], "weekly ")+name, func(b *testing.B) {
				at, first := dayOf(now), dayOf("2026-11-01")
				for b.Loop() {
					for k := range 1000 {
						r := Recurrence{Every: 1 + k%3, Nth: nth, Days: []time.Weekday{time.Weekday(k % 7)}, At: 240, For: time.Hour, Zone: "America/New_York", First: first}
						if _, ok := r.Next(at); !ok {
							b.Fatal("there is no next")
						}
					}
				}
			})
		}
	}
}
