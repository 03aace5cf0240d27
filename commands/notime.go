package commands

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

func noClock() *desk.Refusal {
	return desk.Refuse(desk.Invalid, "It is not said at what time of day.").WithHint("Like: %s", desk.Term("saturday 04:00 for 3h"))
}

// noTime refuses what does not begin with a time.
func (a *asked) noTime(s span) error {
	words := s.words()
	if len(words) == 0 {
		return desk.Refuse(desk.Invalid, "No time was given.").WithHint("Like: %s", desk.Term("saturday 04:00 for 3h")).In(fieldWhen)
	}
	if day, ok := missingDay(lower(words), date(a.req.At.In(a.Words.Zone)).year); ok {
		return a.lastDayOf(s, day)
	}
	if slices.ContainsFunc(words[:min(dayWords+1, len(words))], isMidnight) {
		return desk.Refuse(desk.Ambiguous, "Midnight may be the begin of a day, or its end.").
			WithHint("Say it with its day, like: saturday 00:00, or saturday 23:59").In(fieldWhen)
	}
	for n := min(dayWords, len(words)); n > 0; n-- {
		var m moment
		if m.setDay(trimmed(lower(words[:n]))) {
			return noClock().In(fieldWhen)
		}
	}
	refusal := desk.Refuse(desk.Invalid, "%q is no time that I understand.", clip(strings.Join(words, " "))).In(fieldWhen)
	if near := nearTime(words); near != "" {
		refusal.WithHint("Did you mean %s?", near)
		return (&question{Refusal: refusal}).offering(a.instead(s, 1)(near))
	}
	return refusal.WithHint("Like: saturday 04:00, dec 5 10pm, tomorrow 2am, in 2h, 2026-12-05 22:00, every wednesday 04:00.")
}

// nearTime is what the first word was likely meant to be, where that makes a time; empty:
// nothing is.
func nearTime(words []string) string {
	near := nearest(words[0], dayNames())
	if days := daysOf(strings.ToLower(words[0])); len(days) == 1 { // wednesdays
		near = wordEvery + " " + strings.ToLower(days[0].String())
	}
	if isNumber(words[0]) || near == "" {
		return ""
	}
	better := append(strings.Fields(near), words[1:]...)
	if strings.EqualFold(better[0], wordEvery) {
		if _, n, err := parseRecurring(better); n == 0 || err != nil {
			return ""
		}
		return near
	}
	if _, n := parseMoment(better); n == 0 {
		return ""
	}
	return near
}

// lastDayOf refuses a day that a month has not, and offers its last one.
func (a *asked) lastDayOf(s span, d calendarDay) error {
	last := date(time.Date(d.year, d.month+1, 0, 0, 0, 0, 0, time.UTC))
	better, n := last.String(), 1
	if words := s.words(); !strings.HasPrefix(words[0], strconv.Itoa(d.year)+"-") {
		better, n = strings.ToLower(d.month.String())+" "+strconv.Itoa(last.day), 2
	}
	q := &question{Refusal: desk.Refuse(desk.Invalid, "%s %d has no day %d.", desk.Term(d.month.String()), d.year, d.day).
		WithHint("Its last day is %s.", better).In(fieldWhen)}
	return q.offering(a.instead(s, n)(better))
}

// missingDay finds a day that the calendar has not: feb 30, feb 29 2027, 2027-02-29.
func missingDay(words []string, year int) (calendarDay, bool) {
	var d calendarDay
	if n, err := fmt.Sscanf(words[0], "%4d-%2d-%2d", &d.year, &d.month, &d.day); n == 3 && err == nil {
		return d, d.month >= 1 && d.month <= 12 && !exists(d.year, d.month, d.day)
	}
	d.year = year
	if len(words) < 2 {
		return d, false
	}
	name, number := words[0], words[1]
	if isNumber(cardinal(name)) {
		name, number = number, name
	}
	number = cardinal(strings.TrimSuffix(number, ","))
	month, ok := parseMonth(name)
	day, okDay := smallNumber(strings.TrimSuffix(number, ","), 99)
	if len(words) > 2 && isNumber(words[2]) && len(words[2]) == 4 {
		d.year, _ = strconv.Atoi(words[2])
	} else if month == time.February && day == 29 {
		ok = false // some year has it
	}
	d.month, d.day = month, day
	return d, ok && okDay && !exists(d.year, d.month, d.day)
}

// dayNames are words that a time may begin with.
func dayNames() []string {
	names := []string{"today", "tomorrow", "next", wordEvery}
	for d := time.Sunday; d <= time.Saturday; d++ {
		names = append(names, strings.ToLower(d.String()))
	}
	for m := time.January; m <= time.December; m++ {
		names = append(names, strings.ToLower(m.String()))
	}
	return names
}

func isNumber(word string) bool {
	_, err := strconv.Atoi(word)
	return err == nil
}
