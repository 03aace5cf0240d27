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
		now, err := j.scene(tx)
		if err != nil {
			return Gated{}, err
		}
		around, err := now.around(s)
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
		if out.Retold, err = now.repaint(by, kept{all: all, catalog: j.book.Places().Catalog}, desk.Subject{}, []desk.Gate{is}); err != nil {
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
