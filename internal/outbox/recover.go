package outbox

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// load reads what the process before left open. All of it is in doubt but rows
// that are due: that process may have sent and died before it wrote so.
func (l *line) load(ctx context.Context, now time.Time) error {
	if err := l.takeUp(ctx); err != nil {
		return err
	}
	err := l.db().View(ctx, func(tx storage.Tx) error {
		l.clear()
		if err := l.readGone(tx); err != nil {
			return err
		}
		if err := l.readBoots(tx); err != nil {
			return err
		}
		if err := l.readIntents(tx); err != nil {
			return err
		}
		if err := l.readRows(tx); err != nil {
			return err
		}
		if err := l.readMissed(tx); err != nil {
			return err
		}
		return l.read(tx, news{all: true})
	})
	if err != nil {
		return err
	}
	l.loaded = true
	l.queueAnew(now)
	l.parkGone(now)
	l.dropSatisfied(now)
	return nil
}

// queueAnew has ops channels told first what this start itself has to say, such as how long
// the bot was away, and then what the process before left and surely did not send.
func (l *line) queueAnew(now time.Time) {
	for _, la := range l.lanes {
		for _, j := range la.jobs {
			if la.ops && len(j.intents) == 0 && j.row != nil && j.row.State == due {
				j.came, j.since = j.since, later(j.since, now)
			}
		}
	}
}

