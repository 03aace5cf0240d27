package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/storage/storagetest"
)

// inDiscordBubble tells a story of Discord alone on fake time, which begins at four.
func inDiscordBubble(t *testing.T, tell func(d onDiscord), changes ...func(*lowell)) {
	t.Helper()
	dir := storagetest.Dir(t)
	synctest.Test(t, func(t *testing.T) {
		pass(time.Until(four))
		l := newLowell(false, discordtest.WithClock(time.Now))
		l.more = unhurried
		for _, change := range changes {
			change(l)
		}
		l.app = l.app.At("http://bot")
		l.discord.AddApplication(l.app)
		defer l.discord.Close()
		d := onDiscord{l, t, discordtest.NewStory(t, l.discord)}
		stop := l.serve(t, dir)
		l.renew = func() {
			stop()
			stop = l.serve(t, dir)
		}
		tell(d)
		stop()
		d.story.NothingElse()
	})
}

// serve runs a bot in this process; what it returns ends it.
func (l *lowell) serve(t *testing.T, dir string) (stop func()) {
	t.Helper()
	path := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(path, []byte(l.config()), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(path, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	db, err := openStore(cfg.Storage.Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	one, err := build(cfg, db, outside{log: log, now: time.Now, transport: l.discord.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	l.served = one
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	l.discord.ServeBot(one.public())
	go func() { ended <- runParts(ctx, log, one.parts()) }()
	synctest.Wait()
	return func() {
		l.discord.ServeBot(nil)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// An incident as people read it on Discord, in ops and where it was subscribed.
func TestAnIncidentAsPeopleReadItOnDiscord(t *testing.T) {
	inDiscordBubble(t, func(d onDiscord) {
		d.reads(d.in(lowellTeach, stu, "/subscribe", "target: learn"), "This channel hears")
		d.in(lowellOps, dora, "/incident declare", "services: learn", "impact: down", "message: The login page shows an <error>. See #1 & @everyone")
		card := d.story.Expect(lowellOps, "INC-1")
		post := d.story.Expect(lowellTeach, "Learn System is not available")
		pass(12 * time.Minute)
		d.in(lowellOps, dora, "/incident update", "incident: INC-1", "status: identified", "message: A disk is full.", "next: 30m")
		d.said("A disk is full", card, post)
		pass(20 * time.Minute)
		d.clicks(d.clicks(card, "Resolve INC-1", "Tell everybody"), "Resolve INC-1", "INC-1 is resolved")
		d.ended(card, "is working again")
		d.ended(post, "is working again")
		golden(d.t, "stories/discord.txt", d.transcripts(lowellOps, lowellTeach))
	})
}

// transcripts are what the channels look like: what everybody sees, then what was typed
// and privately read. Of an answer and a post at the same moment either may come first.
func (l *lowell) transcripts(ids ...discordtest.ID) string {
	var out strings.Builder
	private := regexp.MustCompile(`^[0-9]+ (types|clicks):|^BOT \(only to `)
	for _, id := range ids {
		var alone strings.Builder
		to := &out
		for line := range strings.Lines(l.discord.Transcript(id)) {
			switch {
			case strings.HasPrefix(line, " "): // it goes on
			case private.MatchString(line):
				to = &alone
			default:
				to = &out
			}
			to.WriteString(line)
		}
		out.WriteString(alone.String() + "\n")
	}
	return out.String()
}
