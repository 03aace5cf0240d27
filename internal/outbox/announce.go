package outbox

import (
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Release says when others than ops channels are told.
type Release struct {
	Now time.Time
	// Grace is how long they wait; 0: no longer than what is held already.
	Grace time.Duration
	// Channels is how many they are, for the ops card.
	Channels int
	// Ahead: the transaction has room for AheadWrites and AheadReads more, by which ops
	// channels can be told as soon as it is committed.
	Ahead bool
}

// graceAtMost is how long a grace that is begun anew by further announcements
// may last in all.
const graceAtMost = 30 * time.Second

// HesitateFor is how long a grace waits for somebody who changes what it holds.
const HesitateFor = 2 * time.Minute

// Announce writes an announcement and raises the subject's number: two writes,
// three at its beginning and end, however many channels will hear, and those of
// r.Ahead. It returns the announcement as it will be told. A retraction is never held
// back: what was in its grace is void, and only who was told hears the correction. Of an
// incident that has ended, and so long ago that who was told is forgotten, nothing is
// told: nobody is known who saw it, and to all others it is no news. The announcement then
// has no N; so has the end of what was never announced, where that is no news by itself,
// and what gave way to another subject.
func (b *Book) Announce(tx storage.Tx, a desk.Announcement, r Release) (desk.Announcement, error) {
	out, _, err := outTable().Get(tx, outKey(a.Subject))
	if err != nil || out.gaveWay() || (out.forgotten() && a.Snapshot.Notice == nil && a.Snapshot.Ended() && !a.Snapshot.EndIsNews()) {
		return a, err
	}
	was := out.live()
	if out.settled() {
		out.OwedSince = a.At
	}
	out.N++
	a.N = out.N
	sc := a.Snapshot.Scope()
	out.release(sc, a.Reach, r)
	out.To = sc.To
	out.EndedAt, out.Waits = time.Time{}, a.Snapshot.Waits()
	if a.Snapshot.Ended() {
		out.EndedAt = a.At
	}
	if out.held() {
		a.Snapshot.Held = &desk.Held{Until: out.ReleaseAt, Channels: r.Channels}
	}
	var opened []*line
	if r.Ahead {
		if opened, err = b.openAhead(tx, a, out, r.Now); err != nil {
			return a, err
		}
	}
	if len(opened) > 0 {
		out.Ahead = out.N
	}
	return a, putAnnouncement(tx, a, out, was, opened...)
}

// release sets Rel and ReleaseAt for the announcement N just made.
func (o *outRecord) release(sc desk.Scope, reach desk.Reach, r Release) {
	switch {
	case sc.Retracted, !sc.To.IsZero():
		o.Void = o.held() && o.Rel == 0 && !o.graceOver(r.Now)
		o.free()
	case sc.OpsOnly || reach == desk.ReachOps:
	case r.Grace > 0:
		if !o.held() {
			o.HeldSince = r.Now
		}
		o.ReleaseAt, o.Hesitates = r.Now.Add(r.Grace), false
		if last := o.HeldSince.Add(graceAtMost); o.ReleaseAt.After(last) {
			o.ReleaseAt = last
		}
	case !o.held():
		o.Rel = o.N
	}
}

// free lets all channels be told all that was announced.
func (o *outRecord) free() {
	o.Rel, o.ReleaseAt, o.HeldSince, o.Hesitates = o.N, time.Time{}, time.Time{}, false
}

// putAnnouncement writes an announcement and how far its subject, which was live or not, may
// be told. opened are the lines that have an intent of it.
func putAnnouncement(tx storage.Tx, a desk.Announcement, out outRecord, was bool, opened ...*line) error {
	key := annKey(a.Subject, a.N)
	record, err := annTable().Encode(key, a)
	if err != nil {
		return err
	}
	for _, l := range opened {
		l.foresee(a, key, record)
	}
	if err := tx.Put(key, record); err != nil {
		return err
	}
	if err := outTable().Put(tx, outKey(a.Subject), out); err != nil {
		return err
	}
	if was == out.live() {
		return nil
	}
	return list(tx, a.Subject, out)
}

// Untold reports whether others than ops channels were told nothing of a subject
// yet, because its first announcement is in its grace.
func (b *Book) Untold(tx storage.Tx, s desk.Subject) (bool, error) {
	out, _, err := outTable().Get(tx, outKey(s))
	return out.held() && out.Rel == 0, err
}

// SendNow ends the grace of a subject at once. It reports false where there was
// none to end.
func (b *Book) SendNow(tx storage.Tx, s desk.Subject, now time.Time) (bool, error) {
	out, _, err := outTable().Get(tx, outKey(s))
	if err != nil || !out.held() {
		return false, err
	}
	return true, endGrace(tx, s, out, now)
}

// endGrace ends the grace of a subject. A further announcement tells ops channels,
// whose card loses its buttons by it.
func endGrace(tx storage.Tx, s desk.Subject, out outRecord, now time.Time) error {
	last, _, err := annTable().Get(tx, annKey(s, out.N))
	if err != nil {
		return err
	}
	out.N++
	out.free()
	a := desk.Announcement{
		Subject: s, N: out.N, At: now, Kind: desk.Released, Reach: desk.ReachOps,
		Trace: last.Trace, Snapshot: last.Snapshot,
	}
	a.Snapshot.Held, a.Snapshot.Doubts = nil, nil
	return putAnnouncement(tx, a, out, true)
}

// Hesitate puts the end of a running grace off for HesitateFor, so that somebody has
// the time to change what is to be told. It reports false where none runs.
func (b *Book) Hesitate(tx storage.Tx, s desk.Subject, now time.Time) (bool, error) {
	until := now.Add(HesitateFor)
	out, _, err := outTable().Get(tx, outKey(s))
	if err != nil || !out.held() || out.graceOver(now) {
		return false, err
	}
	last, _, err := annTable().Get(tx, annKey(s, out.N))
	if err != nil || !until.After(out.ReleaseAt) || last.Snapshot.Held == nil {
		return err == nil, err
	}
	out.N++
	out.ReleaseAt, out.HeldSince, out.Hesitates = until, until.Add(-graceAtMost), true
	a := desk.Announcement{
		Subject: s, N: out.N, At: now, Kind: desk.Released, Reach: desk.ReachOps,
		Trace: last.Trace, Snapshot: last.Snapshot,
	}
	a.Snapshot.Held = &desk.Held{Until: until, Channels: last.Snapshot.Held.Channels}
	return true, putAnnouncement(tx, a, out, true)
}

// Repaint has the ops posts about a subject show something else than what was announced
// last, and says nothing. It reports false where there is nothing to show it, or all is
// over.
func (b *Book) Repaint(tx storage.Tx, s desk.Subject, now time.Time, paint func(*desk.Snapshot)) (bool, error) {
	out, found, err := outTable().Get(tx, outKey(s))
	if err != nil || !found || out.gaveWay() || out.forgotten() || !out.EndedAt.IsZero() {
		return false, err
	}
	last, found, err := annTable().Get(tx, annKey(s, out.N))
	if err != nil || !found {
		return false, err
	}
	was := out.live()
	if out.settled() {
		out.OwedSince = now
	}
	out.N++
	a := desk.Announcement{
		Subject: s, N: out.N, At: now, Kind: desk.Released, Reach: desk.ReachOps,
		Trace: last.Trace, Snapshot: last.Snapshot,
	}
	paint(&a.Snapshot)
	return true, putAnnouncement(tx, a, out, was)
}
