package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/umassonline/belltower/internal/chat/discord"
	"github.com/umassonline/belltower/internal/chat/discord/gateway"
	"github.com/umassonline/belltower/internal/chat/discord/native"
	"github.com/umassonline/belltower/internal/chat/slack"
	"github.com/umassonline/belltower/internal/chat/teams"
	"github.com/umassonline/belltower/internal/chat/teams/outgoing"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// memory is where a connection's adapter remembers what its platform told: in
// tables of its own, under table/connection/id.
type memory struct {
	db   storage.DB
	conn desk.ConnectionName
}

// adapterTables are the tables in which adapters remember.
func adapterTables() []string {
	all := slices.Concat(slack.Tables(), teams.Tables(), outgoing.Tables(), discord.Tables(), gateway.Tables(), native.Tables())
	slices.Sort(all)
	return slices.Compact(all)
}

// Recall hands each record of a table to fn.
func (m memory) Recall(ctx context.Context, table string, fn func(id string, record []byte) error) error {
	type kept struct {
		id     string
		record []byte
	}
	var all []kept
	k := storage.K(table).Str(string(m.conn))
	err := m.db.View(ctx, func(tx storage.Tx) error {
		all = nil
		return tx.Scan(k, k.End(), 0, func(key, record []byte) (bool, error) {
			r := storage.ReadKey(key)
			r.Str()
			r.Str()
			all = append(all, kept{r.Str(), record})
			return true, r.Err()
		})
	})
	if err != nil {
		return fmt.Errorf("recall %s of %s: %w", table, m.conn, err)
	}
	for _, one := range all {
		if err := fn(one.id, one.record); err != nil {
			return err
		}
	}
	return nil
}

// rename gives what is remembered to the connection's new name.
func (m memory) rename(ctx context.Context, to desk.ConnectionName) error {
	for _, table := range adapterTables() {
		from := storage.K(table).Str(string(m.conn))
		_, err := storage.Rewrite(ctx, m.db, from, func(k storage.Key, record []byte) (storage.Key, []byte, error) {
			return append(storage.K(table).Str(string(to)), k[len(from):]...), record, nil
		})
		if err != nil {
			return fmt.Errorf("rename %s of %s: %w", table, m.conn, err)
		}
	}
	return nil
}

// Keep writes one record.
func (m memory) Keep(ctx context.Context, table, id string, record []byte) error {
	err := m.db.Background(ctx, func(tx storage.Tx) error {
		return tx.Put(storage.K(table).Str(string(m.conn)).Str(id), record)
	})
	if err != nil {
		return fmt.Errorf("keep %s of %s: %w", table, m.conn, err)
	}
	return nil
}

// Has reports whether an id is in a table.
func (m memory) Has(ctx context.Context, table, id string) (there bool, err error) {
	err = m.db.View(ctx, func(tx storage.Tx) error {
		record, err := tx.Get(storage.K(table).Str(string(m.conn)).Str(id))
		there = record != nil
		return err
	})
	if err != nil {
		return false, fmt.Errorf("recall %s of %s: %w", table, m.conn, err)
	}
	return there, nil
}

// forgottenAtOnce is how many ids Add deletes: more than one, so that they become fewer,
// and fewer than a transaction may.
const forgottenAtOnce = 50

// Add keeps an id in a table, and deletes some of those that sort before another one.
func (m memory) Add(ctx context.Context, table, id, before string) error {
	all := storage.K(table).Str(string(m.conn))
	err := m.db.Update(ctx, func(tx storage.Tx) error {
		err := tx.Scan(all, all.Str(before), forgottenAtOnce, func(old, _ []byte) (bool, error) { return true, tx.Delete(old) })
		return errors.Join(err, tx.Put(all.Str(id), nil))
	})
	if err != nil {
		return fmt.Errorf("keep %s of %s: %w", table, m.conn, err)
	}
	return nil
}
