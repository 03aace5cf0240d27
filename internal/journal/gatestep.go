package journal

import (
	"maps"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// gateStep is what has to be looked at once more when an incident or a window is put.
type gateStep struct {
	about    desk.Subject // what is put; its own announcement shows how the gates stand
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
	if step.about = is.Subject(); is.Drill {
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
	if step.about = is.Subject(); !was.IsRunning() && !is.IsRunning() || is.Became != 0 {
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
	if len(step.services) == 0 {
		return out, nil
	}
	now, err := j.scene(tx)
	if err != nil {
		return out, err
	}
	var moved []desk.Gate
	for _, id := range step.services {
		was, is, err := now.moved(by, step, id)
		if err != nil {
			return out, err
		}
		if is != was {
			moved = append(moved, is)
		}
	}
	if len(moved) == 0 {
		return out, nil
	}
	if out.notices, err = j.tellGates(tx, by, step.all, moved); err != nil {
		return out, err
	}
	if err := auditGates(tx, by, step.all, moved); err != nil {
		return out, err
	}
	if err := putGates(tx, step.all, moved...); err != nil {
		return out, err
	}
	shown, err := now.repaint(by, out, step.about, moved)
	out.notices = append(out.notices, shown...)
	return out, err
}

// mostRepainted is how many ops posts show at once that a gate moved: what fits beside it
// in a transaction. The others show it with the next news.
const mostRepainted = 5

// repaint has the ops posts of what else goes on about services show how their gates
// stand now.
func (now scene) repaint(by By, k kept, but desk.Subject, moved []desk.Gate) (shown []desk.Subject, err error) {
	about := map[desk.Subject][]desk.ServiceID{}
	for _, i := range now.open {
		about[i.Subject()] = i.ServiceIDs()
	}
	for _, w := range now.running {
		about[w.Subject()] = w.ServiceIDs()
	}
	for _, s := range slices.SortedFunc(maps.Keys(about), func(a, b desk.Subject) int { return strings.Compare(a.String(), b.String()) }) {
		concerned := slices.ContainsFunc(moved, func(g desk.Gate) bool { return slices.Contains(about[s], g.Service) })
		if s == but || !concerned || len(shown) == mostRepainted {
			continue
		}
		done, err := now.j.book.Repaint(now.tx, s, by.At.UTC(), func(snap *desk.Snapshot) { snap.Sorry = k.names(about[s]) })
		if err != nil {
			return shown, err
		}
		if done {
			shown = append(shown, s)
		}
	}
	return shown, nil
}

// moved is a gate before and after a step.
func (now scene) moved(by By, step gateStep, id desk.ServiceID) (was, is desk.Gate, err error) {
	s, known := now.j.book.Places().Catalog.Find(string(id))
	was, found := step.all[id]
	if !known {
		s = desk.Service{ID: id, Name: was.Name}
	}
	if !found {
		was = desk.Gate{Service: s.ID, Name: s.Name}
	}
	around, err := now.around(s)
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

// tellGates tells ops of gates that moved by what witnesses see.
func (j *Journal) tellGates(tx storage.Tx, by By, before gates, moved []desk.Gate) (notices []desk.Subject, err error) {
	say := j.settings.Load().SorryTold
	if say == nil {
		return nil, nil
	}
	for _, closed := range []bool{true, false} {
		told := slices.DeleteFunc(slices.Clone(moved), func(g desk.Gate) bool {
			was := before[g.Service]
			return g.Closed != closed || was.Closed == closed || was.Cause != desk.GateByWitnesses && g.Cause != desk.GateByWitnesses
		})
		if len(told) == 0 {
			continue
		}
		notice, err := j.book.Notify(tx, desk.Notice{At: by.At.UTC(), Text: say(told)})
		if err != nil {
			return nil, err
		}
		notices = append(notices, notice)
	}
	return notices, nil
}

// shown is an announcement with the services whose sorry pages are up.
func (k kept) shown(a *desk.Announcement, services []desk.ServiceID) *desk.Announcement {
	if a == nil || len(k.all) == 0 {
		return a
	}
	a.Snapshot.Sorry = k.names(services)
	return a
}

// names are those of the services whose sorry pages are up.
func (k kept) names(services []desk.ServiceID) (names []string) {
	for _, id := range services {
		if s, _ := k.catalog.Find(string(id)); desk.IsSorry(k.all, s) {
			names = append(names, s.Name)
		}
	}
	return names
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
