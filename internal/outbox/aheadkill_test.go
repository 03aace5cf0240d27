package outbox

import (
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// opsHistories are those in which announcements open ops channels, and something keeps
// them from it.
func opsHistories() []history {
	return []history{
		{"an ops channel of two comes and goes", func(w *world) {
			w.xAndOps()
			w.subscribe("", "a")
			w.start()
			w.pass(time.Millisecond)
			first := w.declare(desk.Major, 0)
			w.pass(2 * time.Second)
			back := w.awayWhile("x")
			w.say(first, 0)
			w.pass(1500 * time.Millisecond)
			second := w.declare(desk.Major, 0)
			w.pass(2 * time.Second)
			back()
			third := w.declare(desk.Major, 0)
			w.pass(2 * time.Second)
			w.say(second, 0)
			w.pass(26 * time.Hour)
			for _, s := range []desk.Subject{first, second, third} {
				w.mustBeTold(s, "x", "ops", "a")
				w.mustRest(s)
			}
		}},
		{"announced as it starts, held, and let go", func(w *world) {
			w.subscribe("", "a", "b")
			w.start()
			first := w.declare(desk.Major, 0)
			w.pass(2 * time.Second)
			second := w.declare(desk.Major, 0)
			w.update(func(tx storage.Tx) error { return w.book.Hold(tx, campus, Hold{Since: time.Now()}) })
			w.say(first, 0)
			third := w.declare(desk.Major, 0)
			w.pass(20 * time.Second)
			w.update(func(tx storage.Tx) error { _, err := w.book.Release(tx, campus); return err })
			w.pass(5 * time.Minute)
			for _, s := range []desk.Subject{first, second, third} {
				w.mustBeTold(s, "ops", "a", "b")
				w.mustRest(s)
			}
		}},
		{"an alert, an update of what is said, a stop and a start", func(w *world) {
			fourChannels(w)
			alert := w.raise(1)
			w.pass(1500 * time.Millisecond)
			s := w.declare(desk.Major, 0)
			w.stop()
			w.start()
			w.pass(2 * time.Second)
			w.say(s, 0)
			w.stop()
			w.start()
			w.pass(5 * time.Minute)
			w.expect("ops", alert, "post 1")
			w.mustBeTold(s, "ops", "a", "b", "c")
			w.mustRest(s)
		}},
	}
}
