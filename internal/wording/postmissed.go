package wording

import (
	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// maxMissed is how many things the post behind quiet hours lists, maxBesideDigest where
// the planned work of a week has to find room, too.
const maxMissed, maxBesideDigest = 20, 6

// happened is one thing that a channel was not told of.
type happened struct {
	subject desk.Subject
	text    chat.Text
	page    []chat.Text
}

// missed says what a channel was not told of in its quiet hours: one thing in the
// sentence itself, more of them below it.
func (c Context) missed(n desk.Notice) chat.Message {
	all, most := c.happened(n), maxMissed
	var coming []chat.Line
	if n.Digest != nil {
		d := c.digest(*n.Digest)
		coming, most = append([]chat.Line{paragraph(d.Summary)}, d.Lines...), maxBesideDigest
	}
	if len(all) == 1 {
		return chat.Message{Tone: chat.ToneInfo, Summary: c.say("While this channel was quiet: %s", all[0].text), Lines: coming, Context: all[0].page}
	}
	m := chat.Message{Tone: chat.ToneInfo, Summary: c.say("While this channel was quiet, %s things happened:", c.thousands(len(all)))}
	for _, one := range all[:min(len(all), most)] {
		m.Lines = append(m.Lines, chat.Line{Kind: chat.Item, Text: chat.Join(reference(one.subject), one.text)})
	}
	m.Lines = append(append(m.Lines, c.more(len(all)-most)...), coming...)
	m.Context = c.statusPage("", "")
	return m
}

// more says how many things a list leaves out; nothing where it leaves out none.
func (c Context) more(n int) []chat.Line {
	if n <= 0 {
		return nil
	}
	return []chat.Line{paragraph(c.say("And %s more.", c.thousands(n)))}
}

// happened lists what a notice holds, incidents first.
func (c Context) happened(n desk.Notice) (all []happened) {
	k := clock{c, n.At}
	for _, i := range n.Missed {
		all = append(all, happened{i.Subject(), c.meanwhile(i, k), c.page(i)})
	}
	for _, w := range n.MissedWindows {
		all = append(all, happened{w.Subject(), c.windowState(w).Summary, c.windowPage(w)})
	}
	return all
}

// meanwhile says how an incident stands, for who was not told how it went.
func (c Context) meanwhile(i desk.Incident, k clock) chat.Text {
	text := c.state(i, true).Summary
	if i.IsOpen() {
		return c.say("%s Since %s.", text, k.at(i.BeganAt))
	}
	return text
}
