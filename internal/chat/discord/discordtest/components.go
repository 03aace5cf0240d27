package discordtest

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// component is a row, a button or a text input.
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
}

// The kinds of component that the fake knows (components/reference).
const (
	kindRow    = 1
	kindButton = 2
	kindInput  = 4
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
// receiving-and-responding, "Modal"; components/reference, "Text Input").
func (m modal) problems() (inputs []component, out []problem) {
	say := func(at, message string) { out = append(out, problem{at, "BASE_TYPE_BAD_LENGTH", message}) }
	if n := length(m.Title); n < 1 || n > 45 {
		say("data.title", "Must be between 1 and 45 in length.")
	}
	if n := length(m.CustomID); n < 1 || n > 100 {
		say("data.custom_id", "Must be between 1 and 100 in length.")
	}
	rows, ok := readRows(m.Components)
	if !ok || len(rows) < 1 || len(rows) > 5 {
		say("data.components", "Must be between 1 and 5 in length.")
		return nil, out
	}
	seen := map[string]bool{}
	for i, row := range rows {
		at := fmt.Sprintf("data.components.%d", i)
		if row.Type != kindRow || len(row.Components) != 1 || row.Components[0].Type != kindInput {
			say(at, "A row of a form holds one text input.")
			continue
		}
		in := row.Components[0]
		out = append(out, in.input(at)...)
		if seen[in.CustomID] {
			say(at, "Component custom id cannot be duplicated")
		}
		seen[in.CustomID] = true
		inputs = append(inputs, in)
	}
	return inputs, out
}

func (in component) input(at string) (out []problem) {
	for _, l := range []struct {
		field string
		n     int
		least int
		most  int
	}{{"custom_id", length(in.CustomID), 1, 100}, {"label", length(in.Label), 1, 45}, {"placeholder", length(in.Placeholder), 0, 100}, {"value", length(in.Value), 0, 4000}, {"max_length", in.MaxLength, 0, 4000}, {"style", in.Style, 1, 2}} {
		if l.n < l.least || l.n > l.most {
			out = append(out, problem{at + "." + l.field, "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and %d.", l.least, l.most)})
		}
	}
	if in.MaxLength > 0 && length(in.Value) > in.MaxLength {
		out = append(out, problem{at + ".value", "BASE_TYPE_MAX_LENGTH", "It is longer than max_length."})
	}
	return out
}
