package journal

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
)

// Incident returns incident number, or a desk.Unknown refusal.
func (j *Journal) Incident(ctx context.Context, number int) (i desk.Incident, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) (err error) {
		i, err = getIncident(tx, number)
		return err
	})
	return i, err
}

// Open lists the incidents that are open, drills too, oldest first.
func (j *Journal) Open(ctx context.Context) (out []desk.Incident, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		out = nil
		list, err := allOngoing(tx)
		if err != nil {
			return err
		}
		for _, o := range list {
			i, err := getIncident(tx, o.Number)
			if err != nil {
				return err
			}
			out = append(out, i)
		}
		return nil
	})
	return out, err
}

// Incidents lists incidents declared at or after since (zero: ever), newest
// first, at most limit (0: all).
func (j *Journal) Incidents(ctx context.Context, since time.Time, limit int) (out []desk.Incident, err error) {
	t := incidentTable()
	err = j.db.View(ctx, func(tx storage.Tx) error {
		out = nil
		return t.Scan(tx, t.Key(), t.Key().End(), limit, func(_ storage.Key, i desk.Incident) (bool, error) {
			if i.DeclaredAt.Before(since) {
				return false, nil
			}
			out = append(out, i)
			return true, nil
		})
	})
	return out, err
}

// Timeline lists the entries of an incident in order, notes too.
func (j *Journal) Timeline(ctx context.Context, number int) (out []desk.Entry, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) (err error) {
		out, err = timelineOf(tx, desk.Subject{Kind: desk.IncidentSubject, Number: number})
		return err
	})
	return out, err
}

func timelineOf(tx storage.Tx, s desk.Subject) (out []desk.Entry, err error) {
	k := timelineKey(s)
	err = timelineTable(s.Kind).Scan(tx, k.Num(0), k.End(), 0, func(_ storage.Key, e desk.Entry) (bool, error) {
		out = append(out, e)
		return true, nil
	})
	return out, err
}

// Said returns the entry that said public text number n of an incident, as it reads
// now, or a desk.Unknown refusal.
func (j *Journal) Said(ctx context.Context, i desk.Incident, n int) (desk.Entry, error) {
	entries, err := j.Timeline(ctx, i.Number)
	if err != nil {
		return desk.Entry{}, err
	}
	for _, e := range entries {
		if e.Update == n && e.Kind != desk.Reworded {
			return e, nil
		}
	}
	return desk.Entry{}, desk.Refuse(desk.Unknown, "%s has no message #%d; it has %d.", i.Subject(), n, i.Updates).
		WithHint("incident timeline %d shows them.", i.Number).About(i.Subject())
}

// Audit lists the newest entries of the audit, newest first, at most limit.
func (j *Journal) Audit(ctx context.Context, now time.Time, limit int) (out []AuditEntry, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		out, err = newestAudit(tx, now, limit)
		return err
	})
	return out, err
}

// newestAudit looks back in doubling spans, because a scan goes forward only.
func newestAudit(tx storage.Tx, now time.Time, limit int) ([]AuditEntry, error) {
	t := auditTable()
	end := t.Key().End()
	for span := 24 * time.Hour; ; span *= 2 {
		from := t.Key()
		whole := span > math.MaxInt64/4 || now.Add(-span).Year() < 2000
		if !whole {
			from = from.Time(now.Add(-span))
		}
		var out []AuditEntry
		err := t.Scan(tx, from, end, 0, func(_ storage.Key, e AuditEntry) (bool, error) {
			out = append(out, e)
			if len(out) > limit {
				out = out[1:]
			}
			return true, nil
		})
		if err != nil || whole || len(out) == limit {
			slices.Reverse(out)
			return out, err
		}
	}
}

// Subscriptions lists what a channel subscribed to.
func (j *Journal) Subscriptions(ctx context.Context, ch desk.Channel) (out []desk.Subscription, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) (err error) {
		out, err = j.book.Subscriptions(tx, ch)
		return err
	})
	return out, err
}

// Deliveries tells who was told of a subject, who waits or failed and why, and
// who was not told and why.
func (j *Journal) Deliveries(ctx context.Context, s desk.Subject) (outbox.Deliveries, error) {
	return j.book.Deliveries(ctx, j.db, s)
}

// Why tells why a channel did or did not hear of a subject.
func (j *Journal) Why(ctx context.Context, s desk.Subject, ch desk.Channel) (outbox.Why, error) {
	return j.book.Why(ctx, j.db, s, ch)
}

// Holds lists the connections that are held.
func (j *Journal) Holds(ctx context.Context) (out map[desk.ConnectionName]outbox.Hold, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) (err error) {
		out, err = j.book.Holds(tx)
		return err
	})
	return out, err
}
