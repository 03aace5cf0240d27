package probe

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// campus is a learning system and its single sign-on on another host: who comes without a
// session is sent there, logs in with a hidden token, and is sent back with an assertion
// that a page posts by itself.
type campus struct {
	t          *testing.T
	learn, sso *httptest.Server
	mu         sync.Mutex
	seen       []string // "learn GET /"
	sessions   int      // logged in and not out again
	broken     string   // a path that answers 500
	hangs      string   // a path that does not answer
}

const (
	user     = "probe+" + hunter + "@example.edu"
	password = `a "quoted" & ` + hunter
)

func newCampus(t *testing.T) *campus {
	c := &campus{t: t}
	c.learn = serve(t, c.heard("learn", c.learnSystem))
	c.sso = serve(t, c.heard("sso", c.signOn))
	c.sso.URL = strings.Replace(c.sso.URL, "127.0.0.1", "localhost", 1)
	return c
}

func (c *campus) heard(host string, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.seen = append(c.seen, host+" "+r.Method+" "+r.URL.Path)
		broken, hangs := c.broken == r.URL.Path, c.hangs == r.URL.Path
		c.mu.Unlock()
		if bypass := r.Header.Get("X-Probe") == "bypass "+hunter; bypass != (host == "learn") {
			c.t.Errorf("%s %s: the bypass header is sent: %v", host, r.URL.Path, bypass)
		}
		switch {
		case hangs:
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		case broken:
			http.Error(w, "token "+hunter+" is wrong", http.StatusInternalServerError)
		default:
			h(w, r)
		}
	}
}

func (c *campus) learnSystem(w http.ResponseWriter, r *http.Request) {
	session, err := r.Cookie("session")
	in := err == nil && session.Value == "s-"+hunter
	switch {
	case r.URL.Path == "/acs" && r.FormValue("SAMLResponse") == "assertion-"+hunter:
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "s-" + hunter, Path: "/", HttpOnly: true})
		c.mu.Lock()
		c.sessions++
		c.mu.Unlock()
		http.Redirect(w, r, "/courses?q="+url.QueryEscape("a b"), http.StatusSeeOther)
	case !in:
		http.Redirect(w, r, c.sso.URL+"/login?from=learn", http.StatusFound)
	case r.URL.Path == "/courses":
		fmt.Fprint(w, `<p>Welcome, <b class=name>Probe</b></p><a class="first item" href="api/course/7">Chemistry</a>`)
	case r.URL.Path == "/api/course/7":
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		fmt.Fprint(w, `{"course": {"id": 7, "open": true, "items": [{"name": "exam", "id": "x/1"}]}}`)
	case r.URL.Path == "/api/attempts" && r.Method == "POST":
		var body struct{ Item, By string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Item != "x/1" || body.By != password || r.Header.Get("X-Token") != "t "+hunter {
			c.t.Errorf("%+v %v %v", body, err, r.Header)
		}
		w.Header().Set("Location", "/api/attempts/99")
		w.WriteHeader(http.StatusCreated)
	case r.URL.EscapedPath() == "/api/attempts/x%2F1" && r.URL.Query().Get("as") == user && r.Method == "DELETE":
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Path == "/logout":
		c.mu.Lock()
		c.sessions--
		c.mu.Unlock()
		fmt.Fprint(w, "Bye")
	default:
		http.NotFound(w, r)
	}
}

func (c *campus) signOn(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/login" && r.Method == "GET":
		http.SetCookie(w, &http.Cookie{Name: "flow", Value: "f1"})
		fmt.Fprintf(w, `<form method=post action="/login"><input type=hidden name=token value="csrf &amp; %s"><input name=user></form>`, hunter)
	case r.URL.Path == "/login":
		flow, err := r.Cookie("flow")
		if err != nil || flow.Value != "f1" || r.PostFormValue("token") != "csrf & "+hunter || r.PostFormValue("user") != user || r.PostFormValue("password") != password {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, `<form method=post action="%s/acs"><input type=hidden name=SAMLResponse value="assertion-%s"></form>`, c.learn.URL, hunter)
	}
}

