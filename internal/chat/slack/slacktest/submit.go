package slacktest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Fill is what a person puts into the fields of a form, by block_id: a text, the
// value of a choice, several values joined by commas. What is not named stays as the
// form came; "" empties a field.
type Fill map[string]string

// Submit fills in the form that a person sees on top and sends it. It stays open,
// with Errors, where the bot found faults. The error says that the bot was
// unreachable, or that Slack itself would not let this be sent: an empty field that
// is not optional, a choice that is not there, a text that is too long.
func (s *Server) Submit(ctx context.Context, user UserID, fill Fill) (Answer, error) {
	r, err := s.SubmitRequest(user, fill)
	if err != nil {
		return Answer{}, err
	}
	return s.SendForm(ctx, user, r)
}

// SendForm sends what SubmitRequest made and does with the form what is answered.
func (s *Server) SendForm(ctx context.Context, user UserID, r Request) (Answer, error) {
	a, err := s.Send(ctx, r)
	if err != nil || a.Late || a.Status != 200 {
		return a, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.form(user)
	if v == nil {
		return a, nil
	}
	a.Reply = Reply{}
	a.Problems = v.heed(a.Body)
	return a, nil
}

// heed does what the answer to a submission says
// (docs.slack.dev/surfaces/modals, "Close", "Displaying errors").
func (v *View) heed(body []byte) (problems []string) {
	v.Errors = nil
	var in struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
	}
	switch {
	case len(body) == 0:
		v.closed = true
		return nil
	case json.Unmarshal(body, &in) != nil:
		return []string{"the answer to a form is no JSON"}
	case in.Action == "clear":
		v.closed = true
		return nil
	case in.Action != "errors" || len(in.Errors) == 0:
		return []string{fmt.Sprintf("unknown response_action %q", in.Action)}
	}
	ids := v.inputs()
	for id, text := range in.Errors {
		if !slices.ContainsFunc(ids, func(b map[string]any) bool { return b["block_id"] == id }) || text == "" {
			problems = append(problems, fmt.Sprintf("an error for %q, which is no input, or without words", id))
		}
	}
	v.Errors = in.Errors
	return problems
}

func (v *View) inputs() []map[string]any {
	var blocks []map[string]any
	_ = json.Unmarshal(withIDs(v.Blocks), &blocks) // it was checked when it was opened
	return slices.DeleteFunc(blocks, func(b map[string]any) bool { return b["type"] != "input" })
}

// SubmitRequest makes the request of a submission without sending it, with the
// fields of docs.slack.dev/reference/interaction-payloads/view-interactions-payload.
func (s *Server) SubmitRequest(user UserID, fill Fill) (Request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.form(user)
	if v == nil {
		return Request{}, fmt.Errorf("fake Slack: %s sees no form", user)
	}
	values := object{}
	left := len(fill)
	for _, b := range v.inputs() {
		id, _ := b["block_id"].(string)
		element, _ := b["element"].(map[string]any)
		given, named := fill[id]
		if named {
			left--
		}
		state, err := fillIn(element, given, named, b["optional"] == true)
		if err != nil {
			return Request{}, fmt.Errorf("fake Slack: field %s of %q: %w", id, v.Title, err)
		}
		action, _ := element["action_id"].(string)
		values[id] = object{action: state}
	}
	if left > 0 {
		return Request{}, fmt.Errorf("fake Slack: %q has not all of the fields %v", v.Title, fill)
	}
	return s.formRequest(v, values)
}

func (s *Server) formRequest(v *View, values object) (Request, error) {
	t, name := v.team, v.team.users[v.user].Name
	payload, err := json.Marshal(object{
		"type": "view_submission", "token": "deprecated-verification-token", "api_app_id": t.App, "response_urls": []any{},
		"team": object{"id": t.Team, "domain": t.Domain}, "user": object{"id": v.user, "username": name, "name": name, "team_id": t.Team},
		"trigger_id": s.newTrigger(t, v.user),
		"view": object{"id": v.ID, "hash": v.Hash, "type": "modal", "team_id": t.Team, "callback_id": v.Callback, "private_metadata": v.Metadata,
			"blocks": json.RawMessage(withIDs(v.Blocks)), "state": object{"values": values}},
	})
	if err != nil {
		return Request{}, fmt.Errorf("fake Slack: make view_submission: %w", err)
	}
	form := url.Values{"payload": {string(payload)}}
	return s.signed(Request{URL: t.Interactions, Body: []byte(form.Encode())}, t.SigningSecret, Forgery{}), nil
}

