package slack

import (
	"context"
	"encoding/json"
	"fmt"
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
)

// Tables lists the tables of a Memory.
func Tables() []string { return []string{teamTable, personTable, groupTable, channelTable} }

// recall takes in what was known before a restart. What cannot be read is asked
// for anew.
func (w *Workspace) recall(ctx context.Context) {
	err := recallEach(ctx, w.opt.Memory, personTable, w.people.restore)
	w.forgot(personTable, err)
	err = recallEach(ctx, w.opt.Memory, groupTable, w.groups.restore)
	w.forgot(groupTable, err)
	err = recallEach(ctx, w.opt.Memory, channelTable, w.rooms.put)
	w.forgot(channelTable, err)
	err = recallEach(ctx, w.opt.Memory, teamTable, func(_ string, id identity) { w.known.CompareAndSwap(nil, &id) })
	w.forgot(teamTable, err)
}

func (w *Workspace) forgot(table string, err error) {
	if err != nil {
		w.opt.Log.Warn("cannot recall what Slack told before the restart", "connection", w.name, "table", table, "error", err)
	}
}

func recallEach[T any](ctx context.Context, m Memory, table string, take func(id string, v T)) error {
	return m.Recall(ctx, table, func(id string, record []byte) error {
		var v T
		if err := json.Unmarshal(record, &v); err != nil {
			return fmt.Errorf("record %q: %w", id, err)
		}
		take(id, v)
		return nil
	})
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
