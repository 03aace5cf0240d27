package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// marksTable holds what the marks of windows were last set by.
func marksTable() storage.Table[string] { return storage.TableOf[string]("marks") }

// replannedAtOnce is how many windows are marked anew in one transaction: each takes at
// most three writes.
const replannedAtOnce = 30

// replan marks the windows anew where the configuration says something else of when they
// are told again than when it was last done: what is new is told when it is due, what has
// passed is not. It is done once for each configuration, before what is due is done; where
// it was broken off it is done again.
func (j *Journal) replan(ctx context.Context, now time.Time) error {
	s := j.settings.Load()
	if s == j.replanned.Load() {
		return nil
	}
	by, err := marksBy(s.Planning)
	if err != nil {
		return err
	}
	was, known, err := j.markedBy(ctx)
	if err != nil {
		return err
	}
	if was != by {
		if known {
			err = j.remark(ctx, now, s.Planning)
		}
		if err == nil {
			err = j.db.Background(ctx, func(tx storage.Tx) error { return marksTable().Put(tx, marksTable().Key(), by) })
		}
	}
	if err == nil {
		j.replanned.Store(s)
	}
	return err
}

// marksBy writes what the marks of windows depend on.
func marksBy(p desk.Planning) (string, error) {
	b, err := json.Marshal(struct {
		Reminders    []desk.Reminder
		Zone         string
		AutoComplete bool
	}{p.Reminders, p.Zone.String(), p.AutoComplete})
	return string(b), err
}

func (j *Journal) markedBy(ctx context.Context) (by string, known bool, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) (err error) {
		by, known, err = marksTable().Get(tx, marksTable().Key())
		return err
	})
	return by, known, err
}

// readAtOnce is how many windows are looked at in one moment.
const readAtOnce = 200

// remark marks those that have not begun and those at work. Most need no other mark and
// are only read.
func (j *Journal) remark(ctx context.Context, now time.Time, p desk.Planning) error {
	var numbers []int
	err := j.db.View(ctx, func(tx storage.Tx) error {
		running, err := runningNumbers(tx)
		if err != nil {
			return err
		}
		coming, err := comingNumbers(tx, always(), 0)
		numbers = append(running, coming...)
		return err
	})
	for part := range slices.Chunk(numbers, readAtOnce) {
		if err == nil {
			err = j.remarkThese(ctx, part, now, p)
		}
	}
	if err != nil {
		return fmt.Errorf("mark windows anew: %w", err)
	}
	return nil
}

// remarkThese marks those of the windows that need another mark.
func (j *Journal) remarkThese(ctx context.Context, numbers []int, now time.Time, p desk.Planning) error {
	var stale []int
	err := j.db.View(ctx, func(tx storage.Tx) error {
		stale = nil
		for _, n := range numbers {
			w, err := scanWindow(tx, n)
			if err != nil {
				return err
			}
			if _, changed := w.Remarked(now, p); changed {
				stale = append(stale, n)
			}
		}
		return nil
	})
	for part := range slices.Chunk(stale, replannedAtOnce) {
		if err != nil {
			return err
		}
		err = j.db.Background(ctx, func(tx storage.Tx) error {
			for _, n := range part {
				if err := remarkOne(tx, n, now, p); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return err
}

func remarkOne(tx storage.Tx, number int, now time.Time, p desk.Planning) error {
	was, err := getWindow(tx, number)
	if err != nil {
		return err
	}
	w, changed := was.Remarked(now, p)
	if !changed {
		return nil
	}
	if err := moveMark(tx, w.Subject(), was.WakeAt, w.WakeAt); err != nil {
		return err
	}
	return windowTable().Put(tx, windowKey(number), w)
}
