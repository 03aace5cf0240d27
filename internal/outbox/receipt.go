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
	// flushAt receipts are written at once: a whole chunk.
	flushAt = chunkMost
	// rowsAtOnce bounds the marks or rows of one transaction.
	rowsAtOnce = 40
	// writesAtOnce and endedAtOnce bound the writes of one group.
	writesAtOnce, endedAtOnce = 88, 5
)

// receipt is what became of a job, to be written (T4).
type receipt struct {
	job  *job // nil: it is about a channel or the connection
	post *Post
	row  *rowRecord
	// release: the job is settled all the same: it leaves these intents, and its
	// row goes unless row replaces it. With a post it leaves those that it satisfies.
	release bool
	said    bool // something was said in the channel
	intents []*intent
	missed  *missedRecord // what quiet hours keep back
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
	if r.job == nil || r.row != nil || r.job.row == nil {
		return false
	}
	return r.release || (r.post != nil && r.post.Told >= r.job.row.N)
}

// task is a part of a transaction: write runs in it, perhaps more than once, and
// done when it is on disk.
type task struct {
	write func(tx storage.Tx) error
	done  func()
}

// commit runs tasks in one transaction.
func (l *line) commit(ctx context.Context, tasks ...task) error {
	err := l.db().Background(ctx, func(tx storage.Tx) error {
		for _, t := range tasks {
			if err := t.write(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, t := range tasks {
		t.done()
	}
	return nil
}

// write writes the receipts whose time has come and the next chunks, together
// where both are due, as each commit costs a flush of the disk.
func (l *line) write(ctx context.Context, now time.Time) error {
	for {
		var tasks []task
		var ended []*intent
		if l.flushDue(now) {
			group := l.nextGroup()
			ended = l.endedBy(group)
			tasks = append(tasks, l.flushing(now, group, ended))
		}
		most := l.turnsAtOnce()
		if len(tasks) > 0 {
			most = 1 // the receipts need the other writes
		}
		r := l.room(ended)
		turns := l.nextTurns(r, most)
		stale := false
		if len(turns) > 0 {
			tasks = append(tasks, l.chunking(now, turns, r, &stale))
		}
		if len(tasks) == 0 {
			return nil
		}
		err := l.commit(ctx, tasks...)
		switch {
		case err != nil:
			l.orphans = l.orphans || len(turns) > 0
			return err
		case stale:
			return l.flushAll(ctx, now) // it is read anew before its next turn
		case l.out == 0 && len(l.intents) > 0:
			signal(l.wake) // the first posts of a circle go before more chunks are made
			return nil
		}
	}
}

// flushDue reports whether receipts have waited long enough: for their group to
// be full or old, or where no call is outstanding that could add one.
func (l *line) flushDue(now time.Time) bool {
	return len(l.receipts) >= flushAt || len(l.finished) > 0 ||
		(len(l.receipts) > 0 && (l.out == 0 || !now.Before(l.since.Add(groupTime))))
}

// flushAll writes all receipts.
func (l *line) flushAll(ctx context.Context, now time.Time) error {
	for len(l.receipts) > 0 || len(l.finished) > 0 {
		group := l.nextGroup()
		if err := l.commit(ctx, l.flushing(now, group, l.endedBy(group))); err != nil {
			return err
		}
	}
	return nil
}

// flushing writes a group of receipts and deletes the intents that have ended.
func (l *line) flushing(now time.Time, group []*receipt, ended []*intent) task {
	write := func(tx storage.Tx) error {
		for _, r := range group {
			if err := l.writeReceipt(tx, now, r); err != nil {
				return err
			}
		}
		for _, i := range ended {
			if err := intentTable().Delete(tx, intentKey(l.name, i.subject, i.chunk)); err != nil {
				return err
			}
		}
		return nil
	}
	return task{write, func() {
		l.receipts = l.receipts[len(group):]
		l.since = now
		for _, r := range group {
			l.apply(now, r)
			if r.notice != "" {
				l.engine.Poke()
			}
		}
		l.forget(ended)
	}}
}

// nextGroup returns the receipts that fit the next transaction.
func (l *line) nextGroup() []*receipt {
	writes := 0
	for i, r := range l.receipts {
		writes++
		if r.row != nil || r.dropsRow() {
			writes++
		}
		if r.missed != nil || r.catchesUp(l) {
			writes++
		}
		if r.notice != "" {
			return l.receipts[:i+1] // its writes fill what is kept free
		}
		if writes >= writesAtOnce {
			return l.receipts[:i+1]
		}
	}
	return l.receipts
}

// endedBy lists the intents that can be deleted with the group: those whose last
// members it settles, and older ones.
func (l *line) endedBy(group []*receipt) []*intent {
	ended := slices.Clone(l.finished)
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
	return ended[:min(len(ended), endedAtOnce)]
}

func (l *line) writeReceipt(tx storage.Tx, now time.Time, r *receipt) error {
	if err := l.writeNotice(tx, now, r); err != nil {
		return err
	}
	if r.gone != nil {
		return goneTable().Put(tx, goneKey(desk.Channel{Connection: l.name, ID: r.channel}), *r.gone)
	}
	if r.job == nil {
		return nil
	}
	s, ch := r.job.of.id, r.job.lane.ch
	if r.post != nil {
		b, err := r.post.encode()
		if err == nil {
			err = tx.Put(postKey(s, ch), b)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case r.missed != nil:
		if err := missedTable().Put(tx, missedKey(ch, s), *r.missed); err != nil {
			return err
		}
	case r.catchesUp(l):
		if err := missedTable().Delete(tx, missedKey(ch, s)); err != nil {
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

// writeNotice tells ops what the receipt is about, unless it is on disk: then it was
// told, by a commit that was not known to have happened.
func (l *line) writeNotice(tx storage.Tx, now time.Time, r *receipt) error {
	known := false
	var err error
	switch {
	case r.notice == "":
		return nil
	case r.gone != nil:
		_, known, err = goneTable().Get(tx, goneKey(desk.Channel{Connection: l.name, ID: r.channel}))
	case r.row != nil:
		var row rowRecord
		row, _, err = rowTable().Get(tx, rowKey(r.job.lane.ch, r.job.of.id))
		known = row.State == failed && row.N == r.row.N
	}
	if err != nil || known {
		return err
	}
	_, err = l.engine.cfg.Book.Notify(tx, desk.Notice{At: now, Text: r.notice, Only: l.hearers(r)})
	return err
}

// hearers are the connections whose ops channels are told of trouble with a channel:
// its own, so that of a hundred workspaces one hears and not all; nil: all, where that
// could not be told there.
func (l *line) hearers(r *receipt) []desk.ConnectionName {
	ops := l.engine.cfg.Book.Places().connection(l.name).Ops
	reached := slices.ContainsFunc(ops, func(id string) bool { return !l.isGone(id) })
	if !reached || r.job == nil && r.gone == nil {
		return nil
	}
	return []desk.ConnectionName{l.name}
}

// apply brings the job in line with what is on disk now.
func (l *line) apply(now time.Time, r *receipt) {
	if r.gone != nil {
		l.gone[r.channel] = *r.gone
		delete(l.vanishing, r.channel)
	}
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
	} else if r.row != nil {
		delete(l.failed, failedID{j.lane.ch.ID, j.of.id})
	}
	l.noteMissed(r)
	if r.post != nil {
		j.post = *r.post
		j.bequeath()
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
