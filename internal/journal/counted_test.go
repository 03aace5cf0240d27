package journal

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

// poster takes every post.
type poster struct{}

func (poster) Post(context.Context, chat.Delivery) (chat.PostID, error)      { return "m1", nil }
func (poster) Edit(context.Context, chat.Delivery) error                     { return nil }
func (poster) Find(context.Context, chat.Sought) ([]chat.Found, error)       { return nil, nil }
func (poster) Reach(context.Context, desk.Channel) error                     { return nil }
func (poster) ChannelGone(desk.Channel, string) string                       { return "" }
func (poster) PostFailed(desk.Channel, desk.Subject, string) string          { return "" }
func (poster) EditFailed(desk.Channel, desk.Subject, string) string          { return "" }
func (poster) ConnectionRefused(k desk.ConnectionName, reason string) string { return "" }

// served is a journal whose announcements are told in four workspaces.
func served(t *testing.T) *Journal {
	db, err := boltdb.Open(filepath.Join(storagetest.Dir(t), "belltower.db"), boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	book, senders := outbox.NewBook(), map[desk.ConnectionName]chat.Sender{}
	places := outbox.Places{Catalog: desk.NewCatalog([]desk.Service{{ID: "learn", Name: "Learn"}})}
	for k := range 4 {
		c := outbox.Connection{Name: desk.ConnectionName(fmt.Sprintf("town%d", k)), Ops: []string{"ops", "duty"}}
		places.Connections = append(places.Connections, c)
		senders[c.Name] = poster{}
	}
	book.SetPlaces(places)
	e := outbox.NewEngine(outbox.EngineConfig{
		DB: db, Book: book, Words: poster{}, Senders: senders,
		Abilities: func(desk.Channel) chat.Abilities { return chat.Abilities{LookUp: true, Edit: true, Thread: true} },
	})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- e.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	time.Sleep(time.Minute)
	return New(db, book, e.Poke, Settings{})
}

// tellAmong announces an incident in a transaction of a command that does more before and
// behind, and reports whether ops channels were opened by it.
func (j *Journal) tellAmong(t *testing.T, number int, before, behind func(storage.Tx) error) (opened bool) {
	t.Helper()
	by := By{Request: fmt.Sprint(number), At: time.Now()}
	c, err := desk.Declare(number, desk.Declaration{
		Services: []desk.Affected{{Service: "learn", Name: "Learn"}}, Impact: desk.Major, Title: "Learn", Text: "We look.",
	}, by.act())
	if err != nil {
		t.Fatal(err)
	}
	_, err = once(t.Context(), j, by, func(tx storage.Tx) (Applied, error) {
		if err := before(tx); err != nil {
			return Applied{}, err
		}
		if _, _, err := j.tell(tx, by, c.Announce, 0); err != nil {
			return Applied{}, err
		}
		return Applied{Incident: c.Incident}, behind(tx)
	})
	if err != nil {
		t.Errorf("%s: %v", c.Incident.Subject(), err)
	}
	return j.opened(t, c.Incident.Subject())
}

// opened reports whether an announcement of the subject opened ops channels itself.
func (j *Journal) opened(t *testing.T, s desk.Subject) (opened bool) {
	t.Helper()
	err := j.db.View(t.Context(), func(tx storage.Tx) error {
		out, err := tx.Get(storage.K("out").Str(string(s.Kind)).Num(uint64(s.Number)))
		opened = bytes.Contains(out, []byte(`"Ahead":`))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(5 * time.Second) // all is told
	return opened
}

func writes(n int) func(storage.Tx) error {
	return func(tx storage.Tx) error {
		for k := range n {
			if err := tx.Put(storage.K("test").Num(uint64(k)), nil); err != nil {
				return err
			}
		}
		return nil
	}
}

func reads(n int) func(storage.Tx) error {
	return func(tx storage.Tx) error {
		for k := range n {
			if _, err := tx.Get(storage.K("test").Num(uint64(k))); err != nil {
				return err
			}
		}
		return nil
	}
}

// Whatever a command writes and reads beside, if it fits a transaction it fits with an
// announcement that opens ops channels: where there is no room it does not.
func TestACommandThatFitsFitsWithAnAnnouncement(t *testing.T) {
	t.Parallel()
	const (
		ownWrites = 3 + 1 // an announcement, the mark
		ownReads  = 2 + 1 // the mark, an announcement
	)
	none := func(storage.Tx) error { return nil }
	for _, tt := range []struct {
		name string
		most int // of them beside
		some func(n int) func(storage.Tx) error
	}{
		{"writes", storage.MaxWrites - ownWrites, writes},
		{"reads", storage.MaxReads - ownReads, reads},
	} {
		for where, split := range map[string]func(n int) (before, behind func(storage.Tx) error){
			"before": func(n int) (_, _ func(storage.Tx) error) { return tt.some(n), none },
			"behind": func(n int) (_, _ func(storage.Tx) error) { return none, tt.some(n) },
		} {
			t.Run(tt.name+" "+where, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					j := served(t)
					opened := map[bool]int{}
					for n := range tt.most + 1 {
						before, behind := split(n)
						opened[j.tellAmong(t, n+1, before, behind)]++
					}
					if opened[true] < 70 || opened[false] == 0 {
						t.Errorf("%d announcements opened ops channels, %d did not", opened[true], opened[false])
					}
				})
			})
		}
	}
}

// What is heard opens ops channels, too.
func TestWhatIsHeardOpensOpsChannels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := served(t)
		err := j.Hear(t.Context(), By{At: time.Now()}, []desk.Report{{
			Witness: desk.Witness{Kind: desk.OwnProbe, Name: "login"}, Service: "learn",
			Expectation: desk.Availability, State: desk.Failing, At: time.Now(),
		}})
		if err != nil {
			t.Fatal(err)
		}
		if !j.opened(t, desk.Subject{Kind: desk.AlertSubject, Number: 1}) {
			t.Error("an alert did not open ops channels")
		}
	})
}
