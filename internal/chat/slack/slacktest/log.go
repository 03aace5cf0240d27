package slacktest

import (
	"maps"
	"time"
)

// Call is one Web API call as the server saw it.
type Call struct {
	Number  int64
	Method  string
	Team    TeamID
	Channel ChannelID
	TS      TS // of the message posted or changed
	At      time.Time
	Done    time.Time // zero while it runs
	Outcome string    // "ok", an error code, "ratelimited", or what the fault did
}

// Tally counts what happened since the start; it is kept even without a log.
type Tally struct {
	Posts       int // chat.postMessage stored
	First, Last time.Time
	Calls       map[string]int // by method
	Limited     map[string]int // answers of 429, by method
}

func (t *Tally) count(at time.Time) {
	if t.Posts == 0 {
		t.First = at
	}
	t.Posts, t.Last = t.Posts+1, at
}

// ticket ties the end of a call to its beginning.
type ticket struct {
	number int64
	method string
}

// begin notes a call and wakes those who wait for one.
func (s *Server) begin(c *call) ticket {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.next()
	if s.tally.Calls == nil {
		s.tally.Calls, s.tally.Limited = map[string]int{}, map[string]int{}
	}
	s.tally.Calls[c.method]++
	if s.logSize > 0 {
		if len(s.calls) >= 2*s.logSize {
			s.calls = append(s.calls[:0], s.calls[s.logSize:]...)
		}
		entry := Call{Number: n, Method: c.method, Channel: c.channel(), At: s.now()}
		if c.team != nil {
			entry.Team = c.team.Team
		}
		s.calls = append(s.calls, entry)
	}
	s.touch()
	return ticket{n, c.method}
}

// end notes how a call ended and wakes those who wait.
func (s *Server) end(t ticket, outcome string, ts TS) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if outcome == "ratelimited" {
		s.tally.Limited[t.method]++
	}
	for i := len(s.calls) - 1; i >= 0; i-- {
		if c := &s.calls[i]; c.Number == t.number {
			c.Done, c.Outcome, c.TS = s.now(), outcome, ts
			break
		}
	}
	s.touch()
}

// Log returns the newest API calls, oldest first, as many as [WithLog] keeps.
func (s *Server) Log() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	from := max(0, len(s.calls)-s.logSize)
	return append([]Call(nil), s.calls[from:]...)
}

// Tally returns the counts so far.
func (s *Server) Tally() Tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tally
	t.Calls, t.Limited = maps.Clone(t.Calls), maps.Clone(t.Limited)
	if s.light != nil {
		s.light.addTo(&t)
	}
	return t
}
