package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/umassonline/belltower/storage"
)

// files lists the names of the files in a folder.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// Each night at half past three the record is copied, and the oldest copies go; what is
// not ours stays. A night that fails is told to ops, once.
func TestTheRecordIsCopiedEachNight(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		dir := filepath.Join(b.dir, "copies")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"belltower-2026-11-30.db", "belltower-2026-12-01.db.123", "notes.txt"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		b.stop()
		b.more = "[storage]\nbackup_dir = \"copies\"\nbackup_keep = 2\n"
		b.start()
		b.until("2026-12-03 03:29")
		if got := files(t, dir); len(got) != 3 {
			t.Errorf("before the night: %v", got)
		}
		b.until("2026-12-05 03:30")
		if got, want := files(t, dir), []string{"belltower-2026-12-04.db", "belltower-2026-12-05.db", "notes.txt"}; !slices.Equal(got, want) {
			t.Errorf("after three nights: %v, want %v", got, want)
		}
		b.story.NothingElse()
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		b.until("2026-12-06 12:00")
		b.story.Expect(ops, "The backup of this night failed (not a directory)")
	})
}

// What a night has copied is restored as any backup is.
func TestTheCopyOfANightIsRestored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.do("incident declare learn down")
	w.story.Expect(ops, "INC-1")
	w.settled()
	w.stop()
	db, err := openStore(w.in("data/belltower.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	n := nightBackup{dir: w.in("copies"), keep: 1, db: db}
	for day := range 2 {
		if err := n.make(t.Context(), time.Date(2026, 12, 6+day, 3, 30, 0, 0, zone(t))); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if got := files(t, w.in("copies")); !slices.Equal(got, []string{"belltower-2026-12-07.db"}) {
		t.Fatalf("copied: %v", got)
	}
	info, err := os.Stat(w.in("copies/belltower-2026-12-07.db"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if err := os.RemoveAll(w.in("data")); err != nil {
		t.Fatal(err)
	}
	w.works("restore", w.in("copies/belltower-2026-12-07.db"))
	w.start()
	w.story.Expect(ops, "The record was restored")
	w.settled()
}

// endless is a store whose copy has no end; it says when it is being written.
type endless struct {
	storage.DB
	writes chan<- struct{}
}

func (e endless) Backup(w io.Writer) error {
	for {
		if _, err := w.Write(make([]byte, 32<<10)); err != nil {
			return err
		}
		select {
		case e.writes <- struct{}{}:
		default:
		}
	}
}

// A copy that takes long, as of a large record over a slow network, ends with the bot: a
// stop, and the loading of the configuration, do not wait for it. Nothing of it is left.
func TestACopyEndsWithTheBot(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	writes := make(chan struct{})
	n := nightBackup{dir: t.TempDir(), keep: 1, db: endless{writes: writes}}
	ended := make(chan error, 1)
	go func() { ended <- n.make(ctx, four) }()
	<-writes
	stop()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("it ends with %v", err)
		}
	case <-time.After(patience):
		t.Fatal("it goes on")
	}
	if left := files(t, n.dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
