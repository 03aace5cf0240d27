package boltdb_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// outcome is what a caller is told of a transaction.
type outcome string

const (
	stored  outcome = "stored"
	refused outcome = "refused, nothing written"
	unknown outcome = "unknown"
)

func outcomeOf(t *testing.T, err error) outcome {
	t.Helper()
	switch {
	case err == nil:
		return stored
	case errors.Is(err, storage.ErrUnknown):
		return unknown
	case errors.Is(err, storage.ErrUnavailable):
		return refused
	}
	t.Errorf("a failing disk made the error %v", err)
	return ""
}

// content returns all that db holds, as key=value, without the long values.
func content(db *boltdb.DB) (pairs []string, err error) {
	err = db.View(context.Background(), func(tx storage.Tx) error {
		pairs = nil
		return tx.Scan(nil, nil, 0, func(key, value []byte) (bool, error) {
			pairs = append(pairs, fmt.Sprintf("%s=%.8s", key, value))
			return true, nil
		})
	})
	return pairs, err
}

func wantContent(t *testing.T, db *boltdb.DB, what string, want ...string) {
	t.Helper()
	got, err := content(db)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%s: %v (-want +got):\n%s", what, err, diff)
	}
}

var (
	before = []string{"a=old", "gone=old"}
	after  = []string{"a=new", "long=xxxxxxxx"}
)

func change(tx storage.Tx) error {
	return errors.Join(put("a", "new", "long", strings.Repeat("x", 30_000))(tx), tx.Delete([]byte("gone")))
}

// TestFailedCommit lets each write and each sync of a commit and of its move into the tree
// fail, alone and with those that follow, on which the store tries to find out what happened.
func TestFailedCommit(t *testing.T) {
	disk := mountFaults(t)
	path := filepath.Join(disk.mount, "counted.db")
	db := open(t, path, boltdb.Options{})
	disk.next(t, plan{})
	if err := db.Update(context.Background(), put("a", "old", "gone", "old")); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Move(), db.Update(context.Background(), change), db.Move()); err != nil {
		t.Fatal(err)
	}
	most := disk.next(t, plan{})
	shut(t, db)

	seen := make(map[outcome]int)
	for _, f := range []fault{writeRefused, writeTorn, writeKept, syncLost, syncKept, syncTorn} {
		for first := range max(most.Writes, most.Syncs) {
			for _, count := range []int{1, 2, 3, 1000} {
				seen[failOnce(t, disk, plan{Fault: f, First: first, Count: count})]++
			}
		}
	}
	if len(seen) != 3 {
		t.Errorf("not every outcome was met: %v", seen)
	}
}

// failOnce changes a new store while the disk follows p, and compares what was
// answered with what is there, and with what a power cut leaves.
func failOnce(t *testing.T, disk *faultyDisk, p plan) outcome {
	t.Helper()
	what := fmt.Sprintf("%s, %d times after %d", p.Fault, p.Count, p.First)
	path := filepath.Join(disk.mount, strings.ReplaceAll(what, " ", "-")+".db")
	db := open(t, path, boltdb.Options{})
	if err := db.Update(context.Background(), put("a", "old", "gone", "old")); err != nil {
		t.Fatal(err)
	}
	if p.First%2 == 0 { // else old and new are moved together
		if err := db.Move(); err != nil {
			t.Fatal(err)
		}
	}
	disk.next(t, p)
	sawAfter := watch(t, what, db)
	told := outcomeOf(t, db.Update(context.Background(), change))
	_ = db.Move() // what was committed stays in the log if it fails
	early := sawAfter()
	cut := open(t, disk.next(t, plan{}).restore(t), boltdb.Options{})
	if early {
		wantContent(t, cut, what+": a view saw the change, which after a power cut is", after...)
	}
	want := map[outcome][]string{stored: after, refused: before}[told]
	if told == unknown {
		var err error
		if want, err = content(db); err != nil || !slices.Equal(want, before) && !slices.Equal(want, after) {
			t.Errorf("%s: after an unknown outcome the store holds %q, %v", what, want, err)
		}
	} else {
		wantContent(t, cut, what+": after a power cut", want...)
	}
	shut(t, cut)
	wantContent(t, db, what+": when the disk works again", want...)

	if err := db.Update(context.Background(), put("z", "next")); err != nil {
		t.Errorf("%s: the next update: %v", what, err)
	}
	want = append(slices.Clone(want), "z=next")
	cut = open(t, disk.next(t, plan{}).restore(t), boltdb.Options{})
	wantContent(t, cut, what+": after a power cut behind the next update", want...)
	shut(t, cut)
	shut(t, db)
	db = open(t, path, boltdb.Options{})
	wantContent(t, db, what+": reopened", want...)
	shut(t, db)
	return told
}

// watch views db again and again until it is called off, and then says whether
// the change was seen.
func watch(t *testing.T, what string, db *boltdb.DB) (sawAfter func() bool) {
	stop, watched := make(chan struct{}), make(chan bool)
	go func() {
		saw := false
		for {
			pairs, err := content(db)
			switch {
			case err == nil && slices.Equal(pairs, after):
				saw = true
			case err != nil && outcomeOf(t, err) != refused, err == nil && !slices.Equal(pairs, before):
				t.Errorf("%s: a view meanwhile saw %q, %v", what, pairs, err)
			}
			select {
			case <-stop:
				watched <- saw
				return
			default:
			}
		}
	}()
	return func() bool { close(stop); return <-watched }
}

