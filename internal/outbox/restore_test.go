package outbox

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
)

// A backup that was taken while things were due: after it was restored they are not
// told, and what is announced next is, once, to everybody.
func TestARestoredStoreTellsNothingOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		told, untold := numbered(120), []string{"later"}
		w.subscribe("", told...)
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(3 * time.Minute)
		w.mustBeTold(s, told...)
		w.stop()

		w.say(s, 0) // nobody tells it
		w.subscribe("", untold...)
		held := w.declare(desk.Critical, 10*time.Second)
		over := w.declare(desk.Minor, 0)
		w.resolve(over)
		due, err := w.book.Restore(context.Background(), w.store)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]desk.Subject{s, held, over}, due); diff != "" {
			t.Errorf("due (-want +got):\n%s", diff)
		}

		w.start()
		w.pass(10 * time.Minute)
		for _, id := range append(append(untold, told...), "ops") {
			w.mustNotBeTold(held, id)
			w.mustNotBeTold(over, id)
		}
		w.expect("later", s, "")
		w.expect("c0000", s, "post 1 shows 2") // the text is put right, silently
		w.mustRest(s)
		w.mustRest(over)

		w.resolve(s)
		w.say(held, 0)
		w.pass(10 * time.Minute)
		w.expect("c0000", s, "post 1 shows 3; cries [3]")
		w.expect("c0119", held, "post 2")
		w.expect("later", held, "post 2")
		w.expect("ops", held, "post 2")
		w.mustRest(s)
		w.mustRest(held)
	})
}
