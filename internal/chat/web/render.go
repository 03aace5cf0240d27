package web

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
)

// render puts a message into the platform's form, within its limits: what is too long
// ends in an ellipsis, the end of what is too much is left out, and the buttons stay.
func render(m chat.Message) Message {
	f := &fitting{left: MaxMessage}
	out := Message{Tone: string(m.Tone)}
	for _, a := range m.Actions { // first: they must not be left out for long texts
		if made, ok := f.action(a); ok && len(out.Actions) < MaxActions {
			out.Actions = append(out.Actions, made)
		}
	}
	if out.Summary = f.text(m.Summary); len(out.Summary) == 0 {
		out.Summary = []Span{{Text: "…"}}
	}
	for _, l := range m.Lines[:min(len(m.Lines), MaxParts)] {
		if t := f.text(l.Text); len(t) > 0 {
			out.Lines = append(out.Lines, Line{Kind: string(l.Kind), Text: t})
		}
	}
	for _, fact := range m.Facts[:min(len(m.Facts), MaxParts/5)] {
		if v := f.text(fact.Value); len(v) > 0 {
			out.Facts = append(out.Facts, Fact{Label: f.piece(fact.Label, MaxLabel), Value: v})
		}
	}
	for _, c := range m.Context[:min(len(m.Context), MaxParts/5)] {
		if t := f.text(c); len(t) > 0 {
			out.Context = append(out.Context, t)
		}
	}
	return out
}

// renderForm puts a form into the platform's form.
func renderForm(f *chat.Form) *Form {
	if f == nil {
		return nil
	}
	out := &Form{Title: f.Title, Submit: f.Submit, Command: f.Command, Fields: f.Fields}
	fit := &fitting{left: MaxMessage}
	for _, l := range f.Intro {
		out.Intro = append(out.Intro, Line{Kind: string(l.Kind), Text: fit.text(l.Text)})
	}
	return out
}

// fitting counts what a message may still hold, in characters.
type fitting struct{ left int }

// text renders spans; those that are empty, or for which no room is left, are left out.
func (f *fitting) text(t chat.Text) (out []Span) {
	for _, s := range t {
		if len(out) == MaxParts {
			break
		}
		if made := f.span(s); made != (Span{}) {
			out = append(out, made)
		}
	}
	return out
}

func (f *fitting) span(s chat.Span) Span {
	switch {
	case s.Strong != "":
		return f.styled(s.Strong, Span{Strong: true})
	case s.Code != "":
		return f.styled(s.Code, Span{Code: true})
	case !s.Time.IsZero() && s.Written != "":
		return Span{Text: f.piece(s.Written, MaxText)}
	case !s.Time.IsZero():
		return Span{At: s.Time, Form: string(s.Form), Text: f.piece(chat.FormatTime(s.Time, s.Form, time.UTC), MaxText)}
	case s.Link.URL != "":
		if !webAddress(s.Link.URL) {
			return f.styled(s.Link.Label, Span{})
		}
		return f.styled(s.Link.Label, Span{URL: s.Link.URL})
	case !s.Person.IsZero():
		return Span{Person: s.Person.String(), Notify: s.Notify}
	case !s.Channel.IsZero():
		return Span{Channel: s.Channel.String()}
	}
	return f.styled(s.Plain, Span{})
}

func (f *fitting) styled(text string, as Span) Span {
	if as.Text = f.piece(text, MaxText); as.Text == "" {
		return Span{}
	}
	return as
}

func (f *fitting) action(a chat.Action) (Action, bool) {
	out := Action{Label: f.piece(strings.TrimSpace(a.Label), MaxLabel), Confirm: f.piece(a.Confirm, MaxText/10), Style: string(a.Style)}
	if a.URL != "" {
		out.URL = a.URL
		return out, out.Label != "" && webAddress(a.URL)
	}
	out.Value = a.Value()
	return out, out.Label != "" && out.Value != "" && len(out.Value) <= MaxValue
}

func webAddress(address string) bool {
	c := &inspection{}
	c.link(address)
	return c.wrong == ""
}

// piece cleans a text and cuts it to what there is room for.
func (f *fitting) piece(text string, most int) string {
	text = strings.Map(shown, text)
	if most = min(most, f.left); most < 1 {
		return ""
	}
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most-1]) + "…"
	}
	f.left -= utf8.RuneCountInString(text)
	return text
}

// shown leaves hidden characters out.
func shown(r rune) rune {
	if hidden(r) {
		return -1
	}
	return r
}
