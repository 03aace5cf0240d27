package desk

import (
	"fmt"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// Recurrence is a time of day that comes again on some days, by the clock on the wall of
// a zone: it keeps its local time when daylight saving begins and ends.
type Recurrence struct {
	// Every is how many weeks (or months, with Nth) lie between two rounds: 1 or more.
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
	out := r.Between(t.Add(1), t.AddDate(2*r.Every, 0, 0), 1)
	if len(out) == 0 {
		return Period{}, false
	}
	return out[0], true
}

// Between lists the occurrences that begin in from..to, to not included, at most limit
// of them, in order.
func (r Recurrence) Between(from, to time.Time, limit int) (out []Period) {
	zone := r.zone()
	days, err := rrule.NewRRule(r.option())
	if err != nil {
		return nil // the rule was checked when it was made
	}
	next := days.Iterator()
	for len(out) < limit {
		day, ok := next()
		if !ok {
			break
		}
		begin := time.Date(day.Year(), day.Month(), day.Day(), int(r.At)/60, int(r.At)%60, 0, 0, zone).UTC()
		if !begin.Before(to) {
			break
		}
		if !begin.Before(from) {
			out = append(out, Period{begin, begin.Add(r.For)})
		}
	}
	return out
}

// holds reports whether all of p lies in one occurrence.
func (r Recurrence) holds(p Period) bool {
	for _, o := range r.Between(p.From.Add(-r.For), p.From.Add(1), 3) {
		if o.Holds(p) {
			return true
		}
	}
	return false
}

func (r Recurrence) zone() *time.Location {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

func (r Recurrence) option() rrule.ROption {
	o := rrule.ROption{Freq: rrule.WEEKLY, Interval: max(r.Every, 1), Dtstart: r.First.UTC(), Wkst: rrule.MO, Until: r.Until.UTC()}
	if r.Until.IsZero() {
		o.Until = time.Time{}
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
	o := r.option()
	o.Dtstart, o.Until = time.Time{}, time.Time{}
	text := o.RRuleString()
	if !r.Until.IsZero() {
		end := time.Date(r.Until.Year(), r.Until.Month(), r.Until.Day(), 23, 59, 59, 0, r.zone()).UTC()
		text += fmt.Sprintf(";UNTIL=%s", end.Format("20060102T150405Z"))
	}
	return strings.TrimPrefix(text, "RRULE:")
}
