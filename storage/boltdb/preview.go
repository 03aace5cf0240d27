package boltdb

import (
	"context"
	"sync/atomic"

	bolt "go.etcd.io/bbolt"

	"github.com/umassonline/belltower/storage"
)

// coming is a group as Preview sees it.
type coming struct {
	ran  chan struct{} // closed when its functions ran; m is set before
	m    *moment       // what there is once it is on disk
	over chan struct{} // closed when it is known whether it is; err is set before
	err  error
	seen atomic.Bool // somebody waits for over
}

// Preview implements storage.DB: the reading is done while the disk writes.
func (db *DB) Preview(ctx context.Context, fn func(storage.Tx) error) error {
	c := db.underway.Load()
	if c == nil {
		return db.View(ctx, fn)
	}
	select {
	case <-c.ran:
	case <-c.over:
		return db.View(ctx, fn)
	case <-ctx.Done():
		return ctx.Err()
	}
	ahead := false
	err := db.snapshot(ctx, func(m *moment, btx *bolt.Tx) error {
		select {
		case <-c.over: // the tree may hold more than that
		default:
			m, ahead = c.m, true
		}
		return fn(&tx{layers: layersOf(btx, m.recent, m.frozen), readOnly: true})
	})
	if err != nil || !ahead {
		return err
	}
	c.seen.Store(true)
	select {
	case <-c.over:
		return c.err
	case <-ctx.Done():
		return ctx.Err()
	}
}
