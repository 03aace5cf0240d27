package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// maxBody is the largest request that is read.
const maxBody = 1 << 20

// How long the platform waits, of its 3 s, before the answer is only begun, and how
// long a command may take in all.
const (
	lateAfter   = 2 * time.Second
	commandTime = 25 * time.Second
)

// Callbacks are who does what the platform asks for.
type Callbacks struct {
	// Handle answers commands, buttons and forms.
	Handle chat.Handler
	// Complete lists what the last word of a line that is being typed may be; nil: nothing.
	Complete func(ctx context.Context, line string) []chat.Choice
}

// Handler answers POST .../requests and .../completions: the last part of the path
// decides. Its answers: 401 for what the platform did not sign or signed more than 5
// minutes ago, 403 for another connection, 404, 405, 413 above 1 MiB, 400 for what
// cannot be read.
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

// ServeHTTP is the one place that answers errors.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := h.serve(w, r)
	if err == nil {
		return
	}
	e := &httpError{http.StatusInternalServerError, "Something went wrong here.", err}
	errors.As(err, &e)
	h.opt.Log.Warn(chat.RequestRefused, "connection", h.name, "path", path.Base(r.URL.Path), "status", e.status, "reason", e.sentence, "error", e.err)
	http.Error(w, e.sentence, e.status)
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request) error {
	endpoint := h.endpoint(path.Base(r.URL.Path))
	if endpoint == nil {
		return &httpError{status: http.StatusNotFound, sentence: "The platform's requests go to /requests or /completions."}
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return &httpError{status: http.StatusMethodNotAllowed, sentence: "The platform's requests are POSTs."}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return &httpError{status: http.StatusRequestEntityTooLarge, sentence: "The request is larger than 1 MiB."}
	case err != nil:
		return unreadable("the request broke off")
	}
	at := h.opt.Now().UTC()
	if err := verify(r.Header, h.settings.SigningSecret, at, body); err != nil {
		return &httpError{http.StatusUnauthorized, "This request is not signed by the platform, or too old.", err}
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("connection") == "" {
		return unreadable("it is no form of the platform's") // the error would quote what was typed
	}
	if form.Get("connection") != string(h.name) {
		return &httpError{status: http.StatusForbidden, sentence: "This request is for another connection."}
	}
	return endpoint(w, r, form)
}

func unreadable(why string) error {
	return &httpError{http.StatusBadRequest, "The request cannot be read.", errors.New(why)}
}

func (h *handler) endpoint(name string) func(http.ResponseWriter, *http.Request, url.Values) error {
	switch name {
	case "requests":
		return h.request
	case "completions":
		return h.complete
	}
	return nil
}

// optionPrefix is that of the names of fields in a form that was filled in.
const optionPrefix = "option."

// Encode writes what a person asks for in the form that Handler reads. It keeps the
// texts as they are, whatever bytes they have.
func Encode(r chat.Request) url.Values {
	form := url.Values{"connection": {string(r.Person.Connection)}, "id": {r.ID}, "person": {r.Person.ID}, "name": {r.Name},
		"channel": {r.Channel.ID}, "command": {r.Command}, "text": {r.Text}}
	if r.Zone != nil {
		form.Set("zone", r.Zone.String())
	}
	for name, set := range map[string]bool{"guest": r.Guest, "direct": r.Direct, "manages": r.Manages, "filled": r.Filled, "forms": r.Forms} {
		if set {
			form.Set(name, "yes")
		}
	}
	for name, value := range r.Options {
		form.Set(optionPrefix+name, value)
	}
	return form
}

// request carries out a command, a button or a form.
func (h *handler) request(w http.ResponseWriter, r *http.Request, form url.Values) error {
	for _, field := range []string{"id", "person", "channel", "command"} {
		if form.Get(field) == "" {
			return unreadable("there is no " + field)
		}
	}
	h.answer(w, r, h.decode(form))
	return nil
}

func (h *handler) decode(form url.Values) chat.Request {
	id := string(h.name) + "/" + form.Get("id")
	trace := sha256.Sum256([]byte(id))
	req := chat.Request{
		ID: id, Trace: hex.EncodeToString(trace[:6]), At: h.opt.Now().UTC(),
		Person: desk.Person{Connection: h.name, ID: form.Get("person")}, Name: form.Get("name"),
		Channel: desk.Channel{Connection: h.name, ID: form.Get("channel")},
		Guest:   form.Has("guest"), Direct: form.Has("direct"), Manages: form.Has("manages"), Filled: form.Has("filled"),
		Command: form.Get("command"), Text: form.Get("text"), Forms: form.Has("forms"),
	}
	if zone, err := time.LoadLocation(form.Get("zone")); err == nil && form.Has("zone") {
		req.Zone = zone
	}
	for name, values := range form {
		if name, is := strings.CutPrefix(name, optionPrefix); is && strings.TrimSpace(values[0]) != "" {
			if req.Options == nil {
				req.Options = map[string]string{}
			}
			req.Options[name] = values[0]
		}
	}
	return req
}

// answer carries a request out and answers it in the HTTP response, which is begun
// after 2 s so that the platform knows that it is being done. What is being carried out
// goes on when the caller hangs up.
func (h *handler) answer(w http.ResponseWriter, r *http.Request, req chat.Request) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), commandTime)
	defer cancel()
	w.Header().Set("Content-Type", "application/json")
	isInTime := chat.Late(lateAfter, func() {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush() // where it cannot, the end of the answer does
	})
	defer isInTime()
	reply := h.do.Handle(ctx, req)
	isInTime() // else the response is begun
	out := Answer{Public: reply.Public, Failed: reply.Failed, Field: reply.Field, Form: renderForm(reply.Form)}
	if len(reply.Message.Summary) > 0 {
		out.Message = render(reply.Message)
	}
	h.write(w, out)
}

// complete lists how a line that is being typed may go on.
func (h *handler) complete(w http.ResponseWriter, r *http.Request, form url.Values) error {
	choices := []chat.Choice{}
	if h.do.Complete != nil {
		choices = append(choices, h.do.Complete(r.Context(), form.Get("text"))...)
	}
	w.Header().Set("Content-Type", "application/json")
	h.write(w, choices)
	return nil
}

func (h *handler) write(w io.Writer, v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // the platform shows all of it as text
	if err := e.Encode(v); err != nil {
		h.opt.Log.Error("cannot write an answer", "connection", h.name, "error", err)
	}
	_, _ = b.WriteTo(w) // a caller that hung up is its own business
}
