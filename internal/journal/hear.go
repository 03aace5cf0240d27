package journal

import (
	"context"
	"errors"
	"fmt"
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
		err := j.db.Update(ctx, func(tx storage.Tx) (err error) {
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

// counted is a transaction that counts what is read and written.
type counted struct {
	storage.Tx
	reads, writes int
}

// Get implements storage.Tx.
func (c *counted) Get(key []byte) ([]byte, error) {
	c.reads++
	return c.Tx.Get(key)
}

// Put implements storage.Tx.
func (c *counted) Put(key, value []byte) error {
	c.writes++
	return c.Tx.Put(key, value)
}

// Delete implements storage.Tx.
func (c *counted) Delete(key []byte) error {
	c.writes++
	return c.Tx.Delete(key)
}

// cleanReport bounds what a report may hold, and puts its times in order.
func cleanReport(r desk.Report, now time.Time) desk.Report {
	r.At, r.Since = now.UTC(), r.Since.UTC()
	if r.Since.After(r.At) {
		r.Since = r.At
	}
	r.Called, r.Step = oneLine(r.Called, desk.CalledMax), oneLine(r.Step, desk.CalledMax)
	r.Detail = oneLine(r.Detail, desk.DetailMax)
	r.Link = oneLine(r.Link, desk.DetailMax)
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

// hearing is one transaction that takes reports, or settles alerts that are due: it
// loads each alert once and writes it once.
type hearing struct {
	j      *Journal
	tx     storage.Tx
	used   *counted // the same
	by     By
	alerts map[int]*heldAlert
	order  []int
	// numbers are those of the newest alerts about what was asked of, 0: none.
	numbers map[expected]int
	raw     desk.Report // the first of what is to be kept of what was heard
	kept    int         // records of it
	told    []desk.Subject
	wakes   []time.Time
	running []desk.Window
	moved   []desk.ServiceID // available or not by another witness than before
	muted   map[desk.ServiceID]time.Time
	looked  bool // running and muted are loaded
	// open are the open incidents, drills too, gates those that do not stand as the rule
	// says; nil: not loaded.
	open  *[]ongoing
	gates gates
	// of are the sightings of which key is the begin of their keys: those of one service
	// often come together.
	of  desk.Report
	key storage.Key
	*paper
	// thorough: all witnesses of an alert are looked at.
	thorough bool
}

// expected is what an alert is about.
type expected struct {
	service     desk.ServiceID
	expectation desk.Expectation
}

// heldAlert is an alert that the transaction changes.
type heldAlert struct {
	desk.Alert
	wake time.Time // as it is in the store
	own  bool      // nobody else has its Services
	// thin are services of which a witness that was shown has left.
	thin []desk.ServiceID
}

// makeOwn copies what is shared with who read the alert, or keeps it.
func (a *heldAlert) makeOwn() {
	if !a.own {
		a.Services, a.own = slices.Clone(a.Services), true
	}
}

func (j *Journal) hearing(tx storage.Tx, by By) *hearing {
	c := &counted{Tx: tx}
	return &hearing{j: j, tx: c, used: c, by: by, alerts: map[int]*heldAlert{}, numbers: map[expected]int{}, paper: j.papers.take()}
}

func (h *hearing) catalog() *desk.Catalog { return h.j.book.Places().Catalog }

// hold has the transaction change an alert.
func (h *hearing) hold(a desk.Alert) *heldAlert {
	if held, ok := h.alerts[a.Number]; ok {
		return held
	}
	held := &heldAlert{Alert: a, wake: a.WakeAt}
	h.alerts[a.Number] = held
	h.order = append(h.order, a.Number)
	return held
}

// raised is the newest alert about a service, as it is in this transaction; nil: none.
func (h *hearing) raised(id desk.ServiceID, e desk.Expectation) (*heldAlert, error) {
	n, known := h.numbers[expected{id, e}]
	if !known {
		var err error
		if n, _, err = raisedTable().Get(h.tx, raisedKey(id, e)); err != nil {
			return nil, err
		}
		h.numbers[expected{id, e}] = n
	}
	if held, ok := h.alerts[n]; ok || n == 0 {
		return held, nil
	}
	a, found, err := h.j.alerts.get(h.tx, alertKey(n))
	if err == nil && !found {
		err = unknownAlert(n)
	}
	if err != nil {
		return nil, err
	}
	return h.hold(a), nil
}

// sightingKey is the key of what a witness says.
func (h *hearing) sightingKey(r desk.Report) storage.Key {
	if o := h.of; h.key == nil || o.Service != r.Service || o.Expectation != r.Expectation || o.Witness.Kind != r.Witness.Kind || o.Witness.Name != r.Witness.Name {
		h.of, h.key = r, sourceKey(r)
	}
	return h.key.Str(r.Witness.Check)
}

// putSighting writes what a witness says.
func (h *hearing) putSighting(k storage.Key, r desk.Report) error {
	h.record.reset()
	if h.record.report(&r); h.record.err != nil {
		return fmt.Errorf("encode what was heard: %w", h.record.err)
	}
	return h.j.sightings.put(h.tx, k, h.record.b, r)
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
	if is.Expectation == desk.Availability && (meaning == desk.Began || meaning == desk.Over) && !slices.Contains(h.moved, is.Service) {
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

// heardAtOnce is how long a record of what was heard gets, in bytes: the store writes the
// one before anew with each, so that of a long call several are better than one.
const heardAtOnce = 5 << 10

// note keeps what was heard, in a record of as much as is heard at once.
func (h *hearing) note(r desk.Report) error {
	if len(h.heard.b) >= heardAtOnce {
		if err := h.keepRaw(); err != nil {
			return err
		}
	}
	if len(h.heard.b) == 0 {
		h.raw = r
		h.heard.raw("[")
	} else {
		h.heard.raw(",")
	}
	h.heard.report(&r)
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

// ownWords is a report that holds nothing of the call in which it came, which may be much
// larger; what it says as before is shared with that.
func ownWords(r, was desk.Report) desk.Report {
	for _, w := range []struct{ is, was *string }{
		{&r.Witness.Name, &was.Witness.Name}, {&r.Witness.Check, &was.Witness.Check}, {&r.Called, &was.Called},
		{&r.Detail, &was.Detail}, {&r.Step, &was.Step}, {&r.Link, &was.Link},
	} {
		if *w.is == *w.was {
			*w.is = *w.was
		} else {
			*w.is = strings.Clone(*w.is)
		}
	}
	if len(r.Places) > 0 {
		r.Places = slices.Clone(r.Places)
		for k := range r.Places {
			r.Places[k] = strings.Clone(r.Places[k])
		}
	}
	return r
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

// openAbout is the newest open incident, but drills, that is about something; 0: none.
func (h *hearing) openAbout(about func(ongoing) bool) (number int, err error) {
	if h.open == nil {
		all, err := allOngoing(h.tx)
		if err != nil {
			return 0, err
		}
		h.open = &all
	}
	for _, o := range *h.open {
		if !o.Drill && about(o) {
			number = o.Number
		}
	}
	return number, nil
}

// openAboutIt is openAbout a service.
func (h *hearing) openAboutIt(id desk.ServiceID) (number int, err error) {
	return h.openAbout(func(o ongoing) bool { return slices.Contains(o.Services, id) })
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
	was.State, was.At = desk.Passing, r.At
	return h.witness(a.Alert, was)
}

// began finds the alert that a new failure belongs to.
func (h *hearing) began(r desk.Report) error {
	a, err := h.raised(r.Service, r.Expectation)
	if err != nil {
		return err
	}
	if a != nil && a.GoesOn(r.At) {
		h.join(a, r)
		return h.joined(a, r)
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
