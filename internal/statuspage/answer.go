package statuspage

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// maxAge is how long others may keep a page: as long as nobody minds in an outage.
const maxAge = 15 * time.Second

// asked is a request for a page.
type asked struct {
	*Pages
	w      http.ResponseWriter
	r      *http.Request
	tongue *tongue
	chosen bool // the reader chose the language
	snap   *snapshot
}

// reader is a handler of what can be read only.
func (p *Pages) reader(give func(*asked)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "This page can only be read.", http.StatusMethodNotAllowed)
			return
		}
		p.answer(w, r, give)
	})
}

func (p *Pages) answer(w http.ResponseWriter, r *http.Request, give func(*asked)) {
	snap, err := p.snapshot(r.Context())
	if err != nil {
		p.fail(w, err)
		return
	}
	a := &asked{Pages: p, w: w, r: r, snap: snap}
	a.tongue, a.chosen = p.tongues.choose(r)
	give(a)
}

// fail answers when there is nothing to show.
func (p *Pages) fail(w http.ResponseWriter, err error) {
	p.log.Error("the status page cannot be read", "error", err)
	w.Header().Set("Retry-After", "5")
	http.Error(w, "The status page cannot be shown at the moment. Please try again in a few seconds.", http.StatusServiceUnavailable)
}

// incident gives the page of an incident, under whatever a person may type for it.
func (a *asked) incident(id string) {
	subject, err := desk.ParseSubject(strings.ToUpper(id))
	if err != nil || subject.Kind != desk.IncidentSubject {
		a.give(http.StatusNotFound, missing)
		return
	}
	if subject.String() != id {
		a.lead(subject)
		return
	}
	one, known := a.snap.all[subject.Number]
	if !known {
		a.older(subject.Number)
		return
	}
	a.giveIncident(one)
}

// older gives an incident that is not in the snapshot.
func (a *asked) older(number int) {
	var merged int
	a.dug(a.at(desk.Subject{Kind: desk.IncidentSubject, Number: number}), func(ctx context.Context) (*sheet, error) {
		one, err := a.record.PublicIncident(ctx, a.snap.at, number)
		if merged = one.Incident.MergedInto; err != nil || merged != 0 {
			return nil, err
		}
		return a.incidentSheet(one), nil
	})
	if merged != 0 {
		a.lead(desk.Subject{Kind: desk.IncidentSubject, Number: merged})
	}
}

func (a *asked) giveIncident(one journal.Published) {
	if into := one.Incident.MergedInto; into != 0 {
		a.lead(desk.Subject{Kind: desk.IncidentSubject, Number: into})
		return
	}
	a.send(http.StatusOK, a.incidentSheet(one))
}

func (a *asked) incidentSheet(one journal.Published) *sheet {
	return a.sheet(a.at(one.Incident.Subject()), func(v *view) { v.incident(one) })
}

// window gives the page of a window.
func (a *asked) window(id string) {
	subject, err := desk.ParseSubject(strings.ToUpper(id))
	if err != nil || subject.Kind != desk.WindowSubject {
		a.give(http.StatusNotFound, missing)
		return
	}
	if subject.String() != id {
		a.lead(subject)
		return
	}
	at := a.at(subject)
	a.dug(at, func(ctx context.Context) (*sheet, error) {
		one, err := a.record.PublicWindow(ctx, a.snap.at, subject.Number, maxTimes)
		if err != nil {
			return nil, err
		}
		return a.sheet(at, func(v *view) { v.window(one) }), nil
	})
}

// dug gives what stands at an address of the snapshot, which read makes of more than that
// holds: one at a time, so that who asks for all there is does not keep the record busy. A
// refusal is a page that there is not; no sheet gives nothing.
func (a *asked) dug(at any, read func(ctx context.Context) (*sheet, error)) {
	s, err := a.dig(at, read)
	var refused *desk.Refusal
	switch {
	case errors.As(err, &refused):
		a.give(http.StatusNotFound, missing)
	case err != nil:
		a.fail(a.w, err)
	case s != nil:
		a.send(http.StatusOK, s)
	}
}

