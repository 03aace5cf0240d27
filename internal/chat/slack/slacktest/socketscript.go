package slacktest

import (
	"slices"
	"time"

	"github.com/gorilla/websocket"

	"github.com/umassonline/belltower/internal/chat/chattest/faulty"
)

// SocketStats are what happened on the sockets of an app.
type SocketStats struct {
	Open    int // now
	Waiting int // envelopes that are not acknowledged yet and not given up
	Retries int // envelopes that were sent again
	TooLong int // frames over 20 KB, which were dropped
}

// Sockets tells about the sockets of a workspace's app.
func (s *Server) Sockets(id TeamID) SocketStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := &s.teamOf(id).sockets
	return SocketStats{len(x.open), len(x.waiting), x.retries, x.frames}
}

// SocketLife is how long hello says that a socket will live. The fake closes none
// by itself.
func (s *Server) SocketLife(id TeamID, life time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.teamOf(id).sockets.life = life
}

// LoseAcks loses the next acknowledgements on their way.
func (s *Server) LoseAcks(id TeamID, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.teamOf(id).sockets.lost = n
}

// Disconnect tells the oldest socket that was not told yet to go, with Slack's
// reason: after a "warning" it is closed in 10 s with "refresh_requested", else at
// once; "link_disabled" closes all.
func (s *Server) Disconnect(id TeamID, reason string) {
	for _, k := range s.oldest(id, reason == "link_disabled") {
		_ = k.send(frame{Type: "disconnect", Reason: reason, Debug: object{"host": "fake"}}) // one that is gone is gone
		if reason != "warning" {
			s.forget(id, k)
			k.hangUp()
			continue
		}
		s.enter()
		go func() {
			defer s.leave()
			s.closeLater(id, k)
		}()
	}
}

func (s *Server) closeLater(id TeamID, k *socket) {
	wait := time.NewTimer(warnBefore)
	defer wait.Stop()
	select {
	case <-wait.C:
		_ = k.send(frame{Type: "disconnect", Reason: "refresh_requested", Debug: object{"host": "fake"}})
	case <-k.gone:
	case <-s.stopped:
	}
	s.forget(id, k)
	k.hangUp()
}

// forget has nothing more sent by a socket.
func (s *Server) forget(id TeamID, k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := &s.teamOf(id).sockets
	x.open = slices.DeleteFunc(x.open, func(o *socket) bool { return o == k })
	s.touch()
}

func (k *socket) hangUp() {
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = k.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
	_ = k.conn.Close()
}

// SilenceSocket has the oldest socket that is not silent yet neither ping nor take
// acknowledgements any more, while it stays open and is still sent to: nobody is
// told that what goes there is lost.
func (s *Server) SilenceSocket(id TeamID) {
	for _, k := range s.oldest(id, false) {
		s.mu.Lock()
		k.silent = true
		s.mu.Unlock()
	}
}

// CutSocket breaks the oldest socket off, without a word.
func (s *Server) CutSocket(id TeamID) {
	for _, k := range s.oldest(id, false) {
		s.forget(id, k)
		faulty.Reset(k.conn.NetConn())
	}
}

// oldest takes the oldest socket to which nothing of all this was done yet, or all.
func (s *Server) oldest(id TeamID, all bool) []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*socket
	for _, k := range s.teamOf(id).sockets.open {
		if k.told || !all && len(found) > 0 {
			continue
		}
		k.told = true
		found = append(found, k)
	}
	return found
}

// SendFrame sends any bytes by the oldest socket to which nothing was done yet.
func (s *Server) SendFrame(id TeamID, frame []byte) {
	for _, k := range s.oldest(id, false) {
		k.write.Lock()
		_ = k.conn.WriteMessage(websocket.TextMessage, frame) // one that is gone is gone
		k.write.Unlock()
		s.mu.Lock()
		k.told = false
		s.mu.Unlock()
	}
}

func (s *Server) cutSockets() {
	s.mu.Lock()
	var ids []TeamID
	for id := range s.teams {
		ids = append(ids, id)
	}
	s.mu.Unlock()
	for _, id := range ids {
		for _, k := range s.oldest(id, true) {
			s.forget(id, k)
			faulty.Reset(k.conn.NetConn())
		}
	}
}
