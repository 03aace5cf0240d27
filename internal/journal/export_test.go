package journal

import (
	"context"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Sees notes what a witness says, as alerts do, and judges the gate of its service anew.
func (j *Journal) Sees(ctx context.Context, by By, r desk.Report) error {
	return j.db.Update(ctx, func(tx storage.Tx) error {
		k := sightingKey(r)
		if err := sightingTable().Put(tx, k, r); err != nil {
			return err
		}
		_, err := j.followGates(tx, by, r.Service)
		return err
	})
}
