package desk

import (
	"fmt"
	"iter"
	"strings"
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
		days, err := rrule.NewRRule(r.option(t.In(zone)))
		if err != nil {
			return // the rule was checked when it was made
		}
		next := days.Iterator()
		for day, ok := next(); ok; day, ok = next() {
			begin := r.At.on(day, zone)
			if !begin.Before(t) && !yield(Period{begin, begin.Add(r.For)}) {
				return
			}
		}
	}
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

// start is a day from which the library may go through the rule to find what begins on
// near or later: not far before that, and in the rhythm that First began.
func (r Recurrence) start(near time.Time) time.Time {
	y, m, d := near.Date()
	day := time.Date(y, m, d-1, 0, 0, 0, 0, time.UTC)
	first := r.First.UTC()
	if !day.After(first) {
		return first
	}
	every := max(r.Every, 1)
	if r.Nth != 0 {
		months := (day.Year()-first.Year())*12 + int(day.Month()-first.Month())
		if rounds := months / every; rounds > 0 {
			return time.Date(first.Year(), first.Month()+time.Month(rounds*every), 1, 0, 0, 0, 0, time.UTC)
		}
		return first
	}
	monday := first.AddDate(0, 0, -(int(first.Weekday())+6)%7)
	days := int(day.Sub(monday) / (24 * time.Hour))
	if rounds := days / (7 * every); rounds > 0 {
		return monday.AddDate(0, 0, rounds*7*every)
	}
	return first
}

func (r Recurrence) option(near time.Time) rrule.ROption {
	o := rrule.ROption{Freq: rrule.WEEKLY, Dtstart: r.start(near), Wkst: rrule.MO}
	if r.Every > 1 {
		o.Interval = r.Every
	}
	if !r.Until.IsZero() {
		o.Until = r.Until.UTC()
	}
	if r.Nth != 0 {
		o.Freq = rrule.MONTHLY
	}
	for _, d := range r.Days {
		day := []rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}[d]
		if r.Nth != 0 {
			day = day.Nth(r.Nth)
		}
		o.Byweekday = append(o.Byweekday, day)
	}
	return o
}

// RRule is the rule as RFC 5545 writes it, without DTSTART: "FREQ=WEEKLY;BYDAY=WE".
func (r Recurrence) RRule() string {
	o := r.option(r.First)
	o.Dtstart, o.Until = time.Time{}, time.Time{}
	text := o.RRuleString()
	if !r.Until.IsZero() {
		end := DayTime(24*60-1).on(r.Until.UTC(), zones.load(r.Zone)).UTC()
		text += fmt.Sprintf(";UNTIL=%s", end.Format("20060102T150405Z"))
	}
	return strings.TrimPrefix(text, "RRULE:")
}
