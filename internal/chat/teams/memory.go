package teams

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// The tables of the Memory.
const (
	keyTable     = "teams_keys"    // the keys that Teams signs with: one record, without an id
	placeTable   = "teams_place"   // by the id of a channel or chat
	homeTable    = "teams_home"    // where the Connector is: one record, without an id
	personTable  = "teams_person"  // by the bot's own id of a person (29:...)
	rosterTable  = "teams_roster"  // by the id of a team as the access list has it
	wayTable     = "teams_way"     // how private answers get through: one record, without an id
	pressedTable = "teams_pressed" // what was pressed last, by the number of a slot
)

// Tables lists the tables of the Memory.
func Tables() []string {
	return []string{keyTable, placeTable, homeTable, personTable, rosterTable, wayTable, pressedTable}
}

// recall takes in what was known before a restart. What cannot be read is learned anew;
// where the end of ctx cut it off nothing counts as recalled.
func (c *Connection) recall(ctx context.Context) {
	m, whole := c.opt.Memory, true
	took := func(table string, err error) {
		whole = whole && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
		c.forgot(table, err)
	}
	took(keyTable, chat.RecallEach(ctx, m, keyTable, func(_ string, s keyset) { c.keys.now.putNew("", s.prepared()) }))
	took(placeTable, chat.RecallEach(ctx, m, placeTable, c.restorePlace))
	took(homeTable, chat.RecallEach(ctx, m, homeTable, c.restoreHome))
	took(personTable, chat.RecallEach(ctx, m, personTable, func(id string, p person) {
		c.people.known.putNew(id, p)
		c.people.call(p)
	}))
	took(rosterTable, chat.RecallEach(ctx, m, rosterTable, c.rosters.Restore))
	took(wayTable, chat.RecallEach(ctx, m, wayTable, func(_ string, w way) { c.ways.set(w) }))
	took(pressedTable, chat.RecallEach(ctx, m, pressedTable, c.pressed.restore))
	if whole {
		c.recalledOnce.Do(func() { close(c.recalled) })
	}
}

func (c *Connection) forgot(table string, err error) {
	if err != nil {
		c.opt.Log.Warn("cannot recall what Teams told before the restart", "connection", c.name, "table", table, "error", err)
	}
}

// recallPatience is how long a post or a request waits for what was known before a restart.
const recallPatience = time.Second

// hasRecalled waits until what was known before the restart is there, and reports whether
// it is. Before that nothing may be taken for unknown, nor learned over it.
func (c *Connection) hasRecalled(ctx context.Context) bool {
	wait(ctx, c.recalled, recallPatience)
	select {
	case <-c.recalled:
		return true
	default:
		return false
	}
}

// keepPatience is how long a request waits for the disk to take what it told.
const keepPatience = time.Second

// keep writes a record, which goes on where the disk takes longer. Where it cannot, the next
// restart knows less.
func (c *Connection) keep(ctx context.Context, table, id string, v any) {
	put := func(ctx context.Context) error {
		return chat.KeepAs(context.WithoutCancel(ctx), c.opt.Memory, table, id, v)
	}
	if err := chat.Within(ctx, keepPatience, put); err != nil {
		c.opt.Log.Warn("cannot keep what Teams told", "connection", c.name, "table", table, "error", err)
	}
}

// records are what Teams told, by id.
type records[T any] struct {
	mu   sync.Mutex
	byID map[string]T
}

func (r *records[T]) put(id string, v T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.set(id, v)
}

// putNew takes in what was known before, unless something newer is.
func (r *records[T]) putNew(id string, v T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.byID[id]; !known {
		r.set(id, v)
	}
}

func (r *records[T]) set(id string, v T) {
	if r.byID == nil {
		r.byID = map[string]T{}
	}
	r.byID[id] = v
}

func (r *records[T]) get(id string) T {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.byID[id]
}

// find returns a record that fits.
func (r *records[T]) find(fits func(id string, v T) bool) (found T, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, v := range r.byID {
		if fits(id, v) {
			return v, true
		}
	}
	return found, false
}

// wait returns when woken, after d, or at the end of ctx.
func wait(ctx context.Context, wake <-chan struct{}, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	select {
	case <-wake:
	case <-ctx.Done():
	}
}

// signal wakes who waits, now or next.
func signal(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// each hands every record to fn, with the lock held.
func (r *records[T]) each(fn func(id string, v T)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, v := range r.byID {
		fn(id, v)
	}
}
