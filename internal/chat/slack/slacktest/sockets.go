package slacktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// What Slack does on its sockets (docs.slack.dev/apis/events-api/using-socket-mode,
// and what its clients expect). How long it waits before it sends an envelope again,
// and by which socket, is unconfirmed.
const (
	socketsMost  = 10       // at once; one more is closed with too_many_websockets
	maxFrame     = 20 << 10 // larger ones are dropped without a word
	pingEvery    = 10 * time.Second
	warnBefore   = 10 * time.Second // from the warning to the end
	deliverTimes = 4                // the first time and three retries
)

// BySocket is the workspace with its app in Socket Mode: commands, clicks and
// events go to the sockets that the app opened.
func (w Workspace) BySocket() Workspace {
	at := "socket://" + string(w.Team)
	w.Commands, w.Interactions, w.Events = at+"/slash_commands", at+"/interactive", at+"/events_api"
	return w
}

// sockets are those of one app.
type sockets struct {
	open    []*socket // oldest first
	tickets map[string]bool
	turn    int // whose the next envelope is
	waiting map[string]*envelope
	lost    int           // acknowledgements still to be lost
	life    time.Duration // as hello announces it
	frames  int           // dropped because they were too large
	retries int           // envelopes sent again
}

// socket is one WebSocket.
type socket struct {
	conn   *websocket.Conn
	write  sync.Mutex
	silent bool // guarded by Server.mu, like told
	told   bool // something was done to it
	gone   chan struct{}
}

// envelope is around a payload until it is acknowledged.
type envelope struct {
	id      string
	acked   chan []byte // gets the payload of the acknowledgement, once
	carrier *socket     // by which it was sent last; only there it can be acknowledged
}

