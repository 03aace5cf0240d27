package journal

import (
	"errors"
	"slices"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// lookAhead is how many occurrences of a series are looked at for what speaks against
// them.
const lookAhead = 60

// checkFree refuses, as a *desk.Objection, a time that is not free for w.
func (j *Journal) checkFree(tx storage.Tx, by By, w desk.Window, o desk.Override) error {
	times := []desk.Period{w.Planned}
	if w.IsSeries() {
		times = w.Rule.Between(w.Planned.From, w.Planned.From.AddDate(1, 0, 0), lookAhead)
	}
	if err := guardPlans(tx); err != nil {
		return err
	}
	taken, err := takenBy(tx, w, times)
	if err != nil {
		return err
	}
	if w.IsSeries() && len(times) > 0 {
		later, others, err := farTaken(tx, w, times[len(times)-1])
		if err != nil {
			return err
		}
		times, taken = append(times, later...), append(taken, others...)
	}
	p := j.settings.Load().Planning
	err = p.Check(w.ServiceIDs(), times, by.At, taken, o)
	var objection *desk.Objection
	if w.IsSeries() && (err == nil || errors.As(err, &objection) && objection.Kind == desk.InMoratorium) {
		return p.CheckRule(w.ServiceIDs(), *w.Rule, w.Planned, o)
	}
	return err
}

// farTaken lists the times of a series behind one of them that are in the way of windows
// that are planned already, or of series that begin behind it, and the times of these:
// however many of its times are looked at, some work is planned for a later one.
func farTaken(tx storage.Tx, w desk.Window, last desk.Period) (times []desk.Period, taken []desk.Taken, err error) {
	far := desk.Period{From: last.From.Add(1), To: last.From.Add(desk.MaxAhead)}
	look := func(t desk.Taken) {
		from := latest(t.Period.From.Add(-w.Rule.For+1), far.From)
		if own := w.Rule.Between(from, t.Period.To, lookAhead); t.Subject.Number != w.Number && len(own) > 0 {
			times, taken = append(times, own...), append(taken, t)
		}
	}
	for _, id := range w.ServiceIDs() {
		if err := scanSlots(tx, id, far, look); err != nil {
			return nil, nil, err
		}
	}
	series, err := seriesAbout(tx, w.ServiceIDs(), far)
	for _, one := range series {
		if one.from.Before(far.From) {
			continue // its times were looked at
		}
		future, err := one.future(tx, desk.Period{From: one.from, To: one.from.AddDate(1, 0, 0)})
		if err != nil {
			return nil, nil, err
		}
		for _, t := range future[:min(len(future), lookAhead)] {
			look(t)
		}
	}
	slices.SortFunc(times, func(a, b desk.Period) int { return a.From.Compare(b.From) })
	return slices.Compact(times), taken, err
}

// guardPlans reads what every other change of plans writes, so that of two that take the
// same time at once the later one looks again: the calendar itself is only scanned, which
// no store protects. New windows write the last number given, all other changes of when
// work is planned (keepPlan) a count of such, so that only these cost a write more.
func guardPlans(tx storage.Tx) error {
	if _, err := lastNumber(tx, desk.WindowSubject); err != nil {
		return err
	}
	_, _, err := replansTable().Get(tx, replansPlace())
	return err
}

// keepPlan counts a change of when a window is planned.
func keepPlan(tx storage.Tx, was, is desk.Window) error {
	if was.Number == 0 || was.Planned.From.Equal(is.Planned.From) && was.Planned.To.Equal(is.Planned.To) {
		return nil
	}
	n, _, err := replansTable().Get(tx, replansPlace())
	if err != nil {
		return err
	}
	return replansTable().Put(tx, replansPlace(), n+1)
}

// takenBy lists the times of other windows about services of w that may be in the way
// of times.
func takenBy(tx storage.Tx, w desk.Window, times []desk.Period) (out []desk.Taken, err error) {
	if len(times) == 0 {
		return nil, nil
	}
	all := desk.Period{From: times[0].From, To: times[len(times)-1].To}
	for _, id := range w.ServiceIDs() {
		err := scanSlots(tx, id, all, func(t desk.Taken) {
			if t.Subject.Number != w.Number {
				out = append(out, t)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	series, err := seriesAbout(tx, w.ServiceIDs(), all)
	if err != nil {
		return nil, err
	}
	for _, one := range series {
		if one.number == w.Number {
			continue
		}
		taken, err := one.future(tx, all)
		if err != nil {
			return nil, err
		}
		out = append(out, taken...)
	}
	return out, nil
}
