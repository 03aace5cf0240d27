package outbox

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// recountedAtOnce bounds the records of one transaction that end quiet hours: each
// takes a delete, and each channel one guarded read and up to eight writes more.
const recountedAtOnce, recountWrites = 40, 8

// readMissed reads what channels missed in their quiet hours.
func (l *line) readMissed(tx storage.Tx) error {
	l.missed, l.morning = map[string]map[desk.Subject]missedRecord{}, time.Time{}
	k := missedTable().Key().Str(string(l.name))
	return missedTable().Scan(tx, k, k.End(), 0, func(key storage.Key, m missedRecord) (bool, error) {
		ch, s, err := readRowKey(key)
		l.misses(ch.ID, s, m)
		return true, err
	})
}

// misses takes in what a channel is not told of until the morning.
func (l *line) misses(channel string, s desk.Subject, m missedRecord) {
	if l.missed[channel] == nil {
		l.missed[channel] = map[desk.Subject]missedRecord{}
	}
	l.missed[channel][s] = m
	l.expect(channel, m)
}

// expect has the end of quiet hours looked at when it comes, unless its channel has to
// come back first.
func (l *line) expect(channel string, m missedRecord) {
	if !m.Away || !l.isGone(channel) {
		l.morning = sooner(l.morning, m.Until)
	}
}

// knows forgets that a channel missed a subject.
func (l *line) knows(channel string, s desk.Subject) {
	delete(l.missed[channel], s)
	if len(l.missed[channel]) == 0 {
		delete(l.missed, channel)
	}
}

// catchesUp reports whether the receipt is of something said in a channel that had
// missed the subject: then there is no need to tell it so later.
func (r *receipt) catchesUp(l *line) bool {
	if !r.said {
		return false
	}
	_, missed := l.missed[r.job.lane.ch.ID][r.job.of.id]
	return missed
}

// noteMissed brings what channels missed in line with the receipt.
func (l *line) noteMissed(r *receipt) {
	switch channel, s := r.job.lane.ch.ID, r.job.of.id; {
	case r.missed != nil:
		l.misses(channel, s, *r.missed)
	case r.catchesUp(l):
		l.knows(channel, s)
	}
}

// lookAgain has the channel looked at as if its quiet hours had ended now: they may
// have been changed.
func (l *line) lookAgain(now time.Time, ch desk.Channel) {
	for s := range l.missed[ch.ID] {
		l.misses(ch.ID, s, missedRecord{Until: now})
	}
	l.askAnew(ch.ID)
}

// longestNight is how long quiet hours last at most: those that seem to end later were
// entered when the clock was ahead.
const longestNight = 25 * time.Hour

func (m missedRecord) over(now time.Time) bool {
	return !now.Before(m.Until) || m.Until.Sub(now) > longestNight
}

// waking is a channel whose quiet hours have ended.
type waking struct {
	ch       desk.Channel
	subjects []desk.Subject // that it missed
	// asleep are those of them that its quiet hours, which have changed, still keep back,
	// or that wait for it to be back.
	asleep map[desk.Subject]missedRecord
	over   []desk.Incident
	// windows are as over, coming those that it has no post of and that wait.
	windows []desk.Window
	digest  *desk.Digest
	coming  []desk.Subject
	// opens: something that it missed still goes on, and it has no post of it.
	opens bool
}

