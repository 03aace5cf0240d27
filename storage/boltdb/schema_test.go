package boltdb_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// rename moves what is under one key to another, once.
func rename(from, to string) boltdb.Migration {
	return func(db storage.DB) error {
		return db.Update(context.Background(), func(tx storage.Tx) error {
			v, err := tx.Get([]byte(from))
			if err != nil || v == nil {
				return err
			}
			return errors.Join(tx.Put([]byte(to), v), tx.Delete([]byte(from)))
		})
	}
}

// stored returns the path of a store of schema 1 that holds a=1.
func storedA(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "t.db")
	db := open(t, path, boltdb.Options{Schema: 1})
	if err := db.Update(context.Background(), put("a", "1")); err != nil {
		t.Fatal(err)
	}
	shut(t, db)
	return path
}

func TestMigration(t *testing.T) {
	path := storedA(t)
	var log bytes.Buffer
	opts := boltdb.Options{
		Schema:     3,
		Migrations: []boltdb.Migration{rename("a", "b"), rename("b", "c")},
		Logger:     slog.New(slog.NewTextHandler(&log, nil)),
	}
	for range 2 {
		db := open(t, path, opts)
		wantContent(t, db, "migrated", "c=1")
		shut(t, db)
	}
	if n := strings.Count(log.String(), "migrating the store"); n != 1 {
		t.Errorf("migrated %d times, want once:\n%s", n, &log)
	}
	backup := open(t, path+".schema-1", boltdb.Options{Schema: 1})
	wantContent(t, backup, "the copy from before", "a=1")
	shut(t, backup)
	wantFiles(t, path, "t.db", "t.db.lock", "t.db.schema-1", "t.db.schema-1.lock")
}

// wantFiles checks what stands beside path.
func wantFiles(t *testing.T, path string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o, want 600", e.Name(), info.Mode().Perm())
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
}

// TestInterruptedMigration fails in the second step, and goes on from there the
// next time. The copy stays the one from before the first.
func TestInterruptedMigration(t *testing.T) {
	path := storedA(t)
	boom := errors.New("boom")
	half := func(db storage.DB) error {
		return errors.Join(db.Update(context.Background(), put("half", "done")), boom)
	}
	never := func(storage.DB) error {
		t.Error("a step that was done is done again")
		return nil
	}
	_, err := boltdb.Open(path, boltdb.Options{Schema: 3, Migrations: []boltdb.Migration{rename("a", "b"), half}})
	want := "migrate " + path + " from schema 2 to 3 (a copy from before is " + path + ".schema-1)"
	if !errors.Is(err, boom) || !strings.Contains(err.Error(), want) {
		t.Errorf("Open = %v, want %q", err, want)
	}
	db := open(t, path, boltdb.Options{Schema: 3, Migrations: []boltdb.Migration{never, rename("b", "c")}})
	wantContent(t, db, "migrated at the second attempt", "c=1", "half=done")
	shut(t, db)
	backup := open(t, path+".schema-1", boltdb.Options{})
	wantContent(t, backup, "the copy from before", "a=1")
	shut(t, backup)
	wantFiles(t, path, "t.db", "t.db.lock", "t.db.schema-1", "t.db.schema-1.lock")
}