// logIn is the whole of the flow, which ends by logging out.
func (c *campus) logIn() config.Probe {
	s := func(text string) config.Secret { return config.NewSecret(text) }
	ok := []int{200}
	return config.Probe{
		Service: "learn", Name: "log in", Kind: "transaction", URL: c.learn.URL + "/", BypassHeader: s("X-Probe: bypass " + hunter),
		Variables: map[string]config.Secret{"user": s(user), "password": s(password)},
		Steps: []config.Step{
			{Name: "Open", Method: "GET", ExpectStatus: ok, Extract: map[string]string{"token": "css:input[name=token]", "to": "css:form"}},
			{Name: "Log in", Method: "POST", URL: "{{to}}", ExpectStatus: ok,
				Form:    map[string]config.Secret{"user": s("{{user}}"), "password": s("{{password}}"), "token": s("{{token}}")},
				Extract: map[string]string{"saml": "css:input[name=SAMLResponse]", "acs": "css:form"}},
			{Name: "Come back", Method: "POST", URL: "{{acs}}", ExpectStatus: ok, ExpectBody: "Welcome",
				Form:    map[string]config.Secret{"SAMLResponse": s("{{saml}}")},
				Extract: map[string]string{"course": "css:a.first", "name": "css:.name", "kind": "regexp:>(Chem)istry<"}},
			{Name: "Open a course", Method: "GET", URL: "{{course}}", ExpectStatus: ok,
				ExpectJSON:   map[string]string{"course.id": "7", "course.open": "true", "course.items.0.name": "exam"},
				ExpectHeader: map[string]string{"Content-Type": "Application/JSON"},
				Extract:      map[string]string{"item": `json:course.items.#(name=="exam").id`}},
			{Name: "Begin an exam", Method: "POST", URL: "/api/attempts", ExpectStatus: []int{201}, JSON: s(`{"Item": "{{item}}", "By": "{{password}}"}`),
				Headers: map[string]config.Secret{"X-Token": s("t " + hunter)}, Extract: map[string]string{"attempt": "header:Location"}},
			{Name: "End it", Method: "DELETE", URL: "/api/attempts/{{item}}?as={{user}}", ExpectStatus: []int{204}, Always: true},
			{Name: "Log out", Method: "POST", URL: c.learn.URL + "/logout", ExpectStatus: ok, Always: true},
		},
	}
}

func (c *campus) calls() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := c.seen
	c.seen = nil
	return seen
}

func TestATransactionThroughASingleSignOn(t *testing.T) {
	c := newCampus(t)
	r := tryOnce(t, c.logIn())
	r.wants(t, desk.Passed, "")
	want := []string{
		"learn GET /", "sso GET /login", "sso POST /login", "learn POST /acs", "learn GET /courses", "learn GET /api/course/7",
		"learn POST /api/attempts", "learn DELETE /api/attempts/x/1", "learn POST /logout",
	}
	if diff := cmp.Diff(want, c.calls()); diff != "" {
		t.Error("want -, called +\n" + diff)
	}
	var names []string
	var took time.Duration
	for _, s := range r.Steps {
		if names = append(names, s.Name); s.Took <= 0 || s.Outcome != desk.Passed || s.Phases.Connect <= 0 {
			t.Errorf("%+v", s)
		}
		if !strings.HasPrefix(s.Name, "6") && !strings.HasPrefix(s.Name, "7") {
			took += s.Took
		}
	}
	if diff := cmp.Diff([]string{"1 Open", "2 Log in", "3 Come back", "4 Open a course", "5 Begin an exam", "6 End it", "7 Log out"}, names); diff != "" {
		t.Error(diff)
	}
	if r.Took < took || r.Phases.Connect <= 0 || c.sessions != 0 {
		t.Errorf("took %v, its steps %v; %+v; %d sessions are left", r.Took, took, r.Phases, c.sessions)
	}
	if again := tryOnce(t, c.logIn()); again.Outcome != desk.Passed || len(c.calls()) != len(want) {
		t.Error("another try does not begin without cookies")
	}
}

