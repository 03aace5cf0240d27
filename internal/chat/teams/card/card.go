// Package card writes neutral messages and forms as Adaptive Cards for Microsoft
// Teams, and reads what their buttons and inputs send back. It does no I/O.
//
// Cards are of version 1.5, the newest that all of Teams' clients show, and need 1.5
// for Action.Execute (learn.microsoft.com, "Universal Actions for Adaptive Cards").
// The package's parts: markdown.go (text as Teams' clients read it), fit.go (cuts),
// buttons.go, form.go, data.go (what comes back).
package card

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Card is the JSON of an Adaptive Card: the content of an attachment of type
// ContentType.
type Card = json.RawMessage

// ContentType is the type of an attachment that holds a Card.
const ContentType = "application/vnd.microsoft.card.adaptive"

// Style is how a connection's cards are written. The zero of each field but Zone is of
// use; a Style may be used by many goroutines.
type Style struct {
	// Zone is the organisation's: for times where Teams does not show the reader's own.
	Zone *time.Location
	// Connection is whose people can be called.
	Connection desk.ConnectionName
	// Say is one of the adapter's own few sentences in the language of the readers;
	// nil: English.
	Say func(english string) string
	// Person is what a person of the connection is called, Channel a channel; nil or
	// "": not known, so the address is shown.
	Person  func(desk.Person) string
	Channel func(desk.Channel) string
	// LinksOnly leaves out buttons that do something, where nothing would hear them (a
	// workflow's or an outgoing webhook's card).
	LinksOnly bool
	// Place is what buttons send back of where they were asked for; "": nothing.
	Place string
}

// Sizes of a card's JSON in bytes. A post by a workflow is taken up to 28 KB with all
// around it, one by a bot up to about 100 KB in UTF-16 (learn.microsoft.com, "Format
// your bot messages"); planned is such that one card fits both.
const planned = 25_000

// Shares of planned, so that facts, small print and buttons leave room for the text.
const (
	buttonsRoom = 10_000
	factsRoom   = 4_000
	smallRoom   = 3_000
	summaryRoom = 3_000
	leastRoom   = 200 // less is not worth a paragraph
)

// Counts and lengths of our own, in characters.
const (
	maxFacts   = 20
	maxSmall   = 12
	maxLabel   = 100
	maxValue   = 400
	maxFine    = 400
	maxToast   = 500
	maxSummary = 1000
)

// root is a card.
type root struct {
	Schema   string    `json:"$schema,omitempty"`
	Type     string    `json:"type"`
	Version  string    `json:"version"`
	Fallback string    `json:"fallbackText,omitempty"`
	Body     []element `json:"body,omitempty"`
	Actions  []action  `json:"actions,omitempty"`
	Teams    *addition `json:"msteams,omitempty"`
}

// element is a part of a card's body; which fields are set depends on its type.
type element struct {
	Type      string    `json:"type"`
	ID        string    `json:"id,omitempty"`
	Text      string    `json:"text,omitempty"`
	Wrap      bool      `json:"wrap,omitempty"`
	Size      string    `json:"size,omitempty"`
	Weight    string    `json:"weight,omitempty"`
	Subtle    bool      `json:"isSubtle,omitempty"`
	Style     string    `json:"style,omitempty"`
	Spacing   string    `json:"spacing,omitempty"`
	Separator bool      `json:"separator,omitempty"`
	Bleed     bool      `json:"bleed,omitempty"`
	Items     []element `json:"items,omitempty"`
	Facts     []fact    `json:"facts,omitempty"`
	Actions   []action  `json:"actions,omitempty"`

	// Of inputs in a form.
	Label     string   `json:"label,omitempty"`
	Required  bool     `json:"isRequired,omitempty"`
	Error     string   `json:"errorMessage,omitempty"`
	Value     string   `json:"value,omitempty"`
	Multiline bool     `json:"isMultiline,omitempty"`
	MaxLength int      `json:"maxLength,omitempty"`
	Many      bool     `json:"isMultiSelect,omitempty"`
	Choices   []choice `json:"choices,omitempty"`
}

type fact struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

// addition is what Teams adds to cards: who is called in it
// (learn.microsoft.com, "Format cards in Teams", mentions).
type addition struct {
	Entities []mention `json:"entities"`
}

