package wording

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/desk"
)

// The sentences that stand where people typed none, so that "declare learn down" is
// complete. They are stored as who declared reads them, and said to everybody else in
// their own language.

// ReadyTitle is the title of an incident that was declared without one: "Problem
// with Learn System". It stays true when the impact changes or it ends, and is at
// most desk.MaxTitle characters long.
func (c Context) ReadyTitle(services []desk.Affected) string {
	for limit := shownNames; limit > 0; limit-- {
		title := c.word("Problem with %s", c.namesUpTo(services, limit))
		if utf8.RuneCountInString(title) <= desk.MaxTitle {
			return title
		}
	}
	return c.word("Problem with %s", c.plural(len(services), "1 service", "%s services"))
}

// ReadyText is the message of an incident that was declared without one.
func (c Context) ReadyText() string { return c.word("We are looking into it.") }

// ReadyEnd is the message of an incident that was resolved without one: "Learn
// System is working again."
func (c Context) ReadyEnd(i desk.Incident) string { return c.workingAgain(i) + "." }

func (c Context) workingAgain(i desk.Incident) string {
	if len(i.Services) == 1 {
		return c.word("%s is working again", c.Names(i.Services))
	}
	return c.word("%s are working again", c.Names(i.Services))
}

// ReadyAgain is the message that says a declaration without words once more.
func (c Context) ReadyAgain(services []desk.Affected, impact desk.Impact) string {
	return c.conditions(desk.Incident{Services: services, Impact: impact}, still) + "."
}

// Said is a message of an incident in the language of the Context, where it is a
// ready sentence of another; what people typed stays as it is.
func (c Context) Said(i desk.Incident, text string) string {
	for _, other := range c.others() {
		if text == other.ReadyText() {
			return c.ReadyText()
		}
		if !slices.ContainsFunc(i.Services, func(a desk.Affected) bool { return strings.HasPrefix(text, a.Name) }) {
			continue
		}
		if k := slices.Index(other.readyOfServices(i), text); k >= 0 {
			return c.readyOfServices(i)[k]
		}
	}
	return text
}

// readyOfServices are the ready messages that begin with the name of a service.
func (c Context) readyOfServices(i desk.Incident) []string {
	texts := []string{c.ReadyEnd(i)}
	for _, impact := range []desk.Impact{desk.Minor, desk.Major, desk.Critical} {
		texts = append(texts, c.ReadyAgain(i.Services, impact))
		for k := range i.Services[:min(len(i.Services), shownNames)] {
			texts = append(texts, c.ReadyAgain(i.Services[k:k+1], impact))
		}
	}
	return texts
}

// others are this Context in the other languages that a record may hold: English,
// and those of the connections.
func (c Context) others() (out []Context) {
	languages := []*Language{nil}
	for _, l := range c.Languages {
		languages = append(languages, l)
	}
	seen := map[string]bool{c.Language.code(): true}
	for _, l := range languages {
		if code := l.code(); !seen[code] {
			seen[code] = true
			other := c
			other.Language = l
			out = append(out, other)
		}
	}
	return out
}

// Title is an incident's title, said as Said says a message.
func (c Context) Title(i desk.Incident) string {
	for _, other := range c.others() {
		if i.Title == other.ReadyTitle(i.Services) {
			return c.ReadyTitle(i.Services)
		}
	}
	return i.Title
}

// tellsMore reports whether a title says more than the names of services, which
// every post says anyway. A ready title may name those of before a correction.
func (c Context) tellsMore(i desk.Incident) bool {
	for _, in := range append(c.others(), c) {
		if i.Title == in.ReadyTitle(i.Services) || in.onlyNames(i.Title) {
			return false
		}
	}
	return true
}

// onlyNames reports whether a title is a ready one about services that there are.
func (c Context) onlyNames(title string) bool {
	rest, ready := strings.CutPrefix(title, c.word("Problem with %s", ""))
	if !ready {
		return false
	}
	for _, joint := range c.grammar().joints {
		rest = strings.ReplaceAll(rest, joint, ", ")
	}
	for name := range strings.SplitSeq(rest, ", ") {
		if _, known := c.Catalog.Find(name); !known {
			return false
		}
	}
	return true
}
