package journal_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// What was promised before the bot had a clock is kept by it: the promise passed while
// the store was brought to the new schema, so that it is missed, once.
func TestAPromiseOfSchema2IsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "belltower.db")
	old, err := boltdb.Open(path, boltdb.Options{Schema: 2, Migrations: journal.Migrations()[:1]})
	if err != nil {
		t.Fatal(err)
	}
	d := learnDown()
	d.Next = 20 * time.Minute
	before := journal.New(old, outbox.NewBook(), func(...desk.Subject) {}, journal.Settings{})
	done, err := before.Declare(t.Context(), journal.By{At: four, Person: ann, From: ops}, d, false)
	if err != nil {
		t.Fatal(err)
	}
	unmark(t, old, done.Incident)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := boltdb.Open(path, boltdb.Options{Schema: journal.Schema, Migrations: journal.Migrations()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	cadence := desk.Cadence{Minor: 4 * time.Hour, Major: time.Hour, Critical: 20 * time.Minute, Holding: true}
	j := journal.New(db, outbox.NewBook(), func(...desk.Subject) {}, journal.Settings{Cadence: cadence})
	now := four.Add(30 * time.Minute)
	next, err := j.Fire(t.Context(), now)
	if err != nil || !next.After(now) {
		t.Fatalf("next %v, %v", next, err)
	}
	i, err := j.Incident(t.Context(), 1)
	if err != nil || i.Missed != 1 || !i.NextUpdateBy.After(now) || !i.WakeAt.Equal(next) {
		t.Errorf("%+v, %v", i, err)
	}
}

// unmark makes an incident as schema 2 kept it.
func unmark(t *testing.T, db storage.DB, i desk.Incident) {
	t.Helper()
	incidents := storage.TableOf[desk.Incident]("incident")
	err := db.Update(t.Context(), func(tx storage.Tx) error {
		err := tx.Delete(calendarKey(0, i.WakeAt).Time(i.WakeAt).Str(string(desk.IncidentSubject)).Num(uint64(i.Number)))
		if err != nil {
			return err
		}
		i.WakeAt = time.Time{}
		return incidents.Put(tx, incidents.Key().Num(^uint64(0)-uint64(i.Number)), i)
	})
	if err != nil {
		t.Fatal(err)
	}
}
