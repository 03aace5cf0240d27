package journal

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// PublishedWindow is a window as everybody may know it.
type PublishedWindow struct {
	Window   desk.Window
	Timeline []desk.Entry // see desk.Published
	// Next are the coming times of a series, in order. One that has no number yet is
	// a window without one.
	Next []desk.Window
}

// PlansQuery asks for the planned work of a page.
type PlansQuery struct {
	Now time.Time
	// Until is up to which begin coming work is read, CancelledSince since when what does
	// not take place is.
	Until, CancelledSince time.Time
	// DoneSince is since when what was completed is read; zero: none is.
	DoneSince time.Time
	// Limit is how many windows are read at most: coming ones, and completed ones.
	Limit int
}

// Plans is the planned work that everybody may know at one moment.
type Plans struct {
	// Running is what goes on, the first begun first.
	Running []PublishedWindow
	// Coming has not begun, or was cancelled and its time has not passed: in order of the
	// planned begin. There is no series in it, but their next times; one that has no
	// number yet is a window without one.
	Coming []PublishedWindow
	// Done was completed, the last first.
	Done []PublishedWindow
	// More: more is coming than the limit.
	More bool
	// Until is when more may be known although nothing changes; zero: not before
	// something changes.
	Until time.Time
}

const (
	// maxPublicSeries is how many series are asked for times that have no number yet: of
	// more there is enough to show that has.
	maxPublicSeries = 100
	// MaxCalendar is how many windows a calendar has that have not begun, the next first,
	// and how many that are over, the last.
	MaxCalendar = 2000
)

// PublicPlans reads what everybody may know of what runs and of what is coming. What is
// planned for later costs nothing.
func (j *Journal) PublicPlans(ctx context.Context, q PlansQuery) (p Plans, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		r := publisher{j: j, tx: tx, now: q.Now}
		running, err := runningNumbers(tx)
		if err != nil {
			return err
		}
		coming, err := comingNumbers(tx, desk.Period{From: always().From, To: q.Until}, q.Limit+1)
		if err != nil {
			return err
		}
		gone, err := overNumbers(tx, q.Now, q.Limit)
		if err != nil {
			return err
		}
		done, err := q.doneNumbers(tx, gone)
		if err != nil {
			return err
		}
		p = Plans{}
		for _, one := range r.all(slices.Concat(running, coming, gone, done)) {
			w, comes := q.coming(one.Window)
			switch {
			case one.Window.IsRunning():
				p.Running = append(p.Running, one)
			case q.done(one.Window):
				p.Done = append(p.Done, one)
			case comes:
				one.Window = w
				p.Coming = append(p.Coming, one)
			}
		}
		if len(coming) <= q.Limit || !r.begins(coming[q.Limit]).Before(q.Now.Add(j.makeAhead())) {
			unnumbered, cut := r.unnumbered(q)
			p.Coming, p.More = append(p.Coming, unnumbered...), cut
		}
		p.Until = r.until
		return r.err
	})
	slices.SortStableFunc(p.Running, func(a, b PublishedWindow) int { return a.Window.StartedAt.Compare(b.Window.StartedAt) })
	slices.SortStableFunc(p.Coming, func(a, b PublishedWindow) int { return earlier(a.Window, b.Window) })
	slices.SortStableFunc(p.Done, func(a, b PublishedWindow) int { return b.Window.EndedAt.Compare(a.Window.EndedAt) })
	p.More = p.More || len(p.Coming) > q.Limit
	p.Coming = p.Coming[:min(len(p.Coming), q.Limit)]
	return p, err
}

// doneNumbers lists what may have been completed since, but those read already.
func (q PlansQuery) doneNumbers(tx storage.Tx, read []int) (numbers []int, err error) {
	if q.DoneSince.IsZero() {
		return nil, nil
	}
	numbers, err = overNumbers(tx, q.DoneSince, 0)
	numbers = slices.DeleteFunc(numbers, func(n int) bool { return slices.Contains(read, n) })
	return lastOver(numbers, q.Limit), err
}

