package storage

import (
	"bytes"
	"context"
	"encoding/json"
)

// What one transaction of a Rewrite holds at most: a record that moves is two
// writes.
const (
	rewrittenAtOnce = MaxWrites/2 - 5
	rewrittenBytes  = MaxBytes / 2
)

// Rewrite hands fn every record whose key begins with prefix and puts what fn
// returns in its place, in as many Background transactions as that takes; a nil
// key leaves the record alone. It returns how many were rewritten.
//
// A record may be handed to fn again, also under its new key: fn then leaves it
// alone. So a Rewrite that was interrupted is run again from its beginning. Nobody
// else may write these records meanwhile: they are only scanned.
func Rewrite(ctx context.Context, db DB, prefix Key, fn func(k Key, v []byte) (Key, []byte, error)) (n int, err error) {
	for from := prefix; from != nil; {
		var next Key
		done := 0
		err := db.Background(ctx, func(tx Tx) error {
			next, done = nil, 0
			size := 0
			return tx.Scan(from, prefix.End(), 0, func(key, v []byte) (bool, error) {
				if done == rewrittenAtOnce || size > rewrittenBytes {
					next = key
					return false, nil
				}
				to, with, err := fn(key, v)
				if err != nil || to == nil {
					return true, err
				}
				done++
				size += len(to) + len(with)
				return true, replace(tx, key, pair{to, with})
			})
		})
		if err != nil {
			return n, err
		}
		from, n = next, n+done
	}
	return n, nil
}

// Erase deletes the records whose key begins with prefix and of which is says so (nil: all),
// in as many Background transactions as that takes. It returns how many they were. Nobody
// else may write these records meanwhile: they are only scanned.
func Erase(ctx context.Context, db DB, prefix Key, is func(Key) (bool, error)) (n int, err error) {
	for from := prefix; from != nil; {
		var next Key
		done := 0
		err := db.Background(ctx, func(tx Tx) error {
			next, done = nil, 0
			return tx.Scan(from, prefix.End(), 0, func(key, _ []byte) (bool, error) {
				if done == MaxWrites {
					next = key
					return false, nil
				}
				gone := true
				if is != nil {
					var err error
					if gone, err = is(key); err != nil {
						return false, err
					}
				}
				if !gone {
					return true, nil
				}
				done++
				return true, tx.Delete(key)
			})
		})
		if err != nil {
			return n, err
		}
		from, n = next, n+done
	}
	return n, nil
}

type pair struct{ key, value []byte }

func replace(tx Tx, old []byte, by pair) error {
	if !bytes.Equal(old, by.key) {
		if err := tx.Delete(old); err != nil {
			return err
		}
	}
	return tx.Put(by.key, by.value)
}

// Rewrite is the function Rewrite for all records of the table: fn changes v and
// returns its key, nil to leave the record alone.
func (t Table[T]) Rewrite(ctx context.Context, db DB, fn func(k Key, v *T) Key) (n int, err error) {
	return Rewrite(ctx, db, t.Key(), func(k Key, b []byte) (Key, []byte, error) {
		v, err := t.Decode(k, b)
		if err != nil {
			return nil, nil, err
		}
		to := fn(k, &v)
		if to == nil {
			return nil, nil, nil
		}
		with, err := json.Marshal(v)
		return to, with, err
	})
}

// Firsts lists the strings that come next behind prefix in keys, each once, in
// order. It reads one record for each.
func Firsts(tx Tx, prefix Key) (all []string, err error) {
	for from := prefix; from != nil; {
		var next Key
		err := tx.Scan(from, prefix.End(), 1, func(key, _ []byte) (bool, error) {
			r := ReadKey(key[len(prefix):])
			s := r.Str()
			all, next = append(all, s), prefix.Str(s).End()
			return false, r.Err()
		})
		if err != nil {
			return nil, err
		}
		from = next
	}
	return all, nil
}
