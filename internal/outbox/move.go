package outbox

import (
	"context"
	"fmt"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Move gives what a channel subscribed to, and its posts about what is live or waits, to
// the channel that it became on its platform, and returns the subscriptions moved.
// What the new one has already stays. After the commit call SubscriptionsChanged.
func (b *Book) Move(tx storage.Tx, from, to desk.Channel) ([]desk.Subscription, error) {
	subs, err := b.Subscriptions(tx, from)
	if err != nil {
		return nil, err
	}
	for _, s := range subs {
		if _, err := b.Unsubscribe(tx, from, s.Target); err != nil {
			return nil, err
		}
		s.Channel = to
		_, taken, err := subTable().Get(tx, subKey(to).Str(s.Target.String()))
		if err != nil {
			return nil, err
		}
		if taken {
			continue
		}
		if err := b.Subscribe(tx, s, s.SetAt); err != nil {
			return nil, err
		}
	}
	posted, err := liveSubjects(tx)
	if err != nil {
		return nil, err
	}
	err = eachUnlisted(tx, func(s desk.Subject, _ outRecord) error {
		posted = append(posted, s)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, s := range posted {
		if err := movePost(tx, postKey(s, from), postKey(s, to)); err != nil {
			return nil, err
		}
	}
	return subs, nil
}

// movePost moves a post, if there is one. Whether there is, a scan tells: of all that
// is live a transaction may not guard a read each.
func movePost(tx storage.Tx, from, to storage.Key) error {
	found := false
	err := tx.Scan(from, from.End(), 1, func(_, _ []byte) (bool, error) { found = true; return false, nil })
	if err != nil || !found {
		return err
	}
	p, found, err := postTable().Get(tx, from)
	if err != nil || !found {
		return err
	}
	if err := postTable().Delete(tx, from); err != nil {
		return err
	}
	_, taken, err := postTable().Get(tx, to)
	if err != nil || taken {
		return err
	}
	return postTable().Put(tx, to, p)
}

// SubscriptionsOf lists all subscriptions of a connection, by channel, beside those
// of its ops channels.
func (b *Book) SubscriptionsOf(ctx context.Context, db storage.DB, k desk.ConnectionName) (out []desk.Subscription, err error) {
	err = db.View(ctx, func(tx storage.Tx) error {
		out = nil
		return b.eachSubscriber(tx, func(ch desk.Channel, subs []desk.Subscription) error {
			if ch.Connection == k {
				out = append(out, subs...)
			}
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list the subscriptions of %s: %w", k, err)
	}
	return out, nil
}
