package wording

import (
	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// maxMissed is how many incidents the post behind quiet hours lists.
const maxMissed = 20

// missed says what a channel was not told of in its quiet hours: one thing in the
// sentence itself, more of them below it.
func (c Context) missed(n desk.Notice) chat.Message {
	k := clock{c, n.At}
	if len(n.Missed) == 1 {
		i := n.Missed[0]
		return chat.Message{Tone: chat.ToneInfo, Summary: c.say("While this channel was quiet: %s", c.meanwhile(i, k)), Context: c.page(i)}
	}
	m := chat.Message{Tone: chat.ToneInfo, Summary: c.say("While this channel was quiet, %s things happened:", c.thousands(len(n.Missed)))}
	for _, i := range n.Missed[:min(len(n.Missed), maxMissed)] {
		m.Lines = append(m.Lines, chat.Line{Kind: chat.Item, Text: chat.Join(reference(i), c.meanwhile(i, k))})
	}
	if more := len(n.Missed) - maxMissed; more > 0 {
		m.Lines = append(m.Lines, paragraph(c.say("And %s more.", c.thousands(more))))
	}
	m.Context = c.statusPage("", "")
	return m
}

// meanwhile says how an incident stands, for who was not told how it went.
func (c Context) meanwhile(i desk.Incident, k clock) chat.Text {
	text := c.state(i, true).Summary
	if i.IsOpen() {
		return c.say("%s Since %s.", text, k.at(i.BeganAt))
	}
	return text
}
