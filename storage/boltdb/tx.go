package boltdb

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/umassonline/belltower/storage"
)

// tx is one transaction: the layers as they are, with its own writes laid over
// them until it succeeds.
type tx struct {
	layers   *layers
	readOnly bool

	writes []write // by key
	puts   int     // calls of Put and Delete
	gets   int
	bytes  int
	failed error // the transaction can no longer succeed
}

var errEmptyKey = errors.New("storage: a key may not be empty")

// Get implements storage.Tx.
func (t *tx) Get(key []byte) ([]byte, error) {
	if t.gets++; !t.readOnly && t.gets > storage.MaxReads {
		return nil, t.fail(fmt.Errorf("%w: more than %d reads", storage.ErrTooLarge, storage.MaxReads))
	}
	if i, ok := t.find(key); ok {
		return bytes.Clone(t.writes[i].value), nil
	}
	return bytes.Clone(t.layers.get(key)), nil
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
	s := t.layers.scan(t, from)
	defer s.end()
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

// scan merges the layers with a transaction's own writes.
type scan struct {
	tx     *tx
	layers []layer // the newest first
	at     []byte  // own writes from this key on are ahead,
	behind bool    // without the key itself
}

// end leaves what s took to the next scan.
func (s *scan) end() { s.tx.layers.ended = append(s.tx.layers.ended, s) }

// next returns the next pair that is not deleted.
func (s *scan) next() (key, value []byte, ok bool) {
	for {
		next := s.own()
		for i := range s.layers {
			if l := &s.layers[i]; l.ok && (next == nil || bytes.Compare(l.at.key, next.key) < 0) {
				next = &l.at
			}
		}
		if next == nil {
			return nil, nil, false
		}
		key, value = next.key, next.value
		for i := range s.layers {
			if l := &s.layers[i]; l.ok && bytes.Equal(l.at.key, key) {
				l.advance()
			}
		}
		s.at, s.behind = key, true
		if value != nil {
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
