package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

type onTeams struct {
	*teamstest.Server
	h *house
}

func teamsHouse() (*house, error) {
	h := &house{connection: "southgate", people: map[string]string{}, rooms: map[string]string{"ops": "19:1ops@thread.tacv2", "teach": "19:2teach@thread.tacv2", "lib": "19:3lib@thread.tacv2"}}
	fake, at := teamstest.New(teamstest.WithClock(time.Now)), teamstest.NewTenant("southgate").At("http://bot")
	if err := fake.StartInProcess(); err != nil {
		return nil, err
	}
	const team = "19:it@thread.tacv2"
	fake.AddTenant(at)
	fake.AddTeam(at.ID, teamstest.Team{ID: team, Group: "it-group", Name: "IT", Installed: true, Members: []teamstest.UserID{"29:ann", "29:root", "29:student"}})
	for _, name := range cast() {
		h.people[name] = name + "-object"
		fake.AddUser(at.ID, teamstest.User{ID: teamsUser(name), Name: name, Zone: "America/New_York"})
	}
	for _, name := range rooms() {
		fake.AddChannel(team, teamstest.Channel{ID: teamstest.ChannelID(h.rooms[name]), Name: name})
	}
	h.config = fmt.Sprintf("[[teams]]\nname = \"southgate\"\napp_id = %q\napp_secret = %q\ntenant_id = %q\nops_channel = %q\nissuer = %q\nopenid_url = %q\ntoken_url = %q\nservice_urls = [%q]\n",
		at.App, string(at.Secret), string(at.ID), h.rooms["ops"], teamstest.Issuer, fake.OpenIDURL(), fake.TokenURL(), fake.ServiceURL())
	h.transport, h.company = fake.Transport(), onTeams{fake, h}
	h.mention, h.room = func(name string) string { return "<at>" + name + "</at>" }, h.address // Teams cannot mention a channel to a bot
	h.close = func() error {
		fake.Transport().CloseIdleConnections() // those never used would be waited for
		return fake.Close()
	}
	return h, nil
}

func teamsUser(name string) teamstest.UserID { return teamstest.UserID("29:" + name) }

func (s onTeams) meets(bot http.Handler) { s.ServeBot(bot) }

func (s onTeams) types(ctx context.Context, c cue) error {
	l := teamstest.Line{Channel: teamstest.ChannelID(s.h.rooms[c.in]), User: teamsUser(c.who), Text: c.line}
	for _, name := range cast() {
		if strings.Contains(c.line, s.h.mention(name)) {
			l.Mentions = append(l.Mentions, teamsUser(name))
		}
	}
	a, err := s.Type(ctx, l)
	return teamsSound(a, err)
}

func teamsSound(a teamstest.Answer, err error) error {
	if err != nil || a.Late || a.Status != http.StatusOK || len(a.Problems) > 0 {
		return fmt.Errorf("%w: %w, late %v, status %d, %v", errUnsound, err, a.Late, a.Status, a.Problems)
	}
	return nil
}

func (s onTeams) presses(ctx context.Context, c cue) error {
	room, who := teamstest.ChannelID(s.h.rooms[c.in]), teamsUser(c.who)
	title, err := json.Marshal(cmp.Or(c.press, c.form.Submit))
	if err != nil {
		return err
	}
	for _, m := range slices.Backward(s.Messages(room)) {
		card := m.Card
		if own, replaced := m.Instead[who]; replaced {
			card = own
		}
		if m.To != "" && m.To != who || !regexp.MustCompile(`"title": ?`+regexp.QuoteMeta(string(title))).Match(card) {
			continue
		}
		a, err := s.Click(ctx, teamstest.Click{Channel: room, ID: m.ID, User: who, Label: cmp.Or(c.press, c.form.Submit), Fill: c.fill})
		return teamsSound(a, err)
	}
	return errNoButton
}

// fills sends the dialog that a button opened, else the card that answered a line.
func (s onTeams) fills(ctx context.Context, c cue) error {
	if _, _, open := s.Dialog(teamsUser(c.who)); open {
		a, err := s.Submit(ctx, teamsUser(c.who), c.fill)
		return teamsSound(a, err)
	}
	return s.presses(ctx, c)
}
