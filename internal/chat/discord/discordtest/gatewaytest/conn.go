package gatewaytest

import (
	"encoding/json"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// Opcodes.
const (
	dispatch  = 0
	heartbeat = 1
	identify  = 2
	resume    = 6
	reconnect = 7
	invalid   = 9
	hello     = 10
	ack       = 11
)

// Close codes that the fake closes with.
const (
	unknownError         = 4000
	unknownOpcode        = 4001
	decodeError          = 4002
	notAuthenticated     = 4003
	authenticationFailed = 4004
	alreadyAuthenticated = 4005
	invalidSeq           = 4007
	rateLimited          = 4008
	sessionTimedOut      = 4009
	invalidVersion       = 4012
	invalidIntents       = 4013
	disallowedIntents    = 4014
)

// Intents: all that there are, and those that need to be granted.
const (
	allIntents        = 1<<22 - 1 | 1<<24 | 1<<25
	privilegedIntents = 1<<1 | 1<<8 | 1<<15
)

// outgoing is a payload, or a close code.
type outgoing struct {
	text []byte
	code int
	cut  bool // the line breaks, without a word
}

// conn is one socket.
type conn struct {
	*Server
	ws       *websocket.Conn
	resumeAt string // the host for resuming
	resuming bool   // it came by the address for resuming
	out      chan outgoing
	gone     chan struct{}
	sent     []time.Time // when the client sent its last payloads
	session  *session    // with mu held
	closed   int         // the code that the fake closed with; with mu held
	ended    bool        // the client ended the session; with mu held
}

// payload is what either side says.
type payload struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  *int            `json:"s,omitempty"`
	Type string          `json:"t,omitempty"`
}

func (c *conn) send(op int, data any) {
	c.put(outgoing{text: encode(payload{Op: op, Data: encode(data)})})
}

func (c *conn) put(o outgoing) {
	select {
	case c.out <- o:
	case <-c.gone:
	}
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // the test gave what is no JSON
	}
	return b
}

// bye closes with a code.
func (c *conn) bye(code int) { c.put(outgoing{code: code}) }

func (c *conn) write() {
	for {
		select {
		case <-c.gone:
			return
		case o := <-c.out:
			c.say(o)
		}
	}
}

func (c *conn) say(o outgoing) {
	soon := time.Now().Add(5 * time.Second)
	switch {
	case o.cut:
		_ = c.ws.NetConn().Close()
	case o.code != 0:
		c.mu.Lock()
		c.closed = o.code
		c.mu.Unlock()
		_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(o.code, ""), soon) // one that is gone is gone
		_ = c.ws.SetReadDeadline(time.Now().Add(time.Second))                                         // for the client's answer
	default:
		_ = c.ws.SetWriteDeadline(soon)
		_ = c.ws.WriteMessage(websocket.TextMessage, o.text)
	}
}

// read hears the client until the socket ends.
func (c *conn) read() {
	c.ws.SetCloseHandler(func(int, string) error { return nil })
	for {
		c.await()
		_, text, err := c.ws.ReadMessage()
		var late net.Error
		if errors.As(err, &late) && late.Timeout() && !c.isClosed() {
			c.say(outgoing{code: unknownError}) // it may resume: "forced to Resume"
		}
		if err != nil {
			c.noteClose(err)
			return
		}
		if code := c.hear(text); code != 0 {
			c.bye(code)
		}
	}
}

// await gives the client until its next heartbeat is overdue.
func (c *conn) await() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed == 0 {
		_ = c.ws.SetReadDeadline(time.Now().Add(beatEvery * 3 / 2))
	}
}

func (c *conn) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed != 0
}

