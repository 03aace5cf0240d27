package outbox

import (
	"context"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// round goes over the posts of a subject and finds those whose text is old. Edits
// need no intents: they are found again as Shown < want.
type round struct {
	again   bool // something may be old
	running bool
	pos     string    // the last channel looked at
	began   time.Time // when it began
}

const (
	// editsOpen bounds the edits of a connection that wait in lanes.
	editsOpen = 16
	// roundEvery is how long after one round the next begins while the circle of
	// the subject goes on; behind it, at once.
	roundEvery = 5 * time.Second
)

// edits hands posts with old texts to their lanes.
func (l *line) edits(ctx context.Context, now time.Time) error {
	if !l.edit || l.stopped() {
		return nil
	}
	room := editsOpen - l.editing()
	for _, s := range l.subjects {
		if now.Before(l.editsFrom(s)) {
			continue
		}
		if s.round.due(now, s.finished()) {
			s.round = round{running: true, began: now}
		}
		for s.round.running && room > 0 {
			n, err := l.editPage(ctx, s, room)
			if err != nil {
				return err
			}
			room -= n
		}
	}
	return nil
}

func (r round) due(now time.Time, finished bool) bool {
	return r.again && !r.running && (finished || !now.Before(r.began.Add(roundEvery)))
}

// editTime is when edits have to be looked at again.
func (l *line) editTime(now time.Time) (at time.Time) {
	if !l.edit {
		return at
	}
	for _, s := range l.subjects {
		first := l.editsFrom(s)
		switch {
		case s.round.again && now.Before(first):
			at = sooner(at, first)
		case s.round.due(now, s.finished()), s.round.running && l.editing() < editsOpen:
			at = sooner(at, now) // there is room since the round was last looked at
		case s.round.again && !s.round.running && now.Before(s.round.began.Add(roundEvery)):
			at = sooner(at, s.round.began.Add(roundEvery))
		}
	}
	return at
}

func (l *line) editing() (n int) {
	for _, la := range l.lanes {
		for _, j := range la.jobs {
			if j.editing && !j.isOpen() {
				n++
			}
		}
	}
	return n
}

// editPage looks at the next posts of the round and hands at most room of them on.
func (l *line) editPage(ctx context.Context, s *subject, room int) (handed int, err error) {
	type old struct {
		channel string
		post    Post
	}
	var found []old
	pos, end := s.round.pos, false
	k := withSubject(postTable().Key(), s.id).Str(string(l.name))
	err = l.db().View(ctx, func(tx storage.Tx) error {
		from, seen := k, 0
		if pos != "" {
			from = k.Str(pos).End()
		}
		found, end = nil, true
		return postTable().Scan(tx, from, k.End(), 0, func(key storage.Key, p Post) (bool, error) {
			ch, err := postChannel(key)
			if err != nil {
				return false, err
			}
			seen++
			pos = ch.ID
			if l.isOld(s, ch, p) {
				found = append(found, old{ch.ID, p})
			}
			end = seen < rowsLooked && len(found) < room
			return end, nil
		})
	})
	if err != nil {
		return 0, err
	}
	s.round.pos, s.round.running = pos, !end
	for _, o := range found {
		j := l.job(o.channel, s, o.post)
		j.editing = true
		if j.since.IsZero() {
			j.since = o.post.At
		}
	}
	return len(found), nil
}

// isOld reports whether a post says all it has to but shows an old text.
func (l *line) isOld(s *subject, ch desk.Channel, p Post) bool {
	want := s.out.want(l.engine.cfg.Book.Places().isOps(ch))
	_, gone := l.gone[ch.ID]
	return !gone && !s.out.gaveWay() && p.Root != "" && p.Told >= want && p.Shown < want
}

// settledAtOnce bounds the subjects of one transaction: each takes two reads.
const settledAtOnce = 40

// settle notes the subjects that this connection owes nothing about any more.
func (l *line) settle(ctx context.Context, now time.Time) error {
	var still []*subject
	for _, s := range l.subjects {
		if !s.finished() || s.fan.Settled == s.out.N {
			continue
		}
		open, busy := l.workOn(s)
		if !open {
			l.engine.watch.toldAll(s, s.out.N, l.name, now)
		}
		if open || busy || (l.edit && (s.round.again || s.round.running)) || s.out.held() {
			continue
		}
		still = append(still, s)
	}
	for part := range slices.Chunk(still, settledAtOnce) {
		if err := l.noteSettled(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// workOn reports whether channels have still to be told of the subject, and
// whether anything at all is to be done. What waits for a channel that is gone
// does not count.
func (l *line) workOn(s *subject) (open, busy bool) {
	for _, la := range l.lanes {
		for _, j := range la.jobs {
			if j.of == s && !la.gone {
				busy = true
				open = open || j.isOpen()
			}
		}
	}
	return open, busy
}

// noteSettled writes that these subjects are settled, if that is still so.
func (l *line) noteSettled(ctx context.Context, subjects []*subject) error {
	fans := map[*subject]fanRecord{}
	err := l.db().Background(ctx, func(tx storage.Tx) error {
		clear(fans)
		for _, s := range subjects {
			out, _, err := outTable().Get(tx, outKey(s.id))
			if err != nil {
				return err
			}
			f, _, err := fanTable().Get(tx, fanKey(l.name, s.id))
			if err != nil {
				return err
			}
			if out.N != s.out.N || out.held() || !f.finished(out) {
				continue
			}
			f.Settled = out.N
			fans[s] = f
			if err := fanTable().Put(tx, fanKey(l.name, s.id), f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, s := range subjects {
		f, settled := fans[s]
		if !settled {
			l.about(s.id)
			continue
		}
		s.fan = f
		l.engine.clerk.poke(s.id)
	}
	return nil
}
