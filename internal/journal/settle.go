package journal

import (
	"fmt"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
)

// settle tells what is to be told of the alerts that the transaction changed, does what
// comes of them by rule, and writes them.
func (h *hearing) settle() error {
	if err := h.keepRaw(); err != nil {
		return err
	}
	if h.used.writes+alertWrites*len(h.order)+outbox.AheadWrites > storage.MaxWrites {
		h.used.ahead = false
	}
	for k := 0; k < len(h.order); k++ { // may grow
		if err := h.settleOne(h.alerts[h.order[k]]); err != nil {
			return err
		}
	}
	if len(h.moved) == 0 {
		return nil
	}
	notices, err := h.j.followGates(h.tx, h.by, h.moved...)
	h.told = append(h.told, notices...)
	return err
}

// keepRaw keeps what was heard and is not kept yet.
func (h *hearing) keepRaw() error {
	if len(h.heard.b) == 0 {
		return nil
	}
	h.heard.raw("]")
	if h.heard.err != nil {
		return fmt.Errorf("encode what was heard: %w", h.heard.err)
	}
	k := heardKey(h.by, h.raw)
	if h.kept > 0 { // a check may come twice
		k = k.Num(uint64(h.kept))
	}
	defer h.heard.reset()
	h.kept++
	return h.tx.Put(k, h.heard.b)
}

// refill has other witnesses be shown in the place of those that left.
func (h *hearing) refill(a *heldAlert) error {
	for _, id := range a.thin {
		failing, err := h.j.failingOf(h.tx, id, a.Expectation, desk.SeenKept)
		if err != nil {
			return err
		}
		a.Alert = a.Refill(id, failing)
	}
	a.thin = nil
	return nil
}

func (h *hearing) settleOne(a *heldAlert) error {
	if err := h.refill(a); err != nil {
		return err
	}
	around, err := h.around(a)
	if err != nil {
		return err
	}
	due := a.Due(h.by.At.UTC(), around)
	a.Alert = due.Alert
	if due.Declare {
		if err := h.declare(a); err != nil {
			return err
		}
	}
	if due.Resolve {
		if err := h.resolve(*around.Incident, around.Cleared); err != nil {
			return err
		}
		a.WakeAt = h.by.At.UTC() // to stand by itself again
	}
	if due.Announce != nil {
		told, _, err := h.j.tell(h.tx, h.by, due.Announce, 0)
		if err != nil {
			return err
		}
		h.told = append(h.told, told.Subject)
	}
	if err := moveMark(h.tx, a.Subject(), a.wake, a.WakeAt); err != nil {
		return err
	}
	a.wake = a.WakeAt
	h.wakes = append(h.wakes, a.WakeAt)
	a.own = false // what is read next has them, too
	return h.putAlert(a.Alert)
}

func (h *hearing) putAlert(a desk.Alert) error {
	h.record.reset()
	if h.record.alert(&a); h.record.err != nil {
		return fmt.Errorf("encode %s: %w", a.Subject(), h.record.err)
	}
	return h.j.alerts.put(h.tx, alertKey(a.Number), h.record.b, a)
}

// around is what the rules have to know beside an alert.
func (h *hearing) around(a *heldAlert) (r desk.AlertAround, err error) {
	if r.Quiet, r.QuietUntil, err = h.quietAlert(a.Alert); err != nil {
		return r, err
	}
	if r.Heeded, err = h.heeded(a.Alert); err != nil {
		return r, err
	}
	if err := h.incidentOf(a, &r); err != nil {
		return r, err
	}
	if (r.Incident != nil && r.Incident.IsOpen()) || a.Into != 0 {
		return r, nil
	}
	return r, h.evidence(a.Alert, &r)
}

// incidentOf loads the incident of an alert, behind its merges, and since when all is well
// of it. An alert without one belongs to what is open about what fails.
func (h *hearing) incidentOf(a *heldAlert, r *desk.AlertAround) error {
	i, err := h.speaksOf(a)
	if err != nil {
		return err
	}
	if i == nil || !i.IsOpen() {
		number, err := h.openOf(a.Alert)
		if err != nil {
			return err
		}
		if number != 0 {
			if i, err = h.attachTo(a, number); err != nil {
				return err
			}
		}
	}
	r.Incident = i
	if i == nil || !i.Auto {
		return nil
	}
	return h.allClear(a.Alert, r)
}

