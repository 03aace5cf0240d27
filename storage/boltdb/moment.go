package boltdb

import (
	"bytes"

	"github.com/tidwall/btree"
	bolt "go.etcd.io/bbolt"
)

// write is the newest write of a key; a nil value deletes.
type write struct{ key, value []byte }

// table holds writes by key. A copy of one (IsoCopy) stays as it is while the other
// goes on; they share what is alike.
type table = btree.BTreeG[write]

// degree keeps nodes small, as a commit copies those that it writes to.
const degree = 8

func newTable() *table {
	less := func(a, b write) bool { return bytes.Compare(a.key, b.key) < 0 }
	return btree.NewBTreeGOptions(less, btree.Options{Degree: degree, NoLocks: true})
}

// moment is what a transaction sees: newer writes lie over older ones, and those over
// the tree.
type moment struct {
	recent *table // the commits since frozen
	frozen *table // those that are on their way into the tree, up to frozenTo; nil: none
	// frozenTo is the number of the last commit in frozen.
	frozenTo uint64
	tree     uint64 // the transaction of the tree under them
}

// publish changes what transactions see from now on. The fields that change are the
// caller's: recent is the leader's, tree and frozen the mover's.
func (db *DB) publish(change func(m *moment)) {
	for {
		old := db.now.Load()
		m := *old
		change(&m)
		if db.now.CompareAndSwap(old, &m) {
			return
		}
	}
}

// begin begins a read of the tree and returns what lies over it. The moment is looked up
// behind the tree, which so may hold already what that calls frozen, which changes nothing,
// but no more than that: what was planted was published as frozen before.
func (db *DB) begin(h *handle) (*moment, *bolt.Tx, error) {
	for {
		btx, err := h.bolt.Begin(false)
		if err != nil {
			return nil, nil, err
		}
		if m := db.now.Load(); m.tree <= uint64(btx.ID()) {
			return m, btx, nil
		}
		if err := btx.Rollback(); err != nil { // it was planted meanwhile
			return nil, nil, err
		}
	}
}

// layers are what a transaction reads, the newest first. A table may be nil.
type layers struct {
	tables [2]*table
	tree   *bolt.Bucket
}

func layersOf(btx *bolt.Tx, newer, older *table) layers {
	return layers{[2]*table{newer, older}, btx.Bucket(recordsBucket)}
}

// get returns the value of key, which is not the caller's to change, or nil.
func (l layers) get(key []byte) []byte {
	for _, t := range l.tables {
		if t == nil {
			continue
		}
		if w, ok := t.Get(write{key: key}); ok {
			return w.value
		}
	}
	return l.tree.Get(key)
}

// layer is one of them as a scan goes through it: the next write, until ok is false.
type layer struct {
	table btree.IterG[write]
	tree  *bolt.Cursor // nil: it is the table
	at    write
	ok    bool
}

// from returns the layers at their first keys from key on.
func (l layers) from(key []byte) []layer {
	all := make([]layer, 0, len(l.tables)+1)
	for _, t := range l.tables {
		if t == nil {
			continue
		}
		s := layer{table: t.Iter()}
		if s.ok = s.table.Seek(write{key: key}); s.ok {
			s.at = s.table.Item()
			all = append(all, s)
		}
	}
	s := layer{tree: l.tree.Cursor()}
	s.at.key, s.at.value = s.tree.Seek(key)
	s.ok = s.at.key != nil
	return append(all, s)
}

// advance goes to the next write.
func (s *layer) advance() {
	if s.tree != nil {
		s.at.key, s.at.value = s.tree.Next()
		s.ok = s.at.key != nil
		return
	}
	if s.ok = s.table.Next(); s.ok {
		s.at = s.table.Item()
	}
}
