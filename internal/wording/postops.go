package wording

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// forStaff adds what only ops channels see: the number first, how it waits, what
// is doubtful, staff's facts, buttons.
func (c Context) forStaff(m *chat.Message, s desk.Snapshot) {
	i := *s.Incident
	m.Summary = chat.Join(reference(i), m.Summary)
	m.Lines = append(waiting(s), m.Lines...)
	m.Facts = facts(i)
	m.Actions = actions(s)
}

func reference(i desk.Incident) chat.Text { return chat.Plain(i.Subject().String() + " – ") }

// waiting says that others are not told yet, and what is doubtful.
func waiting(s desk.Snapshot) []chat.Line {
	if s.Held == nil {
		return nil
	}
	what, unless := "Nobody else was told yet.", ", unless you take it back."
	if !unseen(s) {
		what, unless = "The newest change is not told to others yet.", "."
	}
	lines := []chat.Line{paragraph(chat.Text{
		{Strong: what}, {Plain: " " + count(s.Held.Channels, "channel") + " will be told at "},
		{Time: s.Held.Until, Form: chat.Seconds}, {Plain: unless},
	})}
	if len(s.Doubts) == 0 {
		return lines
	}
	lines = append(lines, paragraph(chat.Plain("Please look again before it goes:")))
	for _, doubt := range s.Doubts {
		lines = append(lines, chat.Line{Kind: chat.Item, Text: chat.Plain(doubt)})
	}
	return lines
}

// unseen reports whether what is held is the declaration: nobody else was told of
// the incident.
func unseen(s desk.Snapshot) bool { return s.Incident.Entries == 1 || s.Untold }

func facts(i desk.Incident) []chat.Fact {
	out := []chat.Fact{
		{Label: "Impact", Value: chat.Plain(string(i.Impact) + " (" + PublicImpact(i.Impact) + ")")},
		{Label: "Status", Value: chat.Plain(standingWord(i))},
	}
	if !i.DeclaredBy.IsZero() {
		out = append(out, chat.Fact{Label: "Declared by", Value: chat.Text{{Person: i.DeclaredBy}}})
	}
	if !i.DeclaredIn.IsZero() {
		out = append(out, chat.Fact{Label: "Declared in", Value: chat.Text{{Channel: i.DeclaredIn}}})
	}
	if i.IsOpen() {
		out = append(out, chat.Fact{Label: "Lead", Value: lead(i)})
	}
	return out
}

func standingWord(i desk.Incident) string {
	switch {
	case i.IsRetracted():
		return "Taken back"
	case i.MergedInto != 0:
		return "Merged"
	}
	return StatusName(i.Status)
}

func lead(i desk.Incident) chat.Text {
	if i.Lead.IsZero() {
		return chat.Plain("Nobody yet")
	}
	return chat.Text{{Person: i.Lead}}
}

// actions are the buttons of the card: while it waits, to end the waiting or to
// change it; while it is open, to work on it; then to look. --yes does it at once,
// where else a form would be opened.
func actions(s desk.Snapshot) []chat.Action {
	i := *s.Incident
	b := button{i.Subject().String(), strconv.Itoa(i.Number)}
	told := b.make("Who was told of %s", "incident deliveries")
	switch {
	case s.Held != nil:
		if !i.IsOpen() {
			return []chat.Action{b.send()}
		}
		return slices.Concat([]chat.Action{b.send()}, b.change(i), []chat.Action{b.retract(unseen(s))})
	case !i.IsOpen():
		return []chat.Action{told}
	}
	resolve := b.make("Resolve %s", "incident resolve --yes")
	resolve.Style, resolve.Confirm = chat.Primary, "Tell everybody that "+b.name+" is resolved?"
	if i.Drill {
		resolve.Confirm = ""
	}
	out := []chat.Action{b.make("Update %s", "incident update"), resolve}
	if i.Lead.IsZero() {
		out = append(out, chat.Action{Label: "Lead " + b.name, Command: "incident lead " + b.number + " me"})
	}
	return append(out, b.retract(i.Drill), told)
}

// change is the button that opens the declaration to be put right, while nothing
// was said after it.
func (b button) change(i desk.Incident) []chat.Action {
	if i.Updates > 1 || !i.IsOpen() {
		return nil
	}
	return []chat.Action{b.make("Change %s", "incident change")}
}

// send is the button that ends the waiting.
func (b button) send() chat.Action {
	a := b.make("Send %s now", "incident tell")
	a.Style = chat.Primary
	return a
}

// retract is the button that takes the incident back; at once where nobody was
// told, so that ten seconds are enough.
func (b button) retract(atOnce bool) chat.Action {
	a := b.make("Take %s back", "incident retract --yes")
	a.Style = chat.Danger
	if !atOnce {
		a.Confirm = "Take all of " + b.name + " back? Everybody who was told gets a correction."
	}
	return a
}

// button makes buttons about one incident.
type button struct{ name, number string }

func (b button) make(label, command string) chat.Action {
	return chat.Action{Label: fmt.Sprintf(label, b.name), Command: command + " " + b.number}
}
