// Package storage is the ordered key-value store that everything Belltower
// remembers lives in. It knows bytes only; what they mean is its callers'
// business. It imports nothing of the project and starts no goroutines; a
// store (storage/boltdb) may, and stops them in Close.
//
// # The contract
//
// Every store keeps each sentence, and storage/storagetest checks it.
//
//  1. The function given to View, Preview, Update or Background may run more than once
//     and may touch nothing but its Tx: no variable that outlives a run unless
//     the run sets it anew, no I/O, no clock.
//  2. All reads of a transaction see one moment. Its own writes are visible to
//     its Get and Scan.
//  3. Scan goes in byte order of the keys, from low to high, and ends at the
//     limit, at the end of the range, or when its function says so.
//  4. What was read with Get (a missing key too) is unchanged at commit, or the
//     function runs again. What was only scanned is not protected: Get what you
//     act on.
//  5. Bytes returned or handed to a scan's function are the caller's to keep
//     and change. Bytes handed to Put are copied before Put returns.
//  6. A transaction holds at most MaxWrites writes, MaxReads guarded reads
//     (Gets, in Update and Background) and MaxBytes of keys and values written;
//     one more answers ErrTooLarge and the transaction then fails, on every
//     store (etcd allows 128 of each and 1.5 MiB). Every call counts, also one
//     for a key that was read or written before. Neither a View or Preview nor
//     a Scan has a limit.
//  7. An error from the function writes nothing and is returned as it is.
//  8. After a cancelled context, or where errors.Is(err, ErrUnknown), the
//     transaction may have been committed; so every write is keyed such that
//     doing it again changes nothing.
//  9. Close waits for running transactions. After it every call answers
//     ErrClosed.
//  10. Reopening shows exactly what was committed: a nil error means that the
//     writes are on disk. What a View or a Preview read without an error is, too.
package storage

import (
	"context"
	"errors"
)

// Limits of one transaction, the same on every store.
const (
	MaxWrites = 100
	MaxReads  = 100
	MaxBytes  = 1 << 20
	MaxKey    = 32 << 10 // bytes of one key
)

var (
	// ErrTooLarge says that a transaction went over MaxWrites, MaxReads or
	// MaxBytes, or a key over MaxKey.
	ErrTooLarge = errors.New("storage: transaction too large")
	// ErrReadOnly says that a View tried to write.
	ErrReadOnly = errors.New("storage: read-only transaction")
	// ErrClosed says that the store was closed.
	ErrClosed = errors.New("storage: closed")
	// ErrUnavailable says that nothing was written because the disk refused:
	// full, failing, or not yet open again after a failure. Trying again later
	// may help.
	ErrUnavailable = errors.New("storage: unavailable")
	// ErrUnknown says that it could not be found out whether the writes are on disk.
	ErrUnknown = errors.New("storage: outcome unknown")
)

// DB is a store. All methods may be called from many goroutines at once.
type DB interface {
	// View runs fn on a read-only snapshot.
	View(ctx context.Context, fn func(Tx) error) error
	// Update runs fn and commits what it wrote before it returns nil. It is for
	// what a person waits for.
	Update(ctx context.Context, fn func(Tx) error) error
	// Background is Update for work that nobody waits for: where both are
	// queued, Updates go first.
	Background(ctx context.Context, fn func(Tx) error) error
	// Preview is View of what will be committed once the commit that is under way is on
	// disk, and returns when it is. After an error what fn read may never have been. A store
	// may know of no such commit, and show what there is.
	Preview(ctx context.Context, fn func(Tx) error) error
	// Rouse says that an Update is likely to come within a moment, so that a disk at
	// rest can be made ready for it. It does not block, and promises nothing.
	Rouse()
	// Close waits for running transactions and releases the store.
	Close() error
}

// Tx is one transaction, valid only inside the function it was given to and
// only on that function's goroutine.
type Tx interface {
	// Get returns the value of key, or nil where there is none (an empty value
	// is an empty, non-nil slice).
	Get(key []byte) ([]byte, error)
	// Scan hands fn the pairs with from <= key < to (to nil: to the end), at
	// most limit (0: no limit), until fn returns false or an error, which Scan
	// then returns.
	Scan(from, to []byte, limit int, fn func(key, value []byte) (more bool, err error)) error
	// Put sets key, which has 1 to MaxKey bytes.
	Put(key, value []byte) error
	// Delete removes key; a missing one is no error.
	Delete(key []byte) error
}
