package wording

import (
	"slices"
	"strconv"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// forStaff adds what only ops channels see: the number first, how it waits, what
// is doubtful, staff's facts, buttons.
func (c Context) forStaff(m *chat.Message, s desk.Snapshot) {
	i := *s.Incident
	m.Summary = chat.Join(reference(i.Subject()), m.Summary)
	m.Lines = slices.Concat(c.waiting(s), c.verifying(i), m.Lines)
	if i.IsOpen() {
		m.Lines = append(m.Lines, c.evidence(i.Seen, clock{c, i.DeclaredAt})...)
	}
	m.Facts = append(c.facts(i), c.sorryFacts(s)...)
	m.Actions = c.actions(s)
}

func reference(s desk.Subject) chat.Text { return chat.Plain(s.String() + " – ") }

// waiting says that others are not told yet, and what is doubtful.
func (c Context) waiting(s desk.Snapshot) []chat.Line {
	if s.Held == nil {
		return nil
	}
	who, at := c.channels(s.Held.Channels), c.span(s.Held.Until, chat.Seconds)
	what, then := c.word("Nobody else was told yet."), c.say(" %s will be told at %s, unless you take it back.", who, at)
	switch {
	case !unseen(s):
		what, then = c.word("The newest change is not told to others yet."), c.say(" %s will be told at %s.", who, at)
	case s.Window != nil:
		then = c.say(" %s will be told at %s, unless you cancel it.", who, at)
	}
	lines := []chat.Line{paragraph(chat.Text{{Strong: what}}, then)}
	if len(s.Doubts) == 0 {
		return lines
	}
	lines = append(lines, paragraph(c.say("Please look again before it goes:")))
	for _, doubt := range s.Doubts {
		lines = append(lines, c.doubt(doubt))
	}
	return lines
}

// unseen reports whether what is held is the first that others would be told of the
// incident or the window.
func unseen(s desk.Snapshot) bool {
	if s.Window != nil {
		return s.Window.Entries == 1 || s.Untold
	}
	return s.Incident.Entries == 1 || s.Untold
}

func (c Context) facts(i desk.Incident) []chat.Fact {
	out := []chat.Fact{
		{Label: c.word("Impact"), Value: chat.Plain(c.impactValue(i.Impact))},
		{Label: c.word("Status"), Value: chat.Plain(c.standingWord(i))},
	}
	if !i.DeclaredBy.IsZero() {
		out = append(out, chat.Fact{Label: c.word("Declared by"), Value: chat.Text{{Person: i.DeclaredBy}}})
	}
	if !i.DeclaredIn.IsZero() {
		out = append(out, chat.Fact{Label: c.word("Declared in"), Value: chat.Text{{Channel: i.DeclaredIn}}})
	}
	if i.IsOpen() {
		out = append(out, chat.Fact{Label: c.word("Lead"), Value: c.lead(i)})
	}
	if i.IsVerifying() {
		out = append(out, c.failingFact(i.Verify.Failing)...)
	}
	return out
}

func (c Context) standingWord(i desk.Incident) string {
	switch {
	case i.IsRetracted():
		return c.word("Taken back")
	case i.MergedInto != 0:
		return c.word("Merged")
	}
	return c.StatusName(i.Status)
}

func (c Context) lead(i desk.Incident) chat.Text {
	if i.Lead.IsZero() {
		return c.say("Nobody yet")
	}
	return chat.Text{{Person: i.Lead}}
}

// actions are the buttons of the card: while it waits, to end the waiting or to
// change it; while it is open, to work on it; then to look. --yes does it at once,
// where else a form would be opened.
func (c Context) actions(s desk.Snapshot) []chat.Action {
	i := *s.Incident
	b := c.button(i)
	told := b.make(c.word("Who was told of %s", b.name), "incident deliveries")
	switch {
	case s.Held != nil:
		if !i.IsOpen() {
			return []chat.Action{b.send()}
		}
		return slices.Concat([]chat.Action{b.send()}, b.change(i), []chat.Action{b.retract(unseen(s))})
	case !i.IsOpen():
		return []chat.Action{told}
	}
	resolve := b.make(c.word("Resolve %s", b.name), "incident resolve --yes")
	resolve.Style, resolve.Confirm = chat.Primary, c.word("Tell everybody that %s is resolved?", b.name)
	if i.Drill {
		resolve.Confirm = ""
	}
	out := []chat.Action{b.make(c.word("Update %s", b.name), "incident update")}
	switch {
	case i.IsVerifying(): // and no room for a lead
		out = append(out, b.proving()...)
	case i.Lead.IsZero():
		out = append(out, resolve, b.lead())
	default:
		out = append(out, resolve)
	}
	if !i.Drill {
		out = append(out, c.sorryButtons(s, i.Services, func(id desk.ServiceID) bool { return i.StatusOf(id) == desk.MajorOutage })...)
	}
	return append(out, b.retract(i.Drill), told)
}

// change is the button that opens the declaration to be put right, while nothing
// was said after it.
func (b button) change(i desk.Incident) []chat.Action {
	if i.Updates > 1 || !i.IsOpen() {
		return nil
	}
	return []chat.Action{b.make(b.c.word("Change %s", b.name), "incident change")}
}

// send is the button that ends the waiting.
func (b button) send() chat.Action {
	a := b.make(b.c.word("Send %s now", b.name), "incident tell")
	a.Style = chat.Primary
	return a
}

// retract is the button that takes the incident back; at once where nobody was
// told, so that ten seconds are enough.
func (b button) retract(atOnce bool) chat.Action {
	a := b.make(b.c.word("Take %s back", b.name), "incident retract --yes")
	a.Style = chat.Danger
	if !atOnce {
		a.Confirm = b.c.word("Take all of %s back? Everybody who was told gets a correction.", b.name)
	}
	return a
}

// button makes buttons about one incident.
type button struct {
	c            Context
	name, number string
}

func (c Context) button(i desk.Incident) button {
	return button{c, i.Subject().String(), strconv.Itoa(i.Number)}
}

func (b button) make(label, command string) chat.Action {
	return chat.Action{Label: label, Command: command + " " + b.number}
}
