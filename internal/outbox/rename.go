package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// connectionTables are the tables whose keys begin with a connection.
func connectionTables() []storage.Key {
	return []storage.Key{subTable().Key(), subsTable().Key(), newTable().Key(), fanTable().Key(),
		intentTable().Key(), rowTable().Key(), missedTable().Key(), goneTable().Key(), holdTable().Key()}
}

// Connections lists the connections of which something is kept, configured or not,
// by name. Each that was ever told of anything is among them.
func Connections(tx storage.Tx) (names []desk.ConnectionName, err error) {
	for _, k := range connectionTables() {
		firsts, err := storage.Firsts(tx, k)
		if err != nil {
			return nil, fmt.Errorf("list the connections of %v: %w", k, err)
		}
		for _, name := range firsts {
			names = append(names, desk.ConnectionName(name))
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// Unnamed lists the connections whose channels subscribe but that are not among the
// Places.
func (b *Book) Unnamed(ctx context.Context, db storage.DB) (names []desk.ConnectionName, err error) {
	configured := map[desk.ConnectionName]bool{}
	for _, c := range b.Places().Connections {
		configured[c.Name] = true
	}
	err = db.View(ctx, func(tx storage.Tx) error {
		names = nil
		subscribing, err := storage.Firsts(tx, subTable().Key())
		for _, one := range subscribing {
			if name := desk.ConnectionName(one); !configured[name] {
				names = append(names, name)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the connections that are not configured: %w", err)
	}
	return names, nil
}

// Renamed counts what a Rename gave to the new name.
type Renamed struct{ Subscriptions, Posts int }

// Rename gives all that is kept of a connection to its new name: what its channels
// subscribed to, what they were told, what is owed to them and under way, and its
// people in what was announced. It is for a store that nobody uses, in which nothing
// is kept under the new name. Interrupted, it is run again.
func Rename(ctx context.Context, db storage.DB, r desk.Renaming) (n Renamed, err error) {
	steps := []func() error{
		func() (err error) { n.Subscriptions, err = renameSubscriptions(ctx, db, r); return err },
		func() (err error) { n.Posts, err = renamePosts(ctx, db, r); return err },
		func() error { return renameAnnouncements(ctx, db, r) },
		func() error { return renameOuts(ctx, db, r) },
		func() error { return renameHolds(ctx, db, r) },
	}
	for _, table := range connectionTables() {
		steps = append(steps, func() error { return renameKeys(ctx, db, table, r) })
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return n, fmt.Errorf("rename the connection %s to %s: %w", r.From, r.To, err)
		}
	}
	return n, nil
}

// ErrTaken says that channels subscribe under the new name of a Renaming.
var ErrTaken = errors.New("channels subscribe under it")

// MakeRoom forgets what is kept under the new name of a renaming as a process ran under it:
// its ops channels were told anew of what was open. Those posts stand as they are; it returns
// how many. Those who were told under the old name hear the rest from the next process
// (takeUp). Where channels subscribe it is ErrTaken, and nothing is forgotten. It is for a
// store that nobody uses.
func MakeRoom(ctx context.Context, db storage.DB, r desk.Renaming) (posts int, err error) {
	err = db.View(ctx, func(tx storage.Tx) error {
		under := subTable().Key().Str(string(r.To))
		return tx.Scan(under, under.End(), 1, func(_, _ []byte) (bool, error) { return false, ErrTaken })
	})
	if err != nil {
		return 0, err
	}
	posts, err = storage.Erase(ctx, db, postTable().Key(), func(k storage.Key) (bool, error) {
		read := storage.ReadKey(k)
		read.Str()
		readSubject(read)
		return desk.ConnectionName(read.Str()) == r.To, read.Err()
	})
	for _, table := range connectionTables() {
		if err == nil {
			_, err = storage.Erase(ctx, db, table.Str(string(r.To)), nil)
		}
	}
	if err != nil {
		return posts, fmt.Errorf("forget what is kept of the connection %s: %w", r.To, err)
	}
	return posts, nil
}

// renameKeys renames in keys that are prefix, connection and more.
func renameKeys(ctx context.Context, db storage.DB, prefix storage.Key, r desk.Renaming) error {
	from := prefix.Str(string(r.From))
	_, err := storage.Rewrite(ctx, db, from, func(k storage.Key, v []byte) (storage.Key, []byte, error) {
		return moved(k, len(prefix), r), v, nil
	})
	return err
}

// moved is the key k, in which a connection stands at the byte at, after the
// renaming; nil where it is another connection.
func moved(k storage.Key, at int, r desk.Renaming) storage.Key {
	rest, found := bytes.CutPrefix(k[at:], storage.Key(nil).Str(string(r.From)))
	if !found {
		return nil
	}
	return append(k[:at:at].Str(string(r.To)), rest...)
}

// renameSubscriptions counts those of the connection. A person of it may have set
// one of another.
func renameSubscriptions(ctx context.Context, db storage.DB, r desk.Renaming) (ours int, err error) {
	counted := map[string]bool{} // a transaction may run again
	_, err = subTable().Rewrite(ctx, db, func(k storage.Key, s *desk.Subscription) storage.Key {
		was := *s
		s.Channel, s.SetBy = r.Channel(s.Channel), r.Person(s.SetBy)
		if was.Channel != s.Channel {
			to := moved(k, len(subTable().Key()), r)
			counted[string(to)] = true
			return to
		}
		if was.SetBy != s.SetBy {
			return k
		}
		return nil
	})
	return len(counted), err
}

func renamePosts(ctx context.Context, db storage.DB, r desk.Renaming) (int, error) {
	return storage.Rewrite(ctx, db, postTable().Key(), func(k storage.Key, v []byte) (storage.Key, []byte, error) {
		read := storage.ReadKey(k)
		read.Str()
		s := readSubject(read)
		return moved(k, len(withSubject(postTable().Key(), s)), r), v, read.Err()
	})
}

func renameAnnouncements(ctx context.Context, db storage.DB, r desk.Renaming) error {
	_, err := annTable().Rewrite(ctx, db, func(k storage.Key, a *desk.Announcement) storage.Key {
		was := *a
		if *a = r.Announcement(was); reflect.DeepEqual(was, *a) {
			return nil
		}
		return k
	})
	return err
}

func renameOuts(ctx context.Context, db storage.DB, r desk.Renaming) error {
	_, err := outTable().Rewrite(ctx, db, func(k storage.Key, o *outRecord) storage.Key {
		if o.To.Connection != r.From {
			return nil
		}
		o.To = r.Channel(o.To)
		return k
	})
	return err
}

func renameHolds(ctx context.Context, db storage.DB, r desk.Renaming) error {
	_, err := holdTable().Rewrite(ctx, db, func(k storage.Key, h *Hold) storage.Key {
		if h.By.Connection != r.From {
			return nil
		}
		h.By = r.Person(h.By)
		return k
	})
	return err
}
