package main

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// paced is how a fan-out went under a limit.
type paced struct {
	took    time.Duration // from the announcement to the last post
	posts   int
	limited int // answers of 429
}

// fanOutUnder tells 1,000 channels of a Slack that limits posts, on fake time.
func fanOutUnder(t *testing.T, limit slacktest.Rate, configured int) (p paced) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := newCampus(slacktest.WithClock(time.Now), slacktest.WithLog(0), slacktest.WithLimits(slacktest.Limits{Workspace: limit}))
		if err := c.slack.StartInProcess(); err != nil {
			t.Fatal(err)
		}
		defer c.slack.Close()
		cfg := loadConfig(t, c, dir)
		cfg.Slack[0].PostsPerMinute, cfg.Tell.GraceAbove = configured, 1_000_000
		db, err := openStore(cfg.Storage.Path, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		one, err := build(cfg, db, outside{log: slog.New(slog.DiscardHandler), now: time.Now, transport: c.slack.Transport()})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- runParts(ctx, one.out.log, one.parts()) }()
		p = one.fanOut(t, c)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return p
}

func (b *bot) fanOut(t *testing.T, c campus) paced {
	t.Helper()
	const channels = 1000
	for n := range channels {
		ch := desk.Channel{Connection: "amherst", ID: fmt.Sprintf("C%05d", n)}
		c.open(slacktest.ChannelID(ch.ID))
		if _, err := b.journal.Subscribe(t.Context(), journal.By{At: time.Now()}, desk.Subscription{Channel: ch, Target: desk.All()}, nil); err != nil {
			t.Fatal(err)
		}
	}
	pass(time.Minute)
	began := time.Now()
	if r := b.do(t.Context(), localRequest(localCommand{Line: "incident declare learn down", User: "bench"}, began)); r.Failed {
		t.Fatal(r.Message.PlainText(time.UTC))
	}
	for c.slack.Tally().Posts < channels+1 {
		if pass(time.Second); time.Since(began) > time.Hour {
			t.Fatal("not all were told within an hour")
		}
	}
	tally := c.slack.Tally()
	return paced{tally.Last.Sub(began), tally.Posts, tally.Limited["chat.postMessage"]}
}

// 1,000 channels of a Slack with a limit, on fake time, which does not swing: within
// 1.05 times the limit's own floor and no 429 where the limit is configured; where
// it is not, at least 0.9 of it and less than 1 % of 429.
func TestTheLimitIsUsed(t *testing.T) {
	t.Parallel()
	const limit = 300 // a minute
	for _, c := range []struct {
		name              string
		burst, configured int
		share, refused    float64 // at least, at most
	}{
		{"configured", 1, limit, 1 / 1.05, 0},
		{"hidden", 50, 0, 0.9, 0.01},
		{"hidden, nothing at once", 1, 0, 0.9, 0.01},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := fanOutUnder(t, slacktest.Rate{Count: limit, Per: time.Minute, Burst: c.burst}, c.configured)
			floor := time.Duration(p.posts) * time.Minute / limit
			share, refused := floor.Seconds()/p.took.Seconds(), float64(p.limited)/float64(p.posts+p.limited)
			t.Logf("%d posts in %s: %.3f of the limit, %.2f %% answers of 429", p.posts, p.took, share, 100*refused)
			if share < c.share || refused > c.refused {
				t.Errorf("want at least %.3f of the limit and at most %.2f %%", c.share, 100*c.refused)
			}
		})
	}
}
