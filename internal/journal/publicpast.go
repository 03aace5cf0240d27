package journal

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Past is what everybody may know of what happened in a period.
type Past struct {
	// Incidents were declared then, newest first: retracted and merged ones too, no drills.
	Incidents []Published
	// Windows are the planned work that was completed then, the last first.
	Windows []PublishedWindow
	// Before is when the last of what happened earlier did; zero: nothing.
	Before time.Time
}

// PublicPast reads what everybody may know at now of what happened in a period. What
// happened at other times costs next to nothing.
func (j *Journal) PublicPast(ctx context.Context, now time.Time, in desk.Period) (p Past, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		p = Past{}
		if err := j.pastIncidents(tx, now, in, &p); err != nil {
			return err
		}
		return j.pastWindows(tx, now, in, &p)
	})
	return p, err
}

// pastIncidents reads the incidents. Numbers are given in the order of declaring, so those
// of a period are found by halving.
func (j *Journal) pastIncidents(tx storage.Tx, now time.Time, in desk.Period, p *Past) error {
	newest, err := newestUpTo(tx, math.MaxInt)
	if err != nil {
		return err
	}
	var failed error
	after := sort.Search(newest.Number, func(n int) bool {
		i, err := newestUpTo(tx, n+1)
		failed = cmp.Or(failed, err)
		return !i.DeclaredAt.Before(in.To)
	})
	if failed != nil || after == 0 {
		return failed
	}
	t := incidentTable()
	return t.Scan(tx, incidentKey(after), t.Key().End(), 0, func(_ storage.Key, i desk.Incident) (bool, error) {
		if i.DeclaredAt.Before(in.From) {
			if !i.Drill {
				p.Before = i.DeclaredAt
			}
			return i.Drill, nil
		}
		one, _, err := j.published(tx, i.Number, now)
		if errors.Is(err, errUnpublished) {
			return true, nil
		}
		p.Incidents = append(p.Incidents, one)
		return true, err
	})
}

// newestUpTo is the newest incident up to a number; the zero Incident: there is none.
func newestUpTo(tx storage.Tx, number int) (newest desk.Incident, err error) {
	t := incidentTable()
	err = t.Scan(tx, incidentKey(number), t.Key().End(), 1, func(_ storage.Key, i desk.Incident) (bool, error) {
		newest = i
		return false, nil
	})
	return newest, err
}

// endsWithin is how much later than its end calendars show the last of a window, at most:
// it was planned for longer, or for another time.
const endsWithin = 2 * desk.MaxWindow

// pastWindows reads the windows.
func (j *Journal) pastWindows(tx storage.Tx, now time.Time, in desk.Period, p *Past) error {
	r, k := publisher{j: j, tx: tx, now: now}, overPlace()
	var numbers []int
	err := tx.Scan(k.Time(in.From), k.Time(in.To.Add(endsWithin)), MaxCalendar, func(key, _ []byte) (bool, error) {
		read := storage.ReadKey(key[len(k):])
		read.Time()
		numbers = append(numbers, int(read.Num()))
		return true, read.Err()
	})
	if err != nil {
		return err
	}
	for _, one := range r.all(numbers) {
		if w := one.Window; w.Status == desk.Completed && w.Became == 0 && !w.EndedAt.Before(in.From) && w.EndedAt.Before(in.To) {
			p.Windows = append(p.Windows, one)
		}
	}
	slices.SortStableFunc(p.Windows, func(a, b PublishedWindow) int { return b.Window.EndedAt.Compare(a.Window.EndedAt) })
	return r.err
}

// Began is when the first thing was done that the record knows of; zero: nothing was.
// Before it nobody knows how anything was.
func (j *Journal) Began(ctx context.Context) (at time.Time, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		t := auditTable()
		return t.Scan(tx, t.Key(), t.Key().End(), 1, func(_ storage.Key, e AuditEntry) (bool, error) {
			at = e.At
			return false, nil
		})
	})
	return at, err
}