// noteClose notes how the client closed. It may end the session even where the fake
// closed first (unconfirmed).
func (c *conn) noteClose(err error) {
	code := websocket.CloseAbnormalClosure
	var e *websocket.CloseError
	if errors.As(err, &e) {
		code = e.Code
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = code == websocket.CloseNormalClosure || code == websocket.CloseGoingAway
	if c.closed == 0 {
		c.stats.Closes = append(c.stats.Closes, code)
	}
}

// hear takes one payload in, and answers a close code where it breaks a rule.
func (c *conn) hear(text []byte) (code int) {
	now := time.Now()
	c.sent = slices.DeleteFunc(append(c.sent, now), func(at time.Time) bool { return now.Sub(at) >= time.Minute })
	var p payload
	switch {
	case len(c.sent) > sendsAMinute:
		return rateLimited
	case len(text) > maxSent || json.Unmarshal(text, &p) != nil:
		return decodeError
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch p.Op {
	case heartbeat:
		c.stats.Heartbeats++
		if !c.faults.withhold {
			c.send(ack, nil)
		}
		return 0
	case identify:
		return c.identify(p.Data)
	case resume:
		return c.resume(p.Data)
	}
	if c.session == nil {
		return notAuthenticated
	}
	return unknownOpcode
}

// identify begins a session; with mu held.
func (c *conn) identify(data []byte) (code int) {
	var d struct {
		Token      string            `json:"token"`
		Intents    *int              `json:"intents"`
		Properties map[string]string `json:"properties"`
	}
	if json.Unmarshal(data, &d) != nil || d.Intents == nil || d.Properties["os"]+d.Properties["$os"] == "" {
		return decodeError
	}
	if c.session != nil {
		return alreadyAuthenticated
	}
	soon := len(c.begun) > 0 && time.Since(c.begun[len(c.begun)-1]) < identifyGap
	c.stats.Reset = c.stats.Reset || c.Server.left() == 0
	c.begun = append(c.begun, time.Now())
	c.stats.Identifies++
	c.stats.Intents = *d.Intents
	defer c.touch()
	switch {
	case c.faults.refuse != 0:
		return c.faults.refuse
	case strings.TrimPrefix(d.Token, "Bot ") != c.token || c.stats.Reset:
		return authenticationFailed
	case *d.Intents&^allIntents != 0:
		return invalidIntents
	case *d.Intents&privilegedIntents != 0:
		return disallowedIntents
	case soon:
		c.stats.Invalid++
		c.send(invalid, false)
	case !c.faults.unready:
		c.begin()
	}
	return 0
}

// begin says READY and tells of the guilds; with mu held.
func (c *conn) begin() {
	n := &session{id: "session-" + c.id(), conn: c}
	c.sessions[n.id] = n
	c.session = n
	c.stats.Open++
	var guilds []any
	for _, g := range c.guilds {
		guilds = append(guilds, map[string]any{"id": g.ID, "unavailable": true})
	}
	n.tell("READY", map[string]any{
		"v": 10, "user": map[string]any{"id": c.App(), "username": "belltower", "bot": true}, "guilds": guilds,
		"session_id": n.id, "resume_gateway_url": "ws://" + c.resumeAt + "/resume", "application": map[string]any{"id": c.App(), "flags": 0},
	})
	for _, g := range c.guilds {
		n.tell("GUILD_CREATE", g.event())
	}
}

// resume goes on with a session; with mu held.
func (c *conn) resume(data []byte) (code int) {
	var d struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     int    `json:"seq"`
	}
	if json.Unmarshal(data, &d) != nil {
		return decodeError
	}
	if c.session != nil {
		return alreadyAuthenticated
	}
	n := c.sessions[d.Session]
	defer c.touch()
	switch {
	case strings.TrimPrefix(d.Token, "Bot ") != c.token || c.stats.Reset:
		return authenticationFailed
	case c.faults.unready:
		return 0
	case !n.alive() || c.faults.forget || !c.resuming:
		c.stats.Invalid++
		c.send(invalid, false)
		return 0
	case d.Seq > len(n.told) || d.Seq < 0:
		n.dead = true
		return invalidSeq
	}
	if old := n.conn; old != nil {
		old.session = nil
		c.stats.Open--
		old.bye(unknownError)
	}
	n.conn, c.session = c, n
	c.stats.Open++
	c.stats.Resumes++
	for _, text := range n.told[d.Seq:] {
		c.put(outgoing{text: text})
	}
	n.tell("RESUMED", map[string]any{})
	return 0
}

// leave forgets a socket that has ended.
func (c *conn) leave() {
	_ = c.ws.Close()
	close(c.gone)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conns = slices.DeleteFunc(c.conns, func(o *conn) bool { return o == c })
	if n := c.session; n != nil {
		c.stats.Open--
		n.conn, n.since = nil, time.Now()
		n.dead = n.dead || c.ended || c.closed == invalidSeq || c.closed == sessionTimedOut
	}
	c.touch()
}

// touch wakes those who wait; with mu held.
func (c *conn) touch() { c.changed.Broadcast() }
