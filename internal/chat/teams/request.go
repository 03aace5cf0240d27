package teams

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// maxBody is the largest request that is read; those of Teams are a few kB.
const maxBody = 1 << 20

// Callbacks are who does what Teams asks for.
type Callbacks struct {
	// Handle answers commands, buttons and forms.
	Handle chat.Handler
	// Returned is told that a channel can be posted to again (the app installed, the
	// channel restored, or spoken in for the first time), maybe more than once. After an
	// error Teams is asked to tell it again.
	Returned func(context.Context, desk.Channel) error
}

// Handler answers POST .../messages. Its answers: 401 for what the Bot Framework did not
// sign, or more than 5 minutes ago, 403 for another bot or tenant, or where the answer
// would go to an address that is not configured, 404, 405, 413 above 1 MiB, 400 for what
// cannot be read, 503 at the start and while the keys are not known. The server's write timeout must leave
// it the time that a late answer takes.
func (c *Connection) Handler(do Callbacks) http.Handler { return &handler{c, do} }

type handler struct {
	*Connection
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
	ctx context.Context // ends lateAfter: who asks is known by then, or taken as unknown
	at  time.Time
}

// ServeHTTP is the one place that answers errors.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := h.serve(w, r)
	if err == nil {
		return
	}
	e := &httpError{status: http.StatusInternalServerError, sentence: "Something went wrong here.", err: err}
	errors.As(err, &e)
	h.opt.Log.Warn(chat.RequestRefused, "connection", h.name, "path", path.Base(r.URL.Path), "status", e.status, "reason", e.sentence, "error", e.err)
	if e.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	http.Error(w, e.sentence, e.status)
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request) error {
	if path.Base(r.URL.Path) != "messages" {
		return &httpError{status: http.StatusNotFound, sentence: "Teams' requests go to /messages."}
	}
	if r.Method == http.MethodHead { // clients look whether somebody is there
		w.WriteHeader(http.StatusOK)
		return nil
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "HEAD, POST")
		return &httpError{status: http.StatusMethodNotAllowed, sentence: "Teams' requests are POSTs."}
	}
	ctx, cancel := context.WithTimeout(r.Context(), lateAfter)
	defer cancel()
	at := h.opt.Now().UTC()
	if !h.hasRecalled(ctx) {
		return &httpError{status: http.StatusServiceUnavailable, sentence: "Belltower is still starting. Please try again in a few seconds."}
	}
	from, err := h.verify(r.Context(), r.Header)
	if err != nil {
		return unbelieved(err)
	}
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	a, err := parseActivity(body)
	if err != nil {
		return unreadable(err)
	}
	if err := h.concerns(from, a); err != nil {
		return err
	}
	return h.take(incoming{ResponseWriter: w, ctx: ctx, at: at}, a)
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

// take does what an activity asks for. What we do not know is acknowledged.
func (h *handler) take(in incoming, a activity) error {
	switch {
	case a.Type == "message" && a.hasValue():
		return h.submitted(in, a)
	case a.Type == "message":
		return h.message(in, a)
	case a.Type == "invoke":
		return h.invoke(in, a)
	case a.Type == "installationUpdate", a.Type == "conversationUpdate":
		return h.event(in, a)
	}
	acknowledge(in.ResponseWriter)
	return nil
}

// message carries out a command. In a channel or group chat only what mentions us is for
// us: an app may be allowed to read the rest.
func (h *handler) message(in incoming, a activity) error {
	if a.ID == "" || a.From.ID == "" {
		return unreadable(errors.New("the message has no id or nobody sent it"))
	}
	if h.kindOf(a) != personal && len(a.mentions(a.Recipient.ID)) == 0 && !a.Recipient.Targeted {
		acknowledge(in.ResponseWriter)
		return nil
	}
	if err := h.tellReturned(in.ctx, h.learn(in.ctx, a)); err != nil {
		return err
	}
	req := h.request(in, a, a.ID)
	text := a.typed(func(m account) (desk.Person, bool) { return h.mentioned(in.ctx, a, m) })
	req.Command, req.Text = command(text)
	if req.Command == "" {
		req.Command, req.Text = "belltower", "help"
	}
	req.Forms = true
	h.answer(in, req, origin{activity: a})
	return nil
}

// request makes the neutral request of who sent an activity. Ids of messages are unique in
// their conversation only.
func (h *handler) request(in incoming, a activity, id string) chat.Request {
	id = string(h.name) + "/" + a.channel() + "/" + id
	sum := sha256.Sum256([]byte(id))
	who := h.person(in.ctx, a)
	return chat.Request{
		ID: id, Trace: hex.EncodeToString(sum[:6]), At: in.at,
		Person: desk.Person{Connection: h.name, ID: who.address(a.From)}, Name: a.From.Name,
		Guest: who.Guest, Zone: a.zone(), Groups: h.teamsOf(in.ctx, who.Object),
		Channel: h.channel(a.channel()), Direct: h.kindOf(a) == personal,
	}
}

// How long we let Teams wait, of its 15 s for messages and 5 s for buttons, before we
// acknowledge without an answer, and how long a command may take in all.
const (
	lateAfter   = 2 * time.Second
	commandTime = 25 * time.Second
)

// acknowledge sends a whole empty response at once, while the request goes on. The
// connection is not used again: its next request would wait for this one.
func acknowledge(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "0")
	w.Header().Set("Connection", "close")
	w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(w).Flush() // where it cannot, the return of the handler does
}

// isNone reports whether a message says nothing.
func isNone(m chat.Message, zone *time.Location) bool {
	return strings.TrimSpace(m.Summary.PlainText(zone)) == ""
}
