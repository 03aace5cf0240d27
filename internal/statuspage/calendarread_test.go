package statuspage_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"github.com/umassonline/belltower/internal/desk"
)

// diary is a calendar as a program reads it that has nothing to do with ours.
type diary struct {
	t      testing.TB
	cal    *ical.Calendar
	events []ical.Event
	wall   bool // how long a time of a rule lasts is counted by the clock on the wall
}

func (c *campus) diary(path string) diary {
	c.t.Helper()
	c.wait(20 * time.Second) // calendars may be as old
	cal, err := ical.NewDecoder(strings.NewReader(c.get(path))).Decode()
	if err != nil {
		c.t.Fatal(err)
	}
	return diary{t: c.t, cal: cal, events: cal.Events()}
}

// text is a property of an event; empty: it has none.
func (d diary) text(e ical.Event, name string) string {
	if p := e.Props.Get(name); p != nil {
		return p.Value
	}
	return ""
}

func (d diary) when(e ical.Event, name string) time.Time {
	d.t.Helper()
	at, err := e.Props.DateTime(name, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	return at.UTC()
}

func (d diary) lasts(e ical.Event) time.Duration {
	d.t.Helper()
	if p := e.Props.Get(ical.PropDuration); p != nil {
		length, err := p.Duration()
		if err != nil {
			d.t.Fatal(err)
		}
		return length
	}
	return d.when(e, ical.PropDateTimeEnd).Sub(d.when(e, ical.PropDateTimeStart))
}

// times are when work takes place between two moments, as the calendar has it: of each
// rule what no event of its own replaces, and these, but what is cancelled.
func (d diary) times(between desk.Period) []desk.Period {
	d.t.Helper()
	found := map[desk.Period]bool{}
	replaced := map[string]bool{}
	for _, e := range d.events {
		if e.Props.Get(ical.PropRecurrenceID) != nil {
			replaced[d.text(e, ical.PropUID)+d.when(e, ical.PropRecurrenceID).String()] = true
		}
	}
	for _, e := range d.events {
		if d.text(e, ical.PropStatus) == "CANCELLED" {
			continue
		}
		rule, err := e.RecurrenceSet(nil)
		if err != nil {
			d.t.Fatal(err)
		}
		begins := []time.Time{d.when(e, ical.PropDateTimeStart)}
		if rule != nil {
			begins = slices.DeleteFunc(rule.Between(between.From, between.To, true), func(at time.Time) bool {
				return replaced[d.text(e, ical.PropUID)+at.UTC().String()]
			})
		}
		for _, at := range begins {
			end := at.Add(d.lasts(e))
			if d.wall && rule != nil {
				y, m, day := at.Date()
				end = time.Date(y, m, day, at.Hour(), at.Minute()+int(d.lasts(e).Minutes()), 0, 0, at.Location())
			}
			if !at.Before(between.From) && at.Before(between.To) {
				found[desk.Period{From: at.UTC(), To: end.UTC()}] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b desk.Period) int { return a.From.Compare(b.From) })
}

func (d diary) expect(between desk.Period, want []desk.Period) {
	d.t.Helper()
	got := d.times(between)
	for k := range max(len(got), len(want)) {
		if k >= len(got) || k >= len(want) || got[k] != want[k] {
			d.t.Fatalf("%d times, want %d; the first that differs is the %dth:\ngot  %v\nwant %v", len(got), len(want), k+1, at(got, k), at(want, k))
		}
	}
}

func at(all []desk.Period, k int) string {
	if k >= len(all) {
		return "none"
	}
	return all[k].From.String() + " to " + all[k].To.String()
}

// twoYears begin after the moment in which stories begin, when nothing can be planned.
func twoYears() desk.Period {
	return desk.Period{From: four.Add(time.Minute), To: four.AddDate(2, 0, 0)}
}