// done reports whether a window was completed and is to be told.
func (q PlansQuery) done(w desk.Window) bool {
	return w.Status == desk.Completed && w.Became == 0 && !q.DoneSince.IsZero() && w.EndedAt.After(q.DoneSince)
}

// coming reports whether a window is coming, or was to come and was cancelled. A series
// that was cancelled is shown at its next time, for all of them.
func (q PlansQuery) coming(w desk.Window) (desk.Window, bool) {
	if !w.IsOver() {
		return w, true
	}
	if w.IsSeries() {
		w.Planned, _ = w.Rule.Next(w.EndedAt)
	}
	return w, w.Status == desk.Cancelled && w.EndedAt.After(q.CancelledSince) && w.Planned.To.After(q.Now) && w.Planned.From.Before(q.Until)
}

func earlier(a, b desk.Window) int {
	return cmp.Or(a.Planned.From.Compare(b.Planned.From), cmp.Compare(a.Number, b.Number))
}

// PublicWindow reads what everybody may know of a window or a series at now, of a series
// the next times. It refuses with desk.Unknown where that is nothing.
func (j *Journal) PublicWindow(ctx context.Context, now time.Time, number, next int) (p PublishedWindow, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		r := publisher{j: j, tx: tx, now: now}
		w, err := getWindow(tx, number)
		if err != nil {
			return err
		}
		if p, err = r.one(w); err == nil && p.Window.IsSeries() && !p.Window.IsOver() {
			p.Next, err = r.next(p.Window, next)
		}
		return err
	})
	if errors.Is(err, errUnpublished) {
		err = desk.Refuse(desk.Unknown, "There is no WIN-%d.", number)
	}
	return p, err
}

// PublicCalendar reads what everybody may know of the windows and series that have not
// begun, run, or were planned or ended since, at most MaxCalendar of each; and until when
// no more is known (zero: before something changes).
func (j *Journal) PublicCalendar(ctx context.Context, now, since time.Time) (all []desk.Window, until time.Time, err error) {
	read, until, err := j.calendar(ctx, publisher{now: now, bare: true}, since)
	for _, one := range read {
		all = append(all, one.Window)
	}
	return all, until, err
}

// PublicWindows reads the windows and series of PublicCalendar with their timelines.
func (j *Journal) PublicWindows(ctx context.Context, now, since time.Time) (all []PublishedWindow, until time.Time, err error) {
	return j.calendar(ctx, publisher{now: now}, since)
}

// calendar reads the windows and series of PublicCalendar.
func (j *Journal) calendar(ctx context.Context, by publisher, since time.Time) (all []PublishedWindow, until time.Time, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		r := by
		r.j, r.tx = j, tx
		running, err := runningNumbers(tx)
		if err != nil {
			return err
		}
		coming, err := comingNumbers(tx, always(), MaxCalendar)
		if err != nil {
			return err
		}
		over, err := overNumbers(tx, since, 0)
		if err != nil {
			return err
		}
		series, err := activeSeries(tx)
		numbers := slices.Concat(running, coming, lastOver(over, MaxCalendar))
		for _, one := range series {
			numbers = append(numbers, one.number)
		}
		all, until = r.all(numbers), r.until
		return cmp.Or(err, r.err)
	})
	return all, until, err
}

// publisher reads what everybody may know of windows at now. It keeps the first error.
type publisher struct {
	j     *Journal
	tx    storage.Tx
	now   time.Time
	bare  bool      // without timelines
	until time.Time // when more may be known; zero: not by itself
	err   error
}

// all reads those of the windows of which something may be known.
func (r *publisher) all(numbers []int) (out []PublishedWindow) {
	for _, n := range numbers {
		w, err := getWindow(r.tx, n)
		if err != nil {
			r.fail(err)
			return out
		}
		one, err := r.one(w)
		switch {
		case errors.Is(err, errUnpublished):
		case err != nil:
			r.fail(err)
			return out
		default:
			out = append(out, one)
		}
	}
	return out
}

func (r *publisher) fail(err error) { r.err = cmp.Or(r.err, err) }

