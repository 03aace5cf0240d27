package outbox

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// nights are what was kept back in quiet hours, as commits show it.
type nights struct {
	mu  sync.Mutex
	all []*night
	// sometimes are the channels that at some time do not hear each update.
	sometimes map[string]bool
	// changed is when something was last changed by people.
	changed time.Time
}

// night is from when a channel was not told of something until it is not to be told
// of it any more.
type night struct {
	failedID
	began, ended time.Time // by the platform's clock; ended is zero while it lasts
	posted       bool      // the channel had a post of it in the end,
	matched      bool      // and was to hear of it, if it did not end
	open         bool
}

// watchNights notes what quiet hours keep back since the last commit, and what not
// any more.
func (w *world) watchNights() {
	w.nights.mu.Lock()
	defer w.nights.mu.Unlock()
	err := w.store.View(context.Background(), func(tx storage.Tx) error {
		missed := map[failedID]bool{}
		err := missedTable().Scan(tx, nil, nil, 0, func(k storage.Key, _ missedRecord) (bool, error) {
			ch, s, err := readRowKey(k)
			missed[failedID{ch.ID, s}] = true
			return true, err
		})
		if err != nil {
			return err
		}
		for _, n := range w.nights.all {
			if n.ended.IsZero() && !missed[n.failedID] {
				if err := w.endNight(tx, n); err != nil {
					return err
				}
			} else if n.ended.IsZero() {
				delete(missed, n.failedID)
			}
		}
		for id := range missed {
			w.nights.all = append(w.nights.all, &night{failedID: id, began: time.Now()})
		}
		return nil
	})
	if err != nil {
		w.t.Error(err)
	}
}

func (w *world) endNight(tx storage.Tx, n *night) error {
	n.ended = time.Now()
	out, _, err := outTable().Get(tx, outKey(n.subject))
	if err != nil {
		return err
	}
	post, _, err := postTable().Get(tx, postKey(n.subject, channel(n.channel)))
	if err != nil {
		return err
	}
	subs, err := w.book.Subscriptions(tx, channel(n.channel))
	if err != nil {
		return err
	}
	sc, err := scopeAt(tx, n.subject, out.Rel)
	n.posted, n.open = post.Root != "", sc.EndedAt.IsZero()
	sc.EndedAt = time.Time{}
	n.matched = w.book.Places().Catalog.Matches(subs, sc)
	return err
}

// onItsWay is how long a call may be on its way when something changes.
const onItsWay = 50 * time.Millisecond

// disturbs says why a channel that wants to be left alone may not be posted to now. A
// call may be on its way when people change something or an hour begins.
func (w *world) disturbs(d chat.Delivery, s *subject, subs []desk.Subscription) string {
	w.nights.mu.Lock()
	defer w.nights.mu.Unlock()
	now := time.Now()
	if now.Sub(w.nights.changed) < onItsWay || d.Reference || !s.out.To.IsZero() {
		return ""
	}
	sc := s.scopeAt(s.out.Rel)
	wish := w.book.Places().Catalog.AudienceOf(sc).Wish(subs)
	quiet := func(at time.Time) bool { return !wish.QuietUntil(at, sc.Impact, time.UTC).IsZero() }
	switch {
	case quiet(now) && quiet(now.Add(-onItsWay)):
		return "told in its quiet hours"
	case s.out.goesOn() && len(d.Said) > 0 && d.Said[0].N == 1: // an opening
	case d.Root != "" && wish.Speaks && wish.Manner == desk.Quiet && w.platform.abil.Edit:
		return "a reply in a quiet channel"
	}
	return ""
}

// recountedIn lists the posts about the night, which were announced in a span.
func (w *world) recountedIn(id failedID, from, to time.Time) (all []desk.Subject) {
	err := w.store.View(context.Background(), func(tx storage.Tx) error {
		return annTable().Scan(tx, nil, nil, 0, func(_ storage.Key, a desk.Announcement) (bool, error) {
			n := a.Snapshot.Notice
			if n != nil && n.To == channel(id.channel) && !a.At.Before(from) && !a.At.After(to) &&
				(slices.ContainsFunc(n.Missed, func(i desk.Incident) bool { return i.Subject() == id.subject }) ||
					slices.ContainsFunc(n.MissedWindows, func(win desk.Window) bool { return win.Subject() == id.subject })) {
				all = append(all, a.Subject)
			}
			return true, nil
		})
	})
	if err != nil {
		w.t.Error(err)
	}
	return all
}

func (w *world) recounted(id string, s desk.Subject) bool {
	return len(w.recountedIn(failedID{id, s}, time.Time{}, time.Now())) > 0
}

// mustHaveRecounted fails unless each announcement that quiet hours kept back was in
// the end said, or in just one post in the morning, and not both, but where it was
// said only when it had got worse.
func (w *world) mustHaveRecounted() {
	w.t.Helper()
	w.mustHaveCaughtUp()
	for _, n := range w.nights.all {
		if w.vanished[n.channel] && !n.posted || n.ended.IsZero() || w.out(n.subject).gaveWay() {
			continue // a channel that is gone in the morning is told only of what it has posts of
		}
		in, behind := w.saidAbout(n)
		posts := w.recountedIn(n.failedID, n.began, n.ended)
		for _, p := range posts {
			if w.platform.in(channel(n.channel), p) == "" {
				w.t.Errorf("%s: %s about %s is not there", n.channel, p, n.subject)
			}
		}
		told := "posts in the morning"
		switch {
		case len(posts) > 1:
			w.t.Errorf("%s: %d %s about %s", n.channel, len(posts), told, n.subject)
		case len(posts) == 1 && !in.IsZero() && in.Before(n.ended.Add(-30*time.Second)):
			w.t.Errorf("%s was told of %s at %s and in the morning: %+v", n.channel, n.subject, in, n)
		case len(posts) == 1 || !in.IsZero() || behind || (!n.posted && !n.matched):
		case n.open && !n.posted && !w.matchesNow(n.failedID): // no more when its opening was about to be sent
		default:
			w.t.Errorf("%s was never told of %s: %+v; %s", n.channel, n.subject, *n, w.platform.in(channel(n.channel), n.subject))
		}
	}
}

// saidAbout tells when something was said about the night's subject in it, and
// whether behind it.
func (w *world) saidAbout(n *night) (in time.Time, behind bool) {
	w.platform.mu.Lock()
	defer w.platform.mu.Unlock()
	for _, m := range w.platform.rooms[channel(n.channel)] {
		switch {
		case m.subject != n.subject || m.at.Before(n.began):
		case m.at.After(n.ended):
			behind = true
		default:
			in = m.at
		}
	}
	return in, behind
}

func (w *world) matchesNow(id failedID) (matches bool) {
	s := w.read(id.subject)
	err := w.store.View(context.Background(), func(tx storage.Tx) error {
		subs, err := w.book.Subscriptions(tx, channel(id.channel))
		matches = w.book.Places().Catalog.Matches(subs, s.scopeAt(s.out.Rel))
		return err
	})
	if err != nil {
		w.t.Error(err)
	}
	return matches
}
