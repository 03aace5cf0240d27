package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// atOnce is how many marks the clock reads at a time.
const atOnce = 100

// Fire does all that is due at now, in the order in which it fell due, each in a
// transaction of its own with its announcement, and tells when something is due next
// (zero: nothing is). Of what was missed meanwhile only that is done which is still
// true. What fails stays due; the first error is returned after all else was done.
func (j *Journal) Fire(ctx context.Context, now time.Time) (next time.Time, err error) {
	err = j.replan(ctx, now) // what is due is done all the same
	var last mark
	for {
		marks, more, readErr := j.marks(ctx, last, now)
		if readErr != nil {
			return time.Time{}, fmt.Errorf("read what is due: %w", readErr)
		}
		for _, m := range marks {
			if ctx.Err() != nil {
				return time.Time{}, ctx.Err()
			}
			if one := j.fire(ctx, m, now); one != nil && err == nil {
				err = fmt.Errorf("do what is due about %s: %w", m.about, one)
			}
			last = m
		}
		if len(marks) == 0 {
			return more, err
		}
	}
}

// mark is when the clock has to look at a subject.
type mark struct {
	at    time.Time
	about desk.Subject
}

func readMark(rest []byte) (m mark, err error) {
	r := storage.ReadKey(rest)
	m.at = r.Time()
	m.about = desk.Subject{Kind: desk.SubjectKind(r.Str()), Number: int(r.Num())}
	return m, r.Err()
}

// marks lists those behind one of them that are due, and where there are none when the
// next is.
func (j *Journal) marks(ctx context.Context, behind mark, now time.Time) (due []mark, next time.Time, err error) {
	last := dueKey(behind.at, behind.about)
	err = j.db.View(ctx, func(tx storage.Tx) error {
		due, next = nil, time.Time{}
		return dueColumn().scan(tx, desk.Period{From: latest(behind.at, always().From), To: always().To}, func(rest []byte) (bool, error) {
			m, err := readMark(rest)
			switch {
			case err != nil:
				return false, err
			case bytes.Compare(dueKey(m.at, m.about), last) <= 0:
				return true, nil
			case m.at.After(now):
				next = m.at
				return false, nil
			}
			due = append(due, m)
			return len(due) < atOnce, nil
		})
	})
	return due, next, err
}

// fired is what the clock made of a subject.
type fired struct {
	subjects []desk.Subject
	at       []time.Time
	again    bool // more may be due
	tests    []desk.Subject
}

func (f fired) about() []desk.Subject { return f.subjects }
func (f fired) wakes() []time.Time    { return f.at }

func (f fired) retests() []desk.Subject { return f.tests }

// maxInARow bounds how often something is due about one subject at one moment: more
// would be a rule that does not see what it did.
const maxInARow = 1000

// fire does what is due about a subject.
func (j *Journal) fire(ctx context.Context, m mark, now time.Time) error {
	by := By{At: now, Name: "Belltower", Trace: "clock", clock: true}
	for range maxInARow {
		out, err := counting(ctx, j, func(count counter) (fired, error) {
			return once(ctx, j, by, func(tx storage.Tx) (fired, error) {
				switch m.about.Kind {
				case desk.IncidentSubject:
					return j.fireIncident(tx, by, m, count)
				case desk.WindowSubject:
					return j.fireWindow(tx, by, m, count)
				case desk.AlertSubject:
					return j.fireAlert(tx, by, m)
				case judgingSubject:
					return j.fireJudging(tx, by, m)
				}
				return j.fireQuestion(tx, by, m)
			})
		})
		if err != nil || !out.again {
			return err
		}
	}
	return errors.New("it is due again and again")
}

// stray deletes a mark that does not belong to what its subject is now.
func stray(tx storage.Tx, m mark) (fired, error) {
	return fired{}, dueTable().Delete(tx, dueKey(m.at, m.about))
}

func (j *Journal) fireIncident(tx storage.Tx, by By, m mark, count counter) (fired, error) {
	i, found, err := incidentTable().Get(tx, incidentKey(m.about.Number))
	if err != nil {
		return fired{}, err
	}
	if !found {
		return stray(tx, m)
	}
	due, again := i.Due(by.At, j.settings.Load().Cadence)
	if !again {
		due.Change = desk.Change{Incident: i}
	}
	channels, err := count.of(due.Change.Announce)
	if err != nil {
		return fired{}, err
	}
	if !i.WakeAt.Equal(m.at) {
		if err := dueTable().Delete(tx, dueKey(m.at, m.about)); err != nil {
			return fired{}, err
		}
	}
	out, err := j.put(tx, by, due.Change, channels)
	if err != nil {
		return fired{}, err
	}
	notices, err := j.ask(tx, by, due.Ask, due.Escalate)
	return fired{subjects: append(out.about(), notices...), at: out.wakes(), again: again}, err
}

