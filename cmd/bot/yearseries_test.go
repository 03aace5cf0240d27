package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
)

// patches is a series of a year: what is typed, and what people take it to mean.
type patches struct {
	line string
	// on reports whether it is on a day, at midnight UTC.
	on func(day time.Time) bool
	at time.Duration // by the clock on the wall
}

// allPatches lists the series: each lives through both days on which the clocks change. The
// library's falls into the hour that the clocks skip, the one of mail into the one that
// they repeat.
func allPatches() []patches {
	sunday := time.Date(2026, 12, 6, 0, 0, 0, 0, time.UTC)
	return []patches{
		{"learn every wednesday 04:00 for 2h", func(d time.Time) bool { return d.Weekday() == time.Wednesday }, 4 * time.Hour},
		{"mail every other sunday 01:30 from 2026-12-06 for 1h", func(d time.Time) bool { return d.Sub(sunday)%(14*24*time.Hour) == 0 }, 90 * time.Minute},
		{"portal every last friday 22:00 for 3h", func(d time.Time) bool {
			return d.Weekday() == time.Friday && d.AddDate(0, 0, 7).Month() != d.Month()
		}, 22 * time.Hour},
		{"library every 2nd sunday of the month 02:30 for 90m", func(d time.Time) bool {
			return d.Weekday() == time.Sunday && d.Day() > 7 && d.Day() <= 14
		}, 150 * time.Minute},
	}
}

// seriesOf is a series that was planned.
type seriesOf struct {
	patches
	number int
	out    []time.Time // the days that it leaves out
	since  time.Time
	until  time.Time // when it is cancelled; zero: it is not
}

// planSeries is work that is planned again and again, until the last days of the year or
// longer. What is in the way of single times of it is left out.
func (y *year) planSeries(n int) {
	d, p, all := y.dice("again", n), y.placeOf(n+1), allPatches()
	s := seriesOf{patches: all[n%len(all)], since: time.Now()}
	line := "window schedule " + s.line + " Patches of a series --yes"
	for range 4 {
		before := y.plan()
		reads, left := y.leavesOut(p, "/"+line)
		if y.planned(&s, before) {
			break
		}
		if line = left; line == "" {
			y.wrong("the series %q is refused: %s", s.line, reads)
			return
		}
	}
	if s.number == 0 {
		y.wrong("the series %q is refused: %s", s.line, line)
		return
	}
	if n%2 == 1 {
		s.until = four.Add(time.Duration(y.days)*24*time.Hour - between(d, 4*24*time.Hour, 18*24*time.Hour))
		y.at(s.until, y.person(func() { y.typed(p, "window cancel %d All is patched. --yes", s.number) }))
	}
	y.people.series = append(y.people.series, s)
}

// planned reports whether there is a series that was not before, and keeps what it is.
func (y *year) planned(s *seriesOf, before planOfRecord) bool {
	all, err := y.bot.journal.Series(y.t.Context())
	if err != nil {
		y.wrong("read the series: %v", err)
	}
	for _, w := range all {
		if _, known := before[w.Number]; !known {
			s.number, s.out, s.since = w.Number, w.Rule.Except, w.Planned.From
		}
	}
	return s.number > 0
}

// leavesOut types a line that plans a series. Where it is refused for some of its times,
// it returns the line of the button without them.
func (y *year) leavesOut(p *campusPlace, line string) (reads, without string) {
	a, err := y.slack.Type(context.Background(), slacktest.Command{Channel: p.ops, User: p.who, Line: line})
	if err != nil || a.Late || a.Status != 200 {
		y.wrong("%s: %v, late %v, status %d: %s", line, err, a.Late, a.Status, a.Body)
		return "", ""
	}
	wake(y.life.said)
	reads = a.Reply.Reads()
	first, _, _ := strings.Cut(reads, "\n")
	y.note("%s %s types %s => %s", p.ops, p.who, line, first)
	for _, b := range buttonsOf(slacktest.Message{Blocks: a.Reply.Blocks}) {
		if command, _ := chat.ParseValue(b.Value); strings.Contains(command, " except ") {
			without = command
		}
	}
	return reads, without
}

// readSeries sees that each series had all of its times, by the clock on the wall: one
// day after the other is looked at.
func (y *year) readSeries(windows []desk.Window) {
	for _, s := range y.people.series {
		slots := map[time.Time]bool{}
		for _, w := range windows {
			if w.Of == s.number {
				slots[w.Slot.UTC()] = true
			}
		}
		until := y.until.Add(-time.Hour)
		if !s.until.IsZero() {
			until = s.until
		}
		zero := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
		for day := zero; day.Before(y.until); day = day.AddDate(0, 0, 1) {
			at := s.begins(day, y.zone)
			if !s.on(day) || slices.ContainsFunc(s.out, day.Equal) || at.Before(s.since) || at.After(until) {
				continue
			}
			if !slots[at.UTC()] {
				y.wrong("WIN-%d had no time on %s", s.number, at.In(y.zone))
			}
		}
	}
}

// begins is when it begins on a day: what the clocks skip comes as much later.
func (p patches) begins(day time.Time, zone *time.Location) time.Time {
	y, m, d := day.Date()
	noon := time.Date(y, m, d, 12, 0, 0, 0, zone)
	for minute := range 24 * 60 { // the first minute at which the clocks have come so far
		t := noon.Add(time.Duration(minute-14*60) * time.Minute)
		hour, min, _ := t.Clock()
		if t.Day() == d && time.Duration(hour*60+min)*time.Minute == p.at {
			return t
		}
	}
	return time.Date(y, m, d, 0, 0, 0, 0, zone).Add(p.at) // it is skipped
}
