// Package intake takes the calls of monitors elsewhere, POST /sources/{name}, and hands
// on what they say: which check sees which service fail or pass which expectation.
// What becomes of it, and what of it is stale or said twice, is decided by who is told.
//
// A call is answered:
//
//	200  taken and on disk; the text says what it came to
//	202  the same, but a check maps to no service: the text has the line to add
//	400  nothing of it can be read; the text says why
//	401  no token, or a wrong one: nothing of the body was read
//	404  no such source
//	405  another method than POST
//	413  over 1 MiB or over 5,000 alerts: nothing of it was taken
//	501  a kind of monitor that is not built yet
//	503  not on disk, or too many at once; Retry-After says when to come again
//
// Of several alerts in one call those that can be read are taken, and the answer and
// the log say which could not: senders come again with the whole call or not at all, so
// one alert that stays unreadable would keep back all others for ever.
//
// A monitor is one file, and one line in monitors.go.
package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// Options are what an Intake needs. All but Observe must be set.
type Options struct {
	// Coming is told that a call is proved, before it is read: something is likely to be
	// stored within a moment.
	Coming func()
	// Hear is told what the checks of one call see. It returns when that is on disk; after
	// an error the monitor is asked to come again, so it may hear the same twice. trace
	// names the call in the log and is the same when it comes again unchanged.
	Hear func(ctx context.Context, trace string, reports []desk.Report) error
	// Unmapped is told which checks of the call map to no service, as Hear is.
	Unmapped func(ctx context.Context, trace string, checks []desk.Unmapped) error
	// Observe is told the status of each answer to a source that exists. May be nil.
	Observe func(source string, status int)
	Now     func() time.Time
	Log     *slog.Logger
}

// Intake answers for all sources of a configuration.
type Intake struct {
	opt     Options
	sources map[string]*source
	chunks  chunks
}

// New makes an Intake for sources of a configuration that was checked.
func New(sources []config.Source, opt Options) *Intake {
	in := &Intake{opt: opt, sources: make(map[string]*source, len(sources))}
	for _, s := range sources {
		in.sources[s.Name] = newSource(s)
	}
	return in
}

// atOnce is how many calls of one source are read and stored at the same time, 1 MiB
// each at most. More wait, for waitFor, so that what one source sends takes neither the
// memory nor the room of the others.
const (
	atOnce  = 4
	waitFor = 5 * time.Second
)

// storeWithin is how long a call may take to get on disk. It goes on when the caller
// hangs up.
const storeWithin = 20 * time.Second

// source is one configured monitor.
type source struct {
	conf    config.Source
	read    reader // nil: its kind is not built yet
	room    chan struct{}
	unbuilt sync.Once       // said in the log
	labels  map[string]bool // the names of those that may map a check
}

func newSource(conf config.Source) *source {
	s := &source{conf: conf, room: make(chan struct{}, atOnce), labels: map[string]bool{}}
	for key := range conf.Checks {
		for k := range len(key) {
			if key[k] == '=' { // a name may have it, too
				s.labels[key[:k]] = true
			}
		}
	}
	if m, built := monitors()[conf.Kind]; built {
		s.read = m.reader(conf)
	}
	return s
}

// CallRefused is what the log says of a call that is not taken, first of which source.
// Strangers can have it said: who keeps the log may leave some out.
const CallRefused = "a source's call was refused"

// prefix is the path before the name of a source.
const prefix = "/sources/"

// ServeHTTP answers /sources/{name}, and /sources/{name}/availability and
// /performance, which say what the alerts are about that do not say it themselves.
func (in *Intake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, about, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, prefix), "/")
	s, expectation := in.sources[name], expectationOf(about)
	if s == nil || expectation == "" {
		refuse(w, refusal{status: http.StatusNotFound, sentence: "There is no such source."})
		return
	}
	status, err := in.serve(w, r, call{source: s, expectation: expectation, at: in.opt.Now().UTC()})
	if err != nil {
		attrs := []any{"source", name, "status", err.status, "reason", err.sentence}
		if err.cause != nil {
			attrs = append(attrs, "error", err.cause)
		}
		in.opt.Log.Warn(CallRefused, attrs...)
		refuse(w, *err)
		status = err.status
	}
	if in.opt.Observe != nil {
		in.opt.Observe(name, status)
	}
}