// frame is what Slack sends: an envelope, a hello or a disconnect.
type frame struct {
	Type    string          `json:"type"`
	ID      string          `json:"envelope_id,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
	Accepts *bool           `json:"accepts_response_payload,omitempty"`
	Attempt *int            `json:"retry_attempt,omitempty"`
	Why     *string         `json:"retry_reason,omitempty"`
	Reason  string          `json:"reason,omitempty"`
	Open    int             `json:"num_connections,omitempty"`
	Debug   object          `json:"debug_info,omitempty"`
	AppIn   object          `json:"connection_info,omitempty"`
}

// connectionsOpen gives an address that is good for one socket (docs of
// apps.connections.open).
func (s *Server) connectionsOpen(c *call) reply {
	ticket := fmt.Sprintf("%s-%d", c.team.Team, s.next())
	c.team.sockets.tickets[ticket] = true
	return done(object{"url": "ws" + strings.TrimPrefix(s.url, "http") + "/link/?ticket=" + ticket + "&app_id=" + string(c.team.App)})
}

// appTokenOnly says whether a method takes the app's own token, and no other does.
func appTokenOnly(method string) bool { return method == "apps.connections.open" }

// serveSocket takes one socket and reads it to its end.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	if s.refuse(w) {
		return
	}
	s.enter()
	defer s.leave()
	ticket := r.URL.Query().Get("ticket")
	id, _, _ := strings.Cut(ticket, "-")
	s.mu.Lock()
	t := s.teams[TeamID(id)]
	good := t != nil && t.sockets.tickets[ticket]
	if good {
		delete(t.sockets.tickets, ticket)
	}
	s.mu.Unlock()
	if !good {
		http.Error(w, "invalid ticket", http.StatusForbidden)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // it has been answered
	}
	k := &socket{conn: conn, gone: make(chan struct{})}
	defer s.dropSocket(TeamID(id), k)
	if s.greet(t, k) {
		s.enter()
		go s.pingSocket(k)
		s.readSocket(t, k)
	}
}

// greet says hello, or that there are too many.
func (s *Server) greet(t *team, k *socket) bool {
	s.mu.Lock()
	many := len(t.sockets.open) >= socketsMost
	n, life, app := len(t.sockets.open)+1, t.sockets.life, t.App
	s.mu.Unlock()
	if many {
		k.send(frame{Type: "disconnect", Reason: "too_many_websockets", Debug: object{"host": "fake"}})
		return false
	}
	hello := frame{Type: "hello", Open: n, AppIn: object{"app_id": app}, Debug: object{"host": "fake", "build_number": 1}}
	if life > 0 {
		hello.Debug["approximate_connection_time"] = int(life.Seconds())
	}
	if k.send(hello) != nil {
		return false
	}
	s.mu.Lock()
	t.sockets.open = append(t.sockets.open, k)
	s.touch()
	s.mu.Unlock()
	return true
}

func (k *socket) send(f frame) error {
	k.write.Lock()
	defer k.write.Unlock()
	if err := k.conn.SetWriteDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	return k.conn.WriteJSON(f)
}

// pingSocket pings until the socket or the server is closed.
func (s *Server) pingSocket(k *socket) {
	defer s.leave()
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-s.stopped:
			_ = k.conn.Close()
			return
		case <-k.gone:
			return
		case <-tick.C:
		}
		s.mu.Lock()
		silent := k.silent
		s.mu.Unlock()
		if !silent {
			_ = k.conn.WriteControl(websocket.PingMessage, fmt.Appendf(nil, "Ping from fake Slack %d", n), time.Now().Add(5*time.Second))
		}
	}
}

// readSocket takes acknowledgements until the socket is closed.
func (s *Server) readSocket(t *team, k *socket) {
	for {
		_, b, err := k.conn.ReadMessage()
		if err != nil {
			return
		}
		var ack struct {
			ID      string          `json:"envelope_id"`
			Payload json.RawMessage `json:"payload"`
		}
		s.mu.Lock()
		e := (*envelope)(nil)
		switch {
		case len(b) > maxFrame:
			t.sockets.frames++
		case json.Unmarshal(b, &ack) != nil:
		default:
			e = t.sockets.waiting[ack.ID]
		}
		if e != nil && t.sockets.lost > 0 {
			t.sockets.lost--
			e = nil
		}
		if e != nil && e.carrier == k && !k.silent {
			delete(t.sockets.waiting, e.id)
			e.acked <- ack.Payload
		}
		s.touch()
		s.mu.Unlock()
	}
}

func (s *Server) dropSocket(id TeamID, k *socket) {
	_ = k.conn.Close()
	s.forget(id, k) // first, so that what was lost with it does not choose it again
	close(k.gone)
}

var errDispatch = errors.New("dispatch_failed: the app has no socket open")

// deliver sends what an HTTP request would say by a socket.
func (s *Server) deliver(ctx context.Context, r Request) (Answer, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return Answer{}, fmt.Errorf("fake Slack: %w", err)
	}
	kind := strings.TrimPrefix(u.Path, "/")
	payload, err := payloadOf(kind, r.Body)
	if err != nil {
		return Answer{}, fmt.Errorf("fake Slack: %w", err)
	}
	a, err := s.Envelope(ctx, TeamID(u.Host), kind, payload)
	a.Request = r
	return a, err
}

// Envelope sends a payload, which must be JSON, by one of the app's sockets, again
// when it is not acknowledged or its socket ends, and waits for the
// acknowledgement. What comes later is taken, but nobody sees it. The error says that
// nothing was sent or that ctx has ended.
func (s *Server) Envelope(ctx context.Context, id TeamID, kind string, payload json.RawMessage) (Answer, error) {
	accepts := kind != "events_api"
	f := frame{Type: kind, Payload: payload, Accepts: &accepts}
	s.mu.Lock()
	t := s.teamOf(id)
	e := &envelope{id: fmt.Sprintf("envelope-%d", s.next()), acked: make(chan []byte, 1)}
	f.ID = e.id
	if len(t.sockets.open) == 0 && kind != "events_api" {
		s.mu.Unlock()
		return Answer{}, errDispatch
	}
	t.sockets.waiting[e.id] = e
	s.running++
	s.mu.Unlock()
	acked, begun := make(chan []byte, 1), time.Now()
	go func() {
		defer s.leave()
		s.insist(t, e, f, acked)
	}()
	late := time.NewTimer(s.deadline)
	defer late.Stop()
	a := Answer{Header: http.Header{"Content-Type": {"application/json"}}}
	select {
	case a.Body = <-acked:
		a.Status, a.Took = http.StatusOK, time.Since(begun)
		if string(a.Body) == "null" {
			a.Body = nil
		}
		a.interpret()
	case <-late.C:
		a.Late = true
	case <-ctx.Done():
		return a, ctx.Err()
	}
	return a, nil
}

// insist sends an envelope up to deliverTimes.
func (s *Server) insist(t *team, e *envelope, f frame, acked chan<- []byte) {
	s.mu.Lock()
	id := t.Team
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(t.sockets.waiting, e.id)
		s.mu.Unlock()
	}()
	why := ""
	for attempt := range deliverTimes {
		f.Attempt, f.Why = &attempt, &why
		k := s.carrier(t, e, attempt)
		for k != nil && k.send(f) != nil { // it is dead, and nothing was sent
			s.forget(id, k)
			k = s.carrier(t, e, attempt)
		}
		if k == nil {
			return
		}
		late := time.NewTimer(answerWithin)
		select {
		case b := <-e.acked:
			late.Stop()
			acked <- b
			return
		case <-k.gone:
			why = "connection_failed"
		case <-late.C:
			why = "timeout"
		case <-s.stopped:
			late.Stop()
			return
		}
		late.Stop()
	}
}

// carrier is the socket whose turn it is; it waits for one where there is none.
// nil: the server was closed.
func (s *Server) carrier(t *team, e *envelope, attempt int) *socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(t.sockets.open) == 0 {
		select {
		case <-s.stopped:
			return nil
		default:
			s.changed.Wait()
		}
	}
	if attempt > 0 {
		t.sockets.retries++
	}
	t.sockets.turn++
	e.carrier = t.sockets.open[t.sockets.turn%len(t.sockets.open)]
	return e.carrier
}

// payloadOf is what an HTTP body would say, as sockets say it: a command's form is
// an object, an interaction's payload and an event stand by themselves.
func payloadOf(kind string, body []byte) (json.RawMessage, error) {
	if kind == "events_api" {
		return body, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	if kind == "interactive" {
		return json.RawMessage(form.Get("payload")), nil
	}
	fields := object{}
	for name := range form {
		fields[name] = form.Get(name)
	}
	return json.Marshal(fields)
}
