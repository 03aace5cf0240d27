package statuspage_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/internal/statuspage"
	"github.com/umassonline/belltower/internal/wording"
	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

// four is when every story begins: 4 a.m. in New York.
var four = time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC)

// campus is a record on a real store, with the pages of it served over HTTP.
type campus struct {
	t       testing.TB
	journal *journal.Journal
	book    *outbox.Book
	catalog *desk.Catalog
	pages   *statuspage.Pages
	*agenda
	url       string
	mux       http.Handler
	settings  statuspage.Settings
	clock     atomic.Int64 // nanoseconds after four
	reads     atomic.Int64 // of the record, for a snapshot
	gateReads atomic.Int64
	broken    atomic.Bool // the record cannot be read
	asked     int
}

// services are those of most stories.
func services() []desk.Service {
	return []desk.Service{
		{ID: "learn", Name: "Learn System", Group: "Teaching and learning", Description: "Blackboard Learn, for courses and exams",
			URL: "https://learn.example.edu/", SorryPage: true,
			Advice:       "Please treat this time as lab closed: no exams, no course meetings. Unsaved work may be lost.",
			AdviceIn:     map[string]string{"es": "Cuente con que los laboratorios están cerrados: no habrá exámenes ni clases. Lo que no se guarde puede perderse."},
			AdviceOutage: "Work of the last minutes may not be saved. If you are in an exam, keep this page open.", AdviceOutageIn: map[string]string{"es": "Puede perderse el trabajo de los últimos minutos. Si está en un examen, deje abierta esta página."}},
		{ID: "video", Name: "Lecture Video", Group: "Teaching and learning", Description: "Recordings and live lectures"},
		{ID: "portal", Name: "Student Portal", Group: "Campus life", Description: "Registration, grades and bills"},
		{ID: "mail", Name: "Mail", Group: "Campus life"},
		{ID: "print", Name: "Printing", Group: "Campus life"},
		{ID: "net", Name: "Campus Network"},
	}
}

