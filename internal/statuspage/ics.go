package statuspage

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/umassonline/belltower/internal/desk"
)

// almanac writes one calendar (RFC 5545), in the organization's first language.
type almanac struct {
	speech
	p     *Pages
	host  string
	cal   *ics.Calendar
	zones *zones
	made  map[int][]desk.Window // the occurrences of a series, by its number
}

// newCalendar writes the calendar of a service (without id: of all) with these windows.
func (p *Pages) newCalendar(of desk.Service, windows []desk.Window, now time.Time) []byte {
	c := &almanac{p: p, host: hostOf(p.settings.Words.StatusURL), zones: newZones(), made: map[int][]desk.Window{}}
	c.speech = speech{words: p.tongues.all[0].words, in: p.tongues.all[0].in, now: now}
	c.begin(of)
	series := map[int]bool{}
	for _, w := range windows {
		if series[w.Number] = w.IsSeries(); w.Of != 0 {
			c.made[w.Of] = append(c.made[w.Of], w)
		}
	}
	var events []ics.Component
	for _, w := range windows {
		switch {
		case w.IsSeries():
			events = append(events, c.series(w)...)
		case !series[w.Of]: // else it is written with its series
			events = append(events, c.once(w))
		}
	}
	c.cal.Components = append(c.zones.components(now), events...)
	return []byte(c.cal.Serialize(ics.WithNewLineWindows))
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return "belltower"
	}
	return u.Hostname()
}

func (c *almanac) begin(of desk.Service) {
	name := fill(c.calendar, ours(c.in.Organization))
	if of.ID != "" {
		name = fill(c.calendarOf, ours(of.Name), ours(c.in.Organization))
	}
	c.cal = &ics.Calendar{}
	c.cal.SetVersion("2.0")
	c.cal.SetProductId("-//Belltower//Planned work//EN")
	c.cal.SetCalscale("GREGORIAN")
	c.cal.SetMethod(ics.MethodPublish)
	c.cal.SetName(oneLine(name.Plain()))
	c.cal.SetXWRTimezone(c.in.Zone.String())
	c.cal.SetRefreshInterval("PT1H")
	c.cal.SetXPublishedTTL("PT1H")
}

// once is the event of a window that is no occurrence.
func (c *almanac) once(w desk.Window) *ics.VEvent {
	e := c.event(w, w.Number)
	c.at(e, lasted(w))
	return e
}

// lasted is when a window takes place: once it is over until its real end.
func lasted(w desk.Window) desk.Period {
	p := w.Planned
	if !hasEnded(w) {
		return p
	}
	if p.To = w.EndedAt; p.Length() < desk.MinWindow { // it began somewhat before its time
		p.From = w.StartedAt
	}
	if p.Length() < desk.MinWindow {
		p.To = p.From.Add(desk.MinWindow)
	}
	return p
}

// hasEnded reports whether work took place and is over.
func hasEnded(w desk.Window) bool {
	return !w.IsSeries() && (w.Status == desk.Completed || w.Became != 0)
}

// at says when an event is: by the clock of the zone, or where that is doubtful in UTC.
func (c *almanac) at(e *ics.VEvent, p desk.Period) {
	begin, params, plain := c.zones.wall(p.From, c.in.Zone)
	end, _, alsoPlain := c.zones.wall(p.To, c.in.Zone)
	if !plain || !alsoPlain {
		e.SetStartAt(p.From)
		e.SetEndAt(p.To)
		return
	}
	e.SetProperty(ics.ComponentPropertyDtStart, begin, params)
	e.SetProperty(ics.ComponentPropertyDtEnd, end, params)
}

// event has what all events have but the time. number is that of the UID: an occurrence
// has its series'.
func (c *almanac) event(w desk.Window, number int) *ics.VEvent {
	e := ics.NewEvent(fmt.Sprintf("win-%d@%s", number, c.host))
	e.SetDtStampTime(w.ChangedAt)
	e.SetModifiedAt(w.ChangedAt)
	e.SetCreatedTime(w.ScheduledAt)
	e.SetSequence(w.Revision)
	status, summary := ics.ObjectStatusConfirmed, fill("%s: %s", c.names(windowNames(w)), ours(w.Title))
	if w.Status == desk.Cancelled { // Outlook shows such an event as any other
		status, summary = ics.ObjectStatusCancelled, fill(c.cancelled, summary)
	}
	e.SetStatus(status)
	e.SetSummary(oneLine(summary.Plain()))
	e.SetDescription(c.describe(w))
	e.SetURL(c.in.StatusURL + "/windows/" + w.Subject().String())
	for _, a := range w.Services {
		e.AddProperty(ics.ComponentPropertyCategories, oneLine(a.Name))
	}
	e.SetTimeTransparency(ics.TransparencyTransparent)
	e.SetClass(ics.ClassificationPublic)
	return e
}

