package main

import (
	"context"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/statuspage"
)

// balancer stands before the demo's Learn System, and does what `bot sorry` would have a
// real one do: it asks the bot's gate for each request, and shows the bot's sorry page
// where the gate is closed or nobody answers behind it. A gate that cannot be asked is
// open.
type balancer struct {
	gate   string // its address
	client *http.Client
	bypass string // what probes send, to be let past
	learn  *httputil.ReverseProxy
	sorry  *httputil.ReverseProxy
	copy   []byte // of the sorry page, for when the bot cannot be reached either
	policy string
}

const (
	bypassHeader = "X-Belltower-Probe"
	// gateTime is how long the gate may take to answer.
	gateTime = 500 * time.Millisecond
	// demoLearn is the service that stands behind the balancer.
	demoLearn desk.ServiceID = "learn"
)

// newBalancer makes one before a Learn System at host:port.
func newBalancer(s demoSettings, cfg *config.Config, origin string, now func() time.Time) *balancer {
	bot := &url.URL{Scheme: "http", Host: s.Listen, Path: "/"}
	b := &balancer{gate: bot.JoinPath("gate", string(demoLearn)).String(), client: &http.Client{Timeout: gateTime}, bypass: s.Bypass}
	quiet := log.New(io.Discard, "", 0)
	b.learn = &httputil.ReverseProxy{ErrorLog: quiet, ErrorHandler: b.lost, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: origin})
	}}
	b.sorry = &httputil.ReverseProxy{ErrorLog: quiet, ErrorHandler: b.last, Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL, r.Out.Host = bot.JoinPath("sorry", string(demoLearn)), bot.Host
		r.Out.Body, r.Out.ContentLength = http.NoBody, 0
	}}
	pages := statuspage.New(nil, statuspage.Settings{
		Words: wordsOf(cfg), Languages: cfg.Organization.Languages, HelpDesks: helpDesks(cfg),
	}, now, slog.New(slog.DiscardHandler))
	b.copy, b.policy, _ = pages.SorryCopy(demoLearn)
	return b
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get(bypassHeader) != b.bypass && b.closed(r.Context()) {
		r.Header.Del(statuspage.UnreachableHeader)
		b.sorry.ServeHTTP(w, r)
		return
	}
	b.learn.ServeHTTP(w, r)
}

// closed asks the gate. Only its own word closes.
func (b *balancer) closed(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.gate, nil)
	if err != nil {
		return false
	}
	res, err := b.client.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body) // so that the connection is used again
	return res.StatusCode == http.StatusServiceUnavailable && res.Header.Get("Belltower-Gate") == "closed"
}

// lost shows the sorry page where Learn does not answer.
func (b *balancer) lost(w http.ResponseWriter, r *http.Request, _ error) {
	r.Header.Set(statuspage.UnreachableHeader, "1")
	b.sorry.ServeHTTP(w, r)
}

// last shows the copy of the sorry page where the bot does not answer either.
func (b *balancer) last(w http.ResponseWriter, _ *http.Request, _ error) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", b.policy)
	h.Set("Cache-Control", "no-store")
	h.Set("Retry-After", "120")
	h.Set(statuspage.SorryHeader, string(demoLearn))
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write(b.copy) // who left does not need it
}
