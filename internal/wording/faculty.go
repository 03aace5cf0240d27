package wording

import (
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// FacultyCampus is the campus that forwards a text to its teachers.
type FacultyCampus struct {
	// Languages are those that its readers read, its own first; nil is English. None:
	// that of the Context.
	Languages []*Language
	// Zone is that of its readers; nil: the organization's.
	Zone *time.Location
	// HelpDesk is a telephone number or an address; empty: none is named.
	HelpDesk string
}

// betweenLanguages parts the texts of several languages.
const betweenLanguages = "\n\n* * *\n\n"

// Faculty is what a campus forwards about a window: plain text to be copied into a mail,
// with dates in full in the campus's zone. Where there are several languages the text is
// there once in each, one below the other: who forwards it knows the readers and may cut.
// What people typed stands in each as they typed it. otherwise are the times of a series
// that are planned otherwise than its rule says.
func (c Context) Faculty(w desk.Window, campus FacultyCampus, otherwise ...desk.Window) string {
	if campus.Zone != nil {
		c.Zone = campus.Zone
	}
	languages := campus.Languages
	if len(languages) == 0 {
		languages = []*Language{c.Language}
	}
	texts := make([]string, len(languages))
	for k, l := range languages {
		c.Language = l
		texts[k] = c.facultyText(w, campus.HelpDesk, otherwise)
	}
	return strings.Join(texts, betweenLanguages)
}

func (c Context) facultyText(w desk.Window, helpDesk string, otherwise []desk.Window) string {
	parts := []string{c.facultySentence(w)}
	if times := c.facultyTimes(w, otherwise); times != "" {
		parts = append(parts, times)
	}
	for _, l := range c.planned(w) {
		parts = append(parts, l.Text.PlainText(c.Zone))
	}
	if !w.IsOver() {
		for _, l := range c.windowAdvice(w) {
			parts = append(parts, l.Text.PlainText(c.Zone))
		}
	}
	var last []string
	if helpDesk != "" {
		last = append(last, c.word("Help desk: %s", helpDesk))
	}
	if c.StatusURL != "" {
		last = append(last, c.word("News about this work: %s", c.StatusURL+"/windows/"+w.Subject().String()))
	}
	if len(last) > 0 {
		parts = append(parts, strings.Join(last, "\n"))
	}
	return strings.Join(parts, "\n\n")
}

// facultySentence says what teachers have to expect, without times.
func (c Context) facultySentence(w desk.Window) string {
	switch {
	case w.IsSeries() && !w.IsOver():
		return c.word("Planned work: %s %s", c.will(w), c.repeats(*w.Rule)) + "."
	case w.IsOver(), w.IsRunning(), !w.HeldAt.IsZero():
		return stop(c.windowLead(w, clock{c, w.Planned.From})).PlainText(c.Zone)
	}
	return c.word("Planned work: %s.", c.will(w))
}

// facultyTimes says from when until when, each with its day in full.
func (c Context) facultyTimes(w desk.Window, otherwise []desk.Window) string {
	full := func(t time.Time) string { return c.written(t, chat.FullDate) }
	switch {
	case w.IsSeries() && w.IsOver():
		return ""
	case w.IsSeries():
		times := c.word("For the first time: %s", full(w.Planned.From))
		for _, l := range append(c.leftOut(*w.Rule), c.otherwise(otherwise)...) {
			times += "\n" + map[bool]string{true: "- "}[l.Kind == chat.Item] + l.Text.PlainText(c.Zone)
		}
		return times
	}
	return c.word("From: %s", full(w.Planned.From)) + "\n" + c.word("Until: %s", full(w.Planned.To))
}

// otherwise lists the times of a series that are not as its rule has them; nothing where
// there are none.
func (c Context) otherwise(times []desk.Window) []chat.Line {
	if len(times) == 0 {
		return nil
	}
	lines := []chat.Line{paragraph(c.say("These of its times are planned otherwise:"))}
	for _, w := range times[:min(len(times), shownOut)] {
		text := c.period(w.Planned)
		if w.IsMoved() {
			text = chat.Join(text, c.say(", instead of %s", c.withDay(w.Slot)))
		}
		lines = append(lines, chat.Line{Kind: chat.Item, Text: text})
	}
	if more := len(times) - shownOut; more > 0 {
		lines = append(lines, paragraph(c.say("And %s more.", c.thousands(more))))
	}
	return lines
}
