package wording

import (
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// windowReply words what a thread, and with Broadcast the channel, is told of a window.
func (c Context) windowReply(d chat.Delivery) chat.Message {
	newest := d.Said[len(d.Said)-1]
	w := *newest.Snapshot.Window
	c.Near = newest.At
	k := clock{c, newest.At}
	var m chat.Message
	if said := audible(d.Said); len(said) == 1 {
		m = c.single(said[0], k)
	} else {
		m = c.folded(said, c.atOnce(said, c.windowLead(w, k)), k)
		m.Lines = append(m.Lines, c.windowTimes(w, k)...)
	}
	m.Tone = windowTone(w)
	if !w.IsOver() {
		m.Context = c.nextNews(w, newest.At, k)
	}
	m.Context = append(m.Context, c.notVerified(w)...)
	if !w.IsOver() && d.Broadcast {
		m.Lines = append(m.Lines, c.windowAdvice(w)...)
	}
	if d.Broadcast || len(d.Said) > 1 {
		m.Context = append(m.Context, c.windowPage(w)...)
	}
	if d.Ops {
		m.Summary = chat.Join(reference(w.Subject()), m.Summary)
	}
	return m
}

// windowSaying finds the words for an announcement about a window.
func (c Context) windowSaying(a *desk.Announcement, k clock) saying {
	w := *a.Snapshot.Window
	lead := c.windowLead(w, k)
	switch a.Kind {
	case desk.WindowScheduled:
		return saying{lead: lead, lines: append(c.windowTimes(w, k), c.planned(w)...)}
	case desk.WindowReminded:
		return saying{lead: c.fromTo("Reminder: %s from %s to %s", w), lines: c.planned(w)}
	case desk.WindowStarted:
		return saying{lead: c.say("Planned work has begun: %s until %s", c.does(w), k.at(w.Planned.To)), lines: c.beganOtherwise(w, k)}
	case desk.WindowHeld:
		return saying{
			lead:  c.say("The work on %s planned for %s does not begin then", c.namesUpTo(w.Services, workNames), k.at(w.Planned.From)),
			lines: []chat.Line{paragraph(c.say("We will say when it begins."))},
		}
	case desk.WindowMoved:
		return c.movedWindow(w, a.Was)
	case desk.WindowExtended:
		return c.extendedWindow(w, a.Was, k)
	case desk.WindowLate:
		return saying{lead: lead, lines: c.isLate(w)}
	case desk.WindowVerifying:
		return saying{lead: lead, typed: a.Text}
	case desk.WindowCompleted, desk.WindowCancelled:
		return saying{lead: lead, typed: a.Text, lines: c.windowTimes(w, k)}
	}
	return saying{lead: lead}
}

// beganOtherwise says both times where a window did not begin as planned.
func (c Context) beganOtherwise(w desk.Window, k clock) []chat.Line {
	if w.StartedAt.Truncate(time.Minute).Equal(firstPlan(w).From.Truncate(time.Minute)) {
		return nil
	}
	return c.windowTimes(w, k)
}

func (c Context) movedWindow(w desk.Window, was desk.Period) saying {
	before := c.say("Before, it was planned from %s to %s.", c.withDay(was.From), clock{c, was.From}.at(was.To))
	return saying{lead: c.fromTo("The planned work has a new time: %s from %s to %s", w), lines: []chat.Line{paragraph(before)}}
}

func (c Context) extendedWindow(w desk.Window, was desk.Period, k clock) saying {
	if !w.IsRunning() {
		return c.movedWindow(w, was)
	}
	return saying{
		lead:  c.say("The planned work goes on longer: %s until %s", c.does(w), k.at(w.Planned.To)),
		lines: []chat.Line{paragraph(c.say("Before, we said until %s.", k.at(was.To)))},
	}
}
