package outbox

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

var windowDeeds = []string{
	"plan", "plan", "plan", "remind", "move", "begin", "begin", "tick", "tick", "complete", "cancel", "convert", "convert",
	"convert", "ask", "answer", "declare", "say", "resolve", "retract", "subscribe", "unsubscribe", "quiet", "loud",
	"night", "late night", "quiet night", "hold", "release", "restart", "vanish", "return",
}

// The same of windows and questions: whatever happens, the invariants hold.
func TestRandomWindowCourses(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := drawCourse(rt, windowDeeds)
		for _, p := range run(t, c) {
			rt.Error(p)
		}
	})
}

// changeWindow announces a change of a window; what a rule refuses is not made. It
// reports false where the step is about something else.
func (w *world) changeWindow(s step) bool {
	about := desk.Subject{Kind: desk.WindowSubject, Number: 1 + s.On%max(1, len(w.windows))}
	win, known := w.windows[about]
	var c desk.WindowChange
	var err error
	switch s.Do {
	case "plan":
		w.planFor(5*time.Second+time.Duration(s.On)*10*time.Second, time.Minute)
		return true
	case "answer":
		w.answerOne(s.On)
		return true
	case "remind", "move", "begin", "tick", "complete", "cancel", "convert", "ask":
		if !known || win.IsOver() {
			return true
		}
	default:
		return false
	}
	switch s.Do {
	case "remind":
		if !win.IsRunning() {
			w.remind(about)
		}
		return true
	case "move":
		c, err = win.Move(desk.Period{From: win.Planned.From.Add(time.Minute), To: win.Planned.To.Add(time.Minute)}, w.act())
	case "begin":
		c, err = win.Start(w.act())
	case "tick":
		c, known = win.Due(w.clock().UTC(), desk.Around{})
		if c.Ask != nil {
			w.ask(about)
		}
	case "complete":
		c, err = win.Done("", false, w.act())
	case "cancel":
		c, err = win.Cancel("No.", w.act())
	case "ask":
		w.ask(about)
		return true
	default:
		if win.IsRunning() {
			w.convert(about)
		}
		return true
	}
	if err == nil && known {
		w.announceWindow(c, nil)
	}
	return true
}

// answerOne answers a question that was not answered yet.
func (w *world) answerOne(k int) {
	var open []desk.Subject
	for q, answered := range w.questions {
		if !answered {
			open = append(open, q)
		}
	}
	slices.SortFunc(open, func(a, b desk.Subject) int { return a.Number - b.Number })
	if len(open) > 0 {
		w.answer(open[k%len(open)])
	}
}

// tooLate says why a post is made that is of no use any more. A call may be on its way
// when people change something.
func (w *world) tooLate(d chat.Delivery, s *subject) string {
	w.nights.mu.Lock()
	defer w.nights.mu.Unlock()
	switch {
	case time.Since(w.nights.changed) < onItsWay:
	case s.out.gaveWay():
		return "told after it became something else"
	case d.Root == "" && s.out.N > d.N && s.at(s.out.N).Snapshot.Notice != nil:
		return "asked after it was answered"
	}
	return ""
}

// mustHaveToldWindows fails unless windows and questions were told to whom they concern.
func (w *world) mustHaveToldWindows() {
	w.t.Helper()
	for q, answered := range w.questions {
		w.mustRest(q)
		if !answered || w.platform.in(channel("ops"), q) != "" {
			w.mustBeTold(q, "ops")
		}
		w.mustNotBeTold(q, "a", "b", "c", "d")
	}
	for s := range w.windows {
		w.mustRest(s)
		sub := w.read(s)
		for _, id := range []string{"a", "b", "c", "d", "ops"} {
			posted := w.platform.in(channel(id), s) != ""
			switch {
			case posted && sub.out.gaveWay():
				w.mustContinue(s, sub.out.Into, id)
			case !sub.out.gaveWay() && (posted || w.mustHear(sub, id)):
				w.mustBeTold(s, id)
			}
		}
	}
}

// mustHear reports whether a channel has to have a post of a window: it was there when
// the newest was announced, or the work goes on.
func (w *world) mustHear(s *subject, id string) (must bool) {
	if w.vanished[id] || w.recounted(id, s.id) || s.out.N == 0 {
		return false
	}
	newest := s.at(s.out.N)
	err := w.store.View(context.Background(), func(tx storage.Tx) error {
		subs, err := w.book.Subscriptions(tx, channel(id))
		must = id == "ops" || w.book.Places().Catalog.Matches(subs, s.scopeAt(s.out.N))
		for _, sub := range subs {
			must = must && (!newest.Snapshot.Waits() || sub.SetAt.Before(newest.At))
		}
		return err
	})
	if err != nil {
		w.t.Error(err)
	}
	return must
}

// rootOf returns the post that shows s in a channel, which may be one of the subject that
// it goes on with.
func (w *world) rootOf(ch desk.Channel, s *subject) *message {
	if m := w.platform.root(ch, s.id); m != nil || !s.out.goesOn() {
		return m
	}
	return w.platform.root(ch, s.out.From)
}

func (w *world) mustHaveNoSecondPost(s *subject, id string) {
	w.t.Helper()
	if !s.out.goesOn() {
		return
	}
	own, old := w.platform.root(channel(id), s.id), w.platform.root(channel(id), s.out.From)
	if own != nil && old != nil && !old.spent {
		w.t.Errorf("%s has posts of both %s and %s", id, s.out.From, s.id)
	}
}
