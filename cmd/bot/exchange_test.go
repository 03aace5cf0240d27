package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

// A store that was killed, with its last commit in a log, is exchanged for a backup: that
// commit is in the store that is kept, and not in the one that takes its place.
func TestAKilledStoreIsExchanged(t *testing.T) {
	dir := storagetest.Dir(t)
	path, backup := filepath.Join(dir, "belltower.db"), filepath.Join(dir, "copy.db")
	serving, err := openStore(filepath.Join(dir, "serving.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer serving.Close()
	note(t, serving, "before")
	if err := boltdb.WriteWhole(backup, serving.Backup); err != nil {
		t.Fatal(err)
	}
	note(t, serving, "behind")
	parts, err := boltdb.Files(filepath.Join(dir, "serving.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range parts { // as a kill leaves them
		b, err := os.ReadFile(part)
		if err == nil {
			err = os.WriteFile(strings.Replace(part, "serving", "belltower", 1), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	nothing := func(*boltdb.DB) error { return nil }
	kept, err := exchange{store: path, now: time.Date(2026, 11, 28, 4, 0, 0, 0, time.UTC), fresh: "restoring", before: "before-restore"}.put(backup, nothing)
	if err != nil {
		t.Fatal(err)
	}
	if !noted(t, path, "before") || noted(t, path, "behind") {
		t.Error("the store is not the backup")
	}
	if !noted(t, kept, "before") || !noted(t, kept, "behind") {
		t.Error("the store that was kept is not whole")
	}
	if _, err := (exchange{store: path, now: time.Date(2026, 11, 28, 5, 0, 0, 0, time.UTC), fresh: "restoring", before: "before-restore"}).put(kept, nothing); err != nil {
		t.Fatal(err)
	}
	if !noted(t, path, "behind") {
		t.Error("back again, the store lacks what it held")
	}
}

// Where it cannot be told whether a store has a log, it is neither exchanged nor what another
// is exchanged for: its last commits may be in there.
func TestAStoreWhoseLogCannotBeLookedForIsNotExchanged(t *testing.T) {
	for _, whose := range []string{"belltower.db", "copy.db"} {
		dir := storagetest.Dir(t)
		path, backup := filepath.Join(dir, "belltower.db"), filepath.Join(dir, "copy.db")
		for _, name := range []string{path, backup} {
			db, err := openStore(name, nil)
			if err != nil {
				t.Fatal(err)
			}
			note(t, db, filepath.Base(name))
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Symlink(whose+".log1", filepath.Join(dir, whose+".log1")); err != nil { // one that leads to itself
			t.Fatal(err)
		}
		if _, err := (exchange{store: path, fresh: "restoring", before: "before-restore"}).put(backup, func(*boltdb.DB) error { return nil }); err == nil {
			t.Errorf("%s: exchanged", whose)
		}
		if err := os.Remove(filepath.Join(dir, whose+".log1")); err != nil {
			t.Fatal(err)
		}
		if !noted(t, path, "belltower.db") {
			t.Errorf("%s: the store is another", whose)
		}
	}
}

// A folder's name may hold whatever patterns of names are made of, and what an exchange left
// that was killed there is gone after the next.
func TestAStoreInAFolderOfAnyNameIsExchanged(t *testing.T) {
	for _, name := range []string{"learn [new", "learn [new]", "learn*", `learn\`} {
		dir := filepath.Join(storagetest.Dir(t), name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		path, backup := filepath.Join(dir, "belltower.db"), filepath.Join(dir, "copy.db")
		db, err := openStore(backup, nil)
		if err != nil {
			t.Fatal(err)
		}
		note(t, db, "before")
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		left := path + ".restoring.4711"
		if err := os.WriteFile(left, []byte("of one that was killed"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := (exchange{store: path, fresh: "restoring", before: "before-restore"}).put(backup, func(*boltdb.DB) error { return nil }); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) || !noted(t, path, "before") {
			t.Errorf("%s: the store is not the backup, or more is left: %v", name, err)
		}
	}
}

// One that breaks while it keeps the store before leaves no part of it: a log without its store
// would be nobody's.
func TestAnExchangeThatBreaksLeavesNothingOfTheStoreItKept(t *testing.T) {
	dir := storagetest.Dir(t)
	path, backup := filepath.Join(dir, "belltower.db"), filepath.Join(dir, "copy.db")
	for _, name := range []string{path, backup} {
		db, err := openStore(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path+".log0", []byte("commits"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path+".log1", 0o700); err != nil { // it cannot be copied
		t.Fatal(err)
	}
	if _, err := (exchange{store: path, fresh: "restoring", before: "before-restore"}).put(backup, func(*boltdb.DB) error { return nil }); err == nil {
		t.Error("exchanged")
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.Contains(f.Name(), "before-restore") || strings.Contains(f.Name(), "restoring") {
			t.Errorf("%s is left", f.Name())
		}
	}
}

func note(t *testing.T, db *boltdb.DB, what string) {
	t.Helper()
	if err := db.Update(context.Background(), func(tx storage.Tx) error { return tx.Put(storage.K("note").Str(what), []byte("{}")) }); err != nil {
		t.Fatal(err)
	}
}

// noted opens the store at path and reports whether something was noted in it.
func noted(t *testing.T, path, what string) (there bool) {
	t.Helper()
	db, err := openStore(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(context.Background(), func(tx storage.Tx) error {
		b, err := tx.Get(storage.K("note").Str(what))
		there = b != nil
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return there
}
