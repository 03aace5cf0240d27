package outbox

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

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
	if w.platform.root(channel(id), s) == nil {
		w.t.Errorf("%s has no post of %s", id, s)
		return
	}
	out := w.read(into)
	root := w.rootOf(channel(id), out)
	want := out.out.want(w.book.Places().isOps(channel(id)))
	first, silent := 1, w.recounted(id, into)
	if want > 0 && out.scopeAt(want).Retracted { // which may be all that is heard, and a quiet channel does not
		first, silent = want, silent || w.nights.sometimes[id]
	}
	said, told := 0, 0
	for _, m := range w.platform.rooms[channel(id)] {
		switch {
		case m.subject == into && m.root == "" && m.continues == "":
			w.t.Errorf("%s has a second post, of %s", id, into)
		case m.subject == into && m.root == "":
			if m.n >= first && told < first { // the post of the work took no more edits
				said++
			}
		case m.subject == into && w.platform.message(channel(id), m.root) == nil:
			w.t.Errorf("%s: %s is said elsewhere", id, into)
		case m.subject == into && slices.Contains(m.said, first):
			said++
		}
		if m.subject == into {
			told = max(told, m.n)
		}
	}
	if said > 1 || said == 0 && !silent {
		w.t.Errorf("%s heard %d times of %s", id, said, into)
	}
	if root.shows != into || root.shown != want {
		w.t.Errorf("%s: the post of %s shows %s, version %d", id, s, root.shows, root.shown)
	}
}

// Who was not told that the work went wrong is not told in words that this was a mistake,
// where only edits are wanted: the post shows it.
func TestStoryAQuietChannelAndAnIncidentThatNeverWas(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "loud")
		w.subscribeAs("quiet", desk.Quiet, nil)
		w.start()
		s := w.plan(time.Minute)
		w.pass(2 * time.Minute)
		w.begin(s)
		w.pass(time.Minute)
		w.platform.fault = func(string, chat.Delivery) fault { return fault{err: limited(time.Minute)} }
		into := w.convert(s)
		w.pass(time.Second)
		w.retract(into)
		w.now(func() { w.platform.fault = nil })
		w.pass(10 * time.Minute)
		w.mustNotBeTold(into, "quiet")
		w.mustContinue(s, into, "quiet")
		w.mustContinue(s, into, "loud")
		w.mustRest(into)
	})
}

// Where it cannot be found out what stands of the work, the incident waits; nobody else
// does.
func TestStoryWhoHasToFollowDelaysNobody(t *testing.T) {
	inWorld(t, func(w *world) {
		w.chunk = 1
		broken := true
		w.platform.fault = func(kind string, d chat.Delivery) fault {
			switch {
			case d.Channel.ID != "a" && d.Channel.ID != "b":
			case kind == "post" && d.Subject.Kind == desk.WindowSubject:
				return fault{err: unknown, lost: true}
			case kind == "find" && broken:
				return fault{err: notSent}
			}
			return fault{}
		}
		w.subscribe("", "a", "b", "c", "d", "e")
		w.start()
		w.pass(time.Second)
		s := w.plan(time.Minute)
		w.begin(s)
		w.pass(10 * time.Second)
		into := w.convert(s)
		w.pass(time.Minute)
		for _, id := range []string{"c", "d", "e", "ops"} {
			w.mustContinue(s, into, id)
		}
		w.mustNotBeTold(into, "a", "b")
		w.now(func() { broken = false })
		w.pass(5 * time.Minute)
		w.mustContinue(s, into, "a")
		w.mustContinue(s, into, "b")
		w.mustRest(s)
		w.mustRest(into)
	})
}

// Who unsubscribes while it is in doubt whether the work was posted sees what it became
// all the same.
func TestStoryInDoubtAndUnsubscribed(t *testing.T) {
	inWorld(t, func(w *world) {
		w.platform.fault = func(kind string, d chat.Delivery) fault {
			if kind == "post" && d.Channel.ID == "left" && d.Subject.Kind == desk.WindowSubject {
				return fault{err: unknown, lost: true}
			}
			return fault{}
		}
		w.subscribe("", "left", "math")
		w.start()
		w.pass(time.Second)
		s := w.plan(time.Minute)
		w.begin(s)
		w.pass(time.Second)
		w.unsubscribe("left")
		into := w.convert(s)
		other := w.declare(desk.Minor, 0)
		w.pass(5 * time.Minute)
		w.mustContinue(s, into, "left")
		w.mustNotBeTold(other, "left")
		w.mustRest(s)
		w.mustRest(into)
	})
}

// Deliveries of what gave way, and of what goes on with its posts, name all channels.
func TestDeliveriesOfWhatBecameAnIncident(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math", "late")
		w.start()
		w.unsubscribe("late")
		s := w.plan(time.Minute)
		w.begin(s)
		w.pass(time.Minute)
		w.subscribe("", "late")
		w.unsubscribe("math")
		w.update(func(tx storage.Tx) error { return w.book.Hold(tx, campus, Hold{Since: time.Now()}) })
		into := w.convert(s)
		w.pass(time.Minute)
		want := func(s desk.Subject, id string, state State) {
			t.Helper()
			why, err := w.book.Why(t.Context(), w.store, s, channel(id))
			if err != nil || why.State != state {
				t.Errorf("%s about %s: %+v, %v", id, s, why.Standing, err)
			}
		}
		want(into, "math", Waiting)
		d, err := w.book.Deliveries(t.Context(), w.store, into)
		if err != nil || len(d.Channels) != 3 {
			t.Errorf("%+v, %v", d, err)
		}
		w.update(func(tx storage.Tx) error {
			_, err := w.book.Release(tx, campus)
			return err
		})
		w.pass(time.Minute)
		want(s, "math", Told)
		want(into, "math", Told)
		want(into, "late", Told)
	})
}

// What was not yet sent of the work when it became an incident is void: replies, edits,
// and posts.
func TestStoryTheUnsentIsVoid(t *testing.T) {
	inWorld(t, func(w *world) {
		busy := false
		w.platform.fault = func(kind string, d chat.Delivery) fault {
			switch {
			case !busy || d.Subject.Kind != desk.WindowSubject:
			case d.Channel.ID == "math" && kind == "post", d.Channel.ID == "physics" && kind == "edit":
				return fault{err: limited(20 * time.Second)}
			case d.Channel.ID == "late":
				return fault{err: notSent}
			}
			return fault{}
		}
		w.subscribe("", "math", "physics")
		w.start()
		s := w.plan(time.Hour)
		w.pass(time.Minute)
		w.now(func() { busy = true })
		w.subscribe("", "late")
		w.begin(s)
		w.pass(5 * time.Second)
		into := w.convert(s)
		w.pass(5 * time.Minute)
		w.expect("math", s, "post 1")
		w.expect("physics", s, "post 1; cries [2]")
		w.expect("late", s, "")
		w.expect("late", into, "post 1")
		w.mustContinue(s, into, "math")
		w.mustContinue(s, into, "physics")
		w.mustRest(s)
		w.mustRest(into)
	})
}
