package statuspage_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/statuspage"
)

// sorry says something to the gate of learn.
func (c *campus) sorry(verb desk.SorryVerb) {
	c.t.Helper()
	s, _ := c.catalog.Find("learn")
	if _, err := c.journal.Sorry(c.t.Context(), c.by(), s, verb, "Jim Beam looks at it"); err != nil {
		c.t.Fatal(err)
	}
}

// closed is a campus with the gate of learn closed.
func closed(of func(testing.TB) *campus) func(testing.TB) *campus {
	return func(t testing.TB) *campus {
		c := of(t)
		c.sorry(desk.SorryOn)
		c.wait(time.Minute)
		return c
	}
}

// sorryState is a state that somebody meets who wants to use learn.
type sorryState struct {
	name    string
	make    func(testing.TB) *campus
	method  string
	headers []string
}

func sorryStates() []sorryState {
	return []sorryState{
		{"sorry incident", closed(oneOpen), http.MethodGet, nil},
		{"sorry incident in Spanish", closed(oneOpen), http.MethodGet, []string{"Accept-Language: es-PR,es;q=0.9"}},
		{"sorry form sent", closed(oneOpen), http.MethodPost, nil},
		{"sorry work", closed(workNow), http.MethodGet, nil},
		{"sorry work late", closed(workLate), http.MethodGet, nil},
		{"sorry promise missed", closed(missed(3)), http.MethodGet, nil},
		{"sorry by hand", closed(allWell), http.MethodGet, nil},
		{"sorry lost", allWell, http.MethodGet, []string{statuspage.UnreachableHeader + ": 1"}},
		{"sorry lost in an incident", oneOpen, http.MethodGet, []string{statuspage.UnreachableHeader + ": 1"}},
		{"sorry long words", closed(longSorry), http.MethodGet, nil},
		{"sorry down", allWell, http.MethodGet, nil},
		{"sorry down in an incident", oneOpen, http.MethodGet, nil},
		{"sorry down and sent", allWell, http.MethodPost, nil},
	}
}

func longSorry(t testing.TB) *campus {
	c := newCampus(t, []desk.Service{{
		ID: "learn", Name: `<b>"R&D"</b> نظام التعلم {{.}}`, SorryPage: true, AdviceOutage: "إذا كنت في امتحان، أبق هذه الصفحة مفتوحة.",
	}})
	c.declare(desk.Critical, "<script>alert(1)</script> & co", "</p><img src=x onerror=alert(1)> https://example.edu/"+strings.Repeat("x", 120), "learn")
	c.wait(time.Minute)
	return c
}

// What was last said stands there still when something was put right since, which says
// nothing by itself.
func TestTheSorryPageKeepsWhatWasLastSaid(t *testing.T) {
	c := closed(oneOpen)(t)
	c.apply(1, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.SetTitle("Nobody can log in", act)
	})
	c.wait(time.Second)
	for _, said := range []string{"Nobody can log in", "A disk of the database is full."} {
		if page := c.ask(http.MethodGet, "/sorry/learn").body; !strings.Contains(page, said) {
			t.Errorf("%q is not on the page:\n%s", said, page)
		}
	}
}

// TestWhatTheSorryPageSays keeps every state, word for word.
func TestWhatTheSorryPageSays(t *testing.T) {
	shared := regexp.MustCompile(`(?s)<style>.*?</style>|<script>.*?</script>`)
	never := regexp.MustCompile(`(?i)\b(minor|major|critical|major_outage|under_maintenance|in_progress)\b|8841|\bJim\b|\bAnn\b|Archer|UANN|<script>a|<img|about:invalid`)
	for _, s := range sorryStates() {
		t.Run(s.name, func(t *testing.T) {
			a := s.make(t).ask(s.method, "/sorry/learn/course/7", s.headers...)
			if len(a.body) > 14<<10 {
				t.Errorf("%d bytes", len(a.body))
			}
			text := shared.ReplaceAllString(a.body, "")
			if found := never.FindString(text); found != "" {
				t.Errorf("%q is on the page", found)
			}
			golden(t, s.name+".html", text)
		})
	}
}

