package desk

import (
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/teambition/rrule-go"
)

// Recurrence is a time of day that comes again on some days, by the clock on the wall of
// a zone: it keeps its local time when daylight saving begins and ends.
type Recurrence struct {
	// Every is how many weeks (or months, with Nth) lie between two rounds: 1 or more.
	// Weeks begin on Monday.
	Every int
	// Nth makes it monthly: the first (1) to fourth (4) such day of a month, or the last
	// (-1); 0: weekly.
	Nth int `json:",omitempty"`
	// Days are days of the week, at least one, in order from Sunday.
	Days []time.Weekday
	At   DayTime
	For  time.Duration
	Zone string // an IANA name
	// First is the day, at midnight UTC, from which on it counts.
	First time.Time
	// Until is the last day, at midnight UTC; zero: it has no end.
	Until time.Time `json:",omitzero"`
	// Except are days, at midnight UTC and in order, on which it does not take place.
	Except []time.Time `json:",omitempty"`
}

// MaxExcept is the most days that a series leaves out: a button that says them still fits
// every platform.
const MaxExcept = 60

// Excepted lists when it would begin on the days that it leaves out.
func (r Recurrence) Excepted() (begins []time.Time) {
	for _, day := range r.Except {
		begins = append(begins, r.At.on(day, zones.load(r.Zone)))
	}
	return begins
}

// Next is the first occurrence that begins after t; false: there is none.
func (r Recurrence) Next(t time.Time) (Period, bool) {
	for o := range r.from(t.Add(1)) {
		return o, true
	}
	return Period{}, false
}

// Between lists the occurrences that begin in from..to, to not included, at most limit
// of them, in order.
func (r Recurrence) Between(from, to time.Time, limit int) (out []Period) {
	if limit <= 0 || !from.Before(to) {
		return nil
	}
	for o := range r.from(from) {
		if !o.From.Before(to) {
			break
		}
		if out = append(out, o); len(out) == limit {
			break
		}
	}
	return out
}

// holds reports whether all of p lies in one occurrence.
func (r Recurrence) holds(p Period) bool {
	for o := range r.from(p.To.Add(-r.For)) {
		if o.From.After(p.From) {
			break
		}
		if o.Holds(p) {
			return true
		}
	}
	return false
}

// from goes through the occurrences that begin at t or later, in order.
func (r Recurrence) from(t time.Time) iter.Seq[Period] {
	return func(yield func(Period) bool) {
		zone := zones.load(r.Zone)
		y, m, d := t.UTC().Date()
		for day := range r.days(time.Date(y, m, d-1, 0, 0, 0, 0, time.UTC)) { // no zone is a day off
			begin := r.At.on(day, zone)
			if !begin.Before(t) && !yield(Period{begin, begin.Add(r.For)}) {
				return
			}
		}
	}
}

// lastYear is the last that a time can be written of.
const lastYear = 9999

// days goes through the days of the rule, each at midnight UTC, from a day on. (The
// library for RRULEs needs several times as long for it, and a thousand rules are asked
// before work is planned.)
func (r Recurrence) days(from time.Time) iter.Seq[time.Time] {
	from = latest(from, r.First)
	last := time.Date(lastYear, 12, 31, 0, 0, 0, 0, time.UTC)
	if !r.Until.IsZero() {
		last = r.Until
	}
	return func(yield func(time.Time) bool) {
		for round := r.roundOf(from); ; round++ {
			day, end := r.round(round)
			for day = latest(day, from); day.Before(end); day = day.Add(24 * time.Hour) {
				if day.After(last) || r.has(day) && !yield(day) {
					return
				}
			}
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// round is the n-th week or month from that of First on which the rule is about.
func (r Recurrence) round(n int) (begin, end time.Time) {
	first := r.First.UTC()
	n *= max(r.Every, 1)
	if r.Nth != 0 {
		y, m, _ := first.Date()
		month := func(n int) time.Time { return time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC) }
		return month(n), month(n + 1)
	}
	monday := first.AddDate(0, 0, 7*n-(int(first.Weekday())+6)%7)
	return monday, monday.AddDate(0, 0, 7)
}

// roundOf is the last round that begins before a day or on it.
func (r Recurrence) roundOf(day time.Time) int {
	begin, _ := r.round(0)
	passed := int(day.Sub(begin)/(24*time.Hour)) / 7
	if r.Nth != 0 {
		passed = (day.Year()-begin.Year())*12 + int(day.Month()-begin.Month())
	}
	return passed / max(r.Every, 1)
}

// has reports whether a day of a round is one of the rule.
func (r Recurrence) has(day time.Time) bool {
	if !slices.Contains(r.Days, day.Weekday()) || slices.ContainsFunc(r.Except, day.Equal) {
		return false
	}
	switch r.Nth {
	case 0:
		return true
	case -1:
		return day.AddDate(0, 0, 7).Month() != day.Month()
	}
	return (day.Day()-1)/7+1 == r.Nth
}

// on is the instant of the time of day on a day (at midnight UTC) in a zone. One that
// the clocks skip is as much later as they go forward, one that they repeat is the
// first: so RFC 5545, 3.3.5, has calendars read it.
func (d DayTime) on(day time.Time, zone *time.Location) time.Time {
	wall := day.Add(time.Duration(d) * time.Minute)
	before, isBefore := withOffset(wall, wall.Add(-24*time.Hour), zone)
	if isBefore {
		return before
	}
	if after, isAfter := withOffset(wall, wall.Add(24*time.Hour), zone); isAfter {
		return after
	}
	return before
}

// withOffset is the instant at which clocks with the zone's offset of another moment
// show wall (given as if it were UTC), and whether the zone has that offset then.
func withOffset(wall, moment time.Time, zone *time.Location) (time.Time, bool) {
	_, offset := moment.In(zone).Zone()
	t := wall.Add(-time.Duration(offset) * time.Second)
	_, really := t.In(zone).Zone()
	return t, really == offset
}

// zoneCache keeps the zones that were loaded: to load one reads a file, and a thousand
// rules share a few zones.
type zoneCache struct{ loaded sync.Map }

// zones never changes what a name means, so everybody may share it.
var zones zoneCache

// load finds a zone by its name; UTC where there is none.
func (c *zoneCache) load(name string) *time.Location {
	if zone, ok := c.loaded.Load(name); ok {
		return zone.(*time.Location)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	c.loaded.Store(name, zone)
	return zone
}

// RRule is the rule as RFC 5545 writes it, without DTSTART: "FREQ=WEEKLY;BYDAY=WE".
func (r Recurrence) RRule() string {
	o := rrule.ROption{Freq: rrule.WEEKLY}
	if r.Nth != 0 {
		o.Freq = rrule.MONTHLY
	}
	if r.Every > 1 {
		o.Interval = r.Every
	}
	for _, d := range r.Days {
		day := []rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}[d]
		if r.Nth != 0 {
			day = day.Nth(r.Nth)
		}
		o.Byweekday = append(o.Byweekday, day)
	}
	if !r.Until.IsZero() {
		o.Until = DayTime(24*60-1).on(r.Until, zones.load(r.Zone)).UTC()
	}
	return o.RRuleString()
}
