package outbox

import (
	"context"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// An answer that was lost is looked up, twice, before anything is sent again,
// though the request takes effect late or the history is behind.
func TestStoryLostAnswers(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault fault
		lag   time.Duration
	}{
		{"not applied", fault{err: unknown}, 0},
		{"applied", fault{err: unknown, lost: true}, 0},
		{"applied, and the history lags", fault{err: unknown, lost: true}, 18 * time.Second},
		{"applied late", fault{err: unknown, late: 14 * time.Second}, 0},
		{"no answer", fault{hang: true}, 0},
		{"no answer, but applied", fault{hang: true, lost: true}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.subscribe("", "math", "physics")
				bad := map[string]bool{}
				w.platform.lag = tt.lag
				w.platform.fault = func(kind string, d chat.Delivery) fault {
					k := kind + d.Channel.ID + d.Subject.String() + string(d.Root)
					if d.Channel.ID != "math" || kind == "find" || bad[k] {
						return fault{}
					}
					bad[k] = true
					return tt.fault
				}
				w.start()
				s := w.declare(desk.Major, 0)
				w.pass(time.Minute)
				w.expect("math", s, "post 1")
				w.say(s, 0)
				w.pass(3 * time.Minute)
				w.expect("math", s, "post 1 shows 2; says [2]")
				w.mustBeTold(s, "ops", "physics")
				w.resolve(s)
				w.pass(time.Minute)
				w.mustRest(s)
			})
		})
	}
}

// Where nothing can be looked up, an opening is repeated with its reference, a
// routine reply is left to the edit, and after three copies ops decides.
func TestStoryNothingCanBeLookedUp(t *testing.T) {
	inWorld(t, func(w *world) {
		w.platform.abil.LookUp = false
		w.subscribe("", "math", "physics")
		bad := 0
		w.platform.fault = func(kind string, d chat.Delivery) fault {
			if d.Channel.ID == "math" && kind == "post" && bad > 0 {
				bad--
				return fault{err: unknown, lost: true}
			}
			return fault{}
		}
		w.start()
		w.now(func() { bad = 1 })
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.expect("math", s, "post 1; post 1 (with reference)")
		w.expect("physics", s, "post 1")
		w.now(func() { bad = 1 })
		w.say(s, 0)
		w.pass(time.Minute)
		w.expect("physics", s, "post 1 shows 2; says [2]")
		why, err := w.book.Why(context.Background(), w.store, s, channel("math"))
		if err != nil || !why.Unsure || why.State != Told {
			t.Errorf("got %+v, %v", why.Standing, err)
		}

		w.now(func() { bad = 100 })
		other := w.declare(desk.Major, 0)
		w.pass(10 * time.Minute)
		w.expect("math", other, "post 1; post 1 (with reference); post 1 (with reference)")
		w.expect("ops", desk.Subject{Kind: desk.NoticeSubject, Number: 1}, "post 1")
		why, err = w.book.Why(context.Background(), w.store, other, channel("math"))
		if err != nil || why.State != Failed {
			t.Errorf("got %+v, %v", why.Standing, err)
		}
	})
}

// What the platform refuses for good is shown as failed, ops is told, and the
// next announcement tries anew.
func TestStoryRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math", "physics")
		refuse := true
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if refuse && d.Channel.ID == "math" {
				return fault{err: tooLong}
			}
			return fault{}
		}
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		why, err := w.book.Why(context.Background(), w.store, s, channel("math"))
		if err != nil || why.State != Failed || why.Why != "msg_too_long" {
			t.Errorf("got %+v, %v", why.Standing, err)
		}
		w.expect("ops", desk.Subject{Kind: desk.NoticeSubject, Number: 1}, "post 1")
		w.mustRest(s)
		w.now(func() { refuse = false })
		w.say(s, 0)
		w.pass(time.Minute)
		w.expect("math", s, "post 2")
		w.resolve(s)
		w.pass(time.Minute)
		w.mustRest(s)
	})
}

// What fails for a day is given up, visibly.
func TestStoryGivenUp(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math", "physics")
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if d.Channel.ID == "math" {
				return fault{err: notSent}
			}
			return fault{}
		}
		w.start()
		s := w.declare(desk.Major, 0)
		for range 20 {
			w.pass(time.Hour)
			w.say(s, 0) // others get through, so it is the channel
		}
		d, err := w.book.Deliveries(context.Background(), w.store, s)
		if err != nil || d.Channels[0].State != Waiting || d.Channels[0].Why != "connection refused" || d.Channels[0].Tries < 900 {
			t.Errorf("got %+v, %v", d, err)
		}
		w.pass(5 * time.Hour)
		d, err = w.book.Deliveries(context.Background(), w.store, s)
		if err != nil || d.Channels[0].State != Failed {
			t.Errorf("got %+v, %v", d.Channels, err)
		}
		w.mustBeTold(s, "physics", "ops")
	})
}

// A planned restart leaves nothing to be looked up, and nothing is said twice.
func TestStoryCleanStop(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", numbered(40)...)
		w.start()
		w.pass(time.Minute)
		s := w.declare(desk.Major, 0)
		time.Sleep(300 * time.Millisecond)
		w.stop()
		w.start()
		w.pass(time.Minute)
		w.mustBeTold(s, append(numbered(40), "ops")...)
		if n := w.platform.calls["find"]; n > 0 {
			t.Errorf("%d look-ups after a planned restart", n)
		}
	})
}

