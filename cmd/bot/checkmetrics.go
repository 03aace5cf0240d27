package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/umassonline/belltower/internal/desk"
)

// checkMetrics tell how the bot's own checks do, as they stand when they are asked for.
type checkMetrics struct {
	list                        func() []desk.ProbeStanding
	failing, slow, passed, took *prometheus.Desc
}

func newCheckMetrics(list func() []desk.ProbeStanding) *checkMetrics {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("belltower_check_"+name, help, []string{"service", "check", "kind"}, nil)
	}
	return &checkMetrics{
		list:    list,
		failing: desc("failing", "1: by its rule the service is not available; 0: it is."),
		slow:    desc("slow", "1: by its rule the service is too slow; 0: it is not."),
		passed:  desc("passed", "How the last try ended. 1: it passed; 0: it failed. Not there where this machine was at fault."),
		took:    desc("duration_seconds", "How long the last try took that passed or failed."),
	}
}

// Describe implements prometheus.Collector.
func (c *checkMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.failing, c.slow, c.passed, c.took} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (c *checkMetrics) Collect(to chan<- prometheus.Metric) {
	for _, s := range c.list() {
		gauge := func(d *prometheus.Desc, value float64) {
			to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, string(s.Probe.Service), s.Probe.Name, s.Kind)
		}
		for d, state := range map[*prometheus.Desc]desk.ReportState{c.failing: s.Availability, c.slow: s.Performance} {
			switch state {
			case desk.Failing:
				gauge(d, 1)
			case desk.Passing:
				gauge(d, 0)
			}
		}
		if s.Last == nil || s.Last.Outcome == desk.Unclear {
			continue
		}
		gauge(c.took, s.Last.Took.Seconds())
		if s.Last.Outcome == desk.Passed {
			gauge(c.passed, 1)
		} else {
			gauge(c.passed, 0)
		}
	}
}