// one is what may be known of a window. Where that is nothing the error is
// errUnpublished.
func (r *publisher) one(w desk.Window) (PublishedWindow, error) {
	w, err := r.told(w)
	if err != nil {
		return PublishedWindow{}, err
	}
	if w.Of != 0 {
		if w, err = r.inSeries(w); err != nil {
			return PublishedWindow{}, err
		}
	}
	if w.Status == desk.Proposed {
		return PublishedWindow{}, errUnpublished
	}
	if r.bare {
		return PublishedWindow{Window: w}, nil
	}
	timeline, err := timelineOf(r.tx, w.Subject())
	return PublishedWindow{Window: w, Timeline: desk.Published(timeline, w.Entries)}, err
}

// inSeries is an occurrence in the light of its series: nothing is known of it where
// nothing is of that, and it was cancelled with it.
func (r *publisher) inSeries(w desk.Window) (desk.Window, error) {
	series, err := getWindow(r.tx, w.Of)
	if err != nil {
		return w, err
	}
	if series, err = r.told(series); err != nil {
		return w, err
	}
	if series.Status == desk.Cancelled && !w.IsOver() && !w.IsRunning() {
		w.Status, w.Why, w.EndedAt, w.ChangedAt = series.Status, series.Why, series.EndedAt, series.ChangedAt
	}
	return w, nil
}

// told is a window as it was told last: what is in its grace is not.
func (r *publisher) told(w desk.Window) (desk.Window, error) {
	public, err := r.j.book.Public(r.tx, w.Subject(), r.now)
	if err != nil {
		return w, err
	}
	if u := public.Until; !u.IsZero() && (r.until.IsZero() || u.Before(r.until)) {
		r.until = u
	}
	switch {
	case public.Void, !public.Until.IsZero() && public.Told == nil:
		return w, errUnpublished
	case public.Told != nil && public.Told.Window != nil:
		return *public.Told.Window, nil
	}
	return w, nil
}

// begins is when a window is planned to begin.
func (r *publisher) begins(number int) time.Time {
	w, err := getWindow(r.tx, number)
	r.fail(err)
	return w.Planned.From
}

// unnumbered lists the times of series that have no number yet. cut: not those of all
// series.
func (r *publisher) unnumbered(q PlansQuery) (out []PublishedWindow, cut bool) {
	series, err := activeSeries(r.tx)
	r.fail(err)
	for _, one := range series[:min(len(series), maxPublicSeries)] {
		for _, p := range r.all([]int{one.number}) {
			slots, err := r.slots(p.Window, desk.Period{From: q.Now, To: q.Until}, q.Limit)
			r.fail(err)
			for _, w := range slots {
				out = append(out, PublishedWindow{Window: w})
			}
		}
	}
	return out, len(series) > maxPublicSeries
}

// slots lists the times of a series that have no number yet.
func (r *publisher) slots(series desk.Window, within desk.Period, limit int) (out []desk.Window, err error) {
	if series.Planned.From.After(within.From) {
		within.From = series.Planned.From
	}
	for _, slot := range series.Rule.Between(within.From, within.To, limit) {
		_, made, err := madeTable().Get(r.tx, madeKey(series.Number, slot.From))
		if err != nil {
			return nil, err
		}
		if !made {
			out = append(out, series.Occurrence(0, slot, desk.Act{}).Window)
		}
	}
	return out, nil
}

// next lists the next times of a series, at most limit, in order.
func (r *publisher) next(series desk.Window, limit int) (out []desk.Window, err error) {
	var made []int
	k := madeTable().Key().Num(uint64(series.Number))
	err = madeTable().Scan(r.tx, k.Time(r.now.Add(-desk.MaxWindow)), k.End(), 0, func(_ storage.Key, n int) (bool, error) {
		made = append(made, n)
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	for _, one := range r.all(made) {
		if w := one.Window; !w.IsOver() && !w.IsRunning() && w.Planned.To.After(r.now) {
			out = append(out, w)
		}
	}
	slots, err := r.slots(series, desk.Period{From: r.now, To: r.now.Add(desk.MaxAhead)}, limit+len(made))
	out = append(out, slots...)
	slices.SortStableFunc(out, earlier)
	return out[:min(len(out), limit)], cmp.Or(err, r.err)
}
