package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/chat/discord/native"
)

// What an installer did wrong with Discord is said in a line each, with what to do.
func TestCheckOnlineOfDiscord(t *testing.T) {
	old := strings.Replace(string(native.JSON()), "See which services work now", "What works", 1)
	for _, tc := range []struct {
		name   string
		spoil  func(l *lowell)
		status int
		want   []string
	}{
		{"all is well", func(l *lowell) { l.register(t, string(native.JSON())) }, 0, []string{"is sound"}},
		{"no commands yet", func(l *lowell) {}, 0, []string{"warning: lowell: discord.application_id: Discord knows no commands yet"}},
		{"old commands", func(l *lowell) { l.register(t, old) }, 0, []string{"warning: lowell: discord.application_id: Discord knows other commands than this version has (/status)"}},
		{"commands are not told", func(l *lowell) {
			l.discord.FaultsAlways(discordtest.On{Route: "commands.get"}, discordtest.ErrorBefore(502))
		}, 0, []string{"warning: lowell: discord.application_id: Discord does not say which commands it knows: HTTP 502"}},
		{"a wrong token", func(l *lowell) { l.app.Token = "wrong" }, 1, []string{"error: lowell: discord.bot_token: Discord does not take it"}},
		{"nobody answers", func(l *lowell) { l.discord.Down(true) }, 1, []string{"error: lowell: discord.api_url: Discord cannot be asked (HTTP 503)"}},
		{"not invited", func(l *lowell) {
			l.discord.ChangeGuild(lowellGuild, func(g *discordtest.Guild) { g.Left = true })
		}, 1, []string{"error: lowell: discord.ops_channel: the channel " + string(lowellOps) + " cannot be read (Missing Access (50001))", "client_id="}},
		{"no such role", func(l *lowell) {
			l.discord.ChangeGuild(lowellGuild, func(g *discordtest.Guild) { g.Roles = nil })
		}, 0, []string{"warning: lowell: access.responders: the server of the ops channel has no role " + string(onCallRole)}},
		{"twice", func(l *lowell) { l.more = strings.Replace(l.table(), `"lowell"`, `"other"`, 1) }, 1,
			[]string{"error: other: discord.application_id: it is the same application as that of lowell"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := newLowell(false)
			if err := l.discord.Start(); err != nil {
				t.Fatal(err)
			}
			defer l.discord.Close()
			l.app.URL = "https://bot.example.edu/discord/lowell/interactions"
			l.discord.AddApplication(l.app)
			tc.spoil(l)
			path := filepath.Join(t.TempDir(), "config.toml")
			if err := os.WriteFile(path, []byte(l.config()), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, errs bytes.Buffer
			status := run(context.Background(), process{args: []string{"--config", path, "check", "--online"}, stdout: &out, stderr: &errs, env: os.LookupEnv, now: time.Now})
			if status != tc.status || strings.Contains(out.String()+errs.String(), string(l.app.Token)+"\"") {
				t.Errorf("exit status %d:\n%s%s", status, &out, &errs)
			}
			for _, want := range tc.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %q in:\n%s%s", want, &out, &errs)
				}
			}
			if tc.want[0] == "is sound" && strings.Contains(out.String(), "lowell: ") {
				t.Errorf("nothing is wrong, but:\n%s", &out)
			}
		})
	}
}

// register tells Discord commands, as some program did before.
func (l *lowell) register(t *testing.T, commands string) {
	t.Helper()
	if err := l.discord.Register(l.app.ID, []byte(commands)); err != nil {
		t.Fatal(err)
	}
}

// A channel that subscribes and hears nothing is a line of warning.
func TestCheckOnlineLooksAtChannelsOfDiscordThatSubscribe(t *testing.T) {
	t.Parallel()
	w := newDiscordWorld(t, false)
	w.start()
	for _, id := range manyOnDiscord(2) {
		w.open(id)
		w.uses(t, discordtest.Command{Channel: id, User: stu, Line: "/subscribe"}, "target: all")
	}
	mute := manyOnDiscord(2)[1]
	w.discord.ChangeChannel(mute, func(c *discordtest.Channel) { c.Deny = discordtest.ViewChannel })
	out, errs, status := w.bot("check", "--online")
	want := fmt.Sprintf("warning: lowell: subscriptions: the channel %s cannot be read (Missing Access (50001)): it subscribes, and hears nothing", mute)
	if status != 0 || !strings.Contains(out, want) || strings.Count(out, "subscriptions:") != 1 {
		t.Errorf("exit status %d:\n%s%s", status, out, errs)
	}
}
