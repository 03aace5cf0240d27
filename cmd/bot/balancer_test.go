package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// balanced is a real balancer between people and a service, with what "bot sorry"
// prints, and a bot in a process of its own.
type balanced struct {
	*world
	folder string
	botAt  string
	origin *origin
	client *http.Client // through the balancer
}

// origin is a service that can be stopped. It says what it was asked.
type origin struct {
	t      *testing.T
	at     string
	server *http.Server
}

func unused(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	status := http.StatusOK
	switch r.URL.Path {
	case "/forbidden":
		status = http.StatusForbidden
	case "/busy":
		status = http.StatusServiceUnavailable
	}
	w.WriteHeader(status)
	fmt.Fprintf(w, "learn: %s %s %d", r.Method, r.URL.Path, len(body))
}

func (o *origin) start() {
	o.t.Helper()
	l, err := net.Listen("tcp", o.at)
	if err != nil {
		o.t.Fatal(err)
	}
	o.server = &http.Server{Handler: o}
	go func(s *http.Server) { _ = s.Serve(l) }(o.server)
}

func (o *origin) stop() { _ = o.server.Close() }

// newBalanced starts a bot and a service; tool is the balancer.
func newBalanced(t *testing.T, tool string) (*balanced, string) {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		lacks(t, tool)
	}
	folder, err := os.MkdirTemp("", "sorry") // the paths of sockets are short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	b := &balanced{world: newWorld(t), folder: folder, botAt: unused(t), origin: &origin{t: t, at: unused(t)}}
	b.origin.start()
	t.Cleanup(b.origin.stop)
	b.client = &http.Client{
		Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", filepath.Join(folder, "front"))
		}},
	}
	b.serve()
	return b, path
}

// serve starts the bot, again and again at the same address.
func (b *balanced) serve() {
	b.startWith(fmt.Sprintf(`
[organization]
name = "Example University"
timezone = "America/New_York"
public_url = "https://status.example.edu"
languages = ["en", "es"]
[http]
listen = %q
admin_listen = ""
[log]
format = "json"
[[campuses]]
id = "amherst"
name = "Amherst"
help_desk = "+1 555 0100"
[[services]]
id = "learn"
name = "Learn System"
url = "https://learn.example.edu/"
sorry_page = true
advice_outage = "Keep this page open."
`, b.botAt))
}

// run starts the balancer in the foreground.
func (b *balanced) run(name string, args ...string) {
	b.t.Helper()
	cmd := exec.Command(name, args...)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	b.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		if b.t.Failed() {
			b.t.Logf("%s said:\n%s", name, said.String())
		}
	})
}

// paste returns what "bot sorry learn" prints, parted at its headings, with what a
// person has to put in.
func (b *balanced) paste(what string, put ...string) []string {
	b.t.Helper()
	out, stderr, status := b.bot("sorry", "learn", what, "--bot", b.botAt)
	if status != 0 {
		b.t.Fatal(stderr)
	}
	for k := 0; k < len(put); k += 2 {
		if !strings.Contains(out, put[k]) {
			b.t.Fatalf("%q is not in\n%s", put[k], out)
		}
		out = strings.ReplaceAll(out, put[k], put[k+1])
	}
	return strings.Split(out, "# ---- ")
}

// copyTo writes the page for when the bot cannot be reached either.
func (b *balanced) copyTo(what, name string) string {
	b.t.Helper()
	out, stderr, status := b.bot("sorry", "learn", what)
	if status != 0 {
		b.t.Fatal(stderr)
	}
	path := filepath.Join(b.folder, name)
	if err := os.WriteFile(path, []byte(out), 0o644); err != nil {
		b.t.Fatal(err)
	}
	return path
}

