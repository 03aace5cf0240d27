package commands

import (
	"errors"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// errPassed: none of the times that may be meant is still to come.
var errPassed = errors.New("the time has passed")

// future finds the instant that a typed time means where it is about what is to come: a
// day without a year or a weekday is the next such. A time that has passed is refused,
// and so is one that daylight saving skips; one that it repeats is asked about.
func (m moment) future(now time.Time, zone *time.Location) (time.Time, error) {
	if m.zone != nil {
		zone = m.zone
	}
	today := date(now.In(zone))
	if err := m.checkNextWeek(today); err != nil {
		return time.Time{}, err
	}
	t, err := m.behind(now, zone, m.nextDays(today, today))
	if !errors.Is(err, errPassed) {
		return t, err
	}
	if m.clock && (m.day == dayBare || m.day == dayToday) {
		at := m.wall(today).Format("15:04")
		return t, &unclear{desk.Refuse(desk.Invalid, "%s today has passed.", at).
			WithHint("If you mean the day after: tomorrow %s", at), []string{m.onDay("tomorrow")}}
	}
	return t, desk.Refuse(desk.Invalid, "This time has passed.").WithHint("Say a time that is still to come, like: tomorrow 02:00")
}

// end finds the instant that a typed time means as the end of what begins then: a bare
// time, a weekday or a date is the next such behind the begin.
func (m moment) end(begin, now time.Time, zone *time.Location) (time.Time, error) {
	if m.zone != nil {
		zone = m.zone
	}
	from := date(begin.In(zone))
	days := m.nextDays(date(now.In(zone)), from)
	if m.day == dayBare {
		days = append(days, from.plus(1))
	}
	t, err := m.behind(begin, zone, days)
	switch {
	case errors.Is(err, errPassed):
		return t, endsFirst()
	case err != nil:
		return t, err
	case m.day == dayOfYear && m.year == 0 && t.Sub(begin) > desk.MaxWindow: // it is that of next year
		return t, endsFirst()
	case m.isUnsure(begin.In(zone), t.In(zone)):
		better := m.onDay(date(t.In(zone)).String())
		return t, &unclear{desk.Refuse(desk.Ambiguous, "At %s it has not begun yet, or just begins.", m.wall(from).Format("15:04")).
			WithHint("If it ends the day after, say so: until %s", better), []string{better}}
	}
	return t, err
}

// isUnsure reports whether a bare time of day that ends what begins then hardly means the
// day after. Midnight does, unless it begins at midnight.
func (m moment) isUnsure(begin, end time.Time) bool {
	hour, minute, _ := begin.Clock()
	midnight := m.hour+m.minute == 0 && hour+minute > 0
	return m.day == dayBare && m.clock && date(begin) != date(end) && end.Sub(begin) > overnight && !midnight
}

// overnight is the longest that work lasts of which just the time of day is said when it
// ends: what is longer is more likely a mistake than the day after.
const overnight = 12 * time.Hour

// leapYears is how many years there may be from one 29th of February to the next:
// from 2096 to 2104.
const leapYears = 8

// nextDays lists the days that may be meant of what is to come, in order. A weekday or a
// date without a year is counted from a day.
func (m moment) nextDays(today, from calendarDay) []calendarDay {
	switch m.day {
	case dayYesterday:
		return []calendarDay{today.plus(-1)}
	case dayTomorrow:
		return []calendarDay{today.plus(1)}
	case dayToday:
		return []calendarDay{today}
	case dayOfWeek:
		day := from.plus(from.until(m.weekday))
		return []calendarDay{day, day.plus(7)}
	case dayNextWeek:
		return []calendarDay{from.plus(from.nextWeek(m.weekday))}
	case dayOfYear:
		return m.dates(from.year)
	}
	return []calendarDay{from}
}

// dates lists the days of a date, from a year on where none was said.
func (m moment) dates(year int) (out []calendarDay) {
	if m.year != 0 {
		return []calendarDay{{m.year, m.month, m.date}}
	}
	for y := year; y <= year+leapYears; y++ {
		if exists(y, m.month, m.date) {
			out = append(out, calendarDay{y, m.month, m.date})
		}
	}
	return out
}

// behind finds the first instant of the time of day on these days that is behind another.
func (m moment) behind(after time.Time, zone *time.Location, days []calendarDay) (time.Time, error) {
	if !m.clock {
		t := m.unclocked(after)
		if m.shift > 0 {
			t = wholeMinute(t)
		}
		if m.fixed.IsZero() && m.shift == 0 || t.After(after) {
			return t, nil
		}
		return t, errPassed
	}
	for _, day := range days {
		if t, err := m.onBehind(after, zone, day); !errors.Is(err, errPassed) {
			return t, err
		}
	}
	return time.Time{}, errPassed
}

// wholeMinute is the first full minute that is not before t: nobody plans by seconds.
func wholeMinute(t time.Time) time.Time { return t.Add(time.Minute - 1).Truncate(time.Minute) }

// onBehind is on for a time that has to be behind another. Of a time that comes twice
// only what is still to come can be meant.
func (m moment) onBehind(after time.Time, zone *time.Location, day calendarDay) (time.Time, error) {
	at := instants(m.wall(day), zone)
	if len(at) == 0 {
		if !zoneJump(m.wall(day), zone).After(after) {
			return time.Time{}, errPassed
		}
		return time.Time{}, m.skipped(day)
	}
	for len(at) > 0 && !at[0].After(after) {
		at = at[1:]
	}
	switch len(at) {
	case 0:
		return time.Time{}, errPassed
	case 1:
		return at[0].UTC(), nil
	}
	return time.Time{}, m.twice(day, at)
}

// zoneJump is when the clocks of a zone go forward over wall.
func zoneJump(wall time.Time, zone *time.Location) time.Time {
	_, offset := wall.Add(-24 * time.Hour).In(zone).Zone()
	jump, _ := wall.Add(-time.Duration(offset) * time.Second).In(zone).ZoneBounds()
	return jump
}

// checkNextWeek asks which is meant by "next friday" while one is still to come in this
// week: some mean that one.
func (m moment) checkNextWeek(today calendarDay) error {
	soon, later := today.until(m.weekday), today.nextWeek(m.weekday)
	if m.day != dayNextWeek || soon == 0 || soon == later {
		return nil
	}
	one, other := today.plus(soon), today.plus(later)
	better := []string{m.onDay(one.String()), m.onDay(other.String())}
	return &unclear{desk.Refuse(desk.Ambiguous, "Next %s may be %d %s or %d %s. Which is meant?", desk.Term(m.weekday.String()),
		one.day, desk.Term(one.month.String()), other.day, desk.Term(other.month.String())).
		WithHint("Say %s or %s.", better[0], better[1]), better}
}

// String writes the day as it can be typed: 2026-12-05.
func (d calendarDay) String() string { return d.midnight().Format(time.DateOnly) }
