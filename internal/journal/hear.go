package journal

import (
	"cmp"
	"context"
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
	for len(reports) > 0 {
		taken := 0
		var h *hearing
		err := j.db.Update(ctx, func(tx storage.Tx) error {
			h, taken = j.hearing(tx, by), 0
			for _, r := range reports {
				if taken > 0 && h.isFull() {
					break
				}
				if err := h.hear(cleanReport(r, by.At)); err != nil {
					return fmt.Errorf("take what %s %q says of %s: %w", r.Witness.Kind, r.Witness.Name, r.Service, err)
				}
				taken++
			}
			return h.settle()
		})
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

// A transaction takes as many reports as fit storage's limits: for one more as much as
// hearCost is kept free, for each alert that it changes settleCost, to tell it and declare
// an incident of it.
const (
	hearCost   = 20
	settleCost = 10
)

// isFull reports whether one more report may be too much.
func (h *hearing) isFull() bool {
	room := hearCost + settleCost*(len(h.order)+1)
	return h.used.reads+room > storage.MaxReads || h.used.writes+room > storage.MaxWrites
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

// hearing is one transaction that takes reports, or settles alerts that are due: it
// loads each alert once and writes it once.
type hearing struct {
	j      *Journal
	tx     storage.Tx
	used   *counted // the same
	by     By
	alerts map[int]*heldAlert
	order  []int
	// numbers are those of the newest alerts about what was asked of, 0: none; hushed says
	// which services are quiet.
	numbers map[expected]int
	hushed  map[desk.ServiceID]hush
	told    []desk.Subject
	wakes   []time.Time
	running []desk.Window
	looked  bool // running is loaded
	// thorough: all witnesses of an alert are looked at.
	thorough bool
}

// expected is what an alert is about.
type expected struct {
	service     desk.ServiceID
	expectation desk.Expectation
}

// hush is whether failures of a service are not told, and until when.
type hush struct {
	quiet bool
	until time.Time
}

// heldAlert is an alert that the transaction changes.
type heldAlert struct {
	desk.Alert
	wake time.Time // as it is in the store
	// thin are services of which a witness that was shown has left.
	thin []desk.ServiceID
}

func (j *Journal) hearing(tx storage.Tx, by By) *hearing {
	c := &counted{Tx: tx}
	return &hearing{j: j, tx: c, used: c, by: by, alerts: map[int]*heldAlert{}, numbers: map[expected]int{}, hushed: map[desk.ServiceID]hush{}}
}

func (h *hearing) catalog() *desk.Catalog { return h.j.settings.Load().Services }

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
	a, err := getAlert(h.tx, n)
	if err != nil {
		return nil, err
	}
	return h.hold(a), nil
}

// hear takes one report.
func (h *hearing) hear(r desk.Report) error {
	k := sightingKey(r)
	was, _, err := sightingTable().Get(h.tx, k)
	if err != nil {
		return err
	}
	is, meaning := was.Then(r)
	switch meaning {
	case desk.Stale:
		return heardTable().Put(h.tx, heardKey(r), r)
	case desk.Repeated:
		if is.At.Sub(was.At) < heardAgain {
			return nil
		}
		return h.heardAgain(k, is)
	}
	if meaning == desk.Began {
		if is.Sorry, err = h.seesSorry(is); err != nil {
			return err
		}
	}
	if err := sightingTable().Put(h.tx, k, is); err != nil {
		return err
	}
	if err := heardTable().Put(h.tx, heardKey(r), r); err != nil {
		return err
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

// heardAgain notes that a witness still says the same, and shows that it is not silent.
func (h *hearing) heardAgain(k storage.Key, r desk.Report) error {
	if r.Failed() {
		a, err := h.raised(r.Service, r.Expectation)
		if err != nil {
			return err
		}
		h.thorough = h.thorough || (a != nil && !a.SilentSince.IsZero())
	}
	return sightingTable().Put(h.tx, k, r)
}

// seesSorry reports whether a monitor elsewhere begins to see a failure while people are
// shown the sorry page: it sees that.
func (h *hearing) seesSorry(r desk.Report) (bool, error) {
	if r.Witness.IsOwn() {
		return false, nil
	}
	return sorryUp(h.tx, r.Service)
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
	if a.Shows(r) && !slices.Contains(a.thin, r.Service) {
		a.thin = append(a.thin, r.Service)
	}
	a.Alert = a.Leave(r)
	was.State, was.At = desk.Passing, r.At
	return h.witness(a.Alert, was)
}

// began finds the alert that a new failure belongs to.
func (h *hearing) began(r desk.Report) error {
	a, err := h.raised(r.Service, r.Expectation)
	if err != nil {
		return err
	}
	one := desk.Alerted{Service: r.Service, Name: h.catalog().Name(r.Service)}
	if a != nil && a.Into == 0 && (a.IsFailing() || r.At.Sub(a.ClearedAt) <= desk.AgainWithin) {
		a.Alert = a.Join(one, r)
		return h.joined(a, r)
	}
	quiet, _, err := h.quiet(r.Service)
	if err != nil {
		return err
	}
	open, err := openAbout(h.tx, []desk.ServiceID{r.Service})
	if err != nil {
		return err
	}
	if !quiet && len(open) == 0 {
		if a, one.Behind, err = h.fits(r); err != nil {
			return err
		}
		if a != nil {
			a.Alert = a.Join(one, r)
			return h.index(a, r)
		}
	}
	n, err := nextNumber(h.tx, desk.AlertSubject)
	if err != nil {
		return err
	}
	held := h.hold(desk.Raise(n, one, r))
	if held.Before, err = h.endedBefore(r); err != nil {
		return err
	}
	if err := h.absorb(held, r); err != nil {
		return err
	}
	return h.index(held, r)
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
		open, err := openAbout(h.tx, []desk.ServiceID{r.Service})
		if err != nil || len(open) == 0 {
			return err
		}
		a.Incident, a.DeclareAt, a.Dirty = open[len(open)-1].Number, time.Time{}, true
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
	out, err := h.j.put(h.tx, by, c, 0)
	h.told = append(h.told, out.about()...)
	h.wakes = append(h.wakes, out.wakes()...)
	return err
}

// looksAt is among how many of the newest alerts one is looked for that a failure belongs
// to.
const looksAt = 20

// fits finds the alert that a service is told with, which begins to fail: one about what
// it depends on, whose name is behind, else one of the same moment; nil: none.
func (h *hearing) fits(r desk.Report) (a *heldAlert, behind string, err error) {
	newest, err := h.newest()
	if err != nil {
		return nil, "", err
	}
	for _, a := range newest {
		if s, ok := h.needs(r.Service, a); ok && r.Expectation == desk.Availability {
			return h.hold(a), s.Name, nil
		}
	}
	for _, a := range newest {
		if a.Expectation != r.Expectation || !a.Takes(r.At) {
			continue
		}
		if quiet, _, err := h.quietAlert(a); err != nil || !quiet {
			return h.hold(a), "", err
		}
	}
	return nil, "", nil
}

// newest lists the newest alerts as they are in this transaction, newest first.
func (h *hearing) newest() (out []desk.Alert, err error) {
	if out, err = newestAlerts(h.tx, looksAt); err != nil {
		return nil, err
	}
	out = slices.DeleteFunc(out, func(a desk.Alert) bool { return h.alerts[a.Number] != nil })
	for _, a := range h.alerts {
		out = append(out, a.Alert)
	}
	slices.SortFunc(out, func(a, b desk.Alert) int { return cmp.Compare(b.Number, a.Number) })
	return out, nil
}

// needs finds the service of an alert that fails by itself and that id depends on.
func (h *hearing) needs(id desk.ServiceID, a desk.Alert) (desk.Alerted, bool) {
	if a.Expectation != desk.Availability || !a.IsOpen() || !a.IsFailing() {
		return desk.Alerted{}, false
	}
	for _, s := range a.Failing() {
		if h.catalog().DependsOn(id, s.Service) {
			return s, true
		}
	}
	return desk.Alerted{}, false
}

// absorbsWithin is how long before a failure what depends on it began to fail for it.
const absorbsWithin = 10 * time.Minute

// absorb has the alerts about what depends on a service, which were raised shortly
// before, be told with the one about it.
func (h *hearing) absorb(into *heldAlert, r desk.Report) error {
	newest, err := h.newest()
	if err != nil || r.Expectation != desk.Availability {
		return err
	}
	for _, a := range newest {
		if a.Number == into.Number || a.Incident != 0 || !h.allNeed(a, r) {
			continue
		}
		other := h.hold(a)
		into.Alert, other.Alert = into.Absorb(other.Alert, h.catalog().Name(r.Service), r.At)
		for _, s := range other.Services {
			if s.Failing == 0 {
				continue
			}
			if err := h.raise(s.Service, r.Expectation, into.Number); err != nil {
				return err
			}
		}
	}
	return nil
}

// allNeed reports whether all that fails of an alert depends on what a report says fails.
func (h *hearing) allNeed(a desk.Alert, r desk.Report) bool {
	if a.Expectation != r.Expectation || !a.IsOpen() || !a.IsFailing() || r.At.Sub(a.RaisedAt) > absorbsWithin || len(a.Services) > looksAt {
		return false
	}
	return !slices.ContainsFunc(a.Failing(), func(s desk.Alerted) bool { return !h.catalog().DependsOn(s.Service, r.Service) })
}

// endedBefore is the newest incident about a service that ended shortly before; 0: none.
func (h *hearing) endedBefore(r desk.Report) (number int, err error) {
	t := incidentTable()
	err = t.Scan(h.tx, t.Key(), t.Key().End(), looksAt, func(_ storage.Key, i desk.Incident) (bool, error) {
		if i.Status == desk.Resolved && !i.IsRetracted() && !i.Drill && i.Concerns(r.Service) && r.At.Sub(i.EndedAt) <= desk.ReopenWithin {
			number = i.Number
		}
		return number == 0, nil
	})
	return number, err
}
