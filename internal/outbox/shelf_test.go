package outbox

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// tally is a store that counts the records which are read.
type tally struct {
	storage.DB
	reads atomic.Int64
}

type tallyTx struct {
	storage.Tx
	reads *atomic.Int64
}

func (c *tally) counted(fn func(storage.Tx) error) func(storage.Tx) error {
	return func(tx storage.Tx) error { return fn(tallyTx{tx, &c.reads}) }
}

func (c *tally) View(ctx context.Context, fn func(storage.Tx) error) error {
	return c.DB.View(ctx, c.counted(fn))
}

func (c *tally) Update(ctx context.Context, fn func(storage.Tx) error) error {
	return c.DB.Update(ctx, c.counted(fn))
}

func (c *tally) Background(ctx context.Context, fn func(storage.Tx) error) error {
	return c.DB.Background(ctx, c.counted(fn))
}

func (tx tallyTx) Get(key []byte) ([]byte, error) {
	tx.reads.Add(1)
	return tx.Tx.Get(key)
}

func (tx tallyTx) Scan(from, to []byte, limit int, fn func(k, v []byte) (bool, error)) error {
	return tx.Tx.Scan(from, to, limit, func(k, v []byte) (bool, error) {
		tx.reads.Add(1)
		return fn(k, v)
	})
}

// readsBeside counts what is read, in a start, a day at rest, a subscription and an
// incident from its declaration to its end, while so many windows wait.
func readsBeside(t *testing.T, windows int) (reads map[string]int64) {
	reads = map[string]int64{}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		w.subscribe("", "math")
		w.start()
		w.pass(time.Minute)
		for range windows {
			w.plan(1000 * time.Hour)
		}
		w.pass(time.Hour)
		w.stop()
		store := &tally{DB: w.store}
		w.store = store
		during := func(what string, do func()) {
			before := store.reads.Load()
			do()
			reads[what] = store.reads.Load() - before
		}
		during("start", func() {
			w.start()
			w.pass(time.Minute)
		})
		during("rest", func() { w.pass(25 * time.Hour) })
		during("poke", func() {
			w.engine.Poke()
			w.pass(time.Minute)
		})
		during("subscribe", func() {
			w.subscribe("", "late")
			w.pass(time.Minute)
		})
		during("incident", func() {
			s := w.declare(desk.Major, 0)
			w.pass(time.Minute)
			w.resolve(s)
			w.pass(time.Minute)
		})
	})
	return reads
}

// Windows that wait are read by nothing that is not about them.
func TestWindowsThatWaitCostNothing(t *testing.T) {
	const many = 60
	few, all := readsBeside(t, 1), readsBeside(t, many)
	for what, n := range all {
		if n-few[what] > many/3 { // how often a line looks varies
			t.Errorf("%s: %d records were read beside %d windows, %d beside one", what, n, many, few[what])
		}
		t.Logf("%s: %d records beside %d windows, %d beside one", what, n, many, few[what])
	}
}

// A window changes while a connection is not configured that has posts of it: when it
// is again, they are put right.
func TestStoryAWindowMovedWhileAConnectionWasAway(t *testing.T) {
	inWorld(t, func(w *world) {
		here, away := Connection{Name: campus, Ops: []string{"ops"}}, Connection{Name: "boston", Ops: []string{"duty"}}
		duty := desk.Channel{Connection: "boston", ID: "duty"}
		w.places(here, away)
		w.start()
		s := w.plan(48 * time.Hour)
		w.pass(time.Minute)
		w.stop()
		w.places(here)
		w.start()
		w.move(s, time.Hour)
		w.pass(time.Minute)
		w.mustRest(s)
		w.stop()
		w.places(here, away)
		w.start()
		w.pass(time.Minute)
		if got := w.platform.in(duty, s); got != "post 1 shows 2; cries [2]" {
			t.Errorf("boston's ops channel has %q", got)
		}
		w.mustRest(s)
		if w.out(s).live() {
			t.Error("it is not shelved any more")
		}
	})
}

// Of what is over nothing is kept in the end, of what is coming everything.
func TestWindowsAreCollected(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.start()
		coming, over, became := w.plan(100*24*time.Hour), w.plan(time.Hour), w.plan(time.Hour)
		w.pass(time.Hour)
		w.begin(over)
		w.begin(became)
		w.pass(time.Minute)
		w.complete(over)
		into := w.convert(became)
		w.pass(40 * 24 * time.Hour)
		if n := w.out(over).N; n != 0 {
			t.Errorf("%s is not forgotten", over)
		}
		if w.out(became).N == 0 {
			t.Errorf("%s is forgotten, but %s is open", became, into)
		}
		w.resolve(into)
		w.pass(40 * 24 * time.Hour)
		if out := w.out(into); w.out(became).N != 0 || out.goesOn() || !out.forgotten() {
			t.Errorf("%s is not forgotten: %+v", into, out)
		}
		if n := w.count(withSubject(postTable().Key(), became)) + w.count(pastTable().Key()); n != 0 {
			t.Errorf("%d records are left", n)
		}
		w.move(coming, time.Hour)
		w.pass(time.Minute)
		w.expect("math", coming, "post 1 shows 2; cries [2]")
	})
}

