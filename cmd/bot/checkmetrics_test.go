package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/umassonline/belltower/internal/desk"
)

func TestTheMetricsOfChecks(t *testing.T) {
	last := func(o desk.Outcome, took time.Duration) *desk.TryResult {
		return &desk.TryResult{Outcome: o, Took: took}
	}
	id := func(name string) desk.ProbeID { return desk.ProbeID{Service: "learn", Name: name} }
	m := newCheckMetrics(func() []desk.ProbeStanding {
		return []desk.ProbeStanding{
			{Probe: id("fails"), Kind: "http", Availability: desk.Failing, Performance: desk.Passing, Last: last(desk.Failed, 2*time.Second)},
			{Probe: id("slow"), Kind: "tcp", Availability: desk.Passing, Performance: desk.Failing, Last: last(desk.Passed, time.Second)},
			{Probe: id("our fault"), Kind: "icmp", Availability: desk.Passing, Last: last(desk.Unclear, time.Second)},
			{Probe: id("new"), Kind: "dns"},
		}
	})
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(m)
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, one := range f.GetMetric() {
			l := one.GetLabel() // sorted: check, kind, service
			got[fmt.Sprintf("%s %s %s %s", f.GetName(), l[2].GetValue(), l[0].GetValue(), l[1].GetValue())] = one.GetGauge().GetValue()
		}
	}
	want := map[string]float64{
		"belltower_check_failing learn fails http": 1, "belltower_check_failing learn slow tcp": 0, "belltower_check_failing learn our fault icmp": 0,
		"belltower_check_slow learn fails http": 0, "belltower_check_slow learn slow tcp": 1,
		"belltower_check_passed learn fails http": 0, "belltower_check_passed learn slow tcp": 1,
		"belltower_check_duration_seconds learn fails http": 2, "belltower_check_duration_seconds learn slow tcp": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
