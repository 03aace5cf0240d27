package journal

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// AheadQuery asks for windows to come.
type AheadQuery struct {
	// Services are those that they are about, any of them; empty: those about anything.
	Services []desk.ServiceID
	// Until is before when they were planned to begin.
	Until time.Time
	// Limit is how many are listed at most: 1 or more.
	Limit int
	// Wanted reports whether one is listed; nil: all are.
	Wanted func(desk.Window) bool
}

// Ahead lists windows that have not begun, in the order of their begins, and whether
// there are more. A series is not among them, its next occurrences are. What it does not
// list costs next to nothing, however much is planned.
func (j *Journal) Ahead(ctx context.Context, q AheadQuery) (out []desk.Window, more bool, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		out, more = nil, false
		return q.each(tx, func(number int) (bool, error) {
			w, err := getWindow(tx, number)
			switch {
			case err != nil || w.IsRunning() || q.Wanted != nil && !q.Wanted(w):
				return true, err
			case len(out) == q.Limit:
				more = true
				return false, nil
			}
			out = append(out, w)
			return true, nil
		})
	})
	return out, more, err
}

// AheadInSeries lists the times of series from a time on that are no windows of their own
// yet, in the order of their begins, each under the number of its series.
func (j *Journal) AheadInSeries(ctx context.Context, from time.Time, q AheadQuery) (out []desk.Window, err error) {
	within := desk.Period{From: from, To: q.Until}
	err = j.db.View(ctx, func(tx storage.Tx) error {
		out = nil
		series, err := q.series(tx, within)
		r := publisher{j: j, tx: tx}
		for _, number := range series[:min(len(series), maxPublicSeries)] {
			w, err := getWindow(tx, number)
			if err != nil {
				return err
			}
			slots, err := r.slots(w, within, q.Limit)
			if err != nil {
				return err
			}
			for _, slot := range slots {
				if slot.Number = w.Number; q.Wanted == nil || q.Wanted(slot) {
					out = append(out, slot)
				}
			}
		}
		return err
	})
	slices.SortStableFunc(out, earlier)
	return out[:min(len(out), q.Limit)], err
}

// series lists the numbers of the series that may be asked for.
func (q AheadQuery) series(tx storage.Tx, within desk.Period) (numbers []int, err error) {
	if len(q.Services) == 0 {
		all, err := activeSeries(tx)
		for _, one := range all {
			numbers = append(numbers, one.number)
		}
		return numbers, err
	}
	all, err := seriesAbout(tx, q.Services, within)
	for _, one := range all {
		numbers = append(numbers, one.number)
	}
	return numbers, err
}

// each goes through those that may be asked for, in order, until fn says so.
func (q AheadQuery) each(tx storage.Tx, fn func(number int) (more bool, err error)) error {
	within := desk.Period{From: always().From, To: q.Until}
	if len(q.Services) == 0 {
		return scanComing(tx, within, fn)
	}
	all, err := slotsAbout(tx, q.Services, within)
	for _, t := range all {
		more, err := fn(t.Subject.Number)
		if !more || err != nil {
			return err
		}
	}
	return err
}

// slotsAbout lists the times of the windows at work and to come that are about any of the
// services and overlap within, in the order of their begins, each once.
func slotsAbout(tx storage.Tx, services []desk.ServiceID, within desk.Period) (all []desk.Taken, err error) {
	for _, id := range services {
		if err := scanSlots(tx, id, within, func(t desk.Taken) { all = append(all, t) }); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b desk.Taken) int {
		return cmp.Or(a.Period.From.Compare(b.Period.From), cmp.Compare(a.Subject.Number, b.Subject.Number))
	})
	return slices.CompactFunc(all, func(a, b desk.Taken) bool { return a.Subject == b.Subject }), nil
}

// Taken lists the times of the windows at work and to come that are about any of the
// services and overlap within, in the order of their begins: those of a series that are no
// windows of their own yet, too.
func (j *Journal) Taken(ctx context.Context, services []desk.ServiceID, within desk.Period) (all []desk.Taken, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) (err error) {
		if all, err = slotsAbout(tx, services, within); err != nil {
			return err
		}
		series, err := seriesAbout(tx, services, within)
		for _, one := range series {
			future, err := one.future(tx, within)
			if err != nil {
				return err
			}
			all = append(all, future...)
		}
		return err
	})
	slices.SortStableFunc(all, func(a, b desk.Taken) int { return a.Period.From.Compare(b.Period.From) })
	return all, err
}

// SeriesAbout lists the series that are not over and about a service (empty: any), oldest
// number first, at most limit, and whether there are more.
func (j *Journal) SeriesAbout(ctx context.Context, service desk.ServiceID, limit int) (out []desk.Window, more bool, err error) {
	out, err = j.windows(ctx, func(tx storage.Tx) (numbers []int, err error) {
		k, skipped := storage.K(seriesName), 1
		if service != "" {
			k, skipped = storage.K(repeatsName).Str(string(service)), 2
		}
		err = tx.Scan(k, k.End(), limit+1, func(key, _ []byte) (bool, error) {
			r := storage.ReadKey(key)
			for range skipped {
				r.Str()
			}
			numbers = append(numbers, int(r.Num()))
			return true, r.Err()
		})
		return numbers, err
	})
	more = len(out) > limit
	return out[:min(len(out), limit)], more, err
}
