package discord

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/umassonline/belltower/internal/chat"
)

// keptMost is how many buttons' commands are kept that have no room in the button: the
// newest. They stand in answers that are pressed within minutes.
const keptMost = 1000

// kept are the commands of buttons, across restarts. Each takes one of keptMost places,
// the oldest goes.
type kept struct {
	memory chat.Memory

	mu     sync.Mutex
	loaded bool
	byKey  map[string]keptRecord
	next   uint64
}

// keptRecord is one of them; its place is Number modulo keptMost.
type keptRecord struct {
	Number uint64  `json:"n"`
	What   carried `json:"w"`
}

func placeOf(number uint64) string { return strconv.FormatUint(number%keptMost, 10) }

// put keeps what a button stands for; one that was kept not long ago stays where it is. Who
// presses it meanwhile is not kept waiting by the disk.
func (k *kept) put(ctx context.Context, what carried) error {
	r, fresh, err := k.place(ctx, what)
	if err != nil || !fresh {
		return err
	}
	if err := chat.KeepAs(ctx, k.memory, buttonTable, placeOf(r.Number), r); err != nil {
		return fmt.Errorf("keep what a button stands for: %w", err)
	}
	return nil
}

// place finds what has a place, or gives it one, which is to be written.
func (k *kept) place(ctx context.Context, what carried) (r keptRecord, fresh bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.load(ctx); err != nil {
		return r, false, err
	}
	if r, there := k.byKey[what.key()]; there && k.next-r.Number < keptMost/2 {
		return r, false, nil
	}
	r = keptRecord{k.next, what}
	k.take(r)
	return r, true, nil
}

// take puts a record in its place. The caller holds k.mu.
func (k *kept) take(r keptRecord) {
	for key, old := range k.byKey {
		if old.Number+keptMost <= r.Number {
			delete(k.byKey, key)
		}
	}
	k.byKey[r.What.key()] = r
	k.next = max(k.next, r.Number+1)
}

// load recalls what was kept before a restart, once, but for a record that cannot be read:
// its button is dead, and no other. The caller holds k.mu.
func (k *kept) load(ctx context.Context) error {
	if k.loaded {
		return nil
	}
	k.byKey = map[string]keptRecord{}
	err := chat.RecallEach(ctx, k.memory, buttonTable, func(_ string, r keptRecord) { k.take(r) })
	if err != nil && !errors.Is(err, chat.ErrUnread) {
		return fmt.Errorf("recall what buttons stand for: %w", err)
	}
	k.loaded = true
	return nil
}

// get finds what is kept under a key.
func (k *kept) get(ctx context.Context, key string) (carried, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.load(ctx); err != nil {
		return carried{}, err
	}
	r, there := k.byKey[key]
	if !there {
		return carried{}, errSpent
	}
	return r.What, nil
}
