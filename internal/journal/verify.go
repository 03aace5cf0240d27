package journal

import (
	"context"
	"errors"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Verifying is something whose end people said and tests have still to prove.
type Verifying struct {
	About    desk.Subject
	Services []desk.ServiceID
}

// Proving is what tests have to prove before the end of an incident about these services
// is told.
func (j *Journal) Proving(services []desk.ServiceID) desk.Proving {
	s := j.settings.Load()
	p := s.Proving
	p.Gated, p.Passes = s.gated(services), max(p.Passes, 1)
	return p
}

// Verifying lists what is being verified, incidents first: after a start their tests have
// to be begun anew.
func (j *Journal) Verifying(ctx context.Context) (out []Verifying, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		out = nil
		open, err := allOngoing(tx)
		if err != nil {
			return err
		}
		var all []desk.Subject
		for _, o := range open {
			all = append(all, desk.Subject{Kind: desk.IncidentSubject, Number: o.Number})
		}
		running, err := runningNumbers(tx)
		if err != nil {
			return err
		}
		for _, n := range running {
			all = append(all, desk.Subject{Kind: desk.WindowSubject, Number: n})
		}
		for _, s := range all {
			v, is, err := verifying(tx, s)
			if err != nil {
				return err
			}
			if is {
				out = append(out, v)
			}
		}
		return nil
	})
	return out, err
}

// verifying reports whether a subject is being verified.
func verifying(tx storage.Tx, s desk.Subject) (v Verifying, is bool, err error) {
	if s.Kind == desk.WindowSubject {
		w, _, err := windowTable().Get(tx, windowKey(s.Number))
		return Verifying{s, w.ServiceIDs()}, w.IsRunning() && w.Status == desk.Verifying, err
	}
	i, _, err := incidentTable().Get(tx, incidentKey(s.Number))
	return Verifying{s, i.ServiceIDs()}, i.IsVerifying(), err
}

// retest has the tests of subjects run that are being verified now, and those of others
// stop. It is called after the commit that changed that; one call at a time, each by what is
// true then, so that the last word is always the newest.
func (j *Journal) retest(ctx context.Context, subjects ...desk.Subject) {
	s := j.settings.Load()
	if len(subjects) == 0 || s.Verify == nil || s.StopVerify == nil {
		return
	}
	j.testing.Lock()
	defer j.testing.Unlock()
	for _, about := range subjects {
		var v Verifying
		var is bool
		err := j.db.View(context.WithoutCancel(ctx), func(tx storage.Tx) (err error) {
			v, is, err = verifying(tx, about)
			return err
		})
		switch {
		case err != nil: // the clock asks after the limit
		case is:
			s.Verify(v.About, v.Services)
		default:
			s.StopVerify(about)
		}
	}
}

// retested is the subject of an incident if what is tested about it changes; else none.
func retested(was, is desk.Incident, e desk.Entry) []desk.Subject {
	if was.IsVerifying() == is.IsVerifying() && e.Kind != desk.Testing {
		return nil
	}
	return []desk.Subject{is.Subject()}
}

// retestedWindow is retested for a window.
func retestedWindow(was, is desk.Window) []desk.Subject {
	running := func(w desk.Window) bool { return w.IsRunning() && w.Status == desk.Verifying }
	if running(was) == running(is) {
		return nil
	}
	return []desk.Subject{is.Subject()}
}

// Verified ends what is being verified: tests have shown at this time that its services
// work. Where it is not being verified any more nothing happens.
func (j *Journal) Verified(ctx context.Context, at time.Time, about desk.Subject) error {
	return j.tested(ctx, at, func(tx storage.Tx, by By, count counter) (fired, error) {
		if about.Kind == desk.WindowSubject {
			return j.windowPassed(tx, by, about.Number, count)
		}
		return j.incidentPassed(tx, by, about.Number, count)
	})
}

// NotVerified asks ops what is to become of something whose tests fail, or have not passed
// in time. Where ops knows that, or it is not being verified any more, nothing happens.
func (j *Journal) NotVerified(ctx context.Context, at time.Time, about desk.Subject, failing []string) error {
	return j.tested(ctx, at, func(tx storage.Tx, by By, count counter) (fired, error) {
		if about.Kind == desk.WindowSubject {
			return j.windowFails(tx, by, about.Number, failing)
		}
		return j.incidentFails(tx, by, about.Number, failing)
	})
}

// tested carries out what tests have shown.
func (j *Journal) tested(ctx context.Context, at time.Time, do func(storage.Tx, By, counter) (fired, error)) error {
	by := By{At: at, Name: "Belltower", Trace: "tests", clock: true}
	_, err := counting(ctx, j, func(count counter) (fired, error) {
		return once(ctx, j, by, func(tx storage.Tx) (fired, error) { return do(tx, by, count) })
	})
	var over *desk.Refusal
	if errors.As(err, &over) { // somebody was quicker
		return nil
	}
	return err
}

func (j *Journal) incidentPassed(tx storage.Tx, by By, number int, count counter) (fired, error) {
	i, err := getIncident(tx, number)
	if err != nil {
		return fired{}, err
	}
	c, err := i.Passed(by.act())
	if err != nil {
		return fired{}, err
	}
	channels, err := count.of(c.Announce)
	if err != nil {
		return fired{}, err
	}
	out, err := j.put(tx, by, c, channels)
	return fired{subjects: out.about(), at: out.wakes(), tests: out.Tests}, err
}

func (j *Journal) incidentFails(tx storage.Tx, by By, number int, failing []string) (fired, error) {
	i, err := getIncident(tx, number)
	if err != nil {
		return fired{}, err
	}
	due, news := i.NotPassed(failing, by.act())
	if !news {
		return fired{}, nil
	}
	out, err := j.put(tx, by, due.Change, 0)
	if err != nil {
		return fired{}, err
	}
	notices, err := j.ask(tx, by, due.Ask, due.Escalate)
	return fired{subjects: append(out.about(), notices...), at: append(out.wakes(), by.At.Add(reachFor))}, err
}

func (j *Journal) windowPassed(tx storage.Tx, by By, number int, count counter) (fired, error) {
	w, err := getWindow(tx, number)
	if err != nil {
		return fired{}, err
	}
	c, err := w.Passed(by.act())
	if err != nil {
		return fired{}, err
	}
	channels, err := count.of(c.Announce)
	if err != nil {
		return fired{}, err
	}
	answered, err := j.answer(tx, by, w.Subject())
	if err != nil {
		return fired{}, err
	}
	out, err := j.putWindow(tx, by, c, channels)
	return fired{subjects: append(out.about(), answered...), at: out.wakes(), tests: out.Tests}, err
}

func (j *Journal) windowFails(tx storage.Tx, by By, number int, failing []string) (fired, error) {
	w, err := getWindow(tx, number)
	if err != nil || w.KnowsFailing(failing) {
		return fired{}, err
	}
	c, err := w.NotPassed(failing, by.act())
	if err != nil {
		return fired{}, err
	}
	out, err := j.putWindow(tx, by, c, 0)
	return fired{subjects: out.about(), at: append(out.wakes(), by.At.Add(reachFor))}, err
}
