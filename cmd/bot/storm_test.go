package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// A storm of alerts: so many checks, of so many services, are told of again and again.
const (
	stormServices = 12
	stormChecks   = 300
	stormAlerts   = 10_000
	stormBatch    = 50 // alerts of a call
)

const (
	stormToken   = "0123456789abcdef0123456789abcdef"
	pingdomToken = "fedcba9876543210fedcba9876543210"
)

// stormConfig is what the configuration says of so many services, at least those of the
// storm, and of two monitors. Services 1 to 5 depend on service 0.
func stormConfig(services int) string {
	var b strings.Builder
	for n := range services {
		fmt.Fprintf(&b, "\n[[services]]\nid = \"s%d\"\nname = \"Service %02d\"\n", n, n)
		if n >= 1 && n <= 5 {
			b.WriteString("depends_on = [\"s0\"]\n")
		}
	}
	fmt.Fprintf(&b, "\n[[sources]]\nname = \"prometheus\"\nkind = \"alertmanager\"\ntoken = %q\n[sources.checks]\n", stormToken)
	for n := range services {
		fmt.Fprintf(&b, "\"service=s%d\" = \"s%d\"\n", n, n)
	}
	fmt.Fprintf(&b, "\n[[sources]]\nname = \"pingdom\"\nkind = \"pingdom\"\ntoken = %q\n[sources.checks]\n", pingdomToken)
	for n := range stormChecks {
		fmt.Fprintf(&b, "\"%d\" = \"s%d\"\n", n, stormService(n))
	}
	return b.String()
}

// stormService is the service of a check: one after the other has as many.
func stormService(check int) int { return check * stormServices / stormChecks }

// stormState is what a monitor says of one check.
type stormState struct {
	check   int
	service int
	failing bool
	since   time.Time
}

// storm says of one check after the other how it is; change is how often that is another
// than the last time.
type storm struct {
	change float64
	random *rand.Rand
	last   [stormChecks]stormState
	next   int
}

func newStorm(change float64) *storm {
	s := &storm{change: change, random: rand.New(rand.NewPCG(7, 7))}
	for k := range s.last {
		s.last[k].check, s.last[k].service = k, stormService(k)
	}
	return s
}

// batch is what is said of the next checks, which all change by some time of now.
func (s *storm) batch(now time.Time) []stormState {
	out := make([]stormState, stormBatch)
	for k := range out {
		one := &s.last[s.next%stormChecks]
		if s.next < stormChecks || s.random.Float64() < s.change {
			one.failing, one.since = !one.failing, now
		}
		out[k] = *one
		s.next++
	}
	return out
}

// labels are an alert's, as Prometheus sends them.
func (s stormState) labels() string {
	return fmt.Sprintf(`{"alertname":"ServiceDown","instance":"node%d.example.edu:443","job":"blackbox","severity":"critical","service":"s%d","cluster":"main"}`, s.check, s.service)
}

const stormNotes = `{"summary":"It answers no request","description":"HTTP 503 for 3 minutes"}`

// prometheusCall is the call of a Prometheus to an Alertmanager's POST /api/v2/alerts.
func prometheusCall(states []stormState) string {
	alerts := make([]string, len(states))
	for k, s := range states {
		ends := ""
		if !s.failing {
			ends = fmt.Sprintf(`,"endsAt":%q`, s.since.Format(time.RFC3339Nano))
		}
		alerts[k] = fmt.Sprintf(`{"labels":%s,"annotations":%s,"startsAt":%q%s,"generatorURL":"http://prometheus.example.edu:9090/graph?g0.expr=probe_success"}`,
			s.labels(), stormNotes, s.since.Add(-time.Millisecond).Format(time.RFC3339Nano), ends)
	}
	return "[" + strings.Join(alerts, ",") + "]"
}

// alertmanagerCall is the call of an Alertmanager to a webhook.
func alertmanagerCall(states []stormState) string {
	alerts := make([]string, len(states))
	for k, s := range states {
		status, ends := "firing", "0001-01-01T00:00:00Z"
		if !s.failing {
			status, ends = "resolved", s.since.Format(time.RFC3339Nano)
		}
		alerts[k] = fmt.Sprintf(`{"status":%q,"labels":%s,"annotations":%s,"startsAt":%q,"endsAt":%q,"generatorURL":"http://prometheus.example.edu:9090/graph?g0.expr=probe_success","fingerprint":"%016x"}`,
			status, s.labels(), stormNotes, s.since.Add(-time.Millisecond).Format(time.RFC3339Nano), ends, s.check)
	}
	return `{"version":"4","groupKey":"{}:{}","truncatedAlerts":0,"status":"firing","receiver":"belltower","groupLabels":{},"commonLabels":{"job":"blackbox"},"commonAnnotations":{},"externalURL":"http://am.example.edu:9093","alerts":[` +
		strings.Join(alerts, ",") + `]}`
}
