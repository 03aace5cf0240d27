package outbox

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// dispatch starts the calls whose turn it is, of what plan found.
func (l *line) dispatch(ctx, calls context.Context, now time.Time) error {
	if l.stopped() {
		return nil
	}
	for m := method(0); m < methodReach; m++ {
		lanes := l.choose(now, m)
		if len(lanes) == 0 {
			continue
		}
		lanes, err := l.prepare(ctx, now, m, lanes)
		if err != nil {
			return err
		}
		if len(lanes) == 0 {
			continue
		}
		b := newBatch(calls, len(lanes))
		for _, la := range lanes {
			l.send(b, now, la.plan)
		}
	}
	return nil
}

// goAhead starts the calls that announcements opened themselves, before anything is
// written that they need not wait for.
func (l *line) goAhead(ctx, calls context.Context, now time.Time) error {
	if !l.ahead {
		return nil
	}
	l.ahead = false
	l.plan(now)
	err := l.dispatch(ctx, calls, now)
	runtime.Gosched() // their goroutines come before this one, which goes on to write
	return err
}

// plan asks every lane that something happened to, or whose time has come, what
// it does next, and does what needs no call.
func (l *line) plan(now time.Time) {
	for _, la := range l.lanes {
		if la.dirty || (!la.wake.IsZero() && !la.wake.After(now)) {
			l.planLane(now, la)
		}
	}
}

func (l *line) planLane(now time.Time, la *lane) {
	was := la.ready
	la.dirty, la.ready, la.wake, la.stopped = false, false, time.Time{}, l.stopped()
	for len(la.jobs) > 0 {
		v := next(now, la)
		switch {
		case v.calls():
			la.plan, la.ready = v, true
			if !was {
				la.since = now
			}
			return
		case v.do == wait || v.do == suspend:
			la.wake = v.until
			return
		}
		l.settleJob(now, v)
	}
}

// settleJob does what a verdict asks that is no call.
func (l *line) settleJob(now time.Time, v verdict) {
	j := v.job
	switch v.do {
	case leave:
		l.leave(j)
	case drop:
		j.unmatched, j.asked = false, asked{} // it is asked again if it is opened anew
		l.receive(now, &receipt{job: j, release: true})
	case hush:
		if j.post.owed() { // its chunk does not wait for the morning
			row := j.rowNow(now, due, l.boot)
			l.receive(now, &receipt{job: j, row: &row, release: true})
			return
		}
		r := &receipt{job: j, missed: &missedRecord{Until: v.until}}
		if r.release = j.post.Root == ""; !r.release {
			r.post = j.passed(v.n)
		}
		j.asked = asked{}
		j.calm()
		l.receive(now, r)
	case skip, forget:
		p := j.passed(v.n)
		p.Unsure = p.Unsure || v.do == forget
		j.calm()
		l.receive(now, &receipt{job: j, post: p})
	case repeat:
		j.doubt = sure
		if j.copies++; j.copies >= maxCopies {
			l.giveUp(now, j, "nobody can look up whether it was posted")
		}
	}
}

// passed is the job's post where nothing is said up to n.
func (j *job) passed(n int) *Post {
	p := j.post
	p.Told = n
	if !j.lane.abil.Edit {
		p.Shown = n
	}
	return &p
}

// choose picks the lanes whose turn it is for a method.
func (l *line) choose(now time.Time, m method) []*lane {
	n := l.pace[m].available(now)
	if l.health.trial {
		n = min(n, 1-l.out)
	}
	if n <= 0 {
		return nil
	}
	var ready []*lane
	for _, la := range l.lanes {
		if la.ready && la.plan.method() == m {
			ready = append(ready, la)
		}
	}
	n = min(n, len(ready), chunkMost)
	for k := range n {
		if n == len(ready) {
			break // all of them have their turn
		}
		best := k + pick(ready[k:], l.turns[m]+k)
		ready[k], ready[best] = ready[best], ready[k]
	}
	return ready[:n]
}

// Turns of those that would starve: every lowerTurn-th call goes to the longest
// waiting of the lower classes, every oldestTurn-th within a class to the oldest.
const lowerTurn, oldestTurn = 8, 4

// pick returns the index of the lane that gets turn number turn.
func pick(ready []*lane, turn int) int {
	top := slices.MinFunc(ready, func(a, b *lane) int { return a.plan.class() - b.plan.class() }).plan.class()
	lower := turn%lowerTurn == lowerTurn-1 && slices.ContainsFunc(ready, func(la *lane) bool { return la.plan.class() > top })
	best := -1
	for i, la := range ready {
		if (la.plan.class() > top) != lower {
			continue
		}
		if best < 0 || before(la, ready[best], lower || turn%oldestTurn == oldestTurn-1) {
			best = i
		}
	}
	return best
}

// before orders lanes of one class: urgent ones first unless age alone counts,
// then who has waited longest.
func before(a, b *lane, byAge bool) bool {
	if u, v := a.plan.urgent(), b.plan.urgent(); u != v && !byAge {
		return u
	}
	return cmp.Or(a.since.Compare(b.since), a.plan.job.since.Compare(b.plan.job.since)) < 0
}

