package journal

import (
	"context"
	"fmt"

	"github.com/umassonline/belltower/storage"
)

// Remark puts into the audit what no command did, like the use of an old list.
func (j *Journal) Remark(ctx context.Context, by By, e AuditEntry) error {
	err := j.db.Background(ctx, func(tx storage.Tx) error { return audit(tx, by, e) })
	if err != nil {
		return fmt.Errorf("put a remark into the audit: %w", err)
	}
	return nil
}

// claimed marks a request whose deed is outside the record.
type claimed struct{}

// Claim puts into the audit what is about to be done outside the record, and reports
// whether the request comes for the first time: who reads false leaves it. So it is
// done once at most, whatever becomes of it.
func (j *Journal) Claim(ctx context.Context, by By, e AuditEntry) (first bool, err error) {
	err = j.db.Update(ctx, func(tx storage.Tx) error {
		_, seen, err := seenBefore[claimed](tx, by)
		if first = !seen; err != nil || seen {
			return err
		}
		if err := audit(tx, by, e); err != nil {
			return err
		}
		return markSeen(tx, by, &claimed{})
	})
	return first && err == nil, err
}
