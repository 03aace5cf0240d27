package outbox

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// An ops channel that nothing is under way for is posted to as soon as the announcement
// is on disk. So the announcement's own transaction makes the first step of the circles:
// the intent for ops channels and the cursor behind them, which the line would else write
// by a commit of its own (T3). The store is then as it would be after both; no process
// finds anything in it that it could not find before. The line finds the intent where it
// reads how far the subject may be told, and posts before it writes anything else.
//
// Lines say beforehand what can be told at once (readiness). Nothing depends on its being
// right: all is read again before the call, as with any intent. Where it is wrong one
// channel more is looked up after a crash. All else goes the way of the circles: others
// than ops channels, what only edits or goes on with posts of another subject, and
// whatever comes while an intent of the connection is open.

const (
	// aheadMost bounds the connections whose ops channels an announcement opens itself,
	// so that a command costs the same with four of them or a hundred.
	aheadMost = 4
	// AheadWrites is what that takes beside the announcement, at most, and AheadReads
	// how many guarded reads.
	AheadWrites, AheadReads = 2 * aheadMost, aheadMost
)

// readiness is what a line says of its ops channels while nothing is under way there.
type readiness struct {
	boot boot
	from time.Time // not before
	gone []string  // these cannot be reached
}

// lineReadiness is that of each connection; nil: it is busy, held, down or not served.
type lineReadiness map[desk.ConnectionName]*atomic.Pointer[readiness]

func (r lineReadiness) of(k desk.ConnectionName, now time.Time) *readiness {
	if p := r[k]; p != nil {
		if is := p.Load(); is != nil && !now.Before(is.from) {
			return is
		}
	}
	return nil
}

// openAhead writes the intents for ops channels that can be told announcement a at once,
// and reports whether there were any.
func (b *Book) openAhead(tx storage.Tx, a desk.Announcement, out outRecord, now time.Time) (opened bool, err error) {
	lines := b.ready.Load()
	if lines == nil || !out.opensAhead(a) {
		return false, nil
	}
	sc, left := a.Snapshot.Scope(), aheadMost
	for _, c := range b.places.Load().Connections {
		r := lines.of(c.Name, now)
		if r == nil || !opsConcerned(sc, c.Name) {
			continue
		}
		i := intentRecord{N: out.N, Boot: r.boot, At: now, Channels: r.reached(c.Ops)}
		wrote, err := i.putAhead(tx, c.Name, a.Subject)
		if err != nil {
			return opened, err
		}
		if wrote {
			opened = true
			left--
		}
		if left == 0 {
			break
		}
	}
	return opened, nil
}

// reached are those of channels that can be reached.
func (r *readiness) reached(channels []string) []string {
	if len(r.gone) == 0 {
		return channels
	}
	return slices.DeleteFunc(slices.Clone(channels), func(id string) bool { return slices.Contains(r.gone, id) })
}

// opensAhead reports whether ops channels are posted to about announcement a in any case:
// they were not told of it, and no other post has to be found first.
func (o outRecord) opensAhead(a desk.Announcement) bool {
	amends := a.N > 1 && a.Snapshot.Notice != nil
	return o.To.IsZero() && !o.goesOn() && o.Lost.N == 0 && a.Reach != desk.ReachEdit && !amends
}

// putAhead writes the intent, and the cursor behind it, unless nobody is in it or another
// is open: two writes, one guarded read and a scan of one record.
func (i intentRecord) putAhead(tx storage.Tx, k desk.ConnectionName, s desk.Subject) (wrote bool, err error) {
	open, all := len(i.Channels) == 0, intentTable().Key().Str(string(k))
	if err := tx.Scan(all, all.End(), 1, func(_, _ []byte) (bool, error) { open = true; return false, nil }); err != nil || open {
		return false, err
	}
	f, _, err := fanTable().Get(tx, fanKey(k, s))
	if err != nil {
		return false, err
	}
	f.OpsN = i.N
	f.Chunks++
	if err := intentTable().Put(tx, intentKey(k, s, f.Chunks), i); err != nil {
		return false, err
	}
	return true, fanTable().Put(tx, fanKey(k, s), f)
}

// takeAhead takes in the intents that came with announcements of s, where there are some
// that the line does not know yet.
func (l *line) takeAhead(tx storage.Tx, s *subject) (taken bool, err error) {
	if !l.loaded || s.out.Ahead <= s.ahead {
		s.ahead = max(s.ahead, s.out.Ahead) // load reads all intents
		return false, nil
	}
	f, _, err := fanTable().Get(tx, fanKey(l.name, s.id))
	if err != nil {
		return false, err
	}
	k := withSubject(intentTable().Key().Str(string(l.name)), s.id)
	err = intentTable().Scan(tx, k, k.End(), 0, func(key storage.Key, rec intentRecord) (bool, error) {
		id, err := readIntentKey(key)
		if err != nil || l.intents[id] != nil {
			return true, err
		}
		taken = true
		return true, l.readIntent(tx, s, id, rec)
	})
	if err != nil {
		return false, err
	}
	s.fan, s.ahead = f, s.out.Ahead
	if taken {
		l.subjects[s.id] = s
		l.circles.reckon(s)
		l.chunks++
		s.turn, l.ahead = l.chunks, true
		l.parkGone(l.now())
	}
	return taken, nil
}

// readinessAt says whether ops channels can be told at once; nil: they cannot.
func (l *line) readinessAt(now time.Time) *readiness {
	if !l.loaded || l.orphans || l.stopped() || l.health.trial {
		return nil
	}
	r := &readiness{boot: l.boot}
	if ok, at := l.pace[methodPost].ready(now); !ok {
		r.from = at
	}
	for _, id := range l.engine.cfg.Book.Places().connection(l.name).Ops {
		la := l.lanes[id]
		switch {
		case l.isGone(id):
			r.gone = append(r.gone, id)
		case la == nil:
		case la.underWay():
			return nil
		default:
			r.from = later(r.from, later(la.notBefore, la.nextPost))
		}
	}
	return r
}

// underWay reports whether something is sent to the lane, or to be sent before what
// comes next.
func (la *lane) underWay() bool {
	return la.busy || slices.ContainsFunc(la.jobs, func(j *job) bool { return j.pending || j.isOpen() || j.doubt != sure })
}

// sayReady tells the Book what can be told at once, until it is told otherwise.
func (l *line) sayReady(now time.Time) {
	r, was := l.readinessAt(now), l.ready.Load()
	if r != nil && was != nil && r.boot == was.boot && r.from.Equal(was.from) && slices.Equal(r.gone, was.gone) {
		return
	}
	l.ready.Store(r)
}
