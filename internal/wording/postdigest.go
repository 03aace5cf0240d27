package wording

import (
	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// digest lists the planned work of a week: a line for each, and one for what is
// reserved.
func (c Context) digest(d desk.Digest) chat.Message {
	n := len(d.Windows) + d.More
	m := chat.Message{Tone: chat.ToneInfo, Summary: chat.Plain(c.plural(n, "In the next 7 days work is planned once:", "In the next 7 days work is planned %s times:"))}
	for _, w := range d.Windows {
		t := chat.Join(reference(w.Subject()), c.period(w.Planned), chat.Plain(". "), colon(c.inDigest(w), w.Title))
		m.Lines = append(m.Lines, chat.Line{Kind: chat.Item, Text: t})
	}
	m.Lines = append(append(m.Lines, c.more(d.More)...), c.reservedLine(d.Reserved)...)
	m.Context = c.statusPage("", "")
	return m
}

// inDigest says what to expect of a window that comes or goes on.
func (c Context) inDigest(w desk.Window) string {
	names := c.namesUpTo(w.Services, workNames)
	switch {
	case isTakingLonger(w):
		return c.word("The planned work on %s is taking longer than planned", names)
	case w.IsRunning():
		return c.does(w)
	case !w.HeldAt.IsZero():
		return c.word("The planned work on %s does not begin as planned", names)
	}
	return c.will(w)
}

// reservedLine says which times are reserved for work and still free; nothing where
// none is.
func (c Context) reservedLine(all []desk.Reserved) []chat.Line {
	if len(all) == 0 {
		return nil
	}
	var list chat.Text
	for k, r := range all {
		var services []desk.Affected
		for _, id := range r.Services {
			services = append(services, desk.Affected{Service: id, Name: c.Catalog.Name(id)})
		}
		if k > 0 {
			list = append(list, chat.Plain("; ")...)
		}
		list = append(append(list, chat.Plain(c.namesUpTo(services, workNames)+": ")...), c.period(r.Period)...)
	}
	return []chat.Line{paragraph(c.say("Reserved for work, none is planned yet: %s.", list))}
}
