package slack

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/umassonline/belltower/internal/chat"
)

// say gives an answer that is not the HTTP response, by the first way that takes it.
// Each has the time of a call, though the command may have used up its own.
func (h *handler) say(ctx context.Context, req chat.Request, to origin, out response) {
	if out.Text == "" {
		return
	}
	ctx = context.WithoutCancel(ctx)
	for _, way := range []func(context.Context, origin, response) error{h.respond, h.whisper, h.message} {
		err := way(ctx, to, out)
		if err == nil {
			return
		}
		h.opt.Log.Warn("an answer was not taken by Slack", "trace", req.Trace, "connection", h.name, "error", err)
	}
}

// acknowledge sends a whole empty response at once, while the request goes on.
// The connection is not used again: its next request would wait for this one.
func acknowledge(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "0")
	w.Header().Set("Connection", "close")
	w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(w).Flush() // where it cannot, the return of the handler does
}

// response is an answer or what is posted to a response_url
// (docs.slack.dev/interactivity/handling-user-interaction).
type response struct {
	ResponseType string `json:"response_type"`
	Replace      bool   `json:"replace_original"`
	message
}

// reply renders an answer. One that came of a button in a message that its author
// alone sees replaces that message, so that spent buttons are gone; but not a
// refusal, whose buttons are still of use.
func (h *handler) reply(r chat.Reply, to origin) response {
	out := response{ResponseType: "ephemeral", message: h.markup.render(r.Message)}
	if r.Public {
		out.ResponseType = "in_channel"
	}
	out.Replace = to.own && !r.Public && !r.Failed
	return out
}

// drafted is an answer with its JSON, where that is made already.
type drafted struct {
	response
	body []byte
	err  error
}

// draft renders an answer, and makes its JSON where the HTTP response may be its place.
func (h *handler) draft(r chat.Reply, to origin) (d drafted) {
	d.response = h.reply(r, to)
	if to.form == nil && !to.pressed {
		d.body, d.err = encode(d.response)
	}
	return d
}

// write answers in the HTTP response; with nothing where there is nothing to say.
func (h *handler) write(w http.ResponseWriter, d drafted) {
	if d.Text == "" {
		w.WriteHeader(http.StatusOK)
		return
	}
	h.writeBody(w, d.body, d.err)
}

func (h *handler) writeJSON(w http.ResponseWriter, v any) {
	body, err := encode(v)
	h.writeBody(w, body, err)
}

func (h *handler) writeBody(w http.ResponseWriter, body []byte, err error) {
	if err != nil {
		h.opt.Log.Error("cannot write an answer", "connection", h.name, "error", err)
		body = nil
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // a caller that hung up is its own business
}

// respond posts an answer to a response_url, which needs no token: it is a secret
// by itself, so errors do not name it.
func (h *handler) respond(ctx context.Context, to origin, r response) error {
	u, err := url.Parse(to.url)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != h.api.Scheme {
		return errors.New("the response_url is no address")
	}
	body, err := encode(r)
	if err != nil {
		return err
	}
	out := outgoing{u, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, body}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	res, err := h.opt.Transport.RoundTrip(out.request(ctx))
	if err != nil {
		return chat.Unreached(err)
	}
	defer res.Body.Close()
	return taken(res)
}

// taken judges the answer of a response_url: the word "ok", or JSON as of a method. Which
// status an address has that is used up or too old is not documented, so both count.
func taken(res *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxBody)) // what breaks off names no error
	if res.StatusCode != http.StatusOK {
		return chat.OfStatus(res)
	}
	var a answer
	if err := json.Unmarshal(body, &a); err == nil && !a.OK && a.Error != "" {
		return ofCode(a, res.Header)
	}
	return nil
}

// whisper shows an answer to the person alone, in the channel
// (docs.slack.dev/reference/methods/chat.postEphemeral).
func (h *handler) whisper(ctx context.Context, to origin, r response) error {
	if to.channel == "" {
		return errors.New("it was asked in no channel")
	}
	body, err := encode(struct {
		Channel string `json:"channel"`
		User    string `json:"user"`
		message
	}{to.channel, to.user, r.message})
	if err != nil {
		return err
	}
	return h.callJSON(ctx, "chat.postEphemeral", body, &answer{})
}

// message writes an answer to the person directly: a person's id stands for that
// channel (docs.slack.dev/reference/methods/chat.postMessage, "Post to a DM").
func (h *handler) message(ctx context.Context, to origin, r response) error {
	body, err := encode(struct {
		Channel string `json:"channel"`
		message
	}{to.user, r.message})
	if err != nil {
		return err
	}
	return h.callJSON(ctx, "chat.postMessage", body, &answer{})
}
