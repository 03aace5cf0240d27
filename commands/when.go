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
	clock bool          // false: shift counts; true: the fields below

	hour, minute int
	day          dayKind
	weekday      time.Weekday
	year         int // 0: not said
	month        time.Month
	date         int
	zone         *time.Location // nil: not said
}

// dayKind is how the day was said.
type dayKind int

const (
	dayBare dayKind = iota // not at all
	dayToday
	dayTomorrow
	dayYesterday
	dayOfWeek
	dayOfYear
)

// momentWords is the most words that a time has: "dec 5 2027 10pm America/New_York".
const momentWords = 6

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
	if zone, ok := parseZone(words[len(words)-1]); ok && len(words) > 1 {
		m.zone, words = zone, words[:len(words)-1]
	}
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
	if last > 1 && day[last-1] == "at" {
		day = day[:last-1]
	}
	return m, m.setDay(day)
}

func parseShift(words []string) (time.Duration, bool) {
	switch {
	case len(words) == 1 && words[0] == "now":
		return 0, true
	case len(words) == 2 && words[0] == "in":
		return parseDuration(words[1])
	case len(words) == 2 && words[1] == "ago":
		d, ok := parseDuration(words[0])
		return -d, ok
	}
	return 0, false
}

// joinHalf makes "10 pm" one word.
func joinHalf(words []string) []string {
	last := len(words) - 1
	if last > 0 && (words[last] == "am" || words[last] == "pm") {
		words[last-1] += words[last]
		return words[:last]
	}
	return words
}

// parseClock reads 22:00, 3:52, 10pm, 10:30pm. It wants minutes or a half of the day.
func parseClock(word string) (hour, minute int, ok bool) {
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
	case 2, 3:
		return m.setDate(words)
	}
	return false
}

func (m *moment) setDayWord(word string) bool {
	named := map[string]dayKind{"today": dayToday, "tomorrow": dayTomorrow, "yesterday": dayYesterday}
	if kind, ok := named[word]; ok {
		m.day = kind
		return true
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if full := strings.ToLower(d.String()); word == full || word == full[:3] {
			m.day, m.weekday = dayOfWeek, d
			return true
		}
	}
	t, err := time.Parse(time.DateOnly, word)
	if err != nil || !plausible(t.Year()) {
		return false
	}
	m.day = dayOfYear
	m.year, m.month, m.date = t.Date()
	return true
}

// setDate reads "dec 5", "5 dec", "dec 5 2027".
func (m *moment) setDate(words []string) bool {
	name, number := words[0], words[1]
	if _, err := strconv.Atoi(name); err == nil {
		name, number = number, name
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

// leapYear is a year that has all days.
const leapYear = 2024

func plausible(year int) bool { return year >= 2000 && year < 2100 }

func parseMonth(word string) (time.Month, bool) {
	for m := time.January; m <= time.December; m++ {
		if full := strings.ToLower(m.String()); word == full || word == full[:3] {
			return m, true
		}
	}
	return 0, false
}

func exists(year int, month time.Month, date int) bool {
	return time.Date(year, month, date, 0, 0, 0, 0, time.UTC).Day() == date
}

// past finds the instant that a typed time means where it is about what has
// happened: a day without a year or a weekday is the last such. A bare time that
// is still to come is refused, and so is a local time that daylight saving skips;
// one that it repeats is asked about.
func (m moment) past(now time.Time, zone *time.Location) (time.Time, error) {
	if !m.clock {
		return now.Add(m.shift), nil
	}
	if m.zone != nil {
		zone = m.zone
	}
	today := now.In(zone)
	t, err := m.on(m.lastDay(today), zone)
	if err != nil || !t.After(now) {
		return t, err
	}
	switch {
	case m.day == dayBare:
		local := t.In(zone)
		return t, desk.Refuse(desk.Invalid, "%s is still to come.", local.Format("15:04 MST")).
			WithHint("If you mean the day before: yesterday %s", local.Format("15:04"))
	case m.day == dayOfWeek:
		return m.on(date(today.AddDate(0, 0, -7)), zone)
	case m.day == dayOfYear && m.year == 0:
		m.year = today.Year() - 1
		return m.on(m.lastDay(today), zone)
	}
	return t, nil
}

// calendarDay is a day in no zone.
type calendarDay struct {
	year  int
	month time.Month
	day   int
}

func date(t time.Time) calendarDay {
	y, m, d := t.Date()
	return calendarDay{y, m, d}
}

// lastDay is the day meant, today if it may be.
func (m moment) lastDay(today time.Time) calendarDay {
	switch m.day {
	case dayYesterday:
		return date(today.AddDate(0, 0, -1))
	case dayTomorrow:
		return date(today.AddDate(0, 0, 1))
	case dayOfWeek:
		return date(today.AddDate(0, 0, -int(today.Weekday()-m.weekday+7)%7))
	case dayOfYear:
		if m.year == 0 {
			return calendarDay{today.Year(), m.month, m.date}
		}
		return calendarDay{m.year, m.month, m.date}
	}
	return date(today)
}

// twice is the refusal of a local time that comes twice; it asks which is meant.
type twice struct {
	*desk.Refusal
	// names are the short names of the zone that tell the two apart: "EDT", "EST".
	names []string
}

func (t *twice) Unwrap() error { return t.Refusal }

// on finds the instant of the time of day on a day in a zone.
func (m moment) on(day calendarDay, zone *time.Location) (time.Time, error) {
	if !exists(day.year, day.month, day.day) {
		return time.Time{}, desk.Refuse(desk.Invalid, "%s %d has no day %d.", desk.Term(day.month.String()), day.year, day.day)
	}
	wall := time.Date(day.year, day.month, day.day, m.hour, m.minute, 0, 0, time.UTC)
	clock, weekday, month := wall.Format("15:04"), desk.Term(wall.Weekday().String()), desk.Term(day.month.String())
	at := instants(wall, zone)
	switch len(at) {
	case 1:
		return at[0].UTC(), nil
	case 0:
		return time.Time{}, desk.Refuse(desk.Invalid, "There is no %s on %s, %d %s %d: the clocks go forward over it.",
			clock, weekday, day.day, month, day.year).WithHint("Please give a time before or after.")
	}
	first, second := at[0].Format("MST"), at[1].Format("MST")
	ask := desk.Refuse(desk.Ambiguous, "%s comes twice on %s, %d %s %d, as the clocks go back. Which is meant?",
		clock, weekday, day.day, month, day.year).
		WithHint("Say %s %s for the first, %s %s for the second.", clock, first, clock, second)
	return time.Time{}, &twice{ask, []string{first, second}}
}

// instants lists the instants at which the clocks of a zone show wall, which is
// given as if it were UTC: none or two where daylight saving begins or ends. An
// offset changes at most once within a day.
func instants(wall time.Time, zone *time.Location) []time.Time {
	var out []time.Time
	for _, side := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := wall.Add(side).In(zone).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		_, really := t.Zone()
		if really == offset && !slices.ContainsFunc(out, t.Equal) {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}
