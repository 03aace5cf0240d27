package statuspage

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

const (
	// calendarBack is how long what was planned or cancelled stays in the calendars, so
	// that a calendar program which asks rarely learns of a cancellation.
	calendarBack = 90 * 24 * time.Hour
	// calendarFor is how long calendars are given when nothing changed: what is long past
	// leaves them.
	calendarFor = time.Hour
	// calendarPause is the least time between two readings of all windows.
	calendarPause = 10 * time.Second
)

// calendars are all windows as calendars have them. Each calendar is written when
// somebody first asks for it after a change.
type calendars struct {
	at      time.Time
	changes uint64
	until   time.Time // as of a snapshot
	windows []desk.Window
	sheets  sync.Map // desk.ServiceID (empty: all) -> *sheet
}

func (c *calendars) fresh(now time.Time, changes uint64) bool {
	age := now.Sub(c.at)
	return age >= 0 && (age < calendarPause ||
		c.changes == changes && age < calendarFor && (c.until.IsZero() || now.Before(c.until)))
}

// calendars returns all windows as calendars have them now, or as they were a moment ago.
func (p *Pages) calendars(ctx context.Context) (*calendars, error) {
	now := p.now()
	if c := p.calendar.Load(); c != nil && c.fresh(now, p.changes.Load()) {
		return c, nil
	}
	p.leaf.Lock()
	defer p.leaf.Unlock()
	if c := p.calendar.Load(); c != nil && c.fresh(now, p.changes.Load()) {
		return c, nil
	}
	next := &calendars{at: now, changes: p.changes.Load()}
	var err error
	next.windows, next.until, err = p.record.PublicCalendar(context.WithoutCancel(ctx), now, now.Add(-calendarBack)) // for others too
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(next.windows, func(a, b desk.Window) int { return cmp.Compare(a.Number, b.Number) })
	if before := p.calendar.Load(); before != nil && slices.EqualFunc(before.windows, next.windows, sameInCalendars) {
		before.sheets.Range(func(id, s any) bool {
			next.sheets.Store(id, s)
			return true
		})
	}
	p.calendar.Store(next)
	return next, nil
}

// sameInCalendars reports whether calendars show two windows the same: what they show
// has a revision.
func sameInCalendars(a, b desk.Window) bool {
	return a.Number == b.Number && a.Revision == b.Revision && a.ChangedAt.Equal(b.ChangedAt) &&
		a.StartedAt.Equal(b.StartedAt) && slices.Equal(a.Services, b.Services)
}

// calendarOf gives the calendar of a service, or (empty) of all.
func (a *asked) calendarOf(id desk.ServiceID) {
	service, known := a.settings.Words.Catalog.Find(string(id))
	if id != "" && (!known || service.ID != id) {
		a.give(http.StatusNotFound, missing)
		return
	}
	all, err := a.calendars(a.r.Context())
	if err != nil {
		a.fail(a.w, err)
		return
	}
	kept, _ := all.sheets.LoadOrStore(id, &sheet{})
	s := kept.(*sheet)
	s.render.Do(func() {
		of := all.windows
		if id != "" {
			of = slices.DeleteFunc(slices.Clone(of), func(w desk.Window) bool { return !w.Concerns(id) })
		}
		tongue := a.tongues.all[0]
		s.set(a.newCalendar(service, of, all.at), http.Header{
			"Content-Type":     {"text/calendar; charset=utf-8"},
			"Content-Language": {tongue.tag},
			"Last-Modified":    {a.lastChange(of).UTC().Format(http.TimeFormat)},
		})
	})
	a.send(http.StatusOK, s)
}

// lastChange is when a calendar of these windows last became another: what it is of
// else is the configuration's.
func (p *Pages) lastChange(windows []desk.Window) time.Time {
	last := p.born
	for _, w := range windows {
		if w.ChangedAt.After(last) {
			last = w.ChangedAt
		}
	}
	return last
}
