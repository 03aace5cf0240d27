// Package boltdb keeps a store in one file on one machine, with bbolt, and in two logs
// beside it what was committed in the last second or so.
//
// # Commits
//
// Calls that come while another one commits are queued and then committed
// together, in one record of a log and one sync, without ever waiting for more to
// come. The caller that finds nobody committing does it for all. What was committed
// lies in memory, over what the tree (the bbolt file) holds, until it is moved there: a
// second after a commit, sooner where it is much, in one bbolt transaction for all that
// came meanwhile. A commit in the tree itself would take two syncs and three times the
// time, as each writes every page above what it changes anew.
//
// The logs take turns: one takes the commits while the other's are moved. The tree says
// with which commit it ends (its number), and in the logs of which life (a random
// number) those lie that follow. Where the store is opened, they are read. At a clean
// stop all is moved, and the logs are removed.
//
// The package has no goroutine of its own but a timer's, where something is to be moved, and
// Rouse's for the time of a sync. Close waits for both.
//
// # After a failure
//
// A write of a log for which there is no room leaves no whole record, as its checksum is its
// end: the callers get storage.ErrUnavailable, and the next record is written in its place.
// Any other that fails may have arrived. Linux reports a failed sync once and then calls the
// page clean, whatever the disk holds. So after a failed write or sync of a log all that was
// committed before is moved into the tree, with a new life, to which no record of the logs
// belongs:
//
//   - That works: nothing of the failed commit was written. Its callers get
//     storage.ErrUnavailable.
//   - It fails: storage.ErrUnknown. Until it works, tried anew by every call, all
//     calls answer storage.ErrUnavailable.
//
// A commit of bbolt writes new pages into space that nothing refers to, syncs, writes one
// of two meta pages, which refers to them, and syncs again. After any failure the file
// is closed, opened again and judged anew: the transaction is there if its meta page is.
// Its data was synced before that was written, but it may be in memory only; so it is
// written in place once more (the same bytes, so that the other meta page, which is on
// disk, stays) and synced before it is trusted. Else what was to be moved stays in its log
// and is tried again later, while the other log grows.
//
// Opening a store treats its newest meta page the same way, as the process before may have
// died ahead of a sync. What that process left in the logs is moved into the tree, with a
// new life, so that no part of a record that it broke off is ever taken for one of ours.
//
// A View never sees what is not on disk yet. A full disk refuses a write or a sync, and no
// reader: the file is grown as a sparse one and is read where it was written only. Commits
// go on as long as they fit in the space that the logs have, which they keep until a clean
// stop (a few hundred KiB, or what a second of a storm wrote).
package boltdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/umassonline/belltower/storage"
)

// Options say how a store is opened.
type Options struct {
	// Logger is told of failures, recoveries and migrations; nil: nobody is.
	Logger *slog.Logger
	// Schema is the version of what the caller keeps in the store, from 1 on; 0
	// is taken as 1. A new file gets it. A file with a newer one is refused.
	Schema int
	// Migrations holds Schema-1 steps; the one at index i brings schema i+1 to i+2.
	Migrations []Migration
}

// DB is a store in one file.
type DB struct {
	path string
	log  *slog.Logger
	lock *lock

	opening  sync.Mutex             // held while handle is replaced
	handle   atomic.Pointer[handle] // the tree; nil while not open after a failure
	now      atomic.Pointer[moment]
	broken   atomic.Bool // a sync of a log failed, and nothing was committed since
	rousing  atomic.Bool // Rouse syncs
	queue    committer
	underway atomic.Pointer[coming] // the group that runs or is being committed; nil: none

	moving  sync.Mutex // held while the tree is changed; taken before commits
	commits sync.Mutex // guards what follows
	logs    [2]log
	current int         // the log that takes commits
	next    *table      // now's recent, and what the group that runs wrote
	seq     uint64      // the number of the last commit
	life    life        // of the logs
	later   *time.Timer // runs moveLater
	planned bool        // later is to
	paper   []byte      // for the next record

	gate    sync.Mutex // guards closed against running
	closed  bool
	running sync.WaitGroup
}

var _ storage.DB = (*DB)(nil)

// Open opens the store at path and creates it (mode 0600), and its folder
// (0700), where they are missing. It answers with a sentence when another
// process holds the file, when the file is damaged, of a newer schema or not a
// store, and with the error of a migration. After a kill it reads the whole tree
// once, to find the free pages.
func Open(path string, opts Options) (*DB, error) {
	if err := opts.complete(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("storage: make the folder of %s: %w", path, err)
	}
	lock, err := takeLock(path)
	if err != nil {
		return nil, err
	}
	db := &DB{path: path, log: opts.Logger, lock: lock, next: newTable()}
	db.now.Store(&moment{recent: newTable()})
	if err := db.start(opts); err != nil {
		db.retire()
		return nil, errors.Join(err, db.release(false))
	}
	return db, nil
}

func (o *Options) complete() error {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Schema = max(o.Schema, 1)
	if len(o.Migrations) != o.Schema-1 {
		return fmt.Errorf("storage: schema %d needs %d migrations, got %d", o.Schema, o.Schema-1, len(o.Migrations))
	}
	return nil
}

func (db *DB) start(opts Options) error {
	if err := check(db.path); err != nil {
		return err
	}
	if err := db.reopen(); err != nil {
		return err
	}
	schema, err := db.known(opts.Schema)
	if err != nil {
		return err
	}
	if err := db.openLogs(); err != nil {
		return err
	}
	if err := db.replay(); err != nil {
		return err
	}
	if err := db.settleLogs(); err != nil {
		return err
	}
	return db.adopt(schema, opts)
}

