package probe

import (
	"crypto/tls"
	"net/http/httptrace"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// stopwatch takes the phases of a request. net/http may still report of a dial that it
// gave up when the request is over, so it is locked.
type stopwatch struct {
	now   func() time.Time
	mu    sync.Mutex
	began [phases]time.Time // zero: it does not run
	took  desk.Phases
}

type phase int

const (
	lookup phase = iota
	dial
	handshake
	waiting
	phases
)

func (s *stopwatch) begin(p phase) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.began[p].IsZero() { // several addresses are dialled at once
		s.began[p] = s.now()
	}
}

func (s *stopwatch) end(p phase) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.began[p].IsZero() {
		return
	}
	took := s.now().Sub(s.began[p])
	s.began[p] = time.Time{}
	switch p {
	case lookup:
		s.took.DNS += took
	case dial:
		s.took.Connect += took
	case handshake:
		s.took.TLS += took
	case waiting:
		s.took.FirstByte += took
	}
}

// trace has net/http report to the stopwatch.
func (s *stopwatch) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSStart:     func(httptrace.DNSStartInfo) { s.begin(lookup) },
		DNSDone:      func(httptrace.DNSDoneInfo) { s.end(lookup) },
		ConnectStart: func(string, string) { s.begin(dial) },
		ConnectDone: func(_, _ string, err error) {
			if err == nil {
				s.end(dial)
			}
		},
		TLSHandshakeStart:    func() { s.begin(handshake) },
		TLSHandshakeDone:     func(tls.ConnectionState, error) { s.end(handshake) },
		WroteRequest:         func(httptrace.WroteRequestInfo) { s.begin(waiting) },
		GotFirstResponseByte: func() { s.end(waiting) },
	}
}

// phases are the times so far; transfer is of the body.
func (s *stopwatch) phases(transfer time.Duration) desk.Phases {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.took
	out.Transfer = transfer
	return out
}
