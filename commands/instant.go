package commands

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// unclear is the refusal of a time beside which others are known that may be meant.
type unclear struct {
	*desk.Refusal
	better []string // the others, as they are typed
}

func (u *unclear) Unwrap() error { return u.Refusal }

// offered makes buttons of what may be meant instead.
func offered(err error, offer func(better string) chat.Action) error {
	var u *unclear
	if !errors.As(err, &u) {
		return err
	}
	q := &question{Refusal: u.Refusal}
	for _, better := range u.better {
		q.offering(offer(better))
	}
	return q
}

// past finds the instant that a typed time means where it is about what has
// happened: a day without a year or a weekday is the last such. A bare time that
// is still to come is refused, and so is a local time that daylight saving skips;
// one that it repeats is asked about, once both have passed.
func (m moment) past(now time.Time, zone *time.Location) (time.Time, error) {
	if !m.clock {
		return m.unclocked(now), nil
	}
	if m.zone != nil {
		zone = m.zone
	}
	today := date(now.In(zone))
	t, err := m.onceUntil(now, m.lastDay(today), zone)
	if err != nil || !t.After(now) {
		return t, err
	}
	switch {
	case m.day == dayBare:
		local := t.In(zone)
		return t, &unclear{desk.Refuse(desk.Invalid, "%s is still to come.", local.Format("15:04 MST")).
			WithHint("If you mean the day before: yesterday %s", local.Format("15:04")), []string{m.onDay("yesterday")}}
	case m.day == dayOfWeek:
		return m.on(today.plus(-7), zone)
	case m.day == dayOfYear && m.year == 0:
		m.year = today.year - 1
		return m.on(m.lastDay(today), zone)
	}
	return t, nil
}

// unclocked is the instant of what says no time of day.
func (m moment) unclocked(now time.Time) time.Time {
	if !m.fixed.IsZero() {
		return m.fixed.UTC()
	}
	return now.Add(m.shift)
}

// onDay writes the time of day on another day.
func (m moment) onDay(day string) string {
	clock := time.Date(0, 1, 1, m.hour, m.minute, 0, 0, time.UTC).Format("15:04")
	return strings.TrimSpace(day + " " + clock + " " + m.zoneSaid)
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

// midnight is the begin of the day as if it were in UTC.
func (d calendarDay) midnight() time.Time {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC)
}

func (d calendarDay) plus(days int) calendarDay { return date(d.midnight().AddDate(0, 0, days)) }

// until counts the days to the next such weekday, 0 where it is one.
func (d calendarDay) until(w time.Weekday) int { return int(w-d.midnight().Weekday()+7) % 7 }

// nextWeek counts the days to that weekday of the next week, which begins on Monday.
func (d calendarDay) nextWeek(w time.Weekday) int {
	monday := d.plus(1).until(time.Monday) + 1
	return monday + d.plus(monday).until(w)
}

// lastDay is the day meant of what has happened, today if it may be.
func (m moment) lastDay(today calendarDay) calendarDay {
	switch m.day {
	case dayYesterday:
		return today.plus(-1)
	case dayTomorrow:
		return today.plus(1)
	case dayAfterTomorrow:
		return today.plus(2)
	case dayOfWeek:
		return today.plus(-(7 - today.until(m.weekday)) % 7)
	case dayNextWeek:
		return today.plus(today.nextWeek(m.weekday))
	case dayOfYear:
		if m.year == 0 {
			return calendarDay{today.year, m.month, m.date}
		}
		return calendarDay{m.year, m.month, m.date}
	}
	return today
}

// on finds the instant of the time of day on a day in a zone.
func (m moment) on(day calendarDay, zone *time.Location) (time.Time, error) {
	if !exists(day.year, day.month, day.day) {
		return time.Time{}, desk.Refuse(desk.Invalid, "%s %d has no day %d.", desk.Term(day.month.String()), day.year, day.day)
	}
	if err := m.checkNamed(day); err != nil {
		return time.Time{}, err
	}
	at := instants(m.wall(day), zone)
	switch len(at) {
	case 1:
		return at[0].UTC(), nil
	case 0:
		return time.Time{}, m.skipped(day, zone)
	}
	return time.Time{}, m.twice(day, at)
}

// onceUntil is on, but of two instants it is the first while the second is still to come.
func (m moment) onceUntil(now time.Time, day calendarDay, zone *time.Location) (time.Time, error) {
	t, err := m.on(day, zone)
	var r *desk.Refusal
	if errors.As(err, &r) && r.Code == desk.Ambiguous {
		if at := instants(m.wall(day), zone); at[1].After(now) {
			return at[0].UTC(), nil
		}
	}
	return t, err
}

// wall is what clocks show at the time of day on a day, as if it were UTC.
func (m moment) wall(day calendarDay) time.Time {
	return time.Date(day.year, day.month, day.day, m.hour, m.minute, 0, 0, time.UTC)
}

// skipped refuses a time that is not there, as the clocks go forward over it.
func (m moment) skipped(day calendarDay, zone *time.Location) error {
	wall := m.wall(day)
	after := zoneJump(wall, zone).In(zone)
	better := strings.TrimSpace(date(after).String() + " " + after.Format("15:04") + " " + m.zoneSaid)
	return &unclear{desk.Refuse(desk.Invalid, "There is no %s on %s, %d %s %d: the clocks go forward over it.",
		wall.Format("15:04"), desk.Term(wall.Weekday().String()), day.day, desk.Term(day.month.String()), day.year).
		WithHint("The first time after that: %s", better), []string{better}}
}

// twice asks which of two instants is meant, as the clocks go back.
func (m moment) twice(day calendarDay, at []time.Time) error {
	wall := m.wall(day)
	clock := wall.Format("15:04")
	first, second := zoneWord(at[0]), zoneWord(at[1])
	return &unclear{
		desk.Refuse(desk.Ambiguous, "%s comes twice on %s, %d %s %d, as the clocks go back. Which is meant?",
			clock, desk.Term(wall.Weekday().String()), day.day, desk.Term(day.month.String()), day.year).
			WithHint("Say %s %s for the first, %s %s for the second.", clock, first, clock, second),
		[]string{m.said + " " + first, m.said + " " + second},
	}
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
