package outbox

import (
	"bytes"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// foresight is an announcement that a transaction has written and its commit may be
// writing to disk: what it says is rendered meanwhile. It is told by nobody: the line reads
// what it tells from the store, and where that is the same record, byte for byte, takes what
// was made of it. So a commit that fails, or another that wrote something else by the same
// number, leaves nothing behind but work for nothing.
type foresight struct {
	key, record []byte
	done        chan struct{} // closed when the rest is there
	a           desk.Announcement
	err         error
}

// foresee has announcement a rendered for ops channels, beside what the caller goes on to
// do, if it is the first of its subject: what comes later may be told in many ways. It does
// not block.
func (l *line) foresee(a desk.Announcement, key, record []byte) {
	p, can := l.sender.(chat.Preparer)
	if !can || a.N != 1 {
		return
	}
	f := &foresight{key: key, record: record, done: make(chan struct{})}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return
	}
	l.foreseen.Store(f)
	l.calling.Go(func() {
		if f.a, f.err = annTable().Decode(key, record); f.err == nil {
			p.Prepare(chat.Delivery{Subject: f.a.Subject, N: f.a.N, Ops: true, Snapshot: &f.a.Snapshot})
		}
		close(f.done)
	})
}

// announcement decodes a record, or returns what was foreseen of it.
func (f *foresight) announcement(key, record []byte) (*desk.Announcement, error) {
	if f != nil && bytes.Equal(f.key, key) && bytes.Equal(f.record, record) {
		<-f.done
		return &f.a, f.err
	}
	a, err := annTable().Decode(key, record)
	return &a, err
}
