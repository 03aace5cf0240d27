package outbox

import (
	"errors"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// What ops channels are told first is rendered before it is on disk: by a commit of three
// seconds the post is ready when that ends.
func TestTheFirstPostIsRenderedWhileItIsStored(t *testing.T) {
	inWorld(t, func(w *world) {
		w.places(Connection{Name: campus, Ops: []string{"ops", "x"}})
		w.start()
		w.pass(time.Minute)
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.say(s, 0)
		w.pass(time.Minute)
		if n := w.platform.calls["foreseen"]; n != 2 {
			t.Errorf("%d posts were rendered ahead, want those to two ops channels", n)
		}
		w.mustBeTold(s, "ops", "x")
		w.mustRest(s)
	})
}

// A commit fails behind what was rendered of it. The number is given again, to something
// else, and what is told is that.
func TestWhatWasForeseenOfAFailedCommitIsNotTold(t *testing.T) {
	inWorld(t, func(w *world) {
		w.start()
		w.pass(time.Minute)
		refused := errors.New("the disk is full")
		c, err := desk.Declare(1, desk.Declaration{
			Services: []desk.Affected{{Service: "learn", Name: "Learn"}}, Impact: desk.Critical, Title: "Never stored", Text: "Never stored.",
		}, w.act())
		if err != nil {
			t.Fatal(err)
		}
		err = w.store.Update(t.Context(), func(tx storage.Tx) error {
			_, err := w.book.Announce(tx, *c.Announce, w.release(0))
			return errors.Join(err, refused)
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		w.pass(time.Minute)
		if len(w.platform.prepared) != 1 || w.platform.calls["post"] != 0 {
			t.Fatalf("%d rendered, %d posted", len(w.platform.prepared), w.platform.calls["post"])
		}
		w.late = true // nothing is foreseen of what is told now
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.mustBeTold(s, "ops")
		w.mustRest(s)
	})
}

// A process that ends renders nothing more, whoever still announces.
func TestNothingIsForeseenByWhoEnds(t *testing.T) {
	inWorld(t, func(w *world) {
		w.start()
		w.pass(time.Minute)
		l := w.engine.lines[campus]
		w.stop()
		l.foresee(desk.Announcement{Subject: incidentNo(1), N: 1}, annKey(incidentNo(1), 1), []byte("{}"))
		w.pass(time.Minute)
		if len(w.platform.prepared) != 0 {
			t.Error("it was rendered")
		}
	})
}