// After a start no text is edited for 15 seconds: an edit of the process before
// could take effect late, and an old text would stay.
func TestStoryNoEditAfterAStart(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.platform.fault = func(kind string, d chat.Delivery) fault {
			if kind == "edit" && d.N == 2 {
				return fault{err: unknown, late: 14 * time.Second}
			}
			return fault{}
		}
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		w.say(s, 0)
		w.pass(100 * time.Millisecond)
		w.crash()
		w.say(s, 0)
		w.pass(2 * time.Minute)
		w.expect("math", s, "post 1 shows 3; says [2]; says [3]")
		w.expect("ops", s, "post 1 shows 3; says [2]; says [3]")
	})
}

// An edit whose answer was lost may take effect late; until it cannot any more the
// text is not edited again, whatever is said meanwhile.
func TestStoryLateEdit(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.platform.fault = func(kind string, d chat.Delivery) fault {
			if kind == "edit" && d.N == 2 {
				return fault{err: unknown, late: 14 * time.Second}
			}
			return fault{}
		}
		w.start()
		w.pass(time.Minute)
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.say(s, 0)
		w.pass(3 * time.Second)
		w.say(s, 0)
		w.pass(time.Minute)
		w.expect("math", s, "post 1 shows 3; says [2]; says [3]")
		w.expect("ops", s, "post 1 shows 3; says [2]; says [3]")
	})
}

// A post that somebody deleted is made again when there is something to say.
func TestStoryPostDeleted(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		deleted := false
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if deleted && d.Channel.ID == "math" && d.Root == "m2" {
				return fault{err: &chat.SendError{Outcome: chat.RootGone, Reason: "message_not_found"}}
			}
			return fault{}
		}
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		w.platform.mu.Lock()
		deleted = w.platform.rooms[channel("math")][0].id == "m2"
		delete(w.platform.rooms, channel("math"))
		w.platform.mu.Unlock()
		w.say(s, 0)
		w.pass(time.Minute)
		w.expect("math", s, "post 2")
		w.resolve(s)
		w.pass(time.Minute)
		w.expect("math", s, "post 2 shows 3; cries [3]")
		w.mustRest(s)
	})
}

// A connection that is refused altogether is left alone, the other ops channels
// are told, and it goes on when it is put right.
func TestStoryLocked(t *testing.T) {
	inWorld(t, func(w *world) {
		w.places(Connection{Name: campus, Ops: []string{"ops"}}, Connection{Name: "boston", Ops: []string{"duty"}})
		w.subscribe("", numbered(30)...)
		locked := true
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if locked && d.Channel.Connection == campus {
				return fault{err: revoked}
			}
			return fault{}
		}
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(time.Hour)
		if n := w.platform.calls["post"]; n > 10 {
			t.Errorf("%d posts were tried", n)
		}
		duty := desk.Channel{Connection: "boston", ID: "duty"}
		if got := w.platform.in(duty, desk.Subject{Kind: desk.NoticeSubject, Number: 1}); got != "post 1" {
			t.Errorf("boston's ops channel has %q", got)
		}
		w.now(func() { locked = false })
		w.pass(2 * time.Minute)
		w.mustBeTold(s, append(numbered(30), "ops")...)
	})
}

// Deliveries are kept for 30 days after the end; what is kept then is how far the
// numbers went, as posts that stand hold them.
func TestStoryCollected(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", numbered(100)...)
		w.start()
		s := w.declare(desk.Major, 0)
		open := w.declare(desk.Major, 0)
		w.resolve(s)
		w.pass(29 * 24 * time.Hour)
		before := w.read(s).out
		if before.forgotten() {
			t.Error("it was collected too early")
		}
		w.pass(3 * 24 * time.Hour)
		left := 0
		for _, k := range []storage.Key{fanKey(campus, s), withSubject(annTable().Key(), s), withSubject(postTable().Key(), s)} {
			err := w.store.View(context.Background(), func(tx storage.Tx) error {
				return tx.Scan(k, k.End(), 0, func(_, _ []byte) (bool, error) {
					left++
					return true, nil
				})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if left > 0 {
			t.Errorf("%d records are left", left)
		}
		if out := w.read(s).out; !out.forgotten() || out.N != before.N {
			t.Errorf("it is kept as %+v, was %+v", out, before)
		}
		w.mustBeTold(open, numbered(100)...)
	})
}

// Metrics hear of the first post of an announcement and of its last.
func TestStoryObserved(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", numbered(50)...)
		var first, last []time.Duration
		sent := map[string]int{}
		w.observe = Observer{
			FirstPost: func(d time.Duration) { first = append(first, d) },
			LastPost:  func(d time.Duration) { last = append(last, d) },
			Sent:      func(_ desk.ConnectionName, result string) { sent[result]++ },
		}
		w.start()
		w.declare(desk.Major, 0)
		w.pass(time.Minute)
		if len(first) != 1 || len(last) != 1 || last[0] < first[0] || last[0] > 5*time.Second || sent["ok"] != 51 {
			t.Errorf("first %v, last %v, sent %v", first, last, sent)
		}
		if s := w.engine.Stats(); s.Lanes != 0 || s.Calls != 0 {
			t.Errorf("at rest: %+v", s)
		}
	})
}

// A store that fails, or seems to, delays what is told and changes nothing else.
func TestStoryBadStore(t *testing.T) {
	inWorld(t, func(w *world) {
		w.chunk = 3
		w.subscribe("", numbered(20)...)
		w.start()
		w.pass(time.Second)
		w.badStore.Store(1)
		s := w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		w.say(s, 0)
		w.pass(2 * time.Minute)
		w.badStore.Store(0)
		w.resolve(s)
		w.pass(2 * time.Minute)
		w.mustBeTold(s, append(numbered(20), "ops")...)
		w.mustRest(s)
	})
}