// Where the gate is closed, and only there, any request is answered 503, whatever its
// method and path, with when to come again.
func TestSorryAnswersAnyRequest(t *testing.T) {
	c := allWell(t)
	methods := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "BREW"}
	paths := []string{"/sorry/learn", "/sorry/learn/", "/sorry/learn/a//b/../c", "/sorry/learn/index.php?x=%2e%2e/%00", "/sorry/learn/belltower-health/x"}
	for _, up := range []bool{false, true} {
		want := http.StatusOK
		if up {
			c.sorry(desk.SorryOn)
			want = http.StatusServiceUnavailable
		}
		for _, m := range methods {
			for _, p := range paths {
				a := c.ask(m, p)
				switch {
				case a.StatusCode != want, a.Header.Get("Cache-Control") != "no-store", a.Header.Get("Location") != "":
					t.Errorf("%s %s: %s %v", m, p, a.Status, a.Header)
				case (a.Header.Get("Retry-After") != "") != up, (a.Header.Get(statuspage.SorryHeader) == "learn") != up:
					t.Errorf("%s %s: %v", m, p, a.Header)
				case (m == "HEAD") != (a.body == ""):
					t.Errorf("%s %s: %d bytes", m, p, len(a.body))
				}
			}
		}
	}
	for _, p := range []string{"/sorry/", "/sorry/xyzzy", "/sorry/bb", "/sorryx/learn"} {
		if a := c.ask("GET", p); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", p, a.Status)
		}
	}
}

// A service without a sorry page is never closed.
func TestAServiceWithoutASorryPageIsOpen(t *testing.T) {
	c := oneOpen(t)
	if a := c.ask("GET", "/gate/mail"); a.StatusCode != http.StatusNoContent {
		t.Error(a.Status)
	}
	if a := c.ask("GET", "/sorry/mail"); a.StatusCode != http.StatusOK {
		t.Error(a.Status)
	}
}

func TestTheGate(t *testing.T) {
	c := oneOpen(t)
	look := func(want int, word string) {
		t.Helper()
		for _, m := range []string{"GET", "HEAD"} {
			a := c.ask(m, "/gate/learn")
			if a.StatusCode != want || a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Belltower-Gate") != word {
				t.Errorf("%s: %s %v", m, a.Status, a.Header)
			}
		}
	}
	look(204, "open")
	c.sorry(desk.SorryOn)
	look(503, "closed")
	c.sorry(desk.SorryOff)
	look(204, "open")
	c.sorry(desk.SorryOn)
	look(503, "closed")
	c.resolve(1, "It works again.")
	look(204, "open")
	for path, want := range map[string]int{"/gate/xyzzy": 404, "/gate/": 404, "/gate/learn/": 404, "/gate/Learn": 404} {
		if a := c.ask("GET", path); a.StatusCode != want {
			t.Errorf("%s: %s", path, a.Status)
		}
	}
	if a := c.ask("POST", "/gate/learn"); a.StatusCode != 405 || a.Header.Get("Allow") != "GET, HEAD" {
		t.Error(a.Status)
	}
}

// A balancer asks often: the record is read once for a change, however many ask. What
// cannot be read is as it was.
func TestTheGateCostsNoLookAtTheRecord(t *testing.T) {
	c := allWell(t)
	c.sorry(desk.SorryOn)
	before := c.gateReads.Load()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				if a := c.ask("GET", "/gate/learn"); a.StatusCode != 503 {
					t.Error(a.Status)
				}
			}
		})
	}
	all.Wait()
	if n := c.gateReads.Load() - before; n != 1 {
		t.Errorf("read %d times", n)
	}
	c.broken.Store(true)
	c.pages.Changed()
	if a := c.ask("GET", "/gate/learn"); a.StatusCode != 503 {
		t.Error(a.Status)
	}
	c.show(c.settings)
	if a := c.ask("GET", "/gate/learn"); a.StatusCode != 204 {
		t.Errorf("nothing is known: %s", a.Status)
	}
	if a := c.ask("GET", "/sorry/learn", statuspage.UnreachableHeader+": 1"); a.StatusCode != 503 || !strings.Contains(a.body, "Learn System") {
		t.Errorf("nothing is known: %s\n%s", a.Status, a.body)
	}
}

