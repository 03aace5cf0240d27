package statuspage

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

const (
	// feedBack is how far the record is looked through for feeds: a program that looks
	// once a season misses nothing.
	feedBack = 90 * 24 * time.Hour
	// maxEntries is how many entries a feed has, the newest.
	maxEntries = 50
	// feedFor is how long feeds are given when nothing changed: what is long past leaves
	// them.
	feedFor = time.Hour
	// feedPause is the least time between two readings of all that was said.
	feedPause = 5 * time.Second
)

// Feed is a form in which feed readers are given news.
type Feed string

// The forms, as addresses name them.
const (
	Atom Feed = "atom" // RFC 4287
	RSS  Feed = "rss"  // RSS 2.0
	JSON Feed = "json" // JSON Feed 1.1
)

// Feed serves "/feed.atom", "/feed.rss" or "/feed.json", and of one service the same under
// "/services/{id}/".
func (p *Pages) Feed(form Feed) http.Handler {
	return p.reader(func(a *asked) { a.feedOf(form, desk.ServiceID(a.r.PathValue("id"))) })
}

// feeds are all that was said, as feeds have it. Each feed is written when somebody first
// asks for it after a change.
type feeds struct {
	at      time.Time
	changes uint64
	until   time.Time // as of a snapshot
	all     []told    // newest first
	sheets  sync.Map  // feedAddress -> *sheet
}

// feedAddress is which feed; without a service that of all.
type feedAddress struct {
	service desk.ServiceID
	form    Feed
	tag     string // its language
}

func (f *feeds) fresh(now time.Time, changes uint64) bool {
	age := now.Sub(f.at)
	return age >= 0 && (age < feedPause ||
		f.changes == changes && age < feedFor && (f.until.IsZero() || now.Before(f.until)))
}

// feeds returns all that was said until now, or until a moment ago.
func (p *Pages) feeds(ctx context.Context) (*feeds, error) {
	now := p.now()
	if f := p.news.Load(); f != nil && f.fresh(now, p.changes.Load()) {
		return f, nil
	}
	p.press.Lock()
	defer p.press.Unlock()
	before := p.news.Load()
	if before != nil && before.fresh(now, p.changes.Load()) {
		return before, nil
	}
	next, err := p.readFeeds(context.WithoutCancel(ctx), now) // for others too
	if err != nil {
		return nil, err
	}
	if before != nil && slices.EqualFunc(before.all, next.all, sameTold) {
		before.sheets.Range(func(address, s any) bool {
			next.sheets.Store(address, s)
			return true
		})
	}
	p.news.Store(next)
	return next, nil
}

// readFeeds reads all that was said.
func (p *Pages) readFeeds(ctx context.Context, now time.Time) (*feeds, error) {
	f := &feeds{at: now, changes: p.changes.Load()}
	incidents, err := p.record.Public(ctx, now, now.Add(-feedBack))
	if err != nil {
		return nil, err
	}
	windows, until, err := p.record.PublicWindows(ctx, now, now.Add(-feedBack))
	if err != nil {
		return nil, err
	}
	if f.until = until; f.until.IsZero() || !incidents.Until.IsZero() && incidents.Until.Before(until) {
		f.until = incidents.Until
	}
	for _, one := range incidents.Incidents {
		f.all = append(f.all, toldOf(one, p.settings.Words.Catalog)...)
	}
	for _, one := range windows {
		f.all = append(f.all, toldOfWindow(one)...)
	}
	slices.SortStableFunc(f.all, func(a, b told) int { return b.At.Compare(a.At) }) // those of one are in order
	f.all = newest(f.all)
	return f, nil
}

// newest leaves out what is in no feed, because each that it belongs to has newer things.
func newest(all []told) (out []told) {
	const whole = desk.ServiceID("") // no service is called so
	in := map[desk.ServiceID]int{}
	for _, t := range all {
		room := false
		for _, id := range append([]desk.ServiceID{whole}, t.in...) {
			room = room || in[id] < maxEntries
			in[id]++
		}
		if room {
			out = append(out, t)
		}
	}
	return out
}

// told is one thing that was said to everybody.
type told struct {
	desk.Entry
	updated time.Time // when what is shown of it last changed
	// in are the services in whose feeds it is.
	in []desk.ServiceID

	// What it is about: an incident, or nil and a window.
	incident *desk.Incident
	window   desk.Window
	// then is the incident as it was then, of which people may have corrected the title since.
	then desk.Incident
	// vague: how each service was then is not known any more.
	vague bool
	// plan is when the work of the window was planned then.
	plan desk.Period
}

func (t told) subject() desk.Subject {
	if t.incident != nil {
		return t.incident.Subject()
	}
	return t.window.Subject()
}

// sameTold reports whether feeds show two things the same: what they show is of the
// timeline, which only grows.
func sameTold(a, b told) bool {
	return a.subject() == b.subject() && a.Seq == b.Seq && a.entries() == b.entries()
}

func (t told) entries() int {
	if t.incident != nil {
		return t.incident.Entries
	}
	return t.window.Entries
}

