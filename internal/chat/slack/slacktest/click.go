package slacktest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
)

// Click is a person's use of a button, or of an option of a menu, in a message
// that the bot posted.
type Click struct {
	Channel ChannelID
	TS      TS
	Action  string // action_id
	Option  string // value of the option chosen, for menus
	User    UserID
	App     AppID // default: the workspace's
	Forgery Forgery
}

// Click posts the signed block_actions payload to the workspace's Interactions
// URL.
// The answer's body is only an acknowledgement: Slack shows nothing of it. The
// error says that the bot was unreachable or that there is no such button.
func (s *Server) Click(ctx context.Context, c Click) (Answer, error) {
	r, err := s.ClickRequest(c)
	if err != nil {
		return Answer{}, err
	}
	a, err := s.Send(ctx, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	a.ResponseURL, a.TriggerID = s.hookURL(r.hook), r.hook.trigger
	return a, err
}

// ClickRequest makes the request of a click without sending it and shows the
// click in the transcript.
func (s *Server) ClickRequest(c Click) (Request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[c.Channel]
	if ch == nil {
		return Request{}, fmt.Errorf("fake Slack: no channel %s", c.Channel)
	}
	micros, _ := parseTS(string(c.TS))
	m := ch.at(micros)
	if m == nil || m.Deleted {
		return Request{}, fmt.Errorf("fake Slack: no message %s in %s to click in", c.TS, c.Channel)
	}
	action, label, err := m.action(c)
	if err != nil {
		return Request{}, err
	}
	h := s.newHook(ch.team, c.Channel, c.User)
	h.original, h.trigger = m, s.newTrigger(ch.team, c.User)
	action["action_ts"] = formatTS(s.now().UnixMicro() + s.next()) // two clicks are never the same click
	payload, err := json.Marshal(s.clickPayload(h, action, c))
	if err != nil {
		return Request{}, fmt.Errorf("fake Slack: make block_actions: %w", err)
	}
	s.show(h, Message{Author: c.User, To: c.User, Text: "[" + label + "]", Via: viaClick})
	form := url.Values{"payload": {string(payload)}}
	r := s.signed(Request{URL: ch.team.Interactions, Body: []byte(form.Encode())}, ch.team.SigningSecret, c.Forgery)
	r.hook = h
	return r, nil
}

// clickPayload has the fields of
// docs.slack.dev/reference/interaction-payloads/block_actions-payload. An
// ephemeral message is not included, only its container.
func (s *Server) clickPayload(h *hook, action object, c Click) object {
	t, m := h.team, h.original
	app := t.App
	if c.App != "" {
		app = c.App
	}
	container := object{"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "is_ephemeral": m.ephemeral}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	name := t.users[c.User].Name
	p := object{
		"type": "block_actions", "token": "deprecated-verification-token", "api_app_id": app,
		"team": object{"id": t.Team, "domain": t.Domain}, "enterprise": nil, "is_enterprise_install": false,
		"user":    object{"id": c.User, "username": name, "name": name, "team_id": t.Team},
		"channel": object{"id": m.Channel, "name": s.shownName(m.Channel)}, "container": container,
		"trigger_id": h.trigger, "response_url": s.hookURL(h), "state": object{"values": object{}},
		"actions": []object{action},
	}
	if !m.ephemeral {
		p["message"] = m.render(true)
	}
	return p
}

// action finds the element and makes its entry in "actions"; label is what the
// person saw.
func (m *message) action(c Click) (entry object, label string, err error) {
	var blocks []map[string]any
	if m.Blocks != nil {
		if err := json.Unmarshal(withIDs(m.Blocks), &blocks); err != nil {
			return nil, "", fmt.Errorf("fake Slack: blocks of %s: %w", m.TS, err)
		}
	}
	for _, b := range blocks {
		for _, e := range interactive(b) {
			if e["action_id"] == c.Action {
				return enter(b, e, c.Option)
			}
		}
	}
	return nil, "", fmt.Errorf("fake Slack: message %s in %s has no button %q: %s", m.TS, m.Channel, c.Action, m.Blocks)
}

// enter makes the entry of one element: a button has its text and value, a
// menu the option chosen.
func enter(block, e map[string]any, choice string) (object, string, error) {
	entry := object{"type": e["type"], "action_id": e["action_id"], "block_id": block["block_id"]}
	if e["type"] == "button" {
		for _, name := range []string{"text", "value", "style"} {
			if v, there := e[name]; there {
				entry[name] = v
			}
		}
		text, _ := e["text"].(map[string]any)
		label, _ := text["text"].(string)
		return entry, label, nil
	}
	options, _ := e["options"].([]any)
	for _, o := range options {
		if o, _ := o.(map[string]any); o["value"] == choice {
			entry["selected_option"] = o
			return entry, choice, nil
		}
	}
	return nil, "", fmt.Errorf("fake Slack: %v %v has no option %q", e["type"], e["action_id"], choice)
}
