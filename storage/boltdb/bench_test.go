package boltdb_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// Each benchmark runs the bare thing and ours in turns, as absolute figures swing
// with what else the disk does, and reports the median of the paired ratios.
const turns = 9

// compare times ours and bare, b.N rounds of each split in turns.
func compare(b *testing.B, bare, ours func(rounds int)) {
	rounds := max(b.N/turns, 1)
	var ratios []float64
	var spent [2]time.Duration
	for i := range turns {
		var took [2]time.Duration
		order := []int{0, 1}
		if i%2 == 1 {
			slices.Reverse(order)
		}
		for _, side := range order {
			began := time.Now()
			[]func(int){bare, ours}[side](rounds)
			took[side] = time.Since(began)
			spent[side] += took[side]
		}
		ratios = append(ratios, float64(took[1])/float64(took[0]))
	}
	slices.Sort(ratios)
	per := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / float64(rounds*turns) }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(per(spent[0]), "bare-ns/op")
	b.ReportMetric(per(spent[1]), "ours-ns/op")
	b.ReportMetric(ratios[turns/2], "ours/bare")
	b.ReportMetric(ratios[turns-1], "worst-ours/bare")
}

// writeSeq is what a command writes, about: a few records of some hundred bytes.
func writeSeq(n uint64, put func(key, value []byte) error) error {
	value := make([]byte, 200)
	for table := range 4 {
		key := binary.BigEndian.AppendUint64(fmt.Appendf(nil, "table-%d/", table), n)
		if err := put(key, value); err != nil {
			return err
		}
	}
	return nil
}

var bareBucket = []byte("records")

// pair is a bare bbolt file and a store, which are given the same to do.
type pair struct {
	b    *testing.B
	bare *bolt.DB
	ours *boltdb.DB
	next atomic.Uint64
}

func openPair(b *testing.B, opts *bolt.Options) *pair {
	b.Helper()
	folder := b.TempDir()
	bare, err := bolt.Open(filepath.Join(folder, "bare.db"), 0o600, opts)
	if err != nil {
		b.Fatal(err)
	}
	p := &pair{b: b, bare: bare, ours: open(b, filepath.Join(folder, "ours.db"), boltdb.Options{})}
	if err := bare.Update(func(btx *bolt.Tx) error { _, err := btx.CreateBucket(bareBucket); return err }); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { bare.Close(); shut(b, p.ours) })
	return p
}

func (p *pair) updateBare() {
	n := p.next.Add(1)
	if err := p.bare.Update(func(btx *bolt.Tx) error { return writeSeq(n, btx.Bucket(bareBucket).Put) }); err != nil {
		p.b.Error(err)
	}
}

func (p *pair) updateOurs() {
	n := p.next.Add(1)
	if err := p.ours.Update(context.Background(), func(tx storage.Tx) error { return writeSeq(n, tx.Put) }); err != nil {
		p.b.Error(err)
	}
}

// times returns a function that does fn so many times, by callers at once.
func times(callers int, fn func()) func(rounds int) {
	return func(rounds int) {
		var left atomic.Int64
		left.Store(int64(rounds))
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				for left.Add(-1) >= 0 {
					fn()
				}
			})
		}
		wg.Wait()
	}
}

func BenchmarkUpdate(b *testing.B) {
	for _, callers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			p := openPair(b, nil)
			compare(b, times(callers, p.updateBare), times(callers, p.updateOurs))
		})
	}
}

const million = 1_000_000

// fillPath writes records into the store at path, quickly: by bbolt itself.
func fillPath(b *testing.B, path string, records int) {
	b.Helper()
	shut(b, open(b, path, boltdb.Options{}))
	file, err := bolt.Open(path, 0o600, &bolt.Options{NoSync: true, NoFreelistSync: true})
	if err != nil {
		b.Fatal(err)
	}
	value := make([]byte, 200)
	for from := 0; from < records; from += 10_000 {
		err := file.Update(func(btx *bolt.Tx) error {
			bucket := btx.Bucket(bareBucket)
			for n := from; n < min(from+10_000, records); n++ {
				if err := bucket.Put(storedKey(n), value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
}

func storedKey(n int) []byte { return binary.BigEndian.AppendUint64([]byte("stored/"), uint64(n)) }

// BenchmarkFlat compares a store of 1,000,000 records with one of 1,000 ("bare").
func BenchmarkFlat(b *testing.B) {
	var stores [2]*boltdb.DB
	for i, records := range []int{1000, million} {
		path := filepath.Join(b.TempDir(), "t.db")
		fillPath(b, path, records)
		stores[i] = open(b, path, boltdb.Options{})
		defer shut(b, stores[i])
	}
	var next atomic.Uint64
	update := func(db *boltdb.DB, records int) func() {
		return func() {
			n := next.Add(1)
			err := db.Update(context.Background(), func(tx storage.Tx) error {
				if _, err := tx.Get(storedKey(rand.IntN(records))); err != nil {
					return err
				}
				return writeSeq(n, tx.Put)
			})
			if err != nil {
				b.Error(err)
			}
		}
	}
	b.ResetTimer()
	compare(b, times(1, update(stores[0], 1000)), times(1, update(stores[1], million)))
}

// BenchmarkAfterPurge compares a store half of whose 1,000,000 records were
// deleted with one as large as what is left ("bare").
func BenchmarkAfterPurge(b *testing.B) {
	var p [2]*pair
	for i, records := range []int{million / 2, million} {
		path := filepath.Join(b.TempDir(), "t.db")
		fillPath(b, path, records)
		p[i] = &pair{b: b, ours: open(b, path, boltdb.Options{})}
		defer shut(b, p[i].ours)
	}
	for n := 0; n < million/2; n += storage.MaxWrites {
		err := p[1].ours.Background(context.Background(), func(tx storage.Tx) (err error) {
			for i := range storage.MaxWrites {
				if err = tx.Delete(storedKey(n + i)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	compare(b, times(1, p[0].updateOurs), times(1, p[1].updateOurs))
}

// BenchmarkOpen opens a store of 1,000,000 records after a clean stop and as a
// kill leaves it, and the latter file by bbolt itself, in turns.
func BenchmarkOpen(b *testing.B) {
	folder := b.TempDir()
	killed, clean := filepath.Join(folder, "killed.db"), filepath.Join(folder, "clean.db")
	fillPath(b, killed, million)
	file, err := os.ReadFile(killed)
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(clean, file, 0o600); err != nil {
		b.Fatal(err)
	}
	shut(b, open(b, clean, boltdb.Options{}))
	openBare := func() func() error {
		db, err := bolt.Open(killed, 0o600, &bolt.Options{NoFreelistSync: true})
		if err != nil {
			b.Fatal(err)
		}
		return db.Close
	}
	openClean := func() func() error { return open(b, clean, boltdb.Options{}).Close }
	openKilled := func() func() error { return open(b, killed, boltdb.Options{}).Abandon }
	var took [3]time.Duration
	b.ResetTimer()
	for range b.N {
		for i, open := range []func() func() error{openClean, openKilled, openBare} {
			began := time.Now()
			end := open()
			took[i] += time.Since(began)
			if err := end(); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	for i, name := range []string{"clean-ms/op", "killed-ms/op", "bare-killed-ms/op"} {
		b.ReportMetric(float64(took[i].Microseconds())/1000/float64(b.N), name)
	}
}
