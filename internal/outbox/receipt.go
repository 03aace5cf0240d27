package outbox

import (
	"context"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

const (
	// groupTime is how long receipts are gathered for one commit. It is below what
	// a reader notices and saves most of the flushes of a fan-out.
	groupTime = 10 * time.Millisecond
	// rowsAtOnce bounds the receipts, marks or rows of one transaction.
	rowsAtOnce = 40
)

// receipt is what became of a job, to be written (T4).
type receipt struct {
	job  *job // nil: it is about a channel or the connection
	post *Post
	row  *rowRecord
	// release: the job is settled all the same: it leaves these intents, and its
	// row goes unless row replaces it. With a post it leaves those that it satisfies.
	release bool
	intents []*intent
	gone    *goneRecord
	channel string // that is gone
	notice  string // for ops, in the same commit
}

// receive queues a receipt. Until it is on disk nothing else is done about the
// job, so that there is at most one a job.
func (l *line) receive(now time.Time, r *receipt) {
	if len(l.receipts) == 0 {
		l.since = now
	}
	l.receipts = append(l.receipts, r)
	if r.job == nil {
		return
	}
	r.job.pending = true
	if r.release {
		r.intents = r.job.intents
	}
}

// left lists the intents that the job leaves by the receipt.
func (r *receipt) left() (out []*intent) {
	if r.post == nil {
		return r.intents
	}
	for _, i := range r.job.intents {
		if i.N <= r.post.Told {
			out = append(out, i)
		}
	}
	return out
}

// dropsRow reports whether the job's row is satisfied.
func (r *receipt) dropsRow() bool {
	row := r.job.row
	return row != nil && r.row == nil && (r.release || (r.post != nil && r.post.Told >= row.N))
}

// flush writes the receipts that have waited long enough, or all where no call
// is outstanding that could add one.
func (l *line) flush(ctx context.Context, now time.Time) error {
	for len(l.receipts) >= rowsAtOnce || len(l.finished) > 0 ||
		(len(l.receipts) > 0 && (l.out == 0 || !now.Before(l.since.Add(groupTime)))) {
		if err := l.flushGroup(ctx, now); err != nil {
			return err
		}
	}
	return nil
}

func (l *line) flushGroup(ctx context.Context, now time.Time) error {
	group := l.receipts[:min(len(l.receipts), rowsAtOnce)]
	for i, r := range group {
		if r.notice != "" { // its five writes close the group
			group = group[:i+1]
			break
		}
	}
	ended := slices.Concat(l.finished, l.ending(group))
	ended = ended[:min(len(ended), 10)]
	told := false
	err := l.db().Background(ctx, func(tx storage.Tx) error {
		told = false
		for _, r := range group {
			if err := l.write(tx, now, r); err != nil {
				return err
			}
			told = told || r.notice != ""
		}
		for _, i := range ended {
			if err := intentTable().Delete(tx, intentKey(l.name, i.subject, i.chunk)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	l.receipts = l.receipts[len(group):]
	l.since = now
	for _, r := range group {
		l.apply(now, r)
	}
	l.forget(ended)
	if told {
		l.engine.Poke()
	}
	return nil
}

// ending lists the intents whose last members are settled by the group.
func (l *line) ending(group []*receipt) (ended []*intent) {
	settled := map[*intent]int{}
	for _, r := range group {
		if r.job == nil {
			continue
		}
		for _, i := range r.left() {
			if settled[i]++; settled[i] == i.left {
				ended = append(ended, i)
			}
		}
	}
	return ended
}

func (l *line) write(tx storage.Tx, now time.Time, r *receipt) error {
	if r.notice != "" {
		if _, err := l.engine.cfg.Book.Notify(tx, desk.Notice{At: now, Text: r.notice}); err != nil {
			return err
		}
	}
	if r.gone != nil {
		return goneTable().Put(tx, goneKey(desk.Channel{Connection: l.name, ID: r.channel}), *r.gone)
	}
	if r.job == nil {
		return nil
	}
	s, ch := r.job.of.id, r.job.lane.ch
	if r.post != nil {
		if err := postTable().Put(tx, postKey(s, ch), *r.post); err != nil {
			return err
		}
	}
	switch {
	case r.row != nil:
		return rowTable().Put(tx, rowKey(ch, s), *r.row)
	case r.dropsRow():
		return rowTable().Delete(tx, rowKey(ch, s))
	}
	return nil
}

// apply brings the job in line with what is on disk now.
func (l *line) apply(now time.Time, r *receipt) {
	j := r.job
	if j == nil {
		return
	}
	j.pending = false
	j.lane.dirty = true
	for _, i := range r.left() {
		l.depart(j, i)
	}
	switch {
	case r.row != nil:
		j.row = r.row
	case r.dropsRow():
		delete(l.failed, failedID{j.lane.ch.ID, j.of.id})
		j.row = nil
	}
	if r.row != nil && r.row.State == failed {
		l.failed[failedID{j.lane.ch.ID, j.of.id}] = *r.row
	}
	if r.post != nil {
		j.post = *r.post
		j.of.round.again = j.of.round.again || j.post.Shown < j.post.Told
	}
	l.reckon(j)
	if j.lane.gone {
		l.park(now, j)
	}
}

// depart takes the job out of an intent; one that nobody is in is to be deleted.
func (l *line) depart(j *job, i *intent) {
	at := slices.Index(j.intents, i)
	if at < 0 {
		return
	}
	j.intents = slices.Concat(j.intents[:at], j.intents[at+1:])
	if i.left--; i.left == 0 {
		l.finished = append(l.finished, i)
	}
}

// reckon works out what is open for the job, and under what.
func (l *line) reckon(j *job) {
	j.open, j.mine = 0, 0
	for _, i := range j.intents {
		j.open = max(j.open, i.N)
		if i.Boot == l.boot {
			j.mine = max(j.mine, i.N)
		}
	}
	if j.row == nil || j.row.State == failed {
		return
	}
	j.open = max(j.open, j.row.N)
	if j.row.State == marked && j.row.Boot == l.boot {
		j.mine = max(j.mine, j.row.N)
	}
}

// forget drops intents that were deleted.
func (l *line) forget(ended []*intent) {
	for _, i := range ended {
		delete(l.intents, i.intentID)
	}
	kept := l.finished[:0]
	for _, i := range l.finished {
		if l.intents[i.intentID] == i {
			kept = append(kept, i)
		}
	}
	l.finished = kept
}
