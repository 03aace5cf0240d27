package outbox

import (
	"context"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// newcomerAt is a channel that is to be looked at by itself, because the cursors
// of circles may have passed it.
type newcomerAt struct {
	ch desk.Channel
	newcomer
}

func (l *line) readNewcomers(tx storage.Tx) error {
	l.arrived = nil
	k := newTable().Key().Str(string(l.name))
	return newTable().Scan(tx, k, k.End(), 0, func(key storage.Key, n newcomer) (bool, error) {
		r := storage.ReadKey(key)
		r.Str()
		ch := desk.Channel{Connection: desk.ConnectionName(r.Str()), ID: r.Str()}
		l.arrived = append(l.arrived, newcomerAt{ch, n})
		return true, r.Err()
	})
}

// arrive marks the channel as one to be looked at, for what it was marked for before,
// too.
func arrive(tx storage.Tx, ch desk.Channel, n newcomer) error {
	was, _, err := newTable().Get(tx, newKey(ch))
	if err != nil {
		return err
	}
	n.Returned = n.Returned || was.Returned
	for _, s := range was.Missed {
		if !slices.Contains(n.Missed, s) {
			n.Missed = append(n.Missed, s)
		}
	}
	return newTable().Put(tx, newKey(ch), n)
}

// owed is something that a newcomer is owed.
type owed struct {
	subject *subject
	post    Post
	// told: it needs to be told something; else only its post is to be edited.
	told bool
}

// welcome gives each newcomer a row for every subject that it is owed something
// about (T8).
func (l *line) welcome(ctx context.Context, now time.Time) error {
	if len(l.arrived) > 0 {
		if err := l.flushAll(ctx, now); err != nil { // no row may be under way
			return err
		}
	}
	for len(l.arrived) > 0 {
		n := l.arrived[0]
		if _, gone := l.gone[n.ch.ID]; !gone {
			if err := l.welcomeOne(ctx, now, n); err != nil {
				return err
			}
			l.lookAgain(now, n.ch)
		}
		l.arrived = l.arrived[1:]
	}
	return nil
}

// welcomedAtOnce bounds the subjects of one transaction: each takes up to four
// writes and four reads.
const welcomedAtOnce = 20

func (l *line) welcomeOne(ctx context.Context, now time.Time, n newcomerAt) error {
	var list []owed
	err := l.db().View(ctx, func(tx storage.Tx) (err error) {
		list, err = l.owedTo(tx, n)
		return err
	})
	if err != nil {
		return err
	}
	for len(list) > 0 {
		part := list[:min(len(list), welcomedAtOnce)]
		list = list[len(part):]
		if err := l.putRows(ctx, now, n.ch, part); err != nil {
			l.orphans = true
			return err
		}
		for _, o := range part {
			l.welcomed(now, n.ch, o)
		}
	}
	return l.strike(ctx, n)
}

// concerning lists what the channel may be owed: what is live, and what its quiet hours
// kept back; to one that was gone also what is settled since and has a post there, or
// was for it alone.
func (l *line) concerning(tx storage.Tx, n newcomerAt) (ids []desk.Subject, err error) {
	if ids, err = liveSubjects(tx); err != nil {
		return nil, err
	}
	known := map[desk.Subject]bool{}
	for _, s := range ids {
		known[s] = true
	}
	for _, s := range n.Missed {
		if !known[s] {
			known[s] = true
			ids = append(ids, s)
		}
	}
	if !n.Returned {
		return ids, nil
	}
	err = outTable().Scan(tx, nil, nil, 0, func(k storage.Key, out outRecord) (bool, error) {
		r := storage.ReadKey(k)
		r.Str()
		s := readSubject(r)
		if known[s] || r.Err() != nil {
			return true, r.Err()
		}
		_, posted, err := postOf(tx, s, out, n.ch)
		if posted || out.To == n.ch || l.waits(&subject{id: s, out: out}, n.ch) {
			ids = append(ids, s)
		}
		return true, err
	})
	return ids, err
}

// owedTo lists what the channel is owed. Of a window that waits it is told nothing
// before that is told to all, but for what its quiet hours kept back.
func (l *line) owedTo(tx storage.Tx, n newcomerAt) (list []owed, err error) {
	ids, err := l.concerning(tx, n)
	if err != nil {
		return nil, err
	}
	subs, err := l.engine.cfg.Book.Subscriptions(tx, n.ch)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		s, err := l.subject(tx, id)
		if err != nil {
			return nil, err
		}
		post, posted, err := postOf(tx, id, s.out, n.ch)
		if err != nil {
			return nil, err
		}
		known := &post
		if !posted {
			known = nil
		}
		if !posted && s.out.Waits && !slices.Contains(n.Missed, id) && !l.waits(s, n.ch) {
			continue
		}
		if l.owes(s, n.ch, subs, known) {
			list = append(list, owed{s, post, post.Told < s.out.want(l.engine.cfg.Book.Places().isOps(n.ch))})
		}
	}
	return list, nil
}

