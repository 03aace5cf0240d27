package main

import (
	"net/http"
	"strings"
	"testing"
)

const monitors = `
[[sources]]
name = "pingdom"
kind = "pingdom"
token = "hunter2hunter2hunter2"
next_token = "hunter2"
checks = { "123456" = "learn" }

[[sources]]
name = "prometheus"
kind = "alertmanager"
token = "hunter2hunter2hunter2"
checks = { "alertname=LearnDown" = "learn" }

[[sources]]
name = "uptime"
kind = "uptime_kuma"
token = "hunter2hunter2hunter2"
`

// bot check says where each monitor is to call, and what is doubtful; no token is in it.
func TestCheckSaysHowMonitorsAreConnected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.more = monitors
	w.startWith(w.config())
	stdout, stderr, status := w.bot("check")
	if status != 0 || strings.Contains(stdout+stderr, "hunter2") {
		t.Fatalf("%d %s%s", status, stdout, stderr)
	}
	for _, want := range []string{
		"checked, but without effect until their part is built: sources of the kind uptime_kuma\n",
		"warning: source pingdom: a token of fewer than 16 characters can be guessed",
		"source pingdom: in Pingdom", "    https://status.example.edu/sources/pingdom?token=TOKEN\n",
		"source prometheus: in alertmanager.yml", "          - url: https://status.example.edu/sources/prometheus\n",
		"warning: source uptime: no checks", "source uptime: sources of the kind uptime_kuma are not built yet",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in:\n%s", want, stdout)
		}
	}
}

// A monitor without the token is refused, and neither log nor metrics tell a token.
func TestMonitorsProveThemselves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.more = monitors
	w.start()
	for address, want := range map[string]int{
		"pingdom": 401, "pingdom?token=wrong": 401, "nobody?token=hunter2": 404,
		"pingdom?token=hunter2": 400, "pingdom?token=hunter2hunter2hunter2": 400, "uptime?token=hunter2hunter2hunter2": 501,
	} {
		res, err := http.Post(w.public+"/sources/"+address, "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: %d instead of %d", address, res.StatusCode, want)
		}
	}
	_, metrics := w.get(w.admin + "/metrics")
	for _, want := range []string{`belltower_source_calls_total{source="pingdom",status="401"} 2`, `belltower_source_calls_total{source="pingdom",status="400"} 2`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("no %s in:\n%s", want, metrics)
		}
	}
	if strings.Contains(metrics+w.logged.text(), "hunter2") {
		t.Error("a token is told")
	}
}
