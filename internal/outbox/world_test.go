package outbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

const campus = desk.ConnectionName("amherst")

// world is a store, a book, a platform, and the engine of one process after the
// other, on fake time.
type world struct {
	t         testing.TB
	store     storage.DB
	db        *mortal // the store as the process of now reaches it
	book      *Book
	platform  *platform
	engine    *Engine
	observe   Observer
	state     map[desk.Subject]desk.Incident
	windows   map[desk.Subject]desk.Window
	questions map[desk.Subject]bool // whether they were answered
	stop      func()
	chunk     int  // most channels of a chunk
	late      bool // announcements do not open ops channels themselves
	rash      bool // they do so whatever is under way there
	commits   atomic.Int64
	badStore  atomic.Int64                          // not 0: of three commits one fails, and one seems to
	commitAs  atomic.Int64                          // how commits end: well, refused, unclear
	skew      time.Duration                         // by which our clock is wrong
	disk      time.Duration                         // how long a commit takes
	preview   func(fn func(storage.Tx) error) error // in the store's place; nil: the store
	looks     func()                                // before each look of the process into the store, and around each commit; nil: nothing
	atTurns   atomic.Pointer[func()]
	twice     bool            // what people do runs a second time, as a store may have it
	badGet    atomic.Int64    // the read of the process that fails, counted from 1; 0: none does
	gets      atomic.Int64    // its reads so far
	aheads    int             // announcements that came with intents
	vanished  map[string]bool // channels that were ever gone
	hits      atomic.Int64    // commits and send boundaries of all processes so far
	killAt    atomic.Int64    // the boundary at which the process dies; 0: never
	deaths    []int           // boundaries between further deaths
	nights    nights
}

// inWorld runs a story on fake time.
func inWorld(t *testing.T, story func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		story(w)
		w.mustBeSound()
	})
}

func newWorld(t testing.TB) *world {
	t.Helper()
	store, err := boltdb.Open(filepath.Join(storagetest.Dir(t), "test.db"), boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, store: store, book: NewBook(), platform: newPlatform(time.Now), state: map[desk.Subject]desk.Incident{}, windows: map[desk.Subject]desk.Window{}, questions: map[desk.Subject]bool{}, vanished: map[string]bool{}, stop: func() {}}
	w.nights.sometimes = map[string]bool{}
	w.places(Connection{Name: campus, Ops: []string{"ops"}})
	return w
}

func (w *world) places(cs ...Connection) {
	w.book.SetPlaces(Places{
		Catalog: desk.NewCatalog([]desk.Service{{ID: "learn", Name: "Learn", Group: "Teaching"}, {ID: "mail", Name: "Mail"}}), Connections: cs,
	})
}

func (w *world) close() {
	w.stop()
	if err := w.store.Close(); err != nil {
		w.t.Error(err)
	}
}