// What a newer version began to move about is not opened by an older one, which would miss
// a part of it; the newer one goes on, and so does one that is newer still.
func TestAHalfMigratedStoreIsNotOpenedByAnOlderVersion(t *testing.T) {
	path := storedA(t)
	fail := func(storage.DB) error { return errors.New("boom") }
	steps := []boltdb.Migration{rename("a", "b"), fail}
	if _, err := boltdb.Open(path, boltdb.Options{Schema: 3, Migrations: steps}); err == nil {
		t.Fatal("a failing migration went through")
	}
	for schema := 1; schema <= 2; schema++ {
		_, err := boltdb.Open(path, boltdb.Options{Schema: schema, Migrations: steps[:schema-1]})
		if want := "this version knows " + strconv.Itoa(schema); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("schema %d: Open = %v, want %q", schema, err, want)
		}
	}
	if _, err := boltdb.Open(path, boltdb.Options{Schema: 2, Migrations: steps[:1]}); err == nil || !strings.Contains(err.Error(), path+".schema-1, in its place") {
		t.Errorf("Open = %v", err)
	}
	db := open(t, path, boltdb.Options{Schema: 4, Migrations: []boltdb.Migration{fail, rename("b", "c"), rename("c", "d")}})
	wantContent(t, db, "migrated", "d=1")
	shut(t, db)
	db = open(t, path, boltdb.Options{Schema: 4, Migrations: []boltdb.Migration{fail, fail, fail}})
	shut(t, db)
}

func TestEachMigrationMakesItsOwnBackup(t *testing.T) {
	path := storedA(t)
	fail := func(storage.DB) error { return errors.New("boom") }
	db := open(t, path, boltdb.Options{Schema: 2, Migrations: []boltdb.Migration{rename("a", "b")}})
	if err := db.Update(context.Background(), put("d", "1")); err != nil {
		t.Fatal(err)
	}
	shut(t, db)
	db = open(t, path, boltdb.Options{Schema: 3, Migrations: []boltdb.Migration{fail, rename("b", "c")}})
	wantContent(t, db, "migrated", "c=1", "d=1")
	shut(t, db)
	backup := open(t, path+".schema-2", boltdb.Options{Schema: 2, Migrations: []boltdb.Migration{fail}})
	wantContent(t, backup, "the copy from before the second migration", "b=1", "d=1")
	shut(t, backup)
}

// TestNoMigrationWithoutItsBackup puts a folder where the copy should go.
func TestNoMigrationWithoutItsBackup(t *testing.T) {
	path := storedA(t)
	if err := os.MkdirAll(path+".schema-1/in-the-way", 0o700); err != nil {
		t.Fatal(err)
	}
	never := func(storage.DB) error {
		t.Error("migrated without a copy")
		return nil
	}
	_, err := boltdb.Open(path, boltdb.Options{Schema: 2, Migrations: []boltdb.Migration{never}})
	if err == nil || !strings.Contains(err.Error(), "back up "+path+" before its migration") {
		t.Errorf("Open = %v", err)
	}
	db := open(t, path, boltdb.Options{})
	wantContent(t, db, "not migrated", "a=1")
	shut(t, db)
	if left, _ := filepath.Glob(path + ".schema-1.*"); left != nil {
		t.Errorf("left behind: %q", left)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	path := storedA(t)
	step := boltdb.Migration(func(storage.DB) error { return nil })
	shut(t, open(t, path, boltdb.Options{Schema: 2, Migrations: []boltdb.Migration{step}}))
	stored, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = boltdb.Open(path, boltdb.Options{Schema: 1})
	want := path + " has schema 2 and this version knows 1: run the newer version that wrote it, or restore the backup made before"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Open = %v, want %q", err, want)
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, stored) {
		t.Errorf("the refused file was changed (%v)", err)
	}
}

func TestMigrationsMustBeComplete(t *testing.T) {
	_, err := boltdb.Open(filepath.Join(t.TempDir(), "t.db"), boltdb.Options{Schema: 3, Migrations: []boltdb.Migration{nil}})
	if err == nil || !strings.Contains(err.Error(), "schema 3 needs 2 migrations, got 1") {
		t.Errorf("Open = %v", err)
	}
}

func TestAnotherProgramsFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	other, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = other.Update(func(btx *bolt.Tx) error { _, err := btx.CreateBucket([]byte("secrets")); return err })
	if err := errors.Join(err, other.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := boltdb.Open(path, boltdb.Options{}); err == nil || !strings.Contains(err.Error(), `belongs to another program (it holds "secrets")`) {
		t.Errorf("Open = %v", err)
	}
}
