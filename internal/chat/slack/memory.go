package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
)

// Memory keeps across restarts what Slack told one connection, as records by
// table and id, so that commands are taken while Slack's API is down. It holds
// no secrets. Its methods may be called from many goroutines.
type Memory interface {
	// Recall hands each record of a table to fn.
	Recall(ctx context.Context, table string, fn func(id string, record []byte) error) error
	// Keep writes one record, in place of the one before.
	Keep(ctx context.Context, table, id string, record []byte) error
}

// The tables of a Memory.
const (
	teamTable   = "team"      // who we are: one record, without an id
	personTable = "person"    // by user id
	groupTable  = "usergroup" // by the id of a user group
	roomTable   = "channel"   // by the id of a channel that subscribes
	deafTable   = "deaf"      // whether it was told that nothing is heard: one record, without an id
)

// Tables lists the tables of a Memory.
func Tables() []string { return []string{teamTable, personTable, groupTable, roomTable, deafTable} }

// recall takes in what was known before a restart. What cannot be read is asked
// for anew.
func (w *Workspace) recall(ctx context.Context) {
	err := recallEach(ctx, w.opt.Memory, personTable, w.people.restore)
	w.forgot(personTable, err)
	err = recallEach(ctx, w.opt.Memory, groupTable, w.groups.put)
	w.forgot(groupTable, err)
	err = recallEach(ctx, w.opt.Memory, roomTable, w.rooms.put)
	w.forgot(roomTable, err)
	err = recallEach(ctx, w.opt.Memory, teamTable, func(_ string, id identity) { w.known.CompareAndSwap(nil, &id) })
	w.forgot(teamTable, err)
}

func (w *Workspace) forgot(table string, err error) {
	if err != nil {
		w.opt.Log.Warn("cannot recall what Slack told before the restart", "connection", w.name, "table", table, "error", err)
	}
}

// recallEach takes in the records of a table, past those that cannot be read, of
// which the error tells.
func recallEach[T any](ctx context.Context, m Memory, table string, take func(id string, v T)) error {
	var unread error
	err := m.Recall(ctx, table, func(id string, record []byte) error {
		var v T
		if err := json.Unmarshal(record, &v); err != nil {
			unread = fmt.Errorf("record %q: %w", id, err)
			return nil
		}
		take(id, v)
		return nil
	})
	return errors.Join(err, unread)
}

// keep writes a record. Where it cannot, the next restart knows less.
func (w *Workspace) keep(ctx context.Context, table, id string, v any) {
	record, err := json.Marshal(v)
	if err == nil {
		err = w.opt.Memory.Keep(ctx, table, id, record)
	}
	if err != nil {
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