// expectationOf is the expectation that the end of an address names; "" for what is no
// address of ours.
func expectationOf(about string) desk.Expectation {
	switch about {
	case "", string(desk.Availability):
		return desk.Availability
	case string(desk.Performance):
		return desk.Performance
	}
	return ""
}

// call is one request of a source that is proved.
type call struct {
	source      *source
	expectation desk.Expectation // of alerts that do not say it themselves
	at          time.Time
}

func (in *Intake) serve(w http.ResponseWriter, r *http.Request, c call) (status int, err *refusal) {
	if !proved(r, c.source.conf.Tokens()) {
		w.Header().Set("WWW-Authenticate", `Basic realm="Belltower", charset="UTF-8"`)
		return 0, &refusal{status: http.StatusUnauthorized, sentence: "The token is missing or wrong: send the source's token as \"Authorization: Bearer TOKEN\", as the password of Basic authentication, or as ?token=TOKEN."}
	}
	if c.source.read == nil {
		c.source.unbuilt.Do(func() {
			in.opt.Log.Warn("a monitor calls whose kind is not built yet: its alerts are not heard", "source", c.source.conf.Name, "kind", c.source.conf.Kind)
		})
		refuse(w, refusal{status: http.StatusNotImplemented, sentence: "Sources of the kind " + c.source.conf.Kind + " are not built yet: nothing was taken."})
		return http.StatusNotImplemented, nil
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return 0, &refusal{status: http.StatusMethodNotAllowed, sentence: "This address takes POSTs from the monitor; opened in a browser it says only this."}
	}
	in.opt.Coming()
	leave, err := c.source.enter(r.Context())
	if err != nil {
		return 0, err
	}
	defer leave()
	return in.take(w, r, c)
}

// enter waits for room among the calls of the source.
func (s *source) enter(ctx context.Context) (leave func(), err *refusal) {
	leave = func() { <-s.room }
	select {
	case s.room <- struct{}{}:
		return leave, nil
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, waitFor)
	defer cancel()
	select {
	case s.room <- struct{}{}:
		return leave, nil
	case <-ctx.Done():
		return nil, &refusal{status: http.StatusServiceUnavailable, sentence: "Too many calls of this source at once: send it again.", cause: ctx.Err()}
	}
}

// take reads a call and has it stored.
func (in *Intake) take(w http.ResponseWriter, r *http.Request, c call) (status int, refused *refusal) {
	sum := traceOf(c)
	raw, refused := in.readBody(w, r, sum)
	if refused != nil {
		return 0, refused
	}
	body, refused := parse(raw)
	if refused != nil {
		return 0, refused
	}
	got := c.source.read(body, c.expectation)
	if refused := got.refused(); refused != nil {
		return 0, refused
	}
	h := c.sort(got)
	trace := hex.EncodeToString(sum.Sum(nil)[:6])
	if err := in.store(r.Context(), trace, h); err != nil {
		return 0, &refusal{status: http.StatusServiceUnavailable, sentence: "This could not be put on disk: send it again.", cause: err}
	}
	in.opt.Log.LogAttrs(r.Context(), slog.LevelInfo, "heard from a source", slog.String("trace", trace), slog.String("source", c.source.conf.Name),
		slog.Int("reports", len(h.reports)), slog.Int("unmapped", len(h.unmapped)), slog.Int("told_nobody", h.silent.count),
		slog.Int("unreadable", h.bad.count), slog.Duration("took", in.opt.Now().Sub(c.at)))
	if h.bad.count > 0 || got.remark != "" {
		in.opt.Log.Warn("part of a source's call was not read", "trace", trace, "source", c.source.conf.Name, "unreadable", h.bad.count, "first", h.bad.first(), "remark", got.remark)
	}
	return h.answer(w), nil
}

// store has what was heard put on disk.
func (in *Intake) store(ctx context.Context, trace string, h heard) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	if len(h.reports) > 0 {
		if err := in.opt.Hear(ctx, trace, h.reports); err != nil {
			return err
		}
	}
	if len(h.unmapped) > 0 {
		return in.opt.Unmapped(ctx, trace, h.unmapped)
	}
	return nil
}

// traceOf begins the name of a call, which is the same when the call comes again: its
// body is to follow.
func traceOf(c call) hash.Hash {
	sum := sha256.New()
	sum.Write([]byte(c.source.conf.Name + "\x00" + string(c.expectation) + "\x00"))
	return sum
}
