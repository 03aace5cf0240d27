package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// aliveTable holds one record: when the bot was last known to run.
func aliveTable() storage.Table[time.Time] { return storage.TableOf[time.Time]("alive") }

// Alive notes that the bot runs at now, so that the next start can tell how long
// it was away. It is worth calling every half minute or so, and at a clean stop.
func (j *Journal) Alive(ctx context.Context, now time.Time) error {
	err := j.db.Background(ctx, func(tx storage.Tx) error {
		return aliveTable().Put(tx, aliveTable().Key(), now.UTC())
	})
	if err != nil {
		return fmt.Errorf("note that the bot runs: %w", err)
	}
	return nil
}

// room is more than a command writes at once.
const room = 32 << 10

// Ready notes that the bot runs, as Alive does, and writes as much as a command may:
// where that does not fit, commands are refused.
func (j *Journal) Ready(ctx context.Context, now time.Time) error {
	err := j.db.Background(ctx, func(tx storage.Tx) error {
		return errors.Join(
			aliveTable().Put(tx, aliveTable().Key(), now.UTC()),
			tx.Put(storage.K("room"), make([]byte, room)),
		)
	})
	if err != nil {
		return fmt.Errorf("write as much as a command does: %w", err)
	}
	return nil
}

// Away is what to know after the bot was not running.
type Away struct {
	From, To time.Time // From is zero at the very first start
	Open     []desk.Incident
	// Work are the windows that run, as they were left, and those whose start is held and
	// whose end fell due.
	Work []desk.Window
	// Began are those that the clock begins now, as they are then: they were to begin
	// before.
	Began []desk.Window
	// Due is what the clock tells of now, in the order in which it fell due.
	Due []desk.Subject
}

// Away tells what happened until now since Alive was last called. It is to be
// asked before Alive is called anew.
func (j *Journal) Away(ctx context.Context, now time.Time) (Away, error) {
	a := Away{To: now.UTC()}
	err := j.db.View(ctx, func(tx storage.Tx) (err error) {
		a.From, _, err = aliveTable().Get(tx, aliveTable().Key())
		return err
	})
	if err == nil {
		a.Open, err = j.Open(ctx)
	}
	if err == nil {
		err = j.readWork(ctx, &a)
	}
	if err == nil {
		err = j.readDue(ctx, &a)
	}
	if err != nil {
		return a, fmt.Errorf("look up how long the bot was away: %w", err)
	}
	return a, nil
}

// readWork reads the windows that run.
func (j *Journal) readWork(ctx context.Context, a *Away) error {
	return j.db.View(ctx, func(tx storage.Tx) error {
		a.Work = nil
		numbers, err := runningNumbers(tx)
		for _, n := range numbers {
			w, readErr := scanWindow(tx, n)
			err = errors.Join(err, readErr)
			a.Work = append(a.Work, w)
		}
		return err
	})
}

// readDue reads what the clock is about to do.
func (j *Journal) readDue(ctx context.Context, a *Away) error {
	var last mark
	for {
		marks, _, err := j.marks(ctx, last, a.To)
		if err != nil || len(marks) == 0 {
			return err
		}
		for _, m := range marks {
			if err := j.db.View(ctx, func(tx storage.Tx) error { return j.foresee(tx, m, a) }); err != nil {
				return err
			}
			last = m
		}
	}
}

// foresee adds what the clock makes of one subject. A mark that does not belong to what
// its subject is now counts for nothing.
func (j *Journal) foresee(tx storage.Tx, m mark, a *Away) error {
	var tells bool
	var err error
	switch m.about.Kind {
	case desk.IncidentSubject:
		tells, err = j.foreseeIncident(tx, m, a.To)
	case desk.WindowSubject:
		tells, err = j.foreseeWindow(tx, m, a)
	}
	if tells {
		a.Due = append(a.Due, m.about)
	}
	return err
}

func (j *Journal) foreseeIncident(tx storage.Tx, m mark, now time.Time) (tells bool, err error) {
	i, found, err := incidentTable().Get(tx, incidentKey(m.about.Number))
	if err != nil || !found || !i.WakeAt.Equal(m.at) {
		return false, err
	}
	for range maxInARow {
		due, again := i.Due(now, j.settings.Load().Cadence)
		if !again {
			break
		}
		i, tells = due.Change.Incident, tells || isSaid(due.Change.Announce)
	}
	return tells, nil
}

func (j *Journal) foreseeWindow(tx storage.Tx, m mark, a *Away) (tells bool, err error) {
	was, found, err := windowTable().Get(tx, windowKey(m.about.Number))
	if err != nil || !found || was.IsSeries() || !was.WakeAt.Equal(m.at) {
		return false, err
	}
	around, err := j.around(tx, was)
	if err != nil {
		return false, err
	}
	w := was
	for range maxInARow {
		c, again := w.Due(a.To, around)
		if !again {
			break
		}
		w, tells = c.Window, tells || isSaid(c.Announce)
	}
	switch {
	case was.StartedAt.IsZero() && !w.StartedAt.IsZero():
		a.Began = append(a.Began, w)
	case !was.HeldAt.IsZero() && !a.To.Before(was.Planned.To):
		a.Work = append(a.Work, was)
	}
	return tells, nil
}

// isSaid reports whether an announcement says anything, beside what posts show.
func isSaid(a *desk.Announcement) bool {
	return a != nil && (a.Reach == desk.ReachThread || a.Reach == desk.ReachChannel)
}
