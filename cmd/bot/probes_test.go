package main

import (
	"errors"
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
