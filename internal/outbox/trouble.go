package outbox

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

const (
	// firstWait and longestWait are between tries, doubling.
	firstWait, longestWait = time.Second, time.Minute
	// giveUpAfter is how long is tried before a delivery counts as failed.
	giveUpAfter = 24 * time.Hour
	// breakUpAfter is how long a chunk waits for members in trouble.
	breakUpAfter = 2 * time.Second
)

// trouble takes in that a call may not have got through.
func (l *line) trouble(now time.Time, c *call, f *chat.SendError) {
	j := c.job
	j.tries++
	j.why = f.Reason
	if j.first.IsZero() {
		j.first = now
	}
	pause := min(longestWait, firstWait<<min(j.tries-1, 10))
	switch {
	case c.plan.do == lookUp:
		j.look = now.Add(pause)
	case f.Outcome != chat.Unknown:
		j.notBefore = now.Add(pause)
	case c.plan.do == sendEdit:
		j.noEdit, j.edited = now.Add(settleTime), true
	default:
		j.doubt, j.look, j.notBefore = doubtful, now.Add(settleTime), now.Add(pause)
	}
	if now.Sub(j.first) >= giveUpAfter {
		l.giveUp(now, j, f.Reason)
		return
	}
	if j.row != nil && j.row.State != failed {
		row := j.rowNow(now, due, l.boot)
		if j.unsettled() {
			row = j.rowNow(now, marked, l.boot)
		}
		l.receive(now, &receipt{job: j, row: &row})
	}
}

// unsettled reports whether something of the job may stand in the channel, or
// come to, that nobody knows of.
func (j *job) unsettled() bool { return j.doubt != sure || j.copies > 0 }

// giveUp shows the job as failed; a later announcement revives it.
func (l *line) giveUp(now time.Time, j *job, why string) {
	j.why = why
	row := j.rowNow(now, failed, l.boot)
	j.calm()
	l.receive(now, &receipt{job: j, row: &row, release: true, notice: l.failureNotice(j, l.words().PostFailed, why)})
}

// failureNotice is what ops is told of a delivery that failed. A notice that
// fails is not worth another, but what it says that a channel missed is.
func (l *line) failureNotice(j *job, word func(desk.Channel, desk.Subject, string) string, why string) string {
	n := j.of.at(j.of.out.N).Snapshot.Notice
	if n == nil {
		return word(j.lane.ch, j.of.id, why)
	}
	var untold []string
	for _, i := range n.Missed {
		untold = append(untold, word(j.lane.ch, i.Subject(), why))
	}
	for _, w := range n.MissedWindows {
		untold = append(untold, word(j.lane.ch, w.Subject(), why))
	}
	return strings.Join(untold, " ")
}

// breakTime is when the intent may have to be broken up; zero: not by time.
func (i *intent) breakTime(now time.Time) time.Time {
	if at := i.sent.Add(breakUpAfter); !i.sent.IsZero() && now.Before(at) {
		return at
	}
	return time.Time{}
}

// breakUp gives members in trouble a row of their own where the rest of their
// chunk got through, so that the next chunk can go (T6).
func (l *line) breakUp(ctx context.Context, now time.Time) error {
	if l.stopped() {
		return nil
	}
	for _, i := range l.intents {
		began := i.sent
		if began.IsZero() && l.follows(i) {
			began = i.At
		}
		if i.Boot != l.boot || began.IsZero() || now.Before(began.Add(breakUpAfter)) || !l.health.well(began) {
			continue
		}
		if jobs := l.members(i); allInTrouble(now, jobs) {
			if err := l.rowsFor(ctx, now, jobs); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *line) members(i *intent) (jobs []*job) {
	for _, la := range l.lanes {
		for _, j := range la.jobs {
			if slices.Contains(j.intents, i) {
				jobs = append(jobs, j)
			}
		}
	}
	return jobs
}

// allInTrouble reports whether none of the jobs only waits for its turn.
func allInTrouble(now time.Time, jobs []*job) bool {
	for _, j := range jobs {
		trouble := j.lane.busy || j.doubt != sure || j.tries > 0 || now.Before(j.lane.notBefore) || j.mustFollow()
		if j.pending || !trouble {
			return false
		}
	}
	return len(jobs) > 0
}

// rowsFor gives each of the jobs a row of its own instead of its intents. The row
// is marked where a call is outstanding or something may stand in the channel.
func (l *line) rowsFor(ctx context.Context, now time.Time, jobs []*job) error {
	for len(jobs) > 0 {
		part := jobs[:min(len(jobs), rowsAtOnce)]
		rows := make([]rowRecord, len(part))
		for k, j := range part {
			rows[k] = j.rowNow(now, due, l.boot)
			if j.lane.busy || j.unsettled() {
				rows[k] = j.rowNow(now, marked, l.boot)
			}
		}
		err := l.db().Background(ctx, func(tx storage.Tx) error {
			for k, j := range part {
				if err := rowTable().Put(tx, rowKey(j.lane.ch, j.of.id), rows[k]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			l.orphans = true
			return err
		}
		for k, j := range part {
			j.row = &rows[k]
			for len(j.intents) > 0 {
				l.depart(j, j.intents[0])
			}
			l.reckon(j)
			j.lane.dirty = true
		}
		jobs = jobs[len(part):]
	}
	return nil
}

// stop ends the line's work: no more calls, those outstanding are waited for,
// and what is open is written down in rows, so that after a planned restart only
// what is in doubt has to be looked up.
func (l *line) stop(calls context.Context, cancel context.CancelFunc) {
	ctx, done := context.WithTimeout(calls, stopTime)
	defer done()
	l.ready.Store(nil)
	for l.absorb(l.now()); l.out > 0 && ctx.Err() == nil; l.absorb(l.now()) {
		sleep(ctx, l.wake, time.Time{}, time.Time{})
	}
	cancel()
	l.dismiss()
	l.calling.Wait()
	l.absorb(l.now())
	if !l.loaded {
		return
	}
	if err := l.writeDown(); err != nil {
		l.log.Error("the outbox could not write down what is open; it will be looked up", "error", err)
	}
}

// stopTime bounds the wait for calls at the end, and that for the store.
const stopTime = 5 * time.Second

func (l *line) writeDown() error {
	ctx, done := context.WithTimeout(context.Background(), stopTime)
	defer done()
	now := l.now()
	if err := l.takeRest(ctx, now); err != nil {
		return err
	}
	if err := l.flushAll(ctx, now); err != nil {
		return err
	}
	var jobs []*job
	for _, la := range l.lanes {
		for _, j := range la.jobs {
			if j.mine > j.post.Told && len(j.intents) > 0 || l.markedInVain(j) {
				jobs = append(jobs, j)
			}
		}
	}
	if err := l.rowsFor(ctx, now, jobs); err != nil {
		return err
	}
	return l.flushAll(ctx, now)
}

// markedInVain reports whether the job's row says that it may have been sent, and it was
// not: the end came between the two.
func (l *line) markedInVain(j *job) bool {
	return j.row != nil && j.row.State == marked && j.row.Boot == l.boot && !j.unsettled() && !j.pending
}

// takeRest takes in what came with announcements of which the line has not heard, and what
// a commit wrote that was broken off by the end: else the next process would think that it
// may have been sent.
func (l *line) takeRest(ctx context.Context, now time.Time) error {
	if err := l.end(ctx); err != nil {
		return err
	}
	l.orphans = true // there may be any
	return l.adopt(ctx, now)
}
