package wording

import (
	"slices"
	"strconv"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Done is what a change of an incident came to.
type Done struct {
	Incident desk.Incident
	Entry    desk.Entry
	// Also are the entries before Entry that were made with it.
	Also []desk.Entry
	// Untold: others than ops were told nothing of the incident yet.
	Untold bool
	// Forgotten: who was told is not known any more, so that nothing is told.
	Forgotten bool
	// Channels counts those that will be told, beside ops channels.
	Channels int
	// Held tells until when others than ops are not told; nil: told at once.
	Held *desk.Held
	// Stopped are the connections whose posts an admin holds.
	Stopped []desk.ConnectionName
	// Into is the other incident of a merge; nil: it was none.
	Into *desk.Incident
	// NotTested: tests that were to prove its end were stopped by it.
	NotTested bool
	// Doubts are the sentences of desk.Doubts.
	Doubts []string
	Now    time.Time
	// Reader is the zone of who asked; nil: not known.
	Reader *time.Location
}

// Done answers a change: the number, how it was understood, who will be told, and
// the way back.
func (c Context) Done(d Done) chat.Message {
	i := d.Incident
	m := chat.Message{Summary: c.doneSentence(d), Tone: tone(i)}
	if i.Drill {
		m.Summary = chat.Join(chat.Plain(c.drillMark()), m.Summary)
	}
	if d.Entry.Kind == desk.Declared || len(d.Also) > 0 {
		if title := c.typedTitle(i); title != "" {
			m.Lines = append(m.Lines, paragraph(chat.Plain(title)))
		}
		m.Facts = []chat.Fact{{Label: c.word("Impact"), Value: chat.Plain(c.impactValue(i.Impact))}}
	}
	m.Lines = append(m.Lines, c.provingLines(d)...)
	if d.Entry.Text != "" && d.Entry.Kind != desk.Testing {
		m.Lines = append(m.Lines, quote(c.Said(i, d.Entry.Text)))
	}
	m.Lines = append(m.Lines, c.doneTimes(d)...)
	m.Lines = append(m.Lines, paragraph(chat.Plain(c.whoIsTold(d))))
	if len(d.Stopped) > 0 && d.Entry.Kind != desk.Noted {
		m.Lines = append(m.Lines, paragraph(c.say("Posts to %s are held: they wait until an admin releases them.", c.connections(d.Stopped))))
	}
	if d.Entry.Kind == desk.Ended {
		m.Lines = append(m.Lines, paragraph(c.say("No test has verified that it works again.")))
	}
	if d.NotTested && i.IsOpen() {
		m.Lines = append(m.Lines, paragraph(c.say("It does not count as resolved: the tests are stopped.")))
	}
	for n, doubt := range d.Doubts {
		if n == 0 {
			m.Lines = append(m.Lines, paragraph(c.say("Please look again:")))
		}
		m.Lines = append(m.Lines, c.doubt(doubt))
	}
	m.Actions = c.doneActions(d)
	return m
}

func (c Context) doneSentence(d Done) chat.Text {
	i, name := d.Incident, d.Incident.Subject().String()
	if len(d.Also) > 0 {
		return c.say("%s is corrected: its %s.", name, c.correctedParts(d))
	}
	switch d.Entry.Kind {
	case desk.Declared:
		return c.say("%s is open: %s.", name, c.Conditions(i))
	case desk.Updated:
		return c.say("%s is updated. Its status is %s.", name, c.StatusName(i.Status))
	case desk.Ended:
		return c.say("%s is resolved.", name)
	case desk.Retracted:
		return c.say("%s is taken back.", name)
	case desk.Reopened:
		return c.say("%s is open again: %s.", name, c.Conditions(i))
	case desk.Worsened, desk.Eased:
		if !i.IsOpen() {
			return c.say("%s is corrected: it was %s, %s.", name, c.impactWord(i.Impact), c.conditions(i, past))
		}
		return c.say("%s is %s now: %s.", name, c.impactWord(i.Impact), c.conditions(i, present))
	case desk.Rescoped:
		return c.say("%s is now about %s.", name, c.Names(i.Services))
	case desk.Retitled:
		return colon(c.word("%s has a new title", name), i.Title)
	case desk.Led:
		return c.ledSentence(i)
	case desk.Reworded:
		return c.say("Message #%s of %s is corrected.", strconv.Itoa(d.Entry.Update), name)
	case desk.Merged:
		return c.say("%s is merged into %s.", name, d.Entry.After)
	case desk.Noted:
		return c.say("The note on %s is kept.", name)
	case desk.Testing:
		return c.say("%s is said to be resolved. Tests have still to pass.", name)
	case desk.TestsStopped:
		return c.say("%s is not resolved yet.", name)
	case desk.NothingNew:
		return c.say("We say that nothing is new about %s.", name)
	case desk.Snoozed:
		return c.say("News of %s is put off.", name)
	}
	return c.say("%s is corrected.", name)
}

// correctedParts names what was corrected at once: "impact, title and message".
func (c Context) correctedParts(d Done) string {
	var parts []string
	for _, e := range append(slices.Clone(d.Also), d.Entry) {
		switch e.Kind {
		case desk.Worsened, desk.Eased:
			parts = append(parts, c.word("impact"))
		case desk.Retitled:
			parts = append(parts, c.word("title"))
		case desk.Reworded:
			parts = append(parts, c.word("message"))
		}
	}
	return c.and(parts)
}

func (c Context) ledSentence(i desk.Incident) chat.Text {
	if i.Lead.IsZero() {
		return c.say("Nobody leads %s now.", i.Subject())
	}
	return c.say("%s is led by %s.", i.Subject(), chat.Span{Person: i.Lead})
}

// doneTimes repeats the times that were typed.
func (c Context) doneTimes(d Done) (lines []chat.Line) {
	i := d.Incident
	say := func(sentence string, t time.Time) {
		lines = append(lines, paragraph(c.say(sentence, c.Instant(t, d.Now, d.Reader))))
	}
	switch {
	case d.Entry.Kind == desk.Declared && !i.BeganAt.Equal(i.DeclaredAt):
		say("It began %s.", i.BeganAt)
	case d.Entry.Kind == desk.Redated && d.Entry.After == i.EndedAt.UTC().Format(time.RFC3339):
		say("It ended %s.", i.EndedAt)
	case d.Entry.Kind == desk.Redated:
		say("It began %s.", i.BeganAt)
	}
	if promisesNews(d.Entry.Kind) && !i.NextUpdateBy.IsZero() {
		say("The next update is promised for %s.", i.NextUpdateBy)
	}
	return lines
}

// promisesNews reports whether what was done promises the next news.
func promisesNews(kind desk.EntryKind) bool {
	return slices.Contains([]desk.EntryKind{desk.Declared, desk.Updated, desk.NothingNew, desk.Snoozed}, kind)
}

// Instant says a time with weekday, zone and distance from now, and beside it the
// reader's own time where that differs.
func (c Context) Instant(t, now time.Time, reader *time.Location) string {
	s := c.written(t, chat.FullDate) + " (" + c.distance(t.Sub(now)) + ")"
	if reader == nil {
		return s
	}
	if own := c.grammar().write(t.In(reader), weekClock); own != c.written(t, weekClock) {
		return c.word("%s, for you %s", s, own)
	}
	return s
}

func (c Context) distance(d time.Duration) string {
	switch {
	case d > 0:
		return c.word("in %s", c.Span(d))
	case d > -time.Second:
		return c.word("now")
	}
	return c.word("%s ago", c.Span(-d))
}

// inPlace says how what is over, or never notified anybody, is corrected.
func (c Context) inPlace() string { return c.word("Posts are put right in place; nobody is notified.") }

// whoIsTold says whom the change reaches and how.
func (c Context) whoIsTold(d Done) string {
	kind := d.Entry.Kind
	unseen := d.Untold || kind == desk.Declared
	switch {
	case kind == desk.Noted:
		return c.word("Only staff can read it.")
	case d.Incident.Drill:
		return c.word("This is a drill: nobody outside the ops channel sees it.")
	case d.Forgotten:
		return c.word("Posts stay as they are: it ended so long ago that who was told is forgotten.")
	case kind == desk.Led, kind == desk.Testing, kind == desk.TestsStopped:
		return c.word("Only ops channels see it.")
	case kind == desk.Retracted:
		return c.word("What was not told yet is dropped. Each channel that was told gets one correction.")
	case kind == desk.Merged:
		return c.word("Channels that were told of %s now hear of %s.", d.Incident.Subject(), d.Entry.After)
	case kind == desk.Snoozed:
		return c.word("Posts show the later time; nobody is notified.")
	case kind == desk.Retitled && len(d.Also) == 0 && !unseen, kind == desk.Redated, !d.Incident.IsOpen() && kind != desk.Ended && kind != desk.Reworded:
		return c.inPlace()
	case d.Channels == 0 && unseen:
		return c.word("No channel follows this; only ops channels are told.")
	case d.Channels == 0:
		return c.word("Only ops channels hear it, and channels that were told before.")
	}
	return c.willHear(d, unseen)
}

// willHear says how many channels the change reaches, and when.
func (c Context) willHear(d Done, unseen bool) string {
	switch {
	case d.Held != nil && unseen:
		return c.word("%s will be told in %s, unless you take it back.", c.channels(d.Channels), c.Span(d.Held.Until.Sub(d.Now)))
	case d.Held != nil:
		return c.word("%s will be told in %s.", c.channels(d.Channels), c.Span(d.Held.Until.Sub(d.Now)))
	case len(d.Stopped) > 0:
		return c.plural(d.Channels, "1 channel is to be told.", "%s channels are to be told.")
	}
	return c.plural(d.Channels, "1 channel is told now.", "%s channels are told now.")
}

func (c Context) channels(n int) string { return c.plural(n, "1 channel", "%s channels") }

// doneActions are the way back: while it waits, or right after a declaration.
func (c Context) doneActions(d Done) []chat.Action {
	b := c.button(d.Incident)
	var out []chat.Action
	if d.Held != nil {
		out = append(append(out, b.send()), b.change(d.Incident)...)
	}
	if d.Entry.Kind == desk.Testing {
		out = append(out, b.proving()...)
	}
	if d.Entry.Kind == desk.Declared || d.Untold {
		out = append(out, b.retract(true))
	}
	return out
}
