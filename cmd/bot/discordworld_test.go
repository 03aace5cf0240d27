package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest/gatewaytest"
	"github.com/umassonline/belltower/storage/storagetest"
)

// The people and places of every story on Discord.
const (
	dora = discordtest.ID("900000000000000501") // a responder by her role
	rick = discordtest.ID("900000000000000502") // an admin
	stu  = discordtest.ID("900000000000000503") // a student

	onCallRole  = discordtest.ID("900000000000000991")
	lowellGuild = discordtest.ID("900000000000000900")
	lowellOps   = discordtest.ID("900000000000001000")
	lowellTeach = discordtest.ID("900000000000001001")
)

// lowell is a fake Discord with one application, which is in one server.
type lowell struct {
	discord *discordtest.Server
	app     discordtest.Application
	gateway *gatewaytest.Server // nil: Discord calls the bot over HTTP
	more    string              // of the configuration
	renew   func()              // starts a bot on fake time anew
	served  *bot                // the newest on fake time
}

// newLowell makes one; byGateway: interactions come over the gateway.
func newLowell(byGateway bool, options ...discordtest.Option) *lowell {
	l := &lowell{discord: discordtest.New(options...), app: discordtest.NewApplication("lowell")}
	if byGateway {
		l.byGateway()
	}
	l.discord.AddApplication(l.app)
	l.discord.AddGuild(discordtest.Guild{ID: lowellGuild, Name: "Lowell", Roles: []discordtest.ID{onCallRole}})
	l.discord.AddUser(discordtest.User{ID: dora, Name: "dora", Roles: []discordtest.ID{onCallRole}})
	l.discord.AddUser(discordtest.User{ID: rick, Name: "rick"})
	l.discord.AddUser(discordtest.User{ID: stu, Name: "stu"})
	l.open(lowellOps, lowellTeach)
	return l
}

// open adds channels to the server.
func (l *lowell) open(ids ...discordtest.ID) {
	for _, id := range ids {
		l.discord.AddChannel(discordtest.Channel{ID: id, Guild: lowellGuild, Name: "channel-" + string(id[len(id)-3:])})
	}
}

// byGateway has interactions come over the gateway.
func (l *lowell) byGateway() {
	g := gatewaytest.New()
	l.gateway = g
	l.app.ID, l.app.Token = discordtest.ID(g.App()), discordtest.Secret(g.Token())
	g.AddGuild(gatewaytest.Guild{ID: string(lowellGuild), Channels: []string{string(lowellOps), string(lowellTeach)}})
	for _, at := range []string{"/api/v10/gateway/bot", "/gateway", "/resume"} {
		l.discord.Handle(at, g)
	}
	l.discord.Door(func(_ context.Context, _ discordtest.ID, payload []byte) error {
		g.Tell("INTERACTION_CREATE", json.RawMessage(payload))
		return nil
	})
}

// table is the connection in the configuration.
func (l *lowell) table() string {
	door := fmt.Sprintf("public_key = %q\ngateway = false", l.app.PublicKey())
	if l.gateway != nil {
		door = "gateway = true"
	}
	return fmt.Sprintf(`
[[discord]]
name = "lowell"
bot_token = %q
application_id = %q
%s
ops_channel = %q
api_url = %q
`, string(l.app.Token), l.app.ID, door, lowellOps, l.discord.APIURL())
}

// config is a configuration that has nothing but Discord.
func (l *lowell) config() string {
	return fmt.Sprintf(`
[organization]
name = "Example University"
timezone = "America/New_York"
public_url = "https://status.example.edu"

[http]
listen = "127.0.0.1:0"
admin_listen = "127.0.0.1:0"

[log]
format = "json"
level = "debug"

[access]
admins = ["lowell/%s"]
responders = ["lowell/role:%s"]

[[services]]
id = "learn"
name = "Learn System"
aliases = ["blackboard", "bb"]
group = "Teaching"
advice_outage = "Work of the last minutes may not be saved."

[[services]]
id = "portal"
name = "Student Portal"
`, rick, onCallRole) + l.table() + l.more
}

// discordWorld is a bot in a process of its own that has nothing but Discord.
type discordWorld struct {
	*lowell
	*world
	story *discordtest.Story
}

// newDiscordWorld makes one; byGateway: interactions come over the gateway.
func newDiscordWorld(t *testing.T, byGateway bool, options ...discordtest.Option) *discordWorld {
	t.Helper()
	w := &discordWorld{lowell: newLowell(byGateway, append(options, discordtest.WithDeadline(patience))...), world: &world{t: t, dir: storagetest.Dir(t)}}
	if err := w.discord.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.discord.Close() })
	if byGateway {
		t.Cleanup(w.gateway.Cut)
	}
	w.story = discordtest.NewStory(t, w.discord)
	t.Cleanup(func() {
		if w.cmd != nil {
			w.kill()
		}
	})
	return w
}

// start runs the bot, and waits until Discord knows the commands and can reach it.
func (w *discordWorld) start() {
	w.t.Helper()
	w.startWith(w.lowell.config())
	w.app = w.app.At(w.public)
	w.discord.AddApplication(w.app)
	if err := w.discord.AwaitCalls(w.t.Context(), discordtest.On{Route: "commands.put"}, 1); err != nil {
		w.t.Fatal(err)
	}
	if w.gateway != nil {
		w.awaitSessions(1)
	}
}

// awaitSessions waits until so many gateway sessions are open.
func (w *discordWorld) awaitSessions(n int) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	if err := w.gateway.Wait(ctx, func(s gatewaytest.Stats) bool { return s.Open == n }); err != nil {
		w.t.Fatalf("%+v: %v\n%s", w.gateway.Stats(), err, w.logged.text())
	}
}

// manyOnDiscord are the ids of n channels.
func manyOnDiscord(n int) []discordtest.ID {
	ids := make([]discordtest.ID, n)
	for i := range ids {
		ids[i] = discordtest.ID(fmt.Sprintf("900000000000002%03d", i))
	}
	return ids
}

// posts are what everybody in a channel sees.
func (l *lowell) posts(id discordtest.ID) (out []discordtest.Message) {
	for _, m := range l.discord.Messages(id) {
		if m.To == "" {
			out = append(out, m)
		}
	}
	return out
}

// uses uses a command with native options, which are "name: value" each.
func (l *lowell) uses(t *testing.T, c discordtest.Command, options ...string) discordtest.Answer {
	t.Helper()
	c.Options = map[string]string{}
	for _, o := range options {
		name, value, _ := strings.Cut(o, ": ")
		c.Options[name] = value
	}
	a, err := l.discord.Type(t.Context(), c)
	if err != nil || a.Late || len(a.Problems) > 0 || a.Status != 0 && a.Status != 200 {
		t.Fatalf("%s %s: %v, late %v, status %d, %s", c.Line, options, err, a.Late, a.Status, a.Problems)
	}
	return a
}
