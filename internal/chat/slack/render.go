package slack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
)

// Limits of a message, in UTF-16 units (docs.slack.dev/reference/block-kit). The
// sum over all blocks is undocumented: msg_blocks_too_long was seen at about
// 13,200 (github.com/slackapi/bolt-js/issues/2509), so we stay well below.
const (
	maxSection  = 3000
	maxSum      = 10_000
	maxNotice   = 3000 // of the notification text; chat.update refuses more than 4,000
	maxSections = 30   // of 50 blocks a message; the rest is for the other kinds
	maxFields   = 10   // of a section
	maxElements = 10   // of a context block
	maxButtons  = 25   // of an actions block
	maxLabel    = 75
	maxValue    = 2000
	maxConfirm  = 300
	maxTitle    = 100 // of a confirmation
	maxYes      = 30  // its buttons
)

// Limits of our own, such that facts, small print and buttons together leave room
// for the sentence.
const (
	maxFacts = 20
	maxField = 250
	maxSmall = 300
)

// message is a chat.Message in Slack's form, as chat.postMessage, chat.update, an
// answer and a response_url take it.
type message struct {
	// Text is the notification: what screen readers and lock screens show.
	Text   string  `json:"text"`
	Blocks []block `json:"blocks"`
}

type block struct {
	Type     string `json:"type"`
	Text     *text  `json:"text,omitempty"`
	Fields   []text `json:"fields,omitempty"`
	Elements []any  `json:"elements,omitempty"` // text or button

	// Of inputs in a form.
	BlockID  string `json:"block_id,omitempty"`
	Label    *text  `json:"label,omitempty"`
	Element  *input `json:"element,omitempty"`
	Hint     *text  `json:"hint,omitempty"`
	Optional bool   `json:"optional,omitempty"`
}

// text is a text object. Verbatim and Emoji are of one kind each.
type text struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Verbatim bool   `json:"verbatim,omitempty"`
	Emoji    *bool  `json:"emoji,omitempty"`
}

type button struct {
	Type     string   `json:"type"`
	ActionID string   `json:"action_id"`
	Text     text     `json:"text"`
	Value    string   `json:"value,omitempty"`
	URL      string   `json:"url,omitempty"`
	Style    string   `json:"style,omitempty"`
	Confirm  *confirm `json:"confirm,omitempty"`
}

type confirm struct {
	Title   text   `json:"title"`
	Text    text   `json:"text"`
	Confirm text   `json:"confirm"`
	Deny    text   `json:"deny"`
	Style   string `json:"style,omitempty"`
}

// mrkdwn is a text that markup wrote.
func mrkdwn(s string) text { return text{Type: "mrkdwn", Text: s, Verbatim: true} }

// plain is a text in which Slack finds nothing, not even emoji.
func plain(s string, limit int) text {
	return text{Type: "plain_text", Text: shorten(oneLine(s), limit), Emoji: new(bool)}
}

// render lays a message out: summary, lines, facts, small print, buttons. What
// does not fit Slack's limits is cut with an ellipsis, longest paragraphs first.
func (m markup) render(msg chat.Message) message {
	out := message{Text: m.notification(msg)}
	buttons, left := m.actions(msg.Actions)
	facts, small := m.facts(msg.Facts), m.context(msg.Context, left)
	room := maxSum
	below := slices.Concat(facts, small, buttons)
	for _, b := range below {
		room -= b.size()
	}
	out.Blocks = append(m.paragraphs(msg, room), below...)
	return out
}

// notification is the summary in plain words, times in the organisation's zone.
func (m markup) notification(msg chat.Message) string {
	return shorten(string(appendLiteral(nil, msg.Summary.PlainText(m.zone))), maxNotice)
}

// paragraphs lays out the summary and the lines in at most room units. A
// paragraph or heading begins a section; quotations and items join the one before.
func (m markup) paragraphs(msg chat.Message, room int) []block {
	var s sections
	s.room = room
	if summary := m.text(msg.Summary); strings.TrimSpace(summary) != "" {
		s.begin(shorten(summary, maxNotice-maxIcon) + icon(msg.Tone))
	}
	for i, l := range msg.Lines {
		line := m.line(l)
		joins := l.Kind == chat.Item && i > 0 && msg.Lines[i-1].Kind != chat.Quote || l.Kind == chat.Quote
		if strings.TrimSpace(line) == "" {
			continue
		}
		if joins {
			s.join(line)
		} else {
			s.begin(line)
		}
	}
	blocks := make([]block, len(s.texts))
	for i, t := range s.texts {
		object := mrkdwn(t)
		blocks[i] = block{Type: "section", Text: &object}
	}
	return blocks
}

// sections collects texts of sections until there is no room left.
type sections struct {
	texts []string
	room  int
}

// begin starts a new section, or joins the last one where there are too many.
func (s *sections) begin(t string) {
	if len(s.texts) >= maxSections {
		s.join(t)
		return
	}
	s.add(t)
}

