package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

type sixtyOnDiscord struct {
	*discordtest.Server
	h  *house
	at discordtest.Application
}

func discordHouse() (*house, error) {
	h := &house{connection: "westgate", people: map[string]string{"ann": "501", "root": "502", "student": "503"}, rooms: map[string]string{"ops": "1001", "teach": "1002", "lib": "1003"}}
	fake, at := discordtest.New(discordtest.WithClock(time.Now)), discordtest.NewApplication("westgate").At("http://bot")
	fake.AddApplication(at)
	fake.AddGuild(discordtest.Guild{ID: "900", Name: "Westgate"})
	for _, name := range cast() {
		fake.AddUser(discordtest.User{ID: discordtest.ID(h.people[name]), Name: name})
	}
	for _, name := range rooms() {
		fake.AddChannel(discordtest.Channel{ID: discordtest.ID(h.rooms[name]), Guild: "900", Name: name})
	}
	h.config = fmt.Sprintf("[[discord]]\nname = \"westgate\"\nbot_token = %q\napplication_id = %q\npublic_key = %q\ngateway = false\nops_channel = \"1001\"\napi_url = %q\n",
		string(at.Token), string(at.ID), at.PublicKey(), fake.APIURL())
	h.transport, h.company, h.close = fake.Transport(), sixtyOnDiscord{fake, h, at}, fake.Close
	// Options of these kinds carry the bare id.
	h.mention, h.room = func(name string) string { return h.people[name] }, func(name string) string { return h.rooms[name] }
	return h, nil
}

func (s sixtyOnDiscord) meets(bot http.Handler) { s.ServeBot(bot) }

// types uses the command with its native options; without any, what is behind the verb
// is the option "text".
func (s sixtyOnDiscord) types(ctx context.Context, c cue) error {
	line := c.line
	if c.native != nil {
		words := strings.Fields(c.line)
		line = strings.Join(words[:min(len(words), verbWords(words[0]))], " ")
	}
	r, err := s.CommandRequest(discordtest.Command{Channel: discordtest.ID(s.h.rooms[c.in]), User: discordtest.ID(s.h.people[c.who]), Line: "/" + line, Options: c.native})
	if err != nil {
		return err
	}
	r.Body = discordKinds.ReplaceAllFunc(r.Body, func(found []byte) []byte {
		kind := map[bool]string{true: "6", false: "7"}[bytes.Contains(found, []byte("person"))]
		return append(found[:len(found)-1], kind...)
	})
	r.Header = discordtest.Sign(s.at.Key, time.Now(), r.Body)
	a, err := s.Send(ctx, r)
	return s.sound(ctx, a, err)
}

// discordKinds are the options that are people (6) or channels (7), which the fake has as
// texts (3).
var discordKinds = regexp.MustCompile(`"name":"(person|channel)","type":3`)

// verbWords is how many words a command and its verb are.
func verbWords(command string) int {
	if slices.Contains([]string{"incident", "window", "probe", "service", "belltower"}, command) {
		return 2
	}
	return 1
}

func (s sixtyOnDiscord) sound(ctx context.Context, a discordtest.Answer, err error) error {
	if err != nil || a.Late || a.Status >= 300 || len(a.Problems) > 0 {
		return fmt.Errorf("%w: %w, late %v, status %d, %v", errUnsound, err, a.Late, a.Status, a.Problems)
	}
	if a.Form != nil {
		return nil
	}
	_, err = s.Final(ctx, a)
	return err
}

func (s sixtyOnDiscord) presses(ctx context.Context, c cue) error {
	room, who := discordtest.ID(s.h.rooms[c.in]), discordtest.ID(s.h.people[c.who])
	for _, m := range slices.Backward(s.Messages(room)) {
		if m.To != "" && m.To != who || !slices.Contains(m.Buttons(), c.press) {
			continue
		}
		a, err := s.Click(ctx, discordtest.Click{Channel: room, Message: m.ID, Button: c.press, User: who})
		if err := s.sound(ctx, a, err); err != nil {
			return err
		}
		// Slack's and Teams' own programs ask before a button does what cannot be undone;
		// Discord's does not, so that the bot asks with the same button once more.
		if asks := a.Message; asks.To == who && slices.Equal(asks.Buttons(), []string{c.press}) {
			a, err = s.Click(ctx, discordtest.Click{Channel: room, Message: asks.ID, Button: c.press, User: who})
			return s.sound(ctx, a, err)
		}
		return nil
	}
	return errNoButton
}

func (s sixtyOnDiscord) fills(ctx context.Context, c cue) error {
	a, err := s.Submit(ctx, discordtest.ID(s.h.people[c.who]), c.fill)
	return s.sound(ctx, a, err)
}
