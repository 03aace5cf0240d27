package journal

import (
	"context"
	"fmt"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Move gives what a channel subscribed to, and its posts, to the channel that it
// became on its platform. Doing it again changes nothing.
func (j *Journal) Move(ctx context.Context, by By, from, to desk.Channel) error {
	if from == to {
		return nil
	}
	err := j.db.Update(ctx, func(tx storage.Tx) error {
		moved, err := j.book.Move(tx, from, to)
		if err != nil || len(moved) == 0 {
			return err
		}
		return audit(tx, by, AuditEntry{Did: "channel moved", About: from.String(), After: to.String()})
	})
	j.book.SubscriptionsChanged()
	j.wrote(ctx, err)
	if err != nil {
		return fmt.Errorf("move %s to %s: %w", from, to, err)
	}
	return nil
}

// SubscriptionsOf lists all subscriptions of a connection, by channel, beside those
// of its ops channels.
func (j *Journal) SubscriptionsOf(ctx context.Context, k desk.ConnectionName) ([]desk.Subscription, error) {
	return j.book.SubscriptionsOf(ctx, j.db, k)
}