// start starts a process.
func (w *world) start() {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	db := &mortal{DB: w.store, world: w, kill: cancel, died: make(chan struct{})}
	w.db = db
	senders := map[desk.ConnectionName]chat.Sender{}
	for _, c := range w.book.Places().Connections {
		senders[c.Name] = process{w.platform, db.dead.Load, db.boundary, w.stored}
	}
	var log io.Writer = io.Discard
	if os.Getenv("OUTBOX_LOG") != "" {
		log = os.Stderr
	}
	w.engine = NewEngine(EngineConfig{
		chunk: w.chunk, Now: w.clock, DB: db, Book: w.book, Words: plainWords{}, Senders: senders, Abilities: w.platform.can, Observe: w.observe,
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	done := make(chan error)
	go func() { done <- w.engine.Run(ctx) }()
	w.stop = func() {
		cancel()
		if err := <-done; err != nil && !db.dead.Load() {
			w.t.Error(err)
		}
		w.stop = func() {}
	}
}

// stored is what the store holds of an announcement.
func (w *world) stored(s desk.Subject, n int) (a desk.Announcement) {
	err := w.store.View(context.Background(), func(tx storage.Tx) (err error) {
		a, _, err = annTable().Get(tx, annKey(s, n))
		return err
	})
	if err != nil {
		w.t.Error(err)
	}
	return a
}

// crash ends the process as SIGKILL does.
func (w *world) crash() {
	w.db.dead.Store(true)
	w.stop()
	w.start()
}

// pass lets time pass; a process that has died is started anew after a second.
func (w *world) pass(d time.Duration) {
	end := time.NewTimer(d)
	defer end.Stop()
	for {
		var died chan struct{}
		if w.db != nil {
			died = w.db.died
		}
		select {
		case <-end.C:
			synctest.Wait()
			return
		case <-died:
			w.stop()
			time.Sleep(time.Second)
			w.start()
		}
	}
}

// update makes a change about subjects (none: any), as the journal does.
func (w *world) update(fn func(tx storage.Tx) error, about ...desk.Subject) {
	w.t.Helper()
	if w.twice {
		again := errors.New("again")
		if err := w.store.Update(context.Background(), func(tx storage.Tx) error { return errors.Join(fn(tx), again) }); !errors.Is(err, again) {
			w.t.Fatal(err)
		}
	}
	if err := w.store.Update(context.Background(), fn); err != nil {
		w.t.Fatal(err)
	}
	for _, s := range about {
		if out := w.read(s).out; out.Ahead > 0 && out.Ahead == out.N {
			w.aheads++
		}
	}
	w.nights.mu.Lock()
	w.nights.changed = time.Now()
	w.nights.mu.Unlock()
	if w.db != nil && !w.late {
		w.db.boundary()
	}
	w.book.SubscriptionsChanged()
	if w.engine != nil {
		w.engine.Poke(about...)
	}
}

func channel(id string) desk.Channel { return desk.Channel{Connection: campus, ID: id} }

// subscribe has channels hear of learn, from an impact up.
func (w *world) subscribe(least desk.Impact, ids ...string) {
	w.t.Helper()
	for _, id := range ids {
		w.update(func(tx storage.Tx) error {
			sub := desk.Subscription{Channel: channel(id), Target: desk.ServiceTarget("learn"), Least: least, SetAt: w.clock().UTC()}
			return w.book.Subscribe(tx, sub, sub.SetAt)
		})
	}
}

func (w *world) unsubscribe(id string) {
	w.t.Helper()
	w.update(func(tx storage.Tx) error {
		_, err := w.book.Unsubscribe(tx, channel(id), desk.ServiceTarget("learn"))
		return err
	})
}

func numbered(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("c%04d", i)
	}
	return out
}

// clock is what our clock shows; the platform's is right.
func (w *world) clock() time.Time { return time.Now().Add(w.skew) }

func (w *world) act() desk.Act { return desk.Act{At: w.clock().UTC()} }

// announce applies a change and announces it.
func (w *world) announce(c desk.Change, err error, grace time.Duration) desk.Subject {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	w.state[c.Incident.Subject()] = c.Incident
	if _, err := w.book.Count(context.Background(), w.store, c.Announce.Snapshot.Scope()); err != nil { // as the journal does
		w.t.Fatal(err)
	}
	w.update(func(tx storage.Tx) error {
		_, err := w.book.Announce(tx, *c.Announce, w.release(grace))
		return err
	}, c.Incident.Subject())
	return c.Incident.Subject()
}

// release is how a process that is alive announces.
func (w *world) release(grace time.Duration) Release {
	r := Release{Now: w.clock().UTC(), Grace: grace, Channels: 3, Ahead: !w.late && w.db != nil && !w.db.dead.Load()}
	if r.Ahead && w.rash {
		w.engine.lines[campus].ready.Store(&readiness{boot: w.newestBoot()})
	}
	return r
}

func (w *world) newestBoot() (b boot) {
	w.t.Helper()
	err := w.store.View(context.Background(), func(tx storage.Tx) (err error) {
		b, _, err = lastBootTable().Get(tx, lastBootTable().Key())
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

func (w *world) declare(impact desk.Impact, grace time.Duration) desk.Subject {
	w.t.Helper()
	c, err := desk.Declare(len(w.state)+1, desk.Declaration{
		Services: []desk.Affected{{Service: "learn", Name: "Learn"}}, Impact: impact, Title: "Learn does not work", Text: "We are looking into it.",
	}, w.act())
	return w.announce(c, err, grace)
}

func (w *world) say(s desk.Subject, grace time.Duration) {
	w.t.Helper()
	c, err := w.state[s].Update(desk.Progress{Text: "We are working on it."}, w.act())
	w.announce(c, err, grace)
}

func (w *world) resolve(s desk.Subject) {
	w.t.Helper()
	c, err := w.state[s].Resolve("Learn works again.", w.act())
	w.announce(c, err, 0)
}

func (w *world) retract(s desk.Subject) {
	w.t.Helper()
	c, err := w.state[s].Retract("It was a false alarm.", w.act())
	w.announce(c, err, 0)
}

func (w *world) impact(s desk.Subject, to desk.Impact) {
	w.t.Helper()
	c, err := w.state[s].SetImpact(to, w.act())
	w.announce(c, err, 0)
}

// now makes the platform behave differently from now on.
func (w *world) now(change func()) {
	w.platform.mu.Lock()
	defer w.platform.mu.Unlock()
	change()
}

// plainWords are words that a test can tell apart.
type plainWords struct{}

func (plainWords) ChannelGone(ch desk.Channel, reason string) string {
	return ch.String() + " is gone: " + reason
}

func (plainWords) PostFailed(ch desk.Channel, s desk.Subject, reason string) string {
	return ch.String() + " was not told of " + s.String() + ": " + reason
}

func (plainWords) EditFailed(ch desk.Channel, s desk.Subject, reason string) string {
	return ch.String() + " shows an old text of " + s.String() + ": " + reason
}

func (plainWords) ConnectionRefused(k desk.ConnectionName, reason string) string {
	return string(k) + " refuses: " + reason
}
