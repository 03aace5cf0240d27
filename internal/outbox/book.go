package outbox

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Book is the stored side of the outbox. Its methods that take a storage.Tx
// work inside the caller's transaction; their errors are the store's. All
// methods may be called from many goroutines.
type Book struct {
	places     atomic.Pointer[Places]
	ready      atomic.Pointer[map[desk.ConnectionName]*line] // which say what can be told at once
	generation atomic.Uint64                                 // of subscriptions and places

	mu    sync.Mutex // guards the fields below
	memo  map[string]int
	as    uint64    // the generation that memo is of
	setAt time.Time // when the newest subscription counted in memo was set
	rolls map[desk.ConnectionName]*roll
}

// Places are where things can be told; replaced whole at SIGHUP.
type Places struct {
	Catalog     *desk.Catalog
	Connections []Connection
	// Zone is that of quiet hours; nil: UTC.
	Zone *time.Location
}

// Connection is one configured connection.
type Connection struct {
	Name desk.ConnectionName
	// Ops are the ids of its ops channels.
	Ops []string
	// PostsPerMinute is the pace of its posts; 0: it is learned.
	PostsPerMinute int
}

// NewBook returns a Book without places.
func NewBook() *Book {
	b := &Book{rolls: map[desk.ConnectionName]*roll{}}
	b.places.Store(&Places{})
	return b
}

// SetPlaces replaces the places.
func (b *Book) SetPlaces(p Places) {
	b.places.Store(&p)
	b.generation.Add(1)
}

// Places returns the places set last.
func (b *Book) Places() Places { return *b.places.Load() }

func (p Places) zone() *time.Location { return cmp.Or(p.Zone, time.UTC) }

func (p Places) connection(name desk.ConnectionName) Connection {
	for _, c := range p.Connections {
		if c.Name == name {
			return c
		}
	}
	return Connection{Name: name}
}

// isOps reports whether ch is one of its connection's ops channels.
func (p Places) isOps(ch desk.Channel) bool {
	return slices.Contains(p.connection(ch.Connection).Ops, ch.ID)
}

// SubscriptionsChanged tells the Book that a change of subscriptions was
// committed, so that what it remembers of them is dropped.
func (b *Book) SubscriptionsChanged() { b.generation.Add(1) }

// memoKept bounds the scopes whose count is remembered: more than an
// organisation's services, groups and impacts usually make.
const memoKept = 256

// Count counts the channels that match the scope now, beside ops channels. It
// reads the store only where subscriptions have changed or the scope is new.
func (b *Book) Count(ctx context.Context, db storage.DB, sc desk.Scope) (int, error) {
	if n, ok := b.Counted(sc); ok {
		return n, nil
	}
	now := b.generation.Load()
	n, newest := 0, time.Time{}
	err := db.View(ctx, func(tx storage.Tx) error {
		n, newest = 0, time.Time{}
		p := b.Places()
		for _, c := range p.Connections {
			r, err := b.rollOf(tx, c.Name)
			if err != nil {
				return err
			}
			matching, set := r.count(p.Catalog, c.Ops, sc)
			n, newest = n+matching, later(newest, set)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("count the channels to be told: %w", err)
	}
	b.remember(now, newest, sc, n)
	return n, nil
}

// Counted returns what Count would, where that is known without the store.
func (b *Book) Counted(sc desk.Scope) (n int, known bool) {
	if sc.OpsOnly || sc.Retracted {
		return 0, true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.as != b.generation.Load() {
		return 0, false
	}
	n, ok := b.memo[memoKey(sc, b.setAt)]
	return n, ok
}

func (b *Book) remember(now uint64, newest time.Time, sc desk.Scope, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.as != now || b.memo == nil || len(b.memo) >= memoKept {
		b.memo, b.as, b.setAt = map[string]int{}, now, newest
	}
	b.memo[memoKey(sc, newest)] = n
}

// memoKey names a scope. An end later than every subscription changes nothing.
func memoKey(sc desk.Scope, newest time.Time) string {
	if sc.EndedAt.After(newest) {
		sc.EndedAt = time.Time{}
	}
	return fmt.Sprint(sc)
}

// eachSubscriber hands fn every channel with subscriptions, beside ops channels,
// of the connections configured.
func (b *Book) eachSubscriber(tx storage.Tx, fn func(desk.Channel, []desk.Subscription) error) error {
	p := b.Places()
	for _, c := range p.Connections {
		k := subTable().Key().Str(string(c.Name))
		g := &subscribers{visit: func(ch desk.Channel, subs []desk.Subscription) (bool, error) {
			if slices.Contains(c.Ops, ch.ID) {
				return true, nil
			}
			return true, fn(ch, subs)
		}}
		if err := g.scan(tx, k, k.End()); err != nil {
			return err
		}
	}
	return nil
}

// subscribers groups a scan of subscriptions by channel.
type subscribers struct {
	visit func(desk.Channel, []desk.Subscription) (more bool, err error)
	subs  []desk.Subscription
}

// scan visits the channels of a range that begins and ends between channels,
// until visit says that it has enough. The slice visited is reused.
func (g *subscribers) scan(tx storage.Tx, from, to storage.Key) error {
	more := true
	err := subTable().Scan(tx, from, to, 0, func(_ storage.Key, s desk.Subscription) (bool, error) {
		if len(g.subs) > 0 && g.subs[0].Channel != s.Channel {
			var err error
			if more, err = g.flush(); err != nil || !more {
				return false, err
			}
		}
		g.subs = append(g.subs, s)
		return true, nil
	})
	if err != nil || !more {
		return err
	}
	_, err = g.flush()
	return err
}

func (g *subscribers) flush() (more bool, err error) {
	if len(g.subs) == 0 {
		return true, nil
	}
	more, err = g.visit(g.subs[0].Channel, g.subs)
	g.subs = g.subs[:0]
	return more, err
}
