package statuspage

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/umassonline/belltower/internal/desk"
)

// localTime is how iCalendar writes the clock on the wall.
const localTime = "20060102T150405"

// zones are the time zones that a calendar speaks of, each since its first event.
type zones struct {
	since  map[string]time.Time
	loaded map[string]*time.Location
}

func newZones() *zones {
	return &zones{map[string]time.Time{}, map[string]*time.Location{}}
}

// of is the zone of a rule.
func (z *zones) of(r desk.Recurrence) *time.Location {
	if zone := z.loaded[r.Zone]; zone != nil {
		return zone
	}
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		zone = time.UTC // as the rule itself takes it
	}
	z.loaded[r.Zone] = zone
	return zone
}

func (z *zones) use(zone *time.Location, t time.Time) ics.PropertyParameter {
	if first, known := z.since[zone.String()]; !known || t.Before(first) {
		z.since[zone.String()] = t
	}
	return ics.WithTZID(zone.String())
}

// wall is what the clock of a zone shows at t, and whether that is all to say: of a time
// that it shows twice readers should take the first (RFC 5545, 3.3.5), and some do not.
func (z *zones) wall(t time.Time, zone *time.Location) (string, ics.PropertyParameter, bool) {
	if zone == time.UTC || twice(t, zone) {
		return "", nil, false
	}
	return t.In(zone).Format(localTime), z.use(zone, t), true
}

// twice reports whether the clock of a zone shows the time of t also an hour or so before
// or after, as it is put back between.
func twice(t time.Time, zone *time.Location) bool {
	since, until := t.In(zone).ZoneBounds()
	if !since.IsZero() {
		if o := observe(zone, since); t.Before(since.Add(time.Duration(o.from-o.to) * time.Second)) {
			return true
		}
	}
	if until.IsZero() {
		return false
	}
	o := observe(zone, until)
	return !t.Before(until.Add(-time.Duration(o.from-o.to) * time.Second))
}

// nominal is what the clock should show at a time of a rule: also on a day on which it
// skips that.
func (z *zones) nominal(slot time.Time, r desk.Recurrence) (string, ics.PropertyParameter) {
	zone := z.of(r)
	y, m, d := slot.In(zone).Date()
	wall := time.Date(y, m, d, int(r.At)/60, int(r.At)%60, 0, 0, time.UTC)
	return wall.Format(localTime), z.use(zone, slot)
}

// doubtful reports whether the clock does not show the rule's time on the day of a slot,
// or shows it twice, or is changed before the slot ends: how long it lasts then some readers
// count by the clock.
func doubtful(slot time.Time, r desk.Recurrence, zone *time.Location) bool {
	local := slot.In(zone)
	_, begins := local.Zone()
	_, ends := local.Add(r.For).Zone()
	return local.Hour()*60+local.Minute() != int(r.At) || twice(slot, zone) || begins != ends
}

// doubts lists the times of a rule at which the clocks are changed. Readers do not agree
// about them, whatever RFC 5545 says.
func doubts(r desk.Recurrence, zone *time.Location, within desk.Period) (out []desk.Period) {
	for _, change := range changes(zone, within) {
		for _, slot := range r.Between(change.Add(-max(24*time.Hour, r.For)), change.Add(24*time.Hour), 20) {
			if doubtful(slot.From, r, zone) {
				out = append(out, slot)
			}
		}
	}
	return out
}

// changes lists when the clocks of a zone are changed.
func changes(zone *time.Location, within desk.Period) (out []time.Time) {
	for t := within.From; ; {
		_, end := t.In(zone).ZoneBounds()
		if end.IsZero() || end.After(within.To) {
			return out
		}
		if o := observe(zone, end); o.from != o.to { // else only the zone's table ends there
			out = append(out, end)
		}
		t = end
	}
}

// zoneAhead is how far ahead it is looked whether a zone changes its clocks by a rule.
const zoneAhead = 12

// components describe the zones.
func (z *zones) components(now time.Time) (out []ics.Component) {
	var names []string
	for name := range z.since {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		zone, err := time.LoadLocation(name)
		if err != nil {
			continue // cannot happen: all were loaded before
		}
		out = append(out, describeZone(zone, z.since[name], now.AddDate(zoneAhead, 0, 0)))
	}
	return out
}

// describeZone writes the VTIMEZONE of a zone from a time on: changes that follow a rule
// of the calendar as that, others one by one.
func describeZone(zone *time.Location, from, to time.Time) *ics.VTimezone {
	out := ics.NewTimezone(zone.String())
	start, _ := from.In(zone).ZoneBounds()
	if start.IsZero() {
		start = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	all := append([]time.Time{start}, changes(zone, desk.Period{From: start, To: to})...)
	by := map[observance][]time.Time{}
	var kinds []observance
	for _, t := range all {
		o := observe(zone, t)
		if by[o] == nil {
			kinds = append(kinds, o)
		}
		by[o] = append(by[o], t)
	}
	slices.SortStableFunc(kinds, func(a, b observance) int { return by[a][0].Compare(by[b][0]) })
	for _, o := range kinds {
		out.Components = append(out.Components, o.components(by[o])...)
	}
	return out
}

// observance is a change of the clocks from an offset (in seconds) to another.
type observance struct {
	from, to int
	name     string
	daylight bool
}

func observe(zone *time.Location, at time.Time) observance {
	local := at.In(zone)
	name, offset := local.Zone()
	_, before := at.Add(-time.Second).In(zone).Zone()
	return observance{before, offset, name, local.IsDST()}
}

// components are what a zone has of the observance, which began at these times.
func (o observance) components(begins []time.Time) (out []ics.Component) {
	rule, regular := o.yearly(begins)
	if regular {
		begins = begins[:1]
	}
	for _, t := range begins {
		var base ics.ComponentBase
		wall := t.UTC().Add(time.Duration(o.from) * time.Second)
		base.SetProperty(ics.ComponentPropertyDtStart, wall.Format(localTime))
		base.SetProperty(ics.ComponentProperty(ics.PropertyTzoffsetfrom), offsetText(o.from))
		base.SetProperty(ics.ComponentProperty(ics.PropertyTzoffsetto), offsetText(o.to))
		base.SetProperty(ics.ComponentProperty(ics.PropertyTzname), o.name)
		if regular {
			base.SetProperty(ics.ComponentPropertyRrule, rule)
		}
		if o.daylight {
			out = append(out, &ics.Daylight{ComponentBase: base})
			continue
		}
		out = append(out, &ics.Standard{ComponentBase: base})
	}
	return out
}

// yearly finds the rule that the times follow: once a year, on the n-th (or the last)
// such day of a month.
func (o observance) yearly(begins []time.Time) (rule string, regular bool) {
	if len(begins) < zoneAhead-2 {
		return "", false
	}
	walls := make([]time.Time, len(begins))
	for k, t := range begins {
		walls[k] = t.UTC().Add(time.Duration(o.from) * time.Second)
	}
	first := walls[0]
	for _, nth := range []int{(first.Day()-1)/7 + 1, -1} {
		follows := true
		for k, t := range walls {
			same := t.Year() == first.Year()+k && t.Month() == first.Month() && t.Weekday() == first.Weekday() && t.Format("1504") == first.Format("1504")
			follows = follows && same && cmp.Or(nth == (t.Day()-1)/7+1, nth == -1 && t.AddDate(0, 0, 7).Month() != t.Month())
		}
		if follows {
			day := [...]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}[first.Weekday()]
			return fmt.Sprintf("FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s", first.Month(), nth, day), true
		}
	}
	return "", false
}

func offsetText(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	return fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
}
