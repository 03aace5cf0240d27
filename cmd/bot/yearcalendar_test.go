package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"github.com/umassonline/belltower/internal/desk"
)

// lookAtCalendar compares what another's reader makes of the calendar with the record.
func (y *year) lookAtCalendar() {
	status, body := y.page("/windows.ics")
	cal, err := ical.NewDecoder(strings.NewReader(body)).Decode()
	if err != nil || status != 200 {
		y.wrong("the calendar (%d): %v", status, err)
		return
	}
	within := desk.Period{From: time.Now().Add(time.Minute).UTC(), To: time.Now().AddDate(0, 0, 90).UTC()}
	got, want := y.inCalendar(cal.Events(), within), y.inRecord(within)
	if !slices.Equal(got, want) {
		y.wrong("the calendar has\n%s\nthe record\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// inRecord lists when work is to begin, and how long it takes.
func (y *year) inRecord(within desk.Period) (times []string) {
	windows, err := y.bot.journal.RecentWindows(context.Background(), time.Time{}, 0)
	if err != nil {
		y.wrong("read the windows: %v", err)
	}
	made := map[string]bool{}
	for _, w := range windows {
		if w.Of != 0 {
			made[fmt.Sprint(w.Of, w.Slot.Unix())] = true
		}
	}
	for _, w := range windows {
		switch {
		case w.Status == desk.Cancelled:
		case !w.IsSeries():
			times = appendTime(times, w.Planned, within)
		default:
			for _, slot := range w.Rule.Between(within.From, within.To, 1000) {
				if !made[fmt.Sprint(w.Number, slot.From.Unix())] && !slot.From.Before(w.Planned.From) {
					times = appendTime(times, slot, within)
				}
			}
		}
	}
	slices.Sort(times)
	return times
}

func appendTime(times []string, p, within desk.Period) []string {
	if p.From.Before(within.From) || !p.From.Before(within.To) {
		return times
	}
	return append(times, p.From.UTC().Format("2006-01-02 15:04 ")+p.Length().String())
}

// inCalendar lists the same of a calendar.
func (y *year) inCalendar(events []ical.Event, within desk.Period) (times []string) {
	replaced := map[string]bool{}
	for _, e := range events {
		if e.Props.Get(ical.PropRecurrenceID) != nil {
			replaced[e.Props.Get(ical.PropUID).Value+y.when(e, ical.PropRecurrenceID).String()] = true
		}
	}
	for _, e := range events {
		if p := e.Props.Get(ical.PropStatus); p != nil && p.Value == "CANCELLED" {
			continue
		}
		rule, err := e.RecurrenceSet(nil)
		if err != nil {
			y.wrong("a rule in the calendar: %v", err)
			continue
		}
		begins := []time.Time{y.when(e, ical.PropDateTimeStart)}
		if rule != nil {
			begins = slices.DeleteFunc(rule.Between(within.From, within.To, true), func(at time.Time) bool {
				return replaced[e.Props.Get(ical.PropUID).Value+at.UTC().String()]
			})
		}
		for _, at := range begins {
			times = appendTime(times, desk.Period{From: at.UTC(), To: at.UTC().Add(y.lasts(e))}, within)
		}
	}
	slices.Sort(times)
	return times
}

func (y *year) when(e ical.Event, name string) time.Time {
	at, err := e.Props.DateTime(name, nil)
	if err != nil {
		y.wrong("%s in the calendar: %v", name, err)
	}
	return at.UTC()
}

func (y *year) lasts(e ical.Event) time.Duration {
	if p := e.Props.Get(ical.PropDuration); p != nil {
		length, err := p.Duration()
		if err != nil {
			y.wrong("a length in the calendar: %v", err)
		}
		return length
	}
	return y.when(e, ical.PropDateTimeEnd).Sub(y.when(e, ical.PropDateTimeStart))
}
