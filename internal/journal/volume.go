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

// volumesAtOnce bounds what is read in one moment: a slow reader must not keep the
// store from using its free pages again.
const volumesAtOnce = 100

// Volumes hands fn every incident that there is when it begins, drills too, in the
// order of their numbers, each as it is at one moment. An error of fn ends it.
func (j *Journal) Volumes(ctx context.Context, fn func(Volume) error) error {
	last := 0
	err := j.db.View(ctx, func(tx storage.Tx) (err error) {
		last, _, err = seqTable().Get(tx, seqTable().Key().Str(string(desk.IncidentSubject)))
		return err
	})
	for from := 1; err == nil && from <= last; from += volumesAtOnce {
		var page []Volume
		if page, err = j.volumes(ctx, from, min(from+volumesAtOnce, last+1)); err != nil {
			break
		}
		for _, v := range page {
			if err := fn(v); err != nil {
				return err
			}
		}
	}
	if err != nil {
		return fmt.Errorf("read all incidents: %w", err)
	}
	return nil
}

// volumes reads those with from <= number < to; not every number is given.
func (j *Journal) volumes(ctx context.Context, from, to int) (page []Volume, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		page = nil
		for n := from; n < to; n++ {
			i, found, err := incidentTable().Get(tx, incidentKey(n))
			if err != nil {
				return err
			}
			if !found {
				continue
			}
			entries, err := timelineOf(tx, i.Subject())
			if err != nil {
				return err
			}
			page = append(page, Volume{i, entries})
		}
		return nil
	})
	return page, err
}
