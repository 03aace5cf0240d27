package outbox

import (
	"context"
	"time"

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
		_, err := w.book.Announce(tx, *c.Announce, w.release(0))
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

// convert makes an incident of a window, in one transaction and without a grace, as
// the journal does.
func (w *world) convert(s desk.Subject) desk.Subject {
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
		_, err := w.book.Announce(tx, *d.Announce, w.release(0))
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
