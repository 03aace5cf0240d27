package wording

import (
	"cmp"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// work is what planned work means for its services.
type work struct {
	names  string
	many   bool // they are several
	effect desk.Effect
	future bool
}

// will says what a window will do: "Learn System will not be available".
func (c Context) will(w desk.Window) string { return c.work(w, true) }

// does says what it does now: "Learn System is not available".
func (c Context) does(w desk.Window) string { return c.work(w, false) }

func (c Context) work(w desk.Window, future bool) string {
	return c.grammar().work(work{c.namesUpTo(w.Services, workNames), len(w.Services) > 1, w.Effect, future})
}

// workNames is how many services a sentence about planned work names: times follow.
const workNames = 3

func windowName(number int) desk.Subject {
	return desk.Subject{Kind: desk.WindowSubject, Number: number}
}

// windowRoot words the post about a window: what it is now, whole.
func (c Context) windowRoot(d chat.Delivery) chat.Message {
	w := *d.Snapshot.Window
	m := c.windowState(w)
	if d.Ops {
		c.windowForStaff(&m, *d.Snapshot)
	}
	return m
}

// windowState words a window for everybody.
func (c Context) windowState(w desk.Window) chat.Message {
	c.Near = whenSaid(w)
	k := clock{c, w.Planned.From}
	typed := w.Remark
	if w.Status == desk.Cancelled {
		typed = w.Why
	}
	if !w.IsOver() && w.Status != desk.Verifying {
		typed = ""
	}
	m := saying{lead: c.windowLead(w, k), typed: typed}.message()
	m.Lines = append(m.Lines, c.isLate(w)...)
	m.Lines = append(m.Lines, c.windowTimes(w, k)...)
	m.Lines = append(m.Lines, c.planned(w)...)
	if !w.IsOver() {
		m.Lines = append(m.Lines, c.windowAdvice(w)...)
		m.Context = c.nextNews(w, time.Time{}, k)
	}
	m.Context = append(m.Context, c.notVerified(w)...)
	m.Context = append(m.Context, c.windowPage(w)...)
	m.Tone = windowTone(w)
	return m
}

// whenSaid is when the dates of a window were first said; of one time of a series its own
// time, shortly before which it is first told of.
func whenSaid(w desk.Window) time.Time {
	if w.Of != 0 {
		return w.Slot
	}
	return w.ScheduledAt
}

// windowTone is the mood of a window: no planned work is a trouble by itself.
func windowTone(w desk.Window) chat.Tone {
	if w.Status == desk.Completed {
		return chat.ToneGood
	}
	return chat.ToneInfo
}

// isTakingLonger reports whether it was told that a window takes longer than planned.
func isTakingLonger(w desk.Window) bool {
	return w.IsRunning() && (w.Missed > 0 || !w.NextNewsBy.IsZero())
}

// windowLead is the sentence that stands alone, without its stop.
func (c Context) windowLead(w desk.Window, k clock) chat.Text {
	names := c.namesUpTo(w.Services, workNames)
	switch {
	case w.IsCalledOff():
		return c.say("The work on %s planned for %s does not take place", names, c.withDay(w.Planned.From))
	case w.IsOver():
		return chat.Plain(c.windowOver(w, names))
	case w.IsSeries():
		return c.say("Planned work: %s %s", c.will(w), c.repeats(*w.Rule))
	case isTakingLonger(w):
		return c.say("The planned work on %s is taking longer than planned", names)
	case w.Status == desk.Verifying:
		return c.say("The planned work on %s is done, and we are testing it now", names)
	case w.IsRunning():
		return c.say("Planned work goes on: %s until %s", c.does(w), k.at(w.Planned.To))
	case !w.HeldAt.IsZero():
		return c.say("The planned work on %s does not begin as planned", names)
	}
	if w.IsMoved() {
		return c.fromTo("The planned work has a new time: %s from %s to %s", w)
	}
	return c.fromTo("Planned work: %s from %s to %s", w)
}

// fromTo says what a window will do and when, in a sentence with three places.
func (c Context) fromTo(sentence string, w desk.Window) chat.Text {
	return c.say(sentence, c.will(w), c.withDay(w.Planned.From), clock{c, w.Planned.From}.at(w.Planned.To))
}

func (c Context) windowOver(w desk.Window, names string) string {
	switch {
	case w.Became != 0:
		return c.word("The planned work on %s has become %s", names, desk.Subject{Kind: desk.IncidentSubject, Number: w.Became})
	case w.Status == desk.Completed && w.IsSeries():
		return c.word("All times of the planned work on %s are over", names)
	case w.Status == desk.Completed && w.Verified:
		return c.word("The planned work on %s is completed and verified", names)
	case w.Status == desk.Completed:
		return c.word("The planned work on %s is completed", names)
	case w.IsSeries():
		return c.word("All times of the planned work on %s are cancelled", names)
	case !w.StartedAt.IsZero():
		return c.word("The planned work on %s was stopped", names)
	}
	return c.word("The planned work on %s is cancelled", names)
}

// isLate says below the sentence what a window does that takes longer.
func (c Context) isLate(w desk.Window) []chat.Line {
	switch {
	case !isTakingLonger(w):
		return nil
	case w.Status == desk.Verifying:
		return []chat.Line{paragraph(c.say("The work is done, but we are still testing."))}
	case len(c.windowAdvice(w)) == 0:
		return []chat.Line{paragraph(c.say("%s until it ends.", c.does(w)))}
	}
	return []chat.Line{paragraph(c.say("%s until it ends. Please keep to the advice.", c.does(w)))}
}

// windowTimes says when a window was planned, and apart from it when it really was;
// nothing where the sentence has said so.
func (c Context) windowTimes(w desk.Window, k clock) []chat.Line {
	if !w.PlannedBefore.From.IsZero() { // another day is said
		k = clock{c, w.PlannedBefore.From}
	}
	switch {
	case w.IsSeries() && !w.IsOver():
		first := paragraph(c.say("The first time is from %s to %s.", c.withDay(w.Planned.From), k.at(w.Planned.To)))
		return append([]chat.Line{first}, c.leftOut(*w.Rule)...)
	case w.IsSeries():
		return nil
	case !w.StartedAt.IsZero() && !w.EndedAt.IsZero():
		return []chat.Line{paragraph(c.wasPlanned(firstPlan(w)), c.say(" It began %s and ended %s.", k.at(w.StartedAt), k.at(w.EndedAt)))}
	case !w.StartedAt.IsZero():
		return []chat.Line{paragraph(c.wasPlanned(firstPlan(w)), c.say(" It began %s.", k.at(w.StartedAt)))}
	case w.IsOver():
		return []chat.Line{paragraph(c.wasPlanned(w.Planned), c.insteadOf(w))}
	case !w.HeldAt.IsZero():
		return []chat.Line{paragraph(c.wasPlanned(w.Planned), c.insteadOf(w), c.say(" We will say when it begins."))}
	case w.IsMoved():
		return []chat.Line{paragraph(c.say("It is instead of %s.", c.withDay(w.Slot)))}
	}
	return nil
}

// firstPlan is when a window was planned before it began.
func firstPlan(w desk.Window) desk.Period {
	if !w.PlannedBefore.From.IsZero() {
		return w.PlannedBefore
	}
	return w.Planned
}

// insteadOf says behind the plan of a moved time of a series when that would be by the
// rule.
func (c Context) insteadOf(w desk.Window) chat.Text {
	if !w.IsMoved() {
		return nil
	}
	return c.say(" That was instead of %s.", c.withDay(w.Slot))
}

// wasPlanned says a plan in full.
func (c Context) wasPlanned(p desk.Period) chat.Text {
	return c.say("It was planned from %s to %s.", c.withDay(p.From), clock{c, p.From}.at(p.To))
}

// planned says what is done, as somebody typed it.
func (c Context) planned(w desk.Window) []chat.Line {
	lines := append([]chat.Line{paragraph(colon(c.word("The work"), w.Title))}, c.allServices(w.Services, workNames)...)
	if w.Details != "" && !w.IsOver() {
		lines = append(lines, quote(w.Details))
	}
	return lines
}

// windowAdvice is what to do while the work goes on.
func (c Context) windowAdvice(w desk.Window) []chat.Line {
	var all []string
	for _, id := range w.ServiceIDs() {
		s, _ := c.Catalog.Find(string(id))
		all = append(all, cmp.Or(s.AdviceIn[c.Language.code()], s.Advice))
	}
	return different(all)
}

// nextNews is what was promised of a window that takes longer; asOf is when the post is
// made: a promise that has passed by then is not repeated.
func (c Context) nextNews(w desk.Window, asOf time.Time, k clock) []chat.Text {
	switch {
	case !isTakingLonger(w):
		return nil
	case w.NextNewsBy.After(asOf):
		return []chat.Text{c.say("Next news by %s.", k.at(w.NextNewsBy))}
	}
	return []chat.Text{c.noPromise(w.IsSilent())}
}

// notVerified says of what is completed that only people have said so.
func (c Context) notVerified(w desk.Window) []chat.Text {
	if w.Status != desk.Completed || w.Verified || w.IsSeries() {
		return nil
	}
	return []chat.Text{c.say("Not verified by tests.")}
}

// windowPage links to the page of a window, or of the incident that it became.
func (c Context) windowPage(w desk.Window) []chat.Text {
	if w.Became != 0 {
		into := desk.Subject{Kind: desk.IncidentSubject, Number: w.Became}.String()
		return c.statusPage("/incidents/"+into, ": "+into)
	}
	return c.statusPage("/windows/"+w.Subject().String(), ": "+w.Subject().String())
}
