package wording

import (
	"strconv"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

func itoa(n int) string { return strconv.Itoa(n) }

// period says from when until when: "Sat 5 Dec 10:00 PM EST to 11:00 PM EST".
func (c Context) period(p desk.Period) chat.Text {
	return c.say("%s to %s", c.withDay(p.From), clock{c, p.From}.at(p.To))
}

// periodWritten is period in the organization's zone, for a refusal.
func (c Context) periodWritten(p desk.Period) string {
	return c.period(p).PlainText(c.Zone)
}

// expect says in plain words what a window means for its services.
func (c Context) expect(w desk.Window) string {
	names := c.Names(w.Services)
	switch w.Effect {
	case desk.EffectDegraded:
		return c.word("To expect: %s may be slow or partly not available.", names)
	case desk.EffectAtRisk:
		return c.word("To expect: %s should work, but may fail.", names)
	}
	return c.word("To expect: %s not available.", names)
}

// EffectName is an effect as people pick it.
func (c Context) EffectName(e desk.Effect) string {
	switch e {
	case desk.EffectDegraded:
		return c.word("Slow or partly not available")
	case desk.EffectAtRisk:
		return c.word("Should work, but may fail")
	}
	return c.word("Not available")
}

// repeats says a rule: "every Wednesday at 4:00 AM for 3 hours".
func (c Context) repeats(r desk.Recurrence) string {
	var days []string
	for _, d := range r.Days {
		days = append(days, c.word(d.String()))
	}
	said := c.rounds(r, c.and(days), c.dayTime(r.At))
	said = c.word("%s for %s", said, c.Span(r.For))
	if !r.Until.IsZero() {
		said = c.word("%s, until %s", said, c.day(r.Until))
	}
	if r.Zone != "" && r.Zone != c.Zone.String() {
		said += " (" + r.Zone + ")"
	}
	return said
}

// rounds says how a rule comes round.
func (c Context) rounds(r desk.Recurrence, days, at string) string {
	switch {
	case r.Nth != 0 && r.Every > 1:
		return c.word("every %s months on the %s %s at %s", itoa(r.Every), c.nth(r.Nth), days, at)
	case r.Nth != 0:
		return c.word("every %s %s of the month at %s", c.nth(r.Nth), days, at)
	case r.Every > 1:
		return c.word("every %s weeks on %s at %s", itoa(r.Every), days, at)
	case len(r.Days) == 7:
		return c.word("every day at %s", at)
	}
	return c.word("every %s at %s", days, at)
}

func (c Context) nth(n int) string {
	switch n {
	case 1:
		return c.word("first")
	case 2:
		return c.word("second")
	case 3:
		return c.word("third")
	case 4:
		return c.word("fourth")
	}
	return c.word("last")
}

// day writes a day that is kept at midnight UTC.
func (c Context) day(t time.Time) string {
	return c.written(time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, c.Zone), onlyDay)
}

// Notice says how long before its begin work has to be planned.
func (c Context) noticeOf(n desk.LeadTime) string {
	if n.WorkingDays > 0 {
		return c.plural(n.WorkingDays, "1 working day", "%s working days")
	}
	return c.Span(n.Length)
}

// Objection says why a time is not free for work, and what would be: reserved are the
// next times reserved for the services. series: the time is one of several.
func (c Context) Objection(o *desk.Objection, p desk.Planning, reserved []desk.Period, series bool) *desk.Refusal {
	r := desk.Refuse(desk.Conflict, "%s", c.against(o, p)).In("when")
	if o.Other.Number != 0 {
		r.About(o.Other)
	}
	hint := ""
	switch {
	case len(o.All) > 1:
		hint = c.word("Of its times these are meant: %s.", c.and(c.begins(o.All))) + " "
	case series:
		hint = c.word("Of its times this one is meant: %s.", c.periodWritten(o.At)) + " "
	}
	if len(reserved) > 0 {
		var times []string
		for _, p := range reserved {
			times = append(times, c.periodWritten(p))
		}
		hint = c.word("Reserved for such work, and free of this: %s.", c.and(times)) + " "
	}
	switch {
	case o.Admins:
		hint += c.word("Only an admin may do it all the same, with %s.", `--force "..."`)
	case o.Kind == desk.ShortNotice:
		hint += c.word("To do it all the same, say why: %s.", `--urgent "..."`)
	default:
		hint += c.word("To do it all the same, say why: %s.", `--force "..."`)
	}
	return r.WithHint("%s", hint)
}

