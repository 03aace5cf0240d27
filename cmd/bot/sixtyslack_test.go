package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

type onSlack struct {
	*slacktest.Server
	h *house
}

func slackHouse() (*house, error) {
	h := &house{connection: "northgate", people: map[string]string{"ann": "UANN", "root": "UROOT", "student": "USTUDENT"}, rooms: map[string]string{"ops": "C1OPS", "teach": "C2TEACH", "lib": "C3LIB"}}
	fake, at := slacktest.New(slacktest.WithClock(time.Now)), slacktest.NewWorkspace("northgate").At("http://bot")
	if err := fake.StartInProcess(); err != nil {
		return nil, err
	}
	fake.AddWorkspace(at)
	for _, name := range cast() {
		fake.AddUser(at.Team, slacktest.User{ID: slacktest.UserID(h.people[name]), Name: name, TZ: "America/New_York"})
	}
	for _, name := range rooms() {
		fake.AddChannel(at.Team, slacktest.Channel{ID: slacktest.ChannelID(h.rooms[name]), Name: name, Member: true})
	}
	h.config = fmt.Sprintf("[[slack]]\nname = \"northgate\"\nbot_token = %q\nsigning_secret = %q\nops_channel = \"C1OPS\"\napi_url = %q\n",
		string(at.Token), string(at.SigningSecret), fake.APIURL())
	h.transport, h.company, h.close = fake.Transport(), onSlack{fake, h}, func() error { fake.Close(); return nil }
	h.mention = func(name string) string { return "<@" + h.people[name] + "|" + name + ">" }
	h.room = func(name string) string { return "<#" + h.rooms[name] + "|" + name + ">" }
	return h, nil
}

func (s onSlack) meets(bot http.Handler) { s.ServeBot(bot) }

func (s onSlack) types(ctx context.Context, c cue) error {
	a, err := s.Type(ctx, slacktest.Command{Channel: slacktest.ChannelID(s.h.rooms[c.in]), User: slacktest.UserID(s.h.people[c.who]), Line: "/" + c.line})
	return slackSound(a, err)
}

func slackSound(a slacktest.Answer, err error) error {
	if err != nil || a.Late || a.Status != http.StatusOK || len(a.Problems) > 0 {
		return fmt.Errorf("%w: %w, late %v, status %d, %v", errUnsound, err, a.Late, a.Status, a.Problems)
	}
	return nil
}

func (s onSlack) presses(ctx context.Context, c cue) error {
	who := slacktest.UserID(s.h.people[c.who])
	for _, m := range slices.Backward(s.Messages(slacktest.ChannelID(s.h.rooms[c.in]))) {
		if m.To != "" && m.To != who {
			continue
		}
		if id := slackButton(m, c.press); id != "" {
			a, err := s.Click(ctx, slacktest.Click{Channel: m.Channel, TS: m.TS, User: who, Action: id})
			return slackSound(a, err)
		}
	}
	return errNoButton
}

func (s onSlack) fills(ctx context.Context, c cue) error {
	a, err := s.Submit(ctx, slacktest.UserID(s.h.people[c.who]), c.fill)
	return slackSound(a, err)
}

// slackButton is the action_id of a button; empty: there is none.
func slackButton(m slacktest.Message, label string) string {
	var blocks []struct {
		Elements []struct {
			ID   string `json:"action_id"`
			Text any    `json:"text"`
		} `json:"elements"`
	}
	_ = json.Unmarshal(m.Blocks, &blocks) // a message without blocks has no buttons
	for _, b := range blocks {
		for _, e := range b.Elements {
			if text, _ := e.Text.(map[string]any); text["text"] == label {
				return e.ID
			}
		}
	}
	return ""
}
