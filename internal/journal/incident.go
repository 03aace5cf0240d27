package journal

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
)

// Applied is what a change of an incident came to.
type Applied struct {
	Incident desk.Incident
	Entry    desk.Entry
	// Also are the entries before Entry that the same request made.
	Also []desk.Entry `json:",omitempty"`
	// Untold: others than ops were told nothing of the incident yet.
	Untold bool `json:",omitempty"`
	// Forgotten: it ended so long ago that who was told is not known any more, so that
	// nothing is told.
	Forgotten bool `json:",omitempty"`
	// Channels counts those that match now, beside ops channels.
	Channels int
	// Held tells until when others than ops are not told; nil: told at once.
	Held *desk.Held `json:",omitempty"`
	// Stopped are the connections whose sends are held, by name.
	Stopped []desk.ConnectionName `json:",omitempty"`
	// Into is the other incident of a merge; nil: it was none.
	Into *desk.Incident `json:",omitempty"`
	// Answered are the notices of questions to ops that it answered, and of gates.
	Answered []desk.Subject `json:",omitempty"`
	// Tests are the subjects whose tests begin or end by it.
	Tests []desk.Subject `json:",omitempty"`
}

// NotTested reports whether tests were to prove its end, and it goes on without them.
func (a Applied) NotTested() bool {
	return slices.Contains(a.Tests, a.Incident.Subject()) && a.Incident.IsOpen() && !a.Incident.IsVerifying() && a.Entry.Kind != desk.TestsStopped
}

func (a Applied) retests() []desk.Subject { return a.Tests }

// about are the subjects that the outbox has to look at.
func (a Applied) about() []desk.Subject {
	all := append([]desk.Subject{a.Incident.Subject()}, a.Answered...)
	if a.Into != nil {
		all = append(all, a.Into.Subject())
	}
	return all
}

// moves reports whether alerts begin or cease to belong to an incident by a change of it,
// which the clock has to tell.
func moves(kind desk.EntryKind, i desk.Incident) bool {
	return kind == desk.Declared || kind == desk.Reopened || kind == desk.Rescoped || !i.IsOpen()
}

// wakes is when the clock has to look at it.
func (a Applied) wakes() []time.Time {
	if moves(a.Entry.Kind, a.Incident) {
		return []time.Time{a.Entry.At, a.Incident.WakeAt}
	}
	return []time.Time{a.Incident.WakeAt}
}

// Rule is a rule of the desk with all but the state and the act filled in.
type Rule func(i desk.Incident, act desk.Act) (desk.Change, error)

// Declare opens an incident. Unless separate, one on a service that has an open
// incident (drills apart) is refused as a desk.Duplicate.
func (j *Journal) Declare(ctx context.Context, by By, d desk.Declaration, separate bool) (Applied, error) {
	d.In = j.declaredIn(by, d.Drill)
	if _, err := desk.Declare(1, d, by.act()); err != nil {
		return Applied{}, err // what cannot be declared is no duplicate
	}
	return j.change(ctx, by, func(tx storage.Tx) (desk.Change, error) {
		dup, err := duplicates(tx, d)
		if err != nil {
			return desk.Change{}, err
		}
		if len(dup) > 0 && !separate {
			return desk.Change{}, desk.Refuse(desk.Duplicate, "This service has an open incident.").About(dup...)
		}
		n, err := nextNumber(tx, desk.IncidentSubject)
		if err != nil {
			return desk.Change{}, err
		}
		seen, err := seenOf(tx, d)
		if err != nil {
			return desk.Change{}, err
		}
		return desk.Declare(n, seen, by.act())
	})
}

// declaredIn is where the incident counts as declared: the channel; for a drill
// whose connection has no ops channel (the host's own terminal), the first ops.
func (j *Journal) declaredIn(by By, drill bool) desk.Channel {
	ops := j.settings.Load().Ops
	if !drill || len(ops) == 0 || slices.ContainsFunc(ops, func(c desk.Channel) bool { return c.Connection == by.From.Connection }) {
		return by.From
	}
	return ops[0]
}

// Apply changes an incident by a rule.
func (j *Journal) Apply(ctx context.Context, by By, number int, rule Rule) (Applied, error) {
	return j.change(ctx, by, func(tx storage.Tx) (desk.Change, error) {
		i, err := getIncident(tx, number)
		if err != nil {
			return desk.Change{}, err
		}
		return rule(i, by.act())
	})
}

