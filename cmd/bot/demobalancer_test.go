package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/web/webchat"
	"github.com/umassonline/belltower/internal/statuspage"
)

// crossing is the demo's balancer between a bot that says what gate says and a service.
type crossing struct {
	t           *testing.T
	bot, origin *httptest.Server
	front       *httptest.Server
	gate        func(http.ResponseWriter)
}

func newCrossing(t *testing.T) *crossing {
	x := &crossing{t: t, gate: gateSays(204, "open")}
	x.bot = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gate/learn" {
			x.gate(w)
			return
		}
		body, _ := io.ReadAll(r.Body)
		w.Header().Set(statuspage.SorryHeader, "learn")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintf(w, "sorry: %s %s %d bytes, unreachable %q", r.Method, r.URL, len(body), r.Header.Get(statuspage.UnreachableHeader))
	}))
	x.origin = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "learn: %s %s %d bytes", r.Method, r.URL, len(body))
	}))
	s := demoSettings{Folder: t.TempDir(), Listen: x.bot.Listener.Addr().String(), Learn: "http://127.0.0.1:1/", Bypass: "let-me-in"}
	cfg, err := s.config()
	if err != nil {
		t.Fatal(err)
	}
	x.front = httptest.NewServer(newBalancer(s, cfg, x.origin.Listener.Addr().String(), time.Now))
	for _, one := range []*httptest.Server{x.bot, x.origin, x.front} {
		t.Cleanup(one.Close)
	}
	return x
}

func gateSays(status int, word string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		if word != "" {
			w.Header().Set("Belltower-Gate", word)
		}
		w.WriteHeader(status)
	}
}

// gets sends a form and looks at the answer.
func (x *crossing) gets(what string, status int, says string, headers ...string) {
	x.t.Helper()
	req, err := http.NewRequestWithContext(x.t.Context(), http.MethodPost, x.front.URL+"/a?b", strings.NewReader("typed"))
	if err != nil {
		x.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		x.t.Fatal(err)
	}
	if body := readAll(x.t, res); res.StatusCode != status || !strings.Contains(body, says) {
		x.t.Errorf("%s: %s\n%s", what, res.Status, body)
	}
	if sorry := res.Header.Get(statuspage.SorryHeader) != ""; sorry != (status == http.StatusServiceUnavailable) {
		x.t.Errorf("%s: the headers are %v", what, res.Header)
	}
}

func readAll(t *testing.T, res *http.Response) string {
	t.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// The demo's balancer does what `bot sorry` has a real one do.
func TestTheDemosBalancer(t *testing.T) {
	x := newCrossing(t)
	const learn, sorry = "learn: POST /a?b 5 bytes", `sorry: POST /sorry/learn 0 bytes, unreachable ""`
	x.gets("open", 200, learn)
	x.gets("open, though somebody says that it is lost", 200, learn, statuspage.UnreachableHeader+": 1")
	x.gate = gateSays(503, "closed")
	x.gets("closed", 503, sorry)
	x.gets("closed, though somebody says that it is lost", 503, sorry, statuspage.UnreachableHeader+": 1")
	x.gets("closed, to a probe", 200, learn, bypassHeader+": let-me-in")
	x.gets("closed, to who guesses", 503, sorry, bypassHeader+": let-me")
	x.gate = gateSays(503, "")
	x.gets("not the gate's own word", 200, learn)
	x.gate = gateSays(204, "open")
	x.origin.Close()
	x.gets("nobody behind it", 503, `sorry: POST /sorry/learn 0 bytes, unreachable "1"`)
	x.bot.Close()
	x.gets("nobody anywhere", 503, "Learn System cannot be reached")
}

// Without a bot the gate is open.
func TestTheDemosBalancerWithoutABot(t *testing.T) {
	x := newCrossing(t)
	x.bot.Close()
	x.gets("the bot was killed", 200, "learn: ")
}

// Learn lets in and out, and when it is broken nobody in.
func TestTheDemosLearn(t *testing.T) {
	l := newLearn()
	l.changed = func(webchat.SystemState, string) {}
	server := httptest.NewServer(l.handler())
	defer server.Close()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	post := func(path, token string, status int, says string) {
		t.Helper()
		res, err := client.PostForm(server.URL+path, url.Values{"token": {token}})
		if err != nil {
			t.Fatal(err)
		}
		if body := readAll(t, res); res.StatusCode != status || !strings.Contains(body, "<h1>"+says+"</h1>") {
			t.Errorf("%s: %s\n%s", path, res.Status, body)
		}
	}
	get := func(path string, status int, says string) {
		t.Helper()
		res, err := client.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		if body := readAll(t, res); res.StatusCode != status || !strings.Contains(body, "<h1>"+says+"</h1>") {
			t.Errorf("%s: %s\n%s", path, res.Status, body)
		}
	}
	get("/courses", 200, "Log in")
	post("/login", "a token of its own", 200, "Log in")
	post("/login", l.token, 200, "Your courses")
	get("/courses/nursing-101", 200, "Nursing 101")
	l.turn(webchat.SystemBroken)
	get("/courses/nursing-101", 500, "Error 500")
	post("/login", l.token, 500, "Error 500")
	get("/", 200, "Log in")
	l.turn(webchat.SystemWorks)
	get("/courses", 200, "Your courses")
	post("/logout", l.token, 200, "Log in")
	get("/courses", 200, "Log in")
}
