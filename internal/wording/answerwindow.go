package wording

import (
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// WindowDone is what a change of a window came to, or would come to.
type WindowDone struct {
	Window desk.Window
	Entry  desk.Entry
	// On is the time of a series that is meant where it is no window yet; zero: the
	// window itself is meant.
	On time.Time
	// Channels counts those that hear of it, beside ops channels.
	Channels int
	// Held tells until when others than ops are not told; nil: told at once.
	Held *desk.Held
	// Stopped are the connections whose posts an admin holds.
	Stopped []desk.ConnectionName
	// Into is the incident that it became; nil: it did not.
	Into *desk.Incident
	// Reminders are when it is told again before its begin.
	Reminders []time.Time
	// Next are the next times of a series.
	Next []desk.Period
	// Doubts are the sentences of desk.Doubts.
	Doubts []string
	Now    time.Time
	// Reader is the zone of who asked; nil: not known.
	Reader *time.Location
}

// name is how a sentence calls the window: "WIN-17", "WIN-17 on Wednesday, ...".
func (c Context) name(d WindowDone) string {
	if d.On.IsZero() {
		return d.Window.Subject().String()
	}
	return c.word("%s on %s", d.Window.Subject(), c.written(d.On, chat.FullDate))
}

// ConfirmWindow asks whether a change is meant as it was understood. Nothing is stored.
func (c Context) ConfirmWindow(d WindowDone, ways []chat.Action) chat.Message {
	m := chat.Message{Summary: c.confirmSentence(d), Tone: chat.ToneInfo, Actions: ways}
	m.Lines = append(m.Lines, c.understood(d)...)
	m.Lines = append(m.Lines, paragraph(chat.Plain(c.whoWillHear(d))))
	m.Lines = append(m.Lines, c.reminding(d)...)
	m.Lines = append(m.Lines, c.lookAgain(d.Doubts)...)
	m.Context = []chat.Text{c.say("Nothing is stored yet, and nobody was told.")}
	return m
}

func (c Context) confirmSentence(d WindowDone) chat.Text {
	switch d.Entry.Kind {
	case desk.WindowScheduled:
		return c.say("Schedule this work on %s?", c.Names(d.Window.Services))
	case desk.WindowMoved:
		return c.say("Move %s?", c.name(d))
	case desk.WindowExtended:
		return c.say("Extend %s?", c.name(d))
	}
	if d.Window.IsSeries() && d.On.IsZero() {
		return c.say("Cancel %s with all of its times?", c.name(d))
	}
	return c.say("Cancel %s?", c.name(d))
}

// understood says the window back: the title, what readers have to expect, and when.
func (c Context) understood(d WindowDone) (lines []chat.Line) {
	w := d.Window
	lines = append(lines, paragraph(chat.Plain(w.Title)))
	if d.Entry.Text != "" {
		lines = append(lines, quote(d.Entry.Text))
	}
	if d.Entry.Kind == desk.WindowScheduled {
		lines = append(lines, paragraph(chat.Plain(c.expect(w))))
	}
	lines = append(lines, c.plannedLines(d)...)
	lines = append(lines, c.plannedBefore(d)...)
	return append(lines, c.nextTimes(d.Next)...)
}

// plannedBefore says which plan the change replaces; nothing where it replaces none.
func (c Context) plannedBefore(d WindowDone) []chat.Line {
	if d.Entry.Was.From.IsZero() {
		return nil
	}
	return []chat.Line{paragraph(c.say("It was planned for %s.", c.period(d.Entry.Was)))}
}

// plannedLines says when the work is, with weekday, zone and distance.
func (c Context) plannedLines(d WindowDone) []chat.Line {
	w := d.Window
	if w.IsSeries() && d.On.IsZero() {
		return append([]chat.Line{
			paragraph(c.say("It is repeated: %s.", c.repeats(*w.Rule))),
			paragraph(c.say("The first time is %s.", c.Instant(w.Planned.From, d.Now, d.Reader))),
		}, c.leftOut(*w.Rule)...)
	}
	if w.IsRunning() {
		return []chat.Line{
			paragraph(c.say("It began %s.", c.Instant(w.StartedAt, d.Now, d.Reader))),
			paragraph(c.say("It is planned to last until %s.", c.Instant(w.Planned.To, d.Now, d.Reader))),
		}
	}
	return []chat.Line{
		paragraph(c.say("It begins %s.", c.Instant(w.Planned.From, d.Now, d.Reader))),
		paragraph(c.say("It lasts %s, until %s.", c.Span(w.Planned.Length()), c.Instant(w.Planned.To, d.Now, d.Reader))),
	}
}

// nextTimes lists times of a series.
func (c Context) nextTimes(next []desk.Period) (lines []chat.Line) {
	if len(next) == 0 {
		return nil
	}
	lines = append(lines, paragraph(c.say("The next times:")))
	for _, p := range next {
		lines = append(lines, chat.Line{Kind: chat.Item, Text: c.period(p)})
	}
	return lines
}

// whoWillHear says whom the change will reach once it is confirmed.
func (c Context) whoWillHear(d WindowDone) string {
	switch {
	case d.Entry.Kind == desk.WindowCancelled && !d.Window.IsCalledOff():
		return c.word("Each channel that was told of it will be told.")
	case d.Channels == 0:
		return c.word("No channel follows this; only ops channels will be told.")
	}
	return c.plural(d.Channels, "1 channel will be told.", "%s channels will be told.")
}

// reminding says when it is told again before its begin.
func (c Context) reminding(d WindowDone) []chat.Line {
	switch d.Entry.Kind {
	case desk.WindowScheduled, desk.WindowMoved:
	default:
		return nil
	}
	if len(d.Reminders) == 0 {
		return []chat.Line{paragraph(c.say("No reminder goes out before it begins."))}
	}
	var when []string
	for _, t := range d.Reminders {
		when = append(when, c.dated(t))
	}
	if d.Window.IsSeries() {
		return []chat.Line{paragraph(c.say("A reminder goes out before each time; the first %s.", c.and(when)))}
	}
	return []chat.Line{paragraph(c.say("Reminders go out %s.", c.and(when)))}
}

func (c Context) lookAgain(doubts []string) (lines []chat.Line) {
	if len(doubts) == 0 {
		return nil
	}
	lines = append(lines, paragraph(c.say("Please look again:")))
	for _, doubt := range doubts {
		lines = append(lines, c.doubt(doubt))
	}
	return lines
}

// WindowDone answers a change of a window: what it is now, who is told, and the next
// steps.
func (c Context) WindowDone(d WindowDone) chat.Message {
	m := chat.Message{Summary: c.windowSentence(d), Tone: chat.ToneInfo}
	switch d.Entry.Kind {
	case desk.WindowScheduled, desk.WindowMoved, desk.WindowExtended:
		m.Lines = append(m.Lines, c.understood(d)...)
	case desk.WindowStarted:
		m.Lines = append(m.Lines, c.plannedLines(d)...)
		m.Lines = append(m.Lines, c.plannedBefore(d)...)
	case desk.WindowHeld:
		m.Lines = append(m.Lines, paragraph(c.say("It begins when somebody starts it.")))
	case desk.WindowCompleted:
		m.Tone = chat.ToneGood
		if !d.Window.Verified {
			m.Lines = append(m.Lines, paragraph(c.say("No test has verified that it works again.")))
		}
	}
	if shown := d.Entry.Kind; shown != desk.WindowScheduled && d.Entry.Text != "" {
		m.Lines = append(m.Lines, quote(d.Entry.Text))
	}
	m.Lines = append(m.Lines, paragraph(chat.Plain(c.windowHeard(d))))
	if len(d.Stopped) > 0 {
		m.Lines = append(m.Lines, paragraph(c.say("Posts to %s are held: they wait until an admin releases them.", c.connections(d.Stopped))))
	}
	m.Lines = append(m.Lines, c.reminding(d)...)
	m.Lines = append(m.Lines, c.lookAgain(d.Doubts)...)
	m.Actions = c.nextSteps(d)
	return m
}

// whole is the number of a window; of one time of a series with which that is:
// "WIN-17 (WIN-7 on Wednesday, ...)".
func (c Context) whole(w desk.Window) string {
	if w.Of == 0 {
		return w.Subject().String()
	}
	return w.Subject().String() + " (" + c.word("%s on %s", windowName(w.Of), c.written(w.Slot, chat.FullDate)) + ")"
}

func (c Context) windowSentence(d WindowDone) chat.Text {
	name := c.whole(d.Window)
	switch d.Entry.Kind {
	case desk.WindowScheduled:
		return c.say("%s is scheduled: %s.", name, c.Names(d.Window.Services))
	case desk.WindowStarted:
		return c.say("The work of %s has begun.", name)
	case desk.WindowHeld:
		return c.say("The start of %s is held.", name)
	case desk.WindowMoved:
		return c.say("%s is moved.", name)
	case desk.WindowExtended:
		return c.say("%s lasts longer.", name)
	case desk.WindowVerifying:
		return c.say("The work of %s is done. Tests have still to pass.", name)
	case desk.WindowCompleted:
		return c.say("%s is completed.", name)
	case desk.WindowConverted:
		return c.say("%s goes on as %s.", name, d.Entry.After)
	}
	if d.Window.IsSeries() {
		return c.say("%s is cancelled, with all of its times.", name)
	}
	return c.say("%s is cancelled.", name)
}

// windowHeard says whom the change reaches and how.
func (c Context) windowHeard(d WindowDone) string {
	switch {
	case d.Entry.Kind == desk.WindowVerifying:
		return c.word("It is said in the posts' threads.")
	case d.Entry.Kind == desk.WindowConverted:
		return c.word("Its posts go on with the incident.")
	case d.Entry.Kind == desk.WindowCancelled && !d.Window.IsCalledOff():
		return c.word("Each channel that was told of it is told now.")
	case d.Channels == 0:
		return c.word("No channel follows this; only ops channels are told.")
	}
	return c.willHear(Done{Channels: d.Channels, Held: d.Held, Stopped: d.Stopped, Now: d.Now}, false)
}

// nextSteps are the buttons for what follows.
func (c Context) nextSteps(d WindowDone) []chat.Action {
	b := c.windowButton(d.Window)
	switch {
	case d.Into != nil:
		i := c.button(*d.Into)
		return []chat.Action{i.make(c.word("Update %s", i.name), "incident update")}
	case d.Window.IsOver():
		return nil
	case d.Window.IsSeries():
		return []chat.Action{b.make(c.word("Show %s", b.name), "window show")}
	case d.Window.Status == desk.Verifying:
		return b.verified()
	case d.Window.IsRunning():
		return []chat.Action{
			b.make(c.word("Extend %s", b.name), "window extend"),
			b.make(c.word("Work of %s is done", b.name), "window complete --yes"),
		}
	case !d.Window.HeldAt.IsZero():
		return []chat.Action{b.make(c.word("Start %s", b.name), "window start")}
	}
	return []chat.Action{
		b.make(c.word("Copy for faculty"), "window faculty"),
		b.make(c.word("Cancel %s", b.name), "window cancel"),
	}
}

func (c Context) windowButton(w desk.Window) button {
	return button{c, w.Subject().String(), itoa(w.Number)}
}
