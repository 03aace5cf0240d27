package outbox

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// opsPoster notes when ops is posted to.
type opsPoster struct {
	*poster
	ops chan time.Time
}

func (p opsPoster) Post(ctx context.Context, d chat.Delivery) (chat.PostID, error) {
	if d.Ops {
		p.ops <- time.Now()
	}
	return p.poster.Post(ctx, d)
}

// BenchmarkFirstPost is the time from the beginning of a durable announcement of an alert
// to its post in ops, on an idle bot with 100 channels: where the announcement opens ops
// itself, and in turns where it does not, which takes a commit more.
func BenchmarkFirstPost(b *testing.B) {
	p := opsPoster{newPoster(b), make(chan time.Time, 1)}
	f := newFanOut(b, p, 100, "ops")
	var took [2][]time.Duration
	for number := 1; b.Loop(); number++ {
		ahead, began := number%2, time.Now()
		a := raised(number, began.UTC())
		err := f.db.Update(b.Context(), func(tx storage.Tx) error {
			_, err := f.book.Announce(tx, a, Release{Now: a.At, Ahead: ahead == 1})
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		f.engine.Poke(a.Subject)
		took[ahead] = append(took[ahead], (<-p.ops).Sub(began))
		<-f.settled
		time.Sleep(20 * time.Millisecond) // all is on disk
	}
	for k, unit := range []string{"later-p50-us", "ahead-p50-us"} {
		if slices.Sort(took[k]); len(took[k]) > 0 {
			b.ReportMetric(float64(took[k][len(took[k])/2].Microseconds()), unit)
		}
	}
	f.end()
}

// BenchmarkAnnounce is the work of an announcement in its transaction, which is not
// committed: where it opens the ops channels of four connections, of one, and none.
func BenchmarkAnnounce(b *testing.B) {
	for _, connections := range []int{0, 1, 4} {
		b.Run(fmt.Sprint(connections), func(b *testing.B) {
			db, err := boltdb.Open(filepath.Join(b.TempDir(), "bench.db"), boltdb.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			book, senders := NewBook(), map[desk.ConnectionName]chat.Sender{}
			places := Places{Catalog: desk.NewCatalog([]desk.Service{{ID: "learn", Name: "Learn"}})}
			for k := range 10 {
				name := desk.ConnectionName(fmt.Sprintf("town%d", k))
				places.Connections = append(places.Connections, Connection{Name: name, Ops: []string{"ops"}})
				senders[name] = nil
			}
			book.SetPlaces(places)
			e := NewEngine(EngineConfig{DB: db, Book: book, Senders: senders, Abilities: func(desk.Channel) chat.Abilities { return chat.Abilities{} }})
			boot, _, err := e.boot(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			for _, c := range places.Connections[:connections] {
				e.lines[c.Name].ready.Store(&readiness{boot: boot})
			}
			a, undone := raised(1, time.Now().UTC()), errors.New("undone")
			b.ReportAllocs()
			for b.Loop() {
				err := db.Update(b.Context(), func(tx storage.Tx) error {
					if _, err := book.Announce(tx, a, Release{Now: a.At, Ahead: true}); err != nil {
						return err
					}
					return undone
				})
				if !errors.Is(err, undone) {
					b.Fatal(err)
				}
			}
		})
	}
}
