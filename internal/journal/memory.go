package journal

import (
	"bytes"
	"fmt"
	"sync"

	jsonv2 "github.com/go-json-experiment/json"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/umassonline/belltower/storage"
)

// memory keeps records of a table decoded, with their bytes. A transaction reads the bytes
// as ever and takes what is kept only where they are the same: so it may be wrong about
// nothing, whoever else writes, and whatever became of the transaction that it was learned
// in. What it hands out is shared and is not to be changed. All methods may be called from
// many goroutines.
type memory[T any] struct {
	table storage.Table[T]
	most  int // records
	mu    sync.Mutex
	kept  map[string]remembered[T]
}

type remembered[T any] struct {
	raw   []byte
	value T
}

func remember[T any](t storage.Table[T], most int) *memory[T] {
	return &memory[T]{table: t, most: most, kept: map[string]remembered[T]{}}
}

// get is to memory what Get is to the table.
func (m *memory[T]) get(tx storage.Tx, k storage.Key) (v T, found bool, err error) {
	raw, err := tx.Get(k)
	if err != nil || raw == nil {
		return v, false, err
	}
	v, err = m.read(k, raw)
	return v, err == nil, err
}

// read decodes a record, which is then kept.
func (m *memory[T]) read(k, raw []byte) (T, error) {
	m.mu.Lock()
	was, found := m.kept[string(k)]
	m.mu.Unlock()
	if found && bytes.Equal(was.raw, raw) {
		return was.value, nil
	}
	var v T
	if err := jsonv2.Unmarshal(raw, &v, jsonv1.DefaultOptionsV1()); err != nil {
		return v, fmt.Errorf("storage: record %v does not decode: %w", storage.Key(k), err)
	}
	m.keep(k, raw, v)
	return v, nil
}

// put writes a record that is encoded already.
func (m *memory[T]) put(tx storage.Tx, k storage.Key, raw []byte, v T) error {
	if err := tx.Put(k, raw); err != nil {
		return err
	}
	m.keep(k, bytes.Clone(raw), v)
	return nil
}

// keep keeps a record, in the place of any other where there are too many.
func (m *memory[T]) keep(k, raw []byte, v T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.kept[string(k)]; !known && len(m.kept) >= m.most {
		for other := range m.kept {
			delete(m.kept, other)
			break
		}
	}
	m.kept[string(k)] = remembered[T]{raw, v}
}

// scan is to memory what Scan is to the table.
func (m *memory[T]) scan(tx storage.Tx, from, to storage.Key, limit int, fn func(k storage.Key, v T) (more bool, err error)) error {
	return tx.Scan(from, to, limit, func(k, raw []byte) (bool, error) {
		v, err := m.read(k, raw)
		if err != nil {
			return false, err
		}
		return fn(k, v)
	})
}
