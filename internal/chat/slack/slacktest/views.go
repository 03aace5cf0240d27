package slacktest

import (
	"encoding/json"
	"fmt"
	"time"
)

// triggerLife is how long a trigger_id may be used, once
// (docs.slack.dev/interactivity/handling-user-interaction, "trigger_id").
const triggerLife = 3 * time.Second

// trigger is who used what when.
type trigger struct {
	team *team
	user UserID
	born time.Time
	used bool
}

// View is a modal that the bot opened and a person sees.
type View struct {
	ID       string
	Hash     string
	Callback string
	Metadata string
	Title    string
	Raw      json.RawMessage // as the bot sent it
	Blocks   json.RawMessage
	Errors   map[string]string // shown beside its fields, by block_id
	user     UserID
	team     *team
	closed   bool
}

// Reads is all that its reader sees.
func (v View) Reads() string { return Message{Text: v.Title, Blocks: v.Blocks}.Reads() }

// openView is views.open (docs.slack.dev/reference/methods/views.open, "Errors";
// which of the codes a trigger that never was gets is unconfirmed).
func (s *Server) openView(c *call) reply {
	t := s.triggers[c.args["trigger_id"]]
	switch {
	case t == nil || t.team != c.team:
		return failed("invalid_trigger_id")
	case t.used:
		return failed("exchanged_trigger_id")
	case s.now().Sub(t.born) > triggerLife:
		return failed("expired_trigger_id")
	}
	raw := json.RawMessage(c.args["view"])
	if problems := CheckView(raw); len(problems) > 0 {
		r := invalidBlocks(problems)
		r.body["error"] = "invalid_arguments"
		return r
	}
	t.used = true
	v := &View{Raw: raw, user: t.user, team: t.team}
	var in struct {
		Callback string `json:"callback_id"`
		Metadata string `json:"private_metadata"`
		Title    struct {
			Text string `json:"text"`
		} `json:"title"`
		Blocks json.RawMessage `json:"blocks"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return failed("invalid_arguments")
	}
	n := s.next()
	v.ID, v.Hash = fmt.Sprintf("V%010d", n), fmt.Sprintf("%d.%08x", s.now().Unix(), n)
	v.Callback, v.Metadata, v.Title, v.Blocks = in.Callback, in.Metadata, in.Title.Text, in.Blocks
	s.views = append(s.views, v)
	s.touch()
	return done(object{"view": object{"id": v.ID, "hash": v.Hash, "type": "modal", "team_id": t.team.Team, "callback_id": v.Callback}})
}

// CheckView says what Slack would find wrong with a modal: its shape and the limits
// of docs.slack.dev/reference/views/modal-views.
func CheckView(raw json.RawMessage) []string {
	c := checker{blockIDs: map[string]bool{}}
	var o map[string]any
	if err := json.Unmarshal(raw, &o); err != nil {
		return []string{"the view is no object"}
	}
	if o["type"] != "modal" {
		c.say("/view/type", "unsupported type: %v", o["type"])
	}
	c.object("/view", o, shape{[]string{"title", "blocks"}, map[string]rule{
		"title": plain(24), "submit": plain(24), "close": plain(24), "callback_id": str(0, 255), "private_metadata": str(0, 3000),
		"blocks": list(0, 100, func(c *checker, at string, v any) { c.block(at, v) }), "clear_on_close": boolean, "notify_on_close": boolean, "external_id": str(0, 255),
	}})
	blocks, _ := o["blocks"].([]any)
	for _, b := range blocks {
		if b, _ := b.(map[string]any); b["type"] == "input" && o["submit"] == nil {
			c.say("/view/submit", "required when there are inputs")
		}
	}
	return c.problems
}

// Form returns the modal that a person sees on top.
func (s *Server) Form(user UserID) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.form(user)
	if v == nil {
		return View{}, false
	}
	return *v, true
}

func (s *Server) form(user UserID) *View {
	for i := len(s.views) - 1; i >= 0; i-- {
		if v := s.views[i]; v.user == user && !v.closed {
			return v
		}
	}
	return nil
}
