package outbox

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// setClock stops the process, sets the clock of its machine, and starts another.
func (w *world) setClock(by time.Duration) {
	w.stop()
	w.skew += by
	w.start()
}

// vanish has channel b answer from now on that it is archived, and does something
// a little later, while that is not yet on disk: an answer of channel a, which does
// not come, is waited for. It returns what brings b back.
func (w *world) vanish(next func()) (back func()) {
	away, first := true, true
	w.now(func() {
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			switch {
			case !away || d.Channel.ID == "ops":
			case d.Channel.ID == "a":
				return fault{hang: true}
			case d.Channel.ID == "b":
				if first {
					time.AfterFunc(groupTime/3, next)
				}
				first = false
				return fault{err: archived}
			}
			return fault{}
		}
	})
	return func() { w.now(func() { away = false }) }
}

// A channel that is an ops channel no more is not told what only ops channels are,
// though that was under way, and nothing that it has heard again.
func TestStoryOpsChannelMoves(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math", "ops")
		busy := false
		w.platform.fault = func(kind string, d chat.Delivery) fault {
			if busy && d.Channel.ID == "ops" {
				return fault{err: limited(20 * time.Second)}
			}
			return fault{}
		}
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		w.now(func() { busy = true })
		w.say(s, 10*time.Second)
		w.pass(time.Second)
		w.stop()
		w.now(func() { busy = false })
		w.places(Connection{Name: campus, Ops: []string{"duty"}})
		w.start()
		before := w.commits.Load()
		w.pass(2 * time.Second)
		if n := w.commits.Load() - before; n > 20 {
			t.Fatalf("%d commits in two seconds", n)
		}
		w.pass(time.Minute)
		w.expect("ops", s, "post 1 shows 3; says [2]")
		w.expect("math", s, "post 1 shows 3; says [2]")
		w.resolve(s)
		w.pass(time.Minute)
		w.mustRest(s)
	})
}

// A clock that is set back delays nothing for as long as it was wrong.
func TestStoryClockSetBack(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		failing := false
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if failing {
				return fault{err: notSent}
			}
			return fault{}
		}
		w.skew = time.Hour
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.setClock(-time.Hour)
		w.say(s, 0)
		w.pass(20 * time.Second)
		w.expect("math", s, "post 1 shows 2; says [2]")

		w.setClock(time.Hour)
		held := w.declare(desk.Major, 10*time.Second)
		w.pass(time.Second)
		w.setClock(-time.Hour)
		w.pass(30 * time.Second)
		w.expect("math", held, "post 2")

		w.setClock(time.Hour)
		w.now(func() { failing = true })
		w.say(s, 0)
		w.pass(40 * time.Second)
		w.now(func() { failing = false })
		w.setClock(-time.Hour)
		w.pass(90 * time.Second)
		w.expect("math", s, "post 1 shows 3; says [2]; says [3]")
	})
}

// What a process left in doubt is looked up soon although the clock was set back
// since the next process started.
func TestStoryClockSetBackInDoubt(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.platform.fault = func(string, chat.Delivery) fault { return fault{hang: true} }
		w.skew = time.Hour
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(time.Second)
		w.crash()
		w.pass(time.Second)
		w.db.dead.Store(true)
		w.now(func() { w.platform.fault = nil })
		w.setClock(-time.Hour)
		w.pass(time.Minute)
		w.expect("math", s, "post 1")
	})
}

// A channel that is back before it is noted that it was gone is told at once.
func TestStoryBackAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "a", "b")
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		var back func()
		back = w.vanish(func() {
			back()
			w.engine.Return(channel("b"))
		})
		w.say(s, 0)
		w.pass(time.Minute)
		w.say(s, 0)
		w.pass(time.Minute)
		w.mustBeTold(s, "a", "b")
	})
}

// A chunk of which nobody knew whether it was written holds up nothing, though a
// channel of it has vanished. Ops is told that once.
func TestStoryUnclearChunk(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "a", "b", "c")
		w.start()
		first := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		var second desk.Subject
		w.vanish(func() {
			w.commitAs.Store(unclear)
			second = w.declare(desk.Major, 0)
		})
		w.say(first, 0)
		w.pass(10 * time.Second)
		w.commitAs.Store(well)
		w.now(func() {
			w.platform.fault = func(_ string, d chat.Delivery) fault {
				if d.Channel.ID == "b" {
					return fault{err: archived}
				}
				return fault{}
			}
		})
		w.pass(2 * time.Minute)
		w.resolve(first)
		w.resolve(second)
		w.pass(time.Minute)
		w.mustRest(first)
		w.mustRest(second)
		w.mustBeTold(second, "a", "c")
		w.expect("ops", desk.Subject{Kind: desk.NoticeSubject, Number: 1}, "post 1")
		w.expect("ops", desk.Subject{Kind: desk.NoticeSubject, Number: 2}, "")
	})
}

