package boltdb

import (
	"errors"
	"fmt"
	"runtime/debug"

	bolt "go.etcd.io/bbolt"

	"github.com/umassonline/belltower/storage"
)

func unavailable(cause error) error { return fmt.Errorf("%w: %w", storage.ErrUnavailable, cause) }

// commit commits the group's writes, if there are any.
func (db *DB) commit(h *handle, g *group) error {
	if g.writes == 0 {
		return nil
	}
	id := uint64(g.btx.ID())
	err := g.broken
	if err == nil {
		err = sheltered(g.btx.Commit)
	}
	if err != nil {
		return db.settle(h, g.btx, err)
	}
	db.durable.Store(id)
	return nil
}

// settle finds out what became of a transaction whose commit failed because of
// cause, by the rule in the package's words about failures: nil if it is on disk.
func (db *DB) settle(h *handle, btx *bolt.Tx, cause error) error {
	failed := db.durable.Load() + 1
	db.handle.Store(nil)
	if discard(btx) { // else bbolt is stuck, and closing it would hang
		h.bolt.Close()
	}
	seen, err := db.reopen()
	db.log.Error("commit failed", "path", db.path, "error", cause, "on_disk", err == nil && seen >= failed, "open_again", err == nil)
	switch {
	case seen != 0 && seen < failed:
		return unavailable(cause)
	case err != nil:
		return fmt.Errorf("%w: %w; then: %w", storage.ErrUnknown, cause, err)
	}
	return nil
}

// reopen opens the file and trusts its newest transaction once that is known to
// be on disk. seen is that transaction, also with an error, or 0 if it could not
// be read. A file that was open before and is gone is not created anew.
func (db *DB) reopen() (seen uint64, err error) {
	h, err := openHandle(db.path, db.durable.Load() == 0)
	if err != nil {
		return 0, err
	}
	if seen, err = h.newest(); err == nil && seen > db.durable.Load() {
		err = h.pin(seen)
	}
	if err != nil {
		return seen, errors.Join(err, h.bolt.Close())
	}
	db.durable.Store(seen)
	db.handle.Store(h)
	return seen, nil
}

// opened returns the open file, which it opens if it is not after a failure.
func (db *DB) opened() (*handle, error) {
	if h := db.handle.Load(); h != nil {
		return h, nil
	}
	if _, err := db.reopen(); err != nil {
		return nil, err
	}
	db.log.Info("store open again", "path", db.path)
	return db.handle.Load(), nil
}

// discard ends btx where it was not committed, and says whether it has ended.
func discard(btx *bolt.Tx) bool {
	_ = sheltered(btx.Rollback)
	return btx.DB() == nil
}

// panicked is what a function panicked with.
type panicked struct {
	value any
	stack string
}

// protect runs fn and returns what it panicked with, or its error. A page of
// the mapped file that the disk does not give is an error, not a crash.
func protect(fn func() error) (p *panicked, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch v := recover().(type) {
		case nil:
		case interface {
			error
			Addr() uintptr
		}:
			err = unavailable(fmt.Errorf("read the file: %w", v))
		default:
			p = &panicked{v, string(debug.Stack())}
		}
	}()
	return nil, fn()
}

// sheltered runs fn, which calls bbolt, and returns a panic as an error.
func sheltered(fn func() error) error {
	p, err := protect(fn)
	if p != nil {
		return fmt.Errorf("bbolt: %v", p.value)
	}
	return err
}
