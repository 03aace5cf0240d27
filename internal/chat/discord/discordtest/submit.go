package discordtest

import (
	"context"
	"encoding/json"
	"fmt"
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

// Input is a field of a form.
type Input struct {
	Name, Label, Placeholder, Value string
	Required                        bool
	MaxLength                       int
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
	rows := []object{}
	left := len(fill)
	for _, in := range f.Inputs {
		v, named := fill[in.Name]
		if named {
			left--
		} else {
			v = in.Value
		}
		switch {
		case in.Required && strings.TrimSpace(v) == "":
			return Request{}, fmt.Errorf("fake Discord: field %s of %q must be filled in", in.Name, f.Title)
		case in.MaxLength > 0 && length(v) > in.MaxLength, length(v) > 4000:
			return Request{}, fmt.Errorf("fake Discord: field %s of %q has %d characters, %d fit", in.Name, f.Title, length(v), in.MaxLength)
		}
		rows = append(rows, object{"type": kindRow, "id": 1, "components": []object{{"type": kindInput, "id": 2, "custom_id": in.Name, "value": v}}})
	}
	if left > 0 {
		return Request{}, fmt.Errorf("fake Discord: %q has not all of the fields %v", f.Title, fill)
	}
	delete(s.forms, user)
	i := &interaction{kind: typeModal, user: user, channel: f.channel, source: f.source}
	return s.ask(i, object{"data": object{"custom_id": f.CustomID, "components": rows}}, Origin{App: f.app})
}
