package outbox

import (
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Subscribe stores a subscription, replacing the channel's one for the same
// target, and has the channel told of what is open: the cursor of a circle may
// have passed it already. It costs three writes however much is open. After the
// commit call SubscriptionsChanged.
func (b *Book) Subscribe(tx storage.Tx, sub desk.Subscription, now time.Time) error {
	if err := subTable().Put(tx, subKey(sub.Channel).Str(sub.Target.String()), sub); err != nil {
		return err
	}
	if err := countChange(tx, sub.Channel.Connection); err != nil {
		return err
	}
	return arrive(tx, sub.Channel, newcomer{At: now})
}

// Unsubscribe ends a channel's subscription of a target, and reports false where
// there was none. What was posted is kept true to its end all the same. After
// the commit call SubscriptionsChanged.
func (b *Book) Unsubscribe(tx storage.Tx, ch desk.Channel, target desk.Target) (bool, error) {
	k := subKey(ch).Str(target.String())
	_, found, err := subTable().Get(tx, k)
	if err != nil || !found {
		return false, err
	}
	if err := subTable().Delete(tx, k); err != nil {
		return false, err
	}
	return true, countChange(tx, ch.Connection)
}

// countChange lets whoever remembers a connection's subscriptions notice that
// they have changed.
func countChange(tx storage.Tx, k desk.ConnectionName) error {
	n, _, err := subsTable().Get(tx, subsKey(k))
	if err != nil {
		return err
	}
	return subsTable().Put(tx, subsKey(k), n+1)
}

// Subscriptions lists what a channel subscribed to.
func (b *Book) Subscriptions(tx storage.Tx, ch desk.Channel) (out []desk.Subscription, err error) {
	k := subKey(ch)
	err = subTable().Scan(tx, k, k.End(), 0, func(_ storage.Key, s desk.Subscription) (bool, error) {
		out = append(out, s)
		return true, nil
	})
	return out, err
}

// Hold stops all sends of a connection until Release.
func (b *Book) Hold(tx storage.Tx, k desk.ConnectionName, h Hold) error {
	return holdTable().Put(tx, holdKey(k), h)
}

// Release ends a hold, and reports false where there was none.
func (b *Book) Release(tx storage.Tx, k desk.ConnectionName) (bool, error) {
	_, found, err := holdTable().Get(tx, holdKey(k))
	if err != nil || !found {
		return false, err
	}
	return true, holdTable().Delete(tx, holdKey(k))
}

// Holds returns the holds by connection.
func (b *Book) Holds(tx storage.Tx) (map[desk.ConnectionName]Hold, error) {
	out := map[desk.ConnectionName]Hold{}
	k := holdTable().Key()
	err := holdTable().Scan(tx, k, k.End(), 0, func(key storage.Key, h Hold) (bool, error) {
		r := storage.ReadKey(key)
		r.Str()
		out[desk.ConnectionName(r.Str())] = h
		return true, r.Err()
	})
	return out, err
}
