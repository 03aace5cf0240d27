package boltdb

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"github.com/umassonline/belltower/storage"
)

// tx is one transaction: records as they are, with its own writes laid over
// them until it succeeds.
type tx struct {
	records  *bolt.Bucket
	readOnly bool

	writes []write // by key
	puts   int     // calls of Put and Delete
	gets   int
	bytes  int
	failed error // the transaction can no longer succeed
}

// write is the newest write of a key; a nil value deletes.
type write struct{ key, value []byte }

var errEmptyKey = errors.New("storage: a key may not be empty")

// Get implements storage.Tx.
func (t *tx) Get(key []byte) ([]byte, error) {
	if t.gets++; !t.readOnly && t.gets > storage.MaxReads {
		return nil, t.fail(fmt.Errorf("%w: more than %d reads", storage.ErrTooLarge, storage.MaxReads))
	}
	if i, ok := t.find(key); ok {
		return bytes.Clone(t.writes[i].value), nil
	}
	return bytes.Clone(t.records.Get(key)), nil
}

// Put implements storage.Tx.
func (t *tx) Put(key, value []byte) error {
	return t.set(key, append(make([]byte, 0, len(value)), value...))
}

// Delete implements storage.Tx.
func (t *tx) Delete(key []byte) error { return t.set(key, nil) }

func (t *tx) set(key, value []byte) error {
	if t.readOnly {
		return storage.ErrReadOnly
	}
	if len(key) == 0 {
		return errEmptyKey
	}
	t.puts++
	t.bytes += len(key) + len(value)
	switch {
	case len(key) > storage.MaxKey:
		return t.fail(fmt.Errorf("%w: a key of more than %d bytes", storage.ErrTooLarge, storage.MaxKey))
	case t.puts > storage.MaxWrites:
		return t.fail(fmt.Errorf("%w: more than %d writes", storage.ErrTooLarge, storage.MaxWrites))
	case t.bytes > storage.MaxBytes:
		return t.fail(fmt.Errorf("%w: more than %d bytes", storage.ErrTooLarge, storage.MaxBytes))
	}
	i, ok := t.find(key)
	if ok {
		t.writes[i].value = value
		return nil
	}
	t.writes = slices.Insert(t.writes, i, write{bytes.Clone(key), value})
	return nil
}

func (t *tx) fail(err error) error {
	t.failed = err
	return err
}

// find returns the place of key among the own writes.
func (t *tx) find(key []byte) (int, bool) {
	return slices.BinarySearchFunc(t.writes, key, func(w write, key []byte) int {
		return bytes.Compare(w.key, key)
	})
}

// Scan implements storage.Tx. It sees what its function writes ahead of it.
func (t *tx) Scan(from, to []byte, limit int, fn func(key, value []byte) (bool, error)) error {
	s := newScan(t, from)
	for n := 0; limit <= 0 || n < limit; n++ {
		key, value, ok := s.next()
		if !ok || to != nil && bytes.Compare(key, to) >= 0 {
			return nil
		}
		pair := append(append(make([]byte, 0, len(key)+len(value)), key...), value...)
		if more, err := fn(pair[:len(key):len(key)], pair[len(key):]); err != nil || !more {
			return err
		}
	}
	return nil
}

// apply hands the writes to bbolt, which keeps the values until its commit.
func (t *tx) apply() error {
	return sheltered(func() error {
		for _, w := range t.writes {
			var err error
			if w.value == nil {
				err = t.records.Delete(w.key)
			} else {
				err = t.records.Put(w.key, w.value)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// scan merges the stored pairs with a transaction's own writes.
type scan struct {
	tx         *tx
	cursor     *bolt.Cursor
	key, value []byte // the next stored pair
	at         []byte // own writes from this key on are ahead,
	behind     bool   // without the key itself
}

func newScan(t *tx, from []byte) *scan {
	s := &scan{tx: t, cursor: t.records.Cursor(), at: from}
	s.key, s.value = s.cursor.Seek(from)
	return s
}

// next returns the next pair that is not deleted.
func (s *scan) next() (key, value []byte, ok bool) {
	for {
		own := s.own()
		if own == nil && s.key == nil {
			return nil, nil, false
		}
		side := -1 // the stored pair is next; 0: the own write replaces it; 1: the own write is next
		if s.key == nil {
			side = 1
		} else if own != nil {
			side = bytes.Compare(s.key, own.key)
		}
		key, value = s.key, s.value
		if side >= 0 {
			key, value = own.key, own.value
		}
		if side <= 0 {
			s.key, s.value = s.cursor.Next()
		}
		s.at, s.behind = key, true
		if side < 0 || value != nil {
			return key, value, true
		}
	}
}

// own returns the next of the own writes. It is looked up each time, as the
// scan's function may write.
func (s *scan) own() *write {
	i, ok := s.tx.find(s.at)
	if ok && s.behind {
		i++
	}
	if i == len(s.tx.writes) {
		return nil
	}
	return &s.tx.writes[i]
}
