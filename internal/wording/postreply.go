package wording

import (
	"time"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// saying is how one announcement is said.
type saying struct {
	lead  chat.Text // ours: a sentence without its stop
	brief string    // the lead in a list under the name of the services; empty: lead
	typed string    // what a person wrote; may be empty
	lines []chat.Line
}

// reply words what a thread, and with Broadcast the channel, is told.
func (c Context) reply(d chat.Delivery) chat.Message {
	newest := d.Said[len(d.Said)-1]
	if newest.Snapshot.Window != nil {
		return c.windowReply(d)
	}
	if newest.Snapshot.Alert != nil {
		return c.alertReply(d)
	}
	i := *newest.Snapshot.Incident
	k := clock{c, newest.At}
	var m chat.Message
	switch said := audible(d.Said); {
	case len(said) == 1 && newest.Snapshot.Untold:
		m = c.redeclared(said[0])
	case len(said) == 1:
		m = c.single(said[0], k)
	default:
		m = c.folded(said, c.standing(said, i), k)
		if i.Status == desk.Resolved {
			m.Lines = append(append(m.Lines, c.itWas(i)), c.testLines(i)...)
		}
	}
	m.Tone = tone(i)
	if i.IsOpen() {
		i.RelaxedNow = i.RelaxedNow && isPromised(newest.Kind)
		m.Context = append(m.Context, c.promise(i, newest.At, k))
	}
	if i.IsOpen() && d.Broadcast {
		m.Lines = append(m.Lines, c.advice(i)...)
	}
	if d.Broadcast || len(d.Said) > 1 {
		m.Context = append(m.Context, c.page(i)...)
	}
	if d.Ops {
		m.Summary = chat.Join(reference(i.Subject()), m.Summary)
	}
	return c.marked(m, i)
}

// isPromised reports whether what is told makes a promise anew.
func isPromised(kind desk.EntryKind) bool {
	switch kind {
	case desk.Rescoped, desk.Reworded:
		return false
	}
	return true
}

// audible are the announcements that say something. A retraction is said alone:
// what came before it never was.
func audible(said []*desk.Announcement) []*desk.Announcement {
	var out []*desk.Announcement
	for _, a := range said {
		switch {
		case a.Kind == desk.Retracted:
			return []*desk.Announcement{a}
		case a.Reach == desk.ReachThread || a.Reach == desk.ReachChannel:
			out = append(out, a)
		}
	}
	return out
}

func (c Context) single(a *desk.Announcement, k clock) chat.Message {
	return c.saying(a, k).message()
}

// message says it alone.
func (s saying) message() chat.Message {
	if s.typed != "" && fits(s.typed) {
		return chat.Message{Summary: colonBehind(s.lead, s.typed), Lines: s.lines}
	}
	m := chat.Message{Summary: stop(s.lead), Lines: s.lines}
	if s.typed != "" {
		m.Lines = append(m.Lines, quote(s.typed))
	}
	return m
}

// redeclared says, in ops, how a declaration that nobody else was told of reads now.
func (c Context) redeclared(a *desk.Announcement) chat.Message {
	m := chat.Message{Summary: c.say("Correction: %s", c.headline(*a.Snapshot.Incident))}
	if a.Text != "" {
		m.Lines = []chat.Line{quote(c.Said(*a.Snapshot.Incident, a.Text))}
	}
	return m
}

// saying finds the words for an announcement.
func (c Context) saying(a *desk.Announcement, k clock) saying {
	if a.Snapshot.Window != nil {
		return c.windowSaying(a, k)
	}
	i := *a.Snapshot.Incident
	text := c.Said(i, a.Text)
	switch a.Kind {
	case desk.Declared:
		return saying{lead: chat.Plain(c.declared(i)), typed: text}
	case desk.Updated:
		return saying{lead: chat.Plain(c.word("Update on %s (%s)", c.Names(i.Services), c.statusWord(i.Status))), brief: c.StatusName(i.Status), typed: text}
	case desk.Holding, desk.NothingNew:
		return saying{lead: c.say("No new information on %s since %s", c.Names(i.Services), k.at(a.Since))}
	case desk.Ended:
		return c.ended(i, text)
	case desk.Reopened:
		return saying{lead: chat.Plain(c.conditions(i, again)), typed: text}
	case desk.Worsened:
		return c.regraded(c.word("It got worse: %s", c.conditions(i, changed)), a, k)
	case desk.Eased:
		return c.regraded(c.word("It got better: %s", c.conditions(i, changed)), a, k)
	case desk.Rescoped, desk.Absorbed:
		return c.rescoped(a)
	case desk.Reworded:
		return saying{lead: chat.Plain(c.word("Correction")), typed: text, lines: c.replaced(a, k)}
	case desk.Retracted:
		return saying{lead: chat.Plain(c.pleaseIgnore(i)), lines: c.noProblem(i)}
	case desk.Merged:
		return saying{lead: chat.Plain(c.mergedInto(i)), lines: []chat.Line{c.sameProblem()}}
	}
	return saying{lead: chat.Plain(c.Conditions(i)), typed: text}
}

// declared says a new problem, or what became of planned work.
func (c Context) declared(i desk.Incident) string {
	if i.Window != 0 {
		return c.word("The planned work has become a problem. %s", c.Conditions(i))
	}
	return c.Conditions(i)
}

func (c Context) ended(i desk.Incident, text string) saying {
	if text == c.ReadyEnd(i) {
		text = ""
	}
	return saying{lead: chat.Plain(c.workingAgain(i)), typed: text, lines: append([]chat.Line{c.itWas(i)}, c.testLines(i)...)}
}

func (c Context) rescoped(a *desk.Announcement) saying {
	i := *a.Snapshot.Incident
	s := saying{lead: chat.Plain(c.word("Correction: %s", c.Conditions(i)))}
	if a.Kind == desk.Absorbed {
		s.lead = chat.Plain(c.word("It is one problem: %s", c.Conditions(i)))
	}
	if a.Before != a.After {
		s.lines = []chat.Line{paragraph(c.say("Before, we named %s.", a.Before))}
	}
	return s
}

// regraded says another impact, and the message that was corrected with it.
func (c Context) regraded(lead string, a *desk.Announcement, k clock) saying {
	s := saying{lead: chat.Plain(lead), typed: c.Said(*a.Snapshot.Incident, a.Text), lines: c.replaced(a, k)}
	if s.typed != "" {
		s.lead = chat.Plain(lead + ". " + c.word("Correction"))
	}
	return s
}

// replaced says which message was corrected; nothing where none was.
func (c Context) replaced(a *desk.Announcement, k clock) []chat.Line {
	for _, u := range a.Snapshot.Incident.Latest {
		if u.Number == a.Update {
			return []chat.Line{paragraph(c.say("This replaces our message of %s.", k.at(u.At)))}
		}
	}
	return nil
}

// Limits of a list of several messages, in messages and characters, such that one
// post holds it: Slack refuses posts of more than about 13,200 characters.
const (
	maxFolded     = 15
	maxFoldedText = 6500
)

// folded says several announcements in one reply: how it is now, then each with
// its time. Of what does not fit the oldest are counted.
func (c Context) folded(said []*desk.Announcement, standing chat.Text, k clock) chat.Message {
	m := chat.Message{Summary: standing}
	older, left := len(said), maxFoldedText
	for older > 0 && len(said)-older < maxFolded {
		lines := c.item(said[older-1], k)
		if left -= size(lines, c.Zone); left < 0 {
			break
		}
		m.Lines = append(lines, m.Lines...)
		older--
	}
	if older > 0 {
		note := paragraph(chat.Plain(c.plural(older, "Not shown here: 1 older message.", "Not shown here: %s older messages.")))
		m.Lines = append([]chat.Line{note}, m.Lines...)
	}
	return m
}

func size(lines []chat.Line, zone *time.Location) (characters int) {
	for _, l := range lines {
		characters += utf8.RuneCountInString(l.Text.PlainText(zone))
	}
	return characters
}

// standing is the sentence above several messages.
func (c Context) standing(said []*desk.Announcement, i desk.Incident) chat.Text {
	how := c.Conditions(i)
	switch {
	case i.MergedInto != 0:
		how = c.mergedInto(i)
	case !i.IsOpen():
		how = c.workingAgain(i)
	}
	return c.atOnce(said, chat.Plain(how))
}

// atOnce counts what is said below.
func (c Context) atOnce(said []*desk.Announcement, how chat.Text) chat.Text {
	if len(said) == 0 {
		return stop(how)
	}
	return stop(c.say("%s (%s at once)", how, c.plural(len(said), "1 message", "%s messages")))
}

// item is one of several messages: "4:12 AM – Identified: the text".
func (c Context) item(a *desk.Announcement, k clock) []chat.Line {
	s := c.saying(a, k)
	if s.brief != "" {
		s.lead = chat.Plain(s.brief)
	}
	at := chat.Text{k.at(a.At), {Plain: " – "}}
	if s.typed == "" || fits(s.typed) {
		return []chat.Line{{Kind: chat.Item, Text: chat.Join(at, colonBehind(s.lead, s.typed))}}
	}
	return []chat.Line{{Kind: chat.Item, Text: chat.Join(at, s.lead, chat.Plain(":"))}, quote(s.typed)}
}
