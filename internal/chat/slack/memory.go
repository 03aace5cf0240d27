package slack

import (
	"context"
	"sync"

	"github.com/umassonline/belltower/internal/chat"
)

// The tables of the Memory.
const (
	teamTable   = "team"      // who we are: one record, without an id
	personTable = "person"    // by user id
	groupTable  = "usergroup" // by the id of a user group
	roomTable   = "channel"   // by the id of a channel that subscribes
	deafTable   = "deaf"      // whether it was told that nothing is heard: one record, without an id
)

// Tables lists the tables of the Memory.
func Tables() []string { return []string{teamTable, personTable, groupTable, roomTable, deafTable} }

// recall takes in what was known before a restart. What cannot be read is asked
// for anew.
func (w *Workspace) recall(ctx context.Context) {
	err := chat.RecallEach(ctx, w.opt.Memory, personTable, w.people.restore)
	w.forgot(personTable, err)
	err = chat.RecallEach(ctx, w.opt.Memory, groupTable, w.groups.Restore)
	w.forgot(groupTable, err)
	err = chat.RecallEach(ctx, w.opt.Memory, roomTable, w.rooms.put)
	w.forgot(roomTable, err)
	err = chat.RecallEach(ctx, w.opt.Memory, teamTable, func(_ string, id identity) { w.known.CompareAndSwap(nil, &id) })
	w.forgot(teamTable, err)
}

func (w *Workspace) forgot(table string, err error) {
	if err != nil {
		w.opt.Log.Warn("cannot recall what Slack told before the restart", "connection", w.name, "table", table, "error", err)
	}
}

// keep writes a record. Where it cannot, the next restart knows less.
func (w *Workspace) keep(ctx context.Context, table, id string, v any) {
	if err := chat.KeepAs(ctx, w.opt.Memory, table, id, v); err != nil {
		w.opt.Log.Warn("cannot keep what Slack told", "connection", w.name, "table", table, "error", err)
	}
}

// records are what Slack told, by id.
type records[T any] struct {
	mu   sync.Mutex
	byID map[string]T
}

func (r *records[T]) put(id string, v T) {
	r.mu.Lock()
	defer r.mu.Unlock()
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

// wishes are ids that something is to be done for soon, each once.
type wishes struct {
	mu   sync.Mutex
	ids  map[string]bool
	wake chan struct{}
}

func newWishes() wishes { return wishes{ids: map[string]bool{}, wake: make(chan struct{}, 1)} }

func (q *wishes) add(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ids[id] = true
	signal(q.wake)
}

// take takes any of them.
func (q *wishes) take() (id string, some bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for id := range q.ids {
		delete(q.ids, id)
		return id, true
	}
	return "", false
}
