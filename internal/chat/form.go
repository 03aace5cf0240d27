package chat

import (
	"encoding/json"
	"strings"
)

// Form is what a person fills in instead of typing a line. It is made of the state
// of the moment and nothing remembers it: its command and the fields filled in make
// the request, so one that was opened before a restart works after it.
type Form struct {
	Title  string // "Resolve INC-42": at most 24 characters
	Submit string // names the deed: "Resolve"; at most 24 characters
	// Command is the line that it stands for: "incident resolve 42".
	Command string
	// Intro says what it is about.
	Intro  []Line
	Fields []Field
}

// Field is one field of a form.
type Field struct {
	// Name is that of the option which it fills in.
	Name  string
	Label string
	Hint  string
	Kind  FieldKind
	// Choices are what can be picked; where a platform cannot show so many, the
	// field is a text, as the grammar reads the values.
	Choices []Choice
	// Initial is what it holds at first: a text, values of choices, or a person's
	// address.
	Initial []string
	// Max is the most characters of a text.
	Max      int
	Optional bool
}

// FieldKind is how a field is filled in.
type FieldKind string

// The kinds of field. Several values that were picked are joined by commas; a person
// who was picked is "@connection/id".
const (
	ShortText  FieldKind = ""
	LongText   FieldKind = "long"
	PickOne    FieldKind = "one"
	PickMany   FieldKind = "many"
	PickPerson FieldKind = "person"
)

// Choice is one thing that can be picked.
type Choice struct {
	Value string // at most 75 characters
	Label string
}

// buttonValue is how a button carries a command with fields.
type buttonValue struct {
	Command string            `json:"c"`
	Options map[string]string `json:"o"`
}

// Value is the command of a button, with its fields, as one text.
func (a Action) Value() string {
	if len(a.Options) == 0 {
		return a.Command
	}
	b, err := json.Marshal(buttonValue{a.Command, a.Options})
	if err != nil {
		return "" // texts in a map always encode
	}
	return string(b)
}

// ParseValue reads what Value wrote; what is not of that form is a command.
func ParseValue(value string) (command string, options map[string]string) {
	if strings.HasPrefix(value, "{") {
		var v buttonValue
		if err := json.Unmarshal([]byte(value), &v); err == nil {
			return v.Command, v.Options
		}
	}
	return value, nil
}
