package outbox

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// A hundred connections: what all of them were told is settled and collected, though
// they are more than a transaction may write.
func TestWhatAHundredConnectionsWereToldIsCollected(t *testing.T) {
	inWorld(t, func(w *world) {
		cs := []Connection{{Name: campus, Ops: []string{"ops"}}}
		for i := range 120 {
			cs = append(cs, Connection{Name: desk.ConnectionName(fmt.Sprintf("town%d", i)), Ops: []string{fmt.Sprintf("ops%d", i)}})
		}
		w.places(cs...)
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(10 * time.Second)
		w.resolve(s)
		w.pass(40 * 24 * time.Hour)
		for _, k := range []storage.Key{fanTable().Key(), postTable().Key(), annTable().Key()} {
			err := w.store.View(t.Context(), func(tx storage.Tx) error {
				return tx.Scan(k, k.End(), 1, func(key, _ []byte) (bool, error) {
					t.Errorf("%v is still there", storage.Key(key))
					return false, nil
				})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Trouble with one channel is told in the ops channel of its own connection; where that
// is the one in trouble, in all others.
func TestTroubleIsToldWhereItConcerns(t *testing.T) {
	inWorld(t, func(w *world) {
		w.places(Connection{Name: campus, Ops: []string{"ops"}}, Connection{Name: "boston", Ops: []string{"duty"}}, Connection{Name: "lowell", Ops: []string{"desk"}})
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if d.Channel.ID == "a" || d.Channel.ID == "duty" {
				return fault{err: archived}
			}
			return fault{}
		}
		w.subscribe("", "a")
		w.start()
		w.declare(desk.Major, 0)
		w.pass(time.Minute)
		heard := map[string]int{}
		for _, ch := range []desk.Channel{channel("ops"), {Connection: "boston", ID: "duty"}, {Connection: "lowell", ID: "desk"}} {
			for n := range 2 {
				if w.platform.in(ch, desk.Subject{Kind: desk.NoticeSubject, Number: n + 1}) != "" {
					heard[ch.ID]++
				}
			}
		}
		if diff := cmp.Diff(map[string]int{"ops": 2, "desk": 1}, heard); diff != "" {
			t.Errorf("notices (-want +got):\n%s", diff)
		}
	})
}
