package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// twoDoors is a bot with two workspaces: amherst is heard over HTTP, boston by
// Socket Mode.
func twoDoors(b *testing.B) *measured {
	b.Helper()
	c := newCampusOf(b)
	boston := slacktest.NewWorkspace("boston").BySocket()
	c.slack.AddWorkspace(boston)
	c.slack.AddUser(boston.Team, slacktest.User{ID: "UBOB", Name: "bob", TZ: "America/New_York"})
	c.slack.AddChannel(boston.Team, slacktest.Channel{ID: "CBOPS", Name: "bops", Member: true, Archived: true})
	c.more = fmt.Sprintf(`
[[slack]]
name = "boston"
bot_token = %q
app_token = %q
ops_channel = "CBOPS"
api_url = %q
`, string(boston.Token), string(boston.AppToken), c.slack.APIURL())
	m := measure(b, c, setup{path: filepath.Join(b.TempDir(), "t.db"), change: func(cfg *config.Config) {
		withGrace(cfg)
		cfg.Access.Responders = append(cfg.Access.Responders, desk.Person{Connection: "boston", ID: "UBOB"})
	}})
	c.slack.AddWorkspace(c.amherst.At(strings.TrimSuffix(m.url, "/slack/amherst/commands")))
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	if err := c.slack.Wait(ctx, func() bool { return c.slack.Sockets(boston.Team).Open == 2 }); err != nil {
		b.Fatal(err)
	}
	return m
}

// BenchmarkSocketMode types one command by Socket Mode and over HTTP in turns, one
// caller, through the same fake Slack, from the typing to the answer: one that only
// reads, and one that is on disk before it is answered.
func BenchmarkSocketMode(b *testing.B) {
	for name, line := range map[string]string{"read": "/status learn", "write": "/incident note 1 We are looking into it."} {
		b.Run(name, func(b *testing.B) {
			m := twoDoors(b)
			typed := func(ch slacktest.ChannelID, who slacktest.UserID, line string) time.Duration {
				began := time.Now()
				a, err := m.campus.slack.Type(b.Context(), slacktest.Command{Channel: ch, User: who, Line: line})
				if took := time.Since(began); err == nil && !a.Late && strings.Contains(a.Reply.Reads(), "Learn") || strings.Contains(a.Reply.Reads(), "INC-1") {
					return took
				}
				b.Fatalf("%v, late %v: %s", err, a.Late, a.Body)
				return 0
			}
			typed(ops, ann, "/incident declare learn down")
			var p pairs
			var socket, http []time.Duration
			for b.Loop() {
				for range turns {
					socket, http = socket[:0], http[:0]
					for range perTurn {
						socket = append(socket, typed("CBOPS", "UBOB", line))
						http = append(http, typed(ops, ann, line))
					}
					p.ours, p.bare = append(p.ours, median(socket)), append(p.bare, median(http))
				}
			}
			p.report(b, "http")
		})
	}
}
