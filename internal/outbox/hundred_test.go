package outbox

import (
	"fmt"
	"testing"
	"time"

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
		for _, k := range []storage.Key{outTable().Key(), fanTable().Key(), postTable().Key(), annTable().Key()} {
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
