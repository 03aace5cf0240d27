package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// What an installer did wrong is said in a line each, with what to do; warnings
// alone are no failure.
func TestCheckOnline(t *testing.T) {
	const two = "admins = [\"amherst/UROOT\", \"amherst/UANN\"]\n"
	for _, tc := range []struct {
		name   string
		spoil  func(c *campus)
		later  time.Duration // our clock
		status int
		want   []string
	}{
		{"all is well", func(c *campus) { c.access = two }, 0, 0, []string{"is sound"}},
		{"one admin", func(c *campus) {}, 0, 0, []string{"warning: ", "access.admins: fewer than two admins"}},
		{"a wrong token", func(c *campus) { c.amherst.Token = "xoxb-wrong" }, 0, 1,
			[]string{"error: amherst: slack.bot_token: Slack does not take it (invalid_auth)"}},
		{"Slack is not reached", func(c *campus) { c.slack.Faults(slacktest.On{Method: "auth.test"}, slacktest.ErrorBefore(502)) }, 0, 1,
			[]string{"error: amherst: slack.api_url: Slack cannot be asked (HTTP 502): the machine must reach it"}},
		{"no scope to look up", func(c *campus) {
			c.amherst.Scopes = slacktest.BaseScopes()
			c.slack.AddWorkspace(c.amherst)
		}, 0, 0, []string{"warning: amherst: slack.bot_token: the scope channels:history is missing: an opening or an end may come twice after a crash or a lost answer"}},
		{"no scope for commands", func(c *campus) {
			c.amherst.Scopes = c.amherst.Scopes[1:]
			c.slack.AddWorkspace(c.amherst)
		}, 0, 1, []string{"error: amherst: slack.bot_token: the scope commands is missing: there are no slash commands and shortcuts"}},
		{"not in ops", inOps(func(ch *slacktest.Channel) { ch.Member = false }), 0, 1, []string{"slack.ops_channel: the bot is not in the channel COPS: invite it"}},
		{"ops is archived", inOps(func(ch *slacktest.Channel) { ch.Archived = true }), 0, 1, []string{"slack.ops_channel: the channel COPS is archived"}},
		{"people", func(c *campus) {
			c.slack.AddUser(c.amherst.Team, slacktest.User{ID: ann, Deleted: true})
			c.slack.SetGroup(c.amherst.Team, "SEMPTY")
			c.access = two + `responders = ["amherst/UNOBODY", "amherst/group:SEMPTY"]`
			c.more = "[[contacts]]\ncampus = \"amherst\"\nrole = \"technical\"\nwho = \"amherst/UGHOST\"\n"
		}, 0, 1, []string{"access.admins: the account amherst/UANN is deactivated", "access.responders: Slack knows no amherst/UNOBODY",
			"warning: amherst: access: the user group amherst/group:SEMPTY is empty", "contacts.who: Slack knows no amherst/UGHOST"}},
		{"a contact that is a channel", func(c *campus) {
			c.slack.AddChannel(c.amherst.Team, slacktest.Channel{ID: "CHELP", Name: "help"})
			c.access, c.more = two, "[[contacts]]\ncampus = \"amherst\"\nrole = \"technical\"\nwho = \"amherst/CHELP\"\n"
		}, 0, 1, []string{"error: amherst: contacts.who: the bot is not in the channel CHELP: invite it there"}},
		{"the clock", func(c *campus) {}, 7 * time.Minute, 1, []string{"error: amherst: the clock: this machine's is 7m"}},
		{"nobody beyond ops can be called", func(c *campus) {
			c.more = "[cadence]\nescalate_url = \"http://127.0.0.1:1/hunter2\"\n[mail]\nserver = \"127.0.0.1:1\"\nfrom = \"belltower@example.edu\"\n"
		}, 0, 1, []string{"config.toml: mail.server: 127.0.0.1:1: the connection is refused: check the port",
			"config.toml: cadence.escalate_url: it cannot be called: the connection is refused"}},
		{"limits", func(c *campus) {
			c.slack.Faults(slacktest.On{Method: "users.info"}, slacktest.Limited(1))
			c.access = two
		}, 0, 0, []string{"is sound"}},
		{"one app twice", func(c *campus) {
			c.more = strings.NewReplacer("TOKEN", string(c.amherst.Token), "URL", c.slack.APIURL()).Replace(
				"[[slack]]\nname = \"boston\"\nbot_token = \"TOKEN\"\nsigning_secret = \"x\"\napp_token = \"xapp-wrong\"\nops_channel = \"COPS\"\napi_url = \"URL\"\n")
		}, 0, 1, []string{
			"error: boston: slack.bot_token: it is of the same app as that of amherst", "error: boston: slack.app_token: Slack opens no socket"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCampus()
			if err := c.slack.Start(); err != nil {
				t.Fatal(err)
			}
			defer c.slack.Close()
			tc.spoil(&c)
			out, errs, status := c.checkOnline(t, tc.later)
			if status != tc.status {
				t.Errorf("exit status %d", status)
			}
			for _, want := range tc.want {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in:\n%s%s", want, out, errs)
				}
			}
			if tc.want[0] == "is sound" && strings.Contains(out, "amherst: ") {
				t.Errorf("nothing is wrong, but:\n%s", out)
			}
		})
	}
}

// inOps changes the ops channel.
func inOps(change func(*slacktest.Channel)) func(*campus) {
	return func(c *campus) { c.slack.ChangeChannel(ops, change) }
}

// checkOnline checks the campus by a clock that is so much ahead.
func (c campus) checkOnline(t *testing.T, ahead time.Duration) (stdout, stderr string, status int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(c.config()), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	status = run(context.Background(), process{args: []string{"--config", path, "check", "--online"}, stdout: &out, stderr: &errs,
		env: os.LookupEnv, now: func() time.Time { return time.Now().Add(ahead) }})
	if strings.Contains(out.String()+errs.String(), string(c.amherst.Token)) {
		t.Error("it prints a token")
	}
	return out.String(), errs.String(), status
}

// A channel that subscribes and hears nothing is a line of warning, whether the bot
// serves or not.
func TestCheckOnlineLooksAtTheChannelsThatSubscribe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.subscribe("CTEACH", "CLIB", "COLD")
	w.slack.ChangeChannel("CLIB", func(ch *slacktest.Channel) { ch.Member = false })
	w.slack.ChangeChannel("COLD", func(ch *slacktest.Channel) { ch.Archived = true })
	look := func() {
		t.Helper()
		out, errs, status := w.bot("check", "--online")
		if status != 0 {
			t.Errorf("exit status %d: %s", status, errs)
		}
		for _, want := range []string{
			"warning: amherst: subscriptions: the bot is not in the channel CLIB: invite it there (it subscribes, and hears nothing)",
			"warning: amherst: subscriptions: the channel COLD is archived",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in:\n%s", want, out)
			}
		}
		if strings.Contains(out, "CTEACH") {
			t.Errorf("CTEACH hears:\n%s", out)
		}
	}
	look()
	w.stop()
	look()
}
