package slacktest

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Light makes a Server that costs next to nothing per call, to measure a
// client by: it reads the body, answers ok with the channel and a fresh ts to
// whatever method, and counts. No workspace, token, limit, fault, log, stored
// message or block check; outages work. [Server.Tally] has the counts.
func Light() Option { return func(s *Server) { s.light = &lightCounter{} } }

// lightCounter counts without a lock. Times are in nanoseconds since 1970, 0
// for none.
type lightCounter struct {
	now         func() time.Time
	posts       atomic.Int64
	first, last atomic.Int64
	pool        sync.Pool
}

func (l *lightCounter) serve(w http.ResponseWriter, r *http.Request) {
	buf, _ := l.pool.Get().(*bytes.Buffer)
	if buf == nil {
		buf = &bytes.Buffer{}
	}
	defer l.pool.Put(buf)
	buf.Reset()
	if _, err := buf.ReadFrom(io.LimitReader(r.Body, maxBody)); err != nil {
		return // the client is gone
	}
	channel := lightChannel(buf.Bytes())
	n := l.posts.Add(1)
	at := l.now().UnixNano()
	l.first.CompareAndSwap(0, at)
	l.last.Store(at)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	out := append(buf.AvailableBuffer(), `{"ok":true,"channel":"`...)
	out = append(append(out, channel...), `","ts":"`...)
	out = strconv.AppendInt(out, at/1e9, 10)
	out = append(out, '.')
	micros := strconv.FormatInt(n%1e6, 10)
	out = append(append(out, strings.Repeat("0", 6-len(micros))...), micros...)
	_, _ = w.Write(append(out, `"}`...))
}

// lightChannel finds the channel in a form or a compact JSON body by looking
// for its name only.
func lightChannel(body []byte) []byte {
	for _, mark := range []string{"channel=", `"channel":"`} {
		if _, after, ok := bytes.Cut(body, []byte(mark)); ok {
			end := bytes.IndexAny(after, `&"`)
			if end < 0 {
				end = len(after)
			}
			return after[:end]
		}
	}
	return nil
}

func (l *lightCounter) addTo(t *Tally) {
	t.Posts = int(l.posts.Load())
	if t.Posts > 0 {
		t.First, t.Last = time.Unix(0, l.first.Load()).UTC(), time.Unix(0, l.last.Load()).UTC()
	}
}
