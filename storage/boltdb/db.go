// Package boltdb keeps a store in one file on one machine, with bbolt.
//
// # Commits
//
// Calls that come while another one commits are queued and then committed
// together, in one bbolt transaction and two syncs, without ever waiting for
// more to come. The caller that finds nobody committing does it for all; the
// package has no goroutine of its own.
//
// # After a failure
//
// A commit writes new pages into space that nothing refers to, syncs, writes one
// of two meta pages, which refers to them, and syncs again. Linux reports a
// failed sync once and then calls the page clean, whatever the disk holds; so
// after any failure the file is closed, opened again and judged anew:
//
//   - The failed transaction's meta page is not there: nothing was written. What
//     its data pages hold does not matter, as the next one to use them writes
//     and syncs them again. The callers get storage.ErrUnavailable.
//   - It is there: its data was synced before it was written, but it may be in
//     memory only. It is written in place once more (the same bytes, so that
//     the other meta page, which is on disk, stays) and synced. If that works the
//     transaction is on disk, and its callers get nil.
//   - That fails too, or the file cannot be opened: storage.ErrUnknown. Until it
//     works, tried anew by every call, all calls answer storage.ErrUnavailable.
//
// A View never sees what is not on disk yet. Opening a store treats its newest
// meta page the same way, as the process before may have died ahead of a sync.
//
// A full disk refuses a write or a sync of the commit. It can hit no reader: the
// file is grown as a sparse one and is read where it was written only.
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

	handle  atomic.Pointer[handle] // nil while not open after a failure
	durable atomic.Uint64          // the newest bbolt transaction known to be on disk
	queue   committer

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
	db := &DB{path: path, log: opts.Logger, lock: lock}
	if err := db.start(opts); err != nil {
		return nil, errors.Join(err, db.release())
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
	if _, err := db.reopen(); err != nil {
		return err
	}
	return db.adopt(opts)
}

// release gives the file back.
func (db *DB) release() error {
	var err error
	if h := db.handle.Swap(nil); h != nil {
		err = h.bolt.Close()
	}
	return errors.Join(err, db.lock.release())
}

// Close implements storage.DB. It writes the list of free pages, so that the
// next start need not look for them.
func (db *DB) Close() error {
	db.gate.Lock()
	closed := db.closed
	db.closed = true
	db.gate.Unlock()
	if closed {
		return storage.ErrClosed
	}
	db.running.Wait()
	if h := db.handle.Load(); h != nil {
		if err := h.writeFreelist(); err != nil {
			db.log.Warn("free pages not written, the next start takes longer", "path", db.path, "error", err)
		}
	}
	return db.release()
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
	return db.snapshot(ctx, func(btx *bolt.Tx) error {
		return fn(&tx{records: btx.Bucket(recordsBucket), readOnly: true})
	})
}

// Backup writes a consistent copy of the store to w, while others go on. Give w a
// deadline if it can hang: until it is done, pages freed meanwhile are not used
// again, and a store whose commit failed is not opened again.
func (db *DB) Backup(w io.Writer) error {
	return db.snapshot(context.Background(), func(btx *bolt.Tx) error {
		if _, err := btx.WriteTo(w); err != nil {
			return fmt.Errorf("storage: back up %s: %w", db.path, err)
		}
		return nil
	})
}

// Stats are the sizes of a store.
type Stats struct {
	Bytes     int64 // of the file's used part
	FreeBytes int64 // of these, not used now and used again first
	// Pages is how many commits have written since the file was opened, beside their
	// meta pages.
	Pages int64
}

// Stats returns the present sizes.
func (db *DB) Stats() (s Stats, err error) {
	err = db.snapshot(context.Background(), func(btx *bolt.Tx) error {
		free := btx.DB().Stats()
		s = Stats{
			Bytes:     btx.Size(),
			FreeBytes: int64(free.FreePageN+free.PendingPageN) * int64(btx.DB().Info().PageSize),
			Pages:     free.TxStats.GetPageCount(),
		}
		return nil
	})
	return s, err
}

// snapshot runs fn on a read-only transaction that is on disk.
func (db *DB) snapshot(ctx context.Context, fn func(*bolt.Tx) error) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.leave()
	btx, err := db.beginRead(ctx)
	if err != nil {
		return err
	}
	defer btx.Rollback()
	panicked, err := protect(func() error { return fn(btx) })
	if panicked != nil {
		db.log.Error("panic in a transaction", "panic", panicked.value, "stack", panicked.stack)
		panic(panicked.value)
	}
	return err
}

// beginRead begins at the newest transaction. If a commit is between writing
// that and knowing it on disk, or the file is not open after a failure, an empty
// transaction through the queue waits for the one and tries the other.
func (db *DB) beginRead(ctx context.Context) (*bolt.Tx, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if h := db.handle.Load(); h != nil {
			btx, err := h.bolt.Begin(false)
			if err == nil && uint64(btx.ID()) <= db.durable.Load() {
				return btx, nil
			}
			if err == nil {
				btx.Rollback()
			}
		}
		if err := db.wait(ctx, urgent, func(storage.Tx) error { return nil }); err != nil {
			return nil, err
		}
	}
}
