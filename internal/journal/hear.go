package journal

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Hear takes what witnesses report, in their order, and returns when all of it is
// committed. What is known costs no write. It may be given again after an error: what
// was taken then is known.
func (j *Journal) Hear(ctx context.Context, by By, reports []desk.Report) error {
	most := len(reports)
	for len(reports) > 0 {
		taken := 0
		var h *hearing
		err := j.update(ctx, func(tx *counted) (err error) {
			h = j.hearing(tx, by)
			taken, err = h.hearAll(reports[:min(most, len(reports))])
			return err
		})
		if errors.Is(err, storage.ErrTooLarge) && most > 1 {
			most = max(taken/2, 1)
			continue
		}
		if h != nil {
			j.papers.giveBack(h.paper)
		}
		if err != nil {
			j.wrote(ctx, err)
			return err
		}
		if len(h.told) > 0 {
			j.wrote(ctx, nil, h.told...)
			runtime.Gosched() // people hear of it before the monitor has its answer
		}
		j.alarm(h.wakes...)
		reports = reports[taken:]
	}
	return nil
}

// heardAgain is how long a repeated report is not written for: so exactly is known when a
// monitor was last heard.
const heardAgain = 10 * time.Minute

// hearAll takes as many reports as fit the transaction, and settles what comes of them.
func (h *hearing) hearAll(reports []desk.Report) (taken int, err error) {
	for _, r := range reports {
		if taken > 0 && h.isFull() {
			break
		}
		taken++
		if err := h.hear(cleanReport(r, h.by.At)); err != nil {
			return taken, fmt.Errorf("take what %s %q says of %s: %w", r.Witness.Kind, r.Witness.Name, r.Service, err)
		}
	}
	return taken, h.settle()
}

// A transaction is full when what one more report may read or write does not fit it, and
// what settles the alerts that it changes: each its record, its mark and its announcement.
// A report that does more, such as one that has an incident declared, may still be too
// much: then fewer are taken.
const (
	hearReads   = 16
	hearWrites  = 20
	alertWrites = 7
)

func (h *hearing) isFull() bool {
	return h.used.reads+hearReads > storage.MaxReads || h.used.writes+hearWrites+alertWrites*(len(h.order)+1) > storage.MaxWrites
}

// cleanReport bounds what a report may hold, and puts its times in order.
func cleanReport(r desk.Report, now time.Time) desk.Report {
	r.At, r.Since = now.UTC(), r.Since.UTC()
	if r.Since.After(r.At) {
		r.Since = r.At
	}
	r.Called, r.Step = oneLine(r.Called, desk.CalledMax), oneLine(r.Step, desk.CalledMax)
	r.Detail = oneLine(r.Detail, desk.DetailMax)
	r.Link = oneLine(r.Link, desk.LinkMax)
	r.Sorry = false
	return r
}

// isLine reports whether a text is one line of ASCII already, as most are.
func isLine(s string) bool {
	space := true // before it: a space here would be one too many
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == ' ' && space {
			return false
		}
		space = s[i] == ' '
	}
	return s == "" || !space
}