// The host decides before the path does, whatever its case and port; other hosts are
// not touched.
func TestSorryByHost(t *testing.T) {
	c := allWell(t)
	status := func(host, path string, want int) {
		t.Helper()
		if a := c.ask("GET", path, "Host: "+host); a.StatusCode != want {
			t.Errorf("%s%s: %s", host, path, a.Status)
		}
	}
	status("sorry.example.edu", "/", 200)
	status("learn.example.edu", "/", 503) // nobody but its balancer sends that here
	status("status.example.edu", "/", 200)
	c.sorry(desk.SorryOn)
	for _, host := range []string{"sorry.example.edu", "SORRY.example.edu:8080", "learn.example.edu.", "Learn.Example.edu:443"} {
		for _, path := range []string{"/", "/windows.ics", "/slack/amherst/commands", "/sorry/learn", "/gate/learn", "/a//b"} {
			status(host, path, 503)
		}
		status(host, "/belltower-health", 200)
	}
	for _, host := range []string{"status.example.edu", "x.sorry.example.edu", "example.edu", ""} {
		status(host, "/", 200)
	}
}

// A balancer that looks whether the sorry page can be shown must not take it out
// because it is shown.
func TestTheHealthOfASorryPageIsNotThatOfTheService(t *testing.T) {
	c := closed(oneOpen)(t)
	for _, m := range []string{"GET", "HEAD", "OPTIONS"} {
		if a := c.ask(m, "/sorry/learn/belltower-health"); a.StatusCode != 200 || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %s", m, a.Status)
		}
	}
	if a := c.ask("GET", "/sorry/xyzzy/belltower-health"); a.StatusCode != 404 {
		t.Error(a.Status)
	}
}

// What programs send and ask for is answered for programs (RFC 9457).
func TestSorryForPrograms(t *testing.T) {
	c := closed(oneOpen)(t)
	for _, h := range []string{"Accept: application/json", "Accept: application/vnd.api+json, */*", "X-Requested-With: XMLHttpRequest", "Content-Type: application/json"} {
		a := c.ask("POST", "/sorry/learn/api", h, "Accept-Language: es")
		var p map[string]any
		if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.StatusCode != 503 || a.Header.Get("Content-Type") != "application/problem+json" {
			t.Fatalf("%s: %v %s %v", h, err, a.Status, a.Header)
		}
		if p["status"] != 503.0 || p["type"] != "about:blank" || p["title"] != "Service Unavailable" || p["service"] != "learn" || p["status_page"] != "https://status.example.edu/" || p["since"] == nil || p["retry_after"] == nil {
			t.Errorf("%s: %v", h, p)
		}
		if !strings.HasPrefix(p["detail"].(string), "Learn System no está disponible. Lo que acaba de enviar") {
			t.Errorf("%s: %v", h, p["detail"])
		}
	}
	for _, h := range []string{"Accept: text/html,application/json;q=0.5", "Accept: */*", "Accept: "} {
		if a := c.ask("GET", "/sorry/learn", h); !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %v", h, a.Header)
		}
	}
}

// Retry-After is when it is planned to be over or news is promised, within bounds, and
// never in the past.
func TestWhenToComeAgain(t *testing.T) {
	after := func(c *campus) int {
		n, err := strconv.Atoi(c.ask("GET", "/sorry/learn").Header.Get("Retry-After"))
		if err != nil {
			t.Error(err)
		}
		return n
	}
	if n := after(closed(allWell)(t)); n != 120 {
		t.Errorf("nothing promised: %d", n)
	}
	c := closed(oneOpen)(t)
	if n := after(c); n < 60*20 || n > 60*30 {
		t.Errorf("an update promised: %d", n)
	}
	c.wait(29 * time.Minute)
	for range 90 {
		c.wait(time.Second)
		if n := after(c); n < 30 {
			t.Fatalf("at %s: %d", c.now(), n)
		}
	}
	if n := after(closed(workNow)(t)); n != 3600 {
		t.Errorf("work for three hours: %d", n)
	}
	if n := after(closed(workLate)(t)); n < 30 || n > 3600 {
		t.Errorf("late work: %d", n)
	}
}

