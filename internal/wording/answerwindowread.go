package wording

import (
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// PickWindow labels the button that means a window: "WIN-17: New database".
func (c Context) PickWindow(w desk.Window) string {
	return shorten(w.Subject().String()+": "+w.Title, maxLabel)
}

// PickTime labels the button that means one time of a series.
func (c Context) PickTime(p desk.Period) string { return c.dated(p.From) }

// SeveralWindows asks which of several windows is meant.
func (c Context) SeveralWindows() string {
	return c.word("More than one window may be meant. Which one?")
}

// NoWindow says that none could be meant without a number: none that is running, or
// none that is coming. name is the service that was said; empty: none was.
func (c Context) NoWindow(running bool, name string) string {
	switch {
	case running && name == "":
		return c.word("No planned work goes on now, so please give the number.")
	case running:
		return c.word("No planned work on %s goes on now.", name)
	case name == "":
		return c.word("No work is planned, so please give the number.")
	}
	return c.word("No work on %s is planned.", name)
}

// CompletesRemarked labels the button that completes a window before its tests pass.
func (c Context) CompletesRemarked(w desk.Window) string {
	return c.word("Complete %s with a remark", w.Subject())
}

// WhichTime asks which time of a series is meant.
func (c Context) WhichTime(w desk.Window) string {
	return c.word("%s is repeated: %s. Which time is meant?", w.Subject(), c.repeats(*w.Rule))
}

// NoSuchTime says that a series has no time on a day.
func (c Context) NoSuchTime(w desk.Window, day time.Time) string {
	return c.word("%s has no time on %s.", w.Subject(), c.day(day))
}

// windowStanding is where a window stands, as everybody reads it.
func (c Context) windowStanding(w desk.Window) string {
	switch {
	case w.Became != 0:
		return c.word("Became %s", desk.Subject{Kind: desk.IncidentSubject, Number: w.Became})
	case w.Status == desk.InProgress:
		return c.word("In progress")
	case w.Status == desk.Verifying:
		return c.word("Being tested")
	case w.Status == desk.Completed && w.Verified:
		return c.word("Completed and verified")
	case w.Status == desk.Completed:
		return c.word("Completed")
	case w.Status == desk.Cancelled:
		return c.word("Cancelled")
	case w.Status == desk.Proposed:
		return c.word("Proposed")
	case !w.HeldAt.IsZero():
		return c.word("Start held")
	}
	return c.word("Scheduled")
}

// windowTime says when a window is: of a series its rule.
func (c Context) windowTime(w desk.Window) chat.Text {
	if w.IsSeries() {
		return chat.Plain(capital(c.repeats(*w.Rule)))
	}
	return c.period(w.Planned)
}

// WindowLine is a window in a list.
func (c Context) WindowLine(w desk.Window) chat.Line {
	t := chat.Join(
		chat.Text{{Strong: w.Subject().String()}, {Plain: ": "}, {Plain: w.Title}, {Plain: ". "}, {Plain: c.Names(w.Services) + ". "}},
		c.windowTime(w), chat.Plain(". "+c.windowStanding(w)+"."),
	)
	return chat.Line{Kind: chat.Item, Text: t}
}

// Lately says that a list is of what took place within a length of time until now.
func (c Context) Lately(back time.Duration) string { return c.word("in the last %s", c.Span(back)) }

// WindowsFound is how many windows a list has.
type WindowsFound struct {
	Windows int
	// More: there are more than these.
	More bool
	// Which are those asked for, "in the last 30 days", the name of a service; empty: any.
	Which string
}

// WindowsListed answers a list of windows.
func (c Context) WindowsListed(f WindowsFound, p Page) chat.Message {
	said := c.none(f.Windows, "There is no planned work", "There is 1 window", "There are %s windows")
	if f.More {
		said = c.word("There are more than %s windows", c.grammar().thousands(f.Windows))
	}
	if f.Which != "" {
		said = c.word("%s (%s)", said, f.Which)
	}
	return c.paged(p, chat.Message{Summary: chat.Plain(said + "."), Tone: chat.ToneInfo})
}

// ForStaff is what only staff reads of a window.
type ForStaff struct {
	// Forbidden is the moratorium that it lies in; nil: it lies in none.
	Forbidden *desk.Objection
}

// WindowShown answers what a window is; next are the next times of a series, staff is nil
// for everybody else.
func (c Context) WindowShown(w desk.Window, next []desk.Period, staff *ForStaff) chat.Message {
	m := chat.Message{Tone: chat.ToneInfo, Summary: append(chat.Plain(w.Subject().String()+" – "), colon(c.Names(w.Services), w.Title)...)}
	if w.Details != "" {
		m.Lines = append(m.Lines, quote(w.Details))
	}
	if !w.IsOver() {
		m.Lines = append(m.Lines, paragraph(chat.Plain(c.expect(w))))
		m.Lines = append(m.Lines, c.windowAdvice(w)...)
	}
	m.Lines = append(m.Lines, c.planTimes(w)...)
	m.Lines = append(m.Lines, c.nextTimes(next)...)
	m.Lines = append(m.Lines, c.windowEnd(w)...)
	m.Facts = []chat.Fact{{Label: c.word("Status"), Value: chat.Plain(c.windowStanding(w))}}
	if staff != nil && staff.Forbidden != nil {
		m.Lines = append(m.Lines, c.forbidden(staff.Forbidden))
	}
	if staff != nil && !w.ScheduledBy.IsZero() {
		m.Facts = append(m.Facts, chat.Fact{Label: c.word("Scheduled by"), Value: chat.Text{{Person: w.ScheduledBy}}})
	}
	s := w.Subject()
	m.Context = c.statusPage("/windows/"+s.String(), ": "+s.String())
	b := c.windowButton(w)
	m.Actions = []chat.Action{b.make(c.word("Copy for faculty"), "window faculty")}
	if staff != nil {
		m.Actions = append(m.Actions, b.make(c.word("Timeline of %s", b.name), "window timeline"), b.make(c.word("Who was told of %s", b.name), "window deliveries"))
	}
	return m
}

// forbidden says which moratorium a window lies in, of a series which times do.
func (c Context) forbidden(o *desk.Objection) chat.Line {
	said := c.against(o, desk.Planning{})
	if len(o.All) > 0 {
		said += " " + c.word("This is about these of its times: %s.", c.and(c.begins(o.All)))
	}
	return paragraph(chat.Plain(said))
}

// planTimes says when it was planned, and when it really was.
func (c Context) planTimes(w desk.Window) []chat.Line {
	if w.IsSeries() {
		return append([]chat.Line{paragraph(c.say("It is repeated: %s.", c.repeats(*w.Rule)))}, c.leftOut(*w.Rule)...)
	}
	lines := []chat.Line{paragraph(c.say("Planned: %s.", c.period(w.Planned)))}
	switch {
	case w.Of != 0:
		lines = append(lines, paragraph(c.say("It is one of the times of %s.", desk.Subject{Kind: desk.WindowSubject, Number: w.Of})))
	}
	if !w.StartedAt.IsZero() {
		lines = append(lines, paragraph(c.say("It began %s.", c.withDay(w.StartedAt))))
	}
	if !w.EndedAt.IsZero() && w.Status != desk.Cancelled {
		lines = append(lines, paragraph(c.say("It ended %s.", c.withDay(w.EndedAt))))
	}
	return lines
}

// windowEnd is what was said with the end.
func (c Context) windowEnd(w desk.Window) (lines []chat.Line) {
	for _, said := range []string{w.Remark, w.Why} {
		if said != "" {
			lines = append(lines, quote(said))
		}
	}
	return lines
}

// WindowTimeline answers a timeline, for staff.
func (c Context) WindowTimeline(w desk.Window, n int, p Page) chat.Message {
	return c.paged(p, chat.Message{Summary: c.say("%s has %s.", w.Subject(), c.entries(n)), Tone: chat.ToneInfo})
}

// FacultyCopy answers with the text that a campus forwards, to be copied.
func (c Context) FacultyCopy(w desk.Window, text string) chat.Message {
	return chat.Message{
		Summary: c.say("This is the text about %s to forward to faculty:", w.Subject()), Tone: chat.ToneInfo,
		Lines: []chat.Line{quote(text)},
	}
}

// Plans are what a status says beside how services do now.
type Plans struct {
	Coming []desk.Window
	// Reserved are the next times reserved for work on the one service that was asked
	// for, in which none is planned.
	Reserved []desk.Period
}

// Planned words what is planned, under headings; nothing where nothing is.
func (c Context) Planned(p Plans) (lines []chat.Line) {
	for k, w := range p.Coming {
		if k == 0 {
			lines = append(lines, chat.Line{Kind: chat.Heading, Text: c.say("Planned work")})
		}
		lines = append(lines, c.comingLine(w))
	}
	for k, r := range p.Reserved {
		if k == 0 {
			lines = append(lines, chat.Line{Kind: chat.Heading, Text: c.say("Reserved for work, none is planned")})
		}
		lines = append(lines, chat.Line{Kind: chat.Item, Text: c.period(r)})
	}
	return lines
}

// comingLine is a window that is still to come, or runs, where its status needs no word.
func (c Context) comingLine(w desk.Window) chat.Line {
	t := chat.Join(chat.Text{{Strong: w.Subject().String()}, {Plain: ": "}}, c.period(w.Planned), chat.Plain(". "+c.expect(w)+" "), stop(chat.Plain(w.Title)))
	if !w.HeldAt.IsZero() {
		t = chat.Join(t, c.say(" It does not begin as planned."))
	}
	return chat.Line{Kind: chat.Item, Text: t}
}

// windowEntry names what happened to a window.
func (c Context) windowEntry(kind desk.EntryKind) string {
	switch kind {
	case desk.WindowScheduled:
		return c.word("Scheduled")
	case desk.WindowReminded:
		return c.word("Reminded")
	case desk.WindowStarted:
		return c.word("Began")
	case desk.WindowHeld:
		return c.word("Start held")
	case desk.WindowMoved:
		return c.word("Moved")
	case desk.WindowExtended:
		return c.word("Extended")
	case desk.WindowLate:
		return c.word("Takes longer")
	case desk.WindowVerifying:
		return c.word("Work done")
	case desk.WindowNotPassed:
		return c.word("Tests failed")
	case desk.WindowCompleted:
		return c.word("Completed")
	case desk.WindowCancelled:
		return c.word("Cancelled")
	case desk.WindowConverted:
		return c.word("Became an incident")
	}
	return string(kind)
}
