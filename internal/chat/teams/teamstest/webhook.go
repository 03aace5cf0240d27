package teamstest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
)

// Webhook is an outgoing webhook of a team, which people mention like a bot.
type Webhook struct {
	URL   string // where what is typed is posted to
	Token Secret // the security token as Teams shows it, base64
}

// hookDeadline is how long Teams waits for a webhook's answer ("Create an Outgoing
// Webhook").
const hookDeadline = 5 * time.Second

// hookID is the webhook's id in conversations.
const hookID = "28:outgoing-webhook"

// AddWebhook makes a team's outgoing webhook, or changes it.
func (s *Server) AddWebhook(id TeamID, h Webhook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.teams[id]; t != nil {
		t.hook = h
	}
}

// Mention types a line that mentions the outgoing webhook of the channel's team: it is
// shown in the channel, and so is the answer, for everybody.
func (s *Server) Mention(ctx context.Context, l Line) (Answer, error) {
	r, err := s.MentionRequest(l)
	if err != nil {
		return Answer{}, err
	}
	return s.Send(ctx, r)
}

// MentionRequest makes the request of a mention without sending it.
func (s *Server) MentionRequest(l Line) (Request, error) {
	change := l.Forgery.Change
	l.Forgery.Change = func(a object) {
		a["recipient"] = object{"id": hookID, "name": "Belltower"}
		entities, _ := a["entities"].([]object)
		for _, e := range entities {
			if e["text"] == "<at>Bell</at>" {
				e["mentioned"] = object{"id": hookID, "name": "Belltower"}
			}
		}
		if change != nil {
			change(a)
		}
	}
	r, err := s.TypeRequest(l)
	if err != nil {
		return r, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[l.Channel]
	if ch.team == nil || ch.team.hook.URL == "" {
		return r, fmt.Errorf("fake Teams: the team of %s has no outgoing webhook", l.Channel)
	}
	key, err := base64.StdEncoding.DecodeString(string(ch.team.hook.Token))
	if err != nil {
		return r, fmt.Errorf("fake Teams: the webhook's token: %w", err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(r.Body)
	r.Header.Set("Authorization", "HMAC "+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	r.URL, r.wait = ch.team.hook.URL, hookDeadline
	r.mentioned = &message{Message{Channel: ch.ID, Root: or(l.Thread, ch.messages[len(ch.messages)-1].ID)}}
	return r, nil
}

// heedHook shows what a webhook answered, under what was typed. The caller holds s.mu.
func (s *Server) heedHook(r Request, a *Answer) {
	var in sent
	if a.Status != 200 || json.Unmarshal(a.Body, &in) != nil || in.Type != "message" || in.Text == "" && len(in.Attachments) == 0 {
		a.Problems = append(a.Problems, "the answer of the webhook is no message")
		return
	}
	m := message{Message{Root: r.mentioned.Root, Bot: hookID, Via: "webhook", Text: in.Text, Summary: in.Summary}}
	if len(in.Attachments) > 0 {
		m.Card = in.Attachments[0].Content
		a.Problems = append(a.Problems, CheckCard(m.Card)...)
	}
	s.add(s.channels[r.mentioned.Channel], m)
}
