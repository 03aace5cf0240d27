package boltdb_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// previewed is what a Preview saw of key a, and what came of it.
type previewed struct {
	a   string
	err error
}

// previewing commits a, and previews the store while that is under way.
func previewing(db *boltdb.DB, a string) (saw previewed, failed error) {
	done := make(chan previewed)
	failed = db.Update(context.Background(), func(tx storage.Tx) error {
		begins := make(chan struct{})
		go func() {
			close(begins)
			var p previewed
			p.err = db.Preview(context.Background(), func(tx storage.Tx) error {
				v, err := tx.Get([]byte("a"))
				p.a = string(v)
				return err
			})
			done <- p
		}()
		<-begins
		return put("a", a)(tx)
	})
	return <-done, failed
}

// TestPreviewOfAFailedCommit has commits fail that others preview: who saw what they would
// have written is told so, and who saw what was there before is not.
func TestPreviewOfAFailedCommit(t *testing.T) {
	for _, f := range []fault{writeRefused, writeTorn, writeKept, syncLost, syncKept, syncTorn} {
		disk := mountFaults(t)
		db := open(t, filepath.Join(disk.mount, "test.db"), boltdb.Options{})
		updates(t, db, "a", "old")
		ahead := 0
		for range 20 {
			disk.next(t, plan{Fault: f, Count: 1})
			saw, failed := previewing(db, "new")
			if failed == nil {
				t.Fatalf("%s: the commit did not fail", f)
			}
			if saw.a == "new" {
				ahead++
			}
			if (saw.a == "new") != (saw.err != nil) {
				t.Errorf("%s: it saw %q, and was told %v", f, saw.a, saw.err)
			}
			wantContent(t, db, string(f), "a=old")
		}
		disk.next(t, plan{})
		if saw, failed := previewing(db, "new"); failed != nil || saw.err != nil {
			t.Errorf("behind %s: %v, %v", f, failed, saw.err)
		}
		if ahead == 0 {
			t.Errorf("%s: nobody saw anything ahead", f)
		}
		shut(t, db)
	}
}