func newCampus(t testing.TB, services []desk.Service, languages ...string) *campus {
	t.Helper()
	db, err := boltdb.Open(filepath.Join(storagetest.Dir(t), "belltower.db"), boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	c := &campus{t: t, book: outbox.NewBook(), catalog: desk.NewCatalog(services)}
	c.agenda = newAgenda(c)
	c.book.SetPlaces(outbox.Places{Catalog: c.catalog, Connections: []outbox.Connection{{Name: "amherst", Ops: []string{"COPS"}}}})
	c.journal = journal.New(db, c.book, func(...desk.Subject) { c.pages.Changed() }, journal.Settings{
		Grace: 10 * time.Second, GraceAbove: 0, Cadence: desk.Cadence{Critical: 20 * time.Minute, Holding: true},
	})
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	if len(languages) == 0 {
		languages = []string{"en", "es"}
	}
	c.show(statuspage.Settings{
		Words:      wording.Context{Organization: "Example University", Catalog: c.catalog, StatusURL: "https://status.example.edu", Zone: zone},
		Languages:  languages,
		SorryHosts: map[string]desk.ServiceID{"learn.example.edu": "learn", "sorry.example.edu": "learn"},
		HelpDesks:  []statuspage.HelpDesk{{Campus: "Amherst", At: "+1 555 0100"}, {Campus: "Boston", At: "help@boston.example.edu"}, {Campus: "Lowell", At: "Room 12"}},
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// show makes the pages anew.
func (c *campus) show(s statuspage.Settings) {
	c.settings = s
	c.pages = statuspage.New(c, s, c.now, slog.New(slog.DiscardHandler))
	mux := http.NewServeMux()
	mux.Handle("/{$}", c.pages.Home())
	mux.Handle("/incidents/{id}", c.pages.Incident())
	mux.Handle("/windows/{id}", c.pages.Window())
	mux.Handle("/services/{id}", c.pages.Service())
	mux.Handle("/history", c.pages.History())
	mux.Handle("/history/{month}", c.pages.History())
	mux.Handle("/windows.ics", c.pages.Calendar())
	mux.Handle("/services/{id}/windows.ics", c.pages.Calendar())
	mux.Handle("/api/v2/", c.pages.API())
	mux.Handle("/badge/{file}", c.pages.Badge())
	mux.Handle("/feed.atom", c.pages.Feed(statuspage.Atom))
	mux.Handle("/feed.rss", c.pages.Feed(statuspage.RSS))
	mux.Handle("/feed.json", c.pages.Feed(statuspage.JSON))
	mux.Handle("/services/{id}/feed.atom", c.pages.Feed(statuspage.Atom))
	mux.Handle("/services/{id}/feed.rss", c.pages.Feed(statuspage.RSS))
	mux.Handle("/services/{id}/feed.json", c.pages.Feed(statuspage.JSON))
	mux.Handle("/gate/{service}", c.pages.Gate())
	mux.Handle("/", c.pages.Missing())
	c.mux = c.pages.Sorry(mux)
}

// Public counts how often the record is read.
func (c *campus) Public(ctx context.Context, now, since time.Time) (journal.Publication, error) {
	c.reads.Add(1)
	if c.broken.Load() {
		return journal.Publication{}, io.ErrUnexpectedEOF
	}
	return c.journal.Public(ctx, now, since)
}

func (c *campus) PublicPast(ctx context.Context, now time.Time, in desk.Period) (journal.Past, error) {
	c.reads.Add(1)
	past, err := c.journal.PublicPast(ctx, now, in)
	for _, w := range c.windows {
		if w.Status == desk.Completed && !w.EndedAt.Before(in.From) && w.EndedAt.Before(in.To) {
			past.Windows = append(past.Windows, c.published(w))
		}
	}
	return past, err
}

func (c *campus) Began(ctx context.Context) (time.Time, error) { return c.journal.Began(ctx) }

func (c *campus) PublicNewest(ctx context.Context, now time.Time, limit int) ([]journal.Published, error) {
	c.reads.Add(1)
	return c.journal.PublicNewest(ctx, now, limit)
}

func (c *campus) PublicIncident(ctx context.Context, now time.Time, number int) (journal.Published, error) {
	c.reads.Add(1)
	return c.journal.PublicIncident(ctx, now, number)
}

// Gates counts how often the gates are read.
func (c *campus) Gates(ctx context.Context) (map[desk.ServiceID]desk.Gate, error) {
	c.gateReads.Add(1)
	if c.broken.Load() {
		return nil, io.ErrUnexpectedEOF
	}
	return c.journal.Gates(ctx)
}

func (c *campus) now() time.Time { return four.Add(time.Duration(c.clock.Load())) }

// wait lets time pass.
func (c *campus) wait(d time.Duration) { c.clock.Add(int64(d)) }

func (c *campus) by() journal.By {
	c.asked++
	return journal.By{Request: fmt.Sprint(c.asked), At: c.now(), Person: desk.Person{Connection: "amherst", ID: "UANN"}, Name: "Ann Archer"}
}

// declare opens an incident, about services by their ids: "learn", "mail:degraded_performance".
func (c *campus) declare(impact desk.Impact, title, text string, about ...string) int {
	c.t.Helper()
	d := desk.Declaration{Impact: impact, Title: title, Text: text, Next: 45 * time.Minute}
	for _, one := range about {
		id, status, _ := strings.Cut(one, ":")
		s, known := c.catalog.Find(id)
		if !known {
			c.t.Fatal("no service ", id)
		}
		d.Services = append(d.Services, desk.Affected{Service: s.ID, Name: s.Name, Status: desk.ServiceStatus(status)})
	}
	a, err := c.journal.Declare(c.t.Context(), c.by(), d, true)
	if err != nil {
		c.t.Fatal(err)
	}
	return a.Incident.Number
}

func (c *campus) apply(number int, rule journal.Rule) {
	c.t.Helper()
	if _, err := c.journal.Apply(c.t.Context(), c.by(), number, rule); err != nil {
		c.t.Fatal(err)
	}
}

func (c *campus) update(number int, status desk.IncidentStatus, text string) {
	c.t.Helper()
	c.apply(number, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.Update(desk.Progress{Status: status, Text: text, Next: 30 * time.Minute}, act)
	})
}

func (c *campus) resolve(number int, text string) {
	c.t.Helper()
	c.apply(number, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Resolve(text, act) })
}

func (c *campus) reword(number, update int, text string) {
	c.t.Helper()
	if _, err := c.journal.Reword(c.t.Context(), c.by(), number, update, text); err != nil {
		c.t.Fatal(err)
	}
}

// answer is what a reader is given.
type answer struct {
	*http.Response
	body string
}

// ask sends a request with headers, given as "Name: value".
func (c *campus) ask(method, path string, headers ...string) answer {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "identity")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
		if name == "Host" {
			req.Host = value
		}
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(res.Body); err != nil {
		c.t.Fatal(err)
	}
	return answer{res, body.String()}
}

// get returns a page that there is.
func (c *campus) get(path string, headers ...string) string {
	c.t.Helper()
	a := c.ask(http.MethodGet, path, headers...)
	if a.StatusCode != http.StatusOK {
		c.t.Fatalf("%s: %s", path, a.Status)
	}
	return a.body
}
