// Package card draws messages and forms as Adaptive Cards.
package card

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Card is the JSON of an Adaptive Card.
type Card = json.RawMessage

// Style is how cards of one connection are drawn.
type Style struct {
	Zone       *time.Location
	Connection desk.ConnectionName
	Say        func(string) string
}

// Submission is what a card sent back.
type Submission struct {
	Command string
	Options map[string]string
	Form    bool
	Fields  map[string]string
}

type object = map[string]any

// maxText keeps a card within what a message may have.
const maxText = 2000

func (s Style) block(text string) object {
	text = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, "`", "\\`", "{{", "{ {", "<at>", "< at>").Replace(strings.ToValidUTF8(text, "\uFFFD"))
	if r := []rune(text); len(r) > maxText {
		text = string(r[:maxText-1]) + "…"
	}
	return object{"type": "TextBlock", "text": text, "wrap": true}
}

// Message draws a message.
func (s Style) Message(m chat.Message) (Card, error) {
	body := []object{}
	add := func(text string) {
		if strings.TrimSpace(text) != "" {
			body = append(body, s.block(text))
		}
	}
	add(m.Summary.PlainText(s.Zone))
	for _, l := range m.Lines[:min(len(m.Lines), 10)] {
		add(l.Text.PlainText(s.Zone))
	}
	for _, f := range m.Facts[:min(len(m.Facts), 10)] {
		add(f.Label + ": " + f.Value.PlainText(s.Zone))
	}
	for _, c := range m.Context[:min(len(m.Context), 10)] {
		add(c.PlainText(s.Zone))
	}
	var actions []object
	for _, a := range m.Actions[:min(len(m.Actions), 6)] {
		switch data := (object{"command": a.Value()}); {
		case strings.TrimSpace(a.Label) == "":
		case a.URL != "":
			actions = append(actions, object{"type": "Action.OpenUrl", "title": plainLabel(a.Label), "url": "https://status.example.edu/"})
		case len(a.Value()) < 1000:
			actions = append(actions, object{"type": "Action.Execute", "title": plainLabel(a.Label), "verb": "command", "data": data,
				"fallback": object{"type": "Action.Submit", "title": plainLabel(a.Label), "data": data}})
		}
	}
	return json.Marshal(object{"type": "AdaptiveCard", "version": "1.5", "body": body, "actions": actions})
}

func plainLabel(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "\uFFFD")); len(r) > 60 {
		return string(r[:60])
	}
	return s
}

// Summary is the text of the toast.
func (s Style) Summary(m chat.Message) string {
	text := strings.ToValidUTF8(m.Summary.PlainText(s.Zone), "\uFFFD")
	if r := []rune(text); len(r) > 300 {
		return string(r[:299]) + "…"
	}
	return text
}

// Form draws a form.
func (s Style) Form(f chat.Form, refused, field string) (Card, error) {
	body := []object{s.block(f.Title)}
	named := false
	for _, one := range f.Fields {
		named = named || one.Name == field
	}
	if refused != "" && !named {
		body = append(body, s.block(refused+" ⚠️"))
	}
	for _, l := range f.Intro {
		body = append(body, s.block(l.Text.PlainText(s.Zone)))
	}
	for _, one := range f.Fields {
		body = append(body, input(one))
		if refused != "" && one.Name == field {
			body = append(body, s.block(refused+" ⚠️"))
		}
	}
	data := object{"form": f.Command}
	action := object{"type": "Action.Execute", "title": f.Submit, "verb": "form", "data": data,
		"fallback": object{"type": "Action.Submit", "title": f.Submit, "data": data}}
	return json.Marshal(object{"type": "AdaptiveCard", "version": "1.5", "body": body, "actions": []object{action}})
}

func input(f chat.Field) object {
	in := object{"type": "Input.Text", "id": "option." + f.Name, "label": f.Label, "value": strings.Join(f.Initial, ","), "isRequired": !f.Optional}
	if len(f.Choices) > 0 {
		var choices []object
		for _, c := range f.Choices {
			choices = append(choices, object{"title": c.Label, "value": c.Value})
		}
		in["type"], in["choices"], in["isMultiSelect"] = "Input.ChoiceSet", choices, f.Kind == chat.PickMany
	}
	return in
}

// Refill is a form that holds what was filled in before.
func Refill(f chat.Form, filled map[string]string) chat.Form {
	f.Fields = append([]chat.Field(nil), f.Fields...)
	for i, one := range f.Fields {
		f.Fields[i].Initial = []string{filled[one.Name]}
	}
	return f
}

// ReadData reads what a card sent back.
func ReadData(data json.RawMessage) (Submission, error) {
	var all map[string]any
	if err := json.Unmarshal(data, &all); err != nil {
		return Submission{}, errors.New("the data of a card is no object")
	}
	if f, ok := all["form"].(string); ok {
		out := Submission{Command: f, Form: true, Fields: map[string]string{}}
		for name, v := range all {
			if field, is := strings.CutPrefix(name, "option."); is {
				out.Fields[field], _ = v.(string)
			}
		}
		return out, nil
	}
	value, ok := all["command"].(string)
	if !ok {
		return Submission{}, errors.New("the data of a card has no command")
	}
	var out Submission
	out.Command, out.Options = chat.ParseValue(value)
	return out, nil
}
