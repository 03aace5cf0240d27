package discordtest

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// component is a row, a button, or a part of a form: a text, or a label and its input or
// menu.
type component struct {
	Type        int         `json:"type"`
	CustomID    string      `json:"custom_id"`
	Style       int         `json:"style"`
	Label       string      `json:"label"`
	URL         string      `json:"url"`
	Disabled    bool        `json:"disabled"`
	Value       string      `json:"value"`
	Placeholder string      `json:"placeholder"`
	Required    *bool       `json:"required"`
	MinLength   int         `json:"min_length"`
	MaxLength   int         `json:"max_length"`
	Components  []component `json:"components"`
	Component   *component  `json:"component"`
	Description string      `json:"description"`
	Content     string      `json:"content"`
	Options     []picking   `json:"options"`
	Defaults    []picking   `json:"default_values"`
	Least       *int        `json:"min_values"`
	Most        *int        `json:"max_values"`

	inRow bool // of an input of a form: it stands in a row, not in a label
}

// picking is what a menu offers, or a person whom it holds at first.
type picking struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	Default bool   `json:"default"`
	ID      string `json:"id"`
	Type    string `json:"type"`
}

// The kinds of component that the fake knows (components/reference).
const (
	kindRow    = 1
	kindButton = 2
	kindMenu   = 3
	kindInput  = 4
	kindPeople = 5
	kindText   = 10
	kindLabel  = 18
	styleLink  = 5
)

func readRows(raw json.RawMessage) ([]component, bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, true
	}
	var rows []component
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return rows, d.Decode(&rows) == nil
}

