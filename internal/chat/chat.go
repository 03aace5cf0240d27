// Package chat is what the adapters of chat platforms share: the neutral
// request and reply of a command, the neutral message, and how a send ends.
// It imports desk only; its one goroutine is that of a timer (Late).
//
// Data flows one way: an adapter verifies and parses what its platform sent
// into a Request, hands it to a Handler, and writes the Reply in the platform's
// form. Posts go out through the outbox, which calls the adapter's Sender.
package chat

import (
	"context"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// Request is one command, as typed or as carried by a button.
type Request struct {
	// ID is the same whenever the platform sends the same request again, and
	// unique otherwise: "amherst/1234.5678.abcd" (connection, platform's id).
	// Empty for commands that change nothing by themselves.
	ID string
	// Trace is the id that all log lines of this request carry.
	Trace string
	At    time.Time // when it arrived, UTC

	Person  desk.Person
	Name    string   // display name, for ops posts and the audit
	Groups  []string // memberships that the platform told, as in the access list: "role:991"
	Guest   bool
	Zone    *time.Location // the person's own zone; nil: not known
	Channel desk.Channel   // where it was typed; zero for the terminal
	Direct  bool           // the channel is a direct message with the bot
	// Open: everybody in the channel reads the answer, whatever it is.
	Open bool
	// Manages: the platform says that the person manages the channel.
	Manages bool

	// Command is the word behind the slash ("incident"), Text the rest as typed.
	Command string
	Text    string
	// Options are native options by name (Discord), or the fields of a form; they
	// stand for parts of Text.
	Options map[string]string
	// Filled: a form was filled in, so none is opened.
	Filled bool
	// Forms: the answer may be a form; to one that was filled in it may not.
	Forms bool
	// Prefill is what fields of a form hold at first, by name.
	Prefill map[string]string

	// Draft, if set, is given a reply while what it tells of is being stored, so that its
	// form for the platform is ready when that is done. It may be given several, one after
	// the other, or none, and what it was given may come to nothing.
	Draft func(Reply)
}

// Handler answers a request. It returns within the context's life; whatever
// goes wrong is told in the reply.
type Handler func(ctx context.Context, req Request) Reply

// Reply is the answer to a Request.
type Reply struct {
	Message Message
	// Public: for everybody in the channel; else for the author alone.
	Public bool
	// Staff: it holds what is for staff alone, so where nothing leads to the author alone it
	// is not shown at all.
	Staff bool
	// Failed: the request was not carried out (for exit codes and metrics).
	Failed bool
	// Form is to be opened; Message is the answer where that fails.
	Form *Form
	// Field is the field of the filled form that was refused; empty: none by itself.
	Field string
	// Drafted: Request.Draft was given it, and nothing since.
	Drafted bool
}

// Message is a post or an answer in neutral form, in reading order: Summary,
// Lines, Facts, Context, Actions. All its text is plain, but for Time spans; an
// adapter escapes it for its platform.
type Message struct {
	// Summary is one whole sentence that stands alone: it is the notification.
	Summary Text
	// Tone chooses icon and colour, which only repeat what the words say.
	Tone Tone
	// Lines are paragraphs below the summary.
	Lines []Line
	// Facts are short label/value pairs, best shown side by side.
	Facts []Fact
	// Context is small print: the promise, the link to the status page, a reference.
	Context []Text
	// Actions are buttons. Buttons that change things stand in ops posts and
	// answers only.
	Actions []Action
}

// Tone is the mood of a message.
type Tone string

// The tones.
const (
	ToneNone    Tone = ""
	ToneDown    Tone = "down"   // major outage
	TonePartly  Tone = "partly" // partial outage
	ToneSlow    Tone = "slow"   // degraded performance
	ToneGood    Tone = "good"   // working again
	ToneInfo    Tone = "info"
	ToneDrill   Tone = "drill"
	ToneRefused Tone = "refused"
)

// Text is a run of spans.
type Text []Span

// Span is a piece of text: just one of the fields is set, but for those beside Time.
type Span struct {
	// Plain is literal text, ours or typed by people.
	Plain string
	// Strong is literal text that is to stand out.
	Strong string
	// Code is literal text to be copied, like a command.
	Code string
	// Time is shown in the reader's zone where the platform can, with the
	// organisation's as fallback.
	Time time.Time
	// Form says how Time is shown.
	Form TimeForm
	// Written is Time in the words of another language, in the organisation's zone:
	// the fallback there. Empty: FormatTime writes it, in English.
	Written string
	// Link is shown as Label.
	Link Link
	// Person is shown as the platform shows its people, without notifying where
	// that is possible unless Notify is set.
	Person desk.Person
	// Notify: Person is called, so that their phone rings.
	Notify bool
	// Channel is shown as the platform shows its channels.
	Channel desk.Channel
}

// Link is an address and what it is called.
type Link struct {
	URL   string
	Label string
}

// TimeForm is how a time is shown.
type TimeForm string

// The forms of time. The zero form is the clock's time.
const (
	Clock    TimeForm = ""     // 4:12 AM
	DayClock TimeForm = "day"  // Today at 4:12 AM, or with the date
	FullDate TimeForm = "full" // Wednesday, 2 December 2026, 4:12 AM
	Seconds  TimeForm = "secs" // 4:12:30 AM
)

// Line is a paragraph, a quotation of what somebody wrote, or a list item.
type Line struct {
	Text Text
	Kind LineKind
}

// LineKind is how a line is set.
type LineKind string

// The kinds of line.
const (
	Paragraph LineKind = ""
	Quote     LineKind = "quote"
	Item      LineKind = "item"
	Heading   LineKind = "heading"
)

// Fact is a label and its value.
type Fact struct {
	Label string
	Value Text
}

// Action is a button. Pressing it is typing its command, by who pressed.
type Action struct {
	Label   string // names its object: "Resolve INC-42"
	Command string // "incident resolve 42"
	// Options are fields that go with the command, where a form was filled in.
	Options map[string]string
	URL     string // a link button instead; Command is empty
	Style   ActionStyle
	// Confirm is the question asked before it is done; empty: none.
	Confirm string
}

// ActionStyle is how a button looks.
type ActionStyle string

// The styles of buttons.
const (
	Normal  ActionStyle = ""
	Primary ActionStyle = "primary"
	Danger  ActionStyle = "danger"
)

// Plain makes a text of one plain span.
func Plain(s string) Text { return Text{{Plain: s}} }

// Join puts texts together.
func Join(texts ...Text) Text {
	var out Text
	for _, t := range texts {
		out = append(out, t...)
	}
	return out
}

// PlainText writes a text without mark-up, times in the zone: for terminals,
// logs, tests and notification texts.
func (t Text) PlainText(zone *time.Location) string {
	var b []byte
	for _, s := range t {
		b = append(b, s.plain(zone)...)
	}
	return string(b)
}

func (s Span) plain(zone *time.Location) string {
	switch {
	case s.Plain != "":
		return s.Plain
	case s.Strong != "":
		return s.Strong
	case s.Code != "":
		return s.Code
	case s.Written != "":
		return s.Written
	case !s.Time.IsZero():
		return FormatTime(s.Time, s.Form, zone)
	case s.Link.URL != "":
		return s.Link.Label + " (" + s.Link.URL + ")"
	case !s.Person.IsZero() && s.Notify:
		return "@" + s.Person.String()
	case !s.Person.IsZero():
		return s.Person.String()
	}
	return s.Channel.String()
}

// FormatTime writes a time in English in a zone, in the form asked, with the zone's name:
// the fallback where a platform cannot show the reader's own.
func FormatTime(t time.Time, form TimeForm, zone *time.Location) string {
	layout := "3:04 PM MST"
	switch form {
	case DayClock:
		layout = "Mon 2 Jan 3:04 PM MST"
	case FullDate:
		layout = "Monday, 2 January 2006, 3:04 PM MST"
	case Seconds:
		layout = "3:04:05 PM MST"
	}
	return t.In(zone).Format(layout)
}
