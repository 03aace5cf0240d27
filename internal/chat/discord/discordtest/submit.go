package discordtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Form is a modal that a person sees.
type Form struct {
	User     ID
	Title    string
	CustomID string
	Inputs   []Input
	Raw      json.RawMessage

	channel ID
	source  *message
	app     ID
}

// Input is a field of a form: a text, or a menu of Choices or of people. What was picked
// is the Value, joined by commas.
type Input struct {
	Name, Label, Description, Placeholder, Value string
	Required                                     bool
	MaxLength                                    int
	Choices                                      []string // their values
	People                                       bool

	of component
}

// shown is a field as a person sees it.
func (b component) shown() Input {
	in := Input{
		Name: b.CustomID, Label: b.Label, Description: b.Description, Placeholder: b.Placeholder, Value: b.Value,
		Required: b.isRequired(), MaxLength: b.MaxLength, People: b.Type == kindPeople, of: b,
	}
	if b.Type != kindInput {
		in.Value = strings.Join(b.initially(), ",")
	}
	for _, o := range b.Options {
		in.Choices = append(in.Choices, o.Value)
	}
	return in
}

// Form is what a person has open; false: nothing.
func (s *Server) Form(user ID) (Form, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.forms[user]
	if f == nil {
		return Form{}, false
	}
	return *f, true
}

// Fill is what a person puts into the fields of a form, by name. What is not named stays
// as the form came; "" empties a field.
type Fill map[string]string

// Submit fills in the form that a person sees and sends it, which closes it. The error
// says that the bot was unreachable, or that Discord itself would not let this be sent.
func (s *Server) Submit(ctx context.Context, user ID, fill Fill) (Answer, error) {
	r, err := s.SubmitRequest(user, fill)
	if err != nil {
		return Answer{}, err
	}
	return s.Send(ctx, r)
}

// SubmitRequest makes the request of a form without sending it
// (interactions/receiving-and-responding, "Modal Submit Data Structure").
func (s *Server) SubmitRequest(user ID, fill Fill) (Request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.forms[user]
	if f == nil {
		return Request{}, fmt.Errorf("fake Discord: %s sees no form", user)
	}
	parts := []object{}
	left := len(fill)
	for _, in := range f.Inputs {
		v, named := fill[in.Name]
		if named {
			left--
		} else {
			v = in.Value
		}
		filled, err := in.filled(v)
		if err != nil {
			return Request{}, fmt.Errorf("fake Discord: field %s of %q %w", in.Name, f.Title, err)
		}
		if in.of.inRow {
			parts = append(parts, object{"type": kindRow, "id": 1, "components": []object{filled}})
		} else {
			parts = append(parts, object{"type": kindLabel, "id": 1, "component": filled})
		}
	}
	if left > 0 {
		return Request{}, fmt.Errorf("fake Discord: %q has not all of the fields %v", f.Title, fill)
	}
	delete(s.forms, user)
	i := &interaction{kind: typeModal, user: user, channel: f.channel, source: f.source}
	return s.ask(i, object{"data": object{"custom_id": f.CustomID, "components": parts}}, Origin{App: f.app})
}

// filled is a field as it is sent, if a person could fill it in so.
func (in Input) filled(v string) (object, error) {
	if in.Required && strings.TrimSpace(v) == "" {
		return nil, errors.New("must be filled in")
	}
	if in.of.Type == kindInput {
		if in.MaxLength > 0 && length(v) > in.MaxLength || length(v) > 4000 {
			return nil, fmt.Errorf("has %d characters, %d fit", length(v), in.MaxLength)
		}
		return object{"type": kindInput, "id": 2, "custom_id": in.Name, "value": v}, nil
	}
	values := []string{}
	if v != "" {
		values = strings.Split(v, ",")
	}
	for _, one := range values {
		if !in.People && !slices.Contains(in.Choices, one) {
			return nil, fmt.Errorf("has no choice %q", one)
		}
	}
	if least, most := in.of.bounds(); len(values) < least || len(values) > most {
		return nil, fmt.Errorf("has %d values, %d to %d may be picked", len(values), least, most)
	}
	return object{"type": in.of.Type, "id": 2, "custom_id": in.Name, "values": values}, nil
}
