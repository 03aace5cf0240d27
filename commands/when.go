package commands

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// moment is a time as somebody typed it: a length of time before or after now, or
// a day and a time of day.
type moment struct {
	shift time.Duration // from now; what "now", "in 2h" and "20m ago" say
	fixed time.Time     // not zero: just this instant, as buttons write it
	clock bool          // false: one of those counts; true: the fields below

	hour, minute int
	day          dayKind
	weekday      time.Weekday
	year         int // 0: not said
	month        time.Month
	date         int
	zone         *time.Location // nil: not said
	said         string         // as it was typed, but for the zone
	named        bool           // the weekday of a date was said, too
	zoneSaid     string         // as the zone was typed
}

// dayKind is how the day was said.
type dayKind int

const (
	dayBare dayKind = iota // not at all
	dayToday
	dayTomorrow
	dayAfterTomorrow
	dayTonight
	dayYesterday
	dayOfWeek
	dayNextWeek // "next friday"
	dayOfYear
)

// wordNow is the moment at which it is typed.
const wordNow = "now"

// momentWords is the most words that a time has: "friday dec 5 2027 at 10 pm
// America/New_York".
const momentWords = 8

// parseMoment reads a time from the beginning of words, as much of them as makes
// one, and tells how many that are; 0: they do not begin with a time.
func parseMoment(words []string) (moment, int) {
	for n := min(len(words), momentWords); n > 0; n-- {
		if m, ok := wholeMoment(words[:n]); ok {
			return m, n
		}
	}
	return moment{}, 0
}

// wholeMoment reads a time that is all of words.
func wholeMoment(words []string) (moment, bool) {
	var m moment
	words = slices.Clone(words)
	if len(words) == 1 {
		if fixed, err := time.Parse(time.RFC3339, strings.ToUpper(words[0])); err == nil {
			return moment{fixed: fixed}, plausible(fixed.Year())
		}
	}
	if zone, ok := parseZone(words[len(words)-1]); ok && len(words) > 1 {
		m.zone, m.zoneSaid, words = zone, words[len(words)-1], words[:len(words)-1]
	}
	m.said = strings.Join(words, " ")
	for i, w := range words {
		words[i] = strings.TrimSuffix(strings.ToLower(w), ",")
	}
	if shift, ok := parseShift(words); ok {
		m.shift = shift
		return m, m.zone == nil
	}
	words = joinHalf(words)
	last := len(words) - 1
	hour, minute, ok := parseClock(words[last])
	if !ok {
		return m, false
	}
	m.clock, m.hour, m.minute = true, hour, minute
	day := words[:last]
	if last > 1 && (day[last-1] == "at" || day[last-1] == wordFrom) { // from 22:00 to 23:00
		day = day[:last-1]
	}
	return m, m.setDay(day)
}

func parseShift(words []string) (time.Duration, bool) {
	switch {
	case len(words) == 1 && words[0] == wordNow:
		return 0, true
	case len(words) > 1 && words[0] == "in":
		d, n := parseLength(words[1:])
		return d, n == len(words)-1
	case len(words) > 1 && words[len(words)-1] == "ago":
		d, n := parseLength(words[:len(words)-1])
		return -d, n == len(words)-1
	}
	return 0, false
}

// joinHalf makes "10 pm" and "10 p.m." one word.
func joinHalf(words []string) []string {
	last := len(words) - 1
	words[last] = strings.NewReplacer("a.m.", "am", "p.m.", "pm").Replace(words[last])
	if last > 0 && (words[last] == "am" || words[last] == "pm") {
		words[last-1] += words[last]
		return words[:last]
	}
	return words
}

// parseClock reads 22:00, 3:52, 10pm, 10:30pm, noon. It wants minutes or a half of the
// day. (Midnight is the begin of a day and the end of it, so it is no word here.)
func parseClock(word string) (hour, minute int, ok bool) {
	if word == "noon" {
		return 12, 0, true
	}
	digits, half := strings.TrimRight(word, "apm"), ""
	if len(digits) < len(word) {
		half = word[len(digits):]
	}
	h, m, minutes := strings.Cut(digits, ":")
	hour, okHour := smallNumber(h, 23)
	if minutes {
		minute, ok = smallNumber(m, 59)
		okHour = okHour && ok && len(m) == 2
	}
	if !okHour {
		return 0, 0, false
	}
	switch {
	case half == "" && minutes:
		return hour, minute, true
	case hour < 1 || hour > 12 || (half != "am" && half != "pm"):
		return 0, 0, false
	case half == "am":
		return hour % 12, minute, true
	}
	return hour%12 + 12, minute, true
}

