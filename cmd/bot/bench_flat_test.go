package main

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/storage"
)

// history is a store with many updates in it, made quickly.
type history struct {
	b       *testing.B
	path    string
	updates int
}

// updatesEach is how many updates an incident has.
const updatesEach = 10

// fill makes the store: incidents, each with its timeline and audit, under the keys
// and in the form that the journal writes.
func (h history) fill() history {
	h.b.Helper()
	made, err := openStore(h.path, nil)
	if err != nil {
		h.b.Fatal(err)
	}
	if err := made.Close(); err != nil {
		h.b.Fatal(err)
	}
	file, err := bolt.Open(h.path, 0o600, &bolt.Options{NoSync: true, NoFreelistSync: true, FreelistType: bolt.FreelistMapType})
	if err != nil {
		h.b.Fatal(err)
	}
	incidents := h.updates / updatesEach
	for _, part := range []func(put func(k storage.Key, v any) error, n int) error{putIncident, putTimeline, putAudit} {
		for from := 1; from <= incidents; from += 2000 {
			h.batch(file, func(put func(k storage.Key, v any) error) error {
				for n := from; n < min(from+2000, incidents+1); n++ {
					if err := part(put, n); err != nil {
						return err
					}
				}
				return put(storage.K("seq").Str(string(desk.IncidentSubject)), incidents)
			})
		}
	}
	if err := file.Close(); err != nil {
		h.b.Fatal(err)
	}
	return h
}

func (h history) batch(file *bolt.DB, fn func(put func(k storage.Key, v any) error) error) {
	h.b.Helper()
	err := file.Update(func(tx *bolt.Tx) error {
		bucket := tx.Bucket(bareBucket)
		return fn(func(k storage.Key, v any) error {
			value, err := json.Marshal(v)
			if err != nil {
				return err
			}
			return bucket.Put(k, value)
		})
	})
	if err != nil {
		h.b.Fatal(err)
	}
}

func subjectOf(n int) desk.Subject { return desk.Subject{Kind: desk.IncidentSubject, Number: n} }

// timeOf is when an update was made: a minute after the one before.
func timeOf(n, update int) time.Time {
	return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n*updatesEach+update) * time.Minute)
}

const said = "A disk of the database is full. We are moving the data to another one and expect to be done soon."

func putIncident(put func(k storage.Key, v any) error, n int) error {
	return put(storage.K("incident").Num(math.MaxUint64-uint64(n)), desk.Incident{
		Number: n, Title: "Learn System is not available", Status: desk.Resolved, Impact: desk.Critical, Updates: updatesEach,
		Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}, BeganAt: timeOf(n, 0), EndedAt: timeOf(n, updatesEach),
	})
}

func entryKeyOf(n, update int) storage.Key {
	return storage.K("entry").Str(subjectOf(n).String()).Num(uint64(update))
}

func auditKeyOf(n, update int) storage.Key {
	return storage.K("audit").Time(timeOf(n, update)).Str("amherst/1.1.1").Str(string(desk.Updated)).Str(subjectOf(n).String())
}

func putTimeline(put func(k storage.Key, v any) error, n int) error {
	for u := range updatesEach {
		e := desk.Entry{Seq: u, At: timeOf(n, u), By: desk.Person{Connection: "amherst", ID: string(ann)}, Kind: desk.Updated, Text: said, Update: u + 1}
		if err := put(entryKeyOf(n, u), e); err != nil {
			return err
		}
	}
	return nil
}

func putAudit(put func(k storage.Key, v any) error, n int) error {
	for u := range updatesEach {
		e := journal.AuditEntry{At: timeOf(n, u), By: desk.Person{Connection: "amherst", ID: string(ann)}, Name: "ann", Request: "amherst/1.1.1", Did: "updated", About: subjectOf(n).String(), After: said}
		if err := put(auditKeyOf(n, u), e); err != nil {
			return err
		}
	}
	return nil
}

// copied is the same store in another file.
func (h history) copied(path string) history {
	h.b.Helper()
	from, err := os.Open(h.path)
	if err != nil {
		h.b.Fatal(err)
	}
	defer from.Close()
	to, err := os.Create(path)
	if err != nil {
		h.b.Fatal(err)
	}
	defer to.Close()
	if _, err := io.Copy(to, from); err != nil {
		h.b.Fatal(err)
	}
	h.path = path
	return h
}

// purge deletes the older half of the updates from a store that is in use, in
// transactions as large as they may be.
func (h history) purge(db storage.DB) {
	h.b.Helper()
	var wg sync.WaitGroup
	todo := make(chan int)
	for range 8 {
		wg.Go(func() {
			for n := range todo {
				err := db.Background(context.Background(), func(tx storage.Tx) error {
					for u := range 5 * updatesEach {
						if err := tx.Delete(entryKeyOf(n+u/updatesEach, u%updatesEach)); err != nil {
							return err
						}
						if err := tx.Delete(auditKeyOf(n+u/updatesEach, u%updatesEach)); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					h.b.Error(err)
				}
			}
		})
	}
	for n := 1; n <= h.updates/updatesEach/2; n += 5 {
		todo <- n
	}
	close(todo)
	wg.Wait()
}

// compareDeclares times a declare on two bots in turns; the second is the bare one.
func compareDeclares(b *testing.B, bots [2]*measured, name string) {
	for _, m := range bots {
		m.declareAndBack()
	}
	var p pairs
	for b.Loop() {
		for range turns {
			var took [2][]time.Duration
			for range perTurn {
				for i, m := range bots {
					d, _, _ := m.declareAndBack()
					took[i] = append(took[i], d)
				}
			}
			p.ours, p.bare = append(p.ours, median(took[0])), append(p.bare, median(took[1]))
		}
	}
	p.report(b, name)
}

// BenchmarkFlat compares declares: with 3,000 subscribers and 3 (limit: 1.1 times),
// with 1,000,000 stored updates and 1,000 (1.15 times), and after a purge of half of
// these and before (1.1 times).
func BenchmarkFlat(b *testing.B) {
	dir := b.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	on := func(b *testing.B, path string) *measured {
		return measure(b, newCampusOf(b), setup{path: path, change: withGrace})
	}
	b.Run("subscribers", func(b *testing.B) {
		bots := [2]*measured{on(b, path("3000.db")), on(b, path("3.db"))}
		bots[0].subscribe(3000)
		bots[1].subscribe(3)
		compareDeclares(b, bots, "few")
	})
	many := history{b, path("many.db"), 1_000_000}.fill()
	b.Run("updates", func(b *testing.B) {
		few := history{b, path("few.db"), 1000}.fill()
		bots := [2]*measured{on(b, many.copied(path("copy.db")).path), on(b, few.path)}
		for _, m := range bots {
			m.subscribe(3)
		}
		compareDeclares(b, bots, "few")
	})
	b.Run("purge", func(b *testing.B) {
		bots := [2]*measured{on(b, many.copied(path("purged.db")).path), on(b, many.path)}
		for _, m := range bots {
			m.subscribe(3)
		}
		many.purge(bots[0].db)
		compareDeclares(b, bots, "before")
	})
}
