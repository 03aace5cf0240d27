package journal

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Published is an incident as everybody may know it.
type Published struct {
	Incident desk.Incident
	Timeline []desk.Entry // see desk.Published
}

// Publication is what everybody may know at one moment.
type Publication struct {
	// Incidents are those that are open, those declared since the time asked for, and
	// those that had been open for longer than LongAfter and ended since; newest first:
	// retracted and merged ones too, no drills.
	Incidents []Published
	// Until is when more may be known although nothing changes, as a grace ends; zero:
	// not before something changes.
	Until time.Time
}

// Public reads what everybody may know at now: of what is in its grace, what was told
// before.
func (j *Journal) Public(ctx context.Context, now, since time.Time) (p Publication, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		p = Publication{}
		numbers, err := numbersSince(tx, since)
		if err != nil {
			return err
		}
		for _, n := range numbers {
			one, until, err := j.published(tx, n, now)
			if p.Until.IsZero() || (!until.IsZero() && until.Before(p.Until)) {
				p.Until = until
			}
			switch {
			case errors.Is(err, errUnpublished):
			case err != nil:
				return err
			default:
				p.Incidents = append(p.Incidents, one)
			}
		}
		return nil
	})
	return p, err
}

// numbersSince lists the numbers of what is open, what was declared since, and what was
// open for long and ended since, newest first.
func numbersSince(tx storage.Tx, since time.Time) (numbers []int, err error) {
	open, err := allOngoing(tx)
	if err != nil {
		return nil, err
	}
	if numbers, err = longNumbers(tx, since); err != nil {
		return nil, err
	}
	for _, o := range open {
		numbers = append(numbers, o.Number)
	}
	t := incidentTable()
	err = t.Scan(tx, t.Key(), t.Key().End(), 0, func(_ storage.Key, i desk.Incident) (bool, error) {
		if i.DeclaredAt.Before(since) {
			return false, nil
		}
		numbers = append(numbers, i.Number)
		return true, nil
	})
	slices.SortFunc(numbers, func(a, b int) int { return cmp.Compare(b, a) })
	return slices.Compact(numbers), err
}

// PublicNewest reads what everybody may know at now of the newest incidents, newest first:
// retracted and merged ones too, no drills.
func (j *Journal) PublicNewest(ctx context.Context, now time.Time, limit int) (all []Published, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		all = nil
		t := incidentTable()
		return t.Scan(tx, t.Key(), t.Key().End(), 0, func(_ storage.Key, i desk.Incident) (bool, error) {
			one, _, err := j.published(tx, i.Number, now)
			if errors.Is(err, errUnpublished) {
				return true, nil
			}
			all = append(all, one)
			return len(all) < limit, err
		})
	})
	return all, err
}

// PublicIncident reads what everybody may know of an incident at now. It refuses with
// desk.Unknown where that is nothing.
func (j *Journal) PublicIncident(ctx context.Context, now time.Time, number int) (p Published, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		p, _, err = j.published(tx, number, now)
		return err
	})
	if errors.Is(err, errUnpublished) {
		err = desk.Refuse(desk.Unknown, "There is no INC-%d.", number)
	}
	return p, err
}

var errUnpublished = errors.New("nothing of it may be known")

// published reads what may be known of an incident, and until when no more. Where that
// is nothing the error is errUnpublished.
func (j *Journal) published(tx storage.Tx, number int, now time.Time) (p Published, until time.Time, err error) {
	i, err := getIncident(tx, number)
	if err != nil {
		return p, until, err
	}
	if i.Drill {
		return p, until, errUnpublished
	}
	public, err := j.book.Public(tx, i.Subject(), now)
	switch {
	case err != nil:
		return p, until, err
	case public.Void, !public.Until.IsZero() && public.Told == nil:
		return p, public.Until, errUnpublished
	case public.Told != nil:
		i = *public.Told.Incident
	}
	timeline, err := timelineOf(tx, i.Subject())
	return Published{i, desk.Published(timeline, i.Entries)}, public.Until, err
}
