package boltdb_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// killedStore returns the file of a store of some pages, as a kill leaves it.
func killedStore(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.db")
	db := open(t, path, boltdb.Options{})
	defer shut(t, db)
	for i := range 100 {
		if err := db.Update(context.Background(), put(fmt.Sprintf("%03d", i), strings.Repeat("x", 500))); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Move(); err != nil {
		t.Fatal(err)
	}
	stats, err := db.Stats()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return file[:stats.Bytes]
}

// tryOpen opens file as a store and closes it. Whatever is in the file, that
// must not end the process.
func tryOpen(t *testing.T, file []byte) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := boltdb.Open(path, boltdb.Options{})
	if err != nil {
		return err
	}
	return db.Close()
}

func TestWhatIsNoStore(t *testing.T) {
	whole := killedStore(t)
	for name, file := range map[string][]byte{
		"text":                  []byte("hello\n"),
		"a page of text":        []byte(strings.Repeat("hello\n", 10_000)),
		"zeros":                 make([]byte, 100_000),
		"a file cut short":      whole[:len(whole)-1],
		"a file of two pages":   whole[:2*os.Getpagesize()],
		"a file of half a page": whole[:os.Getpagesize()/2],
	} {
		if err := tryOpen(t, file); err == nil || !strings.Contains(err.Error(), "is damaged or not a store: restore a backup") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := tryOpen(t, whole); err != nil {
		t.Errorf("the undamaged file: %v", err)
	}
}

// TestLostPages opens files one page of which was never written, or was written
// over by another. A page that nothing refers to may be anything.
func TestLostPages(t *testing.T) {
	whole, size := killedStore(t), os.Getpagesize()
	pages := slices.Collect(slices.Chunk(whole, size))
	refused := 0
	for i := range pages {
		for name, with := range map[string][]byte{
			"zeros": make([]byte, size), "its neighbour": pages[(i+1)%len(pages)],
		} {
			file := slices.Concat(whole[:i*size], with, whole[(i+1)*size:])
			err := tryOpen(t, file)
			if err != nil {
				refused++
			}
			if err != nil && !strings.Contains(err.Error(), "is damaged") {
				t.Errorf("page %d replaced by %s: %v", i, name, err)
			}
		}
	}
	if refused < len(pages) {
		t.Errorf("only %d of %d damaged files were refused", refused, 2*len(pages))
	}
}

// TestFileCutWhileOpen takes away the pages of an open store. That is an error
// and not the end of the process.
func TestFileCutWhileOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	db := open(t, path, boltdb.Options{})
	for i := range 10 {
		if err := db.Update(context.Background(), put(fmt.Sprint(i), strings.Repeat("x", 3000))); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Move(); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 2*int64(os.Getpagesize())); err != nil {
		t.Fatal(err)
	}
	read := func(tx storage.Tx) error { _, err := tx.Get([]byte("5")); return err }
	for name, err := range map[string]error{
		"View":   db.View(context.Background(), read),
		"Update": db.Update(context.Background(), read),
	} {
		if !errors.Is(err, storage.ErrUnavailable) {
			t.Errorf("%s = %v, want ErrUnavailable", name, err)
		}
	}
}
