package wording

import (
	"fmt"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Language is what is said in another language than English; nil is English. The
// code that composes a message holds its English sentences, as they are read there
// in their order; a Language holds its own for each of them, and the grammar that no
// table of sentences has. (golang.org/x/text/message finds sentences in the same way,
// but joins no enumerations, conjugates nothing and writes no dates.)
//
// A new one is a file like spanish.go, its texts, and a line in LanguageOf; the tests
// name what it lacks.
type Language struct {
	// Code is its BCP 47 tag: "es".
	Code    string
	texts   map[string]string // by the English sentence
	grammar grammar
}

// grammar is how a language puts together what differs from message to message.
type grammar struct {
	// joint stands before the last part of an enumeration; joints are all there are.
	joint  func(last string) string
	joints []string
	// clause says how services do: "Portal and Mail are slow". It has no full stop.
	clause func(clause) string
	// work says what planned work means for services, in the same way.
	work func(work) string
	// units stands between two units of a span of time.
	units string
	// thousands writes a number.
	thousands func(int) string
	// write writes a time in its own zone.
	write func(time.Time, chat.TimeForm) string
}

// clause is what is said of services that are in the same state.
type clause struct {
	names  string
	many   bool // they are several
	status desk.ServiceStatus
	public string // the status in the words for the public
	tense  tense
}

// tense is how a sentence speaks of a state.
type tense int

const (
	present tense = iota
	past
	again
	changed
	still
)

// Forms of time for answers alone, beside those of package chat.
const (
	weekClock chat.TimeForm = "week" // Fri 9:52 AM CET
	dayTime   chat.TimeForm = "time" // 10:00 PM
	onlyDay   chat.TimeForm = "date" // Wednesday, 2 December 2026
)

// LanguageOf finds the language of a code like "es" or "es-PR"; of English it is nil.
// Not ok: the bot does not speak it.
func LanguageOf(code string) (l *Language, ok bool) {
	switch primary, _, _ := strings.Cut(code, "-"); primary {
	case "en":
		return nil, true
	case "es":
		return Spanish(), true
	}
	return nil, false
}

func (l *Language) code() string {
	if l == nil {
		return "en"
	}
	return l.Code
}

// For is the Context in the language of a connection.
func (c Context) For(conn desk.ConnectionName) Context {
	if l, ok := c.Languages[conn]; ok {
		c.Language = l
	}
	return c
}

func (c Context) grammar() grammar {
	if c.Language == nil {
		return english()
	}
	return c.Language.grammar
}

// Own is an English sentence, or part of one, in the language of the Context.
func (c Context) Own(english string) string {
	if c.Language != nil {
		if own, ok := c.Language.texts[english]; ok {
			return own
		}
	}
	return english
}

// word says a sentence with its parts in the places of %s.
func (c Context) word(sentence string, parts ...any) string {
	if len(parts) == 0 {
		return c.Own(sentence)
	}
	return fmt.Sprintf(c.Own(sentence), parts...)
}

// plural says one sentence of one thing and another of more, with the number and then
// its parts in the places of %s.
func (c Context) plural(n int, one, more string, parts ...any) string {
	if n == 1 {
		return c.word(one, parts...)
	}
	return c.word(more, append([]any{c.grammar().thousands(n)}, parts...)...)
}

// say is word for parts that are texts of their own: times, and what people typed.
// A part that is a string becomes a span of its own.
func (c Context) say(sentence string, parts ...any) chat.Text {
	const mark = "\x00" // in no sentence of ours
	marks := make([]any, len(parts))
	for k := range parts {
		marks[k] = mark + string(rune('0'+k)) + mark
	}
	var out chat.Text
	for k, piece := range strings.Split(c.word(sentence, marks...), mark) {
		switch {
		case k%2 == 0 && piece != "":
			out = append(out, chat.Span{Plain: piece})
		case k%2 == 0:
		default:
			out = append(out, texted(parts[piece[0]-'0'])...)
		}
	}
	return out
}

func texted(part any) chat.Text {
	switch part := part.(type) {
	case chat.Text:
		return part
	case chat.Span:
		return chat.Text{part}
	}
	return chat.Plain(fmt.Sprint(part))
}

// and joins the parts of an enumeration.
func (c Context) and(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + c.grammar().joint(parts[last]) + parts[last]
}

// span is a time, with how this language writes it where it is not English.
func (c Context) span(t time.Time, form chat.TimeForm) chat.Span {
	s := chat.Span{Time: t, Form: form}
	if c.Language != nil {
		s.Written = c.written(t, form)
	}
	return s
}

// written writes a time in the organization's zone.
func (c Context) written(t time.Time, form chat.TimeForm) string {
	return c.grammar().write(t.In(c.Zone), form)
}