func TestTheStepThatFailsIsNamedAndWhatWasBegunIsCleanedUp(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*campus, *config.Probe)
		step   string
		detail string
		calls  int
		left   int // sessions
	}{
		{"a wrong password", func(_ *campus, p *config.Probe) {
			p.Variables["password"] = config.NewSecret("wrong " + hunter)
		}, "2 Log in", "HTTP 403 instead of 200", 5, -0},
		{"a broken page", func(c *campus, _ *config.Probe) { c.broken = "/api/course/7" }, "4 Open a course", "HTTP 500 instead of 200", 7, 0},
		{"a broken clean-up", func(c *campus, _ *config.Probe) { c.broken = "/logout" }, "7 Log out", "HTTP 500 instead of 200", 9, 1},
		{"both", func(c *campus, p *config.Probe) {
			c.broken = "/logout"
			p.Steps[3].ExpectStatus = []int{204}
		}, "4 Open a course", "HTTP 200 instead of 204", 7, 1},
		{"another text", func(_ *campus, p *config.Probe) { p.Steps[2].ExpectBody = "Hello {{user}}" }, "3 Come back", `the answer has no "Hello {{user}}"`, 6, 0},
		{"a text that is secret", func(_ *campus, p *config.Probe) { p.Steps[2].ExpectBody = "Hello " + user }, "3 Come back", `the answer has no "Hello [secret]"`, 6, 0},
		{"another value", func(_ *campus, p *config.Probe) {
			p.Steps[3].ExpectJSON = map[string]string{"course.open": "false"}
		}, "4 Open a course", `the JSON value at course.open is not "false"`, 7, 0},
		{"no value", func(_ *campus, p *config.Probe) { p.Steps[3].ExpectJSON = map[string]string{"course.shut": "false"} }, "4 Open a course", `the answer has no JSON value at course.shut`, 7, 0},
		{"another header", func(_ *campus, p *config.Probe) {
			p.Steps[3].ExpectHeader = map[string]string{"Content-Type": "text/html"}
		}, "4 Open a course", `the header Content-Type has no "text/html"`, 7, 0},
		{"nothing to extract", func(_ *campus, p *config.Probe) {
			p.Steps[2].Extract = map[string]string{"course": "css:a.second"}
		}, "3 Come back", `the answer has nothing to extract as "course"`, 6, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			world := newCampus(t)
			p := world.logIn()
			c.change(world, &p)
			r := tryOnce(t, p)
			r.wants(t, desk.Failed, c.detail)
			if calls := world.calls(); r.Step != c.step || len(calls) != c.calls || world.sessions != c.left {
				t.Errorf("step %q, %d sessions left, %d calls: %q", r.Step, world.sessions, len(calls), calls)
			}
		})
	}
}

// A redirect that keeps the method hands on what was sent, but to no other host, and none is
// told of it by the address before.
func TestWhatAStepSendsStaysWithItsHost(t *testing.T) {
	elsewhere := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if before := r.Referer(); strings.Contains(string(body)+before, hunter) || !strings.HasPrefix(before, "http://127.0.0.1") {
			t.Errorf("another host was sent %q, from %q", body, before)
		}
	})
	other := strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("password") != hunter {
			t.Errorf("%s %s was not sent what the step sends", r.Method, r.URL.Path)
		}
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/login", http.StatusPermanentRedirect)
		case "/303":
			http.Redirect(w, r, other, http.StatusSeeOther)
		case "/307":
			http.Redirect(w, r, other, http.StatusTemporaryRedirect)
		}
	})
	for _, c := range []struct {
		method, path string
		outcome      desk.Outcome
		detail       string
	}{
		{"POST", "/moved", desk.Passed, ""},
		{"POST", "/303", desk.Passed, ""}, // by GET, without what was sent
		{"POST", "/307", desk.Failed, errElsewhere.Error()},
		{"GET", "/307", desk.Passed, ""},
	} {
		r := tryOnce(t, config.Probe{Service: "learn", Name: "log in", Kind: "transaction", URL: s.URL, Steps: []config.Step{{
			Name: "Log in", Method: c.method, URL: c.path, Form: map[string]config.Secret{"password": config.NewSecret(hunter)}, ExpectStatus: []int{200},
		}}})
		if r.wants(t, c.outcome, c.detail); t.Failed() {
			t.Fatal(c.method, c.path)
		}
	}
}

func TestHandsOn(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"https://learn.example.edu/a", "https://learn.example.edu/b", true},
		{"http://learn.example.edu/a", "https://LEARN.example.edu/a", true},
		{"https://learn.example.edu/a", "http://learn.example.edu/a", false},
		{"https://learn.example.edu/a", "https://sso.example.edu/a", false},
	} {
		from, _ := url.Parse(c.from)
		to, _ := url.Parse(c.to)
		if got := handsOn(from, to); got != c.want {
			t.Errorf("from %s to %s: %t", c.from, c.to, got)
		}
	}
}

