package boltdb_test

import (
	"path/filepath"
	"testing"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

func TestContract(t *testing.T) {
	storagetest.Run(t, func(t testing.TB) storagetest.Opener {
		path := filepath.Join(t.TempDir(), "state", "belltower.db")
		return func(t testing.TB) storage.DB { return open(t, path, boltdb.Options{}) }
	})
}

// open opens the store at path or fails the test.
func open(t testing.TB, path string, opts boltdb.Options) *boltdb.DB {
	t.Helper()
	db, err := boltdb.Open(path, opts)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return db
}