func (b *balanced) write(name, text string) string {
	b.t.Helper()
	path := filepath.Join(b.folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// seen is an answer through the balancer.
type seen struct {
	*http.Response
	body string
}

func (b *balanced) ask(method, path, body string, headers ...string) (seen, error) {
	req, err := http.NewRequestWithContext(b.t.Context(), method, "http://learn.example.edu"+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	res, err := b.client.Do(req)
	if err != nil {
		return seen{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return seen{res, string(text)}, err
}

// isSorry reports whether an answer is a sorry page.
func (s seen) isSorry() bool {
	return s.Response != nil && s.StatusCode == 503 && s.Header.Get("Belltower-Sorry") == "learn" && s.Header.Get("Location") == ""
}

func (s seen) isLearn() bool { return s.Response != nil && strings.HasPrefix(s.body, "learn: ") }

// await asks until an answer is as it should be: a balancer looks once a second.
func (b *balanced) await(what string, is func(seen) bool) seen {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		s, err := b.ask("GET", "/course/7?x=1", "")
		if err == nil && is(s) {
			return s
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			b.t.Fatalf("%s: %v\n%+v\n%s", what, err, s.Response, s.body)
		}
	}
}

// must asks once for an answer that is as it should be.
func (b *balanced) must(what string, is func(seen) bool, ask func() (seen, error)) seen {
	b.t.Helper()
	s, err := ask()
	if err != nil || !is(s) {
		b.t.Errorf("%s: %v\n%+v\n%s", what, err, s.Response, s.body)
	}
	return s
}

// stand is what a balancer has to stand.
func (b *balanced) stand() {
	b.await("open", seen.isLearn)
	b.passes()
	b.do("service sorry learn on")
	b.await("closed by hand", seen.isSorry)
	b.sorries()
	b.kill()
	b.await("closed, and the bot is gone", seen.isLearn)
	b.serve()
	b.await("closed, and the bot is back", seen.isSorry)
	b.do("service sorry learn off")
	b.await("open again", seen.isLearn)
	b.origin.stop()
	lost := b.await("the service is stopped", func(s seen) bool { return s.isSorry() && strings.Contains(s.body, "As of") }) // the copy knows no time
	if !strings.Contains(lost.body, "cannot be reached") || lost.Header.Get("Retry-After") == "" {
		b.t.Errorf("%v\n%s", lost.Header, lost.body)
	}
	b.kill()
	still := b.await("all is stopped", func(s seen) bool { return s.isSorry() && !strings.Contains(s.body, "As of") })
	if !strings.Contains(still.body, "Keep this page open.") || !strings.Contains(still.body, "tel:") || still.Header.Get("Cache-Control") != "no-store" || still.Header.Get("Retry-After") == "" {
		b.t.Errorf("%v\n%s", still.Header, still.body)
	}
	b.origin.start()
	b.await("only the bot is stopped", seen.isLearn)
	b.serve()
	b.await("all is back", seen.isLearn)
}

// passes looks at what an open gate lets through, as it is.
func (b *balanced) passes() {
	b.must("a form", func(s seen) bool { return s.StatusCode == 200 && s.body == "learn: POST /form 300000" },
		func() (seen, error) { return b.ask("POST", "/form", strings.Repeat("x", 300_000)) })
	b.must("the service's own 403", func(s seen) bool { return s.StatusCode == 403 && s.isLearn() },
		func() (seen, error) { return b.ask("GET", "/forbidden", "") })
	b.must("the service's own 503", func(s seen) bool { return s.StatusCode == 503 && s.isLearn() },
		func() (seen, error) { return b.ask("GET", "/busy", "") })
}

// sorries looks at a closed gate.
func (b *balanced) sorries() {
	page := b.must("a page", seen.isSorry, func() (seen, error) { return b.ask("GET", "/a/b?c", "", "Accept-Language: es") })
	if !strings.Contains(page.body, "<h1><bdi lang=\"en\">Learn System</bdi> no está disponible.</h1>") || page.Header.Get("Retry-After") == "" || page.Header.Get("Content-Security-Policy") == "" {
		b.t.Errorf("%v\n%s", page.Header, page.body)
	}
	form := b.must("a form", seen.isSorry, func() (seen, error) { return b.ask("POST", "/form", strings.Repeat("x", 300_000)) })
	if !strings.Contains(form.body, "What you just sent was not saved.") {
		b.t.Error(form.body)
	}
	b.must("HEAD", func(s seen) bool { return s.isSorry() && s.body == "" }, func() (seen, error) { return b.ask("HEAD", "/", "") })
	program := b.must("a program", seen.isSorry, func() (seen, error) { return b.ask("PUT", "/api", "{}", "Accept: application/json") })
	if program.Header.Get("Content-Type") != "application/problem+json" {
		b.t.Error(program.Header)
	}
	const probe = "X-Belltower-Probe: let-me-in"
	b.must("a probe", seen.isLearn, func() (seen, error) { return b.ask("GET", "/", "", probe) })
	b.must("a probe with a form", func(s seen) bool { return s.body == "learn: POST /login 5" }, func() (seen, error) { return b.ask("POST", "/login", "hello", probe) })
	b.must("a wrong secret", seen.isSorry, func() (seen, error) { return b.ask("GET", "/", "", "X-Belltower-Probe: let-me") })
	for range 20 {
		b.must("closed", seen.isSorry, func() (seen, error) { return b.ask("GET", "/", "") })
	}
}

// A real nginx with what "bot sorry learn --nginx" prints.
func TestNginx(t *testing.T) {
	t.Parallel()
	b, nginx := newBalanced(t, "nginx")
	parts := b.paste("--nginx", "THE VALUE OF bypass_header", "let-me-in",
		"/etc/nginx/belltower/learn.html;", b.copyTo("--html", "learn.html")+";")
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	var temp strings.Builder
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&temp, "%s_temp_path %s;\n", kind, filepath.Join(b.folder, kind))
	}
	config := b.write("nginx.conf", fmt.Sprintf(`
daemon off; master_process off; pid %[1]s/pid; error_log stderr crit;
events {}
http {
access_log off;
%[2]s
# %[3]s
server {
listen unix:%[1]s/front;
server_name learn.example.edu;
# %[4]s
location / { proxy_pass http://%[5]s; }
}
}
`, b.folder, temp.String(), parts[1], parts[2], b.origin.at))
	b.run(nginx, "-p", b.folder, "-e", "stderr", "-c", config)
	b.stand()
}

// A real HAProxy with what "bot sorry learn --haproxy" prints, and beside it the trap: a
// backend of sorry pages whose health check asks for a sorry page.
func TestHAProxy(t *testing.T) {
	t.Parallel()
	b, haproxy := newBalanced(t, "haproxy")
	parts := b.paste("--haproxy", "THE VALUE OF bypass_header", "let-me-in", "YOUR_BACKEND", "learn",
		"errorfile 503 /etc/haproxy/errors/learn.http", "errorfile 503 "+b.copyTo("--errorfile", "learn.http"))
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	config := b.write("haproxy.cfg", fmt.Sprintf(`
global
    maxconn 200
defaults
    mode http
    timeout client 20s
    timeout connect 1s
    timeout server 20s
frontend people
    bind unix@%[1]s/front
# %[2]s
    default_backend learn
backend learn
    option httpchk GET /
    server one %[4]s check inter 500ms fall 1 rise 1
frontend counts
    bind unix@%[1]s/counts
    http-request return status 200 content-type text/plain lf-string "%%[nbsrv(naive)] %%[nbsrv(belltower_learn_sorry)]"
backend naive
    option httpchk GET /sorry/learn
    server sorry %[5]s check inter 500ms fall 1 rise 1
# %[3]s
`, b.folder, parts[1], parts[2], b.origin.at, b.botAt))
	b.run(haproxy, "-db", "-f", config)
	b.stand()
	b.trap()
}

// trap waits until the naive check has taken the sorry page out, and the other has not.
func (b *balanced) trap() {
	b.t.Helper()
	b.do("service sorry learn on")
	b.await("closed", seen.isSorry)
	counts := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", filepath.Join(b.folder, "counts"))
	}}}
	through := b.client
	b.client = counts
	b.await("the naive check alone fails", func(s seen) bool { return s.body == "0 1" })
	b.client = through
	b.must("still there", seen.isSorry, func() (seen, error) { return b.ask("GET", "/", "") })
}
