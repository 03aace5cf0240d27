package boltdb_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

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

func TestFilesAreTheOwnersAlone(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "folder")
	path := filepath.Join(folder, "t.db")
	shut(t, open(t, path, boltdb.Options{}))
	for name, want := range map[string]os.FileMode{folder: 0o700, path: 0o600, path + ".lock": 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
}

// TestBackup takes a copy from inside a store that goes on changing, and opens it
// as a store of its own.
func TestBackup(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "t.db"), boltdb.Options{})
	defer shut(t, db)
	if err := db.Update(context.Background(), put("a", "1", "b", "1")); err != nil {
		t.Fatal(err)
	}
	var copied bytes.Buffer
	changing := writerFunc(func(p []byte) (int, error) {
		if err := db.Update(context.Background(), put("a", "2", "c", "2")); err != nil {
			return 0, err
		}
		return copied.Write(p)
	})
	if err := db.Backup(changing); err != nil {
		t.Fatal(err)
	}
	wantContent(t, db, "the store", "a=2", "b=1", "c=2")

	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, copied.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, want := range [][]string{{"a=1", "b=1"}, {"a=1", "b=1", "d=3"}} {
		restored := open(t, path, boltdb.Options{})
		wantContent(t, restored, "the copy", want...)
		if err := restored.Update(context.Background(), put("d", "3")); err != nil {
			t.Error(err)
		}
		shut(t, restored)
	}
}

type writerFunc func([]byte) (int, error)

func (w writerFunc) Write(p []byte) (int, error) { return w(p) }

func TestBackupToWhatCannotTakeIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	db := open(t, path, boltdb.Options{})
	broken := errors.New("broken pipe")
	err := db.Backup(writerFunc(func([]byte) (int, error) { return 0, broken }))
	if err == nil || !strings.Contains(err.Error(), "back up "+path) || !strings.Contains(err.Error(), broken.Error()) {
		t.Errorf("Backup = %v", err)
	}
	shut(t, db)
	if err := db.Backup(&bytes.Buffer{}); !errors.Is(err, storage.ErrClosed) {
		t.Errorf("Backup after Close = %v, want ErrClosed", err)
	}
}

func TestStats(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "t.db"), boltdb.Options{})
	defer shut(t, db)
	stats := func() boltdb.Stats {
		if err := db.Move(); err != nil {
			t.Fatal(err)
		}
		s, err := db.Stats()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	empty := stats()
	if err := db.Update(context.Background(), put("long", strings.Repeat("x", 500_000))); err != nil {
		t.Fatal(err)
	}
	full := stats()
	if full.Bytes < empty.Bytes+500_000 {
		t.Errorf("500,000 bytes were added to %+v, now %+v", empty, full)
	}
	if err := db.Update(context.Background(), func(tx storage.Tx) error { return tx.Delete([]byte("long")) }); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(context.Background(), put("short", "x")); err != nil {
		t.Fatal(err)
	}
	if freed := stats(); freed.FreeBytes < 500_000 {
		t.Errorf("500,000 bytes were deleted, now %+v", freed)
	}
}

// TestSecondProcess opens a store that another process holds.
func TestSecondProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	holder := startChild(t, "holder", path)
	if line, err := bufio.NewReader(holder.out).ReadString('\n'); line != "open\n" {
		t.Fatalf("the other process said %q, %v", line, err)
	}
	began := time.Now()
	_, err := boltdb.Open(path, boltdb.Options{})
	want := fmt.Sprintf("%s is in use by process %d (%s) since 20", path, holder.Process.Pid, filepath.Base(os.Args[0]))
	if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "stop that one first") {
		t.Errorf("Open = %v, want %q", err, want)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %v to say so", took)
	}
	if err := holder.stop(); err != nil {
		t.Fatal(err)
	}
	shut(t, open(t, path, boltdb.Options{}))

	holder = startChild(t, "holder", path)
	if _, err := bufio.NewReader(holder.out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	holder.kill(t)
	shut(t, open(t, path, boltdb.Options{}))
}

// TestHolderElsewhere reads what a holder in another container, or none that can
// be read, has left in the lock.
func TestHolderElsewhere(t *testing.T) {
	here, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for written, want := range map[string]string{
		"7 elsewhere\n":           "in use by process 7 on host or in container elsewhere since 20",
		"99999999 " + here + "\n": "in use by a process that is not visible here, of another container perhaps (it called itself 99999999, at 20",
		"":                        "in use by another process: stop",
	} {
		path := filepath.Join(t.TempDir(), "t.db")
		db := open(t, path, boltdb.Options{})
		if err := os.WriteFile(path+".lock", []byte(written), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := boltdb.Open(path, boltdb.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a lock that says %q: %v, want %q", written, err, want)
		}
		shut(t, db)
	}
}

// TestHeldByATool opens a store that a program for bbolt files has open.
func TestHeldByATool(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	shut(t, open(t, path, boltdb.Options{}))
	tool, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := boltdb.Open(path, boltdb.Options{}); err == nil || !strings.Contains(err.Error(), "is held by another program") {
		t.Errorf("Open = %v", err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %v to say so", took)
	}
	if err := tool.Close(); err != nil {
		t.Fatal(err)
	}
	shut(t, open(t, path, boltdb.Options{}))
}

// TestFreePagesAreListedAtACleanStop, and at no other commit.
func TestFreePagesAreListedAtACleanStop(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	shut(t, open(t, path, boltdb.Options{}))
	db := open(t, path, boltdb.Options{})
	defer shut(t, db)
	if listed, err := db.FreePagesListed(); err != nil || !listed {
		t.Errorf("after a clean stop the free pages are listed: %v, %v", listed, err)
	}
	for _, value := range []string{"1", "2"} {
		if err := errors.Join(db.Update(context.Background(), put("a", value)), db.Move()); err != nil {
			t.Fatal(err)
		}
		if listed, err := db.FreePagesListed(); err != nil || listed {
			t.Errorf("after an update the free pages are listed: %v, %v", listed, err)
		}
	}
}

func TestFailuresAreLogged(t *testing.T) {
	disk := mountFaults(t)
	var log bytes.Buffer
	db := open(t, filepath.Join(disk.mount, "t.db"), boltdb.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	defer shut(t, db)
	disk.next(t, plan{Fault: syncLost, First: 0, Count: 1000})
	if err := db.Update(context.Background(), put("a", "1")); !errors.Is(err, storage.ErrUnknown) {
		t.Errorf("Update on a failing disk = %v, want ErrUnknown", err)
	}
	if err := db.Update(context.Background(), put("b", "1")); !errors.Is(err, storage.ErrUnavailable) {
		t.Errorf("Update before the disk works again = %v, want ErrUnavailable", err)
	}
	disk.next(t, plan{})
	wantContent(t, db, "when the disk works again neither is there")
	for _, want := range []string{`msg="commit failed"`, "input/output error", `msg="store works again"`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, log.String())
		}
	}
}