// smallNumber reads one or two digits.
func smallNumber(s string, most int) (int, bool) {
	if len(s) < 1 || len(s) > 2 || strings.ContainsFunc(s, func(r rune) bool { return !isDigit(r) }) {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n <= most
}

func (m *moment) setDay(words []string) bool {
	switch len(words) {
	case 0:
		m.day = dayBare
		return true
	case 1:
		return m.setDayWord(words[0])
	case 2, 3, 4:
		if ok, known := m.setNear(words); known {
			return ok
		}
		return m.setDate(words) || m.setNamedDate(words)
	}
	return false
}

// setNamedDate reads "friday dec 5", "fri 2026-12-05".
func (m *moment) setNamedDate(words []string) bool {
	d, ok := parseWeekday(strings.TrimSuffix(words[0], ","))
	if !ok || !m.setDay(words[1:]) || m.day != dayOfYear || m.named {
		return false
	}
	m.weekday, m.named = d, true
	return true
}

// checkNamed refuses a date that is no such weekday as was said.
func (m moment) checkNamed(day calendarDay) error {
	if is := day.midnight().Weekday(); m.named && is != m.weekday {
		return desk.Refuse(desk.Invalid, "%d %s %d is a %s.", day.day, desk.Term(day.month.String()), day.year, desk.Term(is.String()))
	}
	return nil
}

func (m *moment) setDayWord(word string) bool {
	named := map[string]dayKind{"today": dayToday, "tonight": dayTonight, "tomorrow": dayTomorrow, "yesterday": dayYesterday}
	if kind, ok := named[word]; ok {
		m.day = kind
		return true
	}
	if d, ok := parseWeekday(word); ok {
		m.day, m.weekday = dayOfWeek, d
		return true
	}
	t, err := time.Parse(time.DateOnly, word)
	if err != nil || !plausible(t.Year()) {
		return false
	}
	m.day = dayOfYear
	m.year, m.month, m.date = t.Date()
	return true
}

// setNear reads "next friday", "this friday" and "the day after tomorrow".
func (m *moment) setNear(words []string) (ok, known bool) {
	if after := strings.TrimPrefix(strings.Join(words, " "), "the "); after == "day after tomorrow" {
		m.day = dayAfterTomorrow
		return true, true
	}
	d, isDay := parseWeekday(words[1])
	if words[0] != "next" && words[0] != "this" || !isDay {
		return false, false
	}
	m.day, m.weekday = dayOfWeek, d
	if words[0] == "next" {
		m.day = dayNextWeek
	}
	return len(words) == 2, true
}

// parseWeekday knows "friday", "fri", and the other short names that people use.
func parseWeekday(word string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if full := strings.ToLower(d.String()); word == full || word == full[:3] {
			return d, true
		}
	}
	d, ok := map[string]time.Weekday{"tues": time.Tuesday, "weds": time.Wednesday, "thur": time.Thursday, "thurs": time.Thursday}[word]
	return d, ok
}

// setDate reads "dec 5", "5 dec", "dec 5 2027".
func (m *moment) setDate(words []string) bool {
	if len(words) > 3 {
		return false
	}
	name, number := words[0], cardinal(words[1])
	if isNumber(cardinal(name)) {
		name, number = words[1], cardinal(name)
	}
	month, ok := parseMonth(name)
	date, okDate := smallNumber(number, 31)
	if !ok || !okDate || date == 0 {
		return false
	}
	if len(words) == 3 {
		year, err := strconv.Atoi(words[2])
		if err != nil || !plausible(year) {
			return false
		}
		m.year = year
	}
	m.day, m.month, m.date = dayOfYear, month, date
	// A day that the month never has; the 29th of February is looked at with its year.
	return exists(cmp.Or(m.year, leapYear), month, date)
}

// cardinal is 4 of "4th"; other words stay as they are.
func cardinal(word string) string {
	for _, end := range []string{"st", "nd", "rd", "th"} {
		if n, ok := strings.CutSuffix(word, end); ok && isNumber(n) {
			return n
		}
	}
	return word
}

// leapYear is a year that has all days.
const leapYear = 2024

func plausible(year int) bool { return year >= 2000 && year < 2100 }

func parseMonth(word string) (time.Month, bool) {
	for m := time.January; m <= time.December; m++ {
		if full := strings.ToLower(m.String()); word == full || word == full[:3] || word == "sept" && m == time.September {
			return m, true
		}
	}
	return 0, false
}

func exists(year int, month time.Month, date int) bool {
	return time.Date(year, month, date, 0, 0, 0, 0, time.UTC).Day() == date
}
