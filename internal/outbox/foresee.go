package outbox

import (
	"bytes"
	"context"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// lateFor is how long a commit may take for what was foreseen behind it still to be sent as
// it was.
const lateFor = time.Second

// breath is how long a line leaves the processors to calls that it has made ahead, before it
// goes on to write. A small machine has none to spare: the calls would go out later.
const breath = time.Millisecond

// foresight is the record of an announcement that may be being committed. Where the store
// holds the same, byte for byte, that is what it says.
type foresight struct {
	subject     desk.Subject
	key, record []byte
	a           desk.Announcement // once it is decoded
}

// foresee has announcement a looked at while it is being committed, if it is the first of an
// alert: what comes later may be told in many ways, and of what somebody commands the answer
// goes first. Its transaction made an intent of it for the line. It does not block.
func (l *line) foresee(a desk.Announcement, key, record []byte) {
	if a.N != 1 || a.Subject.Kind != desk.AlertSubject {
		return
	}
	l.mu.Lock()
	l.foreseen = &foresight{subject: a.Subject, key: key, record: record}
	l.mu.Unlock()
	signal(l.wake)
}

// render decodes the announcement, and has ready what ops channels are told.
func (f *foresight) render(s chat.Sender) (err error) {
	if f.a, err = annTable().Decode(f.key, f.record); err != nil {
		return err
	}
	if p, can := s.(chat.Preparer); can {
		p.Prepare(chat.Delivery{Subject: f.a.Subject, N: f.a.N, Ops: true, Snapshot: &f.a.Snapshot})
	}
	return nil
}

// announcement decodes a record that was read, unless it is the one foreseen.
func (f *foresight) announcement(key, record []byte) (*desk.Announcement, error) {
	if f != nil && bytes.Equal(f.key, key) && bytes.Equal(f.record, record) {
		return &f.a, nil
	}
	a, err := annTable().Decode(key, record)
	return &a, err
}

// lookAhead renders an announcement that is being committed, and takes it in, with the intent
// that came with it; so ops channels are told as soon as the commit is on disk, and nothing
// of it before. Where the commit fails all that is forgotten. It is done while nothing is
// under way in these channels, and for a subject that is not known yet, of which there is
// nothing else to forget.
func (l *line) lookAhead(ctx, calls context.Context, now time.Time) {
	f := l.comes()
	if f == nil || l.subjects[f.subject] != nil {
		return
	}
	if r := l.readinessAt(now); r == nil || now.Before(r.from) || f.render(l.sender) != nil {
		return
	}
	l.rendered = f
	defer func() { l.rendered = nil }()
	var first []verdict
	err := l.db().Preview(ctx, func(tx storage.Tx) (err error) {
		first, err = l.firstPosts(tx, now, f)
		return err
	})
	if err != nil {
		l.forgo(f.subject) // it is read again if it is on disk after all
		return
	}
	began := now
	if now = l.now(); now.Sub(began) > lateFor {
		return
	}
	first = first[:min(len(first), l.pace[methodPost].available(now))]
	if len(first) == 0 {
		return
	}
	b := newBatch(calls, len(first))
	for _, v := range first {
		l.send(b, now, v)
	}
	sleep(ctx, nil, now, now.Add(breath))
}

// comes is what was foreseen, unless it is news already: then it is on disk.
func (l *line) comes() *foresight {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.foreseen
	l.foreseen = nil
	if f == nil || l.news.all || l.news.of[f.subject] {
		return nil
	}
	return f
}

// firstPosts reads a subject that came with an intent, and returns the posts that can be made
// of it.
func (l *line) firstPosts(tx storage.Tx, now time.Time, f *foresight) (first []verdict, err error) {
	if held, err := tx.Get(holdKey(l.name)); err != nil || held != nil {
		return nil, err
	}
	s, err := l.subject(tx, f.subject)
	if err != nil || l.subjects[f.subject] != s {
		return nil, err
	}
	for _, la := range l.lanes {
		if v := next(now, la); v.do == sendRoot && v.job.of == s && !v.mark {
			first = append(first, v)
		}
	}
	return first, nil
}

// forgo forgets a subject of which it is not known that it was committed.
func (l *line) forgo(id desk.Subject) {
	s := l.subjects[id]
	if s == nil {
		return
	}
	var ended []*intent
	for _, i := range l.intents {
		if i.subject == id {
			ended = append(ended, i)
		}
	}
	l.forget(ended)
	for channel := range l.lanes {
		if j := l.jobOf(channel, s); j != nil {
			l.leave(j)
		}
	}
	delete(l.subjects, id)
	l.circles.drop(s)
}