// speaksOf is the incident that an alert belongs to; nil: none. One that is not about a
// service of it any more speaks of it no more.
func (h *hearing) speaksOf(a *heldAlert) (*desk.Incident, error) {
	for a.Incident != 0 {
		i, err := getIncident(h.tx, a.Incident)
		if err != nil {
			return nil, err
		}
		switch {
		case i.MergedInto != 0:
			if _, err := h.attachTo(a, i.MergedInto); err != nil {
				return nil, err
			}
		case i.IsOpen() && !slices.ContainsFunc(a.ServiceIDs(), i.Concerns):
			a.Incident, a.Dirty = 0, true
		default:
			return &i, nil
		}
	}
	return nil, nil
}

// openOf is the newest open incident about what fails of an alert; 0: none.
func (h *hearing) openOf(a desk.Alert) (number int, err error) {
	if !a.IsFailing() || a.Into != 0 {
		return 0, nil
	}
	return h.openAbout(func(o ongoing) bool {
		return slices.ContainsFunc(a.Failing(), func(s desk.Alerted) bool { return slices.Contains(o.Services, s.Service) })
	})
}

// attachOpen has an alert without an incident belong to what is open about what fails.
func (h *hearing) attachOpen(a *heldAlert) error {
	if a.Incident != 0 {
		return nil
	}
	number, err := h.openOf(a.Alert)
	if err == nil && number != 0 {
		_, err = h.attachTo(a, number)
	}
	return err
}

// attachTo has an alert belong to an open incident, which then knows of it.
func (h *hearing) attachTo(a *heldAlert, number int) (*desk.Incident, error) {
	i, err := getIncident(h.tx, number)
	if err != nil {
		return nil, err
	}
	a.Alert = a.BelongTo(number)
	seen := desk.Report{State: desk.Passing}
	for _, r := range a.Witnesses() {
		if i.Concerns(r.Service) {
			seen = r
			break
		}
	}
	if err := h.witness(a.Alert, seen); err != nil {
		return nil, err
	}
	i, err = getIncident(h.tx, number)
	return &i, err
}

// allClear finds out since when nothing that an incident concerns is seen to fail by any
// alert of it, and by which rule it is resolved.
func (h *hearing) allClear(a desk.Alert, r *desk.AlertAround) error {
	for _, s := range r.Incident.Services {
		if one := h.rule(s.Service); one.AutoResolveAfter > r.Rule.AutoResolveAfter {
			r.Rule = one
		}
	}
	for _, n := range r.Incident.Alerts {
		other, err := scanAlert(h.tx, n)
		if held := h.alerts[n]; held != nil {
			other = held.Alert
		}
		if err != nil {
			return err
		}
		since, passes := other.ClearFor(*r.Incident)
		if !passes {
			r.Cleared = time.Time{}
			return nil
		}
		if since.After(r.Cleared) {
			r.Cleared = since
		}
	}
	return nil
}

// evidence finds out whether an incident is declared by rule, where a service has one,
// and since when a monitor has been silent. That the clock looks for: what was just heard
// is not silent.
func (h *hearing) evidence(a desk.Alert, r *desk.AlertAround) error {
	failing := a.Failing()
	byRule := slices.ContainsFunc(failing, func(s desk.Alerted) bool { return h.rule(s.Service).AutoDeclare > 0 })
	if !h.thorough && !byRule {
		if r.Heard = a.SilentSince; r.Heard.IsZero() {
			r.Heard = h.by.At.UTC()
		}
		return nil
	}
	for _, s := range failing {
		seen, err := h.j.failingOf(h.tx, s.Service, a.Expectation, maxSightings)
		if err != nil {
			return err
		}
		for _, one := range seen {
			if !one.Witness.IsOwn() && (r.Heard.IsZero() || one.At.Before(r.Heard)) {
				r.Heard = one.At
			}
		}
		rule, at, err := h.counts(s.Service, seen)
		if err != nil {
			return err
		}
		if !at.IsZero() && (r.Evidence.IsZero() || at.Add(rule.AutoDeclare).Before(r.Evidence.Add(r.Rule.AutoDeclare))) {
			r.Evidence, r.Rule = at, rule
		}
	}
	return nil
}