func (c Context) against(o *desk.Objection, p desk.Planning) string {
	switch o.Kind {
	case desk.Overlapping:
		return c.word("%s is planned for this time already: %s.", o.Other, c.periodWritten(o.Period))
	case desk.InMoratorium:
		last := o.Period.To.Add(-time.Second).In(c.Zone)
		return c.word("%s: no work may be planned from %s to %s.", o.Name, c.written(o.Period.From, onlyDay), c.written(last, onlyDay))
	}
	return c.word("This is too soon: work is planned %s ahead, or %s inside a reserved time. The earliest begin is %s.",
		c.noticeOf(p.Notice), c.Span(p.StandingNotice), c.written(o.Earliest, chat.FullDate))
}

// Anyway labels the button that overrides an objection, and asks why.
func (c Context) Anyway() string { return c.word("Do it all the same, and say why") }

// shownOut is how many times that are left out are named.
const shownOut = 6

// begins names when times begin, of many the first and how many more there are.
func (c Context) begins(all []desk.Period) (out []string) {
	for _, t := range all[:min(len(all), shownOut)] {
		out = append(out, c.dated(t.From))
	}
	if more := len(all) - len(out); more > 0 {
		out = append(out, c.word("%s more", c.thousands(more)))
	}
	return out
}

// LeaveOut labels the button that leaves times out of a series.
func (c Context) LeaveOut(n int) string {
	return c.plural(n, "Leave this time out", "Leave these %s times out")
}

// leftOut lists the times that a series leaves out; nothing where it leaves out none.
func (c Context) leftOut(r desk.Recurrence) []chat.Line {
	all := r.Excepted()
	if len(all) == 0 {
		return nil
	}
	lines := []chat.Line{paragraph(c.say("It does not take place at these times:"))}
	for _, t := range all[:min(len(all), shownOut)] {
		lines = append(lines, chat.Line{Kind: chat.Item, Text: chat.Text{c.withDay(t)}})
	}
	if more := len(all) - shownOut; more > 0 {
		lines = append(lines, paragraph(c.say("And %s more.", c.thousands(more))))
	}
	return lines
}

// TakeReserved labels the button that takes a reserved time instead.
func (c Context) TakeReserved(p desk.Period) string {
	return shorten(c.word("Take %s", c.dated(p.From)), maxLabel)
}

// StartAnyway asks whether to start while incidents are open; early: that is long before
// the planned time, too.
func (c Context) StartAnyway(w desk.Window, open []desk.Incident, early bool) string {
	var all []string
	for _, i := range open {
		all = append(all, c.word("%s about %s", i.Subject(), c.Names(i.Services)))
	}
	before := ""
	if early {
		before = c.word("%s is planned for %s.", w.Subject(), c.dayOf(w)) + " "
	}
	if len(all) == 1 {
		return before + c.word("%s is open. Start %s all the same?", all[0], w.Subject())
	}
	return before + c.word("%s are open. Start %s all the same?", c.and(all), w.Subject())
}

// StartEarly asks whether to start long before the planned time.
func (c Context) StartEarly(w desk.Window) string {
	return c.word("%s is planned for %s. Start it now all the same?", w.Subject(), c.dayOf(w))
}

// dayOf is when a window begins, for a refusal.
func (c Context) dayOf(w desk.Window) string {
	return c.dated(w.Planned.From)
}

// StartsAnyway labels the button that starts it all the same.
func (c Context) StartsAnyway() string { return c.word("Start anyway") }

// HoldsStart labels the button that holds the start.
func (c Context) HoldsStart() string { return c.word("Hold the start") }

// DoIt labels the button that confirms a change of this kind.
func (c Context) DoIt(kind desk.EntryKind) string {
	switch kind {
	case desk.WindowScheduled:
		return c.word("Schedule it")
	case desk.WindowMoved:
		return c.word("Move it")
	case desk.WindowExtended:
		return c.word("Extend it")
	}
	return c.word("Cancel it")
}