// describe says of a window what its page does.
func (c *almanac) describe(w desk.Window) string {
	v := &view{speech: c.speech, p: c.p, Lang: c.p.tongues.all[0].tag}
	var all []string
	switch {
	case w.Status == desk.Cancelled:
		all = append(all, fill(c.cancelled, ours(w.Why)).Plain())
	case hasEnded(w):
		all = append(all, v.becameOf(w).Plain())
	default:
		all = append(all, v.expect(w, c.effectThen).Plain())
		for _, advice := range v.windowAdvice(w) {
			all = append(all, advice.Plain())
		}
	}
	for _, text := range []string{w.Details, w.Remark} {
		if text != "" {
			all = append(all, text)
		}
	}
	return plainLines(strings.Join(all, "\n"))
}

// plainLines ends lines as iCalendar's texts do: the library leaves a bare CR as it is.
func plainLines(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

func oneLine(text string) string { return strings.ReplaceAll(plainLines(text), "\n", " ") }

// series are the events of a series: its rule, and an event for each of its times that
// is not as the rule has it.
func (c *almanac) series(w desk.Window) (out []ics.Component) {
	e := c.event(w, w.Number)
	w.Planned = c.firstOf(w)
	begin, params := c.zones.nominal(w.Planned.From, *w.Rule)
	e.SetProperty(ics.ComponentPropertyDtStart, begin, params)
	e.SetProperty(ics.ComponentPropertyDuration, lasting(w.Rule.For))
	e.SetProperty(ics.ComponentPropertyRrule, w.Rule.RRule())
	for _, begin := range w.Rule.Excepted() {
		if begin.After(w.Planned.From) {
			nominal, params := c.zones.nominal(begin, *w.Rule)
			e.AddProperty(ics.ComponentPropertyExdate, nominal, params)
		}
	}
	out = append(out, e)
	made := map[int64]bool{}
	for _, o := range c.made[w.Number] {
		if w.Status == desk.Cancelled && o.StartedAt.IsZero() {
			o.Status, o.Why = w.Status, w.Why
		}
		if made[o.Slot.Unix()] = true; !c.asInRule(o, w) {
			out = append(out, c.override(o, w))
		}
	}
	if w.Status == desk.Cancelled {
		return out
	}
	for _, slot := range doubts(*w.Rule, c.zones.of(*w.Rule), desk.Period{From: c.now.Add(-calendarBack), To: c.now.Add(desk.MaxAhead)}) {
		if !made[slot.From.Unix()] && !slot.From.Before(w.Planned.From) {
			o := w
			o.Rule, o.Of, o.Slot, o.Planned = nil, w.Number, slot.From, slot
			out = append(out, c.override(o, w))
		}
	}
	return out
}

// firstOf is the first time of a series that a calendar has. What became of those before is
// not in it any more, and they would stand there as the rule has them.
func (c *almanac) firstOf(w desk.Window) desk.Period {
	first, any := w.Rule.Next(c.now.Add(-calendarBack))
	for _, o := range c.made[w.Number] {
		if o.Slot.Before(first.From) {
			first = desk.Period{From: o.Slot, To: o.Slot.Add(w.Rule.For)}
		}
	}
	if !any || first.From.Before(w.Planned.From) {
		return w.Planned
	}
	return first
}

// asInRule reports whether a series tells all that there is to tell of its occurrence.
func (c *almanac) asInRule(o, series desk.Window) bool {
	rule := desk.Period{From: o.Slot, To: o.Slot.Add(series.Rule.For)}
	return !hasEnded(o) && o.Planned.From.Equal(rule.From) && o.Planned.To.Equal(rule.To) && (o.Status == desk.Cancelled) == (series.Status == desk.Cancelled) &&
		o.Remark == "" && !doubtful(o.Slot, *series.Rule, c.zones.of(*series.Rule))
}

// override is the event of one time of a series. Its sequence goes on from the series',
// because some calendars drop what has a lower one than that.
func (c *almanac) override(o, series desk.Window) *ics.VEvent {
	e := c.event(o, series.Number)
	if o.Number != series.Number {
		e.SetSequence(series.Revision + o.Revision)
	}
	nominal, params := c.zones.nominal(o.Slot, *series.Rule)
	e.SetProperty(ics.ComponentPropertyRecurrenceId, nominal, params)
	c.at(e, lasted(o))
	return e
}

// lasting writes a length of time: "PT3H0M0S".
func lasting(d time.Duration) string {
	return "PT" + strings.ToUpper(d.Round(time.Second).String())
}
