package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/chat/web/webchat"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// The platforms that the script of sixty commands is played on.

var (
	errNoButton = errors.New("nobody sees such a button")
	errUnsound  = errors.New("the platform would not show the answer as meant")
)

// house is a platform with the people and channels of the script.
type house struct {
	connection desk.ConnectionName
	// people and rooms are the platform's ids of those of the script.
	people, rooms map[string]string
	config        string // the connection's section; the demo's has none
	web           []web.Settings
	transport     http.RoundTripper
	company       company
	// mention writes a person, room a channel, as the platform does in what is typed.
	mention, room func(name string) string
	close         func() error
}

// company is the platform's people at work.
type company interface {
	// meets has the platform send to this bot from now on; nil: to nobody.
	meets(bot http.Handler)
	types(context.Context, cue) error
	presses(context.Context, cue) error
}

func (h *house) person(name string) desk.Person {
	return desk.Person{Connection: h.connection, ID: h.people[name]}
}

func (h *house) channel(name string) desk.Channel {
	return desk.Channel{Connection: h.connection, ID: h.rooms[name]}
}

// address is a channel as the grammar reads it everywhere.
func (h *house) address(name string) string { return h.channel(name).String() }

// at is a person as the grammar reads one everywhere.
func (h *house) at(name string) string { return "@" + h.person(name).String() }

// roles and places of the script, in the order of their ids on every platform.
func cast() []string  { return []string{"ann", "root", "student"} }
func rooms() []string { return []string{"ops", "teach", "lib"} }

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
	title, err := json.Marshal(c.press)
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
		a, err := s.Click(ctx, teamstest.Click{Channel: room, ID: m.ID, User: who, Label: c.press})
		return teamsSound(a, err)
	}
	return errNoButton
}

type onDiscord struct {
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
	h.transport, h.company, h.close = fake.Transport(), onDiscord{fake, h, at}, fake.Close
	// Options of these kinds carry the bare id.
	h.mention, h.room = func(name string) string { return h.people[name] }, func(name string) string { return h.rooms[name] }
	return h, nil
}

func (s onDiscord) meets(bot http.Handler) { s.ServeBot(bot) }

// types uses the command with its native options; without any, what is behind the verb
// is the option "text".
func (s onDiscord) types(ctx context.Context, c cue) error {
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
	if slices.Contains([]string{"incident", "window", "belltower"}, command) {
		return 2
	}
	return 1
}

func (s onDiscord) sound(ctx context.Context, a discordtest.Answer, err error) error {
	if err != nil || a.Late || a.Status >= 300 || len(a.Problems) > 0 {
		return fmt.Errorf("%w: %w, late %v, status %d, %v", errUnsound, err, a.Late, a.Status, a.Problems)
	}
	if a.Form != nil {
		return nil
	}
	_, err = s.Final(ctx, a)
	return err
}

func (s onDiscord) presses(ctx context.Context, c cue) error {
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

// onWeb is the demo's platform, used through its page.
type onWeb struct {
	platform *webchat.Platform
	h        *house
	wire     *handed
}

// handed carries HTTP to a handler in this process.
type handed struct {
	mu sync.Mutex
	to http.Handler
}

func (x *handed) set(to http.Handler) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.to = to
}

// RoundTrip serves the request at once.
func (x *handed) RoundTrip(r *http.Request) (*http.Response, error) {
	x.mu.Lock()
	to := x.to
	x.mu.Unlock()
	if to == nil {
		return nil, errors.New("connection refused")
	}
	rec := httptest.NewRecorder()
	to.ServeHTTP(rec, r)
	return rec.Result(), nil
}

func webHouse() (*house, error) {
	h := &house{connection: "eastgate", people: map[string]string{"ann": "ann", "root": "root", "student": "student"}, rooms: map[string]string{"ops": "1ops", "teach": "2teach", "lib": "3lib"}}
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		return nil, err
	}
	token, secret := config.NewSecret("a token"), config.NewSecret("a secret")
	toBot, toPlatform := &handed{}, &handed{}
	set := webchat.Settings{Title: "Sixty", Campuses: []webchat.Campus{{Name: h.connection, Label: "Eastgate"}}, Token: token, Secret: secret, Zone: zone, Now: time.Now, Transport: toBot}
	for _, name := range cast() {
		set.People = append(set.People, webchat.Person{ID: name, Name: name, Staff: true})
	}
	p := webchat.New(set)
	for _, name := range rooms() {
		p.AddChannel(webchat.Channel{Address: h.channel(name), Name: name})
	}
	toPlatform.set(p.Handler())
	h.web = []web.Settings{{Name: h.connection, OpsChannel: h.rooms["ops"], APIURL: "http://localhost/api/", Token: token, SigningSecret: secret}}
	h.transport, h.company, h.close = toPlatform, onWeb{p, h, toBot}, func() error { return nil }
	h.mention, h.room = h.at, h.address
	return h, nil
}

func (s onWeb) meets(bot http.Handler) {
	s.wire.set(bot)
	s.platform.SetBot(webchat.Bot{URL: "http://bot"}, "")
}

// do is a deed of a person on the page.
func (s onWeb) do(ctx context.Context, c cue, path string, fields url.Values) error {
	fields.Set("as", s.h.people[c.who])
	fields.Set("in", s.h.address(c.in))
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://localhost"+path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	s.platform.Handler().ServeHTTP(rec, r)
	var done struct{ Fault string }
	if err := json.Unmarshal(rec.Body.Bytes(), &done); err != nil || done.Fault != "" || rec.Code != http.StatusOK {
		return fmt.Errorf("%w: %w, status %d, %s", errUnsound, err, rec.Code, done.Fault)
	}
	return nil
}

func (s onWeb) types(ctx context.Context, c cue) error {
	return s.do(ctx, c, "/say", url.Values{"line": {"/" + c.line}})
}

func (s onWeb) presses(ctx context.Context, c cue) error {
	page := httptest.NewRecorder()
	query := url.Values{"as": {s.h.people[c.who]}, "in": {s.h.address(c.in)}}
	s.platform.Handler().ServeHTTP(page, httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/?"+query.Encode(), nil))
	button := regexp.MustCompile(`data-press="([^"]+)" data-n="([0-9]+)"[^>]*>` + regexp.QuoteMeta(c.press) + `</button>`)
	all := button.FindAllStringSubmatch(page.Body.String(), -1)
	if len(all) == 0 {
		return errNoButton
	}
	newest := all[len(all)-1]
	return s.do(ctx, c, "/press", url.Values{"post": {newest[1]}, "n": {newest[2]}})
}
