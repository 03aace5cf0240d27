package discord

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Limits of a modal (developers/components/reference, "Label", "Text Input", "String
// Select", and developers/interactions/receiving-and-responding, "Modal").
const (
	maxTitle   = 45
	maxParts   = 5
	maxLabel   = 45
	maxHint    = 100 // of a description and a placeholder
	maxInput   = 4000
	maxIntro   = 1000 // our own, as it stands before the fields
	maxOptions = 25
	maxOption  = 100 // of its label and its value
	inputShort = 1
	inputLong  = 2
)

// The kinds of component that we send.
const (
	kindRow    = 1
	kindButton = 2
	kindMenu   = 3
	kindInput  = 4
	kindPeople = 5
	kindText   = 10
	kindLabel  = 18
)

// modal is a form: what it is about, if that has a place, and its fields.
type modal struct {
	CustomID   string `json:"custom_id"`
	Title      string `json:"title"`
	Components []any  `json:"components"` // intro or label
}

type actionRow struct {
	Type       int   `json:"type"`
	Components []any `json:"components"` // buttons
}

type intro struct {
	Type    int    `json:"type"`
	Content string `json:"content"`
}

// label is a field: what it is called, and a hint that stays when it is filled in.
type label struct {
	Type        int    `json:"type"`
	Label       string `json:"label"`
	Description string `json:"description,omitempty"`
	Component   any    `json:"component"` // input or menu
}

type input struct {
	Type        int    `json:"type"`
	CustomID    string `json:"custom_id"`
	Style       int    `json:"style"`
	Value       string `json:"value,omitempty"`
	Placeholder string `json:"placeholder,omitempty"`
	Required    bool   `json:"required"`
	MaxLength   int    `json:"max_length,omitempty"`
}

// menu is a menu of options, or of the people of the server.
type menu struct {
	Type     int          `json:"type"`
	CustomID string       `json:"custom_id"`
	Options  []menuOption `json:"options,omitempty"`
	People   []menuPerson `json:"default_values,omitempty"` // who is picked at first
	Least    int          `json:"min_values"`
	Most     int          `json:"max_values"`
	Required bool         `json:"required"`
}

type menuOption struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Default bool   `json:"default,omitempty"` // is picked at first
}

type menuPerson struct {
	ID   snowflake `json:"id"`
	Type string    `json:"type"`
}

// modal lays a form out. filled is what fields hold that were filled in before. Of more
// than fit those are left to the command line that need not be filled in.
func (a *asked) modal(ctx context.Context, f chat.Form, filled map[string]string) modal {
	shown, left := choose(f.Fields)
	hidden := map[string]string{}
	for _, field := range left {
		v := strings.Join(field.Initial, ",")
		if filled[field.Name] != "" {
			v = filled[field.Name]
		}
		if v != "" {
			hidden[field.Name] = v
		}
	}
	if len(hidden) == 0 {
		hidden = nil
	}
	id, keep := customID(0, chat.Action{Command: f.Command, Options: hidden})
	a.keep(ctx, keep)
	m := modal{CustomID: id, Title: cutPlain(oneLine(f.Title), maxTitle), Components: []any{}}
	if about := a.markup.description(chat.Message{Lines: f.Intro}, nil, maxIntro); about != "" && len(shown) < maxParts {
		m.Components = append(m.Components, intro{kindText, about})
	}
	for _, field := range shown {
		if v := filled[field.Name]; v != "" {
			field.Initial = []string{v}
		}
		m.Components = append(m.Components, a.markup.labelled(field))
	}
	return m
}

// choose picks the fields of a modal: first those that must be filled in and hold
// nothing, then those that may be, last those that hold something already and can be
// left as they are. They keep their order.
func choose(all []chat.Field) (shown, left []chat.Field) {
	rank := func(f chat.Field) int {
		switch {
		case len(f.Initial) > 0:
			return 2
		case f.Optional:
			return 1
		}
		return 0
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return rank(all[x]) - rank(all[y]) })
	most := min(len(all), maxParts)
	for i, f := range all {
		if slices.Contains(order[:most], i) {
			shown = append(shown, f)
		} else {
			left = append(left, f)
		}
	}
	return shown, left
}

