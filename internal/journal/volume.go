package journal

import (
	"context"
	"fmt"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Volume is an incident with its timeline, notes and names too.
type Volume struct {
	Incident desk.Incident
	Entries  []desk.Entry
}

// WindowVolume is a window, or a series, with its timeline, names too.
type WindowVolume struct {
	Window  desk.Window
	Entries []desk.Entry
}

// volumesAtOnce bounds what is read in one moment: a slow reader must not keep the
// store from using its free pages again.
const volumesAtOnce = 100

// Volumes hands fn every incident that there is when it begins, drills too, in the
// order of their numbers, each as it is at one moment. An error of fn ends it.
func (j *Journal) Volumes(ctx context.Context, fn func(Volume) error) error {
	return inPages(ctx, j, shelf[Volume]{desk.IncidentSubject, func(tx storage.Tx, n int) (v Volume, found bool, err error) {
		if v.Incident, found, err = incidentTable().Get(tx, incidentKey(n)); err != nil || !found {
			return v, false, err
		}
		v.Entries, err = timelineOf(tx, v.Incident.Subject())
		return v, true, err
	}}, fn)
}

// WindowVolumes is Volumes for windows.
func (j *Journal) WindowVolumes(ctx context.Context, fn func(WindowVolume) error) error {
	return inPages(ctx, j, shelf[WindowVolume]{desk.WindowSubject, func(tx storage.Tx, n int) (v WindowVolume, found bool, err error) {
		if v.Window, found, err = windowTable().Get(tx, windowKey(n)); err != nil || !found {
			return v, false, err
		}
		v.Entries, err = timelineOf(tx, v.Window.Subject())
		return v, true, err
	}}, fn)
}

// Alerts hands fn every alert that there is when it begins, in the order of their numbers.
// An error of fn ends it.
func (j *Journal) Alerts(ctx context.Context, fn func(desk.Alert) error) error {
	return inPages(ctx, j, shelf[desk.Alert]{desk.AlertSubject, func(tx storage.Tx, n int) (desk.Alert, bool, error) {
		return alertTable().Get(tx, alertKey(n))
	}}, fn)
}

// shelf is where the volumes of a kind are read from; not every number is given.
type shelf[T any] struct {
	kind desk.SubjectKind
	read func(tx storage.Tx, n int) (v T, found bool, err error)
}

// inPages hands fn what is on a shelf. What fn answers is returned as it is.
func inPages[T any](ctx context.Context, j *Journal, s shelf[T], fn func(T) error) error {
	last := 0
	err := j.db.View(ctx, func(tx storage.Tx) (err error) {
		last, err = lastNumber(tx, s.kind)
		return err
	})
	for from := 1; err == nil && from <= last; from += volumesAtOnce {
		var page []T
		if page, err = s.page(ctx, j, from, min(from+volumesAtOnce, last+1)); err != nil {
			break
		}
		for _, v := range page {
			if err := fn(v); err != nil {
				return err
			}
		}
	}
	if err != nil {
		return fmt.Errorf("read all of the kind %s: %w", s.kind, err)
	}
	return nil
}

// page reads those with from <= number < to.
func (s shelf[T]) page(ctx context.Context, j *Journal, from, to int) (page []T, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		page = nil
		for n := from; n < to; n++ {
			v, found, err := s.read(tx, n)
			if err != nil {
				return err
			}
			if found {
				page = append(page, v)
			}
		}
		return nil
	})
	return page, err
}
