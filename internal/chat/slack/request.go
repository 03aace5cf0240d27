package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// maxBody is the largest request that is read; Slack's own are a few kB.
const maxBody = 1 << 20

// Callbacks are who does what Slack asks for.
type Callbacks struct {
	// Handle answers commands and buttons.
	Handle chat.Handler
	// MayFollow tells whether who asks may subscribe a channel: for nobody else do
	// we enter one.
	MayFollow func(chat.Request, desk.Channel) bool
	// Returned is told that a channel can be posted to again (unarchived, the bot
	// added), maybe more than once. After an error Slack tells it again.
	Returned func(context.Context, desk.Channel) error
	// Deaf is told why nothing was heard by Socket Mode for a minute, and nil when
	// we hear again.
	Deaf func(context.Context, error)
	// Moved is told that a channel has another id now, maybe more than once and late.
	// After an error Slack tells it again.
	Moved func(ctx context.Context, from, to desk.Channel) error
}

// Handler answers POST .../commands, .../interactions and .../events: the last
// part of the path decides. Its answers: 401 for what Slack did not sign or signed
// more than 5 minutes ago, 403 for another workspace or app, 404, 405, 413 above
// 1 MiB, 400 for what cannot be read, 503 while it is not known who we are.
// The server's write timeout must leave it the time that a late answer takes.
func (w *Workspace) Handler(do Callbacks) http.Handler { return &handler{w, do} }

type handler struct {
	*Workspace
	do Callbacks
}

// httpError is a request that is not served: a sentence that is safe to show.
type httpError struct {
	status   int
	sentence string
	err      error // for the log
}

func (e *httpError) Error() string { return e.sentence }
func (e *httpError) Unwrap() error { return e.err }

// incoming is a request that was verified.
type incoming struct {
	http.ResponseWriter
	ctx  context.Context // ends lateAfter: who asks is known by then, or taken as unknown
	body []byte
	at   time.Time
	room int // bytes that the door has for an answer; 0: enough
}

// takes reports whether an answer fits through the door.
func (in incoming) takes(r response) bool {
	if in.room == 0 {
		return true
	}
	body, err := json.Marshal(r) // longer than encode's: < > and & are escaped
	return err == nil && len(body) <= in.room
}

// ServeHTTP is the one place that answers errors.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := h.serve(w, r)
	if err == nil {
		return
	}
	e := h.refused(path.Base(r.URL.Path), err)
	if e.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	http.Error(w, e.sentence, e.status)
}

// refused logs a request that is not served.
func (h *handler) refused(what string, err error) *httpError {
	e := &httpError{status: http.StatusInternalServerError, sentence: "Something went wrong here.", err: err}
	errors.As(err, &e)
	h.opt.Log.Warn(chat.RequestRefused, "connection", h.name, "path", what, "status", e.status, "reason", e.sentence, "error", e.err)
	return e
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request) error {
	endpoint := h.endpoint(path.Base(r.URL.Path))
	if endpoint == nil {
		return &httpError{status: http.StatusNotFound, sentence: "Slack's requests go to /commands, /interactions or /events."}
	}
	if h.SocketMode() {
		return &httpError{status: http.StatusNotFound, sentence: "This workspace is heard by Socket Mode, not over HTTP: app_token is set."}
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return &httpError{status: http.StatusMethodNotAllowed, sentence: "Slack's requests are POSTs."}
	}
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	at := h.opt.Now().UTC()
	if err := verify(r.Header, body, h.conf.SigningSecrets(), at); err != nil {
		return &httpError{status: http.StatusUnauthorized, sentence: "This request is not signed by Slack for this app, or too old.", err: err}
	}
	ctx, cancel := context.WithTimeout(r.Context(), lateAfter)
	defer cancel()
	return endpoint(incoming{ResponseWriter: w, ctx: ctx, body: body, at: at})
}

func (h *handler) endpoint(name string) func(incoming) error {
	switch name {
	case "commands":
		return h.command
	case "interactions":
		return h.interaction
	case "events":
		return h.event
	}
	return nil
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, &httpError{status: http.StatusRequestEntityTooLarge, sentence: "The request is larger than 1 MiB."}
	case err != nil:
		return nil, &httpError{status: http.StatusBadRequest, sentence: "The request broke off.", err: err}
	}
	return body, nil
}

func unreadable(err error) error {
	return &httpError{status: http.StatusBadRequest, sentence: "The request cannot be read.", err: err}
}

