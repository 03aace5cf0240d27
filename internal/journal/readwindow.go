package journal

import (
	"context"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Window returns window number, or a desk.Unknown refusal.
func (j *Journal) Window(ctx context.Context, number int) (w desk.Window, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) (err error) {
		w, err = getWindow(tx, number)
		return err
	})
	return w, err
}

// Running lists the windows at work, oldest number first.
func (j *Journal) Running(ctx context.Context) ([]desk.Window, error) {
	return j.windows(ctx, runningNumbers)
}

// Coming lists the windows that have not begun and were planned to begin before until,
// in the order of their begins, at most limit (0: all). A series is not among them, its
// next occurrences are.
func (j *Journal) Coming(ctx context.Context, until time.Time, limit int) ([]desk.Window, error) {
	return j.windows(ctx, func(tx storage.Tx) ([]int, error) {
		return comingNumbers(tx, desk.Period{From: always().From, To: until}, limit)
	})
}

// Series lists the series that are not over, oldest number first.
func (j *Journal) Series(ctx context.Context) ([]desk.Window, error) {
	return j.windows(ctx, func(tx storage.Tx) (numbers []int, err error) {
		all, err := activeSeries(tx)
		for _, one := range all {
			numbers = append(numbers, one.number)
		}
		return numbers, err
	})
}

// TimesOf lists the windows that are times of a series, over or not, of which the rule
// puts the begin at or after since, in that order.
func (j *Journal) TimesOf(ctx context.Context, series int, since time.Time) ([]desk.Window, error) {
	return j.windows(ctx, func(tx storage.Tx) (numbers []int, err error) {
		k := madeTable().Key().Num(uint64(series))
		err = madeTable().Scan(tx, k.Time(since), k.End(), 0, func(_ storage.Key, n int) (bool, error) {
			numbers = append(numbers, n)
			return true, nil
		})
		return numbers, err
	})
}

// Since lists the windows at work, and those over of which the time or the end was since
// then, or would have been: in no order.
func (j *Journal) Since(ctx context.Context, since time.Time) ([]desk.Window, error) {
	return j.windows(ctx, func(tx storage.Tx) ([]int, error) {
		running, err := runningNumbers(tx)
		if err != nil {
			return nil, err
		}
		over, err := overNumbers(tx, since, 0)
		return append(running, over...), err
	})
}

// RecentWindows lists windows scheduled at or after since (zero: ever), over or not,
// newest number first, at most limit (0: all).
func (j *Journal) RecentWindows(ctx context.Context, since time.Time, limit int) (out []desk.Window, err error) {
	t := windowTable()
	err = j.db.View(ctx, func(tx storage.Tx) error {
		out = nil
		for from, last := t.Key(), storage.Key(nil); from != nil; from = last.End() {
			last = nil
			err := t.Scan(tx, from, nil, 1, func(k storage.Key, w desk.Window) (bool, error) {
				if w.ScheduledAt.Before(since) && w.Of == 0 {
					return false, nil
				}
				out, last = append(out, w), k
				return true, nil
			})
			if err != nil || len(out) == limit {
				return err
			}
		}
		return nil
	})
	return out, err
}

// OpenAbout lists the open incidents, but drills, about any of the services.
func (j *Journal) OpenAbout(ctx context.Context, services []desk.ServiceID) (out []desk.Subject, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) (err error) {
		out, err = openAbout(tx, services)
		return err
	})
	return out, err
}

// WindowTimeline lists the entries of a window in order.
func (j *Journal) WindowTimeline(ctx context.Context, number int) (out []desk.Entry, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) (err error) {
		out, err = timelineOf(tx, desk.Subject{Kind: desk.WindowSubject, Number: number})
		return err
	})
	return out, err
}

// RepeatedWindow is Repeated for a change of a window.
func (j *Journal) RepeatedWindow(ctx context.Context, by By) (out WindowApplied, found bool, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) (err error) {
		out, found, err = seenBefore[WindowApplied](tx, by)
		return err
	})
	return out, found, err
}

func (j *Journal) windows(ctx context.Context, which func(storage.Tx) ([]int, error)) (out []desk.Window, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		out = nil
		numbers, err := which(tx)
		if err != nil {
			return err
		}
		for _, n := range numbers {
			w, err := getWindow(tx, n)
			if err != nil {
				return err
			}
			out = append(out, w)
		}
		return nil
	})
	return out, err
}
