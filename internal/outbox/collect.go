package outbox

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// deletesAtOnce bounds the deletes of one transaction.
const deletesAtOnce = 90

// collect deletes what ended and was settled long ago, and the starts of
// processes that nothing names any more.
func (c *clerk) collect(ctx context.Context, now time.Time) error {
	old, err := c.old(ctx, now.Add(-c.engine.cfg.Keep))
	if err != nil {
		return err
	}
	for _, s := range old {
		if err := c.remove(ctx, s); err != nil {
			return err
		}
		c.tell(news{of: map[desk.Subject]bool{s: true}}) // a line must not know what the store does not
	}
	return c.collectBoots(ctx)
}

func (c *clerk) old(ctx context.Context, before time.Time) (old []desk.Subject, err error) {
	err = c.engine.cfg.DB.View(ctx, func(tx storage.Tx) error {
		old = nil
		return outTable().Scan(tx, nil, nil, 0, func(k storage.Key, o outRecord) (bool, error) {
			r := storage.ReadKey(k)
			r.Str()
			s := readSubject(r)
			if !o.live() && !o.forgotten() && o.EndedAt.Before(before) {
				old = append(old, s)
			}
			return true, r.Err()
		})
	})
	return old, err
}

// remove deletes all records of a subject, the one that names it last. Of an incident,
// which may be opened again, that one stays and says what is forgotten.
func (c *clerk) remove(ctx context.Context, s desk.Subject) error {
	db := c.engine.cfg.DB
	for _, k := range []storage.Key{withSubject(annTable().Key(), s), withSubject(postTable().Key(), s)} {
		if err := removeRange(ctx, db, k); err != nil {
			return err
		}
	}
	keys, err := c.rowsOf(ctx, s)
	if err != nil {
		return err
	}
	for k := range c.engine.lines {
		keys = append(keys, fanKey(k, s))
	}
	for part := range slices.Chunk(keys, deletesAtOnce) {
		if err := remove(ctx, db, part); err != nil {
			return err
		}
	}
	return db.Background(ctx, func(tx storage.Tx) error {
		out, _, err := outTable().Get(tx, outKey(s))
		if err != nil || s.Kind != desk.IncidentSubject {
			return errors.Join(err, tx.Delete(outKey(s)))
		}
		out.Forgotten, out.Rel = out.N, 0
		return outTable().Put(tx, outKey(s), out)
	})
}

func (c *clerk) rowsOf(ctx context.Context, s desk.Subject) (keys []storage.Key, err error) {
	err = c.engine.cfg.DB.View(ctx, func(tx storage.Tx) error {
		keys = nil
		return rowTable().Scan(tx, nil, nil, 0, func(k storage.Key, _ rowRecord) (bool, error) {
			_, of, err := readRowKey(k)
			if of == s {
				keys = append(keys, k)
			}
			return true, err
		})
	})
	return keys, err
}

func readRowKey(k storage.Key) (desk.Channel, desk.Subject, error) {
	r := storage.ReadKey(k)
	r.Str()
	ch := desk.Channel{Connection: desk.ConnectionName(r.Str()), ID: r.Str()}
	return ch, readSubject(r), r.Err()
}

// removeRange deletes all keys that begin with k.
func removeRange(ctx context.Context, db storage.DB, k storage.Key) error {
	for {
		n := 0
		err := db.Background(ctx, func(tx storage.Tx) error {
			n = 0
			return tx.Scan(k, k.End(), deletesAtOnce, func(key, _ []byte) (bool, error) {
				n++
				return true, tx.Delete(key)
			})
		})
		if err != nil || n < deletesAtOnce {
			return err
		}
	}
}

func remove(ctx context.Context, db storage.DB, keys []storage.Key) error {
	return db.Background(ctx, func(tx storage.Tx) error {
		for _, k := range keys {
			if err := tx.Delete(k); err != nil {
				return err
			}
		}
		return nil
	})
}

// collectBoots deletes the starts of processes before the oldest that an intent
// or a row names; the one after it says how long its sends may take effect.
func (c *clerk) collectBoots(ctx context.Context) error {
	var keys []storage.Key
	err := c.engine.cfg.DB.View(ctx, func(tx storage.Tx) error {
		keys = nil
		oldest, _, err := lastBootTable().Get(tx, lastBootTable().Key())
		if err != nil {
			return err
		}
		if err := eachNamedBoot(tx, func(b boot) { oldest = min(oldest, b) }); err != nil {
			return err
		}
		return bootTable().Scan(tx, nil, bootKey(oldest), 0, func(k storage.Key, _ time.Time) (bool, error) {
			keys = append(keys, k)
			return len(keys) < deletesAtOnce, nil
		})
	})
	if err != nil || len(keys) == 0 {
		return err
	}
	return remove(ctx, c.engine.cfg.DB, keys)
}

func eachNamedBoot(tx storage.Tx, fn func(boot)) error {
	err := intentTable().Scan(tx, nil, nil, 0, func(_ storage.Key, i intentRecord) (bool, error) {
		fn(i.Boot)
		return true, nil
	})
	if err != nil {
		return err
	}
	return rowTable().Scan(tx, nil, nil, 0, func(_ storage.Key, r rowRecord) (bool, error) {
		if r.State == marked {
			fn(r.Boot)
		}
		return true, nil
	})
}
