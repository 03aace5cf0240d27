package slacktest

import (
	"context"
	"fmt"
	"net/http"
)

// Outage is how the whole platform is down.
type Outage int

// Up, answering every request with a 503 page, or refusing connections.
const (
	OutageNone Outage = iota
	OutageUnavailable
	OutageRefuse
)

// Down takes the platform down. With OutageRefuse the port is closed, running
// calls are cut, and [Server.Up] opens the same port again.
func (s *Server) Down(o Outage) {
	s.mu.Lock()
	s.outage = o
	h := s.host
	if o == OutageRefuse {
		s.host = nil
	}
	s.mu.Unlock()
	if o == OutageRefuse && h != nil {
		h.Cut()
		s.cutSockets()
	}
}

// Up ends an outage. It fails when another process took the port meanwhile.
func (s *Server) Up() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outage = OutageNone
	if s.host != nil || s.open == nil {
		return nil
	}
	if err := s.listen(); err != nil {
		return fmt.Errorf("come back up: %w", err)
	}
	return nil
}

// refuse answers for an outage and says whether there is one.
func (s *Server) refuse(w http.ResponseWriter) bool {
	s.mu.Lock()
	o := s.outage
	s.mu.Unlock()
	if o != OutageNone { // one that is refused came before the port was closed
		page(w, http.StatusServiceUnavailable)
	}
	return o != OutageNone
}

// LagHistory makes messages stored from now on invisible to the first calls
// lookups (conversations.history and .replies) of that channel that follow
// them; 0 ends it.
func (s *Server) LagHistory(id ChannelID, calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.channels[id]; ch != nil {
		ch.lag = calls
	}
}

// ArchiveAfter archives a channel as soon as it has taken so many more posts;
// with 0 at once.
func (s *Server) ArchiveAfter(id ChannelID, posts int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.channels[id]; ch != nil {
		ch.fuse = posts
		ch.Archived = ch.Archived || posts == 0
	}
}

// burnFuse counts a post for [Server.ArchiveAfter].
func (s *Server) burnFuse(ch *channel) {
	if ch.fuse == 0 {
		return
	}
	ch.fuse--
	ch.Archived = ch.Archived || ch.fuse == 0
}

// AwaitCalls blocks until n calls that on selects have begun.
func (s *Server) AwaitCalls(ctx context.Context, on On, n int) error {
	return s.Wait(ctx, func() bool {
		begun := 0
		for _, c := range s.Log() {
			if (on.Team == "" || on.Team == c.Team) && (on.Method == "" || on.Method == c.Method) && (on.Channel == "" || on.Channel == c.Channel) {
				begun++
			}
		}
		return begun >= n
	})
}