// A store that took no writes while a chunk ought to have been broken up does not
// leave the rest of the circle waiting for those in trouble.
func TestStoryStoreFailsInAFanOut(t *testing.T) {
	inWorld(t, func(w *world) {
		w.chunk = 2
		w.subscribe("", numbered(8)...)
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if d.Channel.ID == "c0000" || d.Channel.ID == "c0002" {
				return fault{err: notSent}
			}
			return fault{}
		}
		w.start()
		w.pass(time.Minute)
		s := w.declare(desk.Major, 0)
		w.pass(3 * time.Second)
		w.commitAs.Store(refused)
		w.pass(5 * time.Minute)
		w.commitAs.Store(well)
		w.pass(2 * time.Minute)
		w.mustBeTold(s, "c0001", "c0003", "c0004", "c0005", "c0006", "c0007")
	})
}

// A connection that answers reads but refuses posts is told of once.
func TestStoryPostsRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		w.places(Connection{Name: campus, Ops: []string{"ops"}}, Connection{Name: "boston", Ops: []string{"duty"}})
		w.platform.fault = func(kind string, d chat.Delivery) fault {
			if kind == "post" && d.Channel.Connection == campus {
				return fault{err: revoked}
			}
			return fault{}
		}
		w.start()
		w.declare(desk.Major, 0)
		w.pass(time.Hour)
		duty := desk.Channel{Connection: "boston", ID: "duty"}
		for n, want := range []string{"post 1", ""} {
			if got := w.platform.in(duty, desk.Subject{Kind: desk.NoticeSubject, Number: n + 1}); got != want {
				t.Errorf("boston's ops channel has %q as notice %d, want %q", got, n+1, want)
			}
		}
	})
}

// While a limit stops reads, the channels whose read is due wait for its end.
func TestReachWaitsForItsPace(t *testing.T) {
	now := time.Date(2026, 11, 22, 4, 10, 0, 0, time.UTC)
	l := newLine(NewEngine(EngineConfig{Abilities: func(desk.Channel) chat.Abilities { return chat.Abilities{} }, Book: NewBook()}), campus, nil)
	l.gone["b"] = goneRecord{Next: now.Add(-time.Hour)}
	l.pace[methodReach].refused(now, "a", 30*time.Second, true)
	if l.reach(t.Context(), now); l.health.reading {
		t.Error("it reads although a limit stops it")
	}
	if at := l.reachTime(now); !at.Equal(now.Add(30 * time.Second)) {
		t.Errorf("it looks again at %v, %v from now", at, at.Sub(now))
	}
}

// What was sent is found again although our clock is some minutes wrong, or was an
// hour wrong when it was sent.
func TestStoryLookUpWithAWrongClock(t *testing.T) {
	for _, wrong := range []time.Duration{4 * time.Minute, -4 * time.Minute, time.Hour} {
		t.Run(wrong.String(), func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.subscribe("", "math")
				w.skew = wrong
				w.platform.fault = func(string, chat.Delivery) fault { return fault{hang: true, lost: true} }
				w.start()
				s := w.declare(desk.Major, 0)
				w.pass(time.Second)
				w.db.dead.Store(true)
				w.now(func() { w.platform.fault = nil })
				if wrong == time.Hour {
					w.setClock(-wrong)
				} else {
					w.setClock(0)
				}
				w.pass(time.Minute)
				w.expect("math", s, "post 1")
				w.expect("ops", s, "post 1")
			})
		})
	}
}

// On a slow disk all calls end while the line waits for a commit; every text is put
// right all the same.
func TestStorySlowDisk(t *testing.T) {
	inWorld(t, func(w *world) {
		w.disk = 80 * time.Millisecond
		w.subscribe("", numbered(150)...)
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.say(s, 0)
		w.pass(2 * time.Minute)
		w.mustBeTold(s, numbered(150)...)
	})
}

