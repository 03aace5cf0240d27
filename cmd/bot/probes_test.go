package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

func TestACheckWarnsWhereNobodyMayPing(t *testing.T) {
	cfg := &config.Config{Probes: []config.Probe{
		{Service: "learn", Name: "login page", Kind: "http"}, {Service: "network", Name: "core router", Kind: "icmp"},
	}}
	no := func() error { return errors.New("set net.ipv4.ping_group_range") }
	want := []string{`the check "core router" of network cannot be made: set net.ipv4.ping_group_range`}
	if diff := cmp.Diff(want, probeWarnings(cfg, no)); diff != "" {
		t.Error(diff)
	}
	if got := probeWarnings(cfg, func() error { return nil }); got != nil {
		t.Error(got)
	}
	cfg.Probes = cfg.Probes[:1]
	if got := probeWarnings(cfg, no); got != nil {
		t.Error(got)
	}
}

// A probe that has another name takes over from what it was called; one that warns, or judges
// no time, does not.
func TestWhoTakesOverFromAProbe(t *testing.T) {
	b := &bot{cfg: &config.Config{Probes: []config.Probe{
		{Service: "learn", Name: "front page", Kind: "http", SlowerThan: time.Second}, {Service: "learn", Name: "port", Kind: "tcp"},
		{Service: "learn", Name: "certificate", Kind: "tls"}, {Service: "portal", Name: "portal page", Kind: "http"},
	}}}
	for _, c := range []struct {
		r       desk.Report
		watched bool
		heirs   string
	}{
		{desk.Report{Expectation: desk.Availability, Witness: desk.Witness{Name: "login page"}}, false, "[{learn front page} {learn port}]"},
		{desk.Report{Expectation: desk.Performance, Witness: desk.Witness{Name: "port"}}, false, "[{learn front page}]"},
		{desk.Report{Expectation: desk.Availability, Witness: desk.Witness{Name: "certificate of old"}, Warns: true}, false, "[{learn certificate}]"},
		{desk.Report{Expectation: desk.Availability, Witness: desk.Witness{Name: "port"}}, true, "[{learn front page} {learn port}]"},
	} {
		c.r.Service, c.r.Witness.Kind = "learn", desk.OwnProbe
		if got := fmt.Sprint(b.heirs(c.r)); got != c.heirs || b.watches(c.r) != c.watched {
			t.Errorf("%s of %q: %s, %v", c.r.Expectation, c.r.Witness.Name, got, b.watches(c.r))
		}
	}
}

func TestACheckTriesEachProbe(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "Log in") }))
	defer s.Close()
	probe := func(name, text string) config.Probe {
		return config.Probe{Service: "learn", Name: name, Kind: "http", URL: s.URL, Every: time.Minute, Timeout: 10 * time.Second,
			FailAfter: 3, OutOf: 3, PassAfter: 2, ExpectStatus: []int{200}, ExpectBody: text}
	}
	steps := probe("log in", "")
	steps.Kind = "transaction"
	steps.Steps = []config.Step{{Name: "Open", Method: "GET", ExpectStatus: []int{200}}, {Name: "Log in", Method: "POST", ExpectStatus: []int{302}}}
	cfg := &config.Config{
		Services: []config.Service{{ID: "learn"}}, Probes: []config.Probe{probe("login page", "Log in"), probe("start page", "Welcome"), steps},
		Probing: config.Probing{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}},
	}
	found := checkProbes(bound{ctx: t.Context(), p: process{now: time.Now}}, cfg)
	want := []chat.Finding{
		{Key: "probes", Text: `learn: start page: the answer has no "Welcome"`},
		{Key: "probes", Text: "learn: log in: step 2 Log in: HTTP 200 instead of 302"},
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Error(diff)
	}
	cfg.Probing = config.Probing{}
	for _, f := range checkProbes(bound{ctx: t.Context(), p: process{now: time.Now}}, cfg) {
		if !strings.Contains(f.Text, "closed to probes") {
			t.Error(f)
		}
	}
}
