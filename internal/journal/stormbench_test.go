package journal_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// A storm of alerts: checks of services, of which calls tell in turns.
const (
	stormServices = 12
	stormChecks   = 300
	stormCall     = 50 // alerts of a call
	stormEvery    = 300 * time.Millisecond
)

// metered is a store that counts what is asked of it.
type metered struct {
	storage.DB
	commits, reads, scanned, writes, bytes int
}

func (m *metered) Update(ctx context.Context, fn func(storage.Tx) error) error {
	m.commits++
	return m.DB.Update(ctx, func(tx storage.Tx) error { return fn(meteredTx{tx, m}) })
}

type meteredTx struct {
	storage.Tx
	m *metered
}

func (t meteredTx) Get(key []byte) ([]byte, error) {
	t.m.reads++
	return t.Tx.Get(key)
}

func (t meteredTx) Scan(from, to []byte, limit int, fn func(k, v []byte) (bool, error)) error {
	return t.Tx.Scan(from, to, limit, func(k, v []byte) (bool, error) {
		t.m.scanned++
		return fn(k, v)
	})
}

func (t meteredTx) Put(key, value []byte) error {
	t.m.writes++
	t.m.bytes += len(key) + len(value)
	return t.Tx.Put(key, value)
}

func (t meteredTx) Delete(key []byte) error {
	t.m.writes++
	t.m.bytes += len(key)
	return t.Tx.Delete(key)
}

// BenchmarkStorm is what an alert of a storm costs the journal and its store, the clock's
// part of it too, where a quarter of the alerts or all of them say another state than the
// one before of their check.
func BenchmarkStorm(b *testing.B) {
	for _, c := range []struct {
		name   string
		change float64
	}{{"quarter", 0.25}, {"all", 1}} {
		b.Run(c.name, func(b *testing.B) {
			db, err := boltdb.Open(filepath.Join(b.TempDir(), "belltower.db"), boltdb.Options{})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { db.Close() })
			s := newStorm(&metered{DB: db}, c.change)
			for range stormChecks / stormCall * 4 {
				s.call(b)
			}
			b.ReportAllocs()
			b.ResetTimer()
			*s.store = metered{DB: db}
			began := processor(b)
			for range b.N {
				s.call(b)
			}
			used := processor(b) - began
			per := func(n int) float64 { return float64(n) / float64(b.N*stormCall) }
			b.ReportMetric(per(int(used.Nanoseconds()))/1000, "cpu-us/alert")
			b.ReportMetric(per(s.store.reads), "reads/alert")
			b.ReportMetric(per(s.store.scanned), "scanned/alert")
			b.ReportMetric(per(s.store.writes), "writes/alert")
			b.ReportMetric(per(s.store.bytes), "bytes/alert")
			b.ReportMetric(float64(s.store.commits)/float64(b.N), "commits/call")
		})
	}
}

// processor is the time that the processor spent on this process so far.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// storm is a journal that hears of one check after the other.
type storm struct {
	*journal.Journal
	store  *metered
	now    time.Time
	next   time.Time // when the clock has to look at something
	change float64
	random *rand.Rand
	said   [stormChecks]desk.Report
	turn   int
}

func newStorm(store *metered, change float64) *storm {
	s := &storm{store: store, now: four, next: four, change: change, random: rand.New(rand.NewPCG(7, 7))}
	book := outbox.NewBook()
	var services []desk.Service
	for n := range stormServices {
		one := desk.Service{ID: serviceID(n), Name: fmt.Sprintf("Service %02d", n)}
		if n >= 1 && n <= 5 {
			one.DependsOn = []desk.ServiceID{serviceID(0)}
		}
		services = append(services, one)
	}
	book.SetPlaces(outbox.Places{Catalog: desk.NewCatalog(services), Connections: []outbox.Connection{{Name: "amherst", Ops: []string{"COPS"}}}})
	set := settings()
	set.Ready = readySentences{}
	set.Alarm = func(at time.Time) {
		if at.Before(s.next) || s.next.IsZero() {
			s.next = at
		}
	}
	s.Journal = journal.New(store, book, func(...desk.Subject) {}, set)
	for k := range s.said {
		s.said[k] = desk.Report{
			Witness: desk.Witness{Kind: desk.Monitor, Name: "prometheus", Check: fmt.Sprintf("%016x", k)},
			Service: serviceID(k * stormServices / stormChecks), Expectation: desk.Availability, State: desk.Passing,
			Called: fmt.Sprintf("ServiceDown (node%d.example.edu:443)", k), Link: "http://prometheus.example.edu:9090/graph?g0.expr=probe_success",
		}
	}
	return s
}

// call has the next checks heard, and what is due done.
func (s *storm) call(b *testing.B) {
	if s.now = s.now.Add(stormEvery); !s.next.IsZero() && !s.next.After(s.now) {
		var err error
		if s.next, err = s.Fire(b.Context(), s.now); err != nil {
			b.Fatal(err)
		}
	}
	var all []desk.Report
	for range stormCall {
		one := &s.said[s.turn%stormChecks]
		if s.turn < stormChecks || s.random.Float64() < s.change {
			one.Since, one.Detail = s.now, ""
			if one.State == desk.Failing {
				one.State = desk.Passing
			} else {
				one.State, one.Detail = desk.Failing, "It answers no request"
			}
		}
		one.At = s.now
		all = append(all, *one)
		s.turn++
	}
	if err := s.Hear(b.Context(), journal.By{At: s.now, Trace: "0123456789ab"}, all); err != nil {
		b.Fatal(err)
	}
}
