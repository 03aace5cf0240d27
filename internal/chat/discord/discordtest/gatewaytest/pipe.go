package gatewaytest

import (
	"context"
	"net"
	"net/http"

	"github.com/umassonline/belltower/internal/chat/chattest/inprocess"
)

// apiHost and resumeHost are the names by which the fake is dialled in this process.
const (
	apiHost    = "discord.test"
	resumeHost = "resume.discord.test"
)

// Start serves in this process, to who dials by Transport.
func (s *Server) Start() {
	h := inprocess.Serve(inprocess.Listen(apiHost), s)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.host = h
}

// API is the address of the API in this process.
func (s *Server) API() string { return "http://" + apiHost + "/api/v10" }

// Transport dials the fake, whatever the address. Close its idle connections at the end.
func (s *Server) Transport() *http.Transport {
	return &http.Transport{DialContext: s.dial}
}

func (s *Server) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	s.mu.Lock()
	down, h := s.faults.down, s.host
	s.mu.Unlock()
	if down {
		return nil, inprocess.Refused()
	}
	return h.Dial(ctx, network, addr)
}

// Close ends the server and what is connected, and waits for both.
func (s *Server) Close() {
	s.Cut()
	s.mu.Lock()
	for len(s.conns) > 0 {
		s.changed.Wait()
	}
	h := s.host
	s.mu.Unlock()
	h.Cut()
}
