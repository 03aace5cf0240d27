package statuspage

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

const (
	// recentFor is how long after its end an incident stands on the page.
	recentFor = 14 * 24 * time.Hour
	// lookBack is how far the record is looked through for that.
	lookBack = recentFor + journal.LongAfter
	// maxRecent is how many that have ended stand on the page.
	maxRecent = 20
	// pause is the least time between two snapshots, so that a storm of commands and
	// a storm of readers do not make one for each command.
	pause = 250 * time.Millisecond
	// freshFor is how long a snapshot is shown when nothing changed: readers see by
	// its time that the page is alive.
	freshFor = time.Minute
	// maxOlder is how many old incidents' pages a snapshot keeps.
	maxOlder = 200
)

// snapshot is what everybody may know at one moment.
type snapshot struct {
	at      time.Time
	changes uint64 // that had happened before it was made
	// until is when it is wrong although nothing changed, as a promise passes or a
	// grace ends; zero: not by itself.
	until time.Time

	health []desk.Health
	open   []journal.Published // the worst first
	recent []journal.Published // have ended; the last that ended first
	all    map[int]journal.Published

	plans    journal.Plans
	reserved []free

	sheets sync.Map // address -> *sheet
	older  atomic.Int64
}

// fresh reports whether it may still be shown.
func (s *snapshot) fresh(now time.Time, changes uint64) bool {
	age := now.Sub(s.at)
	return s.changes == changes && age >= 0 && age < freshFor && (s.until.IsZero() || now.Before(s.until))
}

// snapshot returns what everybody may know now. While it is made anew readers are
// given the one before, which is at most about pause old.
func (p *Pages) snapshot(ctx context.Context) (*snapshot, error) {
	now := p.now()
	s := p.current.Load()
	switch {
	case s == nil:
		p.look.Lock()
	case s.fresh(now, p.changes.Load()), !p.look.TryLock():
		return s, nil
	}
	defer p.look.Unlock()
	if s = p.current.Load(); s != nil {
		if since := now.Sub(p.looked); s.fresh(now, p.changes.Load()) || since >= 0 && since < pause {
			return s, nil
		}
	}
	p.looked = now
	next, err := p.read(context.WithoutCancel(ctx), now) // for others too
	switch {
	case err == nil:
		p.current.Store(next)
		return next, nil
	case s != nil:
		p.log.Warn("the status page shows what it knew before", "as of", s.at, "error", err)
		return s, nil
	}
	return nil, err
}

// read makes a snapshot.
func (p *Pages) read(ctx context.Context, now time.Time) (*snapshot, error) {
	s := &snapshot{at: now, changes: p.changes.Load(), all: map[int]journal.Published{}}
	pub, err := p.record.Public(ctx, now, now.Add(-lookBack))
	if err != nil {
		return nil, err
	}
	s.until = pub.Until
	var open []desk.Incident
	for _, one := range pub.Incidents {
		i := one.Incident
		s.all[i.Number] = one
		switch {
		case i.IsOpen():
			s.open, open = append(s.open, one), append(open, i)
			s.changeAt(i.NextUpdateBy)
		case !i.IsRetracted() && i.MergedInto == 0 && now.Sub(i.EndedAt) < recentFor:
			s.recent = append(s.recent, one)
		}
	}
	slices.SortStableFunc(s.recent, func(a, b journal.Published) int { return b.Incident.EndedAt.Compare(a.Incident.EndedAt) })
	s.recent = s.recent[:min(len(s.recent), maxRecent)]
	slices.SortStableFunc(s.open, func(a, b journal.Published) int {
		return cmp.Compare(b.Incident.WorstStatus().Rank(), a.Incident.WorstStatus().Rank())
	})
	return s, p.readPlans(ctx, s, open)
}

// readPlans puts planned work into a snapshot, and what it makes of the services.
func (p *Pages) readPlans(ctx context.Context, s *snapshot, open []desk.Incident) (err error) {
	s.plans, err = p.record.PublicPlans(ctx, journal.PlansQuery{
		Now: s.at, Until: s.at.Add(planAhead), CancelledSince: s.at.Add(-recentFor), DoneSince: s.at.Add(-doneFor), Limit: maxPlans,
	})
	if err != nil {
		return err
	}
	s.changeAt(s.plans.Until)
	var running []desk.Window
	for _, one := range s.plans.Running {
		w := one.Window
		running = append(running, w)
		s.changeAt(w.Planned.To)
		s.changeAt(w.NextNewsBy)
	}
	for _, one := range s.plans.Coming {
		w := one.Window
		s.changeAt(w.Planned.From)
		s.changeAt(w.Planned.To)
	}
	s.health = desk.HealthOf(p.settings.Words.Catalog, open, running)
	s.reserved = reservedOf(p.settings.Planning, p.settings.Words.Catalog, s.at, s.plans)
	for _, one := range s.reserved {
		s.changeAt(one.times[0].From)
	}
	return nil
}

// changeAt notes that the snapshot is wrong from t on.
func (s *snapshot) changeAt(t time.Time) {
	if t.After(s.at) && (s.until.IsZero() || t.Before(s.until)) {
		s.until = t
	}
}