func (v verdict) urgent() bool {
	return v.do != sendEdit && v.n > 0 && v.job.of.at(v.n).Snapshot.Urgent()
}

// prepare returns the lanes that have a call of this method to make, each with what it
// needs on disk. While a mark was written people may have changed something, so all is
// read once more behind it: nothing that takes time comes between that and the calls.
func (l *line) prepare(ctx context.Context, now time.Time, m method, turn []*lane) ([]*lane, error) {
	for {
		var err error
		if turn, err = l.verify(ctx, now, m, turn); err != nil {
			return nil, err
		}
		wrote, err := l.mark(ctx, now, turn)
		if err != nil || !wrote {
			return turn, err
		}
	}
}

// verify reads again whether the connection is held, how far the subjects may be told
// and, before an opening, what its channel subscribes to, and returns the lanes that still have a call of
// this method to make.
func (l *line) verify(ctx context.Context, now time.Time, m method, turn []*lane) ([]*lane, error) {
	if err := l.reread(ctx, turn); err != nil {
		return nil, err
	}
	stands := turn[:0]
	for _, la := range turn {
		if l.planLane(now, la); la.ready && la.plan.method() == m {
			stands = append(stands, la)
		}
	}
	return stands, nil
}

// reread brings the lanes' jobs in line with what is committed now; of all of
// them, as the turn may come to be another job's.
func (l *line) reread(ctx context.Context, turn []*lane) error {
	var changed []desk.Subject
	err := l.db().View(ctx, func(tx storage.Tx) error {
		if err := l.readHold(tx); err != nil {
			return err
		}
		as, err := l.asking(tx)
		if err != nil {
			return err
		}
		fresh := map[*subject]bool{}
		for _, j := range jobsOf(turn) {
			if !fresh[j.of] {
				fresh[j.of] = true
				news, err := j.of.refresh(tx, nil)
				if err != nil {
					return err
				}
				if news {
					changed = append(changed, j.of.id)
				}
			}
			if err := l.match(tx, j, as); err != nil {
				return err
			}
		}
		return nil
	})
	if len(changed) > 0 {
		l.about(changed...)
	}
	return err
}

func jobsOf(lanes []*lane) (jobs []*job) {
	for _, la := range lanes {
		jobs = append(jobs, la.jobs...)
	}
	return jobs
}

// asked says as of when it is known whether a channel matches.
type asked struct {
	subs   int     // changes of subscriptions
	places *Places // as configured
	rel    int
}

// asking is as of when a transaction would know, of any subject.
func (l *line) asking(tx storage.Tx) (asked, error) {
	n, _, err := subsTable().Get(tx, subsKey(l.name))
	return asked{subs: n, places: l.engine.cfg.Book.places.Load()}, err
}

// match finds out whether the job's channel matches and how it wants to hear, where
// that is not known as of now.
func (l *line) match(tx storage.Tx, j *job, as asked) error {
	as.rel = j.of.out.Rel
	if j.lane.ops || j.asked == as || !j.of.out.To.IsZero() {
		return nil
	}
	subs, err := l.engine.cfg.Book.Subscriptions(tx, j.lane.ch)
	if err != nil {
		return err
	}
	j.matched(as.places.Catalog.AudienceOf(j.of.scopeAt(as.rel)).Wish(subs), as)
	return nil
}

// matched takes in what the channel's subscriptions say.
func (j *job) matched(w desk.Wish, as asked) {
	j.unmatched, j.wish, j.asked = !w.Matches, w, as
}

// mark writes a row of this process for every send that has no intent of it (T5), and
// reports whether there was one.
func (l *line) mark(ctx context.Context, now time.Time, turn []*lane) (wrote bool, err error) {
	rows := map[*job]rowRecord{}
	for _, la := range turn {
		if v := la.plan; v.mark && v.do != sendEdit && v.do != lookUp {
			rows[v.job] = v.job.rowNow(now, marked, l.boot)
		}
	}
	if len(rows) == 0 {
		return false, nil
	}
	err = l.db().Background(ctx, func(tx storage.Tx) error {
		for j, r := range rows {
			if err := rowTable().Put(tx, rowKey(j.lane.ch, j.of.id), r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		l.orphans = true
		return false, err
	}
	for j, r := range rows {
		j.row = &r
		l.reckon(j)
	}
	return true, nil
}

// rowNow is the row that says how the job stands.
func (j *job) rowNow(now time.Time, s rowState, b boot) rowRecord {
	r := rowRecord{State: s, N: j.open, First: j.first, Next: j.notBefore, Tries: j.tries, Copies: j.copies, Why: j.why, Since: j.since}
	if r.First.IsZero() {
		r.First = now
	}
	if s == marked {
		r.Boot = b
	}
	return r
}

// tokenTime is when the next call may go that waits for its pace. One that need not
// wait has come to be of a method that had its turn before: it goes at once.
func (l *line) tokenTime(now time.Time) (at time.Time) {
	if l.health.trial && l.out > 0 {
		return at
	}
	for _, la := range l.lanes {
		if !la.ready {
			continue
		}
		if ok, t := l.pace[la.plan.method()].ready(now); !ok {
			at = sooner(at, t)
			continue
		}
		return now
	}
	return at
}