// What people change while it is written that a channel may have been sent to is heeded:
// nothing is sent as it was before.
func TestStoryChangedWhileAMarkIsWritten(t *testing.T) {
	changes := map[string]func(w *world, s desk.Subject){
		"retracted":    func(w *world, s desk.Subject) { w.retract(s) },
		"unsubscribed": func(w *world, _ desk.Subject) { w.unsubscribe("late") },
		"held": func(w *world, _ desk.Subject) {
			w.update(func(tx storage.Tx) error { return w.book.Hold(tx, campus, Hold{Since: time.Now()}) })
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			before, after := 0, 0
			for at := time.Millisecond / 2; at < 60*time.Millisecond; at += time.Millisecond {
				inWorld(t, func(w *world) {
					w.disk = 8 * time.Millisecond
					w.start()
					s := w.declare(desk.Major, 0)
					w.pass(20 * time.Second)
					changed := false
					w.platform.allowed = func(d chat.Delivery) string {
						if changed && d.Root == "" {
							return name + " before"
						}
						return ""
					}
					w.subscribe("", "late")
					w.pass(at)
					w.now(func() { changed = true })
					change(w, s)
					w.pass(time.Minute)
					if w.platform.in(channel("late"), s) == "" {
						before++
					} else {
						after++
					}
				})
			}
			if before == 0 || after == 0 {
				t.Errorf("changed %d times before the post, %d times behind it", before, after)
			}
		})
	}
}

// A retraction cannot overtake a post that is under way: its channel hears it, once, be
// the post's answer late, lost, or the platform slow.
func TestStoryRetractedWhileAPostIsUnderWay(t *testing.T) {
	for name, f := range map[string]fault{
		"late":            {err: unknown, late: 5 * time.Second},
		"lost":            {err: unknown, lost: true},
		"no answer":       {hang: true, lost: true},
		"late, no answer": {hang: true, late: 14 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				first := true
				w.platform.fault = func(kind string, d chat.Delivery) fault {
					if kind != "post" || d.Channel.ID != "math" || !first {
						return fault{}
					}
					first = false
					return f
				}
				w.subscribe("", "math", "physics")
				w.start()
				s := w.declare(desk.Major, 0)
				w.pass(time.Second)
				w.retract(s)
				w.pass(2 * time.Minute)
				w.expect("math", s, "post 1 shows 2; cries [2]")
				w.expect("physics", s, "post 1 shows 2; cries [2]")
				w.mustRest(s)
			})
		})
	}
}

// A channel that is gone is read when something about it changed, once however often that
// is said, and ops is not told again while it is gone; one that is not gone is not read.
func TestStoryLookedAtWhenItChanged(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "a", "b")
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		away := true
		w.now(func() {
			w.platform.fault = func(_ string, d chat.Delivery) fault {
				if away && d.Channel.ID == "b" {
					return fault{err: archived}
				}
				return fault{}
			}
		})
		looked := func(want int) {
			t.Helper()
			w.engine.Look(channel("a"))
			w.engine.Look(channel("b"))
			w.engine.Look(channel("b"))
			w.pass(time.Minute)
			w.now(func() {
				if got := w.platform.calls["reach"]; got != want {
					t.Errorf("%d reads, want %d", got, want)
				}
			})
		}
		looked(0)
		w.say(s, 0)
		w.pass(time.Minute)
		looked(1)
		looked(2)
		w.expect("ops", desk.Subject{Kind: desk.NoticeSubject, Number: 2}, "")
		w.now(func() { away = false })
		looked(3)
		w.mustBeTold(s, "a", "b")
		looked(3)
	})
}

// What changed before it is noted that a channel is gone counts, too.
func TestStoryChangedBeforeItWasNoted(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "a", "b")
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		var back func()
		back = w.vanish(func() {
			back()
			w.engine.Look(channel("b"))
		})
		w.say(s, 0)
		w.pass(time.Minute)
		w.say(s, 0)
		w.pass(time.Minute)
		w.mustBeTold(s, "a", "b")
	})
}

// What channels may do may have changed for all of them: those that are gone are read, but
// not each time, as that may be said every few seconds.
func TestStoryAllLookedAt(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "a", "b", "c")
		away := true
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if away && (d.Channel.ID == "b" || d.Channel.ID == "c") {
				return fault{err: archived}
			}
			return fault{}
		}
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		looked := func(want int) {
			t.Helper()
			w.now(func() {
				if got := w.platform.calls["reach"]; got != want {
					t.Errorf("%d reads, want %d", got, want)
				}
			})
		}
		looked(0)
		for range 60 {
			w.engine.LookAll(campus)
			w.pass(time.Second)
		}
		looked(2)
		w.pass(lookAllEvery)
		looked(4)
		w.pass(time.Hour)
		looked(4)
		w.now(func() { away = false })
		w.engine.LookAll(campus)
		w.pass(time.Minute)
		looked(6)
		w.mustBeTold(s, "a", "b", "c")
	})
}
