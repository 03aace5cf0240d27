package wording

import (
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// tests says of an incident that is over what tests showed: nothing where none were asked.
func (c Context) tests(i desk.Incident) []chat.Text {
	switch {
	case i.IsOpen():
		return nil
	case i.Verified && len(i.Services) > 1: // which of them have tests is not known here
		return []chat.Text{c.say("Our tests pass again.")}
	case i.Verified:
		return []chat.Text{c.say("Tests show that it works again.")}
	case i.Untested:
		return []chat.Text{c.say("Not verified by tests.")}
	}
	return nil
}

// testLines is tests as paragraphs.
func (c Context) testLines(i desk.Incident) (lines []chat.Line) {
	for _, shown := range c.tests(i) {
		lines = append(lines, paragraph(shown))
	}
	return lines
}

// Tests is what tests showed of an incident that is over; empty: none were asked.
func (c Context) Tests(i desk.Incident) string {
	return chat.Join(c.tests(i)...).PlainText(time.UTC)
}

// verifying tells ops that the end was said and what tests have still to show: nobody else
// reads it before.
func (c Context) verifying(i desk.Incident) []chat.Line {
	if !i.IsVerifying() {
		return nil
	}
	v := *i.Verify
	k := clock{c, i.BeganAt}
	what := chat.Text{{Strong: c.word("Said to be resolved, and being tested.")}, {Plain: " "}}
	lines := []chat.Line{paragraph(what, chat.Plain(c.toldWhenPassed(v))), quote(c.Said(i, v.Text))}
	if !v.AskedAt.IsZero() {
		lines = append(lines, paragraph(c.say("At %s the tests had not passed.", k.at(v.AskedAt))))
	}
	return lines
}

// toldWhenPassed says what has to happen before it is told.
func (c Context) toldWhenPassed(v desk.Verification) string {
	return c.plural(v.Passes, "This is told when the tests pass:", "This is told when the tests pass %s times in a row:")
}

// proving are the buttons of an incident that is being tested.
func (b button) proving() []chat.Action {
	now := b.make(b.c.word("Tell now: %s", b.name), "incident resolve --force")
	return []chat.Action{now, b.make(b.c.word("Not yet: %s", b.name), "incident reopen --yes")}
}

// askTests asks what is to become of an incident whose tests fail, or take too long.
func (c Context) askTests(m *chat.Message, q desk.Question, k clock) {
	i := *q.Incident
	m.Summary = c.say("It was said to be resolved at %s, but tests have not passed.", k.at(i.Verify.Since))
	m.Lines = append(m.Lines, c.failing(i.Verify.Failing)...)
	m.Lines = append(m.Lines, paragraph(c.say("Nobody else was told. When the tests pass, it is told by itself.")))
	m.Actions = c.button(i).proving()
}

// failingFact names the tests that fail; nothing where none is known.
func (c Context) failingFact(tests []string) []chat.Fact {
	if len(tests) == 0 {
		return nil
	}
	return []chat.Fact{{Label: c.word("Tests that fail"), Value: chat.Plain(shorten(strings.Join(tests, ", "), maxOlder))}}
}

// provingLines say in an answer what is tested, and when it is told.
func (c Context) provingLines(d Done) (lines []chat.Line) {
	v := d.Incident.Verify
	if d.Entry.Kind != desk.Testing || v == nil {
		return nil
	}
	lines = append(lines, paragraph(chat.Plain(c.toldWhenPassed(*v))), quote(c.Said(d.Incident, v.Text)))
	if !v.AskAt.IsZero() {
		lines = append(lines, paragraph(c.say("If they have not by %s, ops is asked.", c.Instant(v.AskAt, d.Now, d.Reader))))
	}
	return lines
}

// TellsNow labels the button that tells the end before its tests have passed.
func (c Context) TellsNow() string { return c.word("Tell now") }

// TellNowForm asks why the end is told before its tests have passed; command is the whole
// line.
func (c Context) TellNowForm(command string) chat.Form {
	return chat.Form{
		Title: c.word("Tell now"), Submit: c.word("Tell now"), Command: command,
		Intro:  []chat.Line{paragraph(c.say("Everybody is told at once, and that it is not verified by tests. The reason is kept in the audit."))},
		Fields: []chat.Field{c.reasonField(c.word("Only staff read it."))},
	}
}