// toldOf is what was said about an incident, the newest first. Who follows a service that
// it is not about any more is told so, and nothing after.
func toldOf(one journal.Published, c *desk.Catalog) (out []told) {
	now := one.Incident
	then, vague, corrected, in := now, false, now.RetractedAt, joined(nil, now.Services)
	for _, e := range slices.Backward(one.Timeline) {
		before := then.Services
		if e.Kind == desk.Rescoped || e.Kind == desk.Absorbed {
			before = named(e.Before, slices.Concat(now.Services, affected(c)))
			in = joined(in, before)
		}
		if then.Impact, then.Status = e.Impact, e.Status; isNews(e) {
			out = append(out, told{
				Entry: e, updated: latest(e.At, latest(e.CorrectedAt, corrected)), in: in,
				incident: &now, then: then, vague: vague,
			})
		}
		switch e.Kind {
		case desk.Rescoped, desk.Absorbed:
			vague = true
			fallthrough
		case desk.Retitled: // those before show it
			then.Services, corrected = before, latest(e.At, corrected)
		}
	}
	return out
}

// isNews reports whether feeds tell a line of the timeline of an incident: not that nothing
// is new, nor what changed on its page alone.
func isNews(e desk.Entry) bool {
	switch e.Kind {
	case desk.Worsened, desk.Eased, desk.Rescoped, desk.Retitled, desk.Retracted, desk.Merged:
		return true
	case desk.Absorbed:
		return e.Before != e.After // else the other incident says it
	}
	return e.Update != 0
}

// named reads the names that an entry lists, of services that are known and others.
func named(names string, known []desk.Affected) (out []desk.Affected) {
	for names != "" {
		name, rest, _ := strings.Cut(names, ", ")
		one := desk.Affected{Name: name}
		for _, k := range known {
			after, is := strings.CutPrefix(names, k.Name)
			if is && len(k.Name) >= len(one.Name) && (after == "" || strings.HasPrefix(after, ", ")) {
				one, rest = desk.Affected{Service: k.Service, Name: k.Name}, strings.TrimPrefix(after, ", ")
			}
		}
		out, names = append(out, one), rest
	}
	return out
}

// joined are services by their ids, each once.
func joined(in []desk.ServiceID, more []desk.Affected) []desk.ServiceID {
	out := slices.Clone(in)
	for _, a := range more {
		if a.Service != "" && !slices.Contains(out, a.Service) {
			out = append(out, a.Service)
		}
	}
	return out
}

func affected(c *desk.Catalog) (out []desk.Affected) {
	for _, s := range c.Services() {
		out = append(out, desk.Affected{Service: s.ID, Name: s.Name})
	}
	return out
}

// toldOfWindow is what was said about planned work, the newest first. Of a time of a series
// the series has told, and what became of that.
func toldOfWindow(one journal.PublishedWindow) (out []told) {
	w := one.Window
	plan, in := w.Planned, joined(nil, w.Services)
	for k, e := range slices.Backward(one.Timeline) {
		if isNewsOfWork(w, one.Timeline[:k], e) {
			out = append(out, told{Entry: e, updated: e.At, in: in, window: w, plan: plan})
		}
		if !e.Was.From.IsZero() {
			plan = e.Was
		}
	}
	return out
}

// isNewsOfWork reports whether feeds tell a line of the timeline of planned work, which
// stands behind those before.
func isNewsOfWork(w desk.Window, before []desk.Entry, e desk.Entry) bool {
	switch e.Kind {
	case desk.WindowScheduled:
		return w.Of == 0
	case desk.WindowCompleted:
		return !w.IsSeries() // nobody is told
	case desk.WindowCancelled:
		return !w.WithSeries
	case desk.WindowLate:
		return len(before) == 0 || before[len(before)-1].Kind != desk.WindowLate // else it was said
	case desk.WindowStarted, desk.WindowHeld, desk.WindowMoved, desk.WindowExtended, desk.WindowVerifying, desk.WindowConverted:
		return true
	}
	return false
}

// feedOf gives the feed of a service, or (empty) of all.
func (a *asked) feedOf(form Feed, id desk.ServiceID) {
	service, known := a.settings.Words.Catalog.Find(string(id))
	if id != "" && (!known || service.ID != id) {
		a.give(http.StatusNotFound, missing)
		return
	}
	all, err := a.feeds(a.r.Context())
	if err != nil {
		a.fail(a.w, err)
		return
	}
	tongue := a.tongues.all[0] // what a program asks for by itself is not what its reader reads
	if a.chosen {
		tongue = a.tongue
	}
	kept, _ := all.sheets.LoadOrStore(feedAddress{id, form, tongue.tag}, &sheet{})
	s := kept.(*sheet)
	s.render.Do(func() {
		s.set(a.newHerald(tongue).write(form, service, all.of(id)), http.Header{
			"Content-Type":     {feedTypes[form] + "; charset=utf-8"},
			"Content-Language": {tongue.tag},
			// Not that of the newest entry: what was in its grace is older than what was told
			// before it.
			"Last-Modified": {all.at.UTC().Format(http.TimeFormat)},
		})
	})
	a.send(http.StatusOK, s)
}

// of is what a feed has: of a service, or (empty) of all.
func (f *feeds) of(id desk.ServiceID) (out []told) {
	for _, t := range f.all {
		if len(out) == maxEntries {
			break
		}
		if id == "" || slices.Contains(t.in, id) {
			out = append(out, t)
		}
	}
	return out
}