// join adds a line to the last section if it fits there.
func (s *sections) join(t string) {
	last := len(s.texts) - 1
	if last < 0 || length(s.texts[last])+1+length(t) > maxSection || length(t) >= s.room {
		s.add(t)
		return
	}
	s.texts[last] += "\n" + t
	s.room -= 1 + length(t)
}

// add puts a text into as many new sections as it takes.
func (s *sections) add(t string) {
	const least = 100 // less room than this is not worth a paragraph
	if s.room < least || len(s.texts) >= maxSections+10 {
		s.room = 0
		return
	}
	t = shorten(t, s.room)
	s.room -= length(t)
	for t != "" {
		var head string
		if head, t = cut(t, maxSection); head == "" {
			return // a token longer than a section: markup writes none
		}
		s.texts = append(s.texts, head)
	}
}

func (m markup) line(l chat.Line) string {
	switch l.Kind {
	case chat.Quote:
		return "> " + strings.ReplaceAll(m.text(l.Text), "\n", "\n> ")
	case chat.Item:
		return "• " + m.text(l.Text)
	case chat.Heading:
		return string(appendStrong(nil, l.Text.PlainText(m.zone)))
	}
	return m.text(l.Text)
}

// maxIcon is the longest icon, with its space.
const maxIcon = 25

// icon repeats behind the sentence what it says.
func icon(t chat.Tone) string {
	switch t {
	case chat.ToneDown:
		return " :red_circle:"
	case chat.TonePartly:
		return " :large_orange_circle:"
	case chat.ToneSlow:
		return " :large_yellow_circle:"
	case chat.ToneGood:
		return " :white_check_mark:"
	case chat.ToneInfo:
		return " :information_source:"
	case chat.ToneDrill:
		return " :construction:"
	case chat.ToneRefused:
		return " :warning:"
	}
	return ""
}

func (m markup) facts(facts []chat.Fact) []block {
	var fields []text
	for _, f := range facts[:min(len(facts), maxFacts)] {
		if value := m.text(f.Value); value != "" {
			label := string(appendStrong(nil, f.Label))
			fields = append(fields, mrkdwn(shorten(label+"\n"+value, maxField)))
		}
	}
	var blocks []block
	for part := range slices.Chunk(fields, maxFields) {
		blocks = append(blocks, block{Type: "section", Fields: part})
	}
	return blocks
}

// context is the small print, and which buttons had to be left out.
func (m markup) context(small []chat.Text, left []string) []block {
	var elements []any
	for _, t := range small {
		if line := m.text(t); line != "" {
			elements = append(elements, mrkdwn(shorten(line, maxSmall)))
		}
	}
	for _, label := range left {
		elements = append(elements, plain(fmt.Sprintf(m.own("%q has no place as a button: please type its command."), label), maxSmall))
	}
	return blockOf("context", elements[:min(len(elements), maxElements)])
}

// actions makes buttons; left are the labels of those that have no place or whose
// command does not fit.
func (m markup) actions(list []chat.Action) (blocks []block, left []string) {
	var elements []any
	for i, a := range list {
		switch {
		case oneLine(a.Label) == "" || a.Command == "" && a.URL == "":
		case length(a.Value()) > maxValue, a.URL != "" && !isLink(a.URL), len(elements) == maxButtons:
			left = append(left, a.Label)
		default:
			elements = append(elements, m.actionButton(i, a))
		}
	}
	return blockOf("actions", elements), left
}

// Buttons that do something and those that open a page, by action_id: the first
// word is followed by a number that is unique in the message.
const (
	actionDo   = "do-"
	actionOpen = "open-"
)

func (m markup) actionButton(i int, a chat.Action) button {
	b := button{Type: "button", ActionID: fmt.Sprint(actionDo, i), Text: plain(a.Label, maxLabel), Value: a.Value(), Style: string(a.Style)}
	if a.URL != "" {
		b.ActionID, b.URL, b.Value = fmt.Sprint(actionOpen, i), a.URL, ""
	}
	if a.Confirm != "" {
		b.Confirm = &confirm{Title: plain(a.Label, maxTitle), Text: plain(a.Confirm, maxConfirm),
			Confirm: plain(a.Label, maxYes), Deny: plain(m.own("Not now"), maxYes), Style: string(a.Style)}
	}
	return b
}

// blockOf makes a block of elements, and none of none.
func blockOf(kind string, elements []any) []block {
	if len(elements) == 0 {
		return nil
	}
	return []block{{Type: kind, Elements: elements}}
}

// size is how much a block adds to the sum of texts.
func (b block) size() int {
	n := 0
	for _, f := range b.Fields {
		n += length(f.Text)
	}
	for _, e := range b.Elements {
		switch e := e.(type) {
		case text:
			n += length(e.Text)
		case button:
			n += length(e.Text.Text)
		}
	}
	return n
}
