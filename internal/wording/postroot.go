package wording

import (
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// root words the post itself: what it is now, whole.
func (c Context) root(d chat.Delivery) chat.Message {
	i := *d.Snapshot.Incident
	m := c.state(i, d.Root == "")
	m.Tone = tone(i)
	if d.Ops {
		c.forStaff(&m, *d.Snapshot)
	}
	return c.marked(m, i)
}

// state words an incident for everybody. opening: the channel has no post yet.
func (c Context) state(i desk.Incident, opening bool) chat.Message {
	k := clock{c.Zone, i.BeganAt}
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
	m.Lines = append(m.Lines, since(i, k))
	m.Lines = append(m.Lines, allServices(i)...)
	m.Lines = append(m.Lines, c.advice(i)...)
	m.Lines = append(m.Lines, history(i, k)...)
	m.Context = append(m.Context, promise(i, lastSaid(i), k))
	m.Context = append(m.Context, c.smallPrint(i, k)...)
	return m
}

func since(i desk.Incident, k clock) chat.Line {
	began := chat.Join(chat.Plain("It began "), withDay(i.BeganAt))
	if !i.ReopenedAt.IsZero() {
		began = chat.Join(began, chat.Plain(", and again "), k.at(i.ReopenedAt))
	}
	return paragraph(began, chat.Plain("."))
}

// headline is "Learn System is not available: Login fails for everyone."
func (c Context) headline(i desk.Incident) chat.Text {
	return colon(Conditions(i), c.typedTitle(i))
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

func allServices(i desk.Incident) []chat.Line {
	if len(i.Services) <= shownNames {
		return nil
	}
	return []chat.Line{paragraph(chat.Plain("This is about " + namesUpTo(i.Services, maxListed) + "."))}
}

// maxAdvices is how many different advices a post gives.
const maxAdvices = 3

// advice is what to do meanwhile, of the services that it is about.
func (c Context) advice(i desk.Incident) []chat.Line {
	var given []string
	for _, a := range i.Services {
		s, _ := c.Catalog.Find(string(a.Service))
		if i.StatusOf(a.Service) == desk.Operational {
			continue
		}
		if s.AdviceOutage != "" && !slices.Contains(given, s.AdviceOutage) && len(given) < maxAdvices {
			given = append(given, s.AdviceOutage)
		}
	}
	lines := make([]chat.Line, len(given))
	for k, text := range given {
		lines[k] = paragraph(chat.Plain(text))
	}
	return lines
}

// maxOlder is how much of an older message a root shows, in characters: it is
// told whole in the thread and on the page.
const maxOlder = 240

// history shows the newest messages, the newest first and whole.
func history(i desk.Incident, k clock) []chat.Line {
	var lines []chat.Line
	for n, u := range slices.Backward(i.Latest) {
		if u.Text == ReadyEnd(i) && !i.IsOpen() {
			continue
		}
		lines = append(lines, chat.Line{Text: updateHead(u, k)})
		text := u.Text
		if n < len(i.Latest)-1 {
			text = shorten(text, maxOlder)
		}
		lines = append(lines, quote(text))
	}
	return lines
}

// updateHead is "Identified, 4:12 AM, corrected 4:31 AM".
func updateHead(u desk.Update, k clock) chat.Text {
	t := chat.Join(chat.Text{{Strong: StatusName(u.Status)}, {Plain: ", "}}, k.at(u.At))
	if !u.CorrectedAt.IsZero() {
		t = chat.Join(t, chat.Plain(", corrected "), k.at(u.CorrectedAt))
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
	m := chat.Message{Summary: chat.Plain("Resolved: " + workingAgain(i) + ".")}
	if opening {
		verb := [2]string{"it is", "they are"}[many(len(i.Services))]
		m.Summary = chat.Join(wasThen(i, k.zone), chat.Plain("; "+verb+" working again."))
	} else {
		m.Lines = append(m.Lines, itWas(i, k.zone))
	}
	if title := c.typedTitle(i); title != "" {
		m.Lines = append(m.Lines, paragraph(colon("This was about", title)))
	}
	m.Lines = append(m.Lines, allServices(i)...)
	m.Lines = append(m.Lines, history(i, k)...)
	m.Context = c.smallPrint(i, k)
	return m
}

// wasThen is "Learn System was not available from ... to ...", at its worst.
func wasThen(i desk.Incident, zone *time.Location) chat.Text {
	i.Impact = i.Peak
	k := clock{zone, i.BeganAt}
	return chat.Join(chat.Plain(conditions(i, past)+" from "), withDay(i.BeganAt), chat.Plain(" to "), k.at(i.EndedAt))
}

// itWas is wasThen as a paragraph, with how long it lasted.
func itWas(i desk.Incident, zone *time.Location) chat.Line {
	return paragraph(wasThen(i, zone), chat.Plain(" ("+Span(i.EndedAt.Sub(i.BeganAt))+")."))
}

func (c Context) takenBack(i desk.Incident) chat.Message {
	return chat.Message{
		Summary: stop(chat.Plain(pleaseIgnore(i))),
		Lines:   noProblem(i),
		Context: c.page(i),
	}
}

func pleaseIgnore(i desk.Incident) string {
	return "Please ignore our message about " + Names(i.Services) + ": it was a mistake"
}

// noProblem says below pleaseIgnore that there was nothing, and why we said it.
func noProblem(i desk.Incident) []chat.Line {
	lines := []chat.Line{paragraph(chat.Plain(noSuchProblem))}
	if i.RetractedWhy != "" {
		lines = append(lines, quote(i.RetractedWhy))
	}
	return lines
}

const noSuchProblem = "There was no such problem. We are sorry for the trouble."

func (c Context) merged(i desk.Incident) chat.Message {
	return chat.Message{
		Summary: chat.Plain(mergedInto(i) + "."),
		Lines:   []chat.Line{paragraph(chat.Plain(sameProblem))},
		Context: c.page(i),
	}
}

const sameProblem = "We found that it is the same problem. You need not look here any more."

func mergedInto(i desk.Incident) string {
	into := desk.Subject{Kind: desk.IncidentSubject, Number: i.MergedInto}
	return "News about " + Names(i.Services) + " now comes under " + into.String()
}

func (c Context) smallPrint(i desk.Incident, k clock) []chat.Text {
	var out []chat.Text
	shown := func(u desk.Update) bool { return u.CorrectedAt.Equal(i.CorrectedAt) } // beside the message itself
	if !i.CorrectedAt.IsZero() && !slices.ContainsFunc(i.Latest, shown) {
		out = append(out, chat.Join(chat.Plain("Corrected "), k.at(i.CorrectedAt), chat.Plain(".")))
	}
	return append(out, c.page(i)...)
}

// marked puts the mark of a drill on a post: nobody may take it for real.
func (c Context) marked(m chat.Message, i desk.Incident) chat.Message {
	if !i.Drill {
		return m
	}
	m.Summary = chat.Join(chat.Plain("DRILL: "), m.Summary)
	note := paragraph(chat.Plain("This is a drill. Nobody outside this channel sees it."))
	m.Lines = append([]chat.Line{note}, m.Lines...)
	return m
}
