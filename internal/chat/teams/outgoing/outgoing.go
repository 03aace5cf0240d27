// Package outgoing answers an outgoing webhook of Microsoft Teams: people of one team
// mention it in a channel, Teams posts what they typed, and the HTTP response is the
// answer, which everybody in the channel sees. There is no other way to say anything: no
// forms, no buttons but links, nothing later
// (learn.microsoft.com, "Create an Outgoing Webhook").
//
// So it does what is of use to everybody in the channel: it reads, and it declares,
// updates, resolves and subscribes. The package's parts: verify.go (did Teams sign it),
// heard.go (is it new), activity.go (what was typed, by whom, where), allowed.go (what may be done),
// answer.go.
package outgoing

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/card"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// Options are what a Webhook is given. All but Say and Heard are needed.
type Options struct {
	// Say is one of the adapter's own few sentences in the language of the readers;
	// nil: English.
	Say func(english string) string
	// Zone is the organisation's: for times where Teams does not show the reader's own.
	Zone *time.Location
	Now  func() time.Time
	Log  *slog.Logger
	// Memory remembers what was answered.
	Memory Memory
	// Heard is what this process heard; nil: nothing yet, and nobody takes this one's place.
	Heard *Heard
}

// Webhook is the outgoing webhook of one connection. Its methods may be called from many
// goroutines.
type Webhook struct {
	name   desk.ConnectionName
	tenant string // "": not known
	keys   [][]byte
	opt    Options
	style  card.Style
}

// New makes a webhook of a checked configuration.
func New(conf config.Teams, opt Options) (*Webhook, error) {
	if opt.Heard == nil {
		opt.Heard = &Heard{}
	}
	w := &Webhook{name: conf.Name, tenant: conf.TenantID, opt: opt}
	w.style = card.Style{Zone: opt.Zone, Connection: conf.Name, Say: opt.Say, LinksOnly: true}
	for _, s := range conf.OutgoingSecrets() {
		key, err := base64.StdEncoding.DecodeString(s.Reveal())
		if err != nil || len(key) == 0 {
			return nil, fmt.Errorf("outgoing_secret of %s is not base64: paste the security token as Teams shows it", conf.Name)
		}
		w.keys = append(w.keys, key)
	}
	if len(w.keys) == 0 {
		return nil, fmt.Errorf("there is no outgoing_secret in [[teams]] %s", conf.Name)
	}
	return w, nil
}

// Format writes the connection's name and nothing else: a Webhook holds secrets.
func (w *Webhook) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "outgoing webhook of %s", w.name)
}

// Name is the connection's name.
func (w *Webhook) Name() desk.ConnectionName { return w.name }

// Callbacks are who does what people ask for.
type Callbacks struct {
	// Handle answers commands.
	Handle chat.Handler
	// Reaches tells whether a channel can be posted to, as a bot or a workflow does: an
	// outgoing webhook cannot, so to subscribe the channel would be in vain. nil: all can.
	Reaches func(desk.Channel) bool
}

// maxBody is the largest request that is read; Teams' own have at most some 30 kB.
const maxBody = 1 << 20

// Handler answers POST .../outgoing. Its answers: 401 for what Teams did not sign, made
// more than 5 minutes ago or sent before, 403 for another tenant, 404, 405, 413 above
// 1 MiB, 400 for what cannot be read. The server's write timeout must leave it the time
// that a command takes.
func (w *Webhook) Handler(do Callbacks) http.Handler { return &handler{w, do} }

type handler struct {
	*Webhook
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

// ServeHTTP is the one place that answers errors.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := h.serve(w, r)
	if err == nil {
		return
	}
	e := &httpError{status: http.StatusInternalServerError, sentence: "Something went wrong here.", err: err}
	errors.As(err, &e)
	h.opt.Log.Warn(chat.RequestRefused, "connection", h.name, "path", path.Base(r.URL.Path), "status", e.status, "reason", e.sentence, "error", e.err)
	http.Error(w, e.sentence, e.status)
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request) error {
	if path.Base(r.URL.Path) != "outgoing" {
		return &httpError{status: http.StatusNotFound, sentence: "Outgoing webhooks of Teams go to /outgoing."}
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return &httpError{status: http.StatusMethodNotAllowed, sentence: "Outgoing webhooks of Teams are POSTs."}
	}
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	at := h.opt.Now().UTC()
	if err := verify(r.Header.Get("Authorization"), body, h.keys); err != nil {
		return unbelieved(err)
	}
	a, err := parse(body)
	if err != nil {
		return &httpError{http.StatusBadRequest, "The request cannot be read.", err}
	}
	if err := h.admit(r.Context(), a, at); err != nil {
		return err
	}
	h.answer(w, r, mention{h.request(a, at), heardAt(a.Timestamp, h.idOf(a))})
	return nil
}

// admit checks what a signed activity claims: when and in which tenant it was made, and
// that it is the first time that it comes.
func (h *handler) admit(ctx context.Context, a activity, at time.Time) error {
	if age := at.Sub(a.Timestamp); age > maxAge || age < -maxAge {
		return unbelieved(errStale)
	}
	if tenant := a.tenant(); h.tenant != "" && !strings.EqualFold(tenant, h.tenant) {
		return &httpError{status: http.StatusForbidden, sentence: "This request is of another tenant."}
	}
	if !h.isFirst(ctx, a, at) {
		return unbelieved(errReplay)
	}
	return nil
}

func unbelieved(err error) error {
	return &httpError{http.StatusUnauthorized, "This request is not signed by Teams for this webhook, too old, or was sent before.", err}
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, &httpError{status: http.StatusRequestEntityTooLarge, sentence: "The request is larger than 1 MiB."}
	case err != nil:
		return nil, &httpError{http.StatusBadRequest, "The request broke off.", err}
	}
	return body, nil
}

// How long Teams waits at most, of its 5 s, before it is told that the command goes on,
// and how long a command may take in all.
const (
	lateAfter   = 2500 * time.Millisecond
	commandTime = 25 * time.Second
)

// mention is a request, and its place among what was heard.
type mention struct {
	chat.Request
	heardAt string
}

// answer carries a request out and answers it in the HTTP response. One that takes
// longer is answered with where to look, and goes on, as it does when the caller hangs up.
func (h *handler) answer(w http.ResponseWriter, r *http.Request, m mention) {
	if refusal, ok := h.forbidden(m.Request); ok {
		h.write(w, m, refusal)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), commandTime)
	defer cancel()
	begun := h.opt.Now()
	isInTime := chat.Late(lateAfter-begun.Sub(m.At), func() {
		w.Header().Set("Connection", "close") // its next request would wait for this one
		h.write(w, m, h.working(m.Request))
		_ = http.NewResponseController(w).Flush() // where it cannot, the return of the handler does
	})
	defer isInTime()
	reply := h.do.Handle(ctx, m.Request)
	inTime := isInTime()
	h.opt.Log.Debug("command answered", "trace", m.Trace, "connection", h.name, "command", m.Command, "took", h.opt.Now().Sub(begun), "in_time", inTime)
	if !inTime {
		h.opt.Log.Warn("an answer came too late for Teams", "trace", m.Trace, "connection", h.name, "command", m.Command)
		return
	}
	h.write(w, m, h.public(reply.Message))
}
