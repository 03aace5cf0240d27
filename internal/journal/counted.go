package journal

import (
	"context"
	"errors"

	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
)

// counted is a transaction that counts what is read and written.
type counted struct {
	storage.Tx
	reads, writes int
	// ahead: announcements of it may open ops channels themselves, if there is room; opens:
	// one had the room.
	ahead, opens bool
}

// Get implements storage.Tx.
func (c *counted) Get(key []byte) ([]byte, error) {
	c.reads++
	return c.Tx.Get(key)
}

// Put implements storage.Tx.
func (c *counted) Put(key, value []byte) error {
	c.writes++
	return c.Tx.Put(key, value)
}

// Delete implements storage.Tx.
func (c *counted) Delete(key []byte) error {
	c.writes++
	return c.Tx.Delete(key)
}

// countedOf counts what goes on in a transaction, be it counted already.
func countedOf(tx storage.Tx) *counted {
	if c, ok := tx.(*counted); ok {
		return c
	}
	return &counted{Tx: tx}
}

// tellWrites is what follows in a transaction that opens ops channels, as a rule: the
// announcement and the mark that the request was seen; so are tellReads.
const tellWrites, tellReads = 4, 2

// opensAhead reports whether an announcement of the transaction may open ops channels.
func opensAhead(tx storage.Tx) bool {
	c, ok := tx.(*counted)
	if !ok || !c.ahead || c.writes+outbox.AheadWrites+tellWrites > storage.MaxWrites || c.reads+outbox.AheadReads+tellReads > storage.MaxReads {
		return false
	}
	c.opens = true
	return true
}

// update runs fn in a transaction that is counted. Where that is too large, and ops channels
// may have been opened by it, it is done without.
func (j *Journal) update(ctx context.Context, fn func(*counted) error) error {
	for ahead := true; ; ahead = false {
		opens := false
		err := j.db.Update(ctx, func(tx storage.Tx) error {
			c := &counted{Tx: tx, ahead: ahead}
			err := fn(c)
			opens = c.opens
			return err
		})
		if !opens || !errors.Is(err, storage.ErrTooLarge) {
			return err
		}
	}
}