// Message writes a message as a card: summary, lines, facts, small print, buttons.
// What does not fit is left out, from the end of the text. People who are called stand
// in the card itself (its msteams.entities), so an activity needs no entities of its
// own. It fails where the card cannot be encoded, which does not happen.
func (s Style) Message(m chat.Message) (Card, error) {
	room := planned
	for {
		made, err := s.within(m, room)
		over := len(made) - planned
		if err != nil || over <= 0 || room < leastRoom {
			return made, err
		}
		room -= over + leastRoom // for rows of buttons and who is called
	}
}

// within writes a message in about room bytes.
func (s Style) within(m chat.Message, room int) (Card, error) {
	w := writer{Style: s}
	buttons, left := w.buttons(m.Actions)
	facts, small := w.facts(m.Facts), w.small(m.Context, left)
	out := newRoot(string(w.literal(nil, s.Summary(m))))
	room -= size(out) + size(buttons) + size(facts) + size(small)
	out.Body = append(w.text(m, room), append(facts, small...)...)
	out.place(buttons)
	return w.calling(out)
}

// Summary is the sentence of a message in plain words, times in the organisation's
// zone: for the toast, where cards show nothing.
func (s Style) Summary(m chat.Message) string {
	text := strings.TrimSpace(clean(oneLine(s.named(m.Summary).PlainText(s.Zone))))
	if text == "" {
		return "…"
	}
	return shorten(text, maxToast)
}

// named writes names in the place of people and channels.
func (s Style) named(t chat.Text) chat.Text {
	t = slices.Clone(t)
	for i, span := range t {
		switch {
		case span.Plain+span.Strong+span.Code+span.Written != "" || !span.Time.IsZero() || span.Link.URL != "":
		case !span.Person.IsZero() && span.Notify:
			t[i] = chat.Span{Plain: "@" + s.personName(span.Person)}
		case !span.Person.IsZero():
			t[i] = chat.Span{Plain: s.personName(span.Person)}
		default:
			t[i] = chat.Span{Plain: s.channelName(span.Channel)}
		}
	}
	return t
}

// calling encodes a card with those who are called in what is left of its text.
func (w *writer) calling(out *root) (Card, error) {
	made, err := encode(out)
	if err != nil || len(w.mentions) == 0 {
		return made, err
	}
	out.Teams = &addition{}
	for _, m := range w.mentions {
		if bytes.Contains(made, []byte(m.Text)) {
			out.Teams.Entities = append(out.Teams.Entities, m)
		}
	}
	return encode(out)
}