// counts is since when a service shows that it really fails, for the rule by which an
// incident is declared; zero: there is none, or it does not, or it is not told now.
func (h *hearing) counts(id desk.ServiceID, seen []desk.Report) (rule desk.Service, since time.Time, err error) {
	rule = h.rule(id)
	if rule.AutoDeclare <= 0 {
		return rule, since, nil
	}
	if quiet, _, err := h.quiet(id); quiet || err != nil {
		return rule, since, err
	}
	return rule, desk.Evidence(seen), nil
}

func (h *hearing) rule(id desk.ServiceID) desk.Service {
	s, _ := h.catalog().Find(string(id))
	return s
}

// declare opens an incident of an alert, by rule: about those of its services that have
// one and show that they really fail.
func (h *hearing) declare(a *heldAlert) error {
	a.DeclareAt, a.Dirty = time.Time{}, true
	d := desk.Declaration{Alerts: []int{a.Number}, Auto: true}
	for _, s := range a.Failing() {
		seen, err := h.j.failingOf(h.tx, s.Service, a.Expectation, maxSightings)
		if err != nil {
			return err
		}
		rule, at, err := h.counts(s.Service, seen)
		if err != nil {
			return err
		}
		if at.IsZero() {
			continue
		}
		d.Services, d.Seen = append(d.Services, desk.Affected{Service: s.Service, Name: s.Name}), append(d.Seen, s.Seen...)
		if since := s.Since(a.Alert); d.Began.IsZero() || since.Before(d.Began) {
			d.Began = since
		}
		if rule.AutoImpact.Rank() > d.Impact.Rank() {
			d.Impact = rule.AutoImpact
		}
	}
	desk.OwnFirst(d.Seen)
	return h.declareThis(a, d)
}

func (h *hearing) declareThis(a *heldAlert, d desk.Declaration) error {
	s := h.j.settings.Load()
	d.Title, d.Text = s.Ready.ReadyTitle(d.Services), s.Ready.ReadyText()
	if len(s.Ops) > 0 {
		d.In = s.Ops[0]
	}
	n, err := nextNumber(h.tx, desk.IncidentSubject)
	if err != nil {
		return err
	}
	by := h.by
	by.clock, by.Person, by.Name = true, desk.Person{}, "Belltower"
	c, err := desk.Declare(n, d, by.act())
	if err != nil {
		return err
	}
	a.Alert, a.WakeAt = a.BelongTo(n), h.by.At.UTC()
	return h.putIncident(by, c)
}

// resolve ends an incident that the bot declared and nobody touched, of which nothing fails
// since it cleared.
func (h *hearing) resolve(i desk.Incident, cleared time.Time) error {
	by := h.by
	by.clock, by.Person, by.Name = true, desk.Person{}, "Belltower"
	c, err := i.ResolveByRule(h.j.settings.Load().Ready.ReadyEnd(i), cleared, by.act())
	if err != nil {
		return err
	}
	return h.putIncident(by, c)
}

// fireAlert does what is due about an alert.
func (j *Journal) fireAlert(tx storage.Tx, by By, m mark) (fired, error) {
	a, found, err := j.alerts.get(tx, alertKey(m.about.Number))
	if err != nil {
		return fired{}, err
	}
	if !found || !a.WakeAt.Equal(m.at) {
		return stray(tx, m)
	}
	h := j.hearing(tx, by)
	h.thorough = true
	h.hold(a)
	if err := h.settle(); err != nil {
		return fired{}, err
	}
	return fired{subjects: h.told, at: h.wakes, again: h.alerts[a.Number].WakeAt.Equal(m.at)}, nil
}
