package outbox

import (
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// subject is what a line knows of a subject: how far it may be told, where its
// circle stands, and its announcements, loaded once for all channels.
type subject struct {
	id    desk.Subject
	out   outRecord
	fan   fanRecord
	ahead int                  // the intents that came with announcements up to this are known
	anns  []*desk.Announcement // announcement n is at n-1; nil: forgotten
	said  map[span]saying
	scope desk.Scope // of announcement scopeN
	// scopeN is 0 before the first use.
	scopeN int
	turn   int  // when its circle last made a chunk, counted in chunks
	young  bool // this process is the first to tell of it on this connection
	round  round
}

// span is the announcements after told, up to want, as a manner has them said.
type span struct {
	told, want int
	threads    bool
	manner     desk.Manner
}

// saying is what a reply says.
type saying struct {
	anns      []*desk.Announcement
	broadcast bool // one of them is for the channel itself
}

// refresh reads how far the subject may be told, and new announcements, of which one may be
// foreseen (nil: none is). It reports whether anything is new.
func (s *subject) refresh(tx storage.Tx, f *foresight) (bool, error) {
	out, _, err := outTable().Get(tx, outKey(s.id))
	if err != nil {
		return false, err
	}
	changed := out.N != s.out.N || out.Rel != s.out.Rel || out.gaveWay() != s.out.gaveWay()
	s.out = out
	if out.N <= len(s.anns) {
		return changed, nil
	}
	anns := slices.Clip(s.anns)
	if n := out.Forgotten - len(anns); n > 0 {
		anns = append(anns, make([]*desk.Announcement, n)...)
	}
	err = tx.Scan(annKey(s.id, len(anns)+1), annKey(s.id, out.N+1), 0, func(key, record []byte) (bool, error) {
		a, err := f.announcement(key, record)
		anns = append(anns, a)
		return true, err
	})
	s.anns = anns
	return true, err
}

func (s *subject) at(n int) *desk.Announcement { return s.anns[n-1] }

func (s *subject) scopeAt(n int) desk.Scope {
	if n == 0 {
		return desk.Scope{OpsOnly: true}
	}
	if s.scopeN != n {
		s.scope, s.scopeN = s.at(n).Snapshot.Scope(), n
	}
	return s.scope
}

// reply returns what a channel that was told up to told is to hear so that it is
// told up to want. A retraction stands alone: what came before it is void; one that only
// posts are to show is not said. Where
// there are no threads only what is for the channel itself is said; to a loud channel
// all is for it, and to a quiet one nothing is said.
func (s *subject) reply(told, want int, threads bool, m desk.Manner) saying {
	k := span{told, want, threads, m}
	if out, ok := s.said[k]; ok || m == desk.Quiet {
		return out
	}
	var out saying
	for n := max(told, s.out.Forgotten) + 1; n <= want; n++ {
		a := s.at(n)
		if a.Snapshot.Scope().Retracted || a.Snapshot.EndIsNews() {
			if out = (saying{}); a.Reach != desk.ReachEdit {
				out = saying{anns: []*desk.Announcement{a}, broadcast: true}
			}
			break
		}
		forChannel := a.Reach == desk.ReachChannel || (a.Reach == desk.ReachThread && m == desk.Loud)
		if forChannel || (a.Reach == desk.ReachThread && threads) {
			out.anns = append(out.anns, a)
			out.broadcast = out.broadcast || forChannel
		}
	}
	if s.said == nil {
		s.said = map[span]saying{}
	}
	s.said[k] = out
	return out
}

// stale reports whether version n is no news any more to who was told nothing.
func (s *subject) stale(n int, now time.Time) bool {
	if n == 0 {
		return false
	}
	until := s.at(n).Snapshot.NewsUntil()
	return !until.IsZero() && !now.Before(until)
}

// asks reports whether version n of the subject is a question that is still open.
func (s *subject) asks(n int) bool {
	notice := s.at(n).Snapshot.Notice
	return notice != nil && notice.Question != nil && !s.amended(n)
}

// urgent reports whether the newest goes before what others say.
func (s *subject) urgent() bool { return s.at(s.out.N).Snapshot.Urgent() }

func (s *subject) owesOps() bool    { return s.fan.owesOps(s.out) }
func (s *subject) owesOthers() bool { return s.fan.owesOthers(s.out) }

// finished reports whether the circle has gone round all that may be told.
func (s *subject) finished() bool { return s.fan.finished(s.out) }

func (f fanRecord) finished(o outRecord) bool { return !f.owesOps(o) && !f.owesOthers(o) }

// owesOps reports whether ops channels, or the one that alone is told, have to be
// looked at, owesOthers whether others have.
func (f fanRecord) owesOps(o outRecord) bool { return !o.gaveWay() && max(f.OpsN, o.Shelved) < o.N }
func (f fanRecord) owesOthers(o outRecord) bool {
	return o.To.IsZero() && !o.gaveWay() && o.Rel > o.Shelved && (f.N < o.Rel || !f.Done)
}
