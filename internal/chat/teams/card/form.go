package card

import (
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
)

// Limits of a form, of our own: what a phone can show.
const (
	maxTicks   = 30  // boxes to tick
	maxChoices = 100 // of a menu
	fewChoices = 8   // more are found by typing
	maxHint    = 300
	introRoom  = 6_000
)

type choice struct {
	Title string `json:"title"`
	Value string `json:"value"`
}

// Form writes a form as a card. refused is why what was filled in was not taken, empty
// at first: it stands at the field of that name, or above all. Nothing remembers a
// form: its button sends the command back with the fields, see ReadData.
func (s Style) Form(f chat.Form, refused, field string) (Card, error) {
	w := writer{Style: s}
	title := shorten(clean(oneLine(f.Title)), maxTitle)
	out := newRoot(string(w.literal(nil, title)))
	out.Body = []element{{Type: "TextBlock", Text: string(w.literal(nil, title)), Wrap: true, Weight: "Bolder", Size: "Medium", Style: "heading"}}
	if fault := w.fault(refused); refused != "" && !hasField(f, field) {
		out.Body = append(out.Body, fault)
	}
	out.Body = append(out.Body, w.intro(f.Intro)...)
	for _, one := range f.Fields {
		out.Body = append(out.Body, w.field(one)...)
		if refused != "" && one.Name == field {
			out.Body = append(out.Body, w.fault(refused))
		}
	}
	out.Actions = []action{execute(shorten(clean(oneLine(f.Submit)), maxTitle), "positive", data{Form: f.Command, Place: w.Place})}
	return encode(out)
}

// Refill is a form that holds what was filled in before.
func Refill(f chat.Form, filled map[string]string) chat.Form {
	f.Fields = slices.Clone(f.Fields)
	for i, one := range f.Fields {
		f.Fields[i].Initial = []string{filled[one.Name]}
		if one.Kind == chat.PickMany {
			f.Fields[i].Initial = strings.Split(filled[one.Name], ",")
		}
	}
	return f
}

func hasField(f chat.Form, name string) bool {
	return slices.ContainsFunc(f.Fields, func(one chat.Field) bool { return one.Name == name })
}

// fault is a refusal within a form, on its colour: Teams' own red for texts is hard to read
// in the dark theme (3.2:1).
func (w *writer) fault(refused string) element {
	text := string(w.literal(nil, shorten(oneLine(refused), maxSummary)))
	block := element{Type: "TextBlock", Text: text + icon(chat.ToneRefused), Wrap: true, Weight: "Bolder"}
	return element{Type: "Container", Style: shade(chat.ToneRefused), Spacing: "Small", Items: []element{block}}
}

func (w *writer) intro(lines []chat.Line) (out []element) {
	room := introRoom
	for i, l := range lines {
		for _, e := range w.line(l, i == 0 || lines[i-1].Kind != l.Kind) {
			if room -= size(e); room < 0 {
				return out
			}
			out = append(out, e)
		}
	}
	return out
}

// field is an input and, below it, its hint: what stands within an input is gone when
// it is needed.
func (w *writer) field(f chat.Field) []element {
	e := element{ID: optionKey + f.Name, Label: shorten(clean(oneLine(f.Label)), maxLabel), Required: !f.Optional, Spacing: "Medium"}
	if e.Required {
		e.Error = w.own("Please fill this in.")
	}
	w.input(&e, f)
	out := []element{e}
	hint := f.Hint
	if f.Kind == chat.PickPerson {
		hint += " " + w.own("Write me, or the address of a person.")
	}
	if hint = strings.TrimSpace(hint); hint != "" {
		hint = string(w.literal(nil, shorten(oneLine(hint), maxHint)))
		out = append(out, element{Type: "TextBlock", Text: hint, Wrap: true, Size: "Small", Subtle: true, Spacing: "None"})
	}
	return out
}

// input is how a field is filled in. Where there are more choices than can be shown,
// they are typed, and so are people.
func (w *writer) input(e *element, f chat.Field) {
	most := maxChoices
	if f.Kind == chat.PickMany {
		most = maxTicks
	}
	e.Value = clean(strings.Join(f.Initial, ","))
	if len(f.Choices) == 0 || len(f.Choices) > most {
		e.Type, e.Multiline, e.MaxLength = "Input.Text", f.Kind == chat.LongText, f.Max
		if f.Kind == chat.LongText || f.Kind == chat.ShortText {
			e.Value = typed(strings.Join(f.Initial, ","))
		}
		return
	}
	e.Type, e.Many, e.Wrap, e.Style = "Input.ChoiceSet", f.Kind == chat.PickMany, true, "compact"
	switch {
	case e.Many:
		e.Style = "expanded"
	case len(f.Choices) > fewChoices:
		e.Style = "filtered"
	}
	for _, c := range f.Choices {
		if c.Value != "" {
			e.Choices = append(e.Choices, choice{shorten(clean(oneLine(c.Label)), maxLabel), c.Value})
		}
	}
}

// typed is a text to go on typing at: its line breaks stay.
func typed(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = clean(l)
	}
	return strings.Join(lines, "\n")
}
