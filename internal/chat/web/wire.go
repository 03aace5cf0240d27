package web

import (
	"errors"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
)

// Message is a message as the platform takes, keeps and shows it: parts of plain text,
// which mean nothing but themselves. Nothing in it is mark-up.
type Message struct {
	Summary []Span   `json:"summary,omitempty"`
	Tone    string   `json:"tone,omitempty"`
	Lines   []Line   `json:"lines,omitempty"`
	Facts   []Fact   `json:"facts,omitempty"`
	Context [][]Span `json:"context,omitempty"`
	Actions []Action `json:"actions,omitempty"`
}

// Span is a piece of text, or a time, a link, a person or a channel.
type Span struct {
	Text    string    `json:"text,omitempty"` // of a time: how it is shown where there is no script
	Strong  bool      `json:"strong,omitempty"`
	Code    bool      `json:"code,omitempty"`
	URL     string    `json:"url,omitempty"`
	At      time.Time `json:"at,omitzero"`
	Form    string    `json:"form,omitempty"`
	Person  string    `json:"person,omitempty"`  // connection/id
	Notify  bool      `json:"notify,omitempty"`  // the person is called
	Channel string    `json:"channel,omitempty"` // connection/id
}

// Line is a paragraph, or what Kind says: "quote", "item", "heading".
type Line struct {
	Kind string `json:"kind,omitempty"`
	Text []Span `json:"text"`
}

// Fact is a label and its value.
type Fact struct {
	Label string `json:"label"`
	Value []Span `json:"value"`
}

// Action is a button that sends Value, or opens URL.
type Action struct {
	Label   string `json:"label"`
	Value   string `json:"value,omitempty"`
	URL     string `json:"url,omitempty"`
	Style   string `json:"style,omitempty"`
	Confirm string `json:"confirm,omitempty"`
}

// Answer is what the bot answers to a request. An empty message says nothing.
type Answer struct {
	Message Message `json:"message"`
	Public  bool    `json:"public,omitempty"`
	Failed  bool    `json:"failed,omitempty"`
	Form    *Form   `json:"form,omitempty"`
	Field   string  `json:"field,omitempty"` // the field of the form that was refused
}

// Form is a form to fill in.
type Form struct {
	Title   string       `json:"title"`
	Submit  string       `json:"submit"`
	Command string       `json:"command"`
	Intro   []Line       `json:"intro,omitempty"`
	Fields  []chat.Field `json:"fields"`
}

// Post is the body of a call that posts, or that edits the post ID.
type Post struct {
	Channel   string  `json:"channel"` // its id, without the connection
	ID        string  `json:"id,omitempty"`
	Root      string  `json:"root,omitempty"`
	Broadcast bool    `json:"broadcast,omitempty"`
	Message   Message `json:"message"`
	// Subject and N are kept with the post and shown to nobody; a look-up finds them.
	Subject string `json:"subject"`
	N       int    `json:"n"`
}

// Sought is the body of a call that looks up.
type Sought struct {
	Channel string    `json:"channel"`
	Subject string    `json:"subject"`
	Root    string    `json:"root,omitempty"`
	Since   time.Time `json:"since"`
}

// Found is one post that a look-up found.
type Found struct {
	ID string    `json:"id"`
	N  int       `json:"n"`
	At time.Time `json:"at"`
}

// Result is the answer of every call: OK, or an error's word.
type Result struct {
	OK    bool    `json:"ok"`
	Error string  `json:"error,omitempty"`
	ID    string  `json:"id,omitempty"`
	Found []Found `json:"found,omitempty"`
}

// The platform's words for what it does not do.
const (
	NoChannel  = "no_such_channel"
	Archived   = "is_archived"
	NoPost     = "no_such_post"
	BadMessage = "invalid_message"
	BadToken   = "invalid_token"
)

// The platform's limits, in characters or pieces.
const (
	MaxMessage = 12_000 // all texts of a message together
	MaxText    = 3_000
	MaxParts   = 100 // lines; facts and small print have a fifth each
	MaxActions = 25
	MaxLabel   = 75
	MaxURL     = 2_000
	MaxValue   = 8_000
)

// Check says why the platform does not take a message; nil: it does.
func (m Message) Check() error {
	c := &inspection{}
	c.text(m.Summary)
	for _, l := range m.Lines {
		c.text(l.Text)
	}
	for _, f := range m.Facts {
		c.piece(f.Label, MaxLabel)
		c.text(f.Value)
	}
	for _, t := range m.Context {
		c.text(t)
	}
	for _, a := range m.Actions {
		c.action(a)
	}
	switch {
	case c.wrong != "":
		return errors.New(c.wrong)
	case len(m.Summary) == 0:
		return errors.New("it has no summary")
	case c.all > MaxMessage:
		return errors.New("it is too long")
	case len(m.Lines) > MaxParts, len(m.Facts) > MaxParts/5, len(m.Context) > MaxParts/5, len(m.Actions) > MaxActions:
		return errors.New("it has too many parts")
	}
	return nil
}

// inspection adds up what a message has, and notes the first thing that is wrong.
type inspection struct {
	all   int
	wrong string
}

func (c *inspection) text(spans []Span) {
	for _, s := range spans {
		c.piece(s.Text, MaxText)
		c.link(s.URL)
	}
}

func (c *inspection) piece(text string, most int) {
	n := utf8.RuneCountInString(text)
	c.all += n
	switch {
	case n > most:
		c.wrong = "a text is too long"
	case strings.ContainsFunc(text, hidden):
		c.wrong = "a text has characters that cannot be shown"
	}
}

func (c *inspection) link(address string) {
	if u, err := url.Parse(address); address != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || len(address) > MaxURL) {
		c.wrong = "a link is no web address"
	}
}

func (c *inspection) action(a Action) {
	c.piece(a.Label, MaxLabel)
	c.piece(a.Confirm, MaxText)
	c.link(a.URL)
	if a.Label == "" || (a.Value == "") == (a.URL == "") || len(a.Value) > MaxValue {
		c.wrong = "a button lacks something, or has too much"
	}
}

// hidden are characters that nobody sees but that change what is seen: controls and
// those that turn the direction of the text around them.
func hidden(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError || r == '\ufeff'
}
