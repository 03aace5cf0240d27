package escalate

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/internal/wording"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

var (
	four = time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC) // 4 a.m. in New York
	ops  = desk.Channel{Connection: "amherst", ID: "COPS"}
	ann  = desk.Person{Connection: "amherst", ID: "UANN"}
)

// world is a record in a real store, on a clock that the story moves, and what is said
// of it to the log.
type world struct {
	*journal.Journal
	t    *testing.T
	path string
	db   storage.DB
	s    Settings
	logs bytes.Buffer
	now  time.Time
	lead desk.Person
}

func newWorld(t *testing.T) *world {
	t.Helper()
	eastern, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	catalog := desk.NewCatalog([]desk.Service{{ID: "learn", Name: "Learn System"}, {ID: "portal", Name: "Portal"}})
	w := &world{t: t, path: filepath.Join(storagetest.Dir(t), "belltower.db"), now: four, s: Settings{Words: wording.Context{
		Organization: "Example University", Catalog: catalog, StatusURL: "https://status.example.edu", Zone: eastern,
	}}}
	w.open()
	t.Cleanup(func() { w.db.Close() })
	return w
}

// open opens the record, as each start of the bot does.
func (w *world) open() {
	w.t.Helper()
	db, err := boltdb.Open(w.path, boltdb.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.db = db
	book := outbox.NewBook()
	book.SetPlaces(outbox.Places{Catalog: w.s.Words.Catalog, Connections: []outbox.Connection{{Name: "amherst", Ops: []string{"COPS"}}}})
	w.Journal = journal.New(w.db, book, func(...desk.Subject) {}, w.settings())
}

func (w *world) settings() journal.Settings {
	return journal.Settings{
		Ops: []desk.Channel{ops}, Cadence: desk.Cadence{Critical: 20 * time.Minute, Holding: true},
		Uncalled: w.s.Words.Uncalled,
	}
}

// leads has somebody lead what is declared next.
func (w *world) leads(p desk.Person) { w.lead = p }

// silence declares an outage of Learn and lets the promises of 4:20 and 4:40 pass.
func (w *world) silence() *world {
	w.t.Helper()
	by := journal.By{Request: "1", At: w.now, Person: ann, Name: "Ann", From: ops}
	_, err := w.Declare(w.t.Context(), by, desk.Declaration{
		Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}, Impact: desk.Critical,
		Title: "Logins fail", Text: "We are looking into it.",
	}, false)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.lead != (desk.Person{}) {
		by.Request = "lead"
		_, err := w.Apply(w.t.Context(), by, 1, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetLead(w.lead, act) })
		if err != nil {
			w.t.Fatal(err)
		}
	}
	for _, minutes := range []int{20, 40} {
		w.now = four.Add(time.Duration(minutes) * time.Minute)
		if _, err := w.Journal.Fire(w.t.Context(), w.now); err != nil {
			w.t.Fatal(err)
		}
	}
	return w
}

// try lets a bot that was just started make the calls that are due, and moves the clock
// to when it would do so again. It reports whether it would.
func (w *world) try() bool {
	w.t.Helper()
	c := New(w.Journal, slog.New(slog.NewTextHandler(&w.logs, nil)), w.s)
	next, err := c.Fire(w.t.Context(), w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	if !next.IsZero() {
		w.now = next
	}
	return !next.IsZero()
}

// left lists the ids of the calls that are still to be made.
func (w *world) left() (ids []string) {
	w.t.Helper()
	calls, err := w.Calls(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range calls {
		ids = append(ids, c.ID)
	}
	return ids
}

// audited lists what the audit says of calls.
func (w *world) audited() string {
	w.t.Helper()
	var all []string
	err := w.db.View(w.t.Context(), func(tx storage.Tx) error {
		all = nil
		return storage.TableOf[journal.AuditEntry]("audit").Scan(tx, nil, nil, 0, func(_ storage.Key, e journal.AuditEntry) (bool, error) {
			if strings.HasPrefix(e.Did, "call") {
				all = append(all, strings.TrimSpace(e.At.Format("15:04:05 ")+e.Did+" "+e.About+" "+e.After))
			}
			return true, nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

// stored reports whether the store holds a text.
func (w *world) stored(text string) (found bool) {
	w.t.Helper()
	err := w.db.View(w.t.Context(), func(tx storage.Tx) error {
		found = false
		return tx.Scan(nil, nil, 0, func(k, v []byte) (bool, error) {
			found = found || bytes.Contains(v, []byte(text)) || bytes.Contains(k, []byte(text))
			return true, nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

// tellsNothing fails where one of the texts is in a log or in the store.
func (w *world) tellsNothing(texts ...string) {
	w.t.Helper()
	for _, text := range texts {
		if strings.Contains(w.logs.String(), text) {
			w.t.Errorf("%q is in the log:\n%s", text, w.logs.String())
		}
		if w.stored(text) {
			w.t.Errorf("%q is stored", text)
		}
	}
}

// pager is an on-call service: it answers as it was told, then with 200.
type pager struct {
	*httptest.Server
	mu      sync.Mutex // held while it answers
	answers []http.HandlerFunc
	heard   []string // each request in a line
}

func newPager(t *testing.T, answers ...http.HandlerFunc) *pager {
	t.Helper()
	p := &pager{answers: answers}
	p.Server = httptest.NewTLSServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		var body bytes.Buffer
		if _, err := body.ReadFrom(r.Body); err != nil {
			t.Error(err)
		}
		p.heard = append(p.heard, fmt.Sprint(r.Method, " ", r.URL, " ", r.Header.Get("Content-Type"), " ", r.Header.Get("Idempotency-Key"), " ", body.String()))
		if len(p.answers) > 0 {
			answer := p.answers[0]
			p.answers = p.answers[1:]
			answer(out, r)
		}
	}))
	p.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(p.Close)
	return p
}

func status(code int) http.HandlerFunc {
	return func(out http.ResponseWriter, r *http.Request) {
		out.Header().Set("Location", "/elsewhere")
		out.WriteHeader(code)
	}
}

// cut hangs up without an answer.
func cut(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// use has the pager be called, by an address with a secret in it.
func (w *world) use(p *pager) *world {
	w.s.Cadence.EscalateURL = config.NewSecret(p.URL + "/hunter2")
	transport := p.Client().Transport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true // net/http asks again by itself where a connection that it kept is cut
	w.s.Transport = transport
	return w
}

// trust is whom mail servers may have their certificates from.
func (w *world) trust(cert *x509.Certificate) {
	w.s.Roots = x509.NewCertPool()
	w.s.Roots.AddCert(cert)
}
