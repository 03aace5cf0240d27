package main

import (
	"context"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/outbox"
)

// metrics are what the bot tells Prometheus about itself.
type metrics struct {
	registry    *prometheus.Registry
	now         func() time.Time
	commands    *prometheus.HistogramVec
	first, last prometheus.Histogram
	sends       *prometheus.CounterVec
	calls       *prometheus.CounterVec
}

func newMetrics(now func() time.Time) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(), now: now,
		commands: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "belltower_command_seconds", Help: "Time from a command's arrival to its durable answer.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 4, 8),
		}, []string{"command", "result"}),
		first: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "belltower_first_post_seconds", Help: "Time from an announcement (or the end of its grace) to its first post.",
			Buckets: prometheus.ExponentialBuckets(0.01, 4, 8),
		}),
		last: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "belltower_last_post_seconds", Help: "Time from an announcement (or the end of its grace) to the receipt of its last post.",
			Buckets: prometheus.ExponentialBuckets(0.05, 4, 10),
		}),
		sends: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "belltower_sends_total", Help: "Calls that post, edit or look up, by how they ended.",
		}, []string{"connection", "result"}),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "belltower_source_calls_total", Help: "Calls of monitors elsewhere, by the HTTP status of the answer.",
		}, []string{"source", "status"}),
	}
	m.registry.MustRegister(m.commands, m.first, m.last, m.sends, m.calls, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observer measures what the outbox does.
func (m *metrics) observer() outbox.Observer {
	return outbox.Observer{
		Sent:      func(k desk.ConnectionName, result string) { m.sends.WithLabelValues(string(k), result).Inc() },
		FirstPost: func(took time.Duration) { m.first.Observe(took.Seconds()) },
		LastPost:  func(took time.Duration) { m.last.Observe(took.Seconds()) },
	}
}

// command counts one command; a word that is no command of ours counts as "other".
func (m *metrics) command(name string, failed bool, took time.Duration) {
	result := "done"
	if failed {
		result = "refused"
	}
	m.commands.WithLabelValues(known(name), result).Observe(took.Seconds())
}

// source counts one call of a monitor elsewhere.
func (m *metrics) source(name string, status int) {
	m.calls.WithLabelValues(name, strconv.Itoa(status)).Inc()
}

func known(command string) string {
	switch command {
	case "incident", "window", "probe", "subscribe", "unsubscribe", "status", "service", "belltower":
		return command
	}
	return "other"
}

// watch adds what is read from the bot when somebody looks.
func (m *metrics) watch(b *bot) {
	gauge := func(name, help string, value func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	gauge("belltower_lanes_waiting", "Channels that something is owed to or waited for.", func() float64 {
		return float64(b.engine.Stats().Lanes)
	})
	m.registry.MustRegister(newCheckMetrics(b.probes.List))
	for _, s := range b.ears {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "belltower_sockets_open", Help: "Connections by which a platform that calls no address of ours is heard; 0: it is not.",
			ConstLabels: prometheus.Labels{"connection": string(s.Name())},
		}, func() float64 { return float64(s.Open()) }))
	}
	gauge("belltower_oldest_undelivered_seconds", "Age of the oldest announcement that somebody has not heard yet; 0: none.", func() float64 {
		p, err := b.book.Pending(context.Background(), b.db)
		if err != nil || p.Oldest.IsZero() {
			return 0
		}
		return m.now().Sub(p.Oldest).Seconds()
	})
}
