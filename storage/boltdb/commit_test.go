package boltdb_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// queue is a store that is held busy, so that all calls that come queue up.
type queue struct {
	t       *testing.T
	release chan struct{}
	calls   sync.WaitGroup
}

// hold begins an Update on db, which is to return want, and waits inside it for run.
func hold(t *testing.T, db *boltdb.DB, fn func(storage.Tx) error, want error) *queue {
	q := &queue{t: t, release: make(chan struct{})}
	q.add(func() error {
		return db.Update(context.Background(), func(tx storage.Tx) error {
			<-q.release
			return fn(tx)
		})
	}, want)
	return q
}

// add makes a call, which is to return want, and lets it queue.
func (q *queue) add(call func() error, want error) {
	q.calls.Go(func() {
		if err := call(); !errors.Is(err, want) {
			q.t.Errorf("a call returned %v, want %v", err, want)
		}
	})
	synctest.Wait()
}

// run lets the calls run to their ends.
func (q *queue) run() {
	close(q.release)
	q.calls.Wait()
}

func nothing(storage.Tx) error { return nil }

// inBubble runs a test on a new store, on fake time.
func inBubble(t *testing.T, test func(t *testing.T, db *boltdb.DB)) {
	path := filepath.Join(t.TempDir(), "t.db")
	synctest.Test(t, func(t *testing.T) {
		db := open(t, path, boltdb.Options{})
		defer shut(t, db)
		test(t, db)
	})
}

func TestQueuedCallsCommitTogether(t *testing.T) {
	inBubble(t, func(t *testing.T, db *boltdb.DB) {
		var ran []string
		note := func(name string) func(storage.Tx) error {
			return func(tx storage.Tx) error {
				v, err := tx.Get([]byte("names"))
				ran = append(ran, string(v)+name)
				return errors.Join(err, tx.Put([]byte("names"), append(v, name...)))
			}
		}
		before := db.Commits()
		q := hold(t, db, note("1"), nil)
		for _, name := range []string{"b", "c"} {
			q.add(func() error { return db.Background(context.Background(), note(name)) }, nil)
		}
		for _, name := range []string{"2", "3"} {
			q.add(func() error { return db.Update(context.Background(), note(name)) }, nil)
		}
		q.run()
		if want := []string{"1", "12", "123", "123b", "123bc"}; !slices.Equal(ran, want) {
			t.Errorf("each saw, Updates first: %q, want %q", ran, want)
		}
		if n := db.Commits() - before; n != 1 {
			t.Errorf("%d commits for calls that were queued together, want 1", n)
		}
	})
}

// TestBackgroundIsTakenInHelpings keeps an Update from waiting for all the
// background work that was queued before it.
func TestBackgroundIsTakenInHelpings(t *testing.T) {
	inBubble(t, func(t *testing.T, db *boltdb.DB) {
		before := db.Commits()
		q := hold(t, db, nothing, nil)
		for range 5 {
			q.add(func() error {
				return db.Background(context.Background(), func(tx storage.Tx) (err error) {
					for i := range storage.MaxWrites {
						err = errors.Join(err, tx.Put([]byte{byte(i)}, []byte("v")))
					}
					return err
				})
			}, nil)
		}
		q.run()
		if n := db.Commits() - before; n != 3 {
			t.Errorf("five full background transactions took %d commits, want 3 of at most two", n)
		}
	})
}

func TestCancelledWhileQueued(t *testing.T) {
	inBubble(t, func(t *testing.T, db *boltdb.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		q := hold(t, db, nothing, nil)
		q.add(func() error { return db.Update(ctx, put("withdrawn", "v")) }, context.Canceled)
		q.add(func() error { return db.Update(context.Background(), put("kept", "v")) }, nil)
		cancel()
		synctest.Wait()
		q.run()
		wantContent(t, db, "after one of two queued calls was cancelled", "kept=v")
	})
}

// TestViewsPassTheQueue reads while a transaction runs that others wait for.
func TestViewsPassTheQueue(t *testing.T) {
	inBubble(t, func(t *testing.T, db *boltdb.DB) {
		if err := db.Update(context.Background(), put("a", "1")); err != nil {
			t.Fatal(err)
		}
		q := hold(t, db, put("a", "2"), nil)
		q.add(func() error { return db.Update(context.Background(), put("b", "2")) }, nil)
		wantContent(t, db, "while others write", "a=1")
		q.run()
		wantContent(t, db, "afterwards", "a=2", "b=2")
	})
}

// TestExitInTransaction ends a goroutine from inside a transaction, as a test
// that fails there does. Nobody hangs, and nothing of the group is stored.
func TestExitInTransaction(t *testing.T) {
	inBubble(t, func(t *testing.T, db *boltdb.DB) {
		q := hold(t, db, nothing, nil)
		q.add(func() error { return db.Update(context.Background(), put("a", "1")) }, storage.ErrUnavailable)
		exit := func(storage.Tx) error { runtime.Goexit(); return nil }
		q.add(func() error { return db.Update(context.Background(), exit) }, storage.ErrUnavailable)
		q.run()
		wantContent(t, db, "after the exit")
		if err := db.Update(context.Background(), put("a", "2")); err != nil {
			t.Error(err)
		}
		wantContent(t, db, "after the next update", "a=2")
	})
}

// TestFailedGroup fails the commit of a group in which one call refused because
// of what another had written: its refusal is not true then.
func TestFailedGroup(t *testing.T) {
	disk := mountFaults(t)
	taken := errors.New("taken")
	take := func(tx storage.Tx) error {
		v, err := tx.Get([]byte("name"))
		if v != nil {
			return taken
		}
		return errors.Join(err, tx.Put([]byte("name"), []byte("v")))
	}
	synctest.Test(t, func(t *testing.T) {
		db := open(t, filepath.Join(disk.mount, "t.db"), boltdb.Options{})
		defer shut(t, db)
		q := hold(t, db, func(storage.Tx) error { return taken }, taken)
		q.add(func() error { return db.Update(context.Background(), take) }, storage.ErrUnavailable)
		q.add(func() error { return db.Update(context.Background(), take) }, storage.ErrUnavailable)
		disk.next(t, plan{Fault: writeRefused, First: 0, Count: 1})
		q.run()
		disk.next(t, plan{})
		wantContent(t, db, "after the failed commit")
	})
}
