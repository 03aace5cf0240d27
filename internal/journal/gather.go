package journal

import (
	"cmp"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// looksAt is among how many of the newest alerts one of the same moment is looked for,
// absorbsAmong those that are told with what they need.
const (
	looksAt      = 20
	absorbsAmong = 200
)

// fits finds the alert that a service is told with, which begins to fail: one about what
// it depends on, else one of the same moment; nil: none.
func (h *hearing) fits(r desk.Report) (*heldAlert, error) {
	if cause, err := h.cause(r); cause != nil || err != nil {
		return cause, err
	}
	newest, err := h.newest(looksAt)
	if err != nil {
		return nil, err
	}
	for _, a := range newest {
		if a.Expectation != r.Expectation || !a.Takes(r.At) {
			continue
		}
		if quiet, _, err := h.quietAlert(a); err != nil || !quiet {
			return h.hold(a), err
		}
	}
	return nil, nil
}

// cause finds the alert about what a service needs that fails; nil: none does.
func (h *hearing) cause(r desk.Report) (*heldAlert, error) {
	if r.Expectation != desk.Availability {
		return nil, nil
	}
	for _, id := range h.catalog().Needs(r.Service) {
		a, err := scanRaised(h.tx, id, r.Expectation)
		if held := h.alerts[a.Number]; held != nil {
			a = held.Alert
		}
		if err != nil {
			return nil, err
		}
		if _, fails := h.needs(r.Service, a); fails {
			return h.hold(a), nil
		}
	}
	return nil, nil
}

// newest lists the newest alerts as they are in this transaction, newest first.
func (h *hearing) newest(limit int) (out []desk.Alert, err error) {
	from := alertTable().Key()
	err = h.j.alerts.scan(h.tx, from, from.End(), limit, func(_ storage.Key, a desk.Alert) (bool, error) {
		if h.alerts[a.Number] == nil {
			out = append(out, a)
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
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
	k := slices.IndexFunc(a.Services, func(s desk.Alerted) bool {
		return s.Failing > 0 && !s.OnlyWarns() && h.catalog().DependsOn(id, s.Service) && a.FailsByItself(s)
	})
	if k < 0 {
		return desk.Alerted{}, false
	}
	return a.Services[k], true
}

// join adds what a report says to an alert: behind what fails there already, or before
// what fails there for it.
func (h *hearing) join(a *heldAlert, r desk.Report) {
	one := desk.Alerted{Service: r.Service, Name: h.catalog().Name(r.Service)}
	if s, ok := h.needs(r.Service, a.Alert); ok {
		one.Behind = s.Name
	}
	a.makeOwn()
	a.Add(one, r)
	if one.Behind == "" && r.Expectation == desk.Availability && !r.Warns {
		a.Alert = a.CausedBy(one, h.catalog())
	}
}

// absorbsWithin is how long before a failure what depends on it began to fail for it.
const absorbsWithin = 10 * time.Minute

// absorbsAtOnce is how many alerts are absorbed in the transaction that raises the one
// that they are told with, and absorbsServices how many services of theirs at most. The
// clock takes the others.
const (
	absorbsAtOnce   = 2
	absorbsServices = 6
)

// absorb has the alerts about what depends on a service, which were raised shortly
// before, be told with the one about it.
func (h *hearing) absorb(into *heldAlert, r desk.Report) error {
	if r.Expectation != desk.Availability || r.Warns || !h.catalog().IsNeeded(r.Service) {
		return nil
	}
	newest, err := h.newest(absorbsAmong)
	if err != nil {
		return err
	}
	room, services := absorbsAtOnce, absorbsServices
	var rest []int
	for _, a := range newest {
		if a.Number == into.Number || a.Incident != 0 || !h.allNeed(a, r) {
			continue
		}
		if room--; room < 0 || len(a.Services) > services {
			rest = append(rest, a.Number)
			continue
		}
		services -= len(a.Services)
		if err := h.absorbOne(into, h.hold(a), r.Service); err != nil {
			return err
		}
	}
	return judgeAnew(h.tx, judging{Alerts: rest, Into: into.Number, Behind: r.Service}, h.by.At.UTC())
}

// absorbLater has alerts be told with another where that is still so, as the clock does.
func (h *hearing) absorbLater(numbers []int, number int, behind desk.ServiceID) error {
	into, err := h.load(number)
	if err != nil {
		return err
	}
	cause := desk.Report{Service: behind, Expectation: into.Expectation, At: into.RaisedAt}
	for _, n := range numbers {
		a, err := getAlert(h.tx, n)
		if err != nil {
			return err
		}
		alone, err := h.standsAlone(cause)
		if err != nil {
			return err
		}
		if _, fails := into.Fails(behind); !fails || alone || a.Incident != 0 || !h.allNeed(a, cause) {
			continue
		}
		if err := h.absorbOne(into, h.hold(a), behind); err != nil {
			return err
		}
	}
	return h.settle()
}

// absorbOne has one alert be told with another.
func (h *hearing) absorbOne(into, other *heldAlert, behind desk.ServiceID) error {
	for _, s := range other.Services {
		if s.Failing == 0 {
			continue
		}
		if err := h.raise(s.Service, other.Expectation, into.Number); err != nil {
			return err
		}
	}
	into.Alert, other.Alert = into.Absorb(other.Alert, h.catalog().Name(behind), h.by.At.UTC())
	into.own, other.own = true, true
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
