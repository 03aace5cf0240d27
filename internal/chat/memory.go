package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Memory keeps across restarts what a platform told one connection, as records by
// table and id, so that commands are taken and posts sent while the platform's API is
// down. It holds no secrets. Its methods may be called from many goroutines.
type Memory interface {
	// Recall hands each record of a table to fn.
	Recall(ctx context.Context, table string, fn func(id string, record []byte) error) error
	// Keep writes one record, in place of the one before.
	Keep(ctx context.Context, table, id string, record []byte) error
}

// ErrUnread is a record that is not what is kept in its table.
var ErrUnread = errors.New("unreadable")

// RecallEach takes in the records of a table, past those that cannot be read, of
// which the error tells: ErrUnread. After any other error there may be more of them.
func RecallEach[T any](ctx context.Context, m Memory, table string, take func(id string, v T)) error {
	var unread error
	err := m.Recall(ctx, table, func(id string, record []byte) error {
		var v T
		if err := json.Unmarshal(record, &v); err != nil {
			unread = fmt.Errorf("record %q: %w: %w", id, ErrUnread, err)
			return nil
		}
		take(id, v)
		return nil
	})
	if err != nil {
		return err
	}
	return unread
}

// KeepAs writes a record of a table as JSON.
func KeepAs(ctx context.Context, m Memory, table, id string, v any) error {
	record, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return m.Keep(ctx, table, id, record)
}
