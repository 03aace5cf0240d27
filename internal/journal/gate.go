package journal

import (
	"context"
	"maps"
	"slices"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Gates are all in one record: they are few, a change of one of many services at once
// has to fit a transaction, and who asks for one often wants all of them at one stroke.

type gates map[desk.ServiceID]desk.Gate

func gateTable() storage.Table[gates] { return storage.TableOf[gates]("gate") }

func getGates(tx storage.Tx) (gates, error) {
	all, _, err := gateTable().Get(tx, gateTable().Key())
	if all == nil {
		all = gates{}
	}
	return all, err
}

// Gates reads the gates that are closed, or kept open by hand. One that is closed by a
// service that has no sorry page any more counts as open: see desk.IsSorry.
func (j *Journal) Gates(ctx context.Context) (all map[desk.ServiceID]desk.Gate, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) (err error) {
		all, err = getGates(tx)
		return err
	})
	return all, err
}

// Gated is what a word about a gate came to.
type Gated struct {
	Before, Gate desk.Gate
	// For is what goes on about the service, the worst of it: its end leaves the gate to
	// the rule again; zero: nothing does.
	For desk.Subject
	// Retold are the incidents and windows whose ops posts show it.
	Retold []desk.Subject `json:",omitempty"`
}

func (g Gated) about() []desk.Subject { return g.Retold }

// Sorry does what a person says to the gate of a service.
func (j *Journal) Sorry(ctx context.Context, by By, s desk.Service, verb desk.SorryVerb, reason string) (Gated, error) {
	return once(ctx, j, by, func(tx storage.Tx) (Gated, error) {
		all, err := getGates(tx)
		if err != nil {
			return Gated{}, err
		}
		around, err := j.surroundings(tx, s)
		if err != nil {
			return Gated{}, err
		}
		was, found := all[s.ID]
		if !found {
			was = desk.Gate{Service: s.ID, Name: s.Name}
		}
		is, err := was.Say(verb, reason, around, by.act())
		if err != nil {
			return Gated{}, err
		}
		out := Gated{Before: was, Gate: is, For: around.Worst()}
		if err := putGates(tx, all, is); err != nil {
			return out, err
		}
		by.Reason = is.Reason
		return out, audit(tx, by, AuditEntry{Did: "sorry page " + string(verb), About: string(s.ID), Before: standing(was), After: standing(is)})
	})
}

// standing says for the audit how a gate stands.
func standing(g desk.Gate) string {
	word := "down"
	if g.Closed {
		word = "up"
	}
	if g.Cause == desk.GateByRule {
		return word
	}
	word += ", " + string(g.Cause)
	if g.About != (desk.Subject{}) {
		word += ", " + g.About.String()
	}
	return word
}

func putGates(tx storage.Tx, all gates, changed ...desk.Gate) error {
	for _, g := range changed {
		all[g.Service] = g
		if g.IsPlain() {
			delete(all, g.Service)
		}
	}
	if len(all) == 0 {
		return gateTable().Delete(tx, gateTable().Key())
	}
	return gateTable().Put(tx, gateTable().Key(), all)
}

// gateStep is what has to be looked at once more when an incident or a window is put.
type gateStep struct {
	all      gates
	services []desk.ServiceID // those whose gates it may move
	// over are the services about which it is over, and how bad it was.
	over map[desk.ServiceID]desk.ServiceStatus
	// from goes on as as; zero: it does not.
	from, as desk.Subject
}

