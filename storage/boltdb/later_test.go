package boltdb_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// TestFailedOpenLetsGo refuses to open a store that a newer version was killed in: what its
// log holds is not moved into the file later on, which by then holds newer commits.
func TestFailedOpenLetsGo(t *testing.T) {
	path, killed := storedA(t), ""
	towards2 := func(err error) boltdb.Options {
		return boltdb.Options{Schema: 2, Migrations: []boltdb.Migration{func(db storage.DB) error {
			updates(t, db.(*boltdb.DB), "a", "2")
			killed = copyTo(t, path)
			return err
		}}}
	}
	if _, err := boltdb.Open(path, towards2(errors.New("killed"))); err == nil {
		t.Fatal("the migration did not fail")
	}
	path = killed
	synctest.Test(t, func(t *testing.T) {
		if _, err := boltdb.Open(path, boltdb.Options{}); err == nil || !strings.Contains(err.Error(), "a newer version was broken off") {
			t.Fatalf("Open = %v", err)
		}
		db := open(t, path, towards2(nil))
		updates(t, db, "a", "3")
		shut(t, db)
		time.Sleep(time.Minute)
		db = open(t, path, towards2(nil))
		wantContent(t, db, "a minute later", "a=3")
		shut(t, db)
	})
}

// TestAllIsMovedInTime kills a store while commits are on their way into the tree and
// others have come: opened again, it moves both, though nobody commits any more.
func TestAllIsMovedInTime(t *testing.T) {
	path := storedA(t)
	db := open(t, path, boltdb.Options{})
	updates(t, db, "b", "2")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Move(); err != nil {
		t.Fatal(err)
	}
	updates(t, db, "c", "3")
	killed := copyTo(t, path)
	if err := os.WriteFile(killed, before, 0o600); err != nil { // as if the move were not on disk
		t.Fatal(err)
	}
	shut(t, db)
	synctest.Test(t, func(t *testing.T) {
		db := open(t, killed, boltdb.Options{})
		time.Sleep(time.Minute)
		synctest.Wait()
		tree := copyTo(t, killed)
		for _, log := range filesOf(t, tree)[1:] {
			if err := os.Remove(log); err != nil {
				t.Fatal(err)
			}
		}
		moved := open(t, tree, boltdb.Options{})
		wantContent(t, moved, "in the tree a minute later", "a=1", "b=2", "c=3")
		shut(t, moved)
		shut(t, db)
	})
}

// TestCopyFromBeforeAndLogsFromAfter goes back from a migrated store that was killed to the
// copy from before, as an older version says, which writes to the file itself. Migrated
// again, it holds nothing of the commits that were given up.
func TestCopyFromBeforeAndLogsFromAfter(t *testing.T) {
	path := storedA(t)
	opts := boltdb.Options{Schema: 2, Migrations: []boltdb.Migration{func(storage.DB) error { return nil }}}
	db := open(t, path, opts)
	updates(t, db, "given", "up")
	killed := copyTo(t, path)
	backup, err := os.ReadFile(path + ".schema-1")
	if err != nil {
		t.Fatal(err)
	}
	shut(t, db)
	if err := os.WriteFile(killed, backup, 0o600); err != nil {
		t.Fatal(err)
	}
	db = open(t, killed, opts)
	wantContent(t, db, "the copy from before beside the logs from after", "a=1")
	shut(t, db)
}
