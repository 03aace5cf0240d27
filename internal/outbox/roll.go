package outbox

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// roll is who subscribes on a connection, decoded once: to read the records of ten
// thousand channels again for each announcement costs more than to tell them. It is
// right as long as subs/k, which every change raises, is what it was.
type roll struct {
	changes  int
	channels []subscriber // by id
}

type subscriber struct {
	channel string
	subs    []desk.Subscription
}

// rollOf returns the roll as of a View, which alone shows what is on disk for
// certain: a transaction may see what others of its commit wrote, and lose it.
func (b *Book) rollOf(view storage.Tx, k desk.ConnectionName) (*roll, error) {
	n, _, err := subsTable().Get(view, subsKey(k))
	if err != nil {
		return nil, err
	}
	if r := b.rollAsOf(k, n); r != nil {
		return r, nil
	}
	r := &roll{changes: n}
	g := &subscribers{visit: func(ch desk.Channel, subs []desk.Subscription) (bool, error) {
		r.channels = append(r.channels, subscriber{ch.ID, slices.Clone(subs)})
		return true, nil
	}}
	key := subTable().Key().Str(string(k))
	if err := g.scan(view, key, key.End()); err != nil {
		return nil, err
	}
	slices.SortFunc(r.channels, func(a, b subscriber) int { return cmp.Compare(a.channel, b.channel) })
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rolls[k] = r
	return r, nil
}

// rollAsOf returns the roll that so many changes made, nil where there is none.
func (b *Book) rollAsOf(k desk.ConnectionName, changes int) *roll {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r := b.rolls[k]; r != nil && r.changes == changes {
		return r
	}
	return nil
}

// between returns the subscribers behind channel from up to channel to (empty: to
// the end).
func (r *roll) between(from, to string) []subscriber {
	after := func(id string) int {
		at, found := slices.BinarySearchFunc(r.channels, id, func(s subscriber, id string) int { return strings.Compare(s.channel, id) })
		if found {
			at++
		}
		return at
	}
	first, last := 0, len(r.channels)
	if from != "" {
		first = after(from)
	}
	if to != "" {
		last = max(first, after(to))
	}
	return r.channels[first:last]
}

// count counts the channels that match a scope, beside ops channels, and tells when
// the newest subscription of all was set.
func (r *roll) count(c *desk.Catalog, ops []string, sc desk.Scope) (n int, newest time.Time) {
	audience := c.AudienceOf(sc)
	for _, s := range r.channels {
		if slices.Contains(ops, s.channel) {
			continue
		}
		for _, sub := range s.subs {
			newest = later(newest, sub.SetAt)
		}
		if audience.Matches(s.subs) {
			n++
		}
	}
	return n, newest
}
