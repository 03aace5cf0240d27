package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"runtime/debug"

	"github.com/slack-go/slack/socketmode"
)

// maxFrame is what an acknowledgement may have, in bytes: Slack drops larger ones
// without a word (slack-go, socketmode, "maxResponseSize").
const maxFrame = 20 << 10

// take does what an envelope asks for and acknowledges it. One that could not be
// served for now is left, so that Slack sends it again.
func (k *socket) take(ctx context.Context, req socketmode.Request) {
	door := &acknowledgement{socket: k, ctx: ctx, id: req.EnvelopeID, header: http.Header{}}
	// What was begun goes on when its socket ends, as over HTTP.
	inTime, cancel := context.WithTimeout(context.WithoutCancel(ctx), lateAfter)
	defer cancel()
	in := incoming{ResponseWriter: door, ctx: inTime, body: req.Payload, at: k.opt.Now().UTC(), room: roomFor(req)}
	defer func() { // as net/http does: one request must not end the bot
		if cause := recover(); cause != nil {
			k.opt.Log.Error("a request could not be served", "connection", k.name, "path", req.Type, "panic", cause, "stack", string(debug.Stack()))
		}
	}()
	if err := k.enter(in, req.Type); err != nil {
		e := k.refused(req.Type, err)
		if e.status >= http.StatusInternalServerError {
			return
		}
		door.body.Reset()
	}
	door.Flush()
}

// roomFor is how long an answer may be that goes with the acknowledgement.
func roomFor(req socketmode.Request) int {
	if !req.AcceptsResponsePayload {
		return 1
	}
	return maxFrame - len(req.EnvelopeID) - len(`{"envelope_id":"","payload":}`) - 1
}

// enter leads a payload to what serves it over HTTP, too. What has no such part is
// only acknowledged.
func (k *socket) enter(in incoming, kind string) error {
	switch kind {
	case socketmode.RequestTypeSlashCommands:
		var fields map[string]any
		if err := json.Unmarshal(in.body, &fields); err != nil {
			return unreadable(errors.New("the payload is no JSON object"))
		}
		form := url.Values{}
		for name, value := range fields {
			if text, ok := value.(string); ok {
				form.Set(name, text)
			}
		}
		return k.typed(in, form)
	case socketmode.RequestTypeInteractive:
		return k.interact(in, in.body)
	case socketmode.RequestTypeEventsAPI:
		return k.event(in)
	}
	return nil
}

// acknowledgement is the answer to an envelope in the place of an HTTP response:
// what is written goes with it when it is flushed, once. It is for one goroutine at
// a time.
type acknowledgement struct {
	*socket
	ctx    context.Context
	id     string
	header http.Header
	body   bytes.Buffer
	sent   bool
}

func (a *acknowledgement) Header() http.Header         { return a.header }
func (a *acknowledgement) WriteHeader(int)             {}
func (a *acknowledgement) Write(p []byte) (int, error) { return a.body.Write(p) }

// Flush sends it, unless it was sent. On a socket that has ended it is lost, and
// Slack asks again by another one.
func (a *acknowledgement) Flush() {
	if a.sent {
		return
	}
	a.sent = true
	var payload any
	if a.body.Len() > 0 {
		payload = json.RawMessage(a.body.Bytes())
	}
	err := a.client.AckCtx(a.ctx, a.id, payload)
	if err != nil && a.ctx.Err() == nil {
		a.opt.Log.Error("an answer does not fit into an acknowledgement", "connection", a.name, "bytes", a.body.Len())
		_ = a.client.AckCtx(a.ctx, a.id, nil) // as above
	}
}