func (j *Journal) fireWindow(tx storage.Tx, by By, m mark, count counter) (fired, error) {
	w, found, err := windowTable().Get(tx, windowKey(m.about.Number))
	if err != nil {
		return fired{}, err
	}
	if !found {
		return stray(tx, m)
	}
	if !w.WakeAt.Equal(m.at) {
		if err := dueTable().Delete(tx, dueKey(m.at, m.about)); err != nil {
			return fired{}, err
		}
	}
	if w.IsSeries() {
		return j.fireSeries(tx, by, w)
	}
	around, err := j.around(tx, w)
	if err != nil {
		return fired{}, err
	}
	c, again := w.Due(by.At, around)
	if !again {
		c = desk.WindowChange{Window: w}
	}
	if err := openNow(tx, c.Ask); err != nil {
		return fired{}, err
	}
	channels, err := count.of(c.Announce)
	if err != nil {
		return fired{}, err
	}
	out, err := j.putWindow(tx, by, c, channels)
	return fired{subjects: out.about(), at: out.wakes(), again: again, tests: out.Tests}, err
}

// openAsked is how many incidents a question shows beside the numbers.
const openAsked = 4

// openNow puts into a question how the incidents stand that speak against a start.
func openNow(tx storage.Tx, q *desk.Question) error {
	if q == nil {
		return nil
	}
	for _, s := range q.Others[:min(len(q.Others), openAsked)] {
		i, err := getIncident(tx, s.Number)
		if err != nil {
			return err
		}
		q.Open = append(q.Open, i)
	}
	return nil
}

// around is what the clock has to know beside a window.
func (j *Journal) around(tx storage.Tx, w desk.Window) (a desk.Around, err error) {
	s := j.settings.Load()
	a = desk.Around{Planning: s.Planning, Gated: s.gated(w.ServiceIDs()), Limit: s.Proving.Limit}
	if a.Open, err = openAbout(tx, w.ServiceIDs()); err != nil || w.Of == 0 {
		return a, err
	}
	series, err := getWindow(tx, w.Of)
	if err == nil && series.Status == desk.Cancelled {
		a.Sweep = series.Why
	}
	return a, err
}

// fireSeries makes the next occurrence of a series, sweeps one of a series that was
// cancelled, or ends one whose last time is over.
func (j *Journal) fireSeries(tx storage.Tx, by By, w desk.Window) (fired, error) {
	if w.Status == desk.Cancelled {
		return j.sweep(tx, by, w)
	}
	slot, ok := nextSlot(w)
	if !ok && !by.At.Before(lastSlot(w).To) {
		return j.finish(tx, by, w)
	}
	if !ok || by.At.Before(slot.From.Add(-j.makeAhead())) {
		out, err := j.putWindow(tx, by, desk.WindowChange{Window: w}, 0)
		return fired{at: out.wakes()}, err
	}
	w.MadeTo = slot.From
	made, err := j.occur(tx, by, w, slot)
	if err != nil {
		return fired{}, err
	}
	out, err := j.putWindow(tx, by, desk.WindowChange{Window: w}, 0)
	return fired{at: append(out.wakes(), made.wakes()...), again: true}, err
}

// finish ends a series whose last time is over by the rule. While a time of it that was
// moved, or is held, has not begun it is looked at again when that should be over.
func (j *Journal) finish(tx storage.Tx, by By, w desk.Window) (fired, error) {
	left, err := leftOf(tx, w.Number)
	if err != nil {
		return fired{}, err
	}
	var c desk.WindowChange
	if left == 0 {
		c, err = w.Finished(by.act())
	} else {
		c.Window = w
		one, missing := scanWindow(tx, left)
		c.Window.MadeTo, err = latest(one.Planned.From, by.At.UTC().Add(time.Hour)), missing
	}
	if err != nil {
		return fired{}, err
	}
	out, err := j.putWindow(tx, by, c, 0)
	return fired{subjects: out.about(), at: out.wakes()}, err
}

