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
	Subscriptions []desk.Subscription
	Staff         bool
	At            time.Time // when it is looked at
}

// homeLines is how many entries of each list a Home shows: together they stay below
// the limits of a view.
const homeLines = 12

// Home words a person's own place.
func (c Context) Home(h Home) chat.Message {
	m := chat.Message{Summary: chat.Plain("You have " + count(len(h.Mine), "open incident") + "."), Tone: chat.ToneInfo}
	if len(h.Mine) == 0 {
		m.Summary, m.Tone = chat.Plain("No open incident is yours."), chat.ToneNone
	}
	var mine, promised, subs []chat.Line
	for _, i := range h.Mine {
		mine = append(mine, c.ListLine(i))
	}
	for _, i := range h.Promised {
		by := ", by "
		if !i.NextUpdateBy.After(h.At) {
			by = ", was due "
		}
		promised = append(promised, chat.Line{Kind: chat.Item, Text: chat.Text{
			{Strong: listName(i)}, {Plain: ": " + Names(i.Services) + by}, {Time: i.NextUpdateBy, Form: chat.DayClock}}})
	}
	for _, s := range h.Subscriptions {
		subs = append(subs, chat.Line{Kind: chat.Item, Text: chat.Text{
			{Channel: s.Channel}, {Plain: ": "}, {Strong: c.targetName(s.Target)}, {Plain: ": " + c.heard(s)}}})
	}
	m.Lines = append(m.Lines, homePart("Your open incidents", mine)...)
	m.Lines = append(m.Lines, homePart("News promised", promised)...)
	m.Lines = append(m.Lines, homePart("Subscriptions of this workspace", subs)...)
	m.Lines = append(m.Lines, chat.Line{Kind: chat.Heading, Text: chat.Plain("How to begin")}, paragraph(beginning(h.Staff)))
	if c.StatusURL != "" {
		m.Context = append(m.Context, chat.Text{{Link: chat.Link{URL: c.StatusURL, Label: "Status page of " + c.Organization}}})
	}
	return m
}

// homePart is one list under its heading; nothing where it is empty.
func homePart(heading string, lines []chat.Line) []chat.Line {
	if len(lines) == 0 {
		return nil
	}
	more := len(lines) - homeLines
	lines = append([]chat.Line{{Kind: chat.Heading, Text: chat.Plain(heading)}}, lines[:min(len(lines), homeLines)]...)
	if more > 0 {
		lines = append(lines, chat.Line{Kind: chat.Item, Text: chat.Plain("and " + thousands(more) + " more")})
	}
	return lines
}

func beginning(staff bool) chat.Text {
	if staff {
		return chat.Text{{Plain: "In any channel type "}, {Code: "/incident declare learn down"}, {Plain: " to declare, "},
			{Code: "/subscribe"}, {Plain: " to choose what the channel hears, "}, {Code: "/belltower help"}, {Plain: " for everything else."}}
	}
	return chat.Text{{Plain: "In any channel type "}, {Code: "/status"}, {Plain: " to see which services work, "},
		{Code: "/subscribe"}, {Plain: " to choose what the channel hears, "}, {Code: "/belltower help"}, {Plain: " for everything else."}}
}