func newRoot(fallback string) *root {
	return &root{Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.5", Fallback: fallback}
}

// text lays out the summary and the lines in at most room bytes.
func (w *writer) text(m chat.Message, room int) []element {
	head := w.headline(m)
	body := []element{head}
	room -= size(head)
	var before chat.LineKind
	for i, l := range m.Lines {
		for _, e := range w.line(l, i == 0 || before != l.Kind) {
			if need := size(e); need > room {
				return w.last(body, l, room)
			}
			body = append(body, e)
			room -= size(e)
		}
		before = l.Kind
	}
	return body
}

// last ends a text for which there is no more room with the sentences of one more
// line that fit.
func (w *writer) last(body []element, l chat.Line, room int) []element {
	for n := room; n >= leastRoom/2; n = n * 2 / 3 {
		cutOff := l
		cutOff.Text = cut(l.Text, n)
		lines := w.line(cutOff, true)
		if len(lines) > 0 && size(lines) <= room {
			return append(body, lines...)
		}
	}
	return body
}

// headline is the summary on the colour of its tone.
func (w *writer) headline(m chat.Message) element {
	text := strings.TrimSpace(w.oneLine(cut(m.Summary, maxSummary)))
	if text == "" || len(text) > summaryRoom {
		text = string(w.literal(nil, w.Style.Summary(m)))
	}
	block := element{Type: "TextBlock", Text: text + icon(m.Tone), Wrap: true, Weight: "Bolder", Size: "Medium", Style: "heading"}
	shade := shade(m.Tone)
	if shade == "" {
		return block
	}
	return element{Type: "Container", Style: shade, Bleed: true, Items: []element{block}}
}

// line lays a line out, each row of it as a block of its own: Teams' clients differ in
// what a line break within a block is. begins: the line before is of another kind.
func (w *writer) line(l chat.Line, begins bool) (out []element) {
	for _, row := range rows(cut(l.Text, planned)) {
		e := element{Type: "TextBlock", Text: w.block(row), Wrap: true}
		if l.Kind == chat.Heading {
			e.Text, e.Weight, e.Style, e.Spacing = string(w.literal(nil, oneLine(row.PlainText(w.Zone)))), "Bolder", "heading", "Medium"
		}
		if strings.TrimSpace(e.Text) == "" {
			continue
		}
		if l.Kind == chat.Item && len(out) == 0 {
			e.Text = "• " + e.Text
		}
		if len(out) > 0 || l.Kind == chat.Item && !begins {
			e.Spacing = "None"
		}
		out = append(out, e)
	}
	if l.Kind == chat.Quote && len(out) > 0 {
		return []element{{Type: "Container", Style: "emphasis", Spacing: "Small", Items: out}}
	}
	return out
}

// facts lays the facts out. Teams is not known to show the reader's own time there.
func (w *writer) facts(facts []chat.Fact) []element {
	var all []fact
	room := factsRoom
	for _, f := range facts[:min(len(facts), maxFacts)] {
		made := fact{Title: string(w.literal(nil, shorten(oneLine(f.Label), maxLabel))), Value: w.fixed(cut(f.Value, maxValue))}
		if strings.TrimSpace(made.Value) == "" || size(made) > room {
			continue
		}
		room -= size(made)
		all = append(all, made)
	}
	if len(all) == 0 {
		return nil
	}
	return []element{{Type: "FactSet", Facts: all, Spacing: "Medium"}}
}

// small is the small print, and which buttons had to be left out.
func (w *writer) small(context []chat.Text, left []string) (out []element) {
	for _, label := range left {
		context = append([]chat.Text{chat.Plain(fmt.Sprintf(w.own("%q has no place as a button: please type its command."), label))}, context...)
	}
	room := smallRoom
	for _, t := range context[:min(len(context), maxSmall)] {
		e := element{Type: "TextBlock", Text: w.oneLine(cut(t, maxFine)), Wrap: true, Size: "Small", Subtle: true, Spacing: "Small"}
		if strings.TrimSpace(e.Text) == "" || size(e) > room {
			continue
		}
		room -= size(e)
		if len(out) == 0 {
			e.Spacing, e.Separator = "Medium", true
		}
		out = append(out, e)
	}
	return out
}

// shade is the container style of a tone: it only repeats what the words say.
func shade(t chat.Tone) string {
	switch t {
	case chat.ToneDown:
		return "attention"
	case chat.TonePartly, chat.ToneSlow, chat.ToneRefused:
		return "warning"
	case chat.ToneGood:
		return "good"
	case chat.ToneInfo:
		return "accent"
	case chat.ToneDrill:
		return "emphasis"
	}
	return ""
}

// noBreak is a space at which no line ends, so that no icon stands alone in the next one.
const noBreak = "\u00a0"

// icon repeats behind the sentence what it says.
func icon(t chat.Tone) string {
	switch t {
	case chat.ToneDown:
		return noBreak + "🔴"
	case chat.TonePartly:
		return noBreak + "🟠"
	case chat.ToneSlow:
		return noBreak + "🟡"
	case chat.ToneGood:
		return noBreak + "✅"
	case chat.ToneInfo:
		return noBreak + "ℹ️"
	case chat.ToneDrill:
		return noBreak + "🚧"
	case chat.ToneRefused:
		return noBreak + "⚠️"
	}
	return ""
}

// own is a sentence of the adapter's own in the language of its readers.
func (s Style) own(english string) string {
	if s.Say == nil {
		return english
	}
	return s.Say(english)
}

// size is the length of a part's JSON in bytes, with what joins it to the next.
func size(v any) int {
	b, err := encode(v)
	if err != nil {
		return planned // has no place
	}
	return len(b) + 1
}

// encode writes JSON in which < > and & stay as they are: it is no HTML.
func encode(v any) (Card, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode a card for Teams: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