// occur makes the window of a slot, unless there is one or its time is over: what was
// missed while the bot was away is not made up.
func (j *Journal) occur(tx storage.Tx, by By, w desk.Window, slot desk.Period) (out WindowApplied, err error) {
	if _, made, err := madeTable().Get(tx, madeKey(w.Number, slot.From)); made || err != nil || !slot.To.After(by.At) {
		return out, err
	}
	n, err := lastNumber(tx, desk.WindowSubject)
	if err != nil {
		return out, err
	}
	if err := madeTable().Put(tx, madeKey(w.Number, slot.From), n+1); err != nil {
		return out, err
	}
	act := by.act()
	act.By = w.ScheduledBy
	return j.putWindow(tx, by, w.Occurrence(n+1, slot, act), 0)
}

// sweep cancels one occurrence of a cancelled series, and looks again until none is left.
func (j *Journal) sweep(tx storage.Tx, by By, w desk.Window) (fired, error) {
	number, err := leftOf(tx, w.Number)
	if err != nil {
		return fired{}, err
	}
	if number == 0 {
		wake := w.WakeAt
		w.WakeAt = time.Time{}
		if err := moveMark(tx, w.Subject(), wake, w.WakeAt); err != nil {
			return fired{}, err
		}
		return fired{}, windowTable().Put(tx, windowKey(w.Number), w)
	}
	one, err := getWindow(tx, number)
	if err != nil {
		return fired{}, err
	}
	c, err := one.Swept(w.Why, by.act())
	if err != nil {
		return fired{}, err
	}
	out, err := j.putWindow(tx, by, c, 0)
	return fired{subjects: out.about(), at: out.wakes(), again: true}, err
}

// leftOf finds an occurrence of a series that has not begun and is not over; 0: none.
func leftOf(tx storage.Tx, series int) (number int, err error) {
	k := madeTable().Key().Num(uint64(series))
	err = madeTable().Scan(tx, k, k.End(), 0, func(_ storage.Key, n int) (bool, error) {
		w, err := scanWindow(tx, n)
		if err == nil && w.CheckComing() == nil {
			number = n
		}
		return number == 0, err
	})
	return number, err
}

// Occurrence returns the number of the window that a series has on a day (any time of
// it in the organization's zone), and makes it where there is none yet. It refuses where
// the series has none on that day.
func (j *Journal) Occurrence(ctx context.Context, by By, series int, day time.Time) (number int, err error) {
	zone := j.settings.Load().Planning.Zone
	if zone == nil {
		zone = time.UTC
	}
	y, mon, d := day.In(zone).Date()
	from := time.Date(y, mon, d, 0, 0, 0, 0, zone)
	var wakes []time.Time
	err = j.db.Update(ctx, func(tx storage.Tx) error {
		w, err := getWindow(tx, series)
		if err != nil {
			return err
		}
		slot, found := slotOn(w, from)
		if !found {
			return desk.Refuse(desk.Unknown, "%s has no time on this day.", w.Subject()).
				WithHint("window show %d lists the next ones.", series).About(w.Subject())
		}
		if !slot.From.After(by.At) {
			return desk.Refuse(desk.Invalid, "This time has passed.").About(w.Subject())
		}
		var made bool
		if number, made, err = madeTable().Get(tx, madeKey(series, slot.From)); made || err != nil {
			return err
		}
		out, err := j.occur(tx, by, w, slot)
		number, wakes = out.Window.Number, out.wakes()
		return err
	})
	if err == nil {
		j.alarm(wakes...)
	}
	return number, err
}

func slotOn(w desk.Window, day time.Time) (desk.Period, bool) {
	if w.Rule == nil || w.IsOver() {
		return desk.Period{}, false
	}
	on := w.Rule.Between(latest(day, w.Planned.From), day.AddDate(0, 0, 1), 1)
	if len(on) == 0 {
		return desk.Period{}, false
	}
	return on[0], true
}

// openAbout lists the open incidents, but drills, about any of the services.
func openAbout(tx storage.Tx, services []desk.ServiceID) (out []desk.Subject, err error) {
	err = eachOngoing(tx, func(o ongoing) {
		if !o.Drill && o.about(services) {
			out = append(out, desk.Subject{Kind: desk.IncidentSubject, Number: o.Number})
		}
	})
	return out, err
}
