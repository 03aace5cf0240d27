package boltdb

import (
	"errors"
	"fmt"
	"runtime/debug"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"github.com/umassonline/belltower/storage"
)

func unavailable(cause error) error { return fmt.Errorf("%w: %w", storage.ErrUnavailable, cause) }

// isFull reports whether a write failed because there was no room for it, which a file
// system knows before it writes.
func isFull(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) || errors.Is(err, unix.EFBIG)
}

// errUnsynced says that a record may be on disk.
var errUnsynced = errors.New("sync the log")

// commit writes the group's record, if there is anything in it.
func (db *DB) commit(g *group) error {
	if g.writes == 0 {
		return nil
	}
	g.record = endRecord(g.record, db.seq+1, db.life)
	l := &db.logs[db.current]
	err := l.write(g.record)
	if isFull(err) {
		db.log.Error("commit failed", "path", db.path, "error", err, "works_again", true)
		return unavailable(err)
	}
	if err == nil {
		err = syncData(l.file)
	}
	if err != nil {
		db.broken.Store(true)
		return fmt.Errorf("%w: %w", errUnsynced, err)
	}
	l.add(len(g.record))
	db.seq++
	db.publish(func(m *moment) { m.recent = g.m.recent })
	if l.end >= logMuch && l.end-int64(len(g.record)) < logMuch {
		db.plan(0)
	} else {
		db.plan(moveAfter)
	}
	if db.paper = g.record; cap(db.paper) > maxPaper {
		db.paper = nil
	}
	return nil
}

// maxPaper is how much a record may leave for the next ones, in bytes.
const maxPaper = 256 << 10

// afterUnsynced finds out what became of the commit that failed because of cause.
func (db *DB) afterUnsynced(cause error) error {
	err := db.renew()
	db.log.Error("commit failed", "path", db.path, "error", cause, "works_again", err == nil)
	if err != nil {
		return fmt.Errorf("%w: %w; then: %w", storage.ErrUnknown, cause, err)
	}
	return unavailable(cause)
}

// settle finds out what became of the tree's transaction id, which failed because of
// cause, by the rule in the package's words about failures: nil if it is on disk.
func (db *DB) settle(h *handle, id uint64, ended bool, cause error) error {
	db.opening.Lock()
	defer db.opening.Unlock()
	db.handle.Store(nil)
	if ended { // else bbolt is stuck, and closing it would hang
		h.bolt.Close()
	}
	err := db.reopen()
	there := err == nil && db.now.Load().tree >= id
	db.log.Error("change of the tree failed", "path", db.path, "error", cause, "on_disk", there, "open_again", err == nil)
	if there {
		return nil
	}
	return errors.Join(cause, err)
}

// reopen opens the tree and trusts its newest transaction once that is known to
// be on disk. A file that was open before and is gone is not created anew.
func (db *DB) reopen() error {
	before := db.now.Load().tree
	h, err := openHandle(db.path, before == 0)
	if err != nil {
		return err
	}
	id, at, err := h.newest()
	if err == nil && id < before {
		err = fmt.Errorf("storage: %s is older than it was: was it replaced?", db.path)
	}
	if err == nil && id > before {
		err = h.pin(id)
	}
	if err != nil {
		return errors.Join(err, h.bolt.Close())
	}
	db.planted(id, at.seq)
	db.handle.Store(h)
	return nil
}

// planted publishes that the tree's newest transaction is id, and holds what was
// committed up to number seq.
func (db *DB) planted(id, seq uint64) {
	db.publish(func(m *moment) {
		m.tree = id
		if seq >= m.frozenTo {
			m.frozen = nil
		}
	})
}

// opened returns the open tree, which it opens if it is not after a failure.
func (db *DB) opened() (*handle, error) {
	if h := db.handle.Load(); h != nil {
		return h, nil
	}
	db.opening.Lock()
	defer db.opening.Unlock()
	if h := db.handle.Load(); h != nil {
		return h, nil
	}
	if err := db.reopen(); err != nil {
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
