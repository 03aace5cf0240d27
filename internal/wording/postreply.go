package wording

import (
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// saying is how one announcement is said.
type saying struct {
	lead  string // ours: a sentence without its stop
	brief string // the lead in a list under the name of the services; empty: lead
	typed string // what a person wrote; may be empty
	lines []chat.Line
}

// reply words what a thread, and with Broadcast the channel, is told.
func (c Context) reply(d chat.Delivery) chat.Message {
	newest := d.Said[len(d.Said)-1]
	i := *newest.Snapshot.Incident
	k := clock{c.Zone, newest.At}
	var m chat.Message
	switch said := audible(d.Said); {
	case len(said) == 1 && newest.Snapshot.Untold:
		m = c.redeclared(said[0])
	case len(said) == 1:
		m = single(said[0], k)
	default:
		m = folded(said, i, k)
	}
	m.Tone = tone(i)
	if i.IsOpen() {
		m.Context = append(m.Context, promise(i, newest.At, k))
	}
	if i.IsOpen() && d.Broadcast {
		m.Lines = append(m.Lines, c.advice(i)...)
	}
	if d.Broadcast || len(d.Said) > 1 {
		m.Context = append(m.Context, c.page(i)...)
	}
	if d.Ops {
		m.Summary = chat.Join(reference(i), m.Summary)
	}
	return c.marked(m, i)
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

func single(a *desk.Announcement, k clock) chat.Message {
	s := say(a, k)
	if s.typed != "" && fits(s.typed) {
		return chat.Message{Summary: colon(s.lead, s.typed), Lines: s.lines}
	}
	m := chat.Message{Summary: stop(chat.Plain(s.lead)), Lines: s.lines}
	if s.typed != "" {
		m.Lines = append(m.Lines, quote(s.typed))
	}
	return m
}

// redeclared says, in ops, how a declaration that nobody else was told of reads now.
func (c Context) redeclared(a *desk.Announcement) chat.Message {
	m := chat.Message{Summary: chat.Join(chat.Plain("Correction: "), c.headline(*a.Snapshot.Incident))}
	if a.Text != "" {
		m.Lines = []chat.Line{quote(a.Text)}
	}
	return m
}

// say finds the words for an announcement.
func say(a *desk.Announcement, k clock) saying {
	i := *a.Snapshot.Incident
	switch a.Kind {
	case desk.Declared:
		return saying{lead: Conditions(i), typed: a.Text}
	case desk.Updated:
		return saying{lead: "Update on " + Names(i.Services) + " (" + string(i.Status) + ")", brief: StatusName(i.Status), typed: a.Text}
	case desk.Ended:
		return ended(a, k)
	case desk.Reopened:
		return saying{lead: conditions(i, again), typed: a.Text}
	case desk.Worsened:
		return regraded("It got worse: ", a, k)
	case desk.Eased:
		return regraded("It got better: ", a, k)
	case desk.Rescoped, desk.Absorbed:
		return rescoped(a)
	case desk.Reworded:
		return saying{lead: "Correction", typed: a.Text, lines: replaced(a, k)}
	case desk.Retracted:
		return saying{lead: pleaseIgnore(i), lines: noProblem(i)}
	case desk.Merged:
		return saying{lead: mergedInto(i), lines: []chat.Line{paragraph(chat.Plain(sameProblem))}}
	}
	return saying{lead: Conditions(i), typed: a.Text}
}

func ended(a *desk.Announcement, k clock) saying {
	i := *a.Snapshot.Incident
	s := saying{lead: workingAgain(i), typed: a.Text}
	if a.Text == ReadyEnd(i) {
		s.typed = ""
	}
	s.lines = []chat.Line{itWas(i, k.zone)}
	return s
}

func rescoped(a *desk.Announcement) saying {
	i := *a.Snapshot.Incident
	s := saying{lead: "Correction: " + Conditions(i)}
	if a.Kind == desk.Absorbed {
		s.lead = "It is one problem: " + Conditions(i)
	}
	if a.Before != a.After {
		s.lines = []chat.Line{paragraph(chat.Plain("Before, we named "), chat.Plain(a.Before), chat.Plain("."))}
	}
	return s
}

// regraded says another impact, and the message that was corrected with it.
func regraded(lead string, a *desk.Announcement, k clock) saying {
	s := saying{lead: lead + conditions(*a.Snapshot.Incident, changed), typed: a.Text, lines: replaced(a, k)}
	if s.typed != "" {
		s.lead += ". Correction"
	}
	return s
}

// replaced says which message was corrected; nothing where none was.
func replaced(a *desk.Announcement, k clock) []chat.Line {
	for _, u := range a.Snapshot.Incident.Latest {
		if u.Number == a.Update {
			return []chat.Line{paragraph(chat.Plain("This replaces our message of "), k.at(u.At), chat.Plain("."))}
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
func folded(said []*desk.Announcement, i desk.Incident, k clock) chat.Message {
	m := chat.Message{Summary: standing(said, i)}
	older, left := len(said), maxFoldedText
	for older > 0 && len(said)-older < maxFolded {
		lines := item(said[older-1], k)
		if left -= size(lines, k); left < 0 {
			break
		}
		m.Lines = append(lines, m.Lines...)
		older--
	}
	if older > 0 {
		note := paragraph(chat.Plain("Not shown here: " + count(older, "older message") + "."))
		m.Lines = append([]chat.Line{note}, m.Lines...)
	}
	if i.Status == desk.Resolved {
		m.Lines = append(m.Lines, itWas(i, k.zone))
	}
	return m
}

func size(lines []chat.Line, k clock) (characters int) {
	for _, l := range lines {
		characters += utf8.RuneCountInString(l.Text.PlainText(k.zone))
	}
	return characters
}

// standing is the sentence above several messages.
func standing(said []*desk.Announcement, i desk.Incident) chat.Text {
	how := Conditions(i)
	switch {
	case i.MergedInto != 0:
		how = mergedInto(i)
	case !i.IsOpen():
		how = workingAgain(i)
	}
	if len(said) == 0 {
		return stop(chat.Plain(how))
	}
	return stop(chat.Plain(how + " (" + count(len(said), "message") + " at once)"))
}

// item is one of several messages: "4:12 AM – Identified: the text".
func item(a *desk.Announcement, k clock) []chat.Line {
	s := say(a, k)
	if s.brief == "" {
		s.brief = s.lead
	}
	at := chat.Join(k.at(a.At), chat.Plain(" – "))
	if s.typed == "" || fits(s.typed) {
		return []chat.Line{{Kind: chat.Item, Text: chat.Join(at, colon(s.brief, s.typed))}}
	}
	return []chat.Line{{Kind: chat.Item, Text: chat.Join(at, chat.Plain(s.brief+":"))}, quote(s.typed)}
}
