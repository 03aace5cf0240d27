package journal

import (
	"context"
	"fmt"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// numbersSkipped is how many numbers of incidents, of windows and of alerts are left out after a restore:
// more than are given between two backups. Those given since the backup stand in
// posts whose buttons still work, so that none may name another.
const numbersSkipped = 100

// Restored notes that the store was just taken from a backup: no number is given
// twice, ops channels are told notice, and the time since the backup does not count as
// time in which the bot was away.
func (j *Journal) Restored(ctx context.Context, notice desk.Notice) error {
	err := j.db.Update(ctx, func(tx storage.Tx) error {
		for _, kind := range []desk.SubjectKind{desk.IncidentSubject, desk.WindowSubject, desk.AlertSubject} {
			if err := skipNumbers(tx, kind); err != nil {
				return err
			}
		}
		if err := aliveTable().Put(tx, aliveTable().Key(), notice.At.UTC()); err != nil {
			return err
		}
		if err := dropCalls(tx); err != nil { // they were made, or answered, since
			return err
		}
		if err := j.openGates(tx, By{At: notice.At, Name: "Belltower"}); err != nil {
			return err
		}
		_, err := j.book.Notify(tx, notice)
		return err
	})
	if err != nil {
		return fmt.Errorf("note that the store was restored: %w", err)
	}
	return nil
}

func skipNumbers(tx storage.Tx, kind desk.SubjectKind) error {
	n, err := lastNumber(tx, kind)
	if err != nil {
		return err
	}
	t, k := numberTable(kind)
	return t.Put(tx, k, n+numbersSkipped)
}
