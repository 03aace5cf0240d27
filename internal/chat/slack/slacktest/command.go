package slacktest

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// Command is a slash command that a person types. Its text is sent as it is
// here; that Slack writes & < > as entities in it, as it does in messages
// (bolt-python#513), is unconfirmed, so a test may send either.
type Command struct {
	Channel   ChannelID
	User      UserID
	Line      string // "/incident declare learn down"
	Team      TeamID // default: the channel's
	TriggerID string // default: a fresh one
	App       AppID  // default: the workspace's
	Forgery   Forgery
}

// Type types the command: it posts the signed request to the workspace's
// Commands URL, and shows what the bot answered in the channel, to the person
// alone or, with in_channel, to everybody. The error says that the bot was
// unreachable or that the channel's team does not exist here.
func (s *Server) Type(ctx context.Context, c Command) (Answer, error) {
	r, err := s.CommandRequest(c)
	if err != nil {
		return Answer{}, err
	}
	s.mu.Lock()
	s.show(r.hook, Message{Author: c.User, To: c.User, Text: c.Line, Via: viaCommand})
	s.mu.Unlock()
	a, err := s.Send(ctx, r)
	if err != nil {
		return a, err
	}
	s.hear(r.hook, &a)
	return a, nil
}

// CommandRequest makes the request of a command without sending it. The fields
// are those of docs.slack.dev/interactivity/implementing-slash-commands.
func (s *Server) CommandRequest(c Command) (Request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.channels[c.Channel]; ch != nil && c.Team == "" {
		c.Team = ch.team.Team
	}
	t := s.teams[c.Team]
	if t == nil {
		return Request{}, fmt.Errorf("fake Slack: no workspace %q for a command in %s", c.Team, c.Channel)
	}
	h := s.newHook(t, c.Channel, c.User)
	if c.TriggerID == "" {
		c.TriggerID = s.newTrigger(t, c.User)
	}
	if c.App == "" {
		c.App = t.App
	}
	word, text, _ := strings.Cut(c.Line, " ")
	form := url.Values{
		"token": {"deprecated-verification-token"}, "team_id": {string(t.Team)}, "team_domain": {t.Domain},
		"channel_id": {string(c.Channel)}, "channel_name": {s.shownName(c.Channel)},
		"user_id": {string(c.User)}, "user_name": {t.users[c.User].Name}, "command": {word}, "text": {text},
		"api_app_id": {string(c.App)}, "is_enterprise_install": {"false"},
		"response_url": {s.hookURL(h)}, "trigger_id": {c.TriggerID},
	}
	r := s.signed(Request{URL: t.Commands, Body: []byte(form.Encode())}, t.SigningSecret, c.Forgery)
	r.hook, h.trigger = h, c.TriggerID
	return r, nil
}

// shownName is the channel_name of payloads: "directmessage" in a direct
// message, "privategroup" in a private channel.
func (s *Server) shownName(id ChannelID) string {
	ch := s.channels[id]
	switch {
	case ch == nil:
		return "unknown"
	case ch.Kind == IM:
		return "directmessage"
	case ch.Kind == Private:
		return "privategroup"
	}
	return ch.Name
}

// newTrigger makes a trigger_id. It is good for one use within 3 s
// (docs.slack.dev/interactivity/handling-user-interaction), by the methods that
// open views. The caller holds s.mu.
func (s *Server) newTrigger(t *team, user UserID) string {
	n := s.next()
	id := fmt.Sprintf("%d.%d.%032x", s.now().UnixMicro(), n, n)
	s.triggers[id] = &trigger{team: t, user: user, born: s.now()}
	return id
}

// hear shows an answer to a command.
func (s *Server) hear(h *hook, a *Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.ResponseURL, a.TriggerID = s.hookURL(h), h.trigger
	if a.Late || a.Status != 200 || a.Reply.empty() {
		return
	}
	m := Message{Text: a.Reply.Text, Blocks: a.Reply.Blocks, Via: viaAnswer}
	if a.Reply.ResponseType != "in_channel" {
		m.To = h.user
	}
	h.original = s.show(h, m)
}