// change carries out what rule says, in one transaction. How many channels it concerns
// is known beforehand as a rule; else nothing is written, they are counted, and it
// runs again with their number.
func (j *Journal) change(ctx context.Context, by By, rule func(storage.Tx) (desk.Change, error)) (Applied, error) {
	return counting(ctx, j, func(count counter) (Applied, error) {
		return once(ctx, j, by, func(tx storage.Tx) (Applied, error) {
			c, err := rule(tx)
			if err != nil {
				return Applied{}, err
			}
			channels, err := count.of(c.Announce)
			if err != nil {
				return Applied{}, err
			}
			return j.put(tx, by, c, channels)
		})
	})
}

// counting runs fn with what tells how many channels a scope concerns, and again where
// that was not known.
func counting[T any](ctx context.Context, j *Journal, fn func(counter) (T, error)) (T, error) {
	count := counter(j.book.Counted)
	for {
		out, err := fn(count)
		var u *uncounted
		if !errors.As(err, &u) {
			return out, err
		}
		n, err := j.book.Count(ctx, j.db, u.scope)
		if err != nil {
			return out, err
		}
		count = func(desk.Scope) (int, bool) { return n, true }
	}
}

// counter tells how many channels a scope concerns, where that is known.
type counter func(desk.Scope) (n int, known bool)

// of is how many an announcement concerns; the error is an *uncounted.
func (c counter) of(a *desk.Announcement) (int, error) {
	if a == nil {
		return 0, nil
	}
	sc := a.Snapshot.Scope()
	n, known := c(sc)
	if !known {
		return 0, &uncounted{sc}
	}
	return n, nil
}

// uncounted says that it is not known how many channels a scope concerns.
type uncounted struct{ scope desk.Scope }

func (*uncounted) Error() string { return "it is not known how many channels are concerned" }

// Reword corrects public text number update of an incident; 0 is the newest.
func (j *Journal) Reword(ctx context.Context, by By, number, update int, text string) (Applied, error) {
	inc, err := j.Incident(ctx, number)
	if err != nil {
		return Applied{}, err
	}
	if update == 0 {
		update = inc.Updates
	}
	said, err := j.Said(ctx, inc, update)
	if err != nil {
		return Applied{}, err
	}
	channels, err := j.book.Count(ctx, j.db, desk.Snapshot{Incident: &inc}.Scope())
	if err != nil {
		return Applied{}, err
	}
	return once(ctx, j, by, func(tx storage.Tx) (Applied, error) {
		i, err := getIncident(tx, number)
		if err != nil {
			return Applied{}, err
		}
		old, _, err := entryTable().Get(tx, entryKey(i.Subject(), said.Seq))
		if err != nil {
			return Applied{}, err
		}
		c, err := i.Reword(old, text, by.act())
		if err != nil {
			return Applied{}, err
		}
		return j.put(tx, by, c, channels)
	})
}

// Merge folds incident from into incident into.
func (j *Journal) Merge(ctx context.Context, by By, from, into int) (Applied, error) {
	return once(ctx, j, by, func(tx storage.Tx) (Applied, error) {
		a, err := getIncident(tx, from)
		if err != nil {
			return Applied{}, err
		}
		b, err := getIncident(tx, into)
		if err != nil {
			return Applied{}, err
		}
		ca, cb, err := desk.Merge(a, b, by.act())
		if err != nil {
			return Applied{}, err
		}
		into, err := j.put(tx, by, cb, 0)
		if err != nil {
			return Applied{}, err
		}
		out, err := j.put(tx, by, ca, 0)
		out.Into, out.Tests, out.Answered = &cb.Incident, append(out.Tests, into.Tests...), append(out.Answered, into.Answered...)
		return out, err
	})
}

