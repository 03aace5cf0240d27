package outbox

import (
	"context"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// What came and went in quiet hours is told by the morning's post: from then on deliveries
// say so.
func TestDeliveriesNameTheMorning(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, id := range []string{"night", "left", "away"} {
			w.subscribeAs(id, desk.Normal, overnight())
		}
		w.start()
		w.until(3, 0)
		over, taken, later := w.declare(desk.Major, 0), w.declare(desk.Major, 0), w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.resolve(over)
		w.resolve(later)
		w.retract(taken)
		w.until(6, 59)
		back := w.awayWhile("away")
		w.until(7, 1)
		w.unsubscribe("left")
		w.pass(time.Minute)
		stands := func(s desk.Subject, id string, want State, at int) {
			t.Helper()
			why, err := w.book.Why(context.Background(), w.store, s, channel(id))
			if err != nil || why.State != want || why.Channel.ID != id || at > 0 && why.At.Hour() != at {
				t.Errorf("%s about %s: %+v, %v; want %s", id, s, why, err, want)
			}
		}
		for _, id := range []string{"night", "left"} {
			stands(over, id, Told, 7)
		}
		stands(taken, "night", NotTold, 0)
		stands(over, "away", Gone, 0)
		back()
		w.pass(time.Minute)
		stands(over, "away", Told, 7)
		c, err := w.state[later].Reopen("It fails again.", w.act())
		w.announce(c, err, 0)
		w.pass(time.Minute)
		stands(later, "night", Told, 7)
	})
}
