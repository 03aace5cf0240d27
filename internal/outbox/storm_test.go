package outbox

import (
	"context"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// A hundred incidents at once: an ops channel takes one post a second, and only a few
// of them are under way there at any time, so that a crash puts few in doubt. Nobody
// else waits for it, and in the end it has them all, once.
func TestStoryAStorm(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.start()
		var all []desk.Subject
		for range 100 {
			all = append(all, w.declare(desk.Major, 0))
		}
		for second := range 90 {
			w.pass(time.Second)
			if n := w.intents(); n > opsOpen+chunksOpen {
				t.Fatalf("%d chunks are open after %d seconds", n, second)
			}
		}
		w.crash()
		w.pass(3 * time.Minute)
		w.mustBeTold(all[0], "ops", "math")
		w.mustBeTold(all[99], "ops", "math")
		for _, s := range all {
			w.expect("ops", s, "post 1")
			w.expect("math", s, "post 1")
			w.mustRest(s)
		}
	})
}

// An ops channel that hangs holds nobody else up in a storm.
func TestStoryAStormWhileOpsHangs(t *testing.T) {
	inWorld(t, func(w *world) {
		hangs := true
		w.platform.fault = func(_ string, d chat.Delivery) fault { return fault{hang: hangs && d.Channel.ID == "ops"} }
		w.subscribe("", "math")
		w.start()
		var all []desk.Subject
		for range 30 {
			all = append(all, w.declare(desk.Major, 0))
		}
		w.pass(40 * time.Second)
		for _, s := range all {
			w.expect("math", s, "post 1")
		}
		w.now(func() { hangs = false })
		w.pass(10 * time.Minute)
		for _, s := range all {
			w.expect("ops", s, "post 1")
			w.mustRest(s)
		}
	})
}

// intents counts the chunks that are open on disk.
func (w *world) intents() int { return len(w.chunks()) }

func (w *world) chunks() (all []intentRecord) {
	w.t.Helper()
	err := w.store.View(context.Background(), func(tx storage.Tx) error {
		all = nil
		return intentTable().Scan(tx, nil, nil, 0, func(_ storage.Key, i intentRecord) (bool, error) {
			all = append(all, i)
			return true, nil
		})
	})
	if err != nil {
		w.t.Error(err)
	}
	return all
}