// put writes a change: state, timeline, audit, what is ongoing, when the clock has to
// look at it, announcement.
func (j *Journal) put(tx storage.Tx, by By, c desk.Change, channels int) (Applied, error) {
	cad := j.settings.Load().Cadence
	c.Incident.Auto = c.Incident.Auto && by.clock
	c = c.Promise(cad)
	s := c.Incident.Subject()
	was, found, err := incidentTable().Get(tx, incidentKey(s.Number))
	if err != nil {
		return Applied{}, err
	}
	c.Incident.WakeAt = c.Incident.NextDue(cad)
	out := Applied{Incident: c.Incident, Entry: c.Entry, Channels: channels, Tests: retested(was, c.Incident, c.Entry)}
	if err := moveMark(tx, s, was.WakeAt, c.Incident.WakeAt); err != nil {
		return out, err
	}
	gates, err := j.gatesBefore(tx, c.Incident)
	if err != nil {
		return out, err
	}
	if err := putIncident(tx, &c.Incident); err != nil {
		return out, err
	}
	if err := keepOngoing(tx, c.Incident); err != nil {
		return out, err
	}
	if err := moveLong(tx, was, c.Incident); err != nil {
		return out, err
	}
	if moves(c.Entry.Kind, c.Incident) {
		if err := attach(tx, c.Incident, by.At.UTC()); err != nil {
			return out, err
		}
	}
	if c.Rewritten != nil {
		if err := putEntry(tx, s, *c.Rewritten); err != nil {
			return out, err
		}
	}
	if err := enter(tx, by, s, c.Entry); err != nil {
		return out, err
	}
	if found { // of what is new nothing was asked yet
		if out.Answered, err = j.answered(tx, by, was, c.Incident); err != nil {
			return out, err
		}
	}
	sorry, err := j.keepGates(tx, by, gates)
	if err != nil {
		return out, err
	}
	out.Answered = append(out.Answered, sorry.notices...)
	c.Announce = sorry.shown(c.Announce, c.Incident.ServiceIDs())
	told, stopped, err := j.tell(tx, by, c.Announce, channels)
	out.Held, out.Stopped = told.Snapshot.Held, stopped
	out.Forgotten = c.Announce != nil && told.N == 0
	return out, err
}

// enter writes a line of a timeline and of the audit; what only the clock needs to know
// is no line.
func enter(tx storage.Tx, by By, s desk.Subject, e desk.Entry) error {
	if e.Kind == "" {
		return nil
	}
	if err := putEntry(tx, s, e); err != nil {
		return err
	}
	return audit(tx, by, AuditEntry{Did: string(e.Kind), About: s.String(), Before: e.Before, After: cmp.Or(e.After, e.Text)})
}

// tell announces, and returns what is told and the connections whose sends are held.
func (j *Journal) tell(tx storage.Tx, by By, a *desk.Announcement, channels int) (told desk.Announcement, stopped []desk.ConnectionName, err error) {
	if a == nil {
		return told, nil, nil
	}
	a.Trace = by.Trace
	r := j.release(by, *a, channels)
	r.Ahead = opensAhead(tx)
	if told, err = j.book.Announce(tx, *a, r); err != nil {
		return told, nil, err
	}
	holds, err := j.book.Holds(tx)
	return told, slices.Sorted(maps.Keys(holds)), err
}

// release says when others than ops are told: at once what takes back and what
// few hear, what the clock says and what was confirmed before, else after the grace.
func (j *Journal) release(by By, a desk.Announcement, channels int) outbox.Release {
	s := j.settings.Load()
	r := outbox.Release{Now: by.At.UTC(), Channels: channels}
	confirmed := a.Snapshot.Incident == nil || a.Snapshot.Incident.Window != 0 && a.Kind == desk.Declared
	if channels > s.GraceAbove && !a.Snapshot.Scope().Retracted && !by.clock && !confirmed {
		r.Grace = s.Grace
	}
	return r
}

// sentNow is what SendNow came to. Its Incident stands where that of Applied
// does, for Repeated.
type sentNow struct {
	Incident desk.Incident
	Sent     bool
}

func (s sentNow) about() []desk.Subject { return []desk.Subject{s.Incident.Subject()} }

// SendNow ends the grace of an incident's announcement. It reports false where
// there was none to end.
func (j *Journal) SendNow(ctx context.Context, by By, number int) (bool, error) {
	out, err := once(ctx, j, by, func(tx storage.Tx) (sentNow, error) {
		i, err := getIncident(tx, number)
		if err != nil {
			return sentNow{}, err
		}
		sent, err := j.book.SendNow(tx, i.Subject(), by.At.UTC())
		if err != nil || !sent {
			return sentNow{Incident: i}, err
		}
		return sentNow{i, true}, audit(tx, by, AuditEntry{Did: "tell now", About: i.Subject().String()})
	})
	return out.Sent, err
}

// Hesitate puts the end of an incident's grace off by outbox.HesitateFor, for
// somebody who opened a form to change it. It reports false where nothing is held.
func (j *Journal) Hesitate(ctx context.Context, by By, number int) (bool, error) {
	held := false
	err := j.db.Update(ctx, func(tx storage.Tx) error {
		i, err := getIncident(tx, number)
		if err != nil {
			return err
		}
		held, err = j.book.Hesitate(tx, i.Subject(), by.At.UTC())
		if err != nil || !held {
			return err
		}
		return audit(tx, by, AuditEntry{Did: "change", About: i.Subject().String()})
	})
	j.wrote(ctx, err)
	return held, err
}
