package chat_test

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// What is no sensible time to wait silences nothing for long.
func TestHowLongAPlatformMayHaveUsWait(t *testing.T) {
	for said, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-5": 0, "0": 0, "30": 30 * time.Second, "3600": time.Hour,
		"9000000000": time.Hour, "99999999999999999999": time.Hour, "-99999999999999999999": 0,
	} {
		if got := chat.RetryAfter(http.Header{"Retry-After": {said}}); got != want {
			t.Errorf("%q: %s, want %s", said, got, want)
		}
	}
}

// Nothing is sent where no secure connection comes about, and what to mend is said: a proxy
// that reads along, a wrong clock, a wrong address.
func TestNoSecureConnection(t *testing.T) {
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	trusted := secure.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	years := time.Now().AddDate(100, 0, 0)
	for name, c := range map[string]struct {
		url string
		tls *tls.Config
		why string
	}{
		"authority": {secure.URL, &tls.Config{}, "an authority that this machine does not trust"},
		"host":      {secure.URL, &tls.Config{RootCAs: trusted, ServerName: "slack.test"}, "of another host"},
		"clock":     {secure.URL, &tls.Config{RootCAs: trusted, Time: func() time.Time { return years }}, "not valid now"},
		"plain":     {strings.Replace(plain.URL, "http:", "https:", 1), &tls.Config{}, "does not speak TLS"},
	} {
		e := unreached(t, &http.Transport{TLSClientConfig: c.tls}, c.url)
		if e.Outcome != chat.NotSent || !strings.Contains(e.Reason, c.why) || strings.Contains(e.Error(), "*") {
			t.Errorf("%s: %v, want it not sent, and why", name, e)
		}
	}
}

// A proxy that lets nobody through is no connection either.
func TestAProxyThatRefuses(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
	defer proxy.Close()
	by, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	e := unreached(t, &http.Transport{Proxy: http.ProxyURL(by), OnProxyConnectResponse: chat.AnsweredByProxy}, "https://slack.test/api/secret")
	if e.Outcome != chat.NotSent || e.Reason != "no connection through the proxy" || !strings.HasSuffix(e.Error(), "the proxy answers HTTP 407") {
		t.Errorf("%v, want it not sent, and the proxy's status", e)
	}
}

// unreached is how a call that comes to no answer is judged.
func unreached(t *testing.T, transport *http.Transport, url string) *chat.SendError {
	t.Helper()
	defer transport.CloseIdleConnections()
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	res, err := transport.RoundTrip(req)
	if err == nil {
		res.Body.Close()
		t.Fatalf("%s answered %s", url, res.Status)
	}
	var e *chat.SendError
	if !errors.As(chat.Unreached(err), &e) {
		t.Fatalf("%T is no *chat.SendError", err)
	}
	return e
}
