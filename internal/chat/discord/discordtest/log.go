package discordtest

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Call is one call of the REST API as the server saw it.
type Call struct {
	Route   string
	Channel ID
	ID      ID // of the message made or changed
	At      time.Time
	Done    time.Time // zero while it runs
	Outcome string    // "ok", "code 50001", "ratelimited", or what the fault did
	Body    []byte
}

// begin notes a call and wakes those who wait for one.
func (s *Server) begin(c *call) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, Call{Route: c.route, Channel: c.id("channel"), At: s.now(), Body: c.body})
	s.touch()
	return len(s.calls) - 1
}

// end notes how a call ended and wakes those who wait.
func (s *Server) end(record int, outcome string, id ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &s.calls[record]
	c.Done, c.Outcome, c.ID = s.now(), outcome, id
	s.touch()
}

func outcome(r reply) string {
	if o, isObject := r.body.(object); isObject && r.status >= 400 {
		if code, ok := o["code"].(int); ok && code != 0 {
			return "code " + strconv.Itoa(code)
		}
	}
	if r.status >= 300 {
		return strconv.Itoa(r.status) + " " + http.StatusText(r.status)
	}
	return "ok"
}

// Log returns the API calls, oldest first.
func (s *Server) Log() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// AwaitCalls blocks until n calls that on selects have been answered.
func (s *Server) AwaitCalls(ctx context.Context, on On, n int) error {
	return s.Wait(ctx, func() bool {
		answered := 0
		for _, c := range s.Log() {
			if (on.Route == "" || on.Route == c.Route) && (on.Channel == "" || on.Channel == c.Channel) && c.Outcome != "" {
				answered++
			}
		}
		return answered >= n
	})
}
