package boltdb

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/umassonline/belltower/storage"
)

// lane is one of the two queues.
type lane int

const (
	urgent     lane = iota // Update
	background             // Background
)

// Limits of one group. An Update that comes while a group runs waits for it, so
// background work is taken in small helpings (a handful of full transactions).
const (
	maxCalls            = 512
	maxBackgroundWrites = 2 * storage.MaxWrites
	maxGroupBytes       = 8 * storage.MaxBytes // beside the last call's
)

// call is one Update or Background.
type call struct {
	ctx  context.Context
	lane lane
	fn   func(storage.Tx) error

	wake  chan struct{} // gets one value when the call is done or must lead
	leads bool
	done  bool

	err      error
	panicked *panicked
	depends  bool // ran after writes of others in its group
}

// committer is the queue of calls. Whoever queues while nobody leads, leads.
type committer struct {
	mu      sync.Mutex
	leading bool
	lanes   [2][]*call
}

// wait queues fn, and returns when it was committed, failed or was withdrawn.
func (db *DB) wait(ctx context.Context, l lane, fn func(storage.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &call{ctx: ctx, lane: l, fn: fn, wake: make(chan struct{}, 1)}
	if db.queue.join(c) || db.queue.await(c) {
		db.lead(c)
	}
	if c.panicked != nil {
		panic(c.panicked.value)
	}
	return c.err
}

// join queues c and says whether c has to lead.
func (q *committer) join(c *call) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.lanes[c.lane] = append(q.lanes[c.lane], c)
	c.leads = !q.leading
	q.leading = true
	return c.leads
}

// await waits for the end of c, and says whether c has to lead instead.
func (q *committer) await(c *call) (leads bool) {
	select {
	case <-c.wake:
	case <-c.ctx.Done():
		if q.withdraw(c) {
			c.err = c.ctx.Err()
			return false
		}
		<-c.wake
	}
	return !c.done
}

// withdraw takes c out of the queue, unless it is being committed or leads.
func (q *committer) withdraw(c *call) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.lanes[c.lane], c)
	if i < 0 || c.leads {
		return false
	}
	q.lanes[c.lane] = slices.Delete(q.lanes[c.lane], i, i+1)
	return true
}

// next takes the next call for g, or nil if g is full or nobody waits.
func (q *committer) next(g *group) *call {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := urgent
	if len(q.lanes[urgent]) == 0 {
		l = background
	}
	if len(q.lanes[l]) == 0 || len(g.calls) == maxCalls || len(g.record) > maxGroupBytes ||
		l == background && g.background >= maxBackgroundWrites {
		return nil
	}
	c := q.lanes[l][0]
	q.lanes[l][0] = nil
	q.lanes[l] = q.lanes[l][1:]
	g.calls = append(g.calls, c)
	return c
}

// handOver makes the first waiting call the leader.
func (q *committer) handOver() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, calls := range q.lanes {
		if len(calls) > 0 {
			calls[0].leads = true
			calls[0].wake <- struct{}{}
			return
		}
	}
	q.leading = false
}

// lead commits groups until own is done.
func (db *DB) lead(own *call) {
	defer db.queue.handOver()
	for !own.done {
		db.commitGroup()
	}
}

// group is what one record of the log holds.
type group struct {
	coming
	calls      []*call
	layers     *layers // with what the calls before wrote
	room       []write // of one call's writes, used for each
	record     []byte
	writes     int
	background int // of these, from Background
}

// errExit is the outcome where a function ends its goroutine, which may be
// another call's.
var errExit = unavailable(errors.New("a transaction's function called runtime.Goexit"))

// commitGroup runs and commits what is queued.
func (db *DB) commitGroup() {
	g := &group{coming: coming{ran: make(chan struct{}), over: make(chan struct{}), err: errExit}}
	db.underway.Store(&g.coming)
	defer db.finish(g)
	h, err := db.ready()
	for err == nil {
		if err = db.runGroup(h, g); !errors.Is(err, berrors.ErrDatabaseNotOpen) {
			break
		}
		if h, err = db.opened(); err != nil { // a move that failed closed it
			err = unavailable(err)
		}
	}
	if err != nil && len(g.calls) == 0 {
		for db.queue.next(g) != nil {
		}
	}
	g.err = err
	if errors.Is(err, errUnsynced) {
		g.err = db.afterUnsynced(err)
	}
}

// ready makes good what failed before, and returns the open tree.
func (db *DB) ready() (*handle, error) {
	if db.broken.Load() {
		if err := db.renew(); err != nil {
			return nil, unavailable(err)
		}
		db.log.Info("store works again", "path", db.path)
	}
	if db.logged() > logMost {
		if err := db.move(); err != nil {
			return nil, unavailable(err)
		}
	}
	h, err := db.opened()
	if err != nil {
		return nil, unavailable(err)
	}
	return h, nil
}

// runGroup runs the queued calls on h and commits what they wrote.
func (db *DB) runGroup(h *handle, g *group) error {
	db.commits.Lock()
	defer db.commits.Unlock()
	var m *moment
	var btx *bolt.Tx
	err := sheltered(func() (err error) {
		if m, btx, err = db.begin(h); err == nil {
			g.layers = layersOf(btx, db.next, m.frozen)
		}
		return err
	})
	if btx != nil {
		defer discard(btx)
	}
	if err != nil {
		return unavailable(err)
	}
	committed := false
	defer func() {
		if !committed && g.writes > 0 {
			db.next = m.recent.IsoCopy()
		}
	}()
	g.record = beginRecord(db.paper)
	for c := db.queue.next(g); c != nil; c = db.queue.next(g) {
		db.run(g, c)
	}
	db.show(g, m)
	err = db.commit(g)
	committed = err == nil
	return err
}

// run runs c and adds its writes to the group, if it succeeds.
func (db *DB) run(g *group, c *call) {
	if c.err = c.ctx.Err(); c.err != nil {
		return
	}
	c.depends = g.writes > 0
	t := &tx{layers: g.layers, writes: g.room[:0]}
	c.panicked, c.err = protect(func() error {
		if err := c.fn(t); err != nil {
			return err
		}
		return t.failed
	})
	g.room = t.writes
	if c.panicked != nil {
		db.log.Error("panic in a transaction", "panic", c.panicked.value, "stack", c.panicked.stack)
		return
	}
	if c.err != nil {
		return
	}
	for _, w := range t.writes {
		db.next.Set(w)
		g.record = appendWrite(g.record, w)
	}
	g.writes += len(t.writes)
	if c.lane == background {
		g.background += len(t.writes)
	}
}

// show lets Preview see what the group makes of m.
func (db *DB) show(g *group, m *moment) {
	if g.m = m; g.writes > 0 {
		g.m = &moment{recent: db.next.IsoCopy(), frozen: m.frozen}
	}
	close(g.ran)
}

// finish tells every call its result. A failed commit is also the result of a
// call that failed by itself, if it may have read what was not committed.
func (db *DB) finish(g *group) {
	db.underway.Store(nil)
	close(g.over)
	if g.seen.Load() {
		runtime.Gosched() // who has all ready goes first
	}
	for _, c := range g.calls {
		if g.err != nil && c.panicked == nil && (c.err == nil || c.depends) {
			c.err = g.err
		}
		c.done = true
		c.wake <- struct{}{}
	}
}