// labelled is a field with its label. Where what can be picked has no menu it is typed,
// and the hint says what can be.
func (m markup) labelled(f chat.Field) label {
	l := label{Type: kindLabel, Label: cutPlain(oneLine(f.Label), maxLabel), Description: cutPlain(oneLine(f.Hint), maxHint)}
	if l.Label == "" {
		l.Label = f.Name
	}
	if of, ok := m.menu(f); ok {
		l.Component = of
		return l
	}
	in := m.input(f)
	if l.Description == "" {
		l.Description = in.Placeholder
	}
	l.Component = in
	return l
}

// input is a text that is typed.
func (m markup) input(f chat.Field) input {
	in := input{Type: kindInput, CustomID: f.Name, Style: inputShort, Required: !f.Optional, MaxLength: min(f.Max, maxInput)}
	if f.Kind == chat.LongText {
		in.Style = inputLong
	}
	switch {
	case f.Kind == chat.PickPerson:
		in.Placeholder = fmt.Sprintf(m.own("me, or an address such as %s/123456789"), m.conn)
	case len(f.Choices) > 0:
		values := make([]string, len(f.Choices))
		for i, c := range f.Choices {
			values[i] = c.Value
		}
		in.Placeholder = strings.Join(values, ", ")
	}
	in.Placeholder = cutPlain(oneLine(in.Placeholder), maxHint)
	in.Value = cutPlain(strings.Join(f.Initial, ","), maxInput)
	if in.MaxLength > 0 {
		in.Value = cutPlain(in.Value, in.MaxLength)
	}
	return in
}

// menu is the menu of a field; not ok: it has none, as it is a text, or what can be picked,
// or what it holds at first, does not stand in one.
func (m markup) menu(f chat.Field) (of menu, ok bool) {
	of = menu{Type: kindMenu, CustomID: f.Name, Most: 1, Required: !f.Optional}
	if !f.Optional {
		of.Least = 1
	}
	if f.Kind == chat.PickPerson {
		of.Type = kindPeople
		of.People, ok = m.people(f.Initial)
		return of, ok
	}
	if len(f.Choices) == 0 || len(f.Choices) > maxOptions {
		return of, false
	}
	if f.Kind == chat.PickMany {
		of.Most = len(f.Choices)
	}
	of.Options, ok = options(f)
	return of, ok
}

// people are those of this application's servers that a field holds; not ok: it holds
// somebody else.
func (m markup) people(initial []string) (all []menuPerson, ok bool) {
	for _, address := range initial {
		p, err := desk.ParsePerson(strings.TrimPrefix(address, "@"))
		if err != nil || p.Connection != m.conn || !snowflake(p.ID).valid() {
			return nil, false
		}
		all = append(all, menuPerson{snowflake(p.ID), "user"})
	}
	return all, len(all) <= 1
}

// options are what a menu offers; not ok: a value does not fit, or the field holds one
// that is none of them.
func options(f chat.Field) (all []menuOption, ok bool) {
	held := f.Initial
	if f.Kind == chat.PickMany {
		held = strings.FieldsFunc(strings.Join(f.Initial, ","), func(r rune) bool { return r == ',' || r == ' ' })
	}
	left := map[string]bool{}
	for _, v := range held {
		left[v] = true
	}
	if f.Kind != chat.PickMany && len(left) > 1 {
		return nil, false
	}
	seen := map[string]bool{}
	for _, c := range f.Choices {
		if c.Value == "" || length(c.Value) > maxOption || seen[c.Value] {
			return nil, false
		}
		all = append(all, menuOption{cutPlain(oneLine(cmp.Or(c.Label, c.Value)), maxOption), c.Value, left[c.Value]})
		seen[c.Value] = true
		delete(left, c.Value)
	}
	return all, len(left) == 0
}

// refill is what a form opened again holds: what it held when it was refused.
func (a *asked) refill(req chat.Request) map[string]string {
	if a.in.Type != typeComponent {
		return nil
	}
	return req.Prefill
}
