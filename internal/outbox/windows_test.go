package outbox

import (
	"context"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// plan schedules work on learn that begins after a while and lasts an hour.
func (w *world) plan(after time.Duration) desk.Subject { return w.planFor(after, time.Hour) }

func (w *world) planFor(after, length time.Duration) desk.Subject {
	w.t.Helper()
	begin := w.clock().UTC().Add(after)
	c, err := desk.Schedule(len(w.windows)+1, desk.Plan{
		Services: []desk.Affected{{Service: "learn", Name: "Learn"}}, Title: "New database",
		Planned: desk.Period{From: begin, To: begin.Add(length)},
	}, w.act())
	return w.announceWindow(c, err)
}

// announceWindow applies a change of a window and announces it, as the journal does.
func (w *world) announceWindow(c desk.WindowChange, err error) desk.Subject {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	s := c.Window.Subject()
	w.windows[s] = c.Window
	if c.Announce == nil {
		return s
	}
	w.update(func(tx storage.Tx) error {
		_, err := w.book.Announce(tx, *c.Announce, Release{Now: w.clock().UTC()})
		return err
	}, s)
	return s
}

// remind tells of a window that is coming.
func (w *world) remind(s desk.Subject) {
	w.t.Helper()
	win := w.windows[s]
	win.RemindedTo, win.Entries = w.clock().UTC(), win.Entries+1
	w.announceWindow(desk.WindowChange{Window: win, Announce: &desk.Announcement{
		Subject: s, At: w.clock().UTC(), Kind: desk.WindowReminded, Reach: desk.ReachChannel, Snapshot: desk.Snapshot{Window: &win},
	}}, nil)
}

func (w *world) begin(s desk.Subject) {
	w.t.Helper()
	c, err := w.windows[s].Start(w.act())
	w.announceWindow(c, err)
}

func (w *world) complete(s desk.Subject) {
	w.t.Helper()
	c, err := w.windows[s].Done("", false, w.act())
	w.announceWindow(c, err)
}

func (w *world) cancel(s desk.Subject) {
	w.t.Helper()
	c, err := w.windows[s].Cancel("The vendor is not ready.", w.act())
	w.announceWindow(c, err)
}

func (w *world) move(s desk.Subject, by time.Duration) {
	w.t.Helper()
	p := w.windows[s].Planned
	c, err := w.windows[s].Move(desk.Period{From: p.From.Add(by), To: p.To.Add(by)}, w.act())
	w.announceWindow(c, err)
}

// convert makes an incident of a window, in one transaction.
func (w *world) convert(s desk.Subject) desk.Subject { return w.convertWith(s, 0) }

func (w *world) convertWith(s desk.Subject, grace time.Duration) desk.Subject {
	w.t.Helper()
	c, err := w.windows[s].Convert(len(w.state)+1, w.act())
	if err != nil {
		w.t.Fatal(err)
	}
	d, err := desk.Declare(len(w.state)+1, desk.Declaration{
		Services: []desk.Affected{{Service: "learn", Name: "Learn"}}, Impact: desk.Major, Title: "Learn does not work", Text: "The work went wrong.",
	}, w.act())
	if err != nil {
		w.t.Fatal(err)
	}
	into := d.Incident.Subject()
	w.windows[s], w.state[into] = c.Window, d.Incident
	w.update(func(tx storage.Tx) error {
		if err := w.book.Continue(tx, s, into); err != nil {
			return err
		}
		_, err := w.book.Announce(tx, *d.Announce, Release{Now: w.clock().UTC(), Grace: grace})
		return err
	}, into)
	return into
}

func (w *world) out(s desk.Subject) (out outRecord) {
	w.t.Helper()
	err := w.store.View(context.Background(), func(tx storage.Tx) (err error) {
		out, _, err = outTable().Get(tx, outKey(s))
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

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

// Work that becomes an incident keeps its posts: the incident is said in their threads
// and then shown by them. A channel that had none gets one.
func TestStoryAWindowBecomesAnIncident(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.subscribeAs("left", desk.Normal, nil)
		w.subscribeAs("quiet", desk.Quiet, nil)
		w.start()
		s := w.plan(48 * time.Hour)
		w.pass(48 * time.Hour)
		w.begin(s)
		w.pass(time.Minute)
		w.unsubscribe("left")
		root := w.platform.root(channel("math"), s).id
		into := w.convert(s)
		w.subscribe("", "late")
		w.pass(time.Minute)
		w.expect("late", into, "post 1")
		for _, id := range []string{"math", "left", "ops", "quiet"} {
			w.mustContinue(s, into, id)
		}
		w.expect("math", into, "cries [1]")
		w.mustRest(s)
		w.mustRest(into)
		w.resolve(into)
		w.pass(time.Minute)
		w.expect("math", into, "cries [1]; cries [2]")
		w.expect("quiet", into, "cries [1]")
		if p := w.post(into, "math"); p.Root != root || p.Shown != 2 {
			t.Errorf("%+v", p)
		}
		w.mustRest(into)
	})
}

// post is what is kept of a channel's post.
func (w *world) post(s desk.Subject, id string) (p Post) {
	w.t.Helper()
	err := w.store.View(context.Background(), func(tx storage.Tx) (err error) {
		p, _, err = postTable().Get(tx, postKey(s, channel(id)))
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// mustContinue fails unless the incident into was said once, below the one post that
// the channel had of the window s, and is shown by that in its newest state.
func (w *world) mustContinue(s, into desk.Subject, id string) {
	w.t.Helper()
	w.platform.mu.Lock()
	defer w.platform.mu.Unlock()
	root := w.platform.root(channel(id), s)
	if root == nil {
		w.t.Errorf("%s has no post of %s", id, s)
		return
	}
	said := 0
	for _, m := range w.platform.rooms[channel(id)] {
		switch {
		case m.subject == into && m.root == "":
			w.t.Errorf("%s has a second post, of %s", id, into)
		case m.subject == into && m.root != root.id:
			w.t.Errorf("%s: %s is said elsewhere", id, into)
		case m.subject == into && len(m.said) > 0 && m.said[0] == 1:
			said++
		}
	}
	if said != 1 {
		w.t.Errorf("%s heard %d times of %s", id, said, into)
	}
	if root.shows != into || root.shown != w.out(into).want(w.book.Places().isOps(channel(id))) {
		w.t.Errorf("%s: the post of %s shows %s, version %d", id, s, root.shows, root.shown)
	}
}

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
		w.pass(time.Second)
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