// recount tells each channel whose quiet hours have ended, in one post, what it
// missed that is over or that it has a post of. What still goes on and has none is
// told as to a newcomer. Where nothing can be sent now it waits, to say how things
// stand then.
func (l *line) recount(ctx context.Context, now time.Time) error {
	if l.stopped() || l.morning.IsZero() || !(missedRecord{Until: l.morning}).over(now) {
		return nil
	}
	if err := l.flushAll(ctx, now); err != nil {
		return err
	}
	awake := l.awake(now)
	err := l.db().View(ctx, func(tx storage.Tx) error {
		for k := range awake {
			if err := l.lookBack(tx, now, &awake[k]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for len(awake) > 0 {
		n, writes := 0, 0
		for n < len(awake) && (n == 0 || writes+len(awake[n].subjects)+recountWrites <= storage.MaxWrites) {
			writes += len(awake[n].subjects) + recountWrites
			n++
		}
		if err := l.recountThese(ctx, now, awake[:n]); err != nil {
			l.orphans = true
			return err
		}
		awake = awake[n:]
	}
	l.morning = time.Time{}
	for channel, subjects := range l.missed {
		for _, m := range subjects {
			l.expect(channel, m)
		}
	}
	return nil
}

// awake lists the channels whose quiet hours have ended, each with at most so many
// subjects as one transaction takes.
func (l *line) awake(now time.Time) (out []waking) {
	for _, id := range slices.Sorted(maps.Keys(l.missed)) {
		var subjects []desk.Subject
		for s, m := range l.missed[id] {
			if m.over(now) {
				subjects = append(subjects, s)
			}
		}
		slices.SortFunc(subjects, func(a, b desk.Subject) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), a.Number-b.Number)
		})
		for part := range slices.Chunk(subjects, recountedAtOnce) {
			out = append(out, waking{ch: desk.Channel{Connection: l.name, ID: id}, subjects: part})
		}
	}
	return out
}

// lookBack finds out what the channel is to be told of what it missed.
func (l *line) lookBack(tx storage.Tx, now time.Time, w *waking) error {
	*w = waking{ch: w.ch, subjects: w.subjects, asleep: map[desk.Subject]missedRecord{}}
	if l.isGone(w.ch.ID) {
		return w.putOff(tx, now)
	}
	subs, err := l.engine.cfg.Book.Subscriptions(tx, w.ch)
	if err != nil {
		return err
	}
	for _, s := range w.subjects {
		if err := w.lookAt(tx, now, s, l.wishes(subs)); err != nil {
			return err
		}
	}
	return nil
}

// wishes tells how a channel with these subscriptions wants to hear of a scope, and
// until when it is told nothing of it.
func (l *line) wishes(subs []desk.Subscription) func(desk.Scope, time.Time) (desk.Wish, time.Time) {
	places := l.engine.cfg.Book.Places()
	return func(sc desk.Scope, now time.Time) (desk.Wish, time.Time) {
		w := places.Catalog.AudienceOf(sc).Wish(subs)
		return w, w.QuietUntil(now, sc.Impact, places.zone())
	}
}

// putOff has the channel, which is gone, told when it is back of what it has a post of,
// as that counts as told. Of the rest it hears then what still goes on, as a newcomer.
func (w *waking) putOff(tx storage.Tx, now time.Time) error {
	for _, s := range w.subjects {
		out, post, err := w.missedPost(tx, s)
		if err != nil {
			return err
		}
		if counts(out, post) {
			w.asleep[s] = missedRecord{Until: now, Away: true}
		}
	}
	return nil
}

// missedPost reads how far a subject may be told, and the channel's post of it.
func (w *waking) missedPost(tx storage.Tx, s desk.Subject) (out outRecord, p Post, err error) {
	if out, _, err = outTable().Get(tx, outKey(s)); err != nil {
		return out, p, err
	}
	p, _, err = postTable().Get(tx, postKey(s, w.ch))
	return out, p, err
}

// counts reports whether what a channel missed counts as told by its post, so that
// nothing but the morning tells it.
func counts(out outRecord, p Post) bool {
	return p.Root != "" || p.Told > 0 && p.Told >= out.Rel
}

// lookAt sorts a subject that the channel missed.
func (w *waking) lookAt(tx storage.Tx, now time.Time, s desk.Subject, wish func(desk.Scope, time.Time) (desk.Wish, time.Time)) error {
	out, post, err := w.missedPost(tx, s)
	if err != nil || out.gaveWay() || post.owed() { // then what it became is told, or the fresh post tells it
		return err
	}
	a, found, err := annTable().Get(tx, annKey(s, out.Rel))
	if err != nil || !found {
		return err
	}
	sc := a.Snapshot.Scope()
	sc.EndedAt = time.Time{} // that it missed it says that it subscribed before the end
	wants, until := wish(sc, now)
	stale := a.Snapshot.NewsUntil()
	switch {
	case !until.IsZero():
		w.asleep[s] = missedRecord{Until: until}
	case post.Root == "" && !stale.IsZero() && !now.Before(stale): // it is no news any more
	case a.Snapshot.Alert != nil && (a.Snapshot.Ended() || post.Root != ""): // its post says how it stands; who has none need not know
	case counts(out, post), a.Snapshot.Ended() && wants.Matches:
		w.recounts(a.Snapshot)
	case a.Snapshot.Waits():
		w.coming = append(w.coming, s)
	case !a.Snapshot.Ended():
		w.opens = true
	}
	return nil
}

// recounts has the channel told what it missed, without what would not let many fit a
// record.
func (w *waking) recounts(s desk.Snapshot) {
	switch {
	case s.Notice != nil:
		w.digest = s.Notice.Digest
	case s.Window != nil:
		missed := *s.Window
		missed.Details = ""
		w.windows = append(w.windows, missed)
	default:
		missed := *s.Incident
		missed.Latest = nil
		w.over = append(w.over, missed)
	}
}

// arrives reports whether something is told to the channel as to a newcomer.
func (w *waking) arrives() bool { return w.opens || len(w.coming) > 0 }

// done lists the subjects that need not be looked at again.
func (w *waking) done() (out []desk.Subject) {
	for _, s := range w.subjects {
		if _, asleep := w.asleep[s]; !asleep {
			out = append(out, s)
		}
	}
	return out
}

// recountThese writes what the channels are told, and forgets that they missed it.
func (l *line) recountThese(ctx context.Context, now time.Time, awake []waking) error {
	told := make([]desk.Announcement, len(awake))
	err := l.db().Background(ctx, func(tx storage.Tx) error {
		for k, w := range awake {
			var err error
			if told[k], err = l.recountOne(tx, now, w); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for k, w := range awake {
		for _, s := range w.done() {
			l.knows(w.ch.ID, s)
		}
		for s, m := range w.asleep {
			l.misses(w.ch.ID, s, m)
		}
		if w.arrives() {
			l.about(w.subjects...)
		}
		if a := told[k]; a.N > 0 {
			s := &subject{id: a.Subject, out: outRecord{N: a.N, Rel: a.N, EndedAt: a.At, To: w.ch}, fan: fanRecord{OpsN: a.N}, anns: []*desk.Announcement{&a}, young: true}
			l.welcomed(now, w.ch, owed{subject: s, told: true})
		}
	}
	return nil
}

func (l *line) recountOne(tx storage.Tx, now time.Time, w waking) (a desk.Announcement, err error) {
	for s, m := range w.asleep {
		if err := missedTable().Put(tx, missedKey(w.ch, s), m); err != nil {
			return a, err
		}
	}
	done := w.done()
	if len(done) == 0 {
		return a, nil
	}
	// Where the first is no more, a commit that seemed to fail had done it all.
	_, found, err := missedTable().Get(tx, missedKey(w.ch, done[0]))
	if err != nil || !found {
		return a, err
	}
	for _, s := range done {
		if err := missedTable().Delete(tx, missedKey(w.ch, s)); err != nil {
			return a, err
		}
	}
	if w.arrives() {
		if err := arrive(tx, w.ch, newcomer{At: now, Missed: w.coming}); err != nil {
			return a, err
		}
	}
	if len(w.over)+len(w.windows) == 0 && w.digest == nil {
		return a, nil
	}
	a, err = l.engine.cfg.Book.notify(tx, desk.Notice{At: now, To: w.ch, Missed: w.over, MissedWindows: w.windows, Digest: w.digest})
	if err != nil {
		return a, err
	}
	// Its circle is done: it has a row at once.
	if err := fanTable().Put(tx, fanKey(l.name, a.Subject), fanRecord{OpsN: a.N}); err != nil {
		return a, err
	}
	return a, rowTable().Put(tx, rowKey(w.ch, a.Subject), rowRecord{State: due, N: a.N, Since: now, First: now})
}
