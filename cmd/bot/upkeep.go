package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/robfig/cron/v3"

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
	// nightly is when what may be forgotten goes, in the organization's zone. (What was
	// delivered goes by the outbox's own round, once a day.)
	nightly = "15 3 * * *"
	// mondays is when it is looked whether the week's planned work is told: at 8:00, and
	// again where that failed.
	mondays = "0 8-19 * * 1"
	// hourly is when the results of checks are summed up and the old ones deleted.
	hourly = "17 * * * *"
	// backups is when the record is copied, where that is configured.
	backups = "30 3 * * *"
	// mornings is when ops is shown the checks of monitors that map to no service.
	mornings = "0 9 * * *"
)

// upkeep is what the record needs now and then.
type upkeep struct {
	journal *journal.Journal
	now     func() time.Time
	log     *slog.Logger
	zone    *time.Location
	backup  func(context.Context) error // nil: none is made
	// heardFor is how long what monitors said is kept.
	heardFor time.Duration
	// strangers shows ops the checks that map to no service.
	strangers func(context.Context) error
}

// run does it until ctx ends. The times at which it does so decide nothing.
func (u upkeep) run(ctx context.Context) error {
	jobs := cron.New(cron.WithLocation(u.zone))
	all := map[string]func(context.Context) error{nightly: u.forget, mondays: u.digest, mornings: u.strangers, hourly: u.tidy}
	if u.backup != nil {
		all[backups] = u.backup
	}
	for when, job := range all {
		if _, err := jobs.AddFunc(when, func() { u.noted(job(ctx)) }); err != nil {
			return fmt.Errorf("plan what is done at %s: %w", when, err)
		}
	}
	jobs.Start()
	defer func() { <-jobs.Stop().Done() }()
	tick := time.NewTicker(aliveEvery)
	defer tick.Stop()
	u.noted(u.forget(ctx)) // a bot that is started every evening has no nights
	u.noted(u.digest(ctx)) // it was down at eight
	u.noted(u.tidy(ctx))
	for {
		u.noted(u.journal.Alive(ctx, u.now()))
		select {
		case <-ctx.Done():
			return u.journal.Alive(context.WithoutCancel(ctx), u.now())
		case <-tick.C:
		}
	}
}

// forget deletes what was kept long enough.
func (u upkeep) forget(ctx context.Context) error {
	for {
		more, err := u.journal.ForgetSeen(ctx, u.now())
		if err != nil {
			return err
		}
		heard, err := u.journal.ForgetHeard(ctx, u.now().Add(-u.heardFor))
		if err != nil || (!more && !heard) {
			return err
		}
	}
}

// tidy sums up what checks came to.
func (u upkeep) tidy(ctx context.Context) error { return u.journal.TidyResults(ctx, u.now()) }

// digest tells of the week's planned work, once.
func (u upkeep) digest(ctx context.Context) error { return u.journal.TellDigest(ctx, u.now()) }

func (u upkeep) noted(err error) {
	if err != nil {
		u.log.Warn("upkeep failed", "error", err)
	}
}

// sayAway tells ops how long the bot was away, if it was long enough.
func sayAway(ctx context.Context, j *journal.Journal, words wording.Context, owed []desk.Subject, now time.Time) error {
	away, err := j.Away(ctx, now)
	if err != nil || away.From.IsZero() || away.To.Sub(away.From) < awayFrom {
		return err
	}
	for _, s := range away.Due {
		if !slices.Contains(owed, s) {
			owed = append(owed, s)
		}
	}
	text := words.Away(wording.Absence{From: away.From, To: away.To, Open: away.Open, Work: away.Work, Began: away.Began, Owed: owed})
	return j.Notify(ctx, desk.Notice{At: away.To, Text: text})
}
