package boltdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// lockTimeout is how long bbolt tries to get its lock on the file. Ours is taken
// before, so that only a foreign program can hold this one.
const lockTimeout = 300 * time.Millisecond

// mapBytes is the address space for the file: until it is larger than that it
// need not be mapped anew, for which a commit would wait until every reader, a
// backup for example, is done. It costs no memory.
const mapBytes = 1 << 30

// handle is an open bbolt file.
type handle struct {
	bolt *bolt.DB
	file *os.File // the one bbolt uses
}

// openHandle opens path, and creates it if it may. A panic of bbolt, which it has
// for damaged pages, is returned as an error.
func openHandle(path string, create bool) (h *handle, err error) {
	h = &handle{}
	opts := &bolt.Options{
		Timeout:        lockTimeout,
		NoFreelistSync: true,
		// The array gives free pages away from the lowest on. After much was deleted the
		// map scatters each commit over the whole file, which costs a sync more than
		// the array's merging costs (1.28 and 1.03 times the p50 before a purge of half).
		FreelistType:    bolt.FreelistArrayType,
		InitialMmapSize: mapBytes,
		OpenFile: func(name string, flag int, perm os.FileMode) (_ *os.File, err error) {
			if !create {
				flag &^= os.O_CREATE
			}
			h.file, err = os.OpenFile(name, flag, perm)
			return h.file, err
		},
	}
	opening := func() (err error) {
		h.bolt, err = bolt.Open(path, 0o600, opts)
		return err
	}
	panicked, err := protect(opening)
	if panicked != nil {
		h.file.Close() // gives up the lock
		return nil, damaged(path, panicked.value)
	}
	if err != nil {
		return nil, explain(path, err)
	}
	return h, nil
}

func explain(path string, err error) error {
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("storage: %s is held by another program, a tool for bbolt files perhaps: stop it first: %w", path, err)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch):
		return damaged(path, err)
	}
	return fmt.Errorf("storage: open %s: %w", path, err)
}

func damaged(path string, cause any) error {
	return fmt.Errorf("storage: %s is damaged or not a store: restore a backup, or move it away to begin anew (%v)", path, cause)
}

// newest returns the id of the newest transaction in the file, and where it says that the
// file ends: nowhere, in one that is new or that an older version wrote.
func (h *handle) newest() (id uint64, at position, err error) {
	btx, err := h.bolt.Begin(false)
	if err != nil {
		return 0, at, err
	}
	defer btx.Rollback()
	err = sheltered(func() error {
		if about := btx.Bucket(aboutBucket); about != nil {
			at, _ = positionOf(about.Get(positionKey))
		}
		return nil
	})
	return uint64(btx.ID()), at, err
}

// Where a meta page has what is read of it here: behind the page's header (16 bytes), four
// 32-bit fields and the root bucket (16) the page on which the list of free pages is (all
// ones: it was not written), then a field and the transaction.
const (
	freelistOffset = 16 + 4*4 + 16
	metaIDOffset   = freelistOffset + 8 + 8
)

// meta reads the meta page of transaction id and says where it lies: by turns in the first
// two pages, but for a backup, whose newest is in the first. A page that was written and
// refused may still be in memory; it is an error that the file has none of that transaction.
func (h *handle) meta(id uint64) (page []byte, offset int64, err error) {
	page = make([]byte, h.bolt.Info().PageSize)
	for _, turn := range []uint64{id % 2, (id + 1) % 2} {
		offset = int64(turn) * int64(len(page))
		if _, err = h.file.ReadAt(page, offset); err != nil {
			return nil, 0, err
		}
		if binary.NativeEndian.Uint64(page[metaIDOffset:]) == id {
			return page, offset, nil
		}
	}
	return nil, 0, fmt.Errorf("transaction %d is not in the file", id)
}

// pin writes the meta page of transaction id once more and syncs it; see the
// package's words about failures.
func (h *handle) pin(id uint64) error {
	page, offset, err := h.meta(id)
	if err == nil {
		_, err = h.file.WriteAt(page, offset)
	}
	if err == nil {
		err = h.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("storage: sync the newest transaction of %s: %w", h.file.Name(), err)
	}
	return nil
}

// freePagesListed says whether transaction id wrote the list of free pages.
func (h *handle) freePagesListed(id uint64) (bool, error) {
	page, _, err := h.meta(id)
	if err != nil {
		return false, damaged(h.file.Name(), err)
	}
	return binary.NativeEndian.Uint64(page[freelistOffset:]) != ^uint64(0), nil
}

// check finds damage in the file that would crash the process when bbolt opens
// it: a file cut short, and, where bbolt must look for the free pages, which it
// does in a goroutine of its own, pages that are not what the tree says. (Not
// all: bbolt has no checksums but of the meta pages.)
func check(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("storage: open %s: %w", path, err)
	}
	h := &handle{}
	panicked, err := protect(func() error { return h.check(path) })
	if h.bolt != nil {
		h.bolt.Close()
	}
	if panicked != nil {
		return damaged(path, panicked.value)
	}
	return err
}

func (h *handle) check(path string) (err error) {
	open := func(name string, flag int, perm os.FileMode) (_ *os.File, err error) {
		h.file, err = os.OpenFile(name, flag, perm)
		return h.file, err
	}
	h.bolt, err = bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true, Timeout: lockTimeout, OpenFile: open})
	if err != nil {
		return explain(path, err)
	}
	return h.bolt.View(func(btx *bolt.Tx) error {
		if info, err := h.file.Stat(); err != nil || info.Size() < btx.Size() {
			return damaged(path, "it was cut short")
		}
		if listed, err := h.freePagesListed(uint64(btx.ID())); err != nil || listed {
			return err
		}
		return btx.ForEach(func(_ []byte, b *bolt.Bucket) error {
			b.Stats() // goes through every page
			return nil
		})
	})
}
