package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Clock is a time of day, to the minute.
type Clock struct{ Hour, Minute int }

// String is the time of day as 04:00.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", c.Hour, c.Minute) }

var clockForm = regexp.MustCompile(`^([01]?[0-9]|2[0-3]):([0-5][0-9])$`)

func parseClock(text string) (Clock, bool) {
	m := clockForm.FindStringSubmatch(text)
	if m == nil {
		return Clock{}, false
	}
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[2])
	return Clock{hour, minute}, true
}

// Date is a day of the calendar, in no zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// String is the date as 2026-12-10.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// In is the first instant of the day in a zone.
func (d Date) In(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}

// Before reports whether d is an earlier day than other.
func (d Date) Before(other Date) bool { return d.In(time.UTC).Before(other.In(time.UTC)) }

func (d *Date) parse(text string) *problem {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return &problem{"is not a date", "write year, month and day, as in 2026-12-10"}
	}
	d.Year, d.Month, d.Day = t.Date()
	return nil
}

// Notice is how long before its begin something must be said: a length of time,
// or a number of working days (then Length is 0).
type Notice struct {
	// Length is a length of time.
	Length time.Duration
	// WorkingDays counts days from Monday to Friday.
	WorkingDays int
}

var workingDaysForm = regexp.MustCompile(`^([0-9]{1,2}) working days?$`)

func (n *Notice) parse(text string) *problem {
	if m := workingDaysForm.FindStringSubmatch(text); m != nil {
		n.WorkingDays, _ = strconv.Atoi(m[1])
		return nil
	}
	length, wrong := parseDuration(text)
	if wrong != nil {
		return &problem{"is no length of notice", "write it as in 2 working days, 48h or 3d"}
	}
	n.Length = length
	return nil
}

// Reminder is when something is told again: a length of time before it, or a
// time of day some days before it (then Before is 0).
type Reminder struct {
	// Before is the length of time before the begin.
	Before time.Duration
	// DaysBefore is the number of days before the day of the begin, at At.
	DaysBefore int
	// At is the time of day, in the organization's zone.
	At Clock
}

var dayBeforeForm = regexp.MustCompile(`^(?:([0-9]{1,2}) days|day) before (\S+)$`)

func (r *Reminder) parse(text string) *problem {
	refused := &problem{"is no time for a reminder", "write it as in 168h, or day before 16:00"}
	m := dayBeforeForm.FindStringSubmatch(text)
	if m == nil {
		before, wrong := parseDuration(text)
		if wrong != nil || before <= 0 {
			return refused
		}
		r.Before = before
		return nil
	}
	at, ok := parseClock(m[2])
	if !ok {
		return refused
	}
	r.DaysBefore, r.At = 1, at
	if m[1] != "" {
		r.DaysBefore, _ = strconv.Atoi(m[1])
	}
	if r.DaysBefore == 0 {
		return refused
	}
	return nil
}

// Recurring is a time of day on some days of every week, in the organization's zone.
type Recurring struct {
	// Days are the days of the week, Sunday first, without repeats.
	Days []time.Weekday
	// At is the time of day.
	At Clock
}

// parse reads "every wednesday 04:00", "every wed and sat 04:00", "every day 04:00"
// and "every weekday 04:00".
func (r *Recurring) parse(text string) *problem {
	refused := &problem{"does not say when it recurs", "write it as in every wednesday 04:00, every wed, sat 04:00, every weekday 04:00 or every day 04:00"}
	words := strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return c == ' ' || c == ',' })
	if len(words) < 3 || words[0] != "every" {
		return refused
	}
	at, ok := parseClock(words[len(words)-1])
	if !ok {
		return refused
	}
	var on [7]bool
	for _, word := range words[1 : len(words)-1] {
		if !markDays(&on, word) {
			return refused
		}
	}
	r.At, r.Days = at, nil
	for d, in := range on {
		if in {
			r.Days = append(r.Days, time.Weekday(d))
		}
	}
	if len(r.Days) == 0 {
		return refused
	}
	return nil
}

// markDays marks the days that a word names, and reports whether it names any
// or is the "and" between two.
func markDays(on *[7]bool, word string) bool {
	if word == "and" {
		return true
	}
	found := false
	for d := time.Sunday; d <= time.Saturday; d++ {
		name := strings.ToLower(d.String())
		working := d != time.Sunday && d != time.Saturday
		if word == name || word == name[:3] || word == "day" || word == "weekday" && working {
			on[d], found = true, true
		}
	}
	return found
}
