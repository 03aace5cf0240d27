package main

import (
	"bytes"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// inTeams has a tenant beside a campus, whose ops channel cannot be posted to either.
func inTeams(b *testing.B, c *campus) tenancy {
	b.Helper()
	y := newTenancy()
	if err := y.teams.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { y.teams.Close() })
	y.teams.ChangeChannel(tOps, func(ch *teamstest.Channel) { ch.Deleted = true })
	c.more += y.section()
	c.access = strings.Replace(c.access, `"amherst/UANN"`, `"amherst/UANN", "boston/tess-object"`, 1)
	return y
}

// mention posts what tess types and returns how long the answer took: it comes when the
// command is on disk. What she reads follows by a call of ours, which is waited for, off
// the clock.
func (m *measured) mention(y tenancy, line string) time.Duration {
	m.b.Helper()
	posts := teamstest.On{Method: teamstest.MethodPost, Channel: lectures}
	before := y.teams.Count(posts)
	r, err := y.teams.TypeRequest(teamstest.Line{Channel: lectures, User: tess, Text: line})
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
	_, _ = io.Copy(io.Discard, res.Body)
	res.Body.Close()
	took := time.Since(begun)
	if res.StatusCode != http.StatusOK {
		m.b.Fatal(res.Status)
	}
	if err := y.teams.AwaitCalls(m.b.Context(), posts, before+1); err != nil {
		m.b.Fatal(err)
	}
	return took
}

// BenchmarkDeclareInTeams times a declare over TCP, from the signed request to its durable
// answer, in Teams and in Slack, to the same bot. Limit: 1.5 times.
func BenchmarkDeclareInTeams(b *testing.B) {
	c := newCampusOf(b)
	y := inTeams(b, &c)
	m := measure(b, c, setup{path: filepath.Join(b.TempDir(), "t.db"), change: withGrace})
	y.at(strings.TrimSuffix(m.url, "/slack/amherst/commands"))
	m.besideSlack(func() time.Duration { return m.mention(y, strings.TrimPrefix(declare, "/")) })
}