// What is sent is not read, however much it is.
func TestWhatIsSentIsNotRead(t *testing.T) {
	c := closed(allWell)(t)
	var read counted
	res, err := http.Post(c.url+"/sorry/learn", "application/octet-stream", io.LimitReader(&read, 1<<30))
	if err == nil {
		res.Body.Close()
		if res.StatusCode != 503 {
			t.Error(res.Status)
		}
	} // else the connection was closed while it was sent
	if n := read.n.Load(); n > 64<<20 {
		t.Errorf("%d bytes were taken", n)
	}
}

type counted struct{ n atomic.Int64 } // it may still be read when the answer is there

func (c *counted) Read(p []byte) (int, error) {
	c.n.Add(int64(len(p)))
	return len(p), nil
}

// Nothing that a request brings is in the answer.
func TestNothingIsReflected(t *testing.T) {
	c := closed(allWell)(t)
	const mark = "Xyzzy42"
	for _, accept := range []string{"text/html", "application/json"} {
		a := c.ask("GET", "/sorry/learn/"+mark+"?q="+mark, "Accept: "+accept, "Cookie: "+mark, "Referer: https://"+mark, "Accept-Language: "+mark, "User-Agent: "+mark, "X-Forwarded-Host: "+mark)
		if strings.Contains(a.body, mark) {
			t.Error(a.body)
		}
		for name, v := range a.Header {
			if strings.Contains(strings.Join(v, ""), mark) {
				t.Errorf("%s: %v", name, v)
			}
		}
	}
}

// A help desk's number is one that a phone dials, however it is written.
func TestHelpDesksCanBeCalled(t *testing.T) {
	c := closed(oneOpen)(t)
	for at, link := range map[string]string{
		"+1 555 0100": "tel:+15550100", "413-555-0100": "tel:4135550100", "(413) 555-0100": "tel:4135550100", "+1 (413) 555.0100": "tel:+14135550100",
		"help@example.edu": "mailto:help@example.edu", "Room 12": "", "(ask at the desk)": "", "(413) 555-0100 ext. 12": "",
	} {
		s := c.settings
		s.HelpDesks = []statuspage.HelpDesk{{Campus: "Amherst", At: at}}
		c.show(s)
		page := c.ask(http.MethodGet, "/sorry/learn").body
		if has := strings.Contains(page, `<a href="`+link+`">`+at+`</a>`); has != (link != "") || !strings.Contains(page, at) {
			t.Errorf("%s is not linked to %q:\n%s", at, link, page)
		}
	}
}

// A page loads nothing, for every address of its service gives the page itself.
func TestTheSorryPageStandsAlone(t *testing.T) {
	for _, s := range sorryStates() {
		a := s.make(t).ask(s.method, "/sorry/learn", s.headers...)
		if found := regexp.MustCompile(`(?i)\bsrc=|url\(|@import|<link rel="(stylesheet|preload)`).FindString(regexp.MustCompile(`(?s)<script>.*</script>`).ReplaceAllString(a.body, "")); found != "" && !strings.Contains(s.name, "long") {
			t.Errorf("%s: %q", s.name, found)
		}
		policy := a.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %s", s.name, policy)
		}
	}
}

// FuzzSorry sends requests that nobody meant: each is answered, and none with 500 or a
// redirect to elsewhere.
func FuzzSorry(f *testing.F) {
	f.Add("GET", "/sorry/learn", "status.example.edu", "text/html", "en")
	f.Add("BREW", "/sorry/learn/%2e%2e//x", "learn.example.edu:443", "application/json", "es;q=x")
	f.Add("POST", "//", "[::1]:80", ",,;q=", "*")
	c := closed(oneOpen)(f)
	f.Fuzz(func(t *testing.T, method, path, host, accept, language string) {
		r := &http.Request{Method: method, Host: host, URL: &url.URL{Path: path}, Header: http.Header{"Accept": {accept}, "Accept-Language": {language}}}
		w := httptest.NewRecorder()
		c.pages.Sorry(http.NotFoundHandler()).ServeHTTP(w, r)
		if w.Code != 200 && w.Code != 404 && w.Code != 503 || w.Header().Get("Location") != "" {
			t.Errorf("%d %v", w.Code, w.Header())
		}
	})
}
