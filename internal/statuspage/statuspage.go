// Package statuspage is the public status page: what everybody may know, in plain
// words, in each of the organization's languages.
//
// It has the sorry pages, which stand in for services, and tells balancers when (gate.go).
// Calendars (ics.go) have planned work, feeds (feed.go) all that was said.
//
// It reads only, and reads little: one snapshot of the record is made when
// something changed and somebody asks, and each page of it is rendered once, to
// bytes that all readers are given. So a campus in panic costs a few
// milliseconds a change and a copy a reader, and no command waits for it.
//
// Pages are whole without JavaScript, load nothing beside themselves, and hold no
// name of a person, no note, no drill, and none of the staff's words (minor,
// critical). Every sentence of ours is in sentences.go, and in other languages in
// package wording, with those of posts. It starts no goroutines.
package statuspage

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/wording"
)

// Settings are what the configuration says.
type Settings struct {
	// Words are those of posts; its StatusURL is the page's public address, its Zone that
	// of the times shown.
	Words wording.Context
	// Languages are those of public texts; the first is that of what people type.
	// One that the bot does not speak is left out; none that it does: English.
	Languages []string
	// Planning has the standing windows, which are shown as reserved.
	Planning desk.Planning
	// SorryHosts are the services whose sorry pages are given for every path of a host.
	SorryHosts map[string]desk.ServiceID
	// HelpDesks are whom people may ask, as sorry pages list them.
	HelpDesks []HelpDesk
}

// Record is where the pages come from.
type Record interface {
	// Public reads what everybody may know at now: open, and declared since.
	Public(ctx context.Context, now, since time.Time) (journal.Publication, error)
	// PublicNewest reads the newest incidents of which something may be known, newest first.
	PublicNewest(ctx context.Context, now time.Time, limit int) ([]journal.Published, error)
	// PublicPast reads what happened in a period.
	PublicPast(ctx context.Context, now time.Time, in desk.Period) (journal.Past, error)
	// Began is since when the record knows anything; zero: it knows nothing.
	Began(ctx context.Context) (time.Time, error)
	// PublicIncident reads one incident, or refuses with desk.Unknown.
	PublicIncident(ctx context.Context, now time.Time, number int) (journal.Published, error)
	Windows
	Doors
}

// Doors is where the gates before services come from.
type Doors interface {
	// Gates reads the gates that are closed, or kept open by hand.
	Gates(ctx context.Context) (map[desk.ServiceID]desk.Gate, error)
}

// Windows is where planned work comes from.
type Windows interface {
	// PublicPlans reads what everybody may know of what runs and of what is coming.
	PublicPlans(ctx context.Context, q journal.PlansQuery) (journal.Plans, error)
	// PublicWindow reads one window or series, or refuses with desk.Unknown. Of a series
	// it reads the next times, at most next of them.
	PublicWindow(ctx context.Context, now time.Time, number, next int) (journal.PublishedWindow, error)
	// PublicCalendar reads what everybody may know of the windows and series that are
	// coming, or were planned or cancelled since, and until when no more is known.
	PublicCalendar(ctx context.Context, now, since time.Time) ([]desk.Window, time.Time, error)
	// PublicWindows reads those of PublicCalendar with their timelines.
	PublicWindows(ctx context.Context, now, since time.Time) ([]journal.PublishedWindow, time.Time, error)
}

// Pages are the pages. All methods may be called from many goroutines.
type Pages struct {
	record   Record
	settings Settings
	now      func() time.Time
	log      *slog.Logger
	tongues  *tongues
	// The Content-Security-Policy of pages, and of sorry pages.
	policy, sorryPolicy string
	// What every answer has, given to every reader and so never changed: headers, and
	// the Cache-Control of most.
	headers http.Header
	longest []string

	changes atomic.Uint64 // how often something changed
	current atomic.Pointer[snapshot]
	look    sync.Mutex // held by the one who makes a snapshot
	looked  time.Time  // when that was last tried
	digging sync.Mutex // held by the one who reads what is not in the snapshot

	calendar atomic.Pointer[calendars]
	leaf     sync.Mutex // held by the one who reads the calendars
	born     time.Time  // when the configuration was read

	news  atomic.Pointer[feeds]
	press sync.Mutex // held by the one who reads the feeds

	doors atomic.Pointer[gates]
	ask   sync.Mutex  // held by the one who reads the gates
	shut  atomic.Bool // they could not be read
}

// New makes the pages. Nothing is read before somebody asks.
func New(r Record, s Settings, now func() time.Time, log *slog.Logger) *Pages {
	return &Pages{
		record: r, settings: s, now: now, log: log, born: now(), tongues: newTongues(s.Words, s.Languages), policy: pagePolicy(), sorryPolicy: sorryPolicy(), longest: keepFor(maxAge),
		headers: http.Header{
			"Vary":                   {"Accept-Encoding, Accept-Language"},
			"X-Content-Type-Options": {"nosniff"},
			"Referrer-Policy":        {"no-referrer"},
		},
	}
}

// Changed says that something was committed that the pages may show.
func (p *Pages) Changed() { p.changes.Add(1) }

// Home serves the page itself, "/".
func (p *Pages) Home() http.Handler {
	return p.reader(func(a *asked) { a.give(http.StatusOK, home) })
}

// Missing serves what stands where there is no page.
func (p *Pages) Missing() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.answer(w, r, func(a *asked) { a.give(http.StatusNotFound, missing) })
	})
}

// Incident serves "/incidents/{id}".
func (p *Pages) Incident() http.Handler {
	return p.reader(func(a *asked) { a.incident(a.r.PathValue("id")) })
}

// Window serves "/windows/{id}".
func (p *Pages) Window() http.Handler {
	return p.reader(func(a *asked) { a.window(a.r.PathValue("id")) })
}

// History serves "/history", which is of this month, and "/history/{month}": "2026-11".
func (p *Pages) History() http.Handler {
	return p.reader(func(a *asked) { a.history(a.r.PathValue("month")) })
}

// Service serves "/services/{id}".
func (p *Pages) Service() http.Handler {
	return p.reader(func(a *asked) { a.service(a.r.PathValue("id")) })
}

// Calendar serves "/windows.ics", and of one service "/services/{id}/windows.ics".
func (p *Pages) Calendar() http.Handler {
	return p.reader(func(a *asked) { a.calendarOf(desk.ServiceID(a.r.PathValue("id"))) })
}