// command takes what Slack posts to the Commands URL
// (docs.slack.dev/interactivity/implementing-slash-commands): the answer is the
// HTTP response.
func (h *handler) command(in incoming) error {
	form, err := url.ParseQuery(string(in.body))
	if err != nil {
		return unreadable(nil) // the error would quote what was typed
	}
	return h.typed(in, form)
}

// typed carries out a slash command, whichever door its fields came by.
func (h *handler) typed(in incoming, form url.Values) error {
	for _, field := range []string{"team_id", "channel_id", "user_id", "command", "trigger_id"} {
		if form.Get(field) == "" {
			return unreadable(errors.New("there is no " + field))
		}
	}
	if err := h.claims(in.ctx, form.Get("team_id"), form.Get("api_app_id")); err != nil {
		return err
	}
	req := h.request(in, form.Get("trigger_id"), form.Get("user_id"), form.Get("channel_id"))
	req.Name = form.Get("user_name")
	req.Command = strings.TrimPrefix(form.Get("command"), "/")
	req.Text = decode(h.name, form.Get("text"))
	req.Forms = true
	h.joinFor(in, req)
	h.answer(in, req, origin{
		trigger: form.Get("trigger_id"), url: form.Get("response_url"),
		user: form.Get("user_id"), channel: form.Get("channel_id"),
	})
	return nil
}

// request makes the neutral request of a person in a channel.
func (h *handler) request(in incoming, id, user, channel string) chat.Request {
	id = string(h.name) + "/" + id
	sum := sha256.Sum256([]byte(id))
	who := h.person(in.ctx, user)
	return chat.Request{
		ID: id, Trace: hex.EncodeToString(sum[:6]), At: in.at,
		Person: desk.Person{Connection: h.name, ID: user}, Guest: who.outsider(), Zone: who.zone, Groups: h.groups.Of(in.ctx, user),
		Channel: desk.Channel{Connection: h.name, ID: channel}, Direct: isDirect(channel),
		Manages: h.manages(user, who, channel),
	}
}

// How long we let Slack wait, of its 3 s, before we acknowledge without an answer,
// and how long a command may take in all.
const (
	lateAfter   = 2 * time.Second
	commandTime = 25 * time.Second
)

// origin is where a request came from and its answer goes: to the response_url, 5
// times within 30 minutes; else to the person in the channel; else to them alone.
type origin struct {
	trigger       string // opens one form within 3 s
	url           string // the response_url
	user, channel string
	away          bool       // it was used in no channel
	pressed       bool       // by a button or shortcut: the HTTP response says nothing
	own           bool       // the button's message is one that its author alone sees
	form          *submitted // the form that was sent
}

// answer carries a request out and answers it: in the HTTP response where that is
// the place and in time, else at the response_url after an empty acknowledgement.
// A request that is being carried out goes on when the caller hangs up.
func (h *handler) answer(in incoming, req chat.Request, to origin) {
	begun := h.opt.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(in.ctx), commandTime)
	defer cancel()
	isInTime := chat.Late(lateAfter-begun.Sub(in.at), func() { acknowledge(in.ResponseWriter) })
	defer isInTime()
	var out drafted
	req.Draft = func(r chat.Reply) { out = h.draft(r, to) }
	reply := h.do.Handle(ctx, req)
	if reply.Form != nil {
		if err := h.open(ctx, req, to, *reply.Form); err == nil {
			reply = chat.Reply{}
		} else {
			h.opt.Log.Warn("a form was not opened", "trace", req.Trace, "connection", h.name, "error", err)
		}
	}
	inTime := isInTime()
	h.opt.Log.LogAttrs(ctx, slog.LevelDebug, "command answered", slog.String("trace", req.Trace), slog.String("connection", string(h.name)),
		slog.String("command", req.Command), slog.Duration("took", h.opt.Now().Sub(begun)), slog.Bool("in_time", inTime))
	if !reply.Drafted {
		out = h.draft(reply, to)
	}
	switch {
	case !inTime: // it is acknowledged
	case to.form != nil && staysOpen(reply, *to.form):
		h.beside(in.ResponseWriter, reply, *to.form)
		return
	case to.form == nil && !to.pressed && in.takes(out.response):
		h.write(in.ResponseWriter, out)
		return
	default:
		acknowledge(in.ResponseWriter)
	}
	if _, left := h.markup.actions(reply.Message.Actions); to.form != nil && reply.Failed && (!inTime || len(left) > 0) {
		reply.Message = typedBack(reply.Message, req)
		out.response = h.reply(reply, to)
	}
	h.say(ctx, req, to, out.response)
}
