package outbox

import (
	"context"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// ask asks ops what is to become of a window.
func (w *world) ask(about desk.Subject) (q desk.Subject) {
	w.t.Helper()
	win := w.windows[about]
	n := desk.Notice{At: w.clock().UTC(), To: channel("ops"), Question: &desk.Question{Kind: desk.AskEnd, Window: &win, By: win.Planned.To}}
	w.update(func(tx storage.Tx) (err error) {
		q, err = w.book.Notify(tx, n)
		return err
	})
	w.questions[q] = false
	return q
}

// answer takes the buttons of a question away.
func (w *world) answer(q desk.Subject) {
	w.t.Helper()
	w.questions[q] = true
	n := desk.Notice{At: w.clock().UTC(), Text: "Answered."}
	w.update(func(tx storage.Tx) error { return w.book.Amend(tx, q, n) }, q)
}

// reached asks whether a notice stands in a channel.
func (w *world) reached(q desk.Subject, id string) (reached bool) {
	w.t.Helper()
	err := w.store.View(context.Background(), func(tx storage.Tx) (err error) {
		reached, err = w.book.Reached(tx, q, channel(id))
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return reached
}

// A question goes to one ops channel, and changes when it is answered. Nothing is said.
func TestStoryAQuestion(t *testing.T) {
	inWorld(t, func(w *world) {
		w.places(Connection{Name: campus, Ops: []string{"ops", "duty"}})
		w.start()
		s := w.plan(time.Hour)
		q := w.ask(s)
		w.pass(5 * time.Second) // the window's own post may go first
		w.expect("ops", q, "post 1")
		w.mustNotBeTold(q, "duty")
		if !w.reached(q, "ops") || w.reached(q, "duty") {
			t.Error("it is not known where the question stands")
		}
		w.answer(q)
		w.pass(20 * time.Second)
		w.expect("ops", q, "post 1 shows 2")
		w.mustRest(q)
	})
}

// A question that waits because posts are held, or because its channel cannot be
// reached, delays nobody, is asked when it can be, and not any more when it was
// answered.
func TestStoryAQuestionWaits(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.start()
		s := w.plan(time.Hour)
		w.pass(time.Minute)
		w.update(func(tx storage.Tx) error { return w.book.Hold(tx, campus, Hold{Since: time.Now()}) })
		first, second := w.ask(s), w.ask(s)
		w.pass(time.Minute)
		w.answer(first)
		w.pass(time.Minute)
		w.update(func(tx storage.Tx) error {
			_, err := w.book.Release(tx, campus)
			return err
		})
		w.pass(time.Second)
		w.mustNotBeTold(first, "ops")
		w.expect("ops", second, "post 1")
		w.mustRest(first)

		down := true
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if down && d.Channel.ID == "ops" {
				return fault{err: notSent}
			}
			return fault{}
		}
		third, fourth := w.ask(s), w.ask(s)
		w.pass(20 * time.Second)
		w.begin(s)
		w.pass(time.Second)
		w.expect("math", s, "post 1 shows 2; cries [2]")
		w.answer(third)
		w.pass(10 * time.Second)
		w.now(func() { down = false })
		w.pass(2 * time.Minute)
		w.mustNotBeTold(third, "ops")
		w.expect("ops", fourth, "post 1")
		w.mustRest(third)
		w.mustRest(fourth)
	})
}

// A notice to all ops channels is amended in those that have it.
func TestStoryANoticeIsAmended(t *testing.T) {
	inWorld(t, func(w *world) {
		w.places(Connection{Name: campus, Ops: []string{"ops", "duty"}})
		away := true
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if away && d.Channel.ID == "duty" {
				return fault{err: limited(time.Minute)}
			}
			return fault{}
		}
		w.start()
		var n desk.Subject
		w.update(func(tx storage.Tx) (err error) {
			n, err = w.book.Notify(tx, desk.Notice{At: w.clock().UTC(), Text: "Look at this."})
			return err
		})
		w.pass(20 * time.Second)
		w.answer(n)
		w.now(func() { away = false })
		w.pass(2 * time.Minute)
		w.expect("ops", n, "post 1 shows 2")
		w.mustNotBeTold(n, "duty")
		w.mustRest(n)
	})
}

// A question for an ops channel that is gone is asked when it is back, where nobody has
// answered it meanwhile, and once.
func TestStoryAQuestionToAChannelThatIsGone(t *testing.T) {
	inWorld(t, func(w *world) {
		gone := true
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if gone && d.Channel.ID == "ops" {
				return fault{err: archived}
			}
			return fault{}
		}
		w.start()
		s := w.plan(72 * time.Hour)
		w.pass(time.Minute)
		open, answered := w.ask(s), w.ask(s)
		w.pass(time.Minute)
		w.answer(answered)
		w.pass(26 * time.Hour)
		w.mustNotBeTold(open, "ops")
		w.now(func() { gone = false })
		for range 2 {
			w.pass(26 * time.Hour) // it is tried daily
			w.expect("ops", open, "post 1")
			w.mustNotBeTold(answered, "ops")
			w.mustRest(open)
			w.engine.Return(channel("ops"))
		}
	})
}
