package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/umassonline/belltower/internal/config"
)

// perTurn is how many commands one turn takes the median of.
const perTurn = 40

const declare = "/incident declare learn down Login fails | We are looking into it."

// withGrace has nothing told to others than ops before it is taken back.
func withGrace(cfg *config.Config) { cfg.Tell.Grace, cfg.Tell.GraceAbove = time.Hour, 0 }

// declareAndBack times a declare; then, off the clock, takes it back and waits
// until the outbox is still. So the list of open incidents stays short.
func (m *measured) declareAndBack() (took time.Duration, declared, retracted []put) {
	took = m.say(declare, "is open")
	declared = m.store.last()
	m.say("/incident retract --yes", "INC-")
	retracted = m.store.last()
	m.settled()
	return took, declared, retracted
}

// bareStore is bbolt itself, with the options of ours.
type bareStore struct {
	*bolt.DB
	b *testing.B
}

var bareBucket = []byte("records")

func openBare(b *testing.B) bareStore {
	db, err := bolt.Open(filepath.Join(b.TempDir(), "bare.db"), 0o600, &bolt.Options{NoFreelistSync: true, FreelistType: bolt.FreelistArrayType, InitialMmapSize: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	err = db.Update(func(tx *bolt.Tx) error { _, err := tx.CreateBucket(bareBucket); return err })
	if err != nil {
		b.Fatal(err)
	}
	return bareStore{db, b}
}

// write writes what a command wrote and returns how long that took.
func (s bareStore) write(puts []put) time.Duration {
	began := time.Now()
	err := s.Update(func(tx *bolt.Tx) error {
		bucket := tx.Bucket(bareBucket)
		for _, p := range puts {
			if err := bucket.Put(p.key, p.value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.b.Fatal(err)
	}
	return time.Since(began)
}

// echo is a handler that reads a request and answers a line: what HTTP alone costs.
func echo(b *testing.B) *httptest.Server {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "INC-1 is open")
	}))
	b.Cleanup(srv.Close)
	return srv
}

// BenchmarkDeclare times a signed declare over TCP, from the request to its
// durable answer, one caller, beside a bare bbolt Update that writes the same
// keys and values into a file of its own. Limit: 1.8 times, or 150 us more. What
// the same request costs where nothing is done is reported too.
//
// Nothing is held: the list of what is still to be told would grow, as nothing is
// ever settled while a connection is held.
func BenchmarkDeclare(b *testing.B) {
	m := measure(b, newCampusOf(b), setup{path: filepath.Join(b.TempDir(), "t.db"), change: withGrace})
	m.subscribe(3)
	bare, loop := openBare(b), echo(b)
	m.declareAndBack()
	var p pairs
	var loops []time.Duration
	var writes int
	for b.Loop() {
		for range turns {
			var ours, theirs []time.Duration
			for range perTurn {
				took, declared, retracted := m.declareAndBack()
				ours, writes = append(ours, took), len(declared)
				theirs = append(theirs, bare.write(declared))
				bare.write(retracted)
				loops = append(loops, m.sayTo(loop.URL, declare, "is open"))
			}
			p.ours, p.bare = append(p.ours, median(ours)), append(p.bare, median(theirs))
		}
	}
	p.report(b, "bare")
	b.ReportMetric(float64(median(p.ours)-median(p.bare))/1000, "more-us")
	b.ReportMetric(float64(median(loops).Nanoseconds())/1000, "loopback-p50-us")
	b.ReportMetric(float64(writes), "writes")
}

// besideSlack times declares elsewhere beside those in Slack, to the same bot in turns, and
// reports both.
func (m *measured) besideSlack(elsewhere func() time.Duration) {
	m.subscribe(3)
	m.declareAndBack()
	andBack := func() time.Duration {
		took := elsewhere()
		m.say("/incident retract --yes", "INC-")
		m.settled()
		return took
	}
	andBack()
	var p pairs
	for m.b.Loop() {
		for range turns {
			var ours, theirs []time.Duration
			for range perTurn {
				took, _, _ := m.declareAndBack()
				ours, theirs = append(ours, andBack()), append(theirs, took)
			}
			p.ours, p.bare = append(p.ours, median(ours)), append(p.bare, median(theirs))
		}
	}
	p.report(m.b, "slack")
}