func (a *asked) dig(at any, read func(ctx context.Context) (*sheet, error)) (*sheet, error) {
	if kept, found := a.snap.sheets.Load(at); found {
		return kept.(*sheet), nil
	}
	a.digging.Lock()
	defer a.digging.Unlock()
	if kept, found := a.snap.sheets.Load(at); found {
		return kept.(*sheet), nil
	}
	return read(context.WithoutCancel(a.r.Context())) // for others too
}

// lead leads to the page of another subject of the same kind. The address is relative, so that it holds
// behind a proxy that puts the pages elsewhere.
func (a *asked) lead(to desk.Subject) { a.leadTo(to.String()) }

// leadTo leads to a page beside this one.
func (a *asked) leadTo(where string) {
	if a.chosen {
		where += "?lang=" + a.tongue.tag
	}
	a.head()
	a.w.Header().Set("Location", where)
	a.w.WriteHeader(http.StatusFound)
}

// give gives one of the pages that there are always.
func (a *asked) give(status int, page int) {
	put := (*view).home
	if page == missing {
		put = (*view).missing
	}
	a.send(status, a.sheet(a.at(desk.Subject{Number: page}), put))
}

// head sets what every answer has.
func (a *asked) head() {
	h := a.w.Header()
	h["Cache-Control"] = a.keep()
	maps.Copy(h, a.headers)
}

// keep is the Cache-Control: others may never keep a page longer than a promise on it
// holds.
func (a *asked) keep() []string {
	if a.snap.until.IsZero() {
		return a.longest
	}
	left := a.snap.until.Sub(a.now())
	if left >= maxAge {
		return a.longest
	}
	return keepFor(max(0, left))
}

func keepFor(d time.Duration) []string {
	return []string{"public, max-age=" + strconv.Itoa(int(d/time.Second))}
}

// send sends a page, or that it is as the reader has it.
func (a *asked) send(status int, s *sheet) {
	a.head()
	form := s.plain
	if takesGzip(a.r.Header.Get("Accept-Encoding")) {
		form = s.zipped
	}
	h := a.w.Header()
	if status == http.StatusOK {
		h["Etag"] = form.tag
		if a.hasIt(form) {
			a.w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	maps.Copy(h, form.headers)
	a.w.WriteHeader(status)
	_, _ = a.w.Write(form.body) // who asked and left does not need it; net/http leaves it out for HEAD
}

// hasIt reports whether the reader has these bytes already (RFC 9110, 13.2.2: the time
// counts only where no tag is named).
func (a *asked) hasIt(f form) bool {
	if tags := a.r.Header.Get("If-None-Match"); tags != "" {
		return has(tags, f.tag[0])
	}
	at := f.headers.Get("Last-Modified")
	if at == "" {
		return false
	}
	changed, err := http.ParseTime(at)
	since, not := http.ParseTime(a.r.Header.Get("If-Modified-Since"))
	return err == nil && not == nil && !changed.After(since)
}

// has reports whether an If-None-Match names a tag of ours, which has no comma
// (RFC 9110, 13.1.2: W/ makes no difference).
func has(tags, tag string) bool {
	for one := range strings.SplitSeq(tags, ",") {
		if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || one == "*" {
			return true
		}
	}
	return false
}

// takesGzip reads an Accept-Encoding (RFC 9110, 12.5.3).
func takesGzip(accept string) bool {
	for one := range strings.SplitSeq(accept, ",") {
		coding, weight, _ := strings.Cut(one, ";")
		if coding = strings.TrimSpace(coding); !strings.EqualFold(coding, "gzip") && coding != "*" {
			continue
		}
		_, q, _ := strings.Cut(weight, "=")
		none, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
		return weight == "" || err != nil || none > 0
	}
	return false
}
