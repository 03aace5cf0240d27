package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/config"
)

// pressesPerTurn are fewer than commands: as the ops channel is gone, all that was
// said of the incident since is still owed to it, and read again each time.
const pressesPerTurn = 10

// atTheCard is a bot, and the ops post of its one incident, which is open.
type atTheCard struct {
	*measured
	card slacktest.Message
}

func newCard(b *testing.B) *atTheCard {
	b.Helper()
	c := newCampusOf(b)
	c.slack.ChangeChannel(ops, func(ch *slacktest.Channel) { ch.Archived = false })
	a := &atTheCard{measured: measure(b, c, setup{path: filepath.Join(b.TempDir(), "t.db"), change: func(cfg *config.Config) { cfg.Tell.Grace = 0 }})}
	c.slack.AddWorkspace(c.amherst.At(strings.TrimSuffix(a.url, "/slack/amherst/commands")))
	a.command(declare, "INC-1 is open")
	a.settled()
	for _, m := range c.slack.Messages(ops) {
		if m.Bot != "" && m.To == "" {
			a.card = m
		}
	}
	c.slack.ChangeChannel(ops, func(ch *slacktest.Channel) { ch.Archived = true })
	return a
}

// command types a line and returns how long its answer took.
func (a *atTheCard) command(line, want string) time.Duration {
	a.b.Helper()
	answer, err := a.campus.slack.Type(a.b.Context(), slacktest.Command{Channel: ops, User: ann, Line: line})
	if err != nil || answer.Late || !strings.Contains(answer.Reply.Reads(), want) {
		a.b.Fatalf("%s: %v, late %v: %s", line, err, answer.Late, answer.Body)
	}
	return answer.Took
}

// press presses a button of the card and returns how long it took until Slack knew
// that it is done and on disk, and until the person read so.
func (a *atTheCard) press(id, want string) (done, read time.Duration) {
	a.b.Helper()
	answer, err := a.campus.slack.Click(a.b.Context(), slacktest.Click{Channel: ops, TS: a.card.TS, User: ann, Action: id})
	if err != nil || answer.Late || answer.Status != 200 {
		a.b.Fatalf("%v, late %v, status %d: %s", err, answer.Late, answer.Status, answer.Body)
	}
	acknowledged := time.Now()
	ctx, cancel := context.WithTimeout(a.b.Context(), 10*time.Second)
	defer cancel()
	if err := a.campus.slack.Wait(ctx, func() bool { return a.campus.slack.HookUses(answer.ResponseURL) == 1 }); err != nil {
		a.b.Fatal(err)
	}
	read = answer.Took + time.Since(acknowledged)
	if all := a.campus.slack.Messages(ops); !strings.Contains(all[len(all)-1].Reads(), want) {
		a.b.Fatalf("she reads %q", all[len(all)-1].Reads())
	}
	return answer.Took, read
}

// BenchmarkButton presses a button and types the command that does the same, in
// turns, one caller, over TCP: from the signed request until the deed is on disk and
// Slack has its response. Limit: 1.2 times. The response to a button is empty; its
// answer goes to a response_url, and "read" is when it has arrived there.
func BenchmarkButton(b *testing.B) {
	a := newCard(b)
	resolve := button(b, a.card, "Resolve INC-1")
	again := func() { a.command("/incident reopen 1 It fails again.", "INC-1"); a.settled() }
	var p pairs
	var reads []time.Duration
	for b.Loop() {
		for range turns {
			var pressed, typed []time.Duration
			for range pressesPerTurn {
				done, read := a.press(resolve, "INC-1 is resolved")
				pressed, reads = append(pressed, done), append(reads, read)
				again()
				typed = append(typed, a.command("/incident resolve --yes 1", "INC-1 is resolved"))
				again()
			}
			p.ours, p.bare = append(p.ours, median(pressed)), append(p.bare, median(typed))
		}
	}
	p.report(b, "command")
	b.ReportMetric(float64(median(reads).Nanoseconds())/1000, "read-p50-us")
}
