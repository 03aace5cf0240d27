package discord

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
)

// Limits of a modal (developers/components/reference, "Text Input", and
// developers/interactions/receiving-and-responding, "Modal").
const (
	maxTitle   = 45
	maxFields  = 5
	maxLabel   = 45 // of a text input
	maxHint    = 100
	maxInput   = 4000
	inputShort = 1
	inputLong  = 2
)

// The kinds of component that we send.
const (
	kindRow    = 1
	kindButton = 2
	kindInput  = 4
)

// modal is a form. It is made of text inputs alone: libraries of the gateway do not
// read the newer kinds, so menus become texts that name what can be picked.
type modal struct {
	CustomID   string      `json:"custom_id"`
	Title      string      `json:"title"`
	Components []actionRow `json:"components"`
}

type actionRow struct {
	Type       int   `json:"type"`
	Components []any `json:"components"` // button or input
}

type input struct {
	Type        int    `json:"type"`
	CustomID    string `json:"custom_id"`
	Style       int    `json:"style"`
	Label       string `json:"label"`
	Value       string `json:"value,omitempty"`
	Placeholder string `json:"placeholder,omitempty"`
	Required    bool   `json:"required"`
	MaxLength   int    `json:"max_length,omitempty"`
}

// modal lays a form out. filled is what fields hold that were filled in before. Of more
// than five fields those are left to the command line that need not be filled in.
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
	m := modal{CustomID: id, Title: cutPlain(oneLine(f.Title), maxTitle), Components: []actionRow{}}
	for _, field := range shown {
		if v := filled[field.Name]; v != "" {
			field.Initial = []string{v}
		}
		m.Components = append(m.Components, actionRow{kindRow, []any{a.markup.input(field)}})
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
	most := min(len(all), maxFields)
	for i, f := range all {
		if slices.Contains(order[:most], i) {
			shown = append(shown, f)
		} else {
			left = append(left, f)
		}
	}
	return shown, left
}

// input is the input of a field.
func (m markup) input(f chat.Field) input {
	in := input{Type: kindInput, CustomID: f.Name, Style: inputShort, Label: f.Label, Required: !f.Optional, Placeholder: f.Hint}
	if f.Kind == chat.LongText {
		in.Style = inputLong
	}
	in.MaxLength = min(f.Max, maxInput)
	switch {
	case f.Kind == chat.PickPerson:
		in.Placeholder = fmt.Sprintf(m.own("me, or an address such as %s/123456789"), m.conn)
	case len(f.Choices) > 0:
		in.Label, in.Placeholder = pickable(f)
	}
	in.Label = cutPlain(oneLine(in.Label), maxLabel)
	if in.Label == "" {
		in.Label = f.Name
	}
	in.Placeholder = cutPlain(oneLine(in.Placeholder), maxHint)
	in.Value = cutPlain(strings.Join(f.Initial, ","), maxInput)
	if in.MaxLength > 0 {
		in.Value = cutPlain(in.Value, in.MaxLength)
	}
	return in
}

// pickable says what can be typed where a menu would be: beside the label if it fits,
// as a hint that is gone once something is typed.
func pickable(f chat.Field) (label, hint string) {
	values := make([]string, len(f.Choices))
	for i, c := range f.Choices {
		values[i] = c.Value
	}
	all := strings.Join(values, ", ")
	label = f.Label
	if withAll := f.Label + " (" + all + ")"; length(withAll) <= maxLabel {
		label = withAll
	}
	return label, all
}

// refill is what a form opened again holds: what it held when it was refused.
func (a *asked) refill(req chat.Request) map[string]string {
	if a.in.Type != typeComponent {
		return nil
	}
	return req.Prefill
}
