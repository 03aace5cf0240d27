package outbox

import (
	"context"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// counting counts the writes and the guarded reads of a transaction.
type counting struct {
	storage.Tx
	writes, reads int
}

func (c *counting) Get(k []byte) ([]byte, error) {
	c.reads++
	return c.Tx.Get(k)
}

func (c *counting) Put(k, v []byte) error {
	c.writes++
	return c.Tx.Put(k, v)
}

// What a command pays for its announcement knows no channels.
func TestAnnounceWrites(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", numbered(300)...)
		writes := func(c desk.Change, err error, grace time.Duration) int {
			if err != nil {
				t.Fatal(err)
			}
			w.state[c.Incident.Subject()] = c.Incident
			n := 0
			w.update(func(tx storage.Tx) error {
				count := &counting{Tx: tx}
				_, err := w.book.Announce(count, *c.Announce, Release{Now: time.Now(), Grace: grace, Channels: 300})
				n = count.writes
				return err
			})
			return n
		}
		c, err := desk.Declare(1, desk.Declaration{
			Services: []desk.Affected{{Service: "learn", Name: "Learn"}}, Impact: desk.Major, Title: "Learn", Text: "We look.",
		}, w.act())
		if n := writes(c, err, 10*time.Second); n != 3 {
			t.Errorf("a declaration writes %d records, want 3", n)
		}
		c, err = c.Incident.Update(desk.Progress{Text: "We work."}, w.act())
		if n := writes(c, err, 0); n != 2 {
			t.Errorf("an update writes %d records, want 2", n)
		}
	})
}

func TestCount(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math", "physics", "ops")
		w.subscribe(desk.Critical, "dean")
		count := func(sc desk.Scope) int {
			t.Helper()
			n, err := w.book.Count(context.Background(), w.store, sc)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		learn := desk.Scope{Topic: desk.TopicIncidents, Services: []desk.ServiceID{"learn"}, Impact: desk.Major}
		for _, tt := range []struct {
			name string
			in   func(desk.Scope) desk.Scope
			want int
		}{
			{"beside ops channels", func(s desk.Scope) desk.Scope { return s }, 2},
			{"critical reaches the dean too", func(s desk.Scope) desk.Scope { s.Impact = desk.Critical; return s }, 3},
			{"another service", func(s desk.Scope) desk.Scope { s.Services = []desk.ServiceID{"mail"}; return s }, 0},
			{"a drill", func(s desk.Scope) desk.Scope { s.OpsOnly = true; return s }, 0},
			{"taken back", func(s desk.Scope) desk.Scope { s.Retracted = true; return s }, 0},
			{"ended later", func(s desk.Scope) desk.Scope { s.EndedAt = time.Now().Add(time.Hour); return s }, 2},
			{"ended before they subscribed", func(s desk.Scope) desk.Scope { s.EndedAt = time.Now().Add(-time.Hour); return s }, 0},
		} {
			for range 2 { // the second time from memory
				if n := count(tt.in(learn)); n != tt.want {
					t.Errorf("%s: %d, want %d", tt.name, n, tt.want)
				}
			}
		}
		w.subscribe("", "late")
		if n := count(learn); n != 3 {
			t.Errorf("after a subscription: %d, want 3", n)
		}
	})
}

// Everybody can learn why a channel did or did not hear.
func TestWhy(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.subscribe(desk.Critical, "dean")
		subscribe := func(id string, target desk.Target, topics ...desk.Topic) {
			w.update(func(tx storage.Tx) error {
				sub := desk.Subscription{Channel: channel(id), Target: target, Topics: topics, SetAt: time.Now()}
				return w.book.Subscribe(tx, sub, sub.SetAt)
			})
		}
		subscribe("planner", desk.ServiceTarget("learn"), desk.TopicWindows)
		subscribe("post office", desk.ServiceTarget("mail"))
		s := w.declare(desk.Major, 10*time.Second)
		want := func(id string, state State, why string) {
			t.Helper()
			got, err := w.book.Why(context.Background(), w.store, s, channel(id))
			if err != nil || got.State != state || got.Why != why {
				t.Errorf("%s: %s (%s) %v, want %s (%s)", id, got.State, got.Why, err, state, why)
			}
		}
		want("math", Waiting, "it can still be taken back")
		want("ops", Waiting, "")
		want("dean", NotTold, "it hears of worse incidents only")
		want("planner", NotTold, "its subscription does not include incidents")
		want("post office", NotTold, "it does not subscribe to any of the services")
		want("stranger", NotTold, "it does not subscribe to any of the services")
		w.start()
		w.pass(30 * time.Second)
		want("math", Told, "")
		want("ops", Told, "")
		w.resolve(s)
		w.pass(30 * time.Second)
		w.subscribe("", "late")
		want("late", NotTold, "it subscribed after the end")

		d, err := w.book.Deliveries(context.Background(), w.store, s)
		if err != nil || d.Announced != 3 || d.Released != 3 || len(d.Channels) != 6 {
			t.Errorf("got %+v, %v", d, err)
		}
		if p, err := w.book.Pending(context.Background(), w.store); err != nil || len(p.Subjects) != 0 || len(p.Untold) != 0 {
			t.Errorf("at rest: %+v, %v", p, err)
		}
		w.stop()
		w.declare(desk.Major, 0)
		if p, err := w.book.Pending(context.Background(), w.store); err != nil || len(p.Subjects) != 1 || len(p.Untold) != 1 || !p.Oldest.Equal(time.Now()) {
			t.Errorf("after a declaration: %+v, %v", p, err)
		}
	})
}

// What was merged was not taken back: who never heard of it reads why.
func TestWhyOfWhatWasMerged(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe(desk.Critical, "dean")
		w.update(func(tx storage.Tx) error {
			sub := desk.Subscription{Channel: channel("post office"), Target: desk.ServiceTarget("mail"), SetAt: time.Now()}
			return w.book.Subscribe(tx, sub, sub.SetAt)
		})
		w.subscribe("", "math")
		from, into := w.declare(desk.Major, 0), w.declare(desk.Major, 0)
		w.pass(time.Second)
		merged, _, err := desk.Merge(w.state[from], w.state[into], w.act())
		w.announce(merged, err, 0)
		w.start()
		w.pass(30 * time.Second)
		w.subscribe("", "late")
		for id, want := range map[string]string{
			"dean": "it hears of worse incidents only", "post office": "it does not subscribe to any of the services",
			"math": "it became something else before this channel was told", "late": "it subscribed after the end",
		} {
			if why, err := w.book.Why(t.Context(), w.store, from, channel(id)); err != nil || why.State != NotTold || why.Why != want {
				t.Errorf("%s: %s (%s), %v; want %s", id, why.State, why.Why, err, want)
			}
		}
	})
}

// At rest nothing wakes up but what is due daily.
func TestIdle(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", numbered(20)...)
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.resolve(s)
		w.pass(time.Minute)
		w.stop()
		for name, l := range w.engine.lines {
			if at := l.alarm(time.Now()); !at.IsZero() || len(l.lanes) > 0 || len(l.intents) > 0 {
				t.Errorf("%s: wakes at %v, with %d lanes and %d intents", name, at, len(l.lanes), len(l.intents))
			}
		}
	})
}
