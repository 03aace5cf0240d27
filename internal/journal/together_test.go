package journal_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// What schema 3 kept in tables apart is where the journal looks for it after the
// migration, wherever that was broken off.
func TestWhatSchema3KeptApart(t *testing.T) {
	o := newOffice(t)
	o.declare(0)
	o.weekly(1)
	for k := range 60 {
		o.plan(2+k, "Work", time.Duration(k+1)*time.Hour, 30*time.Minute)
	}
	o.replan(90, 8, func(w desk.Window, act desk.Act) (desk.WindowChange, error) {
		return w.Move(desk.Period{From: at(50 * hour), To: at(51 * hour)}, act)
	})
	o.replan(100, 9, func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Cancel("Not now.", act) })
	for n := 0; n <= 2*hour; n += 600 {
		o.fire(n)
	}
	want := o.dump()
	o.moveApart()
	if o.dump() == want {
		t.Fatal("nothing is as schema 3 kept it")
	}

	migrate := journal.Migrations()[2]
	breaks := 0
	for power := 0; ; power++ {
		err := migrate(&failing{o.db, power})
		if err == nil {
			break
		}
		if breaks++; !errors.Is(err, errPower) {
			t.Fatal(err)
		}
	}
	if got := o.dump(); breaks < 5 || got != want {
		t.Errorf("it broke off %d times; (-want +got):\n%s", breaks, cmp.Diff(want, got))
	}
	if err := migrate(o.db); err != nil || o.dump() != want {
		t.Errorf("migrated once more: %v", err)
	}
	o.sound()
}

// A store of schema 3 is migrated as it is opened, and its numbers go on.
func TestAStoreOfSchema3IsOpened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "belltower.db")
	old, err := boltdb.Open(path, boltdb.Options{Schema: 3, Migrations: journal.Migrations()[:2]})
	if err != nil {
		t.Fatal(err)
	}
	o := newOffice(t)
	o.db, o.Journal = old, journal.New(old, o.book, func(...desk.Subject) {}, journal.Settings{})
	first := o.plan(0, "New database", time.Hour, time.Hour)
	o.moveApart()
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := boltdb.Open(path, boltdb.Options{Schema: journal.Schema, Migrations: journal.Migrations()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	o.db, o.Journal = db, journal.New(db, o.book, func(...desk.Subject) {}, journal.Settings{})
	if next := o.plan(1, "More memory", 3*time.Hour, time.Hour); next != first+1 {
		t.Errorf("WIN-%d comes after WIN-%d", next, first)
	}
	o.expectTold(first, "scheduled")
	o.fire(hour + 1)
	o.expectTold(first, "scheduled, started")
}

// moveApart keeps all as schema 3 did.
func (o *office) moveApart() {
	o.t.Helper()
	_, calendar := storage.Rewrite(o.t.Context(), o.db, storage.K("cal"), func(k storage.Key, v []byte) (storage.Key, []byte, error) {
		r := storage.ReadKey(k)
		r.Str()
		n := r.Num()
		if n == 0 {
			return storage.K("seq").Str("replans"), v, nil
		}
		table := []string{"due", "coming"}[n%169%2]
		if n%169 == 168 {
			table = "slot"
		}
		if n < 3 {
			table = []string{"", "running", "over"}[n]
		}
		return slices.Concat(storage.K(table), k[len(storage.K("cal").Num(0)):]), v, r.Err()
	})
	_, windows := storage.Rewrite(o.t.Context(), o.db, storage.K("ann+window"), func(k storage.Key, v []byte) (storage.Key, []byte, error) {
		r := storage.ReadKey(k)
		r.Str()
		n := r.Num()
		if r.More() {
			return storage.K("entry").Str(fmt.Sprintf("WIN-%d", ^uint64(0)-n)).Num(r.Num()), v, r.Err()
		}
		return storage.K("window").Num(n), v, r.Err()
	})
	_, last := storage.Rewrite(o.t.Context(), o.db, storage.K("ann+seq"), func(_ storage.Key, v []byte) (storage.Key, []byte, error) {
		return storage.K("seq").Str("WIN"), v, nil
	})
	if err := errors.Join(calendar, windows, last); err != nil {
		o.t.Fatal(err)
	}
}

var errPower = errors.New("the power fails")

// failing is a store that commits so many times.
type failing struct {
	storage.DB
	power int
}

func (f *failing) Background(ctx context.Context, fn func(storage.Tx) error) error {
	if f.power--; f.power < 0 {
		return errPower
	}
	return f.DB.Background(ctx, fn)
}

func (f *failing) Update(ctx context.Context, fn func(storage.Tx) error) error {
	if f.power--; f.power < 0 {
		return errPower
	}
	return f.DB.Update(ctx, fn)
}
