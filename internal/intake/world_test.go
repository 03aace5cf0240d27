package intake_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/intake"
)

var update = flag.Bool("update", false, "write what is said now into the golden files")

// Tokens of all sources.
const (
	token     = "hunter2-now/and+here"
	nextToken = "hunter2-soon"
)

// longName is the name of a check, longer than one that is shown, and with two spaces.
const longName = "Learn System, log in  and open a course as a student of Boston, from outside of the campus network"

// sourcesFile is a configuration with a source of each kind that is built.
const sourcesFile = `
[organization]
name = "UMassOnline"
timezone = "America/New_York"
public_url = "https://status.example.edu/"

[[services]]
id = "learn"

[[services]]
id = "library"

[[sources]]
name = "pingdom"
kind = "pingdom"
token = "env:TOKEN"
next_token = "env:NEXT"
checks = { "4711001" = "library", "Learn log in" = "learn", "tag=campus" = "learn", "9223372036854775807" = "learn", "` + longName + `" = "learn" }

[[sources]]
name = "alertsite"
kind = "alertsite"
token = "env:TOKEN"
checks = { "900123" = "learn", "Grades" = "learn", "` + longName + `" = "learn" }

[[sources]]
name = "alertmanager"
kind = "alertmanager"
token = "env:TOKEN"
checks = { "alertname=LearnDown" = "learn", "service=library" = "library", "Catalogue" = "library", "LearnSlow" = "learn", "` + longName + `" = "learn" }

[[sources]]
name = "generic"
kind = "generic"
token = "env:TOKEN"
checks = { "disk-7" = "learn", "room=reading" = "library", "` + longName + `" = "learn" }

[[sources]]
name = "zabbix"
kind = "generic"
token = "env:TOKEN"
checks = { "18446744073709551615" = "learn" }
  [sources.map]
  each = "data.hosts"
  check = "@host.id"
  name = "@host.full\\.name"
  state = "@values.0.trouble"
  failing = ["true", "1"]
  passing = ["false", "0"]
  since = "clock"
  expectation = "about"
  performance = ["speed"]
  detail = "notes.#(kind==\"why\").text"
  place = "@host.site"
  link = "page"
  labels = ""

[[sources]]
name = "gatus"
kind = "gatus"
token = "env:TOKEN"
`

// now is the time of all calls.
var now = time.Date(2026, 11, 22, 6, 5, 0, 0, time.UTC)

// world is an intake and who hears it.
type world struct {
	t      testing.TB
	conf   *config.Config
	intake *intake.Intake
	logs   log
	clock  func() time.Time // it is now, if not set
	coming atomic.Int64

	mu       sync.Mutex // guards what follows
	heard    []desk.Report
	unmapped []desk.Unmapped
	traces   []string
	statuses []string
	failing  error             // of hearing
	waits    func(desk.Report) // before hearing, if set
}

func newWorld(t testing.TB) *world {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(file, []byte(sourcesFile), 0o600); err != nil {
		t.Fatal(err)
	}
	conf, err := config.Load(file, func(name string) (string, bool) {
		value, found := map[string]string{"TOKEN": token, "NEXT": nextToken}[name]
		return value, found
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, conf: conf}
	w.intake = intake.New(conf.Sources, intake.Options{
		Coming: func() { w.coming.Add(1) }, Hear: w.hear, Unmapped: w.hearUnmapped, Observe: w.observe,
		Now: w.now, Log: slog.New(slog.NewTextHandler(&w.logs, nil)),
	})
	return w
}

func (w *world) now() time.Time {
	if w.clock == nil {
		return now
	}
	return w.clock()
}

func (w *world) hear(ctx context.Context, trace string, reports []desk.Report) error {
	if w.waits != nil {
		w.waits(reports[0])
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failing != nil || ctx.Err() != nil {
		return cmp.Or(w.failing, ctx.Err())
	}
	w.traces = append(w.traces, trace)
	w.heard = append(w.heard, reports...)
	return nil
}

func (w *world) hearUnmapped(_ context.Context, trace string, checks []desk.Unmapped) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failing != nil {
		return w.failing
	}
	w.traces = append(w.traces, trace)
	w.unmapped = append(w.unmapped, checks...)
	return nil
}

func (w *world) observe(source string, status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.statuses = append(w.statuses, fmt.Sprint(source, " ", status))
}

// takeHeard is what was heard since the last time.
func (w *world) takeHeard() (reports []desk.Report, unmapped []desk.Unmapped) {
	w.mu.Lock()
	defer w.mu.Unlock()
	reports, unmapped = w.heard, w.unmapped
	w.heard, w.unmapped = nil, nil
	return reports, unmapped
}

// post sends a body to an address below /sources/, with the token.
func (w *world) post(address, body string) *httptest.ResponseRecorder {
	return w.send(request(http.MethodPost, address, strings.NewReader(body)))
}

// send has a request answered, and checks that neither the answer nor the log tells a token.
func (w *world) send(r *http.Request) *httptest.ResponseRecorder {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.intake.ServeHTTP(rec, r)
	if told := rec.Body.String() + fmt.Sprint(rec.Result().Header) + w.logs.String(); strings.Contains(told, "hunter2") {
		w.t.Errorf("a token is told: %s", told)
	}
	return rec
}

func request(method, address string, body io.Reader) *http.Request {
	r := httptest.NewRequest(method, "/sources/"+address, body)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// log is a log that can be read while it is written.
type log struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Reset()
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// shown is all that a call came to, for golden files.
func (w *world) shown(rec *httptest.ResponseRecorder) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s", rec.Code, rec.Body)
	reports, unmapped := w.takeHeard()
	for _, r := range reports {
		fmt.Fprintf(&b, "\n%s %s of %s, says %s %s", r.State, r.Expectation, r.Service, r.Witness.Name, r.Witness.Check)
		if !r.Since.IsZero() {
			b.WriteString(", since " + r.Since.Format(time.RFC3339Nano))
		}
		for _, part := range [][2]string{{"called", r.Called}, {"detail", r.Detail}, {"step", r.Step}, {"places", strings.Join(r.Places, "; ")}, {"link", r.Link}} {
			if part[1] != "" {
				b.WriteString("\n  " + part[0] + ": " + part[1])
			}
		}
		b.WriteString("\n")
	}
	for _, u := range unmapped {
		fmt.Fprintf(&b, "\nunmapped: %s %q called %q is %s\n", u.Source, u.Check, u.Called, u.State)
	}
	return b.String()
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), got); diff != "" {
		t.Error("want -, got +\n" + diff)
	}
}

var errDisk = errors.New("no space left on device")

func contextOf(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithCancel(r.Context())
}
