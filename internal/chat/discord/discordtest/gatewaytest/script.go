package gatewaytest

import (
	"context"
	"maps"
	"net/http"
	"time"
)

// AddGuild puts the bot into a server: who is connected hears of it, who begins a
// session later too.
func (s *Server) AddGuild(g Guild) {
	s.mu.Lock()
	s.guilds = append(s.guilds, g)
	s.mu.Unlock()
	s.Tell("GUILD_CREATE", g.event())
}

// Interact sends an interaction with an id of its own, which it returns, to every
// session; it waits for no answer.
func (s *Server) Interact(fields map[string]any) (id string) {
	d := maps.Clone(fields)
	if d == nil {
		d = map[string]any{"type": 2}
	}
	s.mu.Lock()
	id = s.id()
	s.mu.Unlock()
	d["id"] = id
	s.Tell("INTERACTION_CREATE", d)
	return id
}

// Tell sends an event to every session: at once, or when it is resumed.
func (s *Server) Tell(kind string, data any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := 0
	for _, n := range s.sessions {
		if n.alive() {
			n.tell(kind, data)
			told++
		}
	}
	if told == 0 {
		s.stats.Lost++
	}
}

// Say sends any payload on every socket, in no session.
func (s *Server) Say(text string) {
	s.each(func(c *conn) { c.put(outgoing{text: []byte(text)}) })
}

// each does something to every socket.
func (s *Server) each(do func(*conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		do(c)
	}
}

// Cut breaks all sockets off, without a word.
func (s *Server) Cut() { s.each(func(c *conn) { c.put(outgoing{cut: true}) }) }

// CloseWith closes all sockets with a code.
func (s *Server) CloseWith(code int) { s.each(func(c *conn) { c.bye(code) }) }

// Reconnect asks who is connected to reconnect (opcode 7).
func (s *Server) Reconnect() { s.each(func(c *conn) { c.send(reconnect, nil) }) }

// AskHeartbeat asks for a heartbeat at once (opcode 1).
func (s *Server) AskHeartbeat() { s.each(func(c *conn) { c.send(heartbeat, nil) }) }

// Invalidate says opcode 9; where it may not be resumed, the session is over.
func (s *Server) Invalidate(resumable bool) {
	s.each(func(c *conn) {
		s.stats.Invalid++
		if c.session != nil && !resumable {
			c.session.dead = true
		}
		c.send(invalid, resumable)
	})
}

// EndSessions ends all sessions, as Discord does when it restarts.
func (s *Server) EndSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.sessions {
		n.dead = true
	}
}

func (s *Server) fault(set func(*faults)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	set(&s.faults)
}

// Withhold has no heartbeat acknowledged, or, with false, each.
func (s *Server) Withhold(yes bool) { s.fault(func(f *faults) { f.withhold = yes }) }

// Silent has sockets taken without a HELLO.
func (s *Server) Silent(yes bool) { s.fault(func(f *faults) { f.silent = yes }) }

// Unready has neither IDENTIFY nor RESUME answered.
func (s *Server) Unready(yes bool) { s.fault(func(f *faults) { f.unready = yes }) }

// Down has nobody connect any more. What is connected stays.
func (s *Server) Down(yes bool) { s.fault(func(f *faults) { f.down = yes }) }

// Forget has every session be over when it is to be resumed.
func (s *Server) Forget(yes bool) { s.fault(func(f *faults) { f.forget = yes }) }

// Refuse has IDENTIFY answered by a close code; 0: no more.
func (s *Server) Refuse(code int) { s.fault(func(f *faults) { f.refuse = code }) }

// Lookup has GET /gateway/bot answer a status, with Retry-After where after is more
// than 0; http.StatusOK: as usual.
func (s *Server) Lookup(status, after int) {
	if status == http.StatusOK {
		status = 0
	}
	s.fault(func(f *faults) { f.lookup, f.after = status, after })
}

// Spend uses up IDENTIFYs of the day, as another process of the bot would.
func (s *Server) Spend(n int) { s.fault(func(f *faults) { f.spent = n }) }

// Wait waits until ok, which is asked whenever a session begins, is resumed or ends,
// or until ctx ends, whose error it returns.
func (s *Server) Wait(ctx context.Context, ok func(Stats) bool) error {
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed.Broadcast()
	})
	defer stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for !ok(s.stats) {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.changed.Wait()
	}
	return nil
}

// Asleep is how long a session lives without anybody connected to it.
func Asleep() time.Duration { return sessionKept }
