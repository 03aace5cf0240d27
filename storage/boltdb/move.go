package boltdb

import (
	"crypto/rand"
	"encoding/binary"
	"time"

	bolt "go.etcd.io/bbolt"
)

// moveAfter is how long a commit lies in its log before it is moved into the tree: long
// enough for a fan-out's or a storm's commits to be moved together.
const moveAfter = time.Second

// moveAgain is how long it takes until a move that failed is tried again: each failure has
// the tree opened anew, which reads all of it.
const moveAgain = 10 * time.Second

// position is where the tree ends, and the logs go on.
type position struct {
	life life
	seq  uint64 // of the last commit that is in the tree
}

func (p position) bytes() []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(p.life)), p.seq)
}

func positionOf(b []byte) (p position, ok bool) {
	if len(b) != 16 {
		return p, false
	}
	return position{life(binary.BigEndian.Uint64(b)), binary.BigEndian.Uint64(b[8:])}, true
}

func newLife() life {
	var b [8]byte
	rand.Read(b[:])                                   // never fails
	return life(binary.LittleEndian.Uint64(b[:]) | 1) // 0 is none
}

// plan has what was committed moved after a while, unless it is planned already, or is to be
// at once. The caller holds commits.
func (db *DB) plan(after time.Duration) {
	if db.planned && after > 0 {
		return
	}
	db.planned = true
	if db.later == nil {
		db.later = time.AfterFunc(after, db.moveLater)
	} else {
		db.later.Reset(after)
	}
}

func (db *DB) moveLater() {
	if db.enter() != nil {
		return
	}
	defer db.leave()
	db.commits.Lock()
	db.planned = false
	db.commits.Unlock()
	err := db.move()
	if err != nil {
		db.log.Error("the log was not moved into the tree, tried again in ten seconds", "path", db.path, "error", err)
	}
	db.commits.Lock()
	defer db.commits.Unlock()
	if err != nil {
		db.planned = false // by what was committed meanwhile
		db.plan(moveAgain)
	} else if db.now.Load().recent.Len() > 0 {
		db.plan(moveAfter)
	}
}

// freeze makes what was committed that which is moved. The caller holds commits, or is
// alone.
func (db *DB) freeze() {
	seq := db.seq
	db.publish(func(m *moment) { m.frozen, m.frozenTo, m.recent = m.recent, seq, newTable() })
	db.next = newTable()
}

// move moves into the tree what failed to be moved before or else what was committed, whose
// log is free then.
func (db *DB) move() error {
	db.moving.Lock()
	defer db.moving.Unlock()
	db.commits.Lock()
	m := db.now.Load()
	if db.broken.Load() || m.frozen == nil && m.recent.Len() == 0 {
		db.commits.Unlock()
		return nil
	}
	if m.frozen == nil {
		db.freeze()
		db.current = 1 - db.current
		db.logs[db.current].end = 0
		m = db.now.Load()
	}
	to := position{db.life, m.frozenTo}
	db.commits.Unlock()
	return db.plant(&to, func(btx *bolt.Tx) error { return lay(btx, m.frozen) })
}

// moveAll moves all that was committed before.
func (db *DB) moveAll() error {
	if db.broken.Load() {
		return errUnsynced
	}
	for range 2 { // what failed to be moved before, and the rest
		if err := db.move(); err != nil {
			return err
		}
	}
	return nil
}

// lay writes tables into the tree, the older first.
func lay(btx *bolt.Tx, tables ...*table) (err error) {
	records := btx.Bucket(recordsBucket)
	for _, t := range tables {
		if t == nil {
			continue
		}
		t.Scan(func(w write) bool {
			if w.value == nil {
				err = records.Delete(w.key)
			} else {
				err = records.Put(w.key, w.value)
			}
			return err == nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// plant changes the tree in one transaction on disk, which then ends at to, if that is not
// nil. The caller holds moving.
func (db *DB) plant(to *position, fn func(*bolt.Tx) error) error {
	h, err := db.opened()
	if err != nil {
		return err
	}
	var btx *bolt.Tx
	id, seq := db.now.Load().tree+1, uint64(0)
	err = sheltered(func() (err error) {
		if btx, err = h.bolt.Begin(true); err != nil {
			return err
		}
		id = uint64(btx.ID())
		if err := fn(btx); err != nil {
			return err
		}
		if to != nil {
			seq = to.seq
			if err := btx.Bucket(aboutBucket).Put(positionKey, to.bytes()); err != nil {
				return err
			}
		}
		return btx.Commit()
	})
	if err != nil {
		return db.settle(h, id, btx == nil || discard(btx), err)
	}
	db.planted(id, seq)
	return nil
}

// renew moves all that was committed into the tree, which from there on goes on in the logs
// of a new life: what a failed sync left in those of this one is no commit. The caller is
// the leader, or alone.
func (db *DB) renew() error {
	db.moving.Lock()
	defer db.moving.Unlock()
	m := db.now.Load()
	to := position{newLife(), db.seq}
	if err := db.plant(&to, func(btx *bolt.Tx) error { return lay(btx, m.frozen, m.recent) }); err != nil {
		return err
	}
	db.renewed(to.life)
	return nil
}

// renewed begins the life that the tree says.
func (db *DB) renewed(l life) {
	db.commits.Lock()
	defer db.commits.Unlock()
	db.life, db.next = l, newTable()
	for i := range db.logs {
		db.logs[i].end = 0
	}
	db.publish(func(m *moment) { m.recent, m.frozen = newTable(), nil })
	db.broken.Store(false)
}

// conclude commits once more, with the list of free pages, which other commits leave out,
// and with a new life, so that no log left behind goes on from here. All was moved before.
func (db *DB) conclude() error {
	db.moving.Lock()
	defer db.moving.Unlock()
	h, err := db.opened()
	if err != nil {
		return err
	}
	h.bolt.NoFreelistSync = false
	to := position{newLife(), db.seq}
	return db.plant(&to, func(*bolt.Tx) error { return nil })
}
