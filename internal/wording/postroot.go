package wording

import (
	"cmp"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// root words the post itself: what it is now, whole.
func (c Context) root(d chat.Delivery) chat.Message {
	i := *d.Snapshot.Incident
	m := c.state(i, d.Root == "" && d.Continues == "")
	m.Tone = tone(i)
	if d.Ops {
		c.forStaff(&m, *d.Snapshot)
	}
	return c.marked(m, i)
}

// state words an incident for everybody. opening: the channel has no post yet.
func (c Context) state(i desk.Incident, opening bool) chat.Message {
	k := clock{c, i.BeganAt}
	switch {
	case i.IsRetracted():
		return c.takenBack(i)
	case i.MergedInto != 0:
		return c.merged(i)
	case !i.IsOpen():
		return c.over(i, opening, k)
	}
	return c.open(i, k)
}

func (c Context) open(i desk.Incident, k clock) chat.Message {
	m := chat.Message{Summary: c.headline(i)}
	m.Lines = append(m.Lines, c.since(i, k))
	m.Lines = append(m.Lines, c.unchanged(i, k)...)
	m.Lines = append(m.Lines, c.allServices(i.Services, shownNames)...)
	m.Lines = append(m.Lines, c.advice(i)...)
	m.Lines = append(m.Lines, c.history(i, k)...)
	m.Context = append(m.Context, c.promise(i, lastSaid(i), k))
	m.Context = append(m.Context, c.smallPrint(i, k)...)
	return m
}

// unchanged says since when nobody gave news that was promised.
func (c Context) unchanged(i desk.Incident, k clock) []chat.Line {
	if i.Missed == 0 {
		return nil
	}
	return []chat.Line{paragraph(c.say("No new information since %s.", k.at(informedAt(i))))}
}

func (c Context) since(i desk.Incident, k clock) chat.Line {
	switch {
	case i.Window != 0 && i.ReopenedAt.IsZero():
		return paragraph(c.say("It began %s, in planned work (%s).", c.withDay(i.BeganAt), windowName(i.Window)))
	case !i.ReopenedAt.IsZero():
		return paragraph(c.say("It began %s, and again %s.", c.withDay(i.BeganAt), k.at(i.ReopenedAt)))
	}
	return paragraph(c.say("It began %s.", c.withDay(i.BeganAt)))
}

// headline is "Learn System is not available: Login fails for everyone."
func (c Context) headline(i desk.Incident) chat.Text {
	return colon(c.Conditions(i), c.typedTitle(i))
}

// typedTitle is the title where it says more than the services' names.
func (c Context) typedTitle(i desk.Incident) string {
	if c.tellsMore(i) {
		return i.Title
	}
	return ""
}

// maxListed is how many services a post lists when its sentence could not.
const maxListed = 30

func (c Context) allServices(services []desk.Affected, shown int) []chat.Line {
	if len(services) <= shown {
		return nil
	}
	return []chat.Line{paragraph(c.say("This is about %s.", c.namesUpTo(services, maxListed)))}
}

// maxAdvices is how many different advices a post gives.
const maxAdvices = 3

// advice is what to do meanwhile, of the services that it is about.
func (c Context) advice(i desk.Incident) []chat.Line {
	var all []string
	for _, a := range i.Services {
		if i.StatusOf(a.Service) != desk.Operational {
			s, _ := c.Catalog.Find(string(a.Service))
			all = append(all, cmp.Or(s.AdviceOutageIn[c.Language.code()], s.AdviceOutage))
		}
	}
	return different(all)
}

// different gives each advice once, and not too many.
func different(all []string) (lines []chat.Line) {
	var given []string
	for _, text := range all {
		if text != "" && !slices.Contains(given, text) && len(given) < maxAdvices {
			given = append(given, text)
			lines = append(lines, paragraph(chat.Plain(text)))
		}
	}
	return lines
}

// maxOlder is how much of an older message a root shows, in characters: it is
// told whole in the thread and on the page.
const maxOlder = 240

// history shows the newest messages, the newest first and whole.
func (c Context) history(i desk.Incident, k clock) []chat.Line {
	var lines []chat.Line
	for n, u := range slices.Backward(i.Latest) {
		text := c.Said(i, u.Text)
		if text == c.ReadyEnd(i) && !i.IsOpen() {
			continue
		}
		lines = append(lines, chat.Line{Text: c.updateHead(u, k)})
		if n < len(i.Latest)-1 {
			text = shorten(text, maxOlder)
		}
		lines = append(lines, quote(text))
	}
	return lines
}

// updateHead is "Identified, 4:12 AM, corrected 4:31 AM".
func (c Context) updateHead(u desk.Update, k clock) chat.Text {
	t := chat.Text{{Strong: c.StatusName(u.Status)}, {Plain: ", "}, k.at(u.At)}
	if !u.CorrectedAt.IsZero() {
		t = append(t, c.say(", corrected %s", k.at(u.CorrectedAt))...)
	}
	return t
}

// lastSaid is the newest moment that an open incident tells of.
func lastSaid(i desk.Incident) time.Time {
	last := i.DeclaredAt
	for _, t := range []time.Time{i.ReopenedAt, i.CorrectedAt} {
		if t.After(last) {
			last = t
		}
	}
	for _, u := range i.Latest {
		if u.At.After(last) {
			last = u.At
		}
	}
	return last
}

func (c Context) over(i desk.Incident, opening bool, k clock) chat.Message {
	m := chat.Message{Summary: c.say("Resolved: %s.", c.workingAgain(i))}
	switch {
	case !opening:
		m.Lines = append(m.Lines, c.itWas(i))
	case len(i.Services) == 1:
		m.Summary = c.say("%s; it is working again.", c.wasThen(i))
	default:
		m.Summary = c.say("%s; they are working again.", c.wasThen(i))
	}
	if title := c.typedTitle(i); title != "" {
		m.Lines = append(m.Lines, paragraph(colon(c.word("This was about"), title)))
	}
	m.Lines = append(m.Lines, c.allServices(i.Services, shownNames)...)
	m.Lines = append(m.Lines, c.history(i, k)...)
	m.Context = append(c.tests(i), c.smallPrint(i, k)...)
	return m
}

// wasThen is "Learn System was not available from ... to ...", at its worst.
func (c Context) wasThen(i desk.Incident) chat.Text {
	i.Impact = i.Peak
	return c.say("%s from %s to %s", c.conditions(i, past), c.withDay(i.BeganAt), clock{c, i.BeganAt}.at(i.EndedAt))
}

// itWas is wasThen as a paragraph, with how long it lasted.
func (c Context) itWas(i desk.Incident) chat.Line {
	return paragraph(c.wasThen(i), chat.Plain(" ("+c.Span(i.EndedAt.Sub(i.BeganAt))+")."))
}

func (c Context) takenBack(i desk.Incident) chat.Message {
	return chat.Message{
		Summary: stop(chat.Plain(c.pleaseIgnore(i))),
		Lines:   c.noProblem(i),
		Context: c.page(i),
	}
}

func (c Context) pleaseIgnore(i desk.Incident) string {
	return c.word("Please ignore our message about %s: it was a mistake", c.Names(i.Services))
}

// noProblem says below pleaseIgnore that there was nothing, and why we said it.
func (c Context) noProblem(i desk.Incident) []chat.Line {
	lines := []chat.Line{paragraph(c.say("There was no such problem. We are sorry for the trouble."))}
	if i.RetractedWhy != "" {
		lines = append(lines, quote(i.RetractedWhy))
	}
	return lines
}

func (c Context) merged(i desk.Incident) chat.Message {
	return chat.Message{
		Summary: chat.Plain(c.mergedInto(i) + "."),
		Lines:   []chat.Line{c.sameProblem()},
		Context: c.page(i),
	}
}

func (c Context) sameProblem() chat.Line {
	return paragraph(c.say("We found that it is the same problem. You need not look here any more."))
}

func (c Context) mergedInto(i desk.Incident) string {
	into := desk.Subject{Kind: desk.IncidentSubject, Number: i.MergedInto}
	return c.word("News about %s now comes under %s", c.Names(i.Services), into)
}

func (c Context) smallPrint(i desk.Incident, k clock) []chat.Text {
	var out []chat.Text
	shown := func(u desk.Update) bool { return u.CorrectedAt.Equal(i.CorrectedAt) } // beside the message itself
	if !i.CorrectedAt.IsZero() && !slices.ContainsFunc(i.Latest, shown) {
		out = append(out, c.say("Corrected %s.", k.at(i.CorrectedAt)))
	}
	return append(out, c.page(i)...)
}

// marked puts the mark of a drill on a post: nobody may take it for real.
func (c Context) marked(m chat.Message, i desk.Incident) chat.Message {
	if !i.Drill {
		return m
	}
	m.Summary = chat.Join(chat.Plain(c.drillMark()), m.Summary)
	note := paragraph(c.say("This is a drill. Nobody outside this channel sees it."))
	m.Lines = append([]chat.Line{note}, m.Lines...)
	return m
}

// drillMark begins what is about a drill.
func (c Context) drillMark() string { return c.word("DRILL: ") }