// fillIn makes the state of one input.
func fillIn(element map[string]any, given string, named, optional bool) (object, error) {
	kind, _ := element["type"].(string)
	if kind == "plain_text_input" {
		if !named {
			given, _ = element["initial_value"].(string)
		}
		most, _ := element["max_length"].(float64)
		switch {
		case given == "" && !optional:
			return nil, fmt.Errorf("it must be filled in")
		case most > 0 && length(given) > int(most):
			return nil, fmt.Errorf("it has %d characters, %d fit", length(given), int(most))
		case given == "":
			return object{"type": kind, "value": nil}, nil
		}
		return object{"type": kind, "value": given}, nil
	}
	if kind == "users_select" {
		return pickPerson(element, given, named, optional)
	}
	chosen, err := choose(element, given, named)
	if err == nil && len(chosen) == 0 && !optional {
		err = fmt.Errorf("something must be picked")
	}
	if kind == "multi_static_select" {
		return object{"type": kind, "selected_options": chosen}, err
	}
	if len(chosen) == 0 {
		return object{"type": kind, "selected_option": nil}, err
	}
	return object{"type": kind, "selected_option": chosen[0]}, err
}

func pickPerson(element map[string]any, given string, named, optional bool) (object, error) {
	if !named {
		given, _ = element["initial_user"].(string)
	}
	switch {
	case given != "":
		return object{"type": "users_select", "selected_user": given}, nil
	case !optional:
		return nil, fmt.Errorf("somebody must be picked")
	}
	return object{"type": "users_select", "selected_user": nil}, nil
}

// choose finds the options of a menu that are picked.
func choose(element map[string]any, given string, named bool) ([]any, error) {
	if !named {
		if o := element["initial_option"]; o != nil {
			return []any{o}, nil
		}
		initial, _ := element["initial_options"].([]any)
		return append([]any{}, initial...), nil
	}
	chosen := []any{}
	options, _ := element["options"].([]any)
	for value := range strings.SplitSeq(given, ",") {
		k := slices.IndexFunc(options, func(o any) bool { o2, _ := o.(map[string]any); return o2["value"] == value })
		switch {
		case k >= 0:
			chosen = append(chosen, options[k])
		case value != "":
			return nil, fmt.Errorf("there is no choice %q", value)
		}
	}
	return chosen, nil
}

// Shortcut is a person's use of a shortcut: a global one, or one on a message.
type Shortcut struct {
	Team     TeamID
	User     UserID
	Callback string
	Channel  ChannelID // with TS: of the message
	TS       TS
}

// Use posts the signed payload of a shortcut to the Interactions URL
// (docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload, whose
// examples name no app).
func (s *Server) Use(ctx context.Context, u Shortcut) (Answer, error) {
	r, err := s.shortcutRequest(u)
	if err != nil {
		return Answer{}, err
	}
	return s.Send(ctx, r)
}

func (s *Server) shortcutRequest(u Shortcut) (Request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.teams[u.Team]
	if t == nil {
		return Request{}, fmt.Errorf("fake Slack: no workspace %q", u.Team)
	}
	name := t.users[u.User].Name
	p := object{"type": "shortcut", "token": "deprecated-verification-token", "callback_id": u.Callback,
		"action_ts": formatTS(s.now().UnixMicro() + s.next()), "trigger_id": s.newTrigger(t, u.User),
		"team": object{"id": t.Team, "domain": t.Domain}, "user": object{"id": u.User, "username": name, "team_id": t.Team}}
	if u.TS != "" {
		ch := s.channels[u.Channel]
		micros, _ := parseTS(string(u.TS))
		if ch == nil || ch.at(micros) == nil {
			return Request{}, fmt.Errorf("fake Slack: no message %s in %s", u.TS, u.Channel)
		}
		h := s.newHook(t, u.Channel, u.User)
		p["user"] = object{"id": u.User, "name": name}
		p["type"], p["message_ts"], p["message"] = "message_action", u.TS, ch.at(micros).render(true)
		p["channel"], p["response_url"] = object{"id": u.Channel, "name": s.shownName(u.Channel)}, s.hookURL(h)
	}
	payload, err := json.Marshal(p)
	if err != nil {
		return Request{}, fmt.Errorf("fake Slack: make a shortcut: %w", err)
	}
	form := url.Values{"payload": {string(payload)}}
	return s.signed(Request{URL: t.Interactions, Body: []byte(form.Encode())}, t.SigningSecret, Forgery{}), nil
}
