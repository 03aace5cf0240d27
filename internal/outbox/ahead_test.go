package outbox

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// raised is the announcement of an alert.
func raised(number int, at time.Time) desk.Announcement {
	r := desk.Report{Witness: desk.Witness{Kind: desk.OwnProbe, Name: "login"}, Service: "learn", Expectation: desk.Availability, State: desk.Failing, At: at}
	return *desk.Raise(number, desk.Alerted{Service: "learn", Name: "Learn"}, r).Due(at, desk.AlertAround{}).Announce
}

// raise announces an alert.
func (w *world) raise(number int) desk.Subject {
	a := raised(number, w.clock().UTC())
	w.update(func(tx storage.Tx) error {
		_, err := w.book.Announce(tx, a, w.release(0))
		return err
	}, a.Subject)
	return a.Subject
}

// unheard announces without that the engine hears of it.
func (w *world) unheard(announce func() desk.Subject) desk.Subject {
	engine := w.engine
	w.engine = nil
	s := announce()
	w.engine = engine
	return s
}

// An ops channel is posted to without a commit between that of the announcement and the
// post, be it the first or a reply: here a commit takes seconds.
func TestOpsIsToldWithoutAFurtherCommit(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", numbered(20)...)
		w.disk = 3 * time.Second // which is also how long the clerk waits, having worked
		w.start()
		w.pass(5 * time.Minute)
		var posted time.Time
		w.now(func() {
			w.platform.allowed = func(d chat.Delivery) string {
				if d.Ops && posted.IsZero() {
					posted = time.Now()
				}
				return ""
			}
		})
		after := func(what string, tell func(), want time.Duration) {
			t.Helper()
			w.now(func() { posted = time.Time{} })
			began := time.Now()
			tell()
			w.pass(5 * time.Minute)
			if got := posted.Sub(began); got != want {
				t.Errorf("%s is posted after %v, want %v", what, got, want)
			}
		}
		var s desk.Subject
		after("an alert", func() { w.raise(1) }, 0)
		after("an incident", func() { s = w.declare(desk.Major, 0) }, w.disk)
		after("an update", func() { w.say(s, 0) }, w.disk)
		w.mustBeTold(s, "ops", "c0000", "c0019")
		w.mustRest(s)
	})
}

// It saves the commit of the first chunk, unless that finds out that nobody else hears.
func TestOpsIsToldByACommitLess(t *testing.T) {
	for _, drill := range []bool{false, true} {
		commits := map[bool]int64{}
		for _, late := range []bool{false, true} {
			inWorld(t, func(w *world) {
				w.late = late
				w.subscribe("", "math")
				w.start()
				w.pass(time.Minute)
				c, err := desk.Declare(1, desk.Declaration{
					Services: []desk.Affected{{Service: "learn", Name: "Learn"}}, Impact: desk.Major, Title: "Learn", Text: "We look.", Drill: drill, In: channel("ops"),
				}, w.act())
				began := w.commits.Load()
				s := w.announce(c, err, 0)
				w.pass(time.Minute)
				w.say(s, 0)
				w.pass(time.Minute)
				commits[late] = w.commits.Load() - began
				w.mustRest(s)
			})
		}
		if commits[false] != commits[true]-2 {
			t.Errorf("drill %v: %d commits, %d where announcements do not open ops channels themselves", drill, commits[false], commits[true])
		}
	}
}

// aheadCase is what goes before an announcement, and how many intents come with it.
type aheadCase struct {
	name         string
	before, tell func(w *world)
	want         int
}

