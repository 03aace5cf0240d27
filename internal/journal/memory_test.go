package journal

import (
	"path/filepath"
	"testing"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

// What another writer stored is seen, what a transaction wrote that came to nothing is not.
func TestAMemoryBelievesTheStoreOnly(t *testing.T) {
	db, err := boltdb.Open(filepath.Join(storagetest.Dir(t), "belltower.db"), boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	m := remember(sightingTable(), 2)
	put := func(tx storage.Tx, r desk.Report) {
		var e encoder
		e.report(&r)
		if err := m.put(tx, sightingKey(r), e.b, r); err != nil {
			t.Fatal(err)
		}
	}
	r := desk.Report{Service: "learn", Witness: desk.Witness{Check: "1"}, State: desk.Failing}
	is := func(want desk.ReportState) {
		t.Helper()
		err := db.View(t.Context(), func(tx storage.Tx) error {
			got, found, err := m.get(tx, sightingKey(r))
			if got.State != want || found != (want != "") {
				t.Errorf("it is %q, not %q", got.State, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	_ = db.Update(t.Context(), func(tx storage.Tx) error {
		put(tx, r)
		return storage.ErrUnavailable // nothing is stored
	})
	is("")
	if err := db.Update(t.Context(), func(tx storage.Tx) error { put(tx, r); return nil }); err != nil {
		t.Fatal(err)
	}
	is(desk.Failing)
	r.State = desk.Passing
	if err := db.Update(t.Context(), func(tx storage.Tx) error { return sightingTable().Put(tx, sightingKey(r), r) }); err != nil {
		t.Fatal(err)
	}
	is(desk.Passing)
	for _, check := range []string{"2", "3", "4"} {
		r.Witness.Check = check
		if err := db.Update(t.Context(), func(tx storage.Tx) error { put(tx, r); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if is(desk.Passing); len(m.kept) > m.most {
		t.Errorf("%d are kept", len(m.kept))
	}
}
