package storage_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// filled is a store with so many rooms in each of these houses.
func filled(t *testing.T, n int, houses ...string) storage.DB {
	t.Helper()
	db, err := boltdb.Open(filepath.Join(t.TempDir(), "t.db"), boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	for _, house := range houses {
		for i := range n {
			err := db.Update(context.Background(), func(tx storage.Tx) error {
				return rooms.Put(tx, rooms.Key().Str(house).Num(uint64(i)), room{Name: house})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return db
}

// counted counts rooms by the house in their key and in their record.
func counted(t *testing.T, db storage.DB) map[string]int {
	t.Helper()
	var n map[string]int
	err := db.View(t.Context(), func(tx storage.Tx) error {
		n = map[string]int{}
		return rooms.Scan(tx, nil, nil, 0, func(k storage.Key, v room) (bool, error) {
			r := storage.ReadKey(k)
			r.Str()
			n[r.Str()+" "+v.Name]++
			return true, r.Err()
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// More records than a transaction may write move to keys that are still to be
// scanned, and to keys that were, each once.
func TestRewriteMovesMoreThanATransaction(t *testing.T) {
	for _, to := range []string{"annex", "wing"} {
		db := filled(t, 150, "hall", "lodge")
		n, err := rooms.Rewrite(t.Context(), db, func(k storage.Key, v *room) storage.Key {
			if v.Name != "hall" {
				return nil
			}
			v.Name = to
			r := storage.ReadKey(k)
			r.Str()
			r.Str()
			return rooms.Key().Str(to).Num(r.Num())
		})
		if err != nil || n != 150 {
			t.Errorf("to %s: %d, %v", to, n, err)
		}
		if diff := cmp.Diff(map[string]int{"lodge lodge": 150, to + " " + to: 150}, counted(t, db)); diff != "" {
			t.Errorf("to %s (-want +got):\n%s", to, diff)
		}
	}
}

// Long records make shorter transactions.
func TestRewriteOfLongRecords(t *testing.T) {
	db := filled(t, 60, "hall")
	long := strings.Repeat("x", 40<<10)
	n, err := rooms.Rewrite(t.Context(), db, func(k storage.Key, v *room) storage.Key {
		v.Name = long
		return k
	})
	if got := counted(t, db); err != nil || n != 60 || got["hall "+long] != 60 {
		t.Errorf("%d, %v", n, err)
	}
}

func TestRewriteStopsAtARecordThatItCannotRead(t *testing.T) {
	db := filled(t, 1, "hall")
	err := db.Update(t.Context(), func(tx storage.Tx) error { return tx.Put(rooms.Key().Str("lodge"), []byte(`{"Name":7}`)) })
	if err != nil {
		t.Fatal(err)
	}
	_, err = rooms.Rewrite(t.Context(), db, func(k storage.Key, v *room) storage.Key { v.Seats++; return k })
	if err == nil || !strings.Contains(err.Error(), "record room/lodge does not decode") {
		t.Errorf("it says: %v", err)
	}
}

func TestFirsts(t *testing.T) {
	db := filled(t, 3, "hall", "annex", "hall\x00wing", "")
	for prefix, want := range map[string][]string{"room": {"", "annex", "hall", "hall\x00wing"}, "nothing": nil} {
		var got []string
		err := db.View(t.Context(), func(tx storage.Tx) (err error) {
			got, err = storage.Firsts(tx, storage.K(prefix))
			return err
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %s, %v", prefix, fmt.Sprintf("%q", got), err)
		}
	}
}

// What begins with a prefix is deleted, more than a transaction holds, and only what is
// said to be meant.
func TestEraseDeletesMoreThanATransaction(t *testing.T) {
	const many = 2*storage.MaxWrites + 1
	db := filled(t, many, "attic", "house", "houseboat")
	n, err := storage.Erase(t.Context(), db, rooms.Key().Str("house"), nil)
	if want := map[string]int{"attic attic": many, "houseboat houseboat": many}; err != nil || n != many || !cmp.Equal(counted(t, db), want) {
		t.Errorf("all: %d, %v, left %v", n, err, counted(t, db))
	}
	n, err = storage.Erase(t.Context(), db, rooms.Key(), func(k storage.Key) (bool, error) {
		r := storage.ReadKey(k)
		r.Str()
		return r.Str() == "attic", r.Err()
	})
	if want := map[string]int{"houseboat houseboat": many}; err != nil || n != many || !cmp.Equal(counted(t, db), want) {
		t.Errorf("some: %d, %v, left %v", n, err, counted(t, db))
	}
	wrong := errors.New("no such key")
	if _, err := storage.Erase(t.Context(), db, rooms.Key(), func(storage.Key) (bool, error) { return true, wrong }); !errors.Is(err, wrong) {
		t.Errorf("an error of fn: %v", err)
	}
	if want := map[string]int{"houseboat houseboat": many}; !cmp.Equal(counted(t, db), want) {
		t.Errorf("after an error: left %v", counted(t, db))
	}
}
