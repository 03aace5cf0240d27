package wording

import (
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// question words what ops is asked, as of now: one sentence, what it depends on, and
// buttons. One that is answered or asked again keeps a line, so that nobody answers it again.
func (c Context) question(q desk.Question, now time.Time) chat.Message {
	k := clock{c, now}
	m := chat.Message{Tone: chat.ToneInfo}
	switch {
	case !q.Answered.IsZero():
		m.Summary = c.say("Answered %s.", k.at(q.Answered))
	case !q.AgainAt.IsZero():
		m.Summary = c.say("Asked again %s.", k.at(q.AgainAt))
	case !q.PassedAt.IsZero():
		m.Summary = c.say("Nobody answered by %s, so it went as planned.", k.at(q.PassedAt))
	case q.Incident != nil:
		c.askIncident(&m, q, k)
	default:
		c.askWindow(&m, q, k)
	}
	m.Summary = chat.Join(reference(q.About()), m.Summary)
	if q.Incident != nil && q.Incident.Drill {
		m.Tone, m.Summary = chat.ToneDrill, chat.Join(chat.Plain(c.drillMark()), m.Summary)
	}
	return m
}

// questionElsewhere is question for a channel that may know nothing else of the matter.
func (c Context) questionElsewhere(q desk.Question, now time.Time) chat.Message {
	m := c.question(q, now)
	if len(m.Actions) > 0 { // it is still to be answered
		m.Lines = append([]chat.Line{paragraph(c.matterOf(q))}, m.Lines...)
	}
	return m
}

// matterOf says in a sentence what a question is about.
func (c Context) matterOf(q desk.Question) chat.Text {
	if q.Incident != nil {
		return colon(c.Conditions(*q.Incident), c.typedTitle(*q.Incident))
	}
	return colon(c.does(*q.Window), q.Window.Title)
}

// askIncident asks for news that was promised, or is due.
func (c Context) askIncident(m *chat.Message, q desk.Question, k clock) {
	i := *q.Incident
	m.Lines, m.Actions = c.calledFor(q), c.button(i).news()
	if q.Kind == desk.AskVerify {
		c.askTests(m, q, k)
		return
	}
	if i.IsVerifying() { // no room for a snooze
		m.Actions = append(m.Actions[:2], c.button(i).proving()...)
	}
	if q.Kind == desk.AskUpdate {
		m.Summary = c.say("News is due by %s. How does it stand?", k.at(q.By))
		if !i.NextUpdateBy.IsZero() {
			m.Summary = c.say("News is promised by %s. How does it stand?", k.at(q.By))
		}
		return
	}
	m.Summary = c.say("No news since %s; the next is overdue.", k.at(informedAt(i)))
	if q.Missed <= 1 && len(q.Mention) == 0 && i.Lead.IsZero() {
		m.Lines = []chat.Line{paragraph(c.say("Nobody leads this. Who takes it?"))}
		m.Actions = append(m.Actions, c.button(i).lead())
	}
	m.Lines = append(m.Lines, c.whatIsPromised(i.IsSilent(), q.By, k)...)
}

// informedAt is when people last said what they know.
func informedAt(i desk.Incident) time.Time {
	if i.InformedAt.IsZero() {
		return i.DeclaredAt
	}
	return i.InformedAt
}

// whatIsPromised says what everybody else was told to expect.
func (c Context) whatIsPromised(silent bool, by time.Time, k clock) []chat.Line {
	switch {
	case silent:
		return []chat.Line{paragraph(c.say("Nothing more is promised, and the bot says nothing more until somebody acts."))}
	case by.IsZero():
		return nil
	}
	return []chat.Line{paragraph(c.say("Everybody was told to expect news by %s.", k.at(by)))}
}

// calledFor calls the people of a question.
func (c Context) calledFor(q desk.Question) []chat.Line {
	if len(q.Mention) == 0 {
		return nil
	}
	var called chat.Text
	for n, p := range q.Mention {
		if n > 0 {
			called = append(called, chat.Span{Plain: ", "})
		}
		called = append(called, chat.Span{Person: p, Notify: true})
	}
	if q.Missed > 1 {
		return []chat.Line{paragraph(c.say("It is overdue again, so we call %s.", called))}
	}
	return []chat.Line{paragraph(c.say("%s, please say how it stands.", called))}
}

// askWindow asks about the begin or the end of planned work.
func (c Context) askWindow(m *chat.Message, q desk.Question, k clock) {
	w := *q.Window
	b := c.windowButton(w)
	m.Lines = c.calledFor(q)
	switch q.Kind {
	case desk.AskStart:
		m.Summary = c.startsAmid(q, k)
		for _, i := range q.Open {
			said := colon(c.Conditions(i), c.typedTitle(i))
			m.Lines = append(m.Lines, chat.Line{Kind: chat.Item, Text: chat.Join(chat.Text{{Strong: i.Subject().String()}, {Plain: ": "}}, said)})
		}
		m.Lines = append(m.Lines, paragraph(c.say("If nobody does anything, it starts as planned.")))
		m.Actions = []chat.Action{b.make(c.word("Hold the start of %s", b.name), "window hold")}
	case desk.AskEnd:
		m.Summary, m.Actions = c.say("It should end at %s. Is the work done?", k.at(w.Planned.To)), b.ending()
	case desk.AskUnstarted:
		m.Summary = c.say("Its start is held, and its time was over at %s. What now?", k.at(w.Planned.To))
		m.Actions = b.beginning()
	case desk.AskVerify:
		m.Summary, m.Actions = c.say("The work is done, but tests fail."), b.verified()
		m.Lines = append(m.Lines, c.failing(w.Failing)...)
	default:
		m.Summary, m.Actions = c.say("It should have ended at %s. Is the work done?", k.at(w.Planned.To)), b.ending()
		if w.Status == desk.Verifying {
			m.Summary, m.Actions = c.say("It is still being tested; it should have ended at %s.", k.at(w.Planned.To)), b.verified()
		}
		m.Lines = append(m.Lines, c.whatIsPromised(w.IsSilent(), w.NextNewsBy, k)...)
	}
}

// startsAmid says that a window begins while incidents are open.
func (c Context) startsAmid(q desk.Question, k clock) chat.Text {
	var open []string
	for _, s := range q.Others[:min(len(q.Others), shownNames)] {
		open = append(open, s.String())
	}
	if more := len(q.Others) - len(open); more > 0 {
		open = append(open, c.word("%s more", c.thousands(more)))
	}
	if len(q.Others) == 1 {
		return c.say("It begins at %s, but %s is open.", k.at(q.By), open[0])
	}
	return c.say("It begins at %s, but %s are open.", k.at(q.By), c.and(open))
}

// maxFailing is how many tests a question names.
const maxFailing = 10

func (c Context) failing(tests []string) (lines []chat.Line) {
	for test := range slices.Values(tests[:min(len(tests), maxFailing)]) {
		lines = append(lines, chat.Line{Kind: chat.Item, Text: chat.Plain(test)})
	}
	if more := len(tests) - maxFailing; more > 0 {
		lines = append(lines, paragraph(c.say("And %s more.", c.thousands(more))))
	}
	return lines
}

// news are the buttons that answer for promised news.
func (b button) news() []chat.Action {
	post := b.make(b.c.word("Update %s", b.name), "incident update")
	post.Style = chat.Primary
	snooze := b.make(b.c.word("Snooze %s 10 min", b.name), "incident snooze")
	snooze.Command += " 10m"
	return []chat.Action{post, b.make(b.c.word("Nothing new on %s", b.name), "incident nothing-new"), snooze}
}

// lead is the button of who takes it.
func (b button) lead() chat.Action {
	return chat.Action{Label: b.c.word("Lead %s", b.name), Command: "incident lead " + b.number + " me"}
}
