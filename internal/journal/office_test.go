package journal_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

var (
	four = time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC) // 4 a.m. in New York
	ops  = desk.Channel{Connection: "amherst", ID: "COPS"}
	ann  = desk.Person{Connection: "amherst", ID: "UANN"}
)

// office is a journal on a real store, with two connections and two services.
type office struct {
	*journal.Journal
	t     *testing.T
	db    storage.DB
	book  *outbox.Book
	pokes int
	asked int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	db, err := boltdb.Open(filepath.Join(storagetest.Dir(t), "belltower.db"), boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	o := &office{t: t, db: db, book: outbox.NewBook()}
	o.book.SetPlaces(outbox.Places{
		Catalog: desk.NewCatalog([]desk.Service{{ID: "learn", Name: "Learn System"}, {ID: "portal", Name: "Portal"}}),
		Connections: []outbox.Connection{
			{Name: "amherst", Ops: []string{"COPS"}}, {Name: "boston", Ops: []string{"COPS2"}},
		},
	})
	o.Journal = journal.New(db, o.book, func(...desk.Subject) { o.pokes++ }, journal.Settings{Grace: 10 * time.Second, GraceAbove: 2, Ops: []desk.Channel{ops}})
	return o
}

// by is a request of its own, some seconds after four.
func (o *office) by(seconds int) journal.By {
	o.asked++
	return journal.By{
		Request: fmt.Sprintf("amherst/%d", o.asked), Trace: "t1", At: four.Add(time.Duration(seconds) * time.Second),
		Person: ann, Name: "Ann", From: ops,
	}
}

func learnDown() desk.Declaration {
	return desk.Declaration{
		Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}, Impact: desk.Critical,
		Title: "Learn is down", Text: "We are looking into it.",
	}
}

func (o *office) declare(seconds int) journal.Applied {
	o.t.Helper()
	a, err := o.Declare(o.t.Context(), o.by(seconds), learnDown(), false)
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

func (o *office) apply(seconds, number int, rule journal.Rule) journal.Applied {
	o.t.Helper()
	a, err := o.Apply(o.t.Context(), o.by(seconds), number, rule)
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

func (o *office) subscribe(ids ...string) {
	o.t.Helper()
	for _, id := range ids {
		sub := desk.Subscription{Channel: desk.Channel{Connection: "amherst", ID: id}, Target: desk.All()}
		if _, err := o.Subscribe(o.t.Context(), o.by(0), sub, loose); err != nil {
			o.t.Fatal(err)
		}
	}
}

func loose(desk.Subscription) error { return nil }

// dump is the whole store as text.
func (o *office) dump() string {
	o.t.Helper()
	var b strings.Builder
	err := o.db.View(o.t.Context(), func(tx storage.Tx) error {
		b.Reset()
		return tx.Scan(nil, nil, 0, func(k, v []byte) (bool, error) {
			fmt.Fprintf(&b, "%q %s\n", k, v)
			return true, nil
		})
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return b.String()
}

func refused(t *testing.T, err error, code desk.RefusalCode) *desk.Refusal {
	t.Helper()
	var r *desk.Refusal
	if !errors.As(err, &r) || r.Code != code {
		t.Fatalf("got %v, want a refusal (%s)", err, code)
	}
	return r
}

func second[T any](_ T, err error) error { return err }

func resolve(i desk.Incident, act desk.Act) (desk.Change, error) {
	return i.Resolve("It works again.", act)
}

func say(text string) journal.Rule {
	return func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.Update(desk.Progress{Text: text}, act)
	}
}
