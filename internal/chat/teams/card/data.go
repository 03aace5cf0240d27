package card

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
)

// data is what a button of ours sends back: one of the two. Teams adds what the inputs
// hold, by their ids.
type data struct {
	Command string `json:"command,omitempty"`
	Form    string `json:"form,omitempty"`
	Place   string `json:"place,omitempty"` // Style.Place
}

// optionKey begins the ids of inputs, so that a field of any name is told apart from
// what else stands in data.
const optionKey = "option."

// Submission is what a button sent: a command, or a form that was filled in.
type Submission struct {
	// Command is the line: the button's, or the one that the form stands for.
	Command string
	// Options are the fields that a button carried (chat.Action.Options); nil: none.
	Options map[string]string
	// Form: it is a form, and Fields are its fields that hold something, by name.
	Form   bool
	Fields map[string]string
	// Place is that of the style which the card was written in.
	Place string
}

// Why data is not taken. The errors repeat nothing of it.
var (
	errNoData  = errors.New("the button's data is no JSON object")
	errNotOurs = errors.New("the button's data has neither command nor form")
	errBoth    = errors.New("the button's data has both a command and a form")
	errField   = errors.New("a field of the form is no text")
)

// ReadData reads what a button of a card sends: the data of an Action.Execute
// (value.action.data of the invoke), or the value of the message that an Action.Submit
// makes. It takes what it does not know for Teams' own.
func ReadData(raw json.RawMessage) (Submission, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil || all == nil {
		return Submission{}, errNoData
	}
	command, isCommand := text(all["command"])
	form, isForm := text(all["form"])
	place, _ := text(all["place"])
	switch {
	case isCommand && isForm:
		return Submission{}, errBoth
	case isCommand:
		s := Submission{Place: place}
		if s.Command, s.Options = chat.ParseValue(command); strings.TrimSpace(s.Command) == "" {
			return Submission{}, errNotOurs
		}
		return s, nil
	case !isForm:
		return Submission{}, errNotOurs
	}
	filled, err := fields(all)
	if err != nil {
		return Submission{}, err
	}
	return Submission{Command: form, Form: true, Fields: filled, Place: place}, nil
}

// fields are those inputs that hold something.
func fields(all map[string]json.RawMessage) (map[string]string, error) {
	out := map[string]string{}
	for key, raw := range all {
		name, ours := strings.CutPrefix(key, optionKey)
		if !ours || name == "" || string(raw) == "null" {
			continue
		}
		var value string
		if err := json.Unmarshal(raw, &value); err != nil {
			return nil, errField
		}
		if strings.TrimSpace(value) != "" {
			out[name] = value
		}
	}
	return out, nil
}

// text reads a JSON text that says something.
func text(raw json.RawMessage) (string, bool) {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", false
	}
	return s, strings.TrimSpace(s) != ""
}
