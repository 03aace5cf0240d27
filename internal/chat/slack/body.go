package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/umassonline/belltower/internal/chat"
)

// Metadata that our posts carry, so that a look-up finds them again
// (docs.slack.dev/messaging/message-metadata). Everybody in the workspace can
// read it.
const eventType = "belltower_post"

type metadata struct {
	EventType string  `json:"event_type"`
	Payload   payload `json:"event_payload"`
}

// payload names the subject and the version that a post was made with.
type payload struct {
	S string `json:"s"`
	N int    `json:"n"`
}

// renderedBody is the end of a request's JSON, from "text" to the last brace.
type renderedBody struct {
	once sync.Once
	json []byte
	err  error
}

// postBody is the JSON of a chat.postMessage.
func (w *Workspace) postBody(d chat.Delivery) ([]byte, error) {
	return w.body(d, false, func(b []byte) []byte {
		if d.Root == "" {
			return b
		}
		b = appendText(append(b, `,"thread_ts":`...), string(d.Root))
		if d.Broadcast {
			b = append(b, `,"reply_broadcast":true`...)
		}
		return b
	})
}

// editBody is the JSON of a chat.update. It leaves the metadata alone: a post is
// found by the version that it was made with.
func (w *Workspace) editBody(d chat.Delivery) ([]byte, error) {
	return w.body(d, true, func(b []byte) []byte { return appendText(append(b, `,"ts":`...), string(d.Root)) })
}

// headRoom is enough for what is one channel's alone.
const headRoom = 128

// body joins what is this channel's alone, which place writes behind the channel, with
// what all channels share.
func (w *Workspace) body(d chat.Delivery, edit bool, place func([]byte) []byte) ([]byte, error) {
	r := w.rendered(d, edit)
	if r.err != nil {
		return nil, r.err
	}
	b := append(make([]byte, 0, headRoom+len(r.json)), `{"channel":`...)
	b = append(place(appendText(b, d.Channel.ID)), ',')
	return append(b, r.json...), nil
}

// rendered renders what a delivery says, for all channels once.
func (w *Workspace) rendered(d chat.Delivery, edit bool) *renderedBody {
	r := w.bodies.Get(chat.BodyKeyOf(d, edit))
	r.once.Do(func() { r.json, r.err = w.renderBody(d, edit) })
	return r
}

// Prepare renders what d says, which a Post then finds done.
func (w *Workspace) Prepare(d chat.Delivery) { w.rendered(d, false) }

// appendText writes an id, which needs no escape as a rule, as a JSON string.
func appendText(b []byte, id string) []byte {
	b, _ = jsontext.AppendQuote(b, id) // what is no UTF-8 is replaced, as encoding/json does
	return b
}

// renderBody renders the shared end. Links are not unfurled: a post is what we
// say, not what a linked page says.
func (w *Workspace) renderBody(d chat.Delivery, edit bool) ([]byte, error) {
	m := w.markup.render(w.opt.Word(d))
	if edit {
		return tail(m)
	}
	return tail(struct {
		message
		UnfurlLinks bool     `json:"unfurl_links"`
		UnfurlMedia bool     `json:"unfurl_media"`
		Metadata    metadata `json:"metadata"`
	}{m, false, false, metadata{eventType, payload{d.Subject.String(), d.N}}})
}

// tail is v's JSON without its first brace. < > and & stay readable: it is no HTML.
func tail(v any) ([]byte, error) {
	b, err := encode(v)
	if err != nil {
		return nil, err
	}
	return b[1:], nil
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode a message for Slack: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
