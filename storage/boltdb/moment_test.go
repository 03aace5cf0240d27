package boltdb_test

import (
	"context"
	"encoding/binary"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

// TestViewsWhileMoving commits numbers, each to the next of a few keys, and moves them into
// the tree, while many look: whoever does sees the last few numbers, without a gap.
func TestViewsWhileMoving(t *testing.T) {
	const keys, commits, viewers = 3, 2000, 64
	db := open(t, filepath.Join(storagetest.Dir(t), "t.db"), boltdb.Options{})
	number := func(n uint64) func(storage.Tx) error {
		return func(tx storage.Tx) error {
			return tx.Put([]byte{'k', byte(n % keys)}, binary.BigEndian.AppendUint64(nil, n))
		}
	}
	for n := range uint64(keys) {
		if err := db.Update(context.Background(), number(n)); err != nil {
			t.Fatal(err)
		}
	}
	var stop atomic.Bool
	var viewing sync.WaitGroup
	for range viewers {
		viewing.Go(func() {
			for !stop.Load() {
				seen, err := numbers(db)
				if err != nil || len(seen) != keys {
					t.Errorf("a view saw %d, %v", seen, err)
					return
				}
				lowest, highest := seen[0], seen[0]
				for _, n := range seen {
					lowest, highest = min(lowest, n), max(highest, n)
				}
				if highest-lowest != keys-1 {
					t.Errorf("a view saw %d", seen)
					return
				}
			}
		})
	}
	for n := range uint64(commits) {
		if err := db.Update(context.Background(), number(n+keys)); err != nil {
			t.Fatal(err)
		}
		if n%5 == 0 {
			if err := db.Move(); err != nil {
				t.Fatal(err)
			}
		}
	}
	stop.Store(true)
	viewing.Wait()
	shut(t, db)
}

// numbers returns what the keys hold.
func numbers(db *boltdb.DB) (seen []uint64, err error) {
	err = db.View(context.Background(), func(tx storage.Tx) error {
		seen = nil
		return tx.Scan(nil, nil, 0, func(_, value []byte) (bool, error) {
			seen = append(seen, binary.BigEndian.Uint64(value))
			return true, nil
		})
	})
	return seen, err
}