func TestAFormOfAGetStandsInTheAddress(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.RawQuery, r.ContentLength) })
	p := config.Probe{Kind: "transaction", URL: s.URL, Steps: []config.Step{{
		Name: "Search", Method: "GET", URL: "/find?page=2", ExpectStatus: []int{200}, ExpectBody: "page=2&q=a+%26+b0",
		Form: map[string]config.Secret{"q": config.NewSecret("a & b")},
	}}}
	tryOnce(t, p).wants(t, desk.Passed, "")
}

func TestTimeIsKeptToCleanUp(t *testing.T) {
	c := newCampus(t)
	c.hangs = "/api/course/7"
	p := c.logIn()
	p.Timeout = time.Second
	r := tryOnce(t, p)
	r.wants(t, desk.Failed, "no answer in time")
	if r.Step != "4 Open a course" || c.sessions != 0 {
		t.Errorf("%q, %d sessions are left", r.Step, c.sessions)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestATransactionEndsInTime has a step hang, and the one that cleans up, by fake time.
func TestATransactionEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		began := time.Now()
		hang := roundTrip(func(r *http.Request) (*http.Response, error) {
			at = append(at, time.Since(began))
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		p := config.Probe{Kind: "transaction", URL: "https://learn.example.edu/", Timeout: 10 * time.Second, Steps: []config.Step{
			{Name: "Log in", Method: "GET", ExpectStatus: []int{200}}, {Name: "Log out", Method: "GET", ExpectStatus: []int{200}, Always: true},
		}}
		r := tryOnce(t, p, func(s *Settings) { s.transport = hang })
		r.wants(t, desk.Failed, "no answer in time")
		if took := time.Since(began); took != 10*time.Second || !slices.Equal(at, []time.Duration{0, 8 * time.Second}) || r.Took != 8*time.Second {
			t.Errorf("ended after %v; steps began at %v; took %v", took, at, r.Took)
		}
	})
}

func TestAStopCleansUp(t *testing.T) {
	c := newCampus(t)
	c.hangs = "/api/course/7"
	p := c.logIn()
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		for {
			c.mu.Lock()
			n := len(c.seen)
			c.mu.Unlock()
			if n >= 6 {
				stop()
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	r := tryTransaction(ctx, newNetwork(settings()), &p)
	r.wants(t, desk.Unclear, "the check was stopped")
	if c.sessions != 0 {
		t.Errorf("%d sessions are left", c.sessions)
	}
}

func TestMasked(t *testing.T) {
	for _, c := range []struct{ sentence, want string }{
		{"", ""},
		{"the answer has no " + user, "the answer has no [secret]"},
		{"at /x?u=" + url.QueryEscape(password), "at /x?u=[secret]"},
		{"at /x/" + url.PathEscape(password), "at /x/[secret]"},
		{`{"p":"a \"quoted\" \u0026 ` + hunter + `"}`, `{"p":"[secret]"}`},
		{"it is ab", "it is ab"}, // too short to be one
		{strings.Repeat("é", 400), strings.Repeat("é", 299) + "…"},
	} {
		if got := masked(c.sentence, []string{user, password, "ab", "{{user}}", ""}); got != c.want {
			t.Errorf("%q", got)
		}
	}
}

// FuzzExtract reads anything in any way: it ends, and finds no more than is there.
func FuzzExtract(f *testing.F) {
	for _, body := range []string{`<form action="/x"><input name=token value="1"></form>`, `{"a":{"b":[1,2,{"c":"d"}]}}`, "<a href", "{", "\x00\xff"} {
		for _, how := range []string{"css:input[name=token]", "css:form", "css:a:not(b)", "json:a.b.2.c", "json:a.#(b==1).c", "regexp:([a-z]+)", "header:X-Token"} {
			f.Add([]byte(body), how)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, how string) {
		if len(body) > 64<<10 || len(how) > 200 {
			return
		}
		value, found := extract(answer{header: http.Header{"X-Token": {"x"}}, body: body}, how)
		if !found && len(value) > len(body)+maxExtract {
			t.Error(len(value))
		}
	})
}