// TestFailingWhileMany lets a disk fail now and then while several callers
// write, and compares each one's answers with what is there.
func TestFailingWhileMany(t *testing.T) {
	disk := mountFaults(t)
	db := open(t, filepath.Join(disk.mount, "many.db"), boltdb.Options{})
	faults := []fault{writeRefused, writeTorn, writeKept, syncLost, syncKept, syncTorn}
	kept, seen := make(map[string]bool), make(map[outcome]int)
	for round := range 60 {
		disk.next(t, plan{Fault: faults[round%len(faults)], First: round % 7, Count: 1 + round%3})
		told := make([]outcome, 6)
		var wg sync.WaitGroup
		for i := range told {
			wg.Go(func() {
				told[i] = outcomeOf(t, db.Update(context.Background(), put(callerKey(round, i), "v")))
			})
		}
		wg.Wait()
		disk.next(t, plan{})
		pairs, err := content(db)
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range told {
			seen[o]++
			is := slices.Contains(pairs, callerKey(round, i)+"=v")
			if o == stored && !is || o == refused && is {
				t.Errorf("round %d, caller %d was told %q; there: %v", round, i, o, is)
			}
			if is {
				kept[callerKey(round, i)+"=v"] = true
			}
		}
		if want := slices.Sorted(maps.Keys(kept)); !slices.Equal(pairs, want) {
			t.Fatalf("round %d: the store holds %q, want %q", round, pairs, want)
		}
	}
	if seen[stored] == 0 || seen[refused] == 0 {
		t.Errorf("only some outcomes were met: %v", seen)
	}
	shut(t, db)
}

func callerKey(round, i int) string { return fmt.Sprintf("%03d/%d", round, i) }

// TestFailedStopAndStart lets the disk fail while a store is closed and opened.
func TestFailedStopAndStart(t *testing.T) {
	disk := mountFaults(t)
	for _, f := range []fault{writeRefused, writeTorn, writeKept, syncLost, syncKept, syncTorn} {
		for first := range 4 {
			what := fmt.Sprintf("%s after %d", f, first)
			path := filepath.Join(disk.mount, strings.ReplaceAll(what, " ", "-")+".db")
			db := open(t, path, boltdb.Options{})
			if err := db.Update(context.Background(), put("a", "old", "gone", "old")); err != nil {
				t.Fatal(err)
			}
			disk.next(t, plan{Fault: f, First: first, Count: 1000})
			shut(t, db)
			cut := open(t, disk.next(t, plan{Fault: f, First: first, Count: 1000}).restore(t), boltdb.Options{})
			wantContent(t, cut, what+": after a power cut at the stop", before...)
			shut(t, cut)
			if db, err := boltdb.Open(path, boltdb.Options{}); err == nil {
				wantContent(t, db, what+": opened meanwhile", before...)
				shut(t, db)
			}
			disk.next(t, plan{})
			db = open(t, path, boltdb.Options{})
			wantContent(t, db, what+": opened when the disk works again", before...)
			shut(t, db)
		}
	}
}

// TestFailedMovesRefuseNothing lets no sync of the tree succeed while commits go on: the logs
// take them.
func TestFailedMovesRefuseNothing(t *testing.T) {
	disk := mountFaults(t)
	db := open(t, filepath.Join(disk.mount, "t.db"), boltdb.Options{})
	disk.next(t, plan{Fault: syncLost, Count: 1_000_000, Of: ".db"})
	stop := make(chan struct{})
	var working sync.WaitGroup
	for i := range 4 {
		working.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := db.Update(context.Background(), put(callerKey(0, i), "v")); err != nil {
					t.Errorf("Update: %v", err)
					return
				}
			}
		})
	}
	for range 200 {
		updates(t, db, "a", "v")
		if err := db.Move(); err == nil {
			t.Error("a move is done without a sync")
		}
	}
	close(stop)
	working.Wait()
	disk.next(t, plan{})
	shut(t, db)
}

// TestFailedStartBehindAKill lets the disk fail while a store is opened that was killed, with
// commits in its log, and has it go on: what it says is stored then outlasts a power cut.
func TestFailedStartBehindAKill(t *testing.T) {
	disk := mountFaults(t)
	opened := 0
	for _, f := range []fault{writeRefused, writeTorn, writeKept, syncLost, syncKept, syncTorn} {
		for first := range 10 {
			for _, count := range []int{1, 2, 3} {
				what := fmt.Sprintf("%s, %d times after %d", f, count, first)
				path := filepath.Join(disk.mount, strings.ReplaceAll(what, " ", "-")+".db")
				db := open(t, path, boltdb.Options{})
				updates(t, db, "a", "1", "b", "2")
				if err := db.Abandon(); err != nil {
					t.Fatal(err)
				}
				disk.next(t, plan{Fault: f, First: first, Count: count})
				want := []string{"a=1", "b=2"}
				if db, err := boltdb.Open(path, boltdb.Options{}); err == nil {
					opened++
					disk.next(t, plan{})
					wantContent(t, db, what+": opened meanwhile", want...)
					updates(t, db, "c", "3")
					want = append(want, "c=3")
					if err := db.Abandon(); err != nil {
						t.Fatal(err)
					}
				}
				cut := open(t, disk.next(t, plan{}).restore(t), boltdb.Options{})
				wantContent(t, cut, what+": after a power cut", want...)
				shut(t, cut)
			}
		}
	}
	if opened == 0 {
		t.Error("it was never opened")
	}
}
