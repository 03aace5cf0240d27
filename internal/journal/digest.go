package journal

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// digestTable holds one record: the Monday of the week that was told of last.
func digestTable() storage.Table[time.Time] { return storage.TableOf[time.Time]("digest") }

// TellDigest tells of the week's planned work, where now is a time for it and it was not
// told yet, in the transaction that notes it. Of a week in which nothing is planned it
// tells nothing.
func (j *Journal) TellDigest(ctx context.Context, now time.Time) error {
	planning := j.settings.Load().Planning
	week, is := planning.DigestWeek(now)
	if !is {
		return nil
	}
	var told []desk.Subject
	err := j.db.Update(ctx, func(tx storage.Tx) error {
		told = nil
		last, _, err := digestTable().Get(tx, digestTable().Key())
		if err != nil || last.Equal(week) {
			return err
		}
		of := planning.DigestPeriod(now)
		all, err := plannedUntil(tx, of.To)
		if err != nil {
			return err
		}
		if d, planned := planning.Digest(of, all); planned {
			s, err := j.book.Notify(tx, desk.Notice{At: of.From, Digest: &d})
			if err != nil {
				return err
			}
			told = append(told, s)
		}
		return digestTable().Put(tx, digestTable().Key(), week)
	})
	if err != nil || len(told) > 0 {
		j.wrote(ctx, err, told...)
	}
	if err != nil {
		return fmt.Errorf("tell of the week's planned work: %w", err)
	}
	return nil
}

// plannedUntil lists the windows that run, and those that begin before until.
func plannedUntil(tx storage.Tx, until time.Time) (all []desk.Window, err error) {
	running, err := runningNumbers(tx)
	if err != nil {
		return nil, err
	}
	coming, err := comingNumbers(tx, desk.Period{From: always().From, To: until}, 0)
	if err != nil {
		return nil, err
	}
	for _, n := range slices.Concat(running, coming) {
		k := windowKey(n) // scanned: they may be more than a transaction may guard
		err := windowTable().Scan(tx, k, k.End(), 1, func(_ storage.Key, w desk.Window) (bool, error) {
			all = append(all, w)
			return true, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