func oneLine(s string, most int) string {
	if len(s) <= most && isLine(s) {
		return s
	}
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// hear takes one report.
func (h *hearing) hear(r desk.Report) error {
	k := h.sightingKey(r)
	was, _, err := h.j.sightings.get(h.tx, k)
	if err != nil {
		return err
	}
	is, meaning := was.Then(r)
	switch {
	case meaning == desk.Repeated && is.At.Sub(was.At) < heardAgain:
		return nil
	case meaning == desk.Repeated:
		return h.heardAgain(k, was, is)
	}
	if err := h.note(r); err != nil {
		return err
	}
	if meaning == desk.Stale {
		return nil
	}
	if meaning == desk.Began {
		if is.Sorry, err = h.seesSorry(is); err != nil {
			return err
		}
	}
	is = ownWords(is, was)
	if err := h.putSighting(k, is); err != nil {
		return err
	}
	if is.Expectation == desk.Availability && (meaning == desk.Began || meaning == desk.Over || was.Warns != is.Warns) && !slices.Contains(h.moved, is.Service) {
		h.moved = append(h.moved, is.Service)
	}
	switch meaning {
	case desk.Began:
		return h.began(is)
	case desk.Over:
		return h.over(was, is)
	case desk.Differs:
		return h.differs(is)
	}
	return nil
}

// heardAgain notes that a witness still says the same, and that it is not silent where it
// was.
func (h *hearing) heardAgain(k storage.Key, was, r desk.Report) error {
	if r.Failed() && r.At.Sub(was.At) >= desk.SilentAfter {
		a, err := h.raised(r.Service, r.Expectation)
		if err != nil {
			return err
		}
		h.thorough = h.thorough || (a != nil && !a.SilentSince.IsZero())
	}
	return h.putSighting(k, ownWords(r, was))
}

// seesSorry reports whether a monitor elsewhere begins to see a failure while people are
// shown the sorry page: it sees that.
func (h *hearing) seesSorry(r desk.Report) (bool, error) {
	if r.Witness.IsOwn() {
		return false, nil
	}
	if h.gates == nil {
		var err error
		if h.gates, err = getGates(h.tx); err != nil {
			return false, err
		}
	}
	return h.gates[r.Service].Closed, nil
}

// differs shows what is new about a witness.
func (h *hearing) differs(r desk.Report) error {
	a, err := h.raised(r.Service, r.Expectation)
	if err == nil && a != nil {
		a.Alert = a.Change(r)
	}
	return err
}

// over takes a witness away that sees the service pass again.
func (h *hearing) over(was, r desk.Report) error {
	a, err := h.raised(r.Service, r.Expectation)
	if err != nil || a == nil {
		return err
	}
	if err := h.attachOpen(a); err != nil { // the clock may not have come to it
		return err
	}
	if a.Shows(r) && !slices.Contains(a.thin, r.Service) {
		a.thin = append(a.thin, r.Service)
	}
	a.makeOwn()
	a.Drop(r)
	was.State, was.At, was.Retired, was.Closed = desk.Passing, r.At, r.Retired, r.Closed
	return h.witness(a.Alert, was)
}

// began finds the alert that a new failure belongs to.
func (h *hearing) began(r desk.Report) error {
	a, err := h.raised(r.Service, r.Expectation)
	if err != nil {
		return err
	}
	if a != nil && a.GoesOn(r.Service, r.At) {
		h.join(a, r)
		return h.joined(a, r)
	}
	if a != nil && a.IsFailing() && a.Into == 0 {
		a.Alert = a.Without(r.Service)
	}
	alone, err := h.standsAlone(r)
	if err != nil {
		return err
	}
	if !alone {
		if a, err = h.fits(r); err != nil {
			return err
		}
		if a != nil {
			h.join(a, r)
			return h.index(a, r)
		}
	}
	n, err := nextNumber(h.tx, desk.AlertSubject)
	if err != nil {
		return err
	}
	held := h.hold(desk.Raise(n, desk.Alerted{Service: r.Service, Name: h.catalog().Name(r.Service)}, r))
	if held.Before, err = h.endedBefore(r); err != nil {
		return err
	}
	if !alone {
		if err := h.absorb(held, r); err != nil {
			return err
		}
	}
	return h.index(held, r)
}

// standsAlone reports whether a failure is told with no other: it is not told now, or an
// open incident speaks of it.
func (h *hearing) standsAlone(r desk.Report) (bool, error) {
	if quiet, _, err := h.quiet(r.Service); quiet || err != nil {
		return quiet, err
	}
	open, err := h.openAboutIt(r.Service)
	return open != 0, err
}

func (h *hearing) index(a *heldAlert, r desk.Report) error {
	if err := h.raise(r.Service, r.Expectation, a.Number); err != nil {
		return err
	}
	return h.joined(a, r)
}

// raise makes an alert the newest about a service.
func (h *hearing) raise(id desk.ServiceID, e desk.Expectation, number int) error {
	h.numbers[expected{id, e}] = number
	return raisedTable().Put(h.tx, raisedKey(id, e), number)
}

// joined has an alert belong to an incident about the service that is open.
func (h *hearing) joined(a *heldAlert, r desk.Report) error {
	if a.Incident == 0 {
		open, err := h.openAboutIt(r.Service)
		if err != nil || open == 0 {
			return err
		}
		a.Alert = a.BelongTo(open)
	}
	return h.witness(a.Alert, r)
}

// witness notes on the incident of an alert what a check sees.
func (h *hearing) witness(a desk.Alert, r desk.Report) error {
	if a.Incident == 0 {
		return nil
	}
	i, err := getIncident(h.tx, a.Incident)
	if err != nil {
		return err
	}
	c, changed := i.Witnessed(a.Number, r, desk.Act{At: h.by.At.UTC()})
	if !changed {
		return nil
	}
	by := h.by
	by.clock = true
	return h.putIncident(by, c)
}

func (h *hearing) putIncident(by By, c desk.Change) error {
	h.open, h.gates = nil, nil // it may change them
	out, err := h.j.put(h.tx, by, c, 0)
	h.told = append(h.told, out.about()...)
	h.wakes = append(h.wakes, out.wakes()...)
	return err
}
