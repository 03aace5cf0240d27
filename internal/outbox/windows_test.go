package outbox

import (
	"testing"
	"time"
)

// A window is one post in each channel, from the plan to the end. Who subscribes
// while it is coming hears of it with the next that is told, and who does while it
// runs, at once.
func TestStoryOneWindow(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.start()
		s := w.plan(48 * time.Hour)
		w.pass(time.Minute)
		w.expect("math", s, "post 1")
		w.expect("ops", s, "post 1")
		w.mustRest(s)
		if w.out(s).live() {
			t.Error("a window that waits is live")
		}
		w.subscribe("", "late")
		w.pass(time.Minute)
		w.mustNotBeTold(s, "late")
		why, err := w.book.Why(t.Context(), w.store, s, channel("late"))
		if err != nil || why.State != NotTold {
			t.Errorf("%+v, %v", why, err)
		}
		w.pass(24 * time.Hour)
		w.remind(s)
		w.pass(time.Minute)
		w.expect("math", s, "post 1 shows 2; cries [2]")
		w.expect("late", s, "post 2")
		w.mustRest(s)
		w.begin(s)
		w.pass(time.Minute)
		w.subscribe("", "later")
		w.pass(time.Minute)
		w.expect("later", s, "post 3")
		if w.complete(s); !w.out(s).live() {
			t.Error("the end is told by nobody")
		}
		w.pass(time.Minute)
		w.expect("math", s, "post 1 shows 4; cries [2]; cries [3]; cries [4]")
		w.expect("later", s, "post 3 shows 4; cries [4]")
		w.mustRest(s)
	})
}

// What is cancelled reaches who was told of it, and nobody else.
func TestStoryACancelledWindow(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.start()
		s := w.plan(48 * time.Hour)
		w.pass(time.Minute)
		w.move(s, time.Hour)
		w.pass(time.Minute)
		w.subscribe("", "late")
		w.pass(24 * time.Hour)
		w.cancel(s)
		w.pass(time.Minute)
		w.expect("math", s, "post 1 shows 3; cries [2]; cries [3]")
		w.expect("ops", s, "post 1 shows 3; cries [2]; cries [3]")
		w.mustNotBeTold(s, "late")
		w.mustRest(s)
	})
}
