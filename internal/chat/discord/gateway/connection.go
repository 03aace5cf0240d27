package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// helloWithin and readyWithin are how long Discord may take to say HELLO, and then
	// READY or RESUMED.
	helloWithin = 15 * time.Second
	readyWithin = 30 * time.Second
	writeWithin = 5 * time.Second
	// maxPayload is the longest event: a GUILD_CREATE lists all channels, roles, threads
	// and some members.
	maxPayload = 32 << 20
	// invalidPause and invalidSpread: after opcode 9 a random 1 to 5 s ("Resuming").
	invalidPause  = time.Second
	invalidSpread = 4 * time.Second
)

// frame is one message, or the error that ends the reading.
type frame struct {
	text []byte
	err  error
}

// connection is one connection, from its HELLO to its end. All is done in run but the
// reading.
type connection struct {
	*Client
	ws       *websocket.Conn
	frames   chan frame
	gone     chan struct{} // closed when nobody takes frames any more
	late     *time.Timer   // HELLO, then READY or RESUMED
	beat     *time.Timer   // the next heartbeat
	interval time.Duration // of heartbeats; 0: no HELLO yet
	acked    bool          // the last heartbeat was
	opened   time.Time     // when READY or RESUMED came; zero: not yet
}

func newConnection(c *Client, ws *websocket.Conn) *connection {
	ws.SetReadLimit(maxPayload)
	ws.SetCloseHandler(func(int, string) error { return nil }) // to echo 1000 or 1001 might end the session
	k := &connection{
		Client: c, ws: ws, frames: make(chan frame), gone: make(chan struct{}), acked: true,
		late: time.NewTimer(helloWithin), beat: time.NewTimer(time.Hour),
	}
	k.beat.Stop()
	return k
}

// run stays with the connection until it ends or ctx does.
func (k *connection) run(ctx context.Context) *ending {
	read := make(chan struct{})
	go func() {
		defer close(read)
		k.read()
	}()
	var end *ending
	for end == nil {
		end = k.next(ctx)
	}
	k.late.Stop()
	k.beat.Stop()
	k.leave()
	close(k.gone)
	<-read
	if now := k.opt.Now(); !k.opened.IsZero() {
		k.hearing.closed(now)
		end.steady = now.Sub(k.opened) >= steadyFor
	}
	return end
}

func (k *connection) read() {
	for {
		_, text, err := k.ws.ReadMessage()
		select {
		case k.frames <- frame{text, err}:
		case <-k.gone:
			return
		}
		if err != nil {
			return
		}
	}
}

// leave closes the connection such that the session can be resumed.
func (k *connection) leave() {
	bye := websocket.FormatCloseMessage(closeResumable, "")
	_ = k.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)) // one that is broken needs no goodbye
	_ = k.ws.Close()
}

// next waits for what happens next; nil: the connection goes on.
func (k *connection) next(ctx context.Context) *ending {
	select {
	case <-ctx.Done():
		return &ending{sentence: "it is to end"}
	case f := <-k.frames:
		if f.err != nil {
			return k.broken(f.err)
		}
		return k.hear(ctx, f.text)
	case <-k.beat.C:
		return k.pulse()
	case <-k.late.C:
		if k.interval == 0 {
			return &ending{sentence: "Discord's gateway does not greet"}
		}
		return &ending{sentence: "Discord's gateway gives no session"}
	}
}

// pulse sends a heartbeat, unless the last one was not acknowledged: then Discord does
// not hear us, or we do not hear it ("Sending Heartbeats").
func (k *connection) pulse() *ending {
	if !k.acked {
		return &ending{sentence: "Discord's gateway does not acknowledge heartbeats"}
	}
	k.acked = false
	k.beat.Reset(k.interval)
	return k.heartbeat()
}

func (k *connection) heartbeat() *ending {
	if k.session.Seq == 0 {
		return k.say(outgoing{opHeartbeat, nil})
	}
	return k.say(outgoing{opHeartbeat, k.session.Seq})
}

func (k *connection) say(o outgoing) *ending {
	_ = k.ws.SetWriteDeadline(time.Now().Add(writeWithin)) // never fails
	if err := k.ws.WriteJSON(o); err != nil {
		return k.broken(err)
	}
	return nil
}

// hear takes in what Discord said. What cannot be read, or is not known, does no harm.
func (k *connection) hear(ctx context.Context, text []byte) *ending {
	var p payload
	if err := json.Unmarshal(text, &p); err != nil {
		k.opt.Log.Warn("Discord's gateway said what is no payload", "connection", k.conf.Name, "bytes", len(text))
		return nil
	}
	switch p.Op {
	case opHello:
		return k.greeted(p.Data)
	case opAck:
		k.acked = true
	case opHeartbeat:
		return k.heartbeat()
	case opReconnect:
		return &ending{sentence: "Discord asks to connect anew"}
	case opInvalid:
		end := &ending{sentence: "Discord's session is invalid", after: invalidPause + k.share(invalidSpread)}
		if !bytes.Equal(bytes.TrimSpace(p.Data), []byte("true")) {
			k.session = session{}
		}
		return end
	case opDispatch:
		return k.happened(ctx, p)
	}
	return nil
}

// greeted answers HELLO: it resumes the session or begins one. The first heartbeat is
// sent within the interval, at a random time.
func (k *connection) greeted(data json.RawMessage) *ending {
	var d struct {
		Interval int64 `json:"heartbeat_interval"` // milliseconds
	}
	if err := json.Unmarshal(data, &d); err != nil || d.Interval < 1000 || d.Interval > time.Hour.Milliseconds() {
		return &ending{sentence: "Discord's greeting cannot be used"}
	}
	if k.interval > 0 {
		return nil // a second greeting
	}
	k.interval = time.Duration(d.Interval) * time.Millisecond
	k.beat.Reset(k.share(k.interval))
	k.late.Reset(readyWithin)
	if k.session.ID != "" {
		return k.say(k.resume())
	}
	k.quota.add(k.opt.Now())
	return k.say(k.identify())
}

// happened hands an event on, and then counts it: what was not handed on comes again
// when the session is resumed.
func (k *connection) happened(ctx context.Context, p payload) *ending {
	switch p.Type {
	case "READY":
		if end := k.ready(p.Data); end != nil {
			return end
		}
		k.open(ctx)
	case "RESUMED":
		k.open(ctx)
	default:
		if !k.deliver.event(ctx, p) {
			return &ending{sentence: "it is to end"}
		}
	}
	if p.Seq != nil {
		k.session.Seq = *p.Seq
	}
	return nil
}

// ready takes in the session that Discord began.
func (k *connection) ready(data json.RawMessage) *ending {
	var d struct {
		Session     string `json:"session_id"`
		URL         string `json:"resume_gateway_url"`
		Application struct {
			ID string `json:"id"`
		} `json:"application"`
	}
	if err := json.Unmarshal(data, &d); err != nil || d.Session == "" {
		return &ending{sentence: "Discord's session cannot be used"}
	}
	if got := d.Application.ID; got != k.conf.ApplicationID {
		return &ending{sentence: fmt.Sprintf("bot_token is of the application %q, not of application_id", got), fatal: true}
	}
	k.session = session{App: d.Application.ID, ID: d.Session, URL: d.URL}
	return nil
}

func (k *connection) open(ctx context.Context) {
	k.late.Stop()
	k.opened = k.opt.Now()
	k.hearing.opened(func() { k.deaf(ctx, nil) })
}
