package boltdb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// smallDisk mounts a disk of 1 MiB for the time of the test.
func smallDisk(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	needs(t, "mounting a small disk", unix.Mount("none", folder, "tmpfs", 0, "size=1m"))
	t.Cleanup(func() {
		if err := unix.Unmount(folder, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return folder
}

// fill writes a file that leaves no room, and returns its path.
func fill(t *testing.T, folder string) (path string) {
	t.Helper()
	path = filepath.Join(folder, "filler")
	err := os.WriteFile(path, make([]byte, 2<<20), 0o600)
	if !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	return path
}

// TestFullDisk writes until the disk is full, reads on, and writes on as soon as
// somebody has made room, without opening the store anew.
func TestFullDisk(t *testing.T) {
	folder := smallDisk(t)
	path := filepath.Join(folder, "t.db")
	db := open(t, path, boltdb.Options{})
	filler := fill(t, folder)
	var want []string
	item := func(i int) func(storage.Tx) error {
		key := fmt.Sprintf("%03d", i)
		return put(key, key+string(bytes.Repeat([]byte("x"), 20_000)))
	}
	full := func(from int) (refusedAt int) {
		for i := from; ; i++ {
			err := db.Update(context.Background(), item(i))
			if err == nil {
				want = append(want, fmt.Sprintf("%03d=%03dxxxxx", i, i))
				continue
			}
			if !errors.Is(err, storage.ErrUnavailable) || !errors.Is(err, unix.ENOSPC) {
				t.Fatalf("a full disk made the error %v", err)
			}
			wantContent(t, db, "while the disk is full", want...)
			return i
		}
	}
	if n := full(0); n < 10 || n > 20 {
		t.Fatalf("%d updates fitted in the room that the log has on the full disk", n)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	n := full(len(want))
	if n < 10 {
		t.Errorf("only %d updates fitted when there was room", n)
	}
	shut(t, db)
	db = open(t, path, boltdb.Options{})
	wantContent(t, db, "reopened on the full disk", want...)
	shut(t, db)
}

// TestFileRemovedBeforeAFailure takes the file away from a store that then fails.
// An empty one in its place would pass for everything.
func TestFileRemovedBeforeAFailure(t *testing.T) {
	folder := smallDisk(t)
	path := filepath.Join(folder, "t.db")
	db := open(t, path, boltdb.Options{})
	filler := fill(t, folder)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	long := put("a", string(make([]byte, 100_000)))
	if err := db.Update(context.Background(), long); err != nil {
		t.Fatalf("an Update for which the log has room: %v", err)
	}
	if err := db.Move(); !errors.Is(err, unix.ENOSPC) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its move into the tree = %v, want that the disk is full and the file not there", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(context.Background(), long); !errors.Is(err, storage.ErrUnavailable) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the next Update = %v, want that the file is not there", err)
	}
	if err := db.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file was created anew (%v)", err)
	}
}

func TestNewStoreOnAFullDisk(t *testing.T) {
	folder := smallDisk(t)
	filler := fill(t, folder)
	path := filepath.Join(folder, "t.db")
	if _, err := boltdb.Open(path, boltdb.Options{}); !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("Open on a full disk: %v", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	db := open(t, path, boltdb.Options{})
	wantContent(t, db, "a new store after the first attempt failed")
	shut(t, db)
}
