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

// layers are what a transaction reads, the newest first. A table may be nil. Only one
// goroutine at a time may read them.
type layers struct {
	tables [2]*table
	tree   *bolt.Bucket
	looks  *bolt.Cursor // in the tree, of get
	ended  []*scan      // whose room the next scans take
}

func layersOf(btx *bolt.Tx, newer, older *table) *layers {
	tree := btx.Bucket(recordsBucket)
	return &layers{tables: [2]*table{newer, older}, tree: tree, looks: tree.Cursor()}
}

// get returns the value of key, which is not the caller's to change, or nil.
func (l *layers) get(key []byte) []byte {
	for _, t := range l.tables {
		if t == nil {
			continue
		}
		if w, ok := t.Get(write{key: key}); ok {
			return w.value
		}
	}
	if found, value := l.looks.Seek(key); bytes.Equal(found, key) {
		return value
	}
	return nil
}

// scan begins a scan at key.
func (l *layers) scan(t *tx, key []byte) *scan {
	var s *scan
	if last := len(l.ended) - 1; last >= 0 {
		s, l.ended = l.ended[last], l.ended[:last]
	} else {
		s = l.newScan()
	}
	s.tx, s.at, s.behind = t, key, false
	for i := range s.layers {
		s.layers[i].seek(key)
	}
	return s
}

func (l *layers) newScan() *scan {
	s := &scan{layers: make([]layer, 0, len(l.tables)+1)}
	for _, t := range l.tables {
		if t != nil {
			s.layers = append(s.layers, layer{table: t.Iter()})
		}
	}
	s.layers = append(s.layers, layer{tree: l.tree.Cursor()})
	return s
}

// layer is one of them as a scan goes through it: the next write, until ok is false.
type layer struct {
	table btree.IterG[write]
	tree  *bolt.Cursor // nil: it is the table
	at    write
	ok    bool
}

// seek goes to the first write from key on.
func (s *layer) seek(key []byte) {
	if s.tree != nil {
		s.inTree(s.tree.Seek(key))
		return
	}
	s.inTable(s.table.Seek(write{key: key}))
}

// advance goes to the next write.
func (s *layer) advance() {
	if s.tree != nil {
		s.inTree(s.tree.Next())
		return
	}
	s.inTable(s.table.Next())
}

func (s *layer) inTree(key, value []byte) {
	s.at, s.ok = write{key, value}, key != nil
}

func (s *layer) inTable(ok bool) {
	if s.ok = ok; ok {
		s.at = s.table.Item()
	}
}
