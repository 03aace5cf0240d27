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
	before := now.Add(-c.engine.cfg.Keep)
	old, err := c.old(ctx, before)
	if err != nil {
		return err
	}
	for _, s := range old {
		if err := c.remove(ctx, s, before); err != nil {
			return err
		}
		c.tell(news{of: map[desk.Subject]bool{s: true}}) // a line must not know what the store does not
	}
	return c.collectBoots(ctx)
}

func (c *clerk) old(ctx context.Context, before time.Time) (old []desk.Subject, err error) {
	err = c.engine.cfg.DB.View(ctx, func(tx storage.Tx) error {
		old = nil
		for _, kind := range []desk.SubjectKind{desk.IncidentSubject, desk.NoticeSubject} {
			k := outTable().Key().Str(string(kind))
			err := outTable().Scan(tx, k, k.End(), 0, func(k storage.Key, o outRecord) (bool, error) {
				r := storage.ReadKey(k)
				r.Str()
				s := readSubject(r)
				if o.Collecting || o.old(before) {
					old = append(old, s)
				}
				return true, r.Err()
			})
			if err != nil {
				return err
			}
		}
		over, err := oldWindows(tx, before)
		old = append(old, over...)
		return err
	})
	return old, err
}

// oldWindows finds those among what is noted as past: those that are coming may be
// many, and are not looked at.
func oldWindows(tx storage.Tx, before time.Time) (old []desk.Subject, err error) {
	err = pastTable().Scan(tx, nil, nil, 0, func(k storage.Key, _ struct{}) (bool, error) {
		r := storage.ReadKey(k)
		r.Str()
		s := readSubject(r)
		o, _, err := outTable().Get(tx, outKey(s))
		if o.Collecting || o.old(before) {
			old = append(old, s)
		}
		return true, errors.Join(err, r.Err())
	})
	return old, err
}

// old reports whether the subject ended before, and more is known of it than its end.
func (o outRecord) old(before time.Time) bool {
	return !o.live() && !o.forgotten() && !o.EndedAt.IsZero() && o.EndedAt.Before(before)
}

// errReopened: somebody has opened again what is being forgotten.
var errReopened = errors.New("it is opened again")

// remove deletes all records of a subject, the one that names it last. Of an incident,
// which may be opened again at any time, that one stays and says what is forgotten:
// from the first, so that what is announced meanwhile is not taken for it.
func (c *clerk) remove(ctx context.Context, s desk.Subject, before time.Time) error {
	from, err := c.forget(ctx, s, before)
	if err != nil && !errors.Is(err, errReopened) {
		return err
	}
	return c.engine.cfg.DB.Background(ctx, func(tx storage.Tx) error {
		out, found, err := outTable().Get(tx, outKey(s))
		switch {
		case err != nil || !found || !out.Collecting:
			return err
		case out.forgotten() && s.Kind != desk.IncidentSubject:
			return errors.Join(tx.Delete(outKey(s)), tx.Delete(pastKey(s)))
		case out.forgotten() && out.goesOn():
			if err := tx.Delete(outKey(from)); err != nil {
				return err
			}
			out.From = desk.Subject{}
		}
		out.Collecting = false
		return outTable().Put(tx, outKey(s), out)
	})
}

// forget deletes what is kept beside the record that names the subject, and what is
// kept of the one that it goes on with, which it returns.
func (c *clerk) forget(ctx context.Context, s desk.Subject, before time.Time) (from desk.Subject, err error) {
	err = c.engine.cfg.DB.Background(ctx, func(tx storage.Tx) error {
		out, _, err := outTable().Get(tx, outKey(s))
		from = out.From
		switch {
		case err != nil || out.Collecting:
			return err
		case !out.old(before):
			return errReopened
		}
		out.Forgotten, out.Rel, out.Collecting = out.N, 0, true
		return outTable().Put(tx, outKey(s), out)
	})
	if err != nil {
		return from, err
	}
	db := whileForgotten{c.engine.cfg.DB, s}
	if from != (desk.Subject{}) {
		if err := c.forgetRecords(ctx, db, from); err != nil {
			return from, err
		}
	}
	return from, c.forgetRecords(ctx, db, s)
}

func (c *clerk) forgetRecords(ctx context.Context, db storage.DB, s desk.Subject) error {
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
	return nil
}

// whileForgotten is a store that deletes of a subject only as long as nothing new is
// announced of it.
type whileForgotten struct {
	storage.DB
	subject desk.Subject
}

func (w whileForgotten) Background(ctx context.Context, fn func(storage.Tx) error) error {
	return w.DB.Background(ctx, func(tx storage.Tx) error {
		out, _, err := outTable().Get(tx, outKey(w.subject))
		switch {
		case err != nil:
			return err
		case !out.forgotten():
			return errReopened
		}
		return fn(tx)
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
