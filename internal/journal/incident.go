package journal

import (
	"cmp"
	"context"
	"slices"

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
	// Into is the other incident of a merge; nil: it was none.
	Into *desk.Incident `json:",omitempty"`
}

// about are the subjects that the outbox has to look at.
func (a Applied) about() []desk.Subject {
	if a.Into == nil {
		return []desk.Subject{a.Incident.Subject()}
	}
	return []desk.Subject{a.Incident.Subject(), a.Into.Subject()}
}

// Rule is a rule of the desk with all but the state and the act filled in.
type Rule func(i desk.Incident, act desk.Act) (desk.Change, error)

// Declare opens an incident. Unless separate, one on a service that has an open
// incident (drills apart) is refused as a desk.Duplicate.
func (j *Journal) Declare(ctx context.Context, by By, d desk.Declaration, separate bool) (Applied, error) {
	d.In = j.declaredIn(by, d.Drill)
	draft, err := desk.Declare(1, d, by.act())
	if err != nil {
		return Applied{}, err
	}
	channels, err := j.book.Count(ctx, j.db, draft.Announce.Snapshot.Scope())
	if err != nil {
		return Applied{}, err
	}
	return once(ctx, j, by, func(tx storage.Tx) (Applied, error) {
		open, _, err := openTable().Get(tx, openKey())
		if err != nil {
			return Applied{}, err
		}
		if dup := duplicates(open, d); len(dup) > 0 && !separate {
			return Applied{}, desk.Refuse(desk.Duplicate, "This service has an open incident.").About(dup...)
		}
		n, err := nextNumber(tx, desk.IncidentSubject)
		if err != nil {
			return Applied{}, err
		}
		c, err := desk.Declare(n, d, by.act())
		if err != nil {
			return Applied{}, err
		}
		return j.put(tx, by, c, channels)
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

func duplicates(open []openIncident, d desk.Declaration) (dup []desk.Subject) {
	if d.Drill {
		return nil
	}
	for _, o := range open {
		same := slices.ContainsFunc(d.Services, func(a desk.Affected) bool { return slices.Contains(o.Services, a.Service) })
		if same && !o.Drill {
			dup = append(dup, desk.Subject{Kind: desk.IncidentSubject, Number: o.Number})
		}
	}
	return dup
}

// Apply changes an incident by a rule.
func (j *Journal) Apply(ctx context.Context, by By, number int, rule Rule) (Applied, error) {
	channels, err := j.foresee(ctx, by, number, rule)
	if err != nil {
		return Applied{}, err
	}
	return once(ctx, j, by, func(tx storage.Tx) (Applied, error) {
		i, err := getIncident(tx, number)
		if err != nil {
			return Applied{}, err
		}
		c, err := rule(i, by.act())
		if err != nil {
			return Applied{}, err
		}
		return j.put(tx, by, c, channels)
	})
}

// foresee counts the channels that the change will concern. What the rule
// refuses is left for the transaction to refuse: the request may have been seen.
func (j *Journal) foresee(ctx context.Context, by By, number int, rule Rule) (channels int, err error) {
	i, err := j.Incident(ctx, number)
	if err != nil {
		return 0, err
	}
	c, err := rule(i, by.act())
	if err != nil || c.Announce == nil {
		return 0, nil
	}
	return j.book.Count(ctx, j.db, c.Announce.Snapshot.Scope())
}

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
		if _, err := j.put(tx, by, cb, 0); err != nil {
			return Applied{}, err
		}
		out, err := j.put(tx, by, ca, 0)
		out.Into = &cb.Incident
		return out, err
	})
}

// put writes a change: state, timeline, audit, list of open ones, announcement.
func (j *Journal) put(tx storage.Tx, by By, c desk.Change, channels int) (Applied, error) {
	i := c.Incident
	out := Applied{Incident: i, Entry: c.Entry, Channels: channels}
	if err := incidentTable().Put(tx, incidentKey(i.Number), i); err != nil {
		return out, err
	}
	if err := putEntries(tx, c); err != nil {
		return out, err
	}
	if err := keepOpen(tx, i); err != nil {
		return out, err
	}
	if err := audit(tx, by, AuditEntry{Did: string(c.Entry.Kind), About: i.Subject().String(), Before: c.Entry.Before, After: cmp.Or(c.Entry.After, c.Entry.Text)}); err != nil {
		return out, err
	}
	if c.Announce == nil {
		return out, nil
	}
	a := *c.Announce
	a.Trace = by.Trace
	told, err := j.book.Announce(tx, a, j.release(by, a, channels))
	out.Held, out.Forgotten = told.Snapshot.Held, told.N == 0
	return out, err
}

func putEntries(tx storage.Tx, c desk.Change) error {
	s := c.Incident.Subject()
	if c.Rewritten != nil {
		if err := entryTable().Put(tx, entryKey(s, c.Rewritten.Seq), *c.Rewritten); err != nil {
			return err
		}
	}
	return entryTable().Put(tx, entryKey(s, c.Entry.Seq), c.Entry)
}

// release says when others than ops are told: at once what takes back and what
// few hear, else after the grace.
func (j *Journal) release(by By, a desk.Announcement, channels int) outbox.Release {
	s := j.settings.Load()
	r := outbox.Release{Now: by.At.UTC(), Channels: channels}
	if channels > s.GraceAbove && !a.Snapshot.Scope().Retracted {
		r.Grace = s.Grace
	}
	return r
}

// keepOpen brings the list of open incidents in line with i. It writes only
// where the list changes.
func keepOpen(tx storage.Tx, i desk.Incident) error {
	list, _, err := openTable().Get(tx, openKey())
	if err != nil {
		return err
	}
	at := slices.IndexFunc(list, func(o openIncident) bool { return o.Number == i.Number })
	switch {
	case !i.IsOpen() && at < 0:
		return nil
	case !i.IsOpen():
		list = slices.Delete(list, at, at+1)
	case at < 0:
		list = append(list, openIncident{Number: i.Number, Services: i.ServiceIDs(), Drill: i.Drill})
	case slices.Equal(list[at].Services, i.ServiceIDs()):
		return nil
	default:
		list[at].Services = i.ServiceIDs()
	}
	return openTable().Put(tx, openKey(), list)
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