// count counts the records whose keys begin with k.
func (w *world) count(k storage.Key) (n int) {
	w.t.Helper()
	err := w.store.View(context.Background(), func(tx storage.Tx) error {
		n = 0
		return tx.Scan(k, k.End(), 0, func(_, _ []byte) (bool, error) { n++; return true, nil })
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// A night keeps back windows too: in the morning those that are coming or go on are
// posted, and what is over is listed.
func TestStoryWindowsAtNight(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.start()
		w.until(21, 0)
		moved := w.plan(72 * time.Hour)
		w.until(23, 0)
		coming, running, over, off := w.plan(72*time.Hour), w.planFor(time.Hour, 20*time.Hour), w.plan(time.Hour), w.plan(72*time.Hour)
		w.move(moved, time.Hour)
		w.until(1, 0)
		w.begin(running)
		w.begin(over)
		w.pass(time.Minute)
		w.complete(over)
		w.cancel(off)
		w.until(6, 59)
		for _, s := range []desk.Subject{coming, running, over, off} {
			w.mustNotBeTold(s, "night")
		}
		w.until(8, 0)
		w.expect("night", coming, "post 1")
		w.expect("night", running, "post 2")
		w.expect("night", moved, "post 1 shows 2")
		w.mustNotBeTold(over, "night")
		w.mustNotBeTold(off, "night")
		w.mustHaveMissed("night", "missed: WIN-1 waits WIN-4 over; ")
		w.mustHaveCaughtUp()
	})
}

// A channel that was gone while a window changed has its post put right, and gets none
// of one that is coming.
func TestStoryAChannelIsBackBeforeAWindow(t *testing.T) {
	inWorld(t, func(w *world) {
		away := false
		w.platform.fault = func(_ string, d chat.Delivery) fault {
			if away && d.Channel.ID == "math" {
				return fault{err: archived}
			}
			return fault{}
		}
		w.subscribe("", "math")
		w.start()
		first := w.plan(48 * time.Hour)
		w.pass(time.Minute)
		w.now(func() { away = true })
		w.move(first, time.Hour)
		w.pass(time.Minute)
		second := w.plan(48 * time.Hour)
		running := w.plan(time.Minute)
		w.begin(running)
		w.pass(time.Minute)
		w.now(func() { away = false })
		w.subscribe("", "late")
		w.engine.Return(channel("math"))
		w.pass(time.Minute)
		w.mustNotBeTold(first, "late")
		w.mustNotBeTold(second, "late")
		w.expect("math", first, "post 1 shows 2; cries [2]")
		w.mustNotBeTold(second, "math")
		w.expect("math", running, "post 2")
		w.mustRest(first)
		if w.out(first).live() {
			t.Error("it is not shelved any more")
		}
	})
}

// A channel that becomes another on its platform takes its posts of windows that are
// coming with it.
func TestMovedWithWindows(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.start()
		s := w.plan(48 * time.Hour)
		w.pass(time.Minute)
		w.update(func(tx storage.Tx) error {
			_, err := w.book.Move(tx, channel("math"), channel("mathematics"))
			return err
		})
		root := w.post(s, "mathematics").Root
		w.platform.mu.Lock()
		w.platform.rooms[channel("mathematics")] = w.platform.rooms[channel("math")]
		delete(w.platform.rooms, channel("math"))
		w.platform.mu.Unlock()
		w.move(s, time.Hour)
		w.pass(time.Minute)
		w.expect("mathematics", s, "post 1 shows 2; cries [2]")
		if p := w.post(s, "mathematics"); root == "" || p.Root != root {
			t.Errorf("the post did not move: %q, %+v", root, p)
		}
	})
}

// Of a window that waited in the backup posts may have been made since: they are found.
func TestRestoredWithWindows(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math")
		w.start()
		s := w.plan(48 * time.Hour)
		w.pass(time.Minute)
		backup := w.backup()
		from := time.Now()
		w.pass(time.Minute)
		w.subscribe("", "late")
		planned := w.windows[s]
		w.remind(s)
		w.pass(time.Minute)
		w.expect("late", s, "post 2")
		w.stop()
		w.rewind(backup, Gap{From: from, To: time.Now()})
		w.windows[s] = planned
		w.start()
		w.pass(time.Minute)
		w.subscribe("", "late")
		w.begin(s)
		w.pass(time.Minute)
		w.expect("math", s, "post 1 shows 2; cries [2]; cries [2]")
		w.expect("late", s, "post 2; cries [2]")
		w.platform.problems = nil // version 2 was told in the gap, and is another now
	})
}
