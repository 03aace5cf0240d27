package journal

import (
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

func putCall(tx storage.Tx, by By, q desk.Question) error {
	return audit(tx, by, AuditEntry{Did: "call", About: q.About().String()})
}
