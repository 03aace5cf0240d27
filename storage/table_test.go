package storage_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

type room struct {
	Name  string
	Seats int `json:",omitempty"`
}

var rooms = storage.TableOf[room]("room")

// inTx runs fn in a transaction of a new store, whose error it returns.
func inTx(t *testing.T, fn func(tx storage.Tx) error) error {
	t.Helper()
	db, err := boltdb.Open(filepath.Join(t.TempDir(), "t.db"), boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return db.Update(context.Background(), fn)
}

func TestTableKeepsRecords(t *testing.T) {
	err := inTx(t, func(tx storage.Tx) error {
		k := rooms.Key().Str("library")
		if v, ok, err := rooms.Get(tx, k); ok || err != nil || v != (room{}) {
			return fmt.Errorf("Get of a missing record = %v, %v, %v", v, ok, err)
		}
		want := room{"Library", 80}
		if err := rooms.Put(tx, k, want); err != nil {
			return err
		}
		if v, ok, err := rooms.Get(tx, k); !ok || err != nil || v != want {
			return fmt.Errorf("Get = %v, %v, %v; want %v", v, ok, err, want)
		}
		if err := rooms.Delete(tx, k); err != nil {
			return err
		}
		if _, ok, err := rooms.Get(tx, k); ok || err != nil {
			return fmt.Errorf("Get after Delete = %v, %v", ok, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTableScansItsOwnRecords(t *testing.T) {
	key := func(n uint64) storage.Key { return rooms.Key().Num(n) }
	for _, c := range []struct {
		name     string
		from, to storage.Key
		limit    int
		want     string
	}{
		{"all", nil, nil, 0, "1 2 3"},
		{"from", key(2), nil, 0, "2 3"},
		{"to", nil, key(3), 0, "1 2"},
		{"limit", nil, nil, 1, "1"},
	} {
		var got []string
		err := inTx(t, func(tx storage.Tx) error {
			for n := range uint64(3) {
				if err := rooms.Put(tx, key(n+1), room{Name: fmt.Sprint(n + 1)}); err != nil {
					return err
				}
			}
			for _, neighbour := range []string{"roo", "room ", "rooms"} {
				if err := storage.TableOf[int](neighbour).Put(tx, storage.K(neighbour), 1); err != nil {
					return err
				}
			}
			got = nil
			return rooms.Scan(tx, c.from, c.to, c.limit, func(k storage.Key, v room) (bool, error) {
				if want := "room/" + v.Name; k.String() != want {
					t.Errorf("%s: key %v, want %s", c.name, k, want)
				}
				got = append(got, v.Name)
				return true, nil
			})
		})
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, %v; want %s", c.name, got, err, c.want)
		}
	}
}

func TestTableRefuses(t *testing.T) {
	k, foreign := rooms.Key().Str("library"), storage.K("rooms").Str("library")
	never := func(storage.Key, room) (bool, error) { return true, nil }
	spoil := func(tx storage.Tx) error { return tx.Put(k, []byte(`{"Name":7}`)) }
	for name, c := range map[string]struct {
		fn   func(tx storage.Tx) error
		want string
	}{
		"another table's key to get":    {func(tx storage.Tx) error { _, _, err := rooms.Get(tx, foreign); return err }, "key rooms/library does not belong to table room"},
		"another table's key to put":    {func(tx storage.Tx) error { return rooms.Put(tx, foreign, room{}) }, "key rooms/library does not belong to table room"},
		"another table's key to delete": {func(tx storage.Tx) error { return rooms.Delete(tx, foreign) }, "key rooms/library does not belong to table room"},
		"a record it cannot read": {func(tx storage.Tx) error {
			if err := spoil(tx); err != nil {
				return err
			}
			v, ok, err := rooms.Get(tx, k)
			if ok || v != (room{}) {
				t.Errorf("a record that does not decode is returned as %v", v)
			}
			return err
		}, "record room/library does not decode"},
		"to scan over it": {func(tx storage.Tx) error {
			if err := spoil(tx); err != nil {
				return err
			}
			return rooms.Scan(tx, nil, nil, 0, never)
		}, "record room/library does not decode"},
		"a value that JSON has not": {func(tx storage.Tx) error {
			return storage.TableOf[func()]("room").Put(tx, k, nil)
		}, "encode record room/library"},
	} {
		if err := inTx(t, c.fn); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
