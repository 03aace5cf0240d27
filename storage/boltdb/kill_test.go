package boltdb_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

const (
	writers = 4
	maxItem = 3000 // bytes, so that many pages are written and freed
)

// writeUntilKilled counts, in several goroutines, each in a key of its own and in
// one key for each count, and prints a count once it is stored.
func writeUntilKilled(path string) error {
	db, err := boltdb.Open(path, boltdb.Options{})
	if err != nil {
		return err
	}
	failed := make(chan error)
	for w := range writers {
		go func() {
			for {
				n, err := countUp(db, w)
				if err != nil {
					failed <- err
					return
				}
				fmt.Printf("%d %d\n", w, n)
			}
		}()
	}
	return <-failed
}

func countKey(w int) []byte { return fmt.Appendf(nil, "count/%d", w) }

func itemKey(w, n int) []byte { return fmt.Appendf(nil, "item/%d/%08d", w, n) }

func countUp(db *boltdb.DB, w int) (n int, err error) {
	err = db.Update(context.Background(), func(tx storage.Tx) error {
		if n, err = count(tx, w); err != nil {
			return err
		}
		n++
		return errors.Join(
			tx.Put(countKey(w), strconv.AppendInt(nil, int64(n), 10)),
			tx.Put(itemKey(w, n), make([]byte, n%maxItem)))
	})
	return n, err
}

// count returns what writer w has counted to.
func count(tx storage.Tx, w int) (int, error) {
	b, err := tx.Get(countKey(w))
	if err != nil || b == nil {
		return 0, err
	}
	return strconv.Atoi(string(b))
}

// TestKilled kills a writing process again and again on the same file. What it
// had reported is there, and nothing is there by half.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	for range 8 {
		c := startChild(t, "writer", path)
		told := make(map[int]int)
		left := 50 + rand.IntN(400)
		for lines := bufio.NewScanner(c.out); lines.Scan(); left-- {
			if left == 0 {
				c.kill(t)
			}
			var w, n int
			if _, err := fmt.Sscanf(lines.Text(), "%d %d", &w, &n); err == nil {
				told[w] = n
			}
		}
		if left > 0 {
			t.Fatal("the writing process ended before it was killed")
		}
		checkCounts(t, path, told)
	}
}

// checkCounts opens the store and compares each writer's count and items with
// what it told.
func checkCounts(t *testing.T, path string, told map[int]int) {
	t.Helper()
	db := open(t, path, boltdb.Options{})
	defer shut(t, db)
	for w := range writers {
		var n, items int
		err := db.View(context.Background(), func(tx storage.Tx) (err error) {
			if n, err = count(tx, w); err != nil {
				return err
			}
			items = 0
			from := fmt.Appendf(nil, "item/%d/", w)
			return tx.Scan(from, storage.Key(from).End(), 0, func(key, value []byte) (bool, error) {
				items++
				if want := string(itemKey(w, items)); string(key) != want || len(value) != items%maxItem {
					t.Errorf("item %s of %d bytes, want %s of %d", key, len(value), want, items%maxItem)
				}
				return true, nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		if n != items || n < told[w] {
			t.Errorf("writer %d told %d, and stored %d in %d items", w, told[w], n, items)
		}
	}
}
