package outbox

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/umassonline/belltower/storage"
)

// mortal is a store whose process can die: after that it does nothing.
type mortal struct {
	storage.DB
	dead  atomic.Bool
	world *world
	kill  func()
	died  chan struct{}
}

// How commits end.
const (
	well    = iota
	refused // nothing is written
	unclear // it is written, but nobody knows
)

var errDead = errors.New("the process is dead")

// boundary is a moment at which the process may die.
func (m *mortal) boundary() {
	if m.dead.Load() {
		return
	}
	if int(m.world.hits.Add(1)) == int(m.world.killAt.Load()) {
		m.dead.Store(true)
		m.world.mayDie()
		close(m.died)
		m.kill()
	}
}

// mayDie has the process die at the next of the boundaries chosen.
func (w *world) mayDie() {
	if len(w.deaths) > 0 {
		w.killAt.Store(w.hits.Load() + int64(w.deaths[0]))
		w.deaths = w.deaths[1:]
	}
}

func (m *mortal) commit(ctx context.Context, do func(context.Context, func(storage.Tx) error) error, fn func(storage.Tx) error) error {
	m.boundary()
	if m.dead.Load() {
		return errDead
	}
	m.world.look()
	defer m.world.look()
	n := int(m.world.commits.Add(1))
	time.Sleep(m.world.disk)
	defer m.world.watchNights()
	switch m.world.commitAs.Load() {
	case refused:
		return storage.ErrUnavailable
	case unclear:
		return errors.Join(do(ctx, fn), storage.ErrUnknown)
	}
	if bad := m.world.badStore.Load(); bad > 0 && n%3 == 0 {
		return storage.ErrUnavailable
	} else if bad > 0 && n%3 == 1 {
		return errors.Join(do(ctx, fn), storage.ErrUnknown)
	}
	err := do(ctx, fn)
	m.boundary()
	if m.dead.Load() {
		return errDead
	}
	return err
}

func (m *mortal) Update(ctx context.Context, fn func(storage.Tx) error) error {
	return m.commit(ctx, m.DB.Update, fn)
}

func (m *mortal) Background(ctx context.Context, fn func(storage.Tx) error) error {
	return m.commit(ctx, m.DB.Background, fn)
}

func (m *mortal) View(ctx context.Context, fn func(storage.Tx) error) error {
	if m.dead.Load() {
		return errDead
	}
	m.world.look()
	return m.DB.View(ctx, func(tx storage.Tx) error { return fn(failing{tx, m.world}) })
}

func (m *mortal) Preview(ctx context.Context, fn func(storage.Tx) error) error {
	if m.dead.Load() {
		return errDead
	}
	m.world.look()
	preview := func(fn func(storage.Tx) error) error { return m.DB.Preview(ctx, fn) }
	if m.world.preview != nil {
		preview = m.world.preview
	}
	err := preview(func(tx storage.Tx) error { return fn(failing{tx, m.world}) })
	if m.dead.Load() {
		return errDead
	}
	return err
}

func (w *world) look() {
	if w.looks != nil {
		w.looks()
	}
}

// failing is a transaction of which one read may fail.
type failing struct {
	storage.Tx
	world *world
}

func (f failing) Get(k []byte) ([]byte, error) {
	if n := f.world.gets.Add(1); n == f.world.badGet.Load() {
		return nil, errors.New("a read failed")
	}
	return f.Tx.Get(k)
}
