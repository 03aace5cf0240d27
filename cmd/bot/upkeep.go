package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/wording"
)

const (
	// aliveEvery is how often the store is told that the bot runs: the precision of
	// "I was away" after a crash, for one small commit each.
	aliveEvery = 30 * time.Second
	// awayFrom is how long an absence must be to be worth a line in ops: a restart
	// is shorter.
	awayFrom = 2 * time.Minute
)

// upkeep is what the record needs now and then.
type upkeep struct {
	journal *journal.Journal
	now     func() time.Time
	log     *slog.Logger
}

// run does it until ctx ends. The times at which it does so decide nothing.
func (u upkeep) run(ctx context.Context) error {
	tick := time.NewTicker(aliveEvery)
	defer tick.Stop()
	for {
		u.once(ctx)
		select {
		case <-ctx.Done():
			return u.journal.Alive(context.WithoutCancel(ctx), u.now())
		case <-tick.C:
		}
	}
}

func (u upkeep) once(ctx context.Context) {
	if err := u.journal.Alive(ctx, u.now()); err != nil {
		u.log.Warn("upkeep failed", "error", err)
		return
	}
	for more := true; more; {
		var err error
		if more, err = u.journal.ForgetSeen(ctx, u.now()); err != nil {
			u.log.Warn("upkeep failed", "error", err)
			return
		}
	}
}

// sayAway tells ops how long the bot was away, if it was long enough.
func sayAway(ctx context.Context, j *journal.Journal, words wording.Context, owed []desk.Subject, now time.Time) error {
	away, err := j.Away(ctx, now)
	if err != nil || away.From.IsZero() || away.To.Sub(away.From) < awayFrom {
		return err
	}
	text := words.Away(wording.Absence{From: away.From, To: away.To, Open: away.Open, Owed: owed})
	return j.Notify(ctx, desk.Notice{At: away.To, Text: text})
}