func aheadCases() []aheadCase {
	away := func(w *world) {
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if d.Channel.ID == "ops" {
				return fault{err: archived}
			}
			return fault{}
		}
		w.declare(desk.Major, 0)
		w.pass(time.Minute)
	}
	declare := func(w *world) { w.declare(desk.Major, 0) }
	return []aheadCase{
		{"nothing is under way", nil, declare, 1},
		{"its grace runs", nil, func(w *world) { w.declare(desk.Major, time.Hour) }, 1},
		{"it was taken back", declare, func(w *world) { w.pass(time.Minute); w.retract(incidentNo(1)) }, 1},
		{"a second one at once", nil, func(w *world) { w.declare(desk.Major, 0); w.declare(desk.Major, 0) }, 1},
		{"another is being posted", func(w *world) {
			w.platform.fault = func(string, chat.Delivery) fault { return fault{hang: true} }
			w.declare(desk.Major, 0)
			w.pass(20 * time.Second)
		}, declare, 0},
		{"a post is in doubt", func(w *world) {
			w.platform.fault = func(kind string, d chat.Delivery) fault {
				if kind != "find" && d.Channel.ID == "ops" {
					return fault{err: unknown}
				}
				return fault{}
			}
			w.subscribe("", "math")
			w.declare(desk.Major, 0)
			w.pass(4 * time.Second)
			w.declare(desk.Major, 0) // there it gets through
			w.pass(8 * time.Second)
		}, declare, 0},
		{"the connection is held", func(w *world) {
			w.update(func(tx storage.Tx) error { return w.book.Hold(tx, campus, Hold{Since: time.Now()}) })
		}, declare, 0},
		{"the connection is refused", func(w *world) {
			w.platform.fault = func(string, chat.Delivery) fault { return fault{err: revoked} }
			w.declare(desk.Major, 0)
			w.pass(time.Minute)
		}, declare, 0},
		{"the ops channel is gone", away, declare, 0},
		{"only texts change", declare, func(w *world) {
			w.pass(time.Minute)
			c, err := w.state[incidentNo(1)].SetTitle("Learn is slow", w.act())
			w.announce(c, err, 0)
		}, 0},
		{"an incident that a window became", func(w *world) { w.begin(w.plan(time.Minute)) }, func(w *world) {
			w.pass(time.Minute)
			w.convert(desk.Subject{Kind: desk.WindowSubject, Number: 1})
		}, 0},
		{"there is no room", nil, func(w *world) { w.late = true; w.declare(desk.Major, 0) }, 0},
		{"nothing is served any more", func(w *world) { w.stop() }, declare, 0},
	}
}

// What cannot be told at once is not opened before it can be.
func TestWhatIsNotOpenedAhead(t *testing.T) {
	for _, tt := range aheadCases() {
		t.Run(tt.name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.start()
				if w.pass(time.Minute); tt.before != nil {
					tt.before(w)
				}
				w.pass(time.Second)
				known := w.intents()
				if tt.tell(w); w.intents()-known != tt.want {
					t.Errorf("%d intents were written with the announcement, want %d", w.intents()-known, tt.want)
				}
			})
		})
	}
}

func incidentNo(n int) desk.Subject { return desk.Subject{Kind: desk.IncidentSubject, Number: n} }

// Of many connections a few are told ahead, so that a command costs the same with all of
// them. A channel that is gone does not keep others from being told.
func TestFewConnectionsAreToldAhead(t *testing.T) {
	inWorld(t, func(w *world) {
		cs := []Connection{{Name: campus, Ops: []string{"gone", "ops"}}}
		for i := range 9 {
			cs = append(cs, Connection{Name: desk.ConnectionName(fmt.Sprintf("town%d", i)), Ops: []string{fmt.Sprintf("ops%d", i)}})
		}
		w.places(cs...)
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if d.Channel.ID == "gone" {
				return fault{err: archived}
			}
			return fault{}
		}
		w.start()
		w.declare(desk.Major, 0)
		w.pass(time.Minute)
		c := w.opened(2)
		w.state[c.Incident.Subject()] = c.Incident
		var count counting
		w.update(func(tx storage.Tx) error {
			count = counting{Tx: tx}
			_, err := w.book.Announce(&count, *c.Announce, w.release(0))
			return err
		}, c.Incident.Subject())
		if want := 3 + AheadWrites; count.writes != want || count.reads > 1+AheadReads {
			t.Errorf("%d writes and %d reads, want %d and %d", count.writes, count.reads, want, 1+AheadReads)
		}
		w.pass(time.Minute)
		w.expect("ops", c.Incident.Subject(), "post 1")
		for i := range 9 {
			ch := desk.Channel{Connection: desk.ConnectionName(fmt.Sprintf("town%d", i)), ID: fmt.Sprintf("ops%d", i)}
			if in := w.platform.in(ch, c.Incident.Subject()); in != "post 1" {
				t.Errorf("%s: %q", ch, in)
			}
		}
		w.mustRest(c.Incident.Subject())
	})
}

