package wording

import (
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Home is what a person's own place shows.
type Home struct {
	Mine          []desk.Incident // open, declared or led by the person
	Promised      []desk.Incident // with news promised, the soonest first
	Running       []desk.Window   // planned work that goes on
	Coming        []desk.Window   // and that is next
	Subscriptions []desk.Subscription
	Staff         bool
	At            time.Time // when it is looked at
}

// homeLines is how many entries of each list a Home shows: together they stay below
// the limits of a view.
const homeLines = 12

// Home words a person's own place.
func (c Context) Home(h Home) chat.Message {
	m := chat.Message{Summary: chat.Plain(c.plural(len(h.Mine), "You have 1 open incident.", "You have %s open incidents.")), Tone: chat.ToneInfo}
	if len(h.Mine) == 0 {
		m.Summary, m.Tone = c.say("No open incident is yours."), chat.ToneNone
	}
	var mine, promised, subs []chat.Line
	for _, i := range h.Mine {
		mine = append(mine, c.ListLine(i))
	}
	for _, i := range h.Promised {
		by := c.say("%s, by %s", c.Names(i.Services), c.withDay(i.NextUpdateBy))
		if !i.NextUpdateBy.After(h.At) {
			by = c.say("%s, was due %s", c.Names(i.Services), c.withDay(i.NextUpdateBy))
		}
		promised = append(promised, chat.Line{Kind: chat.Item, Text: append(chat.Text{{Strong: c.listName(i)}, {Plain: ": "}}, by...)})
	}
	for _, s := range h.Subscriptions {
		subs = append(subs, chat.Line{Kind: chat.Item, Text: chat.Text{
			{Channel: s.Channel}, {Plain: ": "}, {Strong: c.targetName(s.Target)}, {Plain: ": " + c.heard(s)}}})
	}
	m.Lines = append(m.Lines, c.homePart(c.word("Your open incidents"), mine)...)
	m.Lines = append(m.Lines, c.homePart(c.word("News promised"), promised)...)
	var running, coming []chat.Line
	for _, w := range h.Running {
		running = append(running, c.WindowLine(w))
	}
	for _, w := range h.Coming {
		coming = append(coming, c.comingLine(w))
	}
	m.Lines = append(m.Lines, c.homePart(c.word("Planned work, now"), running)...)
	m.Lines = append(m.Lines, c.homePart(c.word("Planned work"), coming)...)
	m.Lines = append(m.Lines, c.homePart(c.word("Subscriptions of this workspace"), subs)...)
	m.Lines = append(m.Lines, chat.Line{Kind: chat.Heading, Text: c.say("How to begin")}, paragraph(c.beginning(h.Staff)))
	if c.StatusURL != "" {
		m.Context = append(m.Context, chat.Text{{Link: chat.Link{URL: c.StatusURL, Label: c.word("Status page of %s", c.Organization)}}})
	}
	return m
}

// homePart is one list under its heading; nothing where it is empty.
func (c Context) homePart(heading string, lines []chat.Line) []chat.Line {
	if len(lines) == 0 {
		return nil
	}
	more := len(lines) - homeLines
	lines = append([]chat.Line{{Kind: chat.Heading, Text: chat.Plain(heading)}}, lines[:min(len(lines), homeLines)]...)
	if more > 0 {
		lines = append(lines, chat.Line{Kind: chat.Item, Text: c.say("and %s more", c.thousands(more))})
	}
	return lines
}

func (c Context) beginning(staff bool) chat.Text {
	code := func(s string) chat.Span { return chat.Span{Code: s} }
	if staff {
		return c.say("In any channel type %s to declare, %s to choose what the channel hears, %s for everything else.",
			code("/incident declare learn down"), code("/subscribe"), code("/belltower help"))
	}
	return c.say("In any channel type %s to see which services work, %s to choose what the channel hears, %s for everything else.",
		code("/status"), code("/subscribe"), code("/belltower help"))
}
