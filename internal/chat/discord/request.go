package discord

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path"
	"strconv"

	"github.com/umassonline/belltower/internal/chat"
)

// maxBody is the largest request that is read; Discord's own are a few kB.
const maxBody = 1 << 20

// Handler answers POST .../interactions. Its answers: 401 for what Discord did not
// sign or signed more than 5 minutes ago, 403 for another application or one that
// somebody installed for themselves, 404, 405, 413 above 1 MiB, 400 for what cannot be
// read. The server's write timeout must leave it the time that a late answer takes.
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

func unreadable(err error) error {
	return &httpError{status: http.StatusBadRequest, sentence: "The request cannot be read.", err: err}
}

// ServeHTTP is the one place that answers errors.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := h.serve(w, r)
	if err == nil {
		return
	}
	e := &httpError{status: http.StatusInternalServerError, sentence: "Something went wrong here.", err: err}
	errors.As(err, &e)
	h.refused(e)
	http.Error(w, e.sentence, e.status)
}

// refused logs an interaction that is not served.
func (c *Connection) refused(e *httpError) {
	c.opt.Log.Warn(chat.RequestRefused, "connection", c.name, "status", e.status, "reason", e.sentence, "error", e.err)
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request) error {
	if path.Base(r.URL.Path) != "interactions" {
		return &httpError{status: http.StatusNotFound, sentence: "Discord's requests go to /interactions."}
	}
	if len(h.keys) == 0 {
		return &httpError{status: http.StatusNotFound, sentence: "This application is heard over the gateway, not over HTTP: public_key is not set."}
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return &httpError{status: http.StatusMethodNotAllowed, sentence: "Discord's requests are POSTs."}
	}
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	if err := verify(r.Header, body, h.keys, h.opt.Now()); err != nil {
		return &httpError{status: http.StatusUnauthorized, sentence: "This request is not signed by Discord for this application, or too old.", err: err}
	}
	return h.interact(r.Context(), body, h.do, httpDoor{w})
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

// httpDoor sends the first response to an interaction as the HTTP response to it.
type httpDoor struct{ w http.ResponseWriter }

// respond sends the whole response at once, as the request may go on. Where it goes on
// the connection is not used again: its next request would wait for this one.
func (d httpDoor) respond(_ context.Context, r response) error {
	body, err := encode(r)
	if err != nil {
		return err
	}
	d.w.Header().Set("Content-Type", "application/json")
	d.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if r.deferred() {
		d.w.Header().Set("Connection", "close")
	}
	_, _ = d.w.Write(body) // a caller that hung up is its own business
	if r.deferred() {
		_ = http.NewResponseController(d.w).Flush() // where it cannot, the return of the handler does
	}
	return nil
}

// callbackDoor sends it by a call, as what came over the gateway has no response
// (developers/interactions/receiving-and-responding, "Responding to an Interaction").
type callbackDoor struct {
	*Connection
	id    snowflake
	token string
}

// callbackTries is how often the first response is sent; the second may be told that
// the first was taken.
const callbackTries = 2

func (d callbackDoor) respond(ctx context.Context, r response) error {
	body, err := encode(r)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	for try := 1; ; try++ {
		err = d.tokenCall(ctx, ask{http.MethodPost, d.address("interactions", string(d.id), d.token, "callback"), body})
		code := codeOf(err)
		if err == nil || code == codeAcknowledged {
			return nil
		}
		if try == callbackTries || !mayHelp(err) {
			return err
		}
	}
}

// mayHelp reports whether a call that can be repeated is worth another try.
func mayHelp(err error) bool {
	var e *chat.SendError
	return errors.As(err, &e) && (e.Outcome == chat.Unknown || e.Outcome == chat.NotSent && codeOf(err) == 0)
}
