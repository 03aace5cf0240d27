package main

import (
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/storage/storagetest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// four is when stories on fake time begin: 4 a.m. in New York.
var four = time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC)

// bubble is a campus and a bot in this process, on fake time.
type bubble struct {
	campus
	t     *testing.T
	story *slacktest.Story
	dir   string
	stop  func() // ends the bot as SIGTERM does
	bot   *bot
	// transport carries what the bot calls; nil: to Slack.
	transport http.RoundTripper
	// prover proves ends; nil: the bot's own checks.
	prover prover
}

// inBubble tells a story on fake time, which begins at four.
func inBubble(t *testing.T, tell func(t *testing.T, b *bubble), options ...slacktest.Option) {
	t.Helper()
	dir := storagetest.Dir(t)
	synctest.Test(t, func(t *testing.T) {
		pass(time.Until(four))
		b := &bubble{campus: newCampus(append(options, slacktest.WithClock(time.Now))...), t: t, dir: dir}
		if err := b.slack.StartInProcess(); err != nil {
			t.Fatal(err)
		}
		defer b.slack.Close()
		b.amherst = b.amherst.At("http://bot")
		b.slack.AddWorkspace(b.amherst)
		b.story = slacktest.NewStory(t, b.slack)
		b.start()
		defer func() { b.stop() }()
		tell(t, b)
		b.story.NothingElse()
	})
}

// pass lets fake time pass.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// start runs a bot on the store of the story.
func (b *bubble) start() {
	b.t.Helper()
	path := filepath.Join(b.dir, "config.toml")
	if err := os.WriteFile(path, []byte(b.config()), 0o600); err != nil {
		b.t.Fatal(err)
	}
	cfg, err := config.Load(path, os.LookupEnv)
	if err != nil {
		b.t.Fatal(err)
	}
	db, err := openStore(cfg.Storage.Path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	transport := b.transport
	if transport == nil {
		transport = b.slack.Transport()
	}
	one, err := build(cfg, db, outside{log: log, now: time.Now, transport: transport, prover: b.prover})
	if err != nil {
		b.t.Fatal(err)
	}
	b.bot = one
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	b.slack.ServeBot(one.public())
	one.welcome(ctx)
	go func() {
		ended <- runParts(ctx, log, append(one.parts(), part{"ears", newSuccession(one).ears}))
	}()
	b.stop = func() {
		b.slack.ServeBot(nil)
		cancel()
		if err := <-ended; err != nil {
			b.t.Error(err)
		}
		if err := db.Close(); err != nil {
			b.t.Error(err)
		}
	}
	synctest.Wait()
}

// subscribe opens channels, and a student in each subscribes it to all.
func (b *bubble) subscribe(ids ...slacktest.ChannelID) {
	b.t.Helper()
	b.open(ids...)
	for _, id := range ids {
		b.story.Type(id, student, "/subscribe all")
	}
}

// unhurried are promises of news that no story comes to.
const unhurried = "\n[cadence]\nminor = \"7d\"\nmajor = \"7d\"\ncritical = \"7d\"\n"

// missed claims what ops has where a promise has just passed: the reminder before it,
// that nothing is new, and the question who gives news.
func (b *bubble) missed(name string) {
	b.t.Helper()
	for _, text := range []string{"Asked again", "No new information on", "No news since"} {
		b.story.ExpectClaim(ops, slacktest.Claim{Text: name + " – " + text, AnyOrder: true})
	}
}

// type types a line in ops as ann and returns what she reads.
func (b *bubble) ann(line string) string {
	b.t.Helper()
	return b.story.Type(ops, ann, line).Reply.Reads()
}

// press presses the button with a label; text is part of the answer that only
// who pressed sees.
func (b *bubble) press(m slacktest.Message, who slacktest.UserID, label, text string) {
	b.t.Helper()
	b.story.Click(m, who, button(b.t, m, label))
	b.story.ExpectClaim(m.Channel, slacktest.Claim{Text: text, To: who, AnyOrder: true})
}

// button is the action_id of the button with a label.
func button(t testing.TB, m slacktest.Message, label string) string {
	t.Helper()
	var blocks []struct {
		Elements []struct {
			ActionID string `json:"action_id"`
			Text     any    `json:"text"`
		} `json:"elements"`
	}
	if err := json.Unmarshal(m.Blocks, &blocks); err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks {
		for _, e := range b.Elements {
			if text, ok := e.Text.(map[string]any); ok && text["text"] == label {
				return e.ActionID
			}
		}
	}
	t.Fatalf("no button %q in %s", label, m.Blocks)
	return ""
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); go test -update writes it anew:\n%s", path, diff)
	}
}
