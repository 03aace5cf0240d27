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
