package journal_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/outbox"
)

// All connections are held and released at once, though they are more than a
// transaction may write; a request that comes again is answered as the first time.
func TestHoldAndReleaseOfAHundredConnections(t *testing.T) {
	o := newOffice(t)
	var places outbox.Places
	var all []desk.ConnectionName
	for i := range 100 {
		name := desk.ConnectionName(fmt.Sprintf("town%03d", i))
		places.Connections, all = append(places.Connections, outbox.Connection{Name: name}), append(all, name)
	}
	o.book.SetPlaces(places)
	hold, release := o.by(0), o.by(1)
	for range 2 {
		if got, err := o.Hold(t.Context(), hold, ""); err != nil || !slices.Equal(got, all) {
			t.Fatalf("%d are held, %v", len(got), err)
		}
	}
	if holds, err := o.Holds(t.Context()); err != nil || len(holds) != 100 {
		t.Errorf("%d holds, %v", len(holds), err)
	}
	for range 2 {
		if got, err := o.Release(t.Context(), release, ""); err != nil || !slices.Equal(got, all) {
			t.Fatalf("%d are released, %v", len(got), err)
		}
	}
	if holds, err := o.Holds(t.Context()); err != nil || len(holds) != 0 {
		t.Errorf("%d holds, %v", len(holds), err)
	}
}
