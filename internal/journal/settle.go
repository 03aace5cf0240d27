package journal

import (
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// settle tells what is to be told of the alerts that the transaction changed, does what
// comes of them by rule, and writes them.
func (h *hearing) settle() error {
	for k := 0; k < len(h.order); k++ { // may grow
		if err := h.settleOne(h.alerts[h.order[k]]); err != nil {
			return err
		}
	}
	return nil
}

// refill has other witnesses be shown in the place of those that left.
func (h *hearing) refill(a *heldAlert) error {
	for _, id := range a.thin {
		failing, err := failingOf(h.tx, id, a.Expectation)
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
	around, err := h.around(&a.Alert)
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
		if err := h.resolve(*around.Incident); err != nil {
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
	return alertTable().Put(h.tx, alertKey(a.Number), a.Alert)
}

// around is what the rules have to know beside an alert.
func (h *hearing) around(a *desk.Alert) (r desk.AlertAround, err error) {
	if r.Quiet, r.QuietUntil, err = h.quietAlert(*a); err != nil {
		return r, err
	}
	if err := h.incidentOf(a, &r); err != nil {
		return r, err
	}
	if a.Incident != 0 || a.Into != 0 {
		return r, nil
	}
	return r, h.evidence(a, &r)
}

// incidentOf loads the incident of an alert, behind its merges, and since when all is well
// of it.
func (h *hearing) incidentOf(a *desk.Alert, r *desk.AlertAround) error {
	for a.Incident != 0 {
		i, err := getIncident(h.tx, a.Incident)
		if err != nil {
			return err
		}
		if i.MergedInto != 0 {
			a.Incident, a.Auto = i.MergedInto, false
			continue
		}
		r.Incident = &i
		break
	}
	if r.Incident == nil || !r.Incident.Auto {
		return nil
	}
	for _, s := range r.Incident.Services {
		if one := h.rule(s.Service); one.AutoResolveAfter > r.Rule.AutoResolveAfter {
			r.Rule = one
		}
	}
	for _, n := range r.Incident.Alerts {
		other := *a
		if held := h.alerts[n]; held != nil {
			other = held.Alert
		} else if n != a.Number {
			var err error
			if other, err = getAlert(h.tx, n); err != nil {
				return err
			}
		}
		if other.IsFailing() && other.Into == 0 {
			r.Cleared = time.Time{}
			return nil
		}
		if other.ClearedAt.After(r.Cleared) {
			r.Cleared = other.ClearedAt
		}
	}
	return nil
}

// evidence finds out whether an incident is declared by rule, where a service has one,
// and since when a monitor has been silent. That the clock looks for: what was just heard
// is not silent.
func (h *hearing) evidence(a *desk.Alert, r *desk.AlertAround) error {
	failing := a.Failing()
	byRule := slices.ContainsFunc(failing, func(s desk.Alerted) bool { return h.rule(s.Service).AutoDeclare > 0 })
	if !h.thorough && !byRule {
		if r.Heard = a.SilentSince; r.Heard.IsZero() {
			r.Heard = h.by.At.UTC()
		}
		return nil
	}
	for _, s := range failing {
		seen, err := failingOf(h.tx, s.Service, a.Expectation)
		if err != nil {
			return err
		}
		for _, one := range seen {
			if !one.Witness.IsOwn() && (r.Heard.IsZero() || one.At.Before(r.Heard)) {
				r.Heard = one.At
			}
		}
		rule, at := h.rule(s.Service), desk.Evidence(seen)
		if rule.AutoDeclare > 0 && !at.IsZero() && (r.Evidence.IsZero() || at.Add(rule.AutoDeclare).Before(r.Evidence.Add(r.Rule.AutoDeclare))) {
			r.Evidence, r.Rule = at, rule
		}
	}
	return nil
}

func (h *hearing) rule(id desk.ServiceID) desk.Service {
	s, _ := h.catalog().Find(string(id))
	return s
}

// quietAlert reports whether all of an alert's services that fail are quiet, and when the
// first of their mutes ends.
func (h *hearing) quietAlert(a desk.Alert) (quiet bool, until time.Time, err error) {
	services := a.Failing()
	if len(services) == 0 {
		services = a.Services
	}
	for _, s := range services {
		is, end, err := h.quiet(s.Service)
		if err != nil || !is {
			return false, time.Time{}, err
		}
		if until.IsZero() || (!end.IsZero() && end.Before(until)) {
			until = end
		}
	}
	return true, until, nil
}

// quiet reports whether failures of a service are recorded and not told: planned work
// goes on, or it is muted until a time.
func (h *hearing) quiet(id desk.ServiceID) (quiet bool, until time.Time, err error) {
	if known, found := h.hushed[id]; found {
		return known.quiet, known.until, nil
	}
	if err := h.look(); err != nil {
		return false, until, err
	}
	defer func() { h.hushed[id] = hush{quiet, until} }()
	if slices.ContainsFunc(h.running, func(w desk.Window) bool { return w.Concerns(id) }) {
		return true, until, nil
	}
	m, _, err := muteTable().Get(h.tx, muteKey(id))
	if err != nil || !m.Until.After(h.by.At) {
		return false, until, err
	}
	return true, m.Until, nil
}

// look loads the windows at work.
func (h *hearing) look() error {
	if h.looked {
		return nil
	}
	numbers, err := runningNumbers(h.tx)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		w, err := scanWindow(h.tx, n)
		if err != nil {
			return err
		}
		h.running = append(h.running, w)
	}
	h.looked = true
	return nil
}

// declare opens an incident of an alert, by rule. Where somebody was quicker, it belongs
// to that.
func (h *hearing) declare(a *heldAlert) error {
	a.DeclareAt, a.Dirty = time.Time{}, true
	d := desk.Declaration{Began: a.Since, Alerts: []int{a.Number}, Seen: a.Witnesses(), Auto: true}
	for _, s := range a.Failing() {
		one := h.rule(s.Service)
		if one.AutoDeclare <= 0 {
			continue
		}
		d.Services = append(d.Services, desk.Affected{Service: s.Service, Name: s.Name})
		if one.AutoImpact.Rank() > d.Impact.Rank() {
			d.Impact = one.AutoImpact
		}
	}
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
	a.Incident, a.Auto, a.WakeAt = n, true, h.by.At.UTC()
	return h.putIncident(by, c)
}

// resolve ends an incident that the bot declared and nobody touched.
func (h *hearing) resolve(i desk.Incident) error {
	by := h.by
	by.clock, by.Person, by.Name = true, desk.Person{}, "Belltower"
	c, err := i.Resolve(h.j.settings.Load().Ready.ReadyEnd(i), by.act())
	if err != nil {
		return err
	}
	return h.putIncident(by, c)
}

// fireAlert does what is due about an alert.
func (j *Journal) fireAlert(tx storage.Tx, by By, m mark) (fired, error) {
	a, found, err := alertTable().Get(tx, alertKey(m.about.Number))
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
