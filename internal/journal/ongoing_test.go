package journal_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// What schema 1 kept as one list is known after the migration, also where that was
// interrupted: what is open is listed, and declared once.
func TestWhatWasOpenInSchema1(t *testing.T) {
	type listed struct {
		Number   int
		Services []desk.ServiceID
		Drill    bool `json:",omitempty"`
	}
	path := filepath.Join(t.TempDir(), "belltower.db")
	old, err := boltdb.Open(path, boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var list []listed
	incidents := storage.TableOf[desk.Incident]("incident")
	open := storage.TableOf[[]listed]("open")
	put := func(n int, drill bool, services ...desk.ServiceID) {
		list = append(list, listed{n, services, drill})
		d := desk.Declaration{Impact: desk.Major, Title: "It fails", Text: "We look.", Drill: drill}
		for _, s := range services {
			d.Services = append(d.Services, desk.Affected{Service: s, Name: string(s)})
		}
		c, err := desk.Declare(n, d, desk.Act{At: time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC)})
		if err != nil {
			t.Fatal(err)
		}
		if err := old.Update(t.Context(), func(tx storage.Tx) error {
			return errors.Join(
				incidents.Put(tx, incidents.Key().Num(^uint64(0)-uint64(n)), c.Incident),
				open.Put(tx, open.Key(), list),
			)
		}); err != nil {
			t.Fatal(err)
		}
	}
	put(1, false, "learn", "portal")
	put(2, true, "mail")
	for n := range 120 {
		put(3+n, false, desk.ServiceID("lab"))
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}

	interrupted := func(db storage.DB) error {
		if err := journal.Migrations()[0](db); err != nil {
			return err
		}
		err := db.Update(t.Context(), func(tx storage.Tx) error { return open.Put(tx, open.Key(), list) })
		return errors.Join(err, errors.New("the power fails"))
	}
	if _, err := boltdb.Open(path, boltdb.Options{Schema: 2, Migrations: []boltdb.Migration{interrupted}}); err == nil {
		t.Fatal("the interrupted migration passed")
	}
	db, err := boltdb.Open(path, boltdb.Options{Schema: journal.Schema, Migrations: journal.Migrations()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	j := journal.New(db, outbox.NewBook(), func(...desk.Subject) {}, journal.Settings{})
	all, err := j.Open(t.Context())
	if err != nil || len(all) != 122 || all[0].Number != 1 || !all[1].Drill {
		t.Fatalf("%d are open, %v", len(all), err)
	}
	declare := func(service desk.ServiceID) error {
		_, err := j.Declare(t.Context(), journal.By{At: time.Date(2026, 12, 2, 9, 5, 0, 0, time.UTC)}, desk.Declaration{
			Services: []desk.Affected{{Service: service, Name: string(service)}}, Impact: desk.Minor, Title: "It fails", Text: "We look.",
		}, false)
		return err
	}
	var r *desk.Refusal
	if err := declare("portal"); !errors.As(err, &r) || r.Code != desk.Duplicate || r.Subjects[0].Number != 1 {
		t.Errorf("a declare on what is open: %v", err)
	}
	if err := declare("mail"); err != nil {
		t.Errorf("a declare beside a drill: %v", err)
	}
	err = db.View(t.Context(), func(tx storage.Tx) error {
		_, found, err := open.Get(tx, open.Key())
		if found {
			t.Error("the old list is still there")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
