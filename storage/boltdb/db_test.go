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