// waits reports whether a row of the channel waits, also about what s goes on with.
func (l *line) waits(s *subject, ch desk.Channel) bool {
	la := l.lanes[ch.ID]
	return la != nil && slices.ContainsFunc(la.jobs, func(j *job) bool {
		about := j.of.id == s.id || s.out.goesOn() && j.of.id == s.out.From
		return about && j.row != nil && j.row.State == marked
	})
}

func (l *line) owes(s *subject, ch desk.Channel, subs []desk.Subscription, p *Post) bool {
	places := l.engine.cfg.Book.Places()
	ops := places.isOps(ch)
	want := s.out.want(ops)
	switch {
	case want == 0, s.out.forgotten(), s.out.gaveWay():
		return false
	case l.waits(s, ch):
		return true // a post of which nobody knows may be there, in an old version
	case p != nil:
		return p.Told < want || (l.edit && p.Root != "" && p.Shown < want)
	case s.out.To == ch && s.asks(want):
		return true
	case !s.out.live() && !s.out.Waits:
		return false // it is over, and the channel never heard of it
	case ops:
		return opsConcerned(s.scopeAt(want), l.name)
	}
	return places.Catalog.Matches(subs, s.scopeAt(want))
}

// putRows writes the rows of what is owed.
func (l *line) putRows(ctx context.Context, now time.Time, ch desk.Channel, part []owed) error {
	return l.db().Background(ctx, func(tx storage.Tx) error {
		for _, o := range part {
			if err := l.putRow(tx, now, ch, o); err != nil {
				return err
			}
		}
		return nil
	})
}

// strike takes the newcomer off the list, unless something new has happened to it.
func (l *line) strike(ctx context.Context, n newcomerAt) error {
	return l.db().Background(ctx, func(tx storage.Tx) error {
		is, _, err := newTable().Get(tx, newKey(n.ch))
		if err != nil || !is.At.Equal(n.At) {
			return err
		}
		return newTable().Delete(tx, newKey(n.ch))
	})
}

func (l *line) putRow(tx storage.Tx, now time.Time, ch desk.Channel, o owed) error {
	k := rowKey(ch, o.subject.id)
	row, found, err := rowTable().Get(tx, k)
	if err != nil {
		return err
	}
	was := &row
	if !found {
		was = nil
	}
	if o.told {
		if err := rowTable().Put(tx, k, l.rowOwing(now, ch, o.subject, was)); err != nil {
			return err
		}
	}
	return unsettle(tx, l.name, o.subject.id)
}

// rowOwing is the row for what the channel is owed: the one that waits already, or
// a new one.
func (l *line) rowOwing(now time.Time, ch desk.Channel, s *subject, was *rowRecord) rowRecord {
	want := s.out.want(l.engine.cfg.Book.Places().isOps(ch))
	if was != nil && was.State != failed {
		row := *was
		row.N = max(row.N, want)
		return row
	}
	return rowRecord{State: due, N: want, Since: now, First: now}
}

// unsettle takes a subject into work again that may be settled, and even over. Its
// outRecord is written in any case: the clerk guards just that (settledOnAll).
func unsettle(tx storage.Tx, k desk.ConnectionName, s desk.Subject) error {
	f, _, err := fanTable().Get(tx, fanKey(k, s))
	if err != nil {
		return err
	}
	out, _, err := outTable().Get(tx, outKey(s))
	if err != nil {
		return err
	}
	if f.Settled != 0 {
		f.Settled = 0
		if err := fanTable().Put(tx, fanKey(k, s), f); err != nil {
			return err
		}
	}
	was := out.live()
	if out.settled() {
		out.Settled = 0
	}
	if err := outTable().Put(tx, outKey(s), out); err != nil || was {
		return err
	}
	return list(tx, s, out)
}

// welcomed takes the row just written into the channel's lane.
func (l *line) welcomed(now time.Time, ch desk.Channel, o owed) {
	s := o.subject
	if known := l.subjects[s.id]; known != nil {
		s = known
	}
	l.subjects[s.id] = s
	l.circles.reckon(s)
	s.fan.Settled, s.round.again = 0, true
	l.about(s.id)
	if !o.told {
		return
	}
	j := l.job(ch.ID, s, o.post)
	row := l.rowOwing(now, ch, s, j.row)
	j.row = &row
	if j.since.IsZero() {
		j.since = now
	}
	delete(l.failed, failedID{ch.ID, s.id})
	l.reckon(j)
}