// CheckComponents lists what Discord would not take of the rows of a message
// (components/reference, "Action Row", "Button").
func CheckComponents(raw json.RawMessage) (out []problem) {
	rows, ok := readRows(raw)
	if !ok {
		return []problem{{"components", "BASE_TYPE_INVALID", "This is no list of rows."}}
	}
	if len(rows) > 5 {
		out = append(out, problem{"components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length."})
	}
	seen := map[string]bool{}
	for i, row := range rows {
		at := fmt.Sprintf("components.%d", i)
		if row.Type != kindRow || len(row.Components) == 0 || len(row.Components) > 5 {
			out = append(out, problem{at + ".components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length."})
		}
		for k, b := range row.Components {
			out = append(out, b.button(fmt.Sprintf("%s.components.%d", at, k))...)
			if b.CustomID != "" && seen[b.CustomID] {
				out = append(out, problem{fmt.Sprintf("%s.components.%d.custom_id", at, k), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"})
			}
			seen[b.CustomID] = true
		}
	}
	return out
}

func (b component) button(at string) (out []problem) {
	if b.Type != kindButton || b.Style < 1 || b.Style > 5 {
		return []problem{{at + ".type", "UNION_TYPE_CHOICES", "Only buttons stand in the fake's messages."}}
	}
	if n := length(b.Label); n < 1 || n > 80 {
		out = append(out, problem{at + ".label", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 80 in length."})
	}
	switch {
	case b.Style == styleLink && (!isURL(b.URL) || length(b.URL) > 512 || b.CustomID != ""):
		out = append(out, problem{at + ".url", "BUTTON_COMPONENT_INVALID_URL", "A url is required, of at most 512 characters."})
	case b.Style != styleLink && (b.URL != "" || length(b.CustomID) < 1 || length(b.CustomID) > 100):
		out = append(out, problem{at + ".custom_id", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length."})
	}
	return out
}

// modal is the data of a response that opens a form.
type modal struct {
	CustomID   string          `json:"custom_id"`
	Title      string          `json:"title"`
	Components json.RawMessage `json:"components"`
}

// problems lists what Discord would not take of a form (interactions/
// receiving-and-responding, "Modal"; components/reference, "Label", "Text Input", "String
// Select", "User Select", "Text Display"). An input in a row is deprecated, and taken.
func (m modal) problems() (inputs []component, out []problem) {
	say := func(at, message string) { out = append(out, problem{at, "BASE_TYPE_BAD_LENGTH", message}) }
	if n := length(m.Title); n < 1 || n > 45 {
		say("data.title", "Must be between 1 and 45 in length.")
	}
	if n := length(m.CustomID); n < 1 || n > 100 {
		say("data.custom_id", "Must be between 1 and 100 in length.")
	}
	parts, ok := readRows(m.Components)
	if !ok || len(parts) < 1 || len(parts) > 5 {
		say("data.components", "Must be between 1 and 5 in length.")
		return nil, out
	}
	seen := map[string]bool{}
	for i, part := range parts {
		at := fmt.Sprintf("data.components.%d", i)
		in, is := part.field()
		switch {
		case part.Type == kindText && length(part.Content) >= 1 && length(part.Content) <= 4000:
			continue
		case !is:
			say(at, "A form has texts, and labels or rows with one input or menu.")
			continue
		case seen[in.CustomID]:
			say(at, "Component custom id cannot be duplicated")
		}
		out = append(out, in.input(at)...)
		seen[in.CustomID] = true
		inputs = append(inputs, in)
	}
	return inputs, out
}

// field is the input or menu of a part of a form, with what its label says.
func (b component) field() (in component, ok bool) {
	switch {
	case b.Type == kindRow && len(b.Components) == 1:
		in = b.Components[0]
		in.inRow = true
		return in, in.Type == kindInput
	case b.Type == kindLabel && b.Component != nil && b.Component.Label == "":
		in = *b.Component
		in.Label, in.Description = b.Label, b.Description
		return in, in.Type == kindInput || in.Type == kindMenu || in.Type == kindPeople
	}
	return in, false
}

func (b component) input(at string) (out []problem) {
	for _, l := range []struct {
		field string
		n     int
		least int
		most  int
	}{
		{"custom_id", length(b.CustomID), 1, 100}, {"label", length(b.Label), 1, 45}, {"description", length(b.Description), 0, 100},
		{"placeholder", length(b.Placeholder), 0, 100}, {"value", length(b.Value), 0, 4000}, {"max_length", b.MaxLength, 0, 4000},
	} {
		if l.n < l.least || l.n > l.most {
			out = append(out, problem{at + "." + l.field, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d.", l.least, l.most)})
		}
	}
	if b.MaxLength > 0 && length(b.Value) > b.MaxLength {
		out = append(out, problem{at + ".value", "BASE_TYPE_MAX_LENGTH", "It is longer than max_length."})
	}
	if b.Type == kindInput && b.Style != 1 && b.Style != 2 {
		out = append(out, problem{at + ".style", "BASE_TYPE_CHOICES", "Must be 1 or 2."})
	}
	if b.Type != kindInput {
		out = append(out, b.menu(at)...)
	}
	return out
}

// menu lists what Discord would not take of a menu of a form.
func (b component) menu(at string) (out []problem) {
	least, most := b.bounds()
	if least < 0 || least > most || most < 1 || most > 25 || least == 0 && b.isRequired() || len(b.initially()) > most {
		out = append(out, problem{at + ".min_values", "BASE_TYPE_BAD_LENGTH", "So many values cannot be picked."})
	}
	if b.Type == kindMenu && (len(b.Options) < 1 || len(b.Options) > 25 || most > len(b.Options)) {
		out = append(out, problem{at + ".options", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length."})
	}
	seen := map[string]bool{}
	for _, o := range b.Options {
		if length(o.Label) < 1 || length(o.Label) > 100 || length(o.Value) < 1 || length(o.Value) > 100 {
			out = append(out, problem{at + ".options", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length."})
		}
		if seen[o.Value] {
			out = append(out, problem{at + ".options", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used"})
		}
		seen[o.Value] = true
	}
	return out
}

func (b component) isRequired() bool { return b.Required == nil || *b.Required }

// bounds are how many values may be picked.
func (b component) bounds() (least, most int) {
	least, most = 1, 1
	if b.Least != nil {
		least = *b.Least
	}
	if b.Most != nil {
		most = *b.Most
	}
	return least, most
}

// initially is what a menu holds at first.
func (b component) initially() (values []string) {
	for _, o := range b.Options {
		if o.Default {
			values = append(values, o.Value)
		}
	}
	for _, p := range b.Defaults {
		values = append(values, p.ID)
	}
	return values
}