// A process dies or ends right behind the commit of a command: what it may have posted
// is found out after a crash, and nothing has to be after a planned end.
func TestEndedBeforeTheOpsPost(t *testing.T) {
	for _, tt := range []struct {
		name        string
		blind, kill bool
		want        string
		looks       bool
	}{
		{name: "killed", kill: true, want: "post 1", looks: true},
		{name: "killed, and nothing can be looked up", kill: true, blind: true, want: "post 1 (with reference)"},
		{name: "ended", want: "post 1"},
		{name: "ended, and nothing can be looked up", blind: true, want: "post 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.platform.abil.LookUp = !tt.blind
				w.start()
				w.pass(time.Minute)
				posted := false
				w.now(func() {
					w.platform.fault = func(kind string, _ chat.Delivery) fault { posted = posted || kind == "post"; return fault{} }
				})
				s := w.unheard(func() desk.Subject { return w.declareBy(1) })
				if w.intents() != 1 || posted {
					t.Fatal("nothing was opened ahead, or it was posted")
				}
				if tt.kill {
					w.crash()
				} else {
					w.stop()
					w.start()
				}
				w.pass(time.Minute)
				w.expect("ops", s, tt.want)
				if looked := w.platform.calls["find"] > 0; looked != tt.looks {
					t.Errorf("looked up: %v, want %v", looked, tt.looks)
				}
				w.mustRest(s)
			})
		})
	}
}

// A subject that the line comes to know together with its intent is new to it: its edits
// need not wait for those of an earlier process.
func TestWhatCameAheadIsNew(t *testing.T) {
	inWorld(t, func(w *world) {
		w.start()
		w.pass(2 * time.Second)
		s := w.declare(desk.Major, 0)
		w.pass(3 * time.Second)
		c, err := w.state[s].SetTitle("Learn is slow", w.act())
		w.announce(c, err, 0)
		w.pass(2 * time.Second) // the process is not yet 15 s old
		w.expect("ops", s, "post 1 shows 2")
	})
}

// Where the line does not know yet what came ahead, it makes no chunk.
func TestAChunkWaitsForWhatCameAhead(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.start()
		w.pass(time.Minute)
		id := w.unheard(func() desk.Subject { return w.declareBy(1) })
		for known, stale := range []bool{true, false} {
			s := w.read(id)
			s.ahead = known
			c := &chunk{line: w.engine.lines[campus], subject: s, size: 1, room: &room{1, 1}}
			if err := w.store.View(t.Context(), c.look); err != nil || c.stale != stale {
				t.Errorf("stale where %d announcements are known: %v, %v", known, c.stale, err)
			}
		}
	})
}

// Nothing depends on it that lines are right: nothing is opened where the store says that it
// is in vain, and what is opened all the same waits as all else does.
func TestOpenedAheadInVain(t *testing.T) {
	inWorld(t, func(w *world) {
		w.rash = true
		var back func()
		for _, tt := range []struct {
			name  string
			block func()
			free  func()
		}{
			{
				"held", func() {
					w.update(func(tx storage.Tx) error { return w.book.Hold(tx, campus, Hold{Since: time.Now()}) })
				}, func() {
					w.update(func(tx storage.Tx) error { _, err := w.book.Release(tx, campus); return err })
				},
			},
			{"gone", func() { back = w.awayWhile("ops"); w.declare(desk.Major, 0) }, func() { back() }},
			{"refused", func() {
				w.now(func() { w.platform.fault = func(string, chat.Delivery) fault { return fault{err: revoked} } })
				w.declare(desk.Major, 0)
			}, func() { w.now(func() { w.platform.fault = nil }) }},
		} {
			if w.db == nil {
				w.start()
			}
			w.pass(time.Minute)
			tt.block()
			w.pass(time.Minute)
			s := w.declare(desk.Major, 0)
			w.pass(time.Minute)
			w.expect("ops", s, "")
			if n := w.intents(); tt.name != "refused" && n > 0 {
				t.Errorf("%d intents wait for what is %s", n, tt.name)
			}
			tt.free()
			w.pass(26 * time.Hour)
			w.expect("ops", s, "post 1")
			w.mustRest(s)
		}
	})
}

// An incident comes between any two looks of the engine while a newcomer arrives.
func TestOpenedAheadBesideANewcomer(t *testing.T) {
	more := true
	for at := int64(1); more; at++ {
		inWorld(t, func(w *world) {
			w.subscribe("", "math")
			w.start()
			w.pass(time.Minute)
			c := w.opened(1)
			var looks atomic.Int64
			w.looks = func() {
				if looks.Add(1) == at {
					w.announceLate(c)
				}
			}
			w.subscribeTo(desk.ServiceTarget("mail"), "late", desk.Normal, nil) // so it is owed nothing
			w.pass(time.Minute)
			if more = looks.Load() >= at; !more {
				return
			}
			s := c.Incident.Subject()
			w.engine.Poke(s)
			w.pass(time.Minute)
			w.expect("ops", s, "post 1")
			w.expect("math", s, "post 1")
			w.mustRest(s)
		})
	}
}
