package journal

import (
	"context"
	"fmt"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// numbersSkipped is how many numbers of incidents are left out after a restore:
// more than are declared between two backups. Those given since the backup stand in
// posts whose buttons still work, so that none may name another incident.
const numbersSkipped = 100

// Restored notes that the store was just taken from a backup: no number is given
// twice, ops channels are told notice, and the time since the backup does not count as
// time in which the bot was away.
func (j *Journal) Restored(ctx context.Context, notice desk.Notice) error {
	err := j.db.Update(ctx, func(tx storage.Tx) error {
		k := seqTable().Key().Str(string(desk.IncidentSubject))
		n, _, err := seqTable().Get(tx, k)
		if err != nil {
			return err
		}
		if err := seqTable().Put(tx, k, n+numbersSkipped); err != nil {
			return err
		}
		if err := aliveTable().Put(tx, aliveTable().Key(), notice.At.UTC()); err != nil {
			return err
		}
		if err := dropCalls(tx); err != nil { // they were made, or answered, since
			return err
		}
		_, err = j.book.Notify(tx, notice)
		return err
	})
	if err != nil {
		return fmt.Errorf("note that the store was restored: %w", err)
	}
	return nil
}
