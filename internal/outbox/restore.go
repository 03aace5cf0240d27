package outbox

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Gap is the time of which a restored store knows nothing: from its backup, or not
// long before, to the restore. Both are times of our clock.
type Gap struct{ From, To time.Time }

// Restore makes a store that was just taken from a backup fit to go on with: what
// was due in it may have been told since, so it is not told again. It returns the
// subjects of which somebody had still to hear, for a person to decide about. The
// next announcement about a subject is told as ever, to all that match then. Channels
// whose quiet hours last are told at their end, as nobody has told them since.
//
// Posts of the gap are not known to the store. So a channel without a post about a
// subject that was live in the backup is looked through before it is told anything,
// and a post that is found there goes on. Where that cannot be looked up, it gets a
// second post. Who heard an update in the gap hears it again if it is said again.
//
// It is for a store that nobody uses. Interrupted, it can be run again, but then
// begin with the backup once more: what was due is told by one run only.
func (b *Book) Restore(ctx context.Context, db storage.DB, gap Gap) ([]desk.Subject, error) {
	due, err := b.Pending(ctx, db)
	if err != nil {
		return nil, err
	}
	var live []desk.Subject
	err = db.View(ctx, func(tx storage.Tx) (err error) {
		live, err = liveSubjects(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what is live: %w", err)
	}
	for _, s := range live {
		if err := b.restoreSubject(ctx, db, s, gap); err != nil {
			return nil, fmt.Errorf("take %s as told: %w", s, err)
		}
	}
	if err := restoreShelf(ctx, db, gap); err != nil {
		return nil, fmt.Errorf("take what waits as told: %w", err)
	}
	for _, k := range []storage.Key{intentTable().Key(), rowTable().Key(), newTable().Key()} {
		if err := removeRange(ctx, db, k); err != nil {
			return nil, fmt.Errorf("forget what was under way: %w", err)
		}
	}
	missed, err := restoreMissed(ctx, db, gap.To)
	if err != nil {
		return nil, fmt.Errorf("forget what quiet hours kept back: %w", err)
	}
	for _, s := range missed {
		if !slices.Contains(due.Untold, s) {
			due.Untold = append(due.Untold, s)
		}
	}
	return due.Untold, nil
}

// restoreMissed forgets what channels missed in quiet hours that have ended by now,
// and may have been told of since the backup, and returns what that is about.
func restoreMissed(ctx context.Context, db storage.DB, now time.Time) (subjects []desk.Subject, err error) {
	var keys []storage.Key
	err = db.View(ctx, func(tx storage.Tx) error {
		subjects, keys = nil, nil
		return missedTable().Scan(tx, nil, nil, 0, func(k storage.Key, m missedRecord) (bool, error) {
			_, s, err := readRowKey(k)
			if m.over(now) {
				keys = append(keys, k)
				subjects = append(subjects, s)
			}
			return true, err
		})
	})
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(keys, deletesAtOnce) {
		if err := remove(ctx, db, part); err != nil {
			return nil, err
		}
	}
	return subjects, nil
}

// restoreSubject takes all that was announced of a subject as told everywhere.
func (b *Book) restoreSubject(ctx context.Context, db storage.DB, s desk.Subject, gap Gap) error {
	var out outRecord
	err := db.View(ctx, func(tx storage.Tx) (err error) {
		out, _, err = outTable().Get(tx, outKey(s))
		return err
	})
	if err != nil {
		return err
	}
	if err := restorePosts(ctx, db, s, out.N); err != nil {
		return err
	}
	for _, c := range b.Places().Connections {
		if err := restoreFan(ctx, db, fanKey(c.Name, s), out.N); err != nil {
			return err
		}
	}
	out.lose(gap)
	out.Rel, out.Settled = out.N, out.N
	out.ReleaseAt, out.HeldSince, out.OwedSince = time.Time{}, time.Time{}, time.Time{}
	return db.Background(ctx, func(tx storage.Tx) error {
		if err := outTable().Put(tx, outKey(s), out); err != nil {
			return err
		}
		return list(tx, s, out)
	})
}

// lose notes that posts of the gap may be there.
func (o *outRecord) lose(gap Gap) {
	gap.From = sooner(gap.From, o.Lost.From) // it may have been restored before
	o.Lost = lost{o.N, gap}
}

// restoreShelf notes the same of windows that wait. All that is known of was told.
func restoreShelf(ctx context.Context, db storage.DB, gap Gap) error {
	outs := map[desk.Subject]outRecord{}
	err := db.View(ctx, func(tx storage.Tx) error {
		clear(outs)
		return eachUnlisted(tx, func(s desk.Subject, o outRecord) error {
			if o.shelved() {
				o.lose(gap)
				outs[s] = o
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	for part := range slices.Chunk(slices.Collect(maps.Keys(outs)), deletesAtOnce) {
		err := db.Background(ctx, func(tx storage.Tx) error {
			for _, s := range part {
				if err := outTable().Put(tx, outKey(s), outs[s]); err != nil {
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

func restoreFan(ctx context.Context, db storage.DB, k storage.Key, n int) error {
	return db.Background(ctx, func(tx storage.Tx) error {
		f, _, err := fanTable().Get(tx, k)
		if err != nil {
			return err
		}
		f.N, f.OpsN, f.Settled, f.Done = n, n, n, true
		f.Pos, f.Stop, f.Wrapped = "", "", false
		return fanTable().Put(tx, k, f)
	})
}

// restorePosts takes the posts of a subject as told up to n; the text of a post
// whose last reply may be missing makes up for it.
func restorePosts(ctx context.Context, db storage.DB, s desk.Subject, n int) error {
	k := withSubject(postTable().Key(), s)
	for from := k; from != nil; {
		var next storage.Key
		err := db.Background(ctx, func(tx storage.Tx) error {
			next = nil
			writes := 0
			return postTable().Scan(tx, from, k.End(), 0, func(key storage.Key, p Post) (bool, error) {
				if p.Told >= n {
					return true, nil
				}
				if writes++; writes > deletesAtOnce {
					next = key
					return false, nil
				}
				p.Told, p.Unsure = n, true
				return true, postTable().Put(tx, key, p)
			})
		})
		if err != nil {
			return err
		}
		from = next
	}
	return nil
}

// EverySubscription hands fn all subscriptions, also of ops channels and of
// connections that are not configured, by connection, channel and target. An error
// of fn ends it.
func (b *Book) EverySubscription(ctx context.Context, db storage.DB, fn func(desk.Subscription) error) error {
	for from := subTable().Key(); from != nil; {
		var page []desk.Subscription
		var next storage.Key
		err := db.View(ctx, func(tx storage.Tx) error {
			page, next = nil, nil
			return subTable().Scan(tx, from, nil, 0, func(k storage.Key, s desk.Subscription) (bool, error) {
				if len(page) == rowsLooked {
					next = k
					return false, nil
				}
				page = append(page, s)
				return true, nil
			})
		})
		if err != nil {
			return fmt.Errorf("read all subscriptions: %w", err)
		}
		for _, s := range page {
			if err := fn(s); err != nil {
				return err
			}
		}
		from = next
	}
	return nil
}
