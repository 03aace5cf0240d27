package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
)

// Requests that were seen are forgotten in the night, and at a start.
func TestTheNightsWork(t *testing.T) {
	path := filepath.Join(t.TempDir(), "belltower.db")
	synctest.Test(t, func(t *testing.T) {
		pass(time.Until(four))
		db, err := openStore(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		book := outbox.NewBook()
		book.SetPlaces(outbox.Places{Catalog: desk.NewCatalog(nil)})
		j := journal.New(db, book, func(...desk.Subject) {}, journal.Settings{})
		seen := func() (n int) {
			k := storage.K("seen")
			err := db.View(t.Context(), func(tx storage.Tx) error {
				n = 0
				return tx.Scan(k, k.End(), 0, func(_, _ []byte) (bool, error) { n++; return true, nil })
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		ask := func(times int) {
			for i := range times {
				by := journal.By{Request: fmt.Sprint(time.Now(), i), At: time.Now(), Person: desk.Person{Connection: desk.Local, ID: "root"}}
				if _, err := j.Declare(t.Context(), by, desk.Declaration{
					Services: []desk.Affected{{Service: "learn", Name: "Learn"}}, Impact: desk.Minor, Title: "Slow", Text: "Slow.",
				}, true); err != nil {
					t.Fatal(err)
				}
			}
		}
		run := func(d time.Duration) {
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error)
			u := upkeep{
				journal: j, now: time.Now, log: slog.New(slog.DiscardHandler), zone: zone(t), heardFor: 24 * time.Hour,
				strangers: func(context.Context) error { return nil },
			}
			go func() { ended <- u.run(ctx) }()
			pass(d)
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		ask(120)
		run(20 * time.Hour) // until midnight
		if n := seen(); n != 120 {
			t.Errorf("%d before the night", n)
		}
		run(4 * time.Hour)
		if n := seen(); n != 0 {
			t.Errorf("%d after a start", n)
		}
		ask(120)
		run(24 * time.Hour)
		if n := seen(); n != 0 {
			t.Errorf("%d after the night", n)
		}
	})
}

// Who was told is known as long as [retention] says.
func TestDeliveriesAreKeptAsLongAsTheConfigurationSays(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.more = "[retention]\ndeliveries = \"2d\"\n"
		b.stop()
		b.start()
		b.subscribe("CTEACH")
		pass(time.Minute)
		b.ann("/incident declare learn slow")
		pass(time.Minute)
		b.story.Expect(ops, "INC-1")
		b.story.Expect("CTEACH", "Learn System is slow")
		b.ann("/incident resolve 1 --yes")
		pass(24 * time.Hour)
		b.story.Expect(ops, "is working again")
		b.story.Expect("CTEACH", "is working again")
		if told := b.ann("/incident deliveries 1"); !strings.Contains(told, "2 told") {
			t.Errorf("after a day: %s", told)
		}
		pass(48 * time.Hour)
		for _, told := range []string{b.ann("/incident deliveries 1"), b.story.Type("CTEACH", student, "/belltower why 1").Reply.Reads()} {
			if !strings.Contains(told, "Who was told of INC-1 is forgotten: it ended ") || !strings.Contains(told, "and deliveries are kept for 2 days after the end.") {
				t.Errorf("after three days: %s", told)
			}
		}
		if said := b.ann("/incident title 1 A slow disk"); !strings.Contains(said, "Posts stay as they are: it ended so long ago that who was told is forgotten.") {
			t.Errorf("she reads: %s", said)
		}
		pass(time.Minute) // nobody reads of what is long over
		b.ann("/incident reopen 1 It is slow again.")
		pass(time.Minute)
		b.story.Expect(ops, "INC-1 – Learn System is slow: A slow disk.")
		if m := b.story.Expect("CTEACH", "Learn System is slow: A slow disk."); !strings.Contains(m.Reads(), "It is slow again.") {
			t.Errorf("the channel reads: %s", m.Reads())
		}
	})
}
