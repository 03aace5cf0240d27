package chat

import (
	"slices"
	"sync"

	"github.com/umassonline/belltower/internal/desk"
)

// BodyKey tells deliveries apart that say different things. Those of one fan-out share the
// snapshot; another one of the same subject and number is of a commit that failed.
type BodyKey struct {
	subject              desk.Subject
	n, first, last       int // first and last of Said; 0 in a root
	edit                 bool
	ops, broadcast, refs bool
	snapshot             *desk.Snapshot
}

// BodyKeyOf is the key of a delivery that is posted, or that edits.
func BodyKeyOf(d Delivery, edit bool) BodyKey {
	k := BodyKey{subject: d.Subject, n: d.N, edit: edit, ops: d.Ops, broadcast: d.Broadcast, refs: d.Reference, snapshot: d.Snapshot}
	if len(d.Said) > 0 {
		k.first, k.last = d.Said[0].N, d.Said[len(d.Said)-1].N
	}
	return k
}

// Bodies remember what was rendered last, so that a fan-out is rendered once. The zero
// value is ready; its methods may be called from many goroutines.
type Bodies[K comparable, Body any] struct {
	mu    sync.Mutex
	byKey map[K]*Body
	order []K // oldest first
}

// bodiesKept is enough for the subjects that are being told at one time.
const bodiesKept = 64

// Get returns the body of a key: an empty one the first time, for its caller to render
// once.
func (b *Bodies[K, Body]) Get(k K) *Body {
	b.mu.Lock()
	defer b.mu.Unlock()
	if one, ok := b.byKey[k]; ok {
		return one
	}
	if b.byKey == nil {
		b.byKey = map[K]*Body{}
	}
	if len(b.order) >= bodiesKept {
		delete(b.byKey, b.order[0])
		b.order = slices.Delete(b.order, 0, 1)
	}
	one := new(Body)
	b.byKey[k], b.order = one, append(b.order, k)
	return one
}
