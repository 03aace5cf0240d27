package outbox

import (
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// lane returns the channel's lane, made where there is none.
func (l *line) lane(channel string) *lane {
	la := l.lanes[channel]
	if la == nil {
		ch := desk.Channel{Connection: l.name, ID: channel}
		places := l.engine.cfg.Book.Places()
		la = &lane{ch: ch, ops: places.isOps(ch), abil: l.engine.cfg.Abilities(ch), zone: places.zone(), gone: l.isGone(channel), dirty: true}
		l.lanes[channel] = la
	}
	return la
}

// jobOf returns the channel's job about s, nil if there is none.
func (l *line) jobOf(channel string, s *subject) *job {
	la := l.lanes[channel]
	if la == nil {
		return nil
	}
	for _, j := range la.jobs {
		if j.of == s {
			return j
		}
	}
	return nil
}

// job returns the channel's job about s, made with its post where there is none.
func (l *line) job(channel string, s *subject, p Post) *job {
	la := l.lane(channel)
	la.dirty = true
	if j := l.jobOf(channel, s); j != nil {
		return j
	}
	j := &job{lane: la, of: s, post: p, noEdit: l.editsFrom(s)}
	if row, ok := l.failed[failedID{channel, s.id}]; ok {
		j.row = &row
	}
	if j.lost() && la.abil.LookUp {
		j.doubt = lookedOnce // one look is enough: it was long ago
	}
	la.jobs = append(la.jobs, j)
	if t := p.At.Add(time.Second); t.After(la.nextPost) && !p.At.After(l.now()) { // else the clock was set back
		la.nextPost = t
	}
	return j
}

// editsFrom is when edits of the subject's posts may begin: an edit of the process
// before may take effect for settleTime after the start, but there is none of what
// this process was the first to tell.
func (l *line) editsFrom(s *subject) time.Time {
	if s.young && !s.out.goesOn() {
		return time.Time{}
	}
	return l.started.Add(settleTime)
}

// leave takes a job out of its lane, and the lane away with its last job.
func (l *line) leave(j *job) {
	la := j.lane
	for i, x := range la.jobs {
		if x == j {
			la.jobs = append(la.jobs[:i], la.jobs[i+1:]...)
			break
		}
	}
	la.dirty = true
	if len(la.jobs) == 0 {
		delete(l.lanes, la.ch.ID)
	}
}
