package outbox

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// A window that waits and that nothing is owed of is shelved: nothing is kept of it
// that a start would read. Its circle goes round anew with the next announcement.

// shelved reports whether the subject may lie on the shelf.
func (o outRecord) shelved() bool { return o.Waits && o.N > 0 && !o.live() }

// shelve deletes where the circles of what waits stand.
func (l *line) shelve(ctx context.Context, _ time.Time) error {
	for part := range slices.Chunk(l.shelf, settledAtOnce) {
		err := l.db().Background(ctx, func(tx storage.Tx) error {
			for _, s := range part {
				out, _, err := outTable().Get(tx, outKey(s))
				if err != nil {
					return err
				}
				if !out.shelved() {
					continue
				}
				if err := fanTable().Delete(tx, fanKey(l.name, s)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	l.shelf = nil
	return nil
}

// unshelve has circles go round for what was told already: not everywhere it was.
func unshelve(tx storage.Tx, s desk.Subject) error {
	out, _, err := outTable().Get(tx, outKey(s))
	if err != nil || out.Shelved == 0 {
		return err
	}
	out.Shelved = 0
	return outTable().Put(tx, outKey(s), out)
}

// leaveBehind notes that connections which are not configured now have posts of a
// window that they will owe: where it was shelved nothing else tells them.
func (c *clerk) leaveBehind(ctx context.Context, s desk.Subject) error {
	if s.Kind != desk.WindowSubject {
		return nil
	}
	var behind []storage.Key
	err := c.engine.cfg.DB.View(ctx, func(tx storage.Tx) error {
		behind = nil
		posted, err := storage.Firsts(tx, withSubject(postTable().Key(), s))
		for _, one := range posted {
			name := desk.ConnectionName(one)
			if c.engine.lines[name] != nil {
				continue
			}
			_, known, failed := fanTable().Get(tx, fanKey(name, s))
			if !known {
				behind = append(behind, fanKey(name, s))
			}
			err = errors.Join(err, failed)
		}
		return err
	})
	if err != nil {
		return err
	}
	for part := range slices.Chunk(behind, settledAtOnce) {
		err := c.engine.cfg.DB.Background(ctx, func(tx storage.Tx) error {
			for _, k := range part {
				if err := fanTable().Put(tx, k, fanRecord{}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// eachUnlisted hands fn the windows that are not live but of which posts still count:
// those that are shelved, and those that an incident goes on with.
func eachUnlisted(tx storage.Tx, fn func(desk.Subject, outRecord) error) error {
	k := outTable().Key().Str(string(desk.WindowSubject))
	return outTable().Scan(tx, k, k.End(), 0, func(key storage.Key, o outRecord) (bool, error) {
		if o.live() || !o.Waits && !o.gaveWay() {
			return true, nil
		}
		r := storage.ReadKey(key)
		r.Str()
		s := readSubject(r)
		return true, errors.Join(r.Err(), fn(s, o))
	})
}