// watched keeps the services whose gates can move: which have a sorry page, and which
// closes by itself or does not stand open by the rule. begins: a window may close it.
func (j *Journal) watched(all gates, services []desk.ServiceID, begins bool) (out []desk.ServiceID) {
	catalog := j.book.Places().Catalog
	for _, id := range services {
		_, has := all[id]
		s, known := catalog.Find(string(id))
		if (has || known && s.SorryPage && (s.AutoGate || begins)) && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// gatesBefore notes, before an incident is put, what its change can mean for gates.
func (j *Journal) gatesBefore(tx storage.Tx, is desk.Incident) (step gateStep, err error) {
	if is.Drill {
		return step, nil
	}
	if step.all, err = getGates(tx); err != nil {
		return step, err
	}
	step.services = j.watched(step.all, is.ServiceIDs(), false)
	if len(step.all) == 0 && len(step.services) == 0 {
		return step, nil
	}
	was, found, err := incidentTable().Get(tx, incidentKey(is.Number))
	if err != nil {
		return step, err
	}
	if !found {
		if is.Window != 0 {
			step.from, step.as = desk.Subject{Kind: desk.WindowSubject, Number: is.Window}, is.Subject()
		}
		return step, nil
	}
	step.services = j.watched(step.all, append(was.ServiceIDs(), step.services...), false)
	if is.MergedInto != 0 {
		step.from, step.as = is.Subject(), desk.Subject{Kind: desk.IncidentSubject, Number: is.MergedInto}
		return step, nil
	}
	step.over = map[desk.ServiceID]desk.ServiceStatus{}
	for _, id := range step.services {
		if before := was.StatusOf(id); was.IsOpen() && before != desk.Operational && (!is.IsOpen() || is.StatusOf(id) == desk.Operational) {
			step.over[id] = before
		}
	}
	return step, nil
}

// windowGates is gatesBefore of a window, with what it was. What goes on as an incident
// has its step when that is put.
func (j *Journal) windowGates(tx storage.Tx, was, is desk.Window) (step gateStep, err error) {
	if !was.IsRunning() && !is.IsRunning() || is.Became != 0 {
		return step, nil
	}
	if step.all, err = getGates(tx); err != nil {
		return step, err
	}
	step.services = j.watched(step.all, is.ServiceIDs(), !was.IsRunning() && is.Effect == desk.EffectDown)
	if was.IsRunning() && !is.IsRunning() {
		step.over = map[desk.ServiceID]desk.ServiceStatus{}
		for _, id := range step.services {
			step.over[id] = was.StatusOf(id)
		}
	}
	return step, nil
}

// convertedGates is the step of a window that went on as an incident about other services,
// when both are put.
func (j *Journal) convertedGates(tx storage.Tx, w desk.Window, into desk.Incident) (step gateStep, err error) {
	others := slices.DeleteFunc(w.ServiceIDs(), into.Concerns)
	if len(others) == 0 {
		return step, nil
	}
	if step.all, err = getGates(tx); err != nil {
		return step, err
	}
	step.services = j.watched(step.all, others, false)
	step.over = map[desk.ServiceID]desk.ServiceStatus{}
	for _, id := range step.services {
		step.over[id] = w.StatusOf(id)
	}
	return step, nil
}

// kept is what became of gates.
type kept struct {
	all     gates
	catalog *desk.Catalog
	notices []desk.Subject // that the outbox has to look at
}

// keepGates moves the gates of a step in the transaction of what moves them, with an
// entry of the audit. What closes or opens by what witnesses see is told to ops.
func (j *Journal) keepGates(tx storage.Tx, by By, step gateStep) (kept, error) {
	out := kept{all: step.all, catalog: j.book.Places().Catalog}
	var moved []desk.Gate
	for _, id := range step.services {
		was, is, err := j.moved(tx, by, step, id)
		if err != nil {
			return out, err
		}
		if is == was {
			continue
		}
		moved = append(moved, is)
		if notice, err := j.tellGate(tx, by, was, is); err != nil {
			return out, err
		} else if notice != (desk.Subject{}) {
			out.notices = append(out.notices, notice)
		}
	}
	if len(moved) == 0 {
		return out, nil
	}
	if err := auditGates(tx, by, step.all, moved); err != nil {
		return out, err
	}
	return out, putGates(tx, step.all, moved...)
}

// moved is a gate before and after a step.
func (j *Journal) moved(tx storage.Tx, by By, step gateStep, id desk.ServiceID) (was, is desk.Gate, err error) {
	s, known := j.book.Places().Catalog.Find(string(id))
	was, found := step.all[id]
	if !known {
		s = desk.Service{ID: id, Name: was.Name}
	}
	if !found {
		was = desk.Gate{Service: s.ID, Name: s.Name}
	}
	around, err := j.surroundings(tx, s)
	if err != nil {
		return was, was, err
	}
	is = was.GoesOn(step.from, step.as)
	if bad, over := step.over[id]; over {
		return was, is.Over(bad, around, by.act()), nil
	}
	return was, is.Follow(around, by.act()), nil
}

// auditGates writes one entry for those that closed and one for those that opened, by
// what did it.
func auditGates(tx storage.Tx, by By, before gates, moved []desk.Gate) error {
	for _, closed := range []bool{true, false} {
		e := AuditEntry{Did: "sorry page down"}
		if closed {
			e.Did = "sorry page up"
		}
		for _, g := range moved {
			if g.Closed != closed || before[g.Service].Closed == closed {
				continue
			}
			if e.About != "" {
				e.About += ", "
			}
			e.About += string(g.Service)
			e.Before, e.After = standing(before[g.Service]), standing(g)
		}
		if e.About == "" {
			continue
		}
		if err := audit(tx, by, e); err != nil {
			return err
		}
	}
	return nil
}

// tellGate tells ops that a gate moved by what witnesses see; the zero Subject: nothing
// is told.
func (j *Journal) tellGate(tx storage.Tx, by By, was, is desk.Gate) (desk.Subject, error) {
	say := j.settings.Load().SorryTold
	if was.Closed == is.Closed || was.Cause != desk.GateByWitnesses && is.Cause != desk.GateByWitnesses || say == nil {
		return desk.Subject{}, nil
	}
	return j.book.Notify(tx, desk.Notice{At: by.At.UTC(), Text: say(is)})
}

// shown is an announcement with the services whose sorry pages are up.
func (k kept) shown(a *desk.Announcement, services []desk.ServiceID) *desk.Announcement {
	if a == nil || len(k.all) == 0 {
		return a
	}
	for _, id := range services {
		if s, _ := k.catalog.Find(string(id)); desk.IsSorry(k.all, s) {
			a.Snapshot.Sorry = append(a.Snapshot.Sorry, s.Name)
		}
	}
	return a
}

// followGates judges the gates of services anew whose witnesses see something else than
// before. It returns notices that the outbox has to look at.
func (j *Journal) followGates(tx storage.Tx, by By, services ...desk.ServiceID) ([]desk.Subject, error) {
	all, err := getGates(tx)
	if err != nil {
		return nil, err
	}
	out, err := j.keepGates(tx, by, gateStep{all: all, services: j.watched(all, services, false)})
	return out.notices, err
}

// mostGuarded is how many incidents a gate's change is protected by; there is rarely
// more than one.
const mostGuarded = 20

// surroundings reads all that goes on about a service.
func (j *Journal) surroundings(tx storage.Tx, s desk.Service) (out desk.Surroundings, err error) {
	out.Service = s
	open, err := openAbout(tx, []desk.ServiceID{s.ID})
	if err != nil {
		return out, err
	}
	for _, about := range open[:min(len(open), mostGuarded)] {
		i, err := getIncident(tx, about.Number)
		if err != nil {
			return out, err
		}
		out.Open = append(out.Open, i)
	}
	running, err := runningNumbers(tx)
	if err != nil {
		return out, err
	}
	for _, n := range running {
		w, err := scanWindow(tx, n)
		if err != nil {
			return out, err
		}
		if w.Concerns(s.ID) {
			out.Running = append(out.Running, w)
		}
	}
	out.Failing, err = j.failing(tx, s.ID)
	return out, err
}

// openGates leaves to the rule, after a restore, the gates that were moved by hand: who
// said so did it long ago.
func (j *Journal) openGates(tx storage.Tx, by By) error {
	all, err := getGates(tx)
	if err != nil || len(all) == 0 {
		return err
	}
	var released []desk.Gate
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if g := all[id]; g.Cause == desk.GateByHand {
			released = append(released, desk.Gate{Service: id, Name: g.Name})
		}
	}
	if len(released) == 0 {
		return nil
	}
	if err := auditGates(tx, by, all, released); err != nil {
		return err
	}
	return putGates(tx, all, released...)
}
