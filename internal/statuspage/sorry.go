package statuspage

import (
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

const (
	// SorryHeader is in each answer of a sorry page that stands in for a service, with its
	// id: so that a monitor knows our own 503.
	SorryHeader = "Belltower-Sorry"
	// UnreachableHeader is sent by a balancer that found nobody behind it: the sorry page
	// stands in although no gate is closed.
	UnreachableHeader = "Belltower-Unreachable"
	// SorryHealth, behind the address of a sorry page, is for balancers that look whether
	// it can be shown: a 503 would take it out just when it is needed.
	SorryHealth = "belltower-health"
	// versionHeader changes when the page says something else.
	versionHeader = "Belltower-Sorry-Version"

	sorryPath = "/sorry/"
)

// What Retry-After says where no news is promised, and its bounds: programs that obey
// it come back soon after the end, and not all at once in a short outage.
const (
	retryUsually = 2 * time.Minute
	retryLeast   = 30 * time.Second
	retryMost    = time.Hour
)

// sorryState is how a sorry page stands.
type sorryState string

const (
	// sorryUp: the gate is closed.
	sorryUp sorryState = "up"
	// sorryLost: the gate is open, and the balancer reaches nobody.
	sorryLost sorryState = "lost"
	// sorryDown: it does not stand in for anything.
	sorryDown sorryState = "down"
)

// sorry is one request for a sorry page.
type sorry struct {
	asked
	service desk.Service
	gate    desk.Gate
	state   sorryState
}

// Sorry serves "/sorry/{service}" and all below, with any method, and every path of the
// hosts that the configuration names. next has the rest.
func (p *Pages) Sorry(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, below, found := p.sorryFor(r)
		s, known := p.service(id)
		switch {
		case !found || !known:
			next.ServeHTTP(w, r)
		case below == SorryHealth:
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = w.Write([]byte("The sorry page can be shown.\n"))
		default:
			p.giveSorry(w, r, s)
		}
	})
}

// sorryFor is the service whose sorry page a request is for, and what stands behind its
// address.
func (p *Pages) sorryFor(r *http.Request) (id, below string, found bool) {
	if host, is := p.settings.SorryHosts[askedHost(r)]; is {
		return string(host), strings.TrimPrefix(r.URL.Path, "/"), true
	}
	rest, found := strings.CutPrefix(r.URL.Path, sorryPath)
	id, below, _ = strings.Cut(rest, "/")
	return id, below, found
}

// askedHost is the name that a request is for, without its port.
func askedHost(r *http.Request) string {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

// stateOf is how the sorry page of a service stands for a request.
func (p *Pages) stateOf(r *http.Request, s desk.Service) (desk.Gate, sorryState) {
	gates := p.gates(r.Context())
	if desk.IsSorry(gates, s) {
		return gates[s.ID], sorryUp
	}
	if r.Header.Get(UnreachableHeader) != "" || p.isItsOwnHost(r, s) {
		return desk.Gate{}, sorryLost
	}
	return desk.Gate{}, sorryDown
}

// isItsOwnHost reports whether the request came here although it was for the service
// itself: then a balancer sent it on.
func (p *Pages) isItsOwnHost(r *http.Request, s desk.Service) bool {
	if _, named := p.settings.SorryHosts[askedHost(r)]; !named || s.URL == "" {
		return false
	}
	u, err := url.Parse(s.URL)
	return err == nil && strings.EqualFold(u.Hostname(), askedHost(r))
}

// giveSorry answers with the page, or with its content for programs. The request's body
// is not read.
func (p *Pages) giveSorry(w http.ResponseWriter, r *http.Request, s desk.Service) {
	gate, state := p.stateOf(r, s)
	h := w.Header()
	h["Cache-Control"] = []string{"no-store"}
	h["Vary"] = []string{"Accept, Accept-Language, Accept-Encoding, X-Requested-With, " + UnreachableHeader}
	h["X-Content-Type-Options"] = []string{"nosniff"}
	h["Referrer-Policy"] = []string{"no-referrer"}
	status := http.StatusOK
	if state != sorryDown {
		status = http.StatusServiceUnavailable
		h.Set(SorryHeader, string(s.ID))
	}
	snap, err := p.snapshot(r.Context())
	if err != nil {
		p.log.Error("a sorry page is shown without what is known", "error", err)
		snap = &snapshot{at: p.now()}
	}
	one := &sorry{asked: asked{Pages: p, w: w, r: r, snap: snap}, service: s, gate: gate, state: state}
	one.tongue = p.tongues.accepted(r.Header.Get("Accept-Language"))
	if state != sorryDown {
		h.Set("Retry-After", strconv.Itoa(int(one.retryIn()/time.Second)))
	}
	if wantsJSON(r.Header) {
		one.problem(status)
		return
	}
	one.page(status)
}

// wantsJSON reports whether a program asks, which has no use for a page.
func wantsJSON(h http.Header) bool {
	accept := strings.ToLower(h.Get("Accept"))
	switch {
	case strings.Contains(accept, "text/html"):
		return false
	case strings.Contains(accept, "json"), strings.EqualFold(h.Get("X-Requested-With"), "XMLHttpRequest"):
		return true
	}
	return strings.Contains(strings.ToLower(h.Get("Content-Type")), "json")
}

// sent reports whether the request brought something that was not taken.
func (s *sorry) sent() bool {
	return !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, s.r.Method)
}

