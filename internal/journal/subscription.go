package journal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
)

// Subscribed is what a change of a channel's subscriptions came to.
type Subscribed struct {
	// Before is what the channel heard of the target; nil: nothing.
	Before *desk.Subscription `json:",omitempty"`
	// Now are all subscriptions of the channel.
	Now []desk.Subscription
	// Removed are those that ended.
	Removed []desk.Subscription `json:",omitempty"`
}

// Subscribe sets what a channel hears of a target; a new line for the same
// target replaces the old one. Who widens what somebody else set does not take it
// over: else they could end it next. loosen is asked, inside the transaction, whether
// the change of the old one may be made; its error refuses.
func (j *Journal) Subscribe(ctx context.Context, by By, sub desk.Subscription, loosen func(old desk.Subscription) error) (Subscribed, error) {
	sub.SetBy, sub.SetAt = by.Person, by.At.UTC()
	out, err := once(ctx, j, by, func(tx storage.Tx) (Subscribed, error) {
		before, err := j.book.Subscriptions(tx, sub.Channel)
		if err != nil {
			return Subscribed{}, err
		}
		sub := sub // fn may run again
		out := Subscribed{Now: without(before, sub.Target)}
		if old := find(before, sub.Target); old != nil {
			if err := loosen(*old); err != nil {
				return Subscribed{}, err
			}
			out.Before = old
			if !old.Narrows(sub) {
				sub.SetBy = old.SetBy
			}
		}
		out.Now = append(out.Now, sub)
		if err := j.book.Subscribe(tx, sub, sub.SetAt); err != nil {
			return Subscribed{}, err
		}
		return out, audit(tx, by, auditOf("subscribe", sub.Channel, out.Before, &sub))
	})
	j.book.SubscriptionsChanged()
	return out, err
}

// Unsubscribe ends a channel's subscription of a target; nil: all of them.
// loosen is asked for each. Where there is none it refuses with desk.Unknown.
func (j *Journal) Unsubscribe(ctx context.Context, by By, ch desk.Channel, target *desk.Target, loosen func(old desk.Subscription) error) (Subscribed, error) {
	out, err := once(ctx, j, by, func(tx storage.Tx) (Subscribed, error) {
		before, err := j.book.Subscriptions(tx, ch)
		if err != nil {
			return Subscribed{}, err
		}
		out := Subscribed{Now: slices.Clone(before)}
		for _, sub := range before {
			if target != nil && sub.Target != *target {
				continue
			}
			if err := loosen(sub); err != nil {
				return Subscribed{}, err
			}
			if _, err := j.book.Unsubscribe(tx, ch, sub.Target); err != nil {
				return Subscribed{}, err
			}
			out.Removed = append(out.Removed, sub)
			out.Now = without(out.Now, sub.Target)
			if err := audit(tx, by, auditOf("unsubscribe", ch, &sub, nil)); err != nil {
				return Subscribed{}, err
			}
		}
		if len(out.Removed) == 0 {
			return Subscribed{}, desk.Refuse(desk.Unknown, "%s does not subscribe to it.", ch)
		}
		return out, nil
	})
	j.book.SubscriptionsChanged()
	return out, err
}

func find(subs []desk.Subscription, t desk.Target) *desk.Subscription {
	for _, s := range subs {
		if s.Target == t {
			return &s
		}
	}
	return nil
}

func without(subs []desk.Subscription, t desk.Target) []desk.Subscription {
	return slices.DeleteFunc(slices.Clone(subs), func(s desk.Subscription) bool { return s.Target == t })
}

func auditOf(did string, ch desk.Channel, before, after *desk.Subscription) AuditEntry {
	return AuditEntry{Did: did, About: ch.String(), Before: describe(before), After: describe(after)}
}

func describe(s *desk.Subscription) string {
	if s == nil {
		return ""
	}
	words := []string{s.Target.String()}
	for _, t := range s.Topics {
		words = append(words, string(t))
	}
	if s.Least != "" {
		words = append(words, string(s.Least)+"+")
	}
	if s.Manner != desk.Normal {
		words = append(words, s.Manner.String())
	}
	if h := s.Hours; h != nil {
		words = append(words, fmt.Sprintf("from %s to %s only %s+", h.From, h.To, h.Least))
	}
	return strings.Join(words, " ")
}

// Hold stops all sends of a connection, or of all connections where conn is
// empty, until Release. It answers with the connections that were not held before.
// Of many some may be held although others could not be: doing it again ends it.
func (j *Journal) Hold(ctx context.Context, by By, conn desk.ConnectionName) ([]desk.ConnectionName, error) {
	return j.inParts(ctx, by, conn, func(tx storage.Tx, names []desk.ConnectionName) ([]desk.ConnectionName, error) {
		held, err := j.book.Holds(tx)
		if err != nil {
			return nil, err
		}
		var done []desk.ConnectionName
		for _, name := range names {
			if _, already := held[name]; already {
				continue
			}
			h := outbox.Hold{Since: by.At.UTC(), By: by.Person, Why: by.Reason}
			if err := j.book.Hold(tx, name, h); err != nil {
				return nil, err
			}
			done = append(done, name)
		}
		return done, j.auditAll(tx, by, "hold", done)
	})
}

// Release ends what Hold began, in the same way, and answers with the connections
// that were held.
func (j *Journal) Release(ctx context.Context, by By, conn desk.ConnectionName) ([]desk.ConnectionName, error) {
	return j.inParts(ctx, by, conn, func(tx storage.Tx, names []desk.ConnectionName) ([]desk.ConnectionName, error) {
		var done []desk.ConnectionName
		for _, name := range names {
			was, err := j.book.Release(tx, name)
			if err != nil {
				return nil, err
			}
			if was {
				done = append(done, name)
			}
		}
		return done, j.auditAll(tx, by, "release", done)
	})
}

// heldAtOnce bounds the connections of one transaction: each takes two writes.
const heldAtOnce = 45

// inParts runs fn for a connection, or for all where conn is empty, with as many at
// once as a transaction has room for. Each part is a request of its own, so that one
// that comes again is known in every part.
func (j *Journal) inParts(ctx context.Context, by By, conn desk.ConnectionName,
	fn func(storage.Tx, []desk.ConnectionName) ([]desk.ConnectionName, error)) (done []desk.ConnectionName, err error) {
	for part := range slices.Chunk(j.connections(conn), heldAtOnce) {
		some, err := once(ctx, j, by, func(tx storage.Tx) ([]desk.ConnectionName, error) { return fn(tx, part) })
		if err != nil {
			return nil, err
		}
		done = append(done, some...)
		if by.Request != "" {
			by.Request += "+"
		}
	}
	return done, nil
}

func (j *Journal) connections(only desk.ConnectionName) []desk.ConnectionName {
	if only != "" {
		return []desk.ConnectionName{only}
	}
	var all []desk.ConnectionName
	for _, c := range j.book.Places().Connections {
		all = append(all, c.Name)
	}
	return all
}

func (j *Journal) auditAll(tx storage.Tx, by By, did string, names []desk.ConnectionName) error {
	for _, name := range names {
		if err := audit(tx, by, AuditEntry{Did: did, About: string(name)}); err != nil {
			return err
		}
	}
	return nil
}

// Notify tells ops channels one thing.
func (j *Journal) Notify(ctx context.Context, n desk.Notice) error {
	var s desk.Subject
	err := j.db.Update(ctx, func(tx storage.Tx) (err error) {
		s, err = j.book.Notify(tx, n)
		return err
	})
	if err != nil {
		j.wrote(ctx, err)
		return err
	}
	j.wrote(ctx, nil, s)
	return nil
}
