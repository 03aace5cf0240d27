package probe

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// hunter is a part of every secret of the tests: nothing may print it.
const hunter = "hunter2"

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// settings are those of a runner that may reach this machine.
func settings(change ...func(*Settings)) Settings {
	s := Settings{Probing: config.Probing{Allow: loopback}, Now: time.Now, Zone: time.UTC, Log: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&s)
	}
	return s
}

// tryOnce tries a probe once against what is really there, and checks that the result
// prints no secret.
func tryOnce(t *testing.T, p config.Probe, change ...func(*Settings)) Result {
	t.Helper()
	if p.Timeout == 0 {
		p.Timeout = 20 * time.Second
	}
	ctx, cancel := context.WithTimeout(t.Context(), p.Timeout)
	defer cancel()
	r := kinds()[p.Kind](ctx, newNetwork(settings(change...)), &p)
	if text := fmt.Sprintf("%+v", r); strings.Contains(text, hunter) {
		t.Errorf("a secret was printed: %s", text)
	}
	return r
}

// wants checks what a result is.
func (r Result) wants(t *testing.T, outcome desk.Outcome, detail string) {
	t.Helper()
	if r.Outcome != outcome || r.Detail != detail {
		t.Errorf("%s: %q, want %s: %q", r.Outcome, r.Detail, outcome, detail)
	}
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func httpProbe(url string) config.Probe {
	return config.Probe{Service: "learn", Name: "login page", Kind: "http", URL: url, ExpectStatus: []int{200}, ExpectBody: "Log in",
		BypassHeader: config.NewSecret("X-Probe: " + hunter)}
}

// pages are what a probe of HTTP may meet; elsewhere is another host.
func pages(t *testing.T, elsewhere string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Probe") != hunter || !strings.HasPrefix(r.UserAgent(), "Belltower") || r.Method != "GET" {
			t.Errorf("%s %v", r.Method, r.Header)
		}
		switch r.URL.Path {
		case "/good":
			fmt.Fprint(w, "Please Log in.")
		case "/moved":
			http.Redirect(w, r, "/good", http.StatusFound)
		case "/away":
			http.Redirect(w, r, elsewhere, http.StatusFound)
		case "/circle":
			http.Redirect(w, r, "/circle?"+hunter, http.StatusFound)
		case "/closed":
			http.Redirect(w, r, "http://169.254.169.254/latest/"+hunter, http.StatusFound)
		case "/echo":
			http.Error(w, r.Header.Get("X-Probe"), http.StatusServiceUnavailable)
		case "/big":
			for range 3 * maxBody / 1024 {
				fmt.Fprint(w, strings.Repeat("x", 1024))
			}
			fmt.Fprint(w, "Log in")
		case "/cut":
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "Log in")
		case "/hangup":
			panic(http.ErrAbortHandler)
		case "/slow":
			<-r.Context().Done()
		}
	}
}

func TestHTTP(t *testing.T) {
	elsewhere := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Probe") != "" {
			t.Error("another host was sent the bypass header")
		}
		fmt.Fprint(w, "Log in elsewhere")
	})
	s := serve(t, pages(t, strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1)))
	get := func(path string) config.Probe { return httpProbe(s.URL + path) }
	for _, c := range []struct {
		path    string
		outcome desk.Outcome
		detail  string
	}{
		{"/good", desk.Passed, ""},
		{"/moved", desk.Passed, ""},
		{"/away", desk.Passed, ""},
		{"/nothing", desk.Failed, `the answer has no "Log in"`},
		{"/big", desk.Failed, `the answer has no "Log in"`},
		{"/echo", desk.Failed, "HTTP 503 instead of 200"},
		{"/circle", desk.Failed, "it redirects in a circle"},
		{"/closed", desk.Unclear, errClosed.Error()},
		{"/cut", desk.Failed, "it closed the connection without an answer"},
		{"/hangup", desk.Failed, "it closed the connection without an answer"},
	} {
		r := tryOnce(t, get(c.path))
		if r.wants(t, c.outcome, c.detail); t.Failed() {
			t.Fatal(c.path)
		}
	}
	hanging := get("/slow")
	hanging.Timeout = 50 * time.Millisecond
	tryOnce(t, hanging).wants(t, desk.Failed, "no answer in time")
	stays := get("/moved")
	stays.ExpectStatus, stays.ExpectBody = []int{301, 302}, ""
	tryOnce(t, stays).wants(t, desk.Passed, "")
	r := tryOnce(t, get("/good"))
	if r.Phases.Connect <= 0 || r.Phases.FirstByte <= 0 || r.Phases.Transfer <= 0 || r.Phases.DNS != 0 || r.Phases.TLS != 0 {
		t.Errorf("%+v", r.Phases)
	}
	named := tryOnce(t, httpProbe(strings.Replace(s.URL, "127.0.0.1", "localhost", 1)+"/good"))
	if named.Outcome != desk.Passed || named.Phases.DNS <= 0 {
		t.Errorf("%+v", named)
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	tryOnce(t, httpProbe("http://"+address+"/?"+hunter)).wants(t, desk.Failed, "connection refused")
	tryOnce(t, config.Probe{Kind: "tcp", URL: address}).wants(t, desk.Failed, "connection refused")
	tryOnce(t, config.Probe{Kind: "tls", URL: address}).wants(t, desk.Failed, "connection refused")
	tryOnce(t, config.Probe{Kind: "tcp", URL: "belltower.invalid:443"}).wants(t, desk.Failed, "the name is not known")
}

func TestTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	r := tryOnce(t, config.Probe{Kind: "tcp", URL: l.Addr().String()})
	if r.wants(t, desk.Passed, ""); r.Phases.Connect <= 0 {
		t.Errorf("%+v", r.Phases)
	}
}

// certificate is one for 127.0.0.1 that signs itself and ends then.
func certificate(t *testing.T, ends time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-400 * 24 * time.Hour), NotAfter: ends,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestTLS(t *testing.T) {
	ends := time.Now().Add(30*24*time.Hour + time.Minute).Truncate(time.Minute)
	cert, pool := certificate(t, ends)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "Log in") }))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	defer s.Close()
	address := s.Listener.Addr().String()
	trusted := func(s *Settings) { s.Roots = pool }
	at := func(now time.Time) func(*Settings) {
		return func(s *Settings) { s.Now = func() time.Time { return now } }
	}
	good := func(days string) string {
		return "the certificate is good until " + ends.UTC().Format("2 January 2006 15:04 UTC") + ", for " + days
	}
	probe := config.Probe{Kind: "tls", URL: address, ExpiresWithin: 14 * 24 * time.Hour}
	for _, c := range []struct {
		name    string
		before  time.Duration // the end
		outcome desk.Outcome
		detail  string
	}{
		{"long", 30 * 24 * time.Hour, desk.Passed, good("30 days")},
		{"just long enough", 14 * 24 * time.Hour, desk.Passed, good("14 days")},
		{"too short", 14*24*time.Hour - time.Second, desk.Failed, good("13 days")},
		{"a day", 25 * time.Hour, desk.Failed, good("1 day")},
		{"hours", time.Hour, desk.Failed, good("1h0m0s")},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := tryOnce(t, probe, trusted, at(ends.Add(-c.before)))
			if r.wants(t, c.outcome, c.detail); r.warns != (c.outcome == desk.Failed) {
				t.Errorf("it warns: %t", r.warns)
			}
		})
	}
	over := tryOnce(t, probe, trusted, at(ends.Add(time.Hour)))
	if over.Outcome != desk.Failed || over.warns || !strings.HasPrefix(over.Detail, "the certificate is not good: certificate has expired") {
		t.Errorf("%+v", over)
	}
	if r := tryOnce(t, probe, trusted); r.Phases.Connect <= 0 || r.Phases.TLS <= 0 {
		t.Errorf("%+v", r.Phases)
	}
	tryOnce(t, probe).wants(t, desk.Failed, "the certificate is of nobody whom this machine trusts")
	tryOnce(t, httpProbe(s.URL)).wants(t, desk.Failed, "the certificate is of nobody whom this machine trusts")
	other := probe
	other.URL = strings.Replace(address, "127.0.0.1", "localhost", 1)
	if r := tryOnce(t, other, trusted); r.Outcome != desk.Failed || !strings.Contains(r.Detail, "not localhost") && !strings.Contains(r.Detail, "localhost") {
		t.Errorf("%+v", r)
	}
	if r := tryOnce(t, httpProbe(s.URL), trusted); r.Outcome != desk.Passed || r.Phases.TLS <= 0 {
		t.Errorf("%+v", r)
	}
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	probe.URL = plain.Listener.Addr().String()
	tryOnce(t, probe).wants(t, desk.Failed, "it does not speak TLS")
}

func TestICMP(t *testing.T) {
	r := tryOnce(t, config.Probe{Kind: "icmp", URL: "127.0.0.1"})
	if err := CanPing(); err != nil {
		t.Log(err)
		r.wants(t, desk.Unclear, mayPing)
		return
	}
	if r.wants(t, desk.Passed, ""); r.Phases.FirstByte <= 0 {
		t.Errorf("%+v", r.Phases)
	}
	r = tryOnce(t, config.Probe{Kind: "icmp", URL: "127.0.0.1"}, func(s *Settings) { s.Probing.Allow = nil })
	r.wants(t, desk.Unclear, errClosed.Error())
}