// retryIn is when to come again: when it is planned to be over or news is promised,
// within bounds.
func (s *sorry) retryIn() time.Duration {
	now, next := s.now(), time.Time{}
	soonest := func(t time.Time) {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for _, one := range s.running() {
		soonest(one.Window.Planned.To)
		soonest(one.Window.NextNewsBy)
	}
	for _, one := range s.open() {
		soonest(one.Incident.NextUpdateBy)
	}
	if next.IsZero() {
		return retryUsually
	}
	return min(max(next.Sub(now), retryLeast), retryMost)
}

// page gives the page, which is rendered once for all who get the same.
func (s *sorry) page(status int) {
	kind := "sorry/" + string(s.service.ID) + "/" + string(s.state) + s.gate.Since.Format(time.RFC3339Nano)
	if s.sent() {
		kind += "/sent"
	}
	sheet := s.snap.sheet(address{kind: desk.SubjectKind(kind), tag: s.tongue.tag})
	sheet.render.Do(func() {
		v := s.view()
		sheet.set(rendered(showSorry(v)), http.Header{
			"Content-Type":            {"text/html; charset=utf-8"},
			"Content-Language":        {s.tongue.tag},
			"Content-Security-Policy": {s.sorryPolicy},
			versionHeader:             {v.Version},
		})
	})
	form := sheet.plain
	if takesGzip(s.r.Header.Get("Accept-Encoding")) {
		form = sheet.zipped
	}
	maps.Copy(s.w.Header(), form.headers)
	s.w.WriteHeader(status)
	_, _ = s.w.Write(form.body) // who asked and left does not need it; net/http leaves it out for HEAD
}

// problem is what a program is told (RFC 9457), in the first of its languages.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	// Beside the members of the RFC:
	Service    desk.ServiceID `json:"service"`
	Since      *time.Time     `json:"since,omitempty"`
	RetryAfter int            `json:"retry_after,omitempty"` // seconds
	StatusPage string         `json:"status_page"`
}

func (s *sorry) problem(status int) {
	part := s.section(s.tongue)
	p := problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: part.Line.Plain(),
		Service: s.service.ID, StatusPage: s.settings.Words.StatusURL + "/",
	}
	if s.sent() {
		p.Detail += " " + part.Sent.Plain()
	}
	if s.state != sorryDown {
		p.RetryAfter = int(s.retryIn() / time.Second)
	}
	if since := s.gate.Since.UTC(); s.state == sorryUp && !since.IsZero() {
		p.Since = &since
	}
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // cannot happen: texts, numbers and times always encode
	}
	h := s.w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", s.tongue.tag)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	s.w.WriteHeader(status)
	_, _ = s.w.Write(body)
}
