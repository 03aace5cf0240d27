package wording

import (
	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// windowForStaff adds what only ops channels see: the number first, how it waits,
// staff's facts, buttons.
func (c Context) windowForStaff(m *chat.Message, s desk.Snapshot) {
	w := *s.Window
	m.Summary = chat.Join(reference(w.Subject()), m.Summary)
	m.Lines = append(c.waiting(s), m.Lines...)
	m.Facts = append(c.windowFacts(w), c.sorryFacts(s)...)
	m.Actions = c.windowActions(w)
	if w.IsRunning() {
		m.Actions = append(m.Actions, c.sorryButtons(s, w.Services, func(desk.ServiceID) bool { return false })...)
	}
}

func (c Context) windowFacts(w desk.Window) []chat.Fact {
	out := []chat.Fact{{Label: c.word("Status"), Value: chat.Plain(c.windowStanding(w))}}
	if !w.ScheduledBy.IsZero() {
		out = append(out, chat.Fact{Label: c.word("Scheduled by"), Value: chat.Text{{Person: w.ScheduledBy}}})
	}
	if !w.ScheduledIn.IsZero() {
		out = append(out, chat.Fact{Label: c.word("Scheduled in"), Value: chat.Text{{Channel: w.ScheduledIn}}})
	}
	if w.Of != 0 {
		out = append(out, chat.Fact{Label: c.word("One time of"), Value: chat.Plain(windowName(w.Of).String())})
	}
	return append(out, c.failingFact(w.Failing)...)
}

// windowActions are the buttons of the card: what comes next, then to look.
func (c Context) windowActions(w desk.Window) []chat.Action {
	b := c.windowButton(w)
	told := b.make(c.word("Who was told of %s", b.name), "window deliveries")
	faculty := b.make(c.word("Copy %s for faculty", b.name), "window faculty")
	switch {
	case w.IsOver():
		return []chat.Action{told}
	case w.IsSeries():
		return []chat.Action{b.cancel(), faculty, told}
	case w.Status == desk.Verifying:
		return append(b.verified(), told)
	case w.IsRunning():
		return append(b.ending(), faculty, told)
	}
	return append(b.beginning(), faculty, told)
}

// beginning are the buttons of a window that has not begun.
func (b button) beginning() []chat.Action {
	start := b.make(b.c.word("Start %s", b.name), "window start")
	start.Confirm = b.c.word("Tell everybody that the work of %s begins now?", b.name)
	return []chat.Action{start, b.make(b.c.word("Move %s", b.name), "window move"), b.cancel()}
}

func (b button) cancel() chat.Action {
	a := b.make(b.c.word("Cancel %s", b.name), "window cancel")
	a.Style = chat.Danger
	return a
}

// ending are the buttons of a window whose work goes on.
func (b button) ending() []chat.Action {
	extend := b.make(b.c.word("Extend %s 30 min", b.name), "window extend")
	extend.Command += " 30m"
	done := b.make(b.c.word("Work is done: %s", b.name), "window complete")
	done.Style = chat.Primary
	return []chat.Action{extend, done, b.make(b.c.word("Make %s an incident", b.name), "window incident")}
}

// verified are the buttons of a window that is being tested.
func (b button) verified() []chat.Action {
	return []chat.Action{
		b.make(b.c.word("Complete %s with a remark", b.name), "window complete"),
		b.make(b.c.word("End %s, open an incident", b.name), "window incident"),
	}
}