// takeUp takes into work again what ended while this connection was not configured:
// nobody waited for it, and what it posted has to be kept true to its end.
func (l *line) takeUp(ctx context.Context) error {
	var missed []desk.Subject
	err := l.db().View(ctx, func(tx storage.Tx) error {
		missed = nil
		k := fanTable().Key().Str(string(l.name))
		return fanTable().Scan(tx, k, k.End(), 0, func(key storage.Key, f fanRecord) (bool, error) {
			r := storage.ReadKey(key)
			r.Str()
			r.Str()
			s := readSubject(r)
			out, _, err := outTable().Get(tx, outKey(s))
			switch {
			case out.live(), out.forgotten():
			case f.Settled < out.N:
				missed = append(missed, s)
			case out.shelved():
				l.shelf = append(l.shelf, s)
			}
			return true, errors.Join(err, r.Err())
		})
	})
	if err != nil {
		return err
	}
	for part := range slices.Chunk(missed, settledAtOnce/2) {
		err := l.db().Background(ctx, func(tx storage.Tx) error {
			for _, s := range part {
				if err := errors.Join(unsettle(tx, l.name, s), unshelve(tx, s)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *line) readGone(tx storage.Tx) error {
	k := goneTable().Key().Str(string(l.name))
	return goneTable().Scan(tx, k, k.End(), 0, func(key storage.Key, g goneRecord) (bool, error) {
		r := storage.ReadKey(key)
		r.Str()
		r.Str()
		l.gone[r.Str()] = g
		return true, r.Err()
	})
}

func (l *line) readBoots(tx storage.Tx) error {
	l.boots = map[boot]time.Time{}
	return bootTable().Scan(tx, nil, nil, 0, func(key storage.Key, at time.Time) (bool, error) {
		r := storage.ReadKey(key)
		r.Str()
		l.boots[boot(r.Num())] = at
		return true, r.Err()
	})
}

// readIntents takes in the intents that are not in memory.
func (l *line) readIntents(tx storage.Tx) error {
	k := intentTable().Key().Str(string(l.name))
	return intentTable().Scan(tx, k, k.End(), 0, func(key storage.Key, rec intentRecord) (bool, error) {
		id, err := readIntentKey(key)
		if err != nil {
			return false, err
		}
		s, err := l.known(tx, id.subject)
		if err != nil || l.intents[id] != nil {
			return true, err
		}
		return true, l.readIntent(tx, s, id, rec)
	})
}

func readIntentKey(k storage.Key) (intentID, error) {
	r := storage.ReadKey(k)
	r.Str()
	r.Str()
	return intentID{readSubject(r), int(r.Num())}, r.Err()
}

// readIntent takes in an intent with all its members, or nothing of it.
func (l *line) readIntent(tx storage.Tx, s *subject, id intentID, rec intentRecord) error {
	posts := make([]Post, len(rec.Channels))
	for k, channel := range rec.Channels {
		var err error
		if posts[k], _, err = postOf(tx, s.id, s.out, desk.Channel{Connection: l.name, ID: channel}); err != nil {
			return err
		}
	}
	i := l.addIntent(s, rec, id.chunk)
	i.ops = rec.Boot == l.boot && s.fan.OpsN == rec.N
	for k, channel := range rec.Channels {
		if posts[k].Told < rec.N {
			l.suspect(l.join(i, channel, s, posts[k]), rec.Boot)
		}
	}
	if i.left == 0 {
		l.finished = append(l.finished, i)
	}
	return nil
}

// known returns the subject, read where it is not in memory.
func (l *line) known(tx storage.Tx, id desk.Subject) (*subject, error) {
	s, err := l.subject(tx, id)
	if err == nil {
		l.subjects[id] = s
		l.circles.reckon(s)
	}
	return s, err
}

// suspect puts the job in doubt, as process b may have sent. What it sent takes
// effect within settleTime of the start of the process that followed: until then
// its last request may have been under way.
func (l *line) suspect(j *job, b boot) {
	if b == l.boot {
		return
	}
	died, ok := l.boots[b+1]
	if !ok || !died.Before(l.started) { // later, where the clock was set back
		died = l.started
	}
	j.doubt = doubtful
	if look := died.Add(settleTime); look.After(j.look) {
		j.look = look
	}
}

func (l *line) readRows(tx storage.Tx) error {
	k := rowTable().Key().Str(string(l.name))
	return rowTable().Scan(tx, k, k.End(), 0, func(key storage.Key, row rowRecord) (bool, error) {
		ch, id, err := readRowKey(key)
		if err != nil {
			return false, err
		}
		if row.State == failed {
			l.failed[failedID{ch.ID, id}] = row
			return true, nil
		}
		return true, l.readRow(tx, ch, id, row)
	})
}

func (l *line) readRow(tx storage.Tx, ch desk.Channel, id desk.Subject, row rowRecord) error {
	s, err := l.known(tx, id)
	if err != nil {
		return err
	}
	if j := l.jobOf(ch.ID, s); j != nil && l.loaded { // all else of it is known better here
		j.row, j.lane.dirty = &row, true
		l.reckon(j)
		return nil
	}
	p, _, err := postOf(tx, id, s.out, ch)
	if err != nil {
		return err
	}
	j := l.job(ch.ID, s, p)
	j.row, j.tries, j.first, j.copies, j.why = &row, row.Tries, row.First, row.Copies, row.Why
	if left := row.Next.Sub(l.started); left > 0 {
		j.notBefore = l.started.Add(min(left, longestWait)) // more, where the clock was set back
	}
	if j.since.IsZero() || row.Since.Before(j.since) {
		j.since = row.Since
	}
	if row.State == marked {
		l.suspect(j, row.Boot)
	}
	l.reckon(j)
	return nil
}

// adopt takes in intents and rows whose commit was not known to have happened.
// Nothing was sent under them.
func (l *line) adopt(ctx context.Context, now time.Time) error {
	if !l.orphans {
		return nil
	}
	err := l.db().View(ctx, func(tx storage.Tx) error {
		for id, s := range l.subjects {
			f, _, err := fanTable().Get(tx, fanKey(l.name, id))
			if err != nil {
				return err
			}
			s.fan, s.round.again = f, true
			l.circles.reckon(s)
		}
		if err := l.readIntents(tx); err != nil {
			return err
		}
		if err := l.readRows(tx); err != nil {
			return err
		}
		return l.readMissed(tx)
	})
	if err != nil {
		return err
	}
	l.orphans = false
	l.parkGone(now)
	l.dropSatisfied(now)
	return nil
}

// dropSatisfied has rows deleted whose channels were told: such a row came to disk
// by a commit that seemed to fail.
func (l *line) dropSatisfied(now time.Time) {
	for _, la := range l.lanes {
		for _, j := range la.jobs {
			if j.row != nil && j.row.State != failed && j.row.N <= j.post.Told && !j.pending && !la.gone {
				p := j.post
				l.receive(now, &receipt{job: j, post: &p})
			}
		}
	}
}
