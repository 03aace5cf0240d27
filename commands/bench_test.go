package commands_test

import (
	"context"
	"encoding/binary"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/umassonline/belltower/commands"
	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/internal/wording"
	"github.com/umassonline/belltower/storage"
)

// BenchmarkDeclare measures a declare from the request to its durable answer, and
// turn by turn beside it a bare bbolt Update that writes the same keys and values.
// Each incident is taken back, off the clock, so that the list of open ones stays
// short.
func BenchmarkDeclare(b *testing.B) {
	recorder := &recording{DB: newStore(b)}
	c, req := desktop(recorder)
	bare, err := bolt.Open(filepath.Join(b.TempDir(), "bare.db"), 0o600, &bolt.Options{NoFreelistSync: true, FreelistType: bolt.FreelistArrayType})
	if err != nil {
		b.Fatal(err)
	}
	defer bare.Close()
	var ours, theirs []time.Duration
	for n := 0; b.Loop(); n++ {
		req.At = req.At.Add(time.Second)
		begin := time.Now()
		req.Text, recorder.puts = "declare learn down Login fails | We look.", nil
		if r := c.Do(b.Context(), req); r.Failed {
			b.Fatal(plain(r))
		}
		ours = append(ours, time.Since(begin))
		puts := recorder.puts
		begin = time.Now()
		if err := bare.Update(func(tx *bolt.Tx) error { return putAll(tx, puts, n) }); err != nil {
			b.Fatal(err)
		}
		theirs = append(theirs, time.Since(begin))
		req.Text = "retract"
		if r := c.Do(b.Context(), req); r.Failed {
			b.Fatal(plain(r))
		}
	}
	us := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
	b.ReportMetric(us(median(ours)), "p50-us")
	b.ReportMetric(us(median(theirs)), "bare-p50-us")
	b.ReportMetric(us(median(ours))/us(median(theirs)), "times-bare")
}

// BenchmarkRefuse measures what the grammar costs: nothing is read or written.
func BenchmarkRefuse(b *testing.B) {
	c, req := desktop(newStore(b))
	req.Text = "declare lern down Login fails --next 45m --since 03:52 | We look."
	b.ReportAllocs()
	for b.Loop() {
		c.Do(b.Context(), req)
	}
}

func desktop(db storage.DB) (*commands.Commands, chat.Request) {
	book := outbox.NewBook()
	book.SetPlaces(outbox.Places{Catalog: catalog()})
	c := commands.New(journal.New(db, book, func(...desk.Subject) {}, journal.Settings{Grace: time.Second, GraceAbove: 20}), slog.New(slog.DiscardHandler), commands.Settings{
		Words:  wording.Context{Catalog: catalog(), Zone: time.UTC},
		Access: desk.Access{Responders: []desk.Person{{Connection: "amherst", ID: "U1"}}},
	})
	return c, chat.Request{
		Person: desk.Person{Connection: "amherst", ID: "U1"}, Channel: desk.Channel{Connection: "amherst", ID: "C1"},
		Command: "incident", At: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC),
	}
}

type put struct{ key, value []byte }

// recording is a store that remembers what was last written.
type recording struct {
	storage.DB
	puts []put
}

func (r *recording) Update(ctx context.Context, fn func(storage.Tx) error) error {
	return r.DB.Update(ctx, func(tx storage.Tx) error {
		r.puts = nil
		return fn(recordingTx{tx, r})
	})
}

type recordingTx struct {
	storage.Tx
	to *recording
}

func (t recordingTx) Put(key, value []byte) error {
	t.to.puts = append(t.to.puts, put{slices.Clone(key), slices.Clone(value)})
	return t.Tx.Put(key, value)
}

// putAll writes pairs under keys that differ with n.
func putAll(tx *bolt.Tx, puts []put, n int) error {
	bucket, err := tx.CreateBucketIfNotExists([]byte("b"))
	if err != nil {
		return err
	}
	for _, p := range puts {
		if err := bucket.Put(binary.BigEndian.AppendUint64(p.key, uint64(n)), p.value); err != nil {
			return err
		}
	}
	return nil
}

func median(of []time.Duration) time.Duration {
	of = slices.Clone(of)
	slices.Sort(of)
	return of[len(of)/2]
}
