package main

import (
	"bytes"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

// besideDiscord has an application beside a campus, whose ops channel cannot be posted to
// either.
func besideDiscord(b *testing.B, c *campus) *lowell {
	b.Helper()
	l := newLowell(false)
	if err := l.discord.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.discord.Close() })
	l.discord.ChangeChannel(lowellOps, func(ch *discordtest.Channel) { ch.Deleted = true })
	c.more += l.table()
	c.access = strings.Replace(c.access, `"amherst/UANN"`, `"amherst/UANN", "lowell/`+string(rick)+`"`, 1)
	return l
}

// use sends what rick types and returns how long the answer took: it comes when the
// command is on disk.
func (m *measured) use(l *lowell, line, want string) time.Duration {
	m.b.Helper()
	r, err := l.discord.CommandRequest(discordtest.Command{Channel: lowellTeach, User: rick, Line: line})
	if err != nil {
		m.b.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		m.b.Fatal(err)
	}
	req.Header = r.Header
	begun := time.Now()
	res, err := m.client.Do(req)
	if err != nil {
		m.b.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	res.Body.Close()
	took := time.Since(begun)
	if err != nil || res.StatusCode != http.StatusOK || !bytes.Contains(body, []byte(want)) {
		m.b.Fatalf("%s, %v: %s", res.Status, err, body)
	}
	return took
}

// BenchmarkDeclareOnDiscord times a declare over TCP, from the signed interaction to its
// durable answer, on Discord and in Slack, to the same bot. Limit: 1.5 times.
func BenchmarkDeclareOnDiscord(b *testing.B) {
	c := newCampusOf(b)
	l := besideDiscord(b, &c)
	m := measure(b, c, setup{path: filepath.Join(b.TempDir(), "t.db"), change: withGrace})
	l.app = l.app.At(strings.TrimSuffix(m.url, "/slack/amherst/commands"))
	l.discord.AddApplication(l.app)
	if err := l.discord.AwaitCalls(b.Context(), discordtest.On{Route: "commands.put"}, 1); err != nil {
		b.Fatal(err)
	}
	m.besideSlack(func() time.Duration { return m.use(l, declare, "INC-") })
}