// settleLogs moves what the process before left in the logs into the tree, with a new life, so
// that nothing of a record that it broke off is ever taken for a part of one of ours. Where
// that fails they are made sure of as they are, and go on.
func (db *DB) settleLogs() error {
	if m := db.now.Load(); m.frozen == nil && m.recent.Len() == 0 {
		return nil
	}
	err := db.renew()
	if err == nil {
		return nil
	}
	h, openErr := db.opened()
	if openErr != nil {
		return errors.Join(err, openErr)
	}
	_, at, readErr := h.newest()
	if readErr != nil {
		return errors.Join(err, readErr)
	}
	if at.life != db.life { // it is there after all
		db.renewed(at.life)
		return nil
	}
	db.log.Error("the log was not moved into the tree, tried again in ten seconds", "path", db.path, "error", err)
	for i := range db.logs {
		if err := db.logs[i].pin(); err != nil {
			return err
		}
	}
	db.plan(moveAgain)
	return nil
}

// release gives the files back; moved says that the tree holds all, and needs no log.
func (db *DB) release(moved bool) error {
	var err error
	if h := db.handle.Swap(nil); h != nil {
		err = h.bolt.Close()
	}
	return errors.Join(err, db.closeLogs(moved), db.lock.release())
}

// Close implements storage.DB. It moves what was committed into the tree, with the list
// of free pages, so that the next start need not look for them. Where that fails, the logs
// keep it.
func (db *DB) Close() error {
	if !db.retire() {
		return storage.ErrClosed
	}
	err := db.moveAll()
	if err != nil {
		db.log.Warn("the log was not moved into the tree, the next start does it", "path", db.path, "error", err)
	} else if err = db.conclude(); err != nil {
		db.log.Warn("free pages not written, the next start takes longer", "path", db.path, "error", err)
	}
	return db.release(err == nil)
}

// retire lets no call in any more and waits for those that run, also a timer's. It says
// whether it was the first to.
func (db *DB) retire() bool {
	db.gate.Lock()
	closed := db.closed
	db.closed = true
	db.gate.Unlock()
	db.running.Wait()
	db.commits.Lock()
	defer db.commits.Unlock()
	if db.later != nil {
		db.later.Stop()
	}
	return !closed
}

// enter counts a call in until leave, unless the store is closed.
func (db *DB) enter() error {
	db.gate.Lock()
	defer db.gate.Unlock()
	if db.closed {
		return storage.ErrClosed
	}
	db.running.Add(1)
	return nil
}

func (db *DB) leave() { db.running.Done() }

// Update implements storage.DB. A context cancelled while the call is queued
// withdraws it; once it runs its outcome is waited for. A panic of fn reaches
// its caller and nobody else.
func (db *DB) Update(ctx context.Context, fn func(storage.Tx) error) error {
	return db.submit(ctx, urgent, fn)
}

// Background implements storage.DB.
func (db *DB) Background(ctx context.Context, fn func(storage.Tx) error) error {
	return db.submit(ctx, background, fn)
}

func (db *DB) submit(ctx context.Context, l lane, fn func(storage.Tx) error) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.leave()
	return db.wait(ctx, l, fn)
}

// View implements storage.DB.
func (db *DB) View(ctx context.Context, fn func(storage.Tx) error) error {
	return db.snapshot(ctx, func(m *moment, btx *bolt.Tx) error {
		return fn(&tx{layers: layersOf(btx, m.recent, m.frozen), readOnly: true})
	})
}

// Backup writes a consistent copy of the store to w, while others go on. Give w a
// deadline if it can hang: until it is done, pages freed meanwhile are not used
// again, and a store whose commit failed is not opened again.
func (db *DB) Backup(w io.Writer) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.leave()
	if err := db.moveAll(); err != nil {
		return fmt.Errorf("storage: back up %s: %w", db.path, err)
	}
	return db.snapshot(context.Background(), func(_ *moment, btx *bolt.Tx) error {
		if _, err := btx.WriteTo(w); err != nil {
			return fmt.Errorf("storage: back up %s: %w", db.path, err)
		}
		return nil
	})
}

// Stats are the sizes of a store's file, without its logs.
type Stats struct {
	Bytes     int64 // of the file's used part
	FreeBytes int64 // of these, not used now and used again first
}

// Stats returns the present sizes.
func (db *DB) Stats() (s Stats, err error) {
	err = db.snapshot(context.Background(), func(_ *moment, btx *bolt.Tx) error {
		free := btx.DB().Stats()
		s = Stats{
			Bytes:     btx.Size(),
			FreeBytes: int64(free.FreePageN+free.PendingPageN) * int64(btx.DB().Info().PageSize),
		}
		return nil
	})
	return s, err
}

// snapshot runs fn on what is committed.
func (db *DB) snapshot(ctx context.Context, fn func(*moment, *bolt.Tx) error) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.leave()
	m, btx, err := db.beginRead(ctx)
	if err != nil {
		return err
	}
	defer btx.Rollback()
	panicked, err := protect(func() error { return fn(m, btx) })
	if panicked != nil {
		db.log.Error("panic in a transaction", "panic", panicked.value, "stack", panicked.stack)
		panic(panicked.value)
	}
	return err
}

// beginRead begins at the newest commit. After a failure that is not made good yet, an
// empty transaction through the queue tries to.
func (db *DB) beginRead(ctx context.Context) (*moment, *bolt.Tx, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if h := db.handle.Load(); h != nil && !db.broken.Load() {
			if m, btx, err := db.begin(h); err == nil {
				return m, btx, nil
			}
		}
		if err := db.wait(ctx, urgent, func(storage.Tx) error { return nil }); err != nil {
			return nil, nil, err
		}
	}
}
