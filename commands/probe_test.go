package commands_test

import (
	"context"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// madeUpProbes are checks of learn and portal, some of which fail, as seen at a time.
type madeUpProbes struct{ at time.Time }

func (m madeUpProbes) List() []desk.ProbeStanding {
	at := func(before time.Duration) time.Time { return m.at.Add(-before) }
	return []desk.ProbeStanding{
		{Probe: desk.ProbeID{Service: "learn", Name: "log in"}, Kind: "transaction", Availability: desk.Failing, Performance: desk.Passing,
			Since: at(9 * time.Minute), Next: at(-5 * time.Second), Gates: true,
			Last: &desk.TryResult{At: at(25 * time.Second), Took: 1200 * time.Millisecond, Outcome: desk.Failed, Step: "4 Log in", Detail: "HTTP 503 instead of 200"}},
		{Probe: desk.ProbeID{Service: "learn", Name: "login page"}, Kind: "http", Availability: desk.Passing, Performance: desk.Failing,
			Next: at(-7 * time.Second), Last: &desk.TryResult{At: at(23 * time.Second), Took: 4321 * time.Millisecond, Outcome: desk.Passed, Slow: true}},
		{Probe: desk.ProbeID{Service: "learn", Name: "network"}, Kind: "icmp", Availability: desk.Failing,
			Last: &desk.TryResult{At: at(26 * time.Hour), Outcome: desk.Unclear, Detail: "this machine could not make the check: too many open files"}},
		{Probe: desk.ProbeID{Service: "portal", Name: "certificate"}, Kind: "tls", Availability: desk.Passing, Next: at(-time.Hour)},
		{Probe: desk.ProbeID{Service: "portal", Name: "search"}, Kind: "http", Availability: desk.Passing, Performance: desk.Passing,
			Last: &desk.TryResult{At: at(time.Second), Took: 300 * time.Microsecond, Outcome: desk.Passed}},
	}
}

func (m madeUpProbes) Try(_ context.Context, service desk.ServiceID, name string) (out []desk.Tried) {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	results := map[string]desk.TryResult{
		"log in": {Took: ms(1300), Outcome: desk.Failed, Step: "2 Log in", Detail: "HTTP 503 instead of 200", Steps: []desk.StepResult{
			{Name: "1 Open", Took: ms(100), Outcome: desk.Passed, Phases: desk.Phases{DNS: ms(3), Connect: ms(12), TLS: ms(30), FirstByte: ms(50), Transfer: ms(5)}},
			{Name: "2 Log in", Took: ms(1200), Outcome: desk.Failed, Phases: desk.Phases{Connect: ms(11), FirstByte: ms(1180)}},
			{Name: "3 Log out", Took: ms(90), Outcome: desk.Passed},
		}},
		"login page":  {Took: ms(4321), Outcome: desk.Passed, Slow: true, Phases: desk.Phases{DNS: 400 * time.Microsecond, Connect: ms(12), FirstByte: ms(4300)}},
		"network":     {Outcome: desk.Unclear, Detail: "this machine could not make the check: too many open files"},
		"certificate": {Took: ms(60), Outcome: desk.Passed, Detail: "the certificate is good for 57 days"},
		"search":      {Took: ms(18), Outcome: desk.Passed},
	}
	for _, p := range m.List() {
		if p.Probe.Service == service && (name == "" || p.Probe.Name == name) {
			out = append(out, desk.Tried{Probe: p.Probe, Kind: p.Kind, TryResult: results[p.Probe.Name]})
		}
	}
	return out
}
