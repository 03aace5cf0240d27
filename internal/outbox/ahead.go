package outbox

import (
	"context"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// An ops channel that nothing is under way for is posted to as soon as the announcement
// is on disk. So the announcement's own transaction makes the first step of the circles:
// the intent for ops channels and the cursor behind them, which the line would else write
// by a commit of its own (T3). The store is then as it would be after both; no process
// finds anything in it that it could not find before. The line reads the intent while the
// commit is on its way to the disk (lookAhead), or else where it reads how far the subject
// may be told (takeAhead), and posts before it writes the intents, receipts and edits that
// are due (goAhead). What is rare may be written before, in the same
// step: of channels that return, are new or wake (refresh, recount, welcome), of the shelf
// (shelve) and of members in trouble (breakUp).
//
// That the line does not make the step itself is right because of what is read guarded:
//
//   - lastboot and ended: the process that the intent names runs, and has not begun to end.
//     One that ends writes so before it reads what is left (end), so nothing comes behind it.
//   - gone, of each ops channel: the cursor passes none by, so none has to be found by who
//     takes it into work again.
//   - hold: nothing is opened while the connection is held.
//   - fan: the cursor moves once, by this or by the line, whose step is void where an
//     announcement came with an intent that it has not taken in (chunk.look).
//
// Whom all that is worth asking for, lines say beforehand (readiness). That is a hint: where
// it is wrong an intent waits as any does, and one channel more is looked up after a crash.
// All else goes the way of the circles: others than ops channels, what only edits or goes on
// with posts of another subject, and whatever comes while an intent of the connection is
// open.

const (
	// aheadMost bounds the connections whose ops channels an announcement opens itself,
	// so that a command costs the same with four of them or a hundred; aheadOps their ops
	// channels.
	aheadMost, aheadOps = 4, 2
	// AheadWrites is what that takes beside the announcement, at most, and AheadReads
	// how many guarded reads.
	AheadWrites, AheadReads = 2 * aheadMost, 2 + aheadMost*(2+aheadOps)
)

// readiness is what a line says of its ops channels while nothing is under way there.
type readiness struct {
	boot boot
	from time.Time // not before
}

// opsReady are the ops channels of a connection of which a line said so.
type opsReady struct {
	Connection
	line *line
	boot boot
}

// readyFor lists the connections that can be told of a scope at once.
func (b *Book) readyFor(sc desk.Scope, now time.Time) (all []opsReady) {
	lines := b.ready.Load()
	if lines == nil {
		return nil
	}
	for _, c := range b.places.Load().Connections {
		l := (*lines)[c.Name]
		if l == nil || len(c.Ops) == 0 || len(c.Ops) > aheadOps || !opsConcerned(sc, c.Name) {
			continue
		}
		if r := l.ready.Load(); r != nil && !now.Before(r.from) {
			all = append(all, opsReady{c, l, r.boot})
		}
		if len(all) == aheadMost {
			break
		}
	}
	return all
}

// openAhead writes the intents for ops channels that can be told announcement a at once,
// and returns the lines that have one.
func (b *Book) openAhead(tx storage.Tx, a desk.Announcement, out outRecord, now time.Time) (opened []*line, err error) {
	if !out.opensAhead(a) {
		return nil, nil
	}
	ready := b.readyFor(a.Snapshot.Scope(), now)
	if len(ready) == 0 {
		return nil, nil
	}
	serves, err := serving(tx)
	if err != nil {
		return nil, err
	}
	for _, c := range ready {
		if c.boot != serves {
			continue
		}
		i := intentRecord{N: out.N, Boot: c.boot, At: now, Channels: c.Ops}
		wrote, err := i.putAhead(tx, c.Name, a.Subject)
		if err != nil {
			return opened, err
		}
		if wrote {
			opened = append(opened, c.line)
		}
	}
	return opened, nil
}

// opensAhead reports whether ops channels are posted to about announcement a in any case:
// they were not told of it, and no other post has to be found first.
func (o outRecord) opensAhead(a desk.Announcement) bool {
	amends := a.N > 1 && a.Snapshot.Notice != nil
	return o.To.IsZero() && !o.goesOn() && o.Lost.N == 0 && a.Reach != desk.ReachEdit && !amends
}

// serving is the process that runs and has not begun to end; 0: there is none.
func serving(tx storage.Tx) (boot, error) {
	last, _, err := lastBootTable().Get(tx, lastBootTable().Key())
	if err != nil {
		return 0, err
	}
	ended, _, err := endedTable().Get(tx, endedTable().Key())
	if ended == last {
		return 0, err
	}
	return last, err
}

// putAhead writes the intent, and the cursor behind it, unless its channels cannot be told
// now or another is open: two writes, a guarded read for each channel and two more.
func (i intentRecord) putAhead(tx storage.Tx, k desk.ConnectionName, s desk.Subject) (wrote bool, err error) {
	open, all := false, intentTable().Key().Str(string(k))
	if err := tx.Scan(all, all.End(), 1, func(_, _ []byte) (bool, error) { open = true; return false, nil }); err != nil || open {
		return false, err
	}
	if blocked, err := i.blocked(tx, k); err != nil || blocked {
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

// blocked reports whether the connection is held, or a channel cannot be reached.
func (i intentRecord) blocked(tx storage.Tx, k desk.ConnectionName) (bool, error) {
	if held, err := tx.Get(holdKey(k)); err != nil || held != nil {
		return true, err
	}
	for _, id := range i.Channels {
		if gone, err := tx.Get(goneKey(desk.Channel{Connection: k, ID: id})); err != nil || gone != nil {
			return true, err
		}
	}
	return false, nil
}

// takeAhead takes in the intents that came with announcements of s, where there are some
// that the line does not know yet. made: the line has just come to know s.
func (l *line) takeAhead(tx storage.Tx, s *subject, made bool) error {
	if !l.loaded || s.out.Ahead <= s.ahead {
		s.ahead = max(s.ahead, s.out.Ahead) // load reads all intents
		return nil
	}
	f, _, err := fanTable().Get(tx, fanKey(l.name, s.id))
	if err != nil {
		return err
	}
	fresh, err := l.unknownIntents(tx, s.id)
	if err != nil {
		return err
	}
	// What the lanes make of the intents depends on all this.
	s.fan = f
	if made && f.N == 0 && f.OpsN == 1 && len(fresh) == 1 {
		s.young, s.round.again = true, false // the intent taken in is of the first announcement
	}
	if len(fresh) > 0 {
		l.subjects[s.id] = s
		l.chunks++
		s.turn, l.ahead = l.chunks, true
	}
	for id, rec := range fresh {
		if err := l.readIntent(tx, s, id, rec); err != nil {
			return err
		}
	}
	s.ahead = s.out.Ahead
	if l.subjects[s.id] == s {
		l.circles.reckon(s)
	}
	if len(fresh) > 0 {
		l.parkGone(l.now())
	}
	return nil
}

// unknownIntents are those of s that are not in memory.
func (l *line) unknownIntents(tx storage.Tx, s desk.Subject) (map[intentID]intentRecord, error) {
	fresh := map[intentID]intentRecord{}
	k := withSubject(intentTable().Key().Str(string(l.name)), s)
	err := intentTable().Scan(tx, k, k.End(), 0, func(key storage.Key, rec intentRecord) (bool, error) {
		id, err := readIntentKey(key)
		if err == nil && l.intents[id] == nil {
			fresh[id] = rec
		}
		return true, err
	})
	return fresh, err
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
			return nil
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
	for _, j := range la.jobs {
		if j.pending || j.isOpen() || j.doubt != sure {
			return true
		}
	}
	return la.busy
}

// sayReady tells the Book what can be told at once, until it is told otherwise.
func (l *line) sayReady(now time.Time) {
	r, was := l.readinessAt(now), l.ready.Load()
	if r != nil && was != nil && r.boot == was.boot && r.from.Equal(was.from) {
		return
	}
	l.ready.Store(r)
}

// end notes that this process has begun to end. What announcements opened for it is on disk
// then, as is what a commit wrote that was broken off, or never will be: commits take turns.
func (l *line) end(ctx context.Context) error {
	return l.db().Background(ctx, func(tx storage.Tx) error {
		k := endedTable().Key()
		ended, _, err := endedTable().Get(tx, k)
		if err != nil {
			return err
		}
		return endedTable().Put(tx, k, max(ended, l.boot))
	})
}
