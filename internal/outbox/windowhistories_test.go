package outbox

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

func windowHistories() []history {
	return []history{
		{"a window from its plan to its end", func(w *world) {
			fourChannels(w)
			s := w.plan(30 * time.Minute)
			w.pass(10 * time.Minute)
			w.mustRest(s)
			w.move(s, 10*time.Minute)
			w.pass(10 * time.Minute)
			w.begin(s)
			w.pass(20 * time.Second)
			w.complete(s)
			w.pass(5 * time.Minute)
			w.mustBeTold(s, "ops", "a", "b", "c")
			w.mustRest(s)
		}},
		{"the planned work of a week", func(w *world) {
			w.chunk = 2
			for _, id := range []string{"a", "b", "c"} {
				w.follow(id, nil)
			}
			w.start()
			w.pass(time.Minute)
			s := w.tellWeek()
			w.pass(5 * time.Minute)
			w.mustBeTold(s, "ops", "a", "b", "c")
			w.mustRest(s)
		}},
		{"a window becomes an incident", func(w *world) {
			fourChannels(w)
			s := w.plan(30 * time.Minute)
			w.pass(30 * time.Minute)
			w.begin(s)
			w.pass(time.Minute)
			into := w.convert(s)
			w.pass(20 * time.Second)
			w.say(into, 0)
			w.pass(5 * time.Minute)
			w.mustAllContinue(s, into)
		}},
		{"a window becomes an incident while its start is told", func(w *world) {
			fourChannels(w)
			s := w.plan(30 * time.Minute)
			w.pass(30 * time.Minute)
			w.begin(s)
			time.Sleep(3 * time.Millisecond)
			into := w.convert(s)
			w.pass(10 * time.Minute)
			w.mustAllContinue(s, into)
		}},
		{"a window becomes an incident before all have a post", func(w *world) {
			fourChannels(w)
			s := w.plan(time.Minute)
			w.begin(s)
			time.Sleep(3 * time.Millisecond)
			into := w.convert(s)
			w.pass(10 * time.Minute)
			w.mustGoOn(s, into)
		}},
		{"a window becomes an incident and answers are lost", func(w *world) {
			lost := 0
			w.platform.fault = func(kind string, d chat.Delivery) fault {
				if lost++; kind == "find" || lost%3 != 0 {
					return fault{}
				}
				return fault{err: unknown, lost: lost%2 == 0}
			}
			fourChannels(w)
			s := w.plan(time.Minute)
			w.begin(s)
			w.pass(100 * time.Millisecond)
			into := w.convert(s)
			w.pass(15 * time.Minute)
			w.mustGoOn(s, into)
		}},
		{"a window becomes an incident at night, and a channel is gone in the morning", func(w *world) {
			w.chunk = 2
			w.subscribe("", "a")
			w.subscribeAs("b", desk.Normal, overnight())
			w.start()
			w.until(21, 0)
			s := w.plan(2 * time.Hour)
			w.until(23, 0)
			w.begin(s)
			w.pass(time.Minute)
			into := w.convert(s)
			w.pass(time.Minute)
			back := w.awayWhile("b")
			w.declare(desk.Critical, 0) // by which it is noticed
			w.until(8, 0)
			back()
			w.pass(26 * time.Hour)
			for _, id := range []string{"ops", "a", "b"} {
				w.mustContinue(s, into, id)
			}
			w.mustHaveMissed("b", "missed: INC-1 open; ")
			w.mustHaveCaughtUp()
			w.mustRest(into)
		}},
		{"a question is answered", func(w *world) {
			fourChannels(w)
			s := w.plan(time.Minute)
			w.pass(time.Minute)
			q := w.ask(s)
			w.pass(40 * time.Second) // behind two looks
			w.answer(q)
			w.pass(5 * time.Minute)
			w.mustBeTold(q, "ops")
			w.mustNotBeTold(q, "a", "b", "c")
			w.mustRest(q)
		}},
		{"a question is answered at once", func(w *world) {
			fourChannels(w)
			s := w.plan(time.Minute)
			w.pass(time.Minute)
			q := w.ask(s)
			time.Sleep(time.Millisecond)
			w.answer(q)
			w.pass(5 * time.Minute)
			if w.platform.in(channel("ops"), q) != "" {
				w.mustBeTold(q, "ops")
			}
			w.mustRest(q)
		}},
	}
}

// mustAllContinue fails unless each of fourChannels goes on with its post of s.
func (w *world) mustAllContinue(s, into desk.Subject) {
	w.t.Helper()
	for _, id := range []string{"ops", "a", "b", "c"} {
		w.mustContinue(s, into, id)
	}
	w.mustRest(s)
	w.mustRest(into)
}

// mustGoOn is mustAllContinue for channels of which some have no post of s.
func (w *world) mustGoOn(s, into desk.Subject) {
	w.t.Helper()
	for _, id := range []string{"ops", "a", "b", "c"} {
		if w.platform.in(channel(id), s) != "" {
			w.mustContinue(s, into, id)
		} else {
			w.mustBeTold(into, id)
		}
	}
	w.mustRest(s)
	w.mustRest(into)
}

// Wherever a process is killed in the life of a window or of a question.
func TestKilledAnywhereInAWindow(t *testing.T) {
	for _, h := range windowHistories() {
		t.Run(h.name, func(t *testing.T) { killedEverywhere(t, h) })
	}
}
