// Package probe is the checks that Belltower runs itself: one file for each kind, one
// runner for all.
//
// A try of a probe comes to a [Result], never to an error. The results go through the rules
// of desk (Watch, Quickness); where a probe begins to fail or to pass, and only then, the
// runner tells it as a desk.Report. What could not be found out by no fault of the target
// (our own line is down, no file descriptors, an address that is closed to probes) is
// desk.Unclear and counts for nothing.
//
// The parts: runner.go (the loop), queue.go (when which is due), done.go (what a result
// means), tell.go (what others are told, until they have stored it), keep.go (buckets of
// results), verify.go (is it over), uplink.go (is it us), guard.go (what no probe reaches),
// fault.go (errors in words), trace.go (phases), and the kinds: http.go, transaction.go with
// step.go, extract.go and mask.go, tcp.go, tls.go, dns.go, icmp.go.
package probe

import (
	"context"
	"time"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// Result is what one try came to.
type Result struct {
	At      time.Time // when it began
	Took    time.Duration
	Outcome desk.Outcome
	// Slow: it passed, and took longer than is expected.
	Slow bool
	// Detail is what failed, for staff, without secrets; empty where it passed, but for
	// what is worth knowing ("the certificate is good for 57 days").
	Detail string
	// Step is the step of a transaction that failed: "4 Log in".
	Step   string
	Phases Phases
	// Steps are those of a transaction, in order.
	Steps []StepResult

	// answered: something answered, so that our own line is not to blame.
	answered bool
}

// StepResult is what one step of a transaction came to.
type StepResult struct {
	Name    string // "4 Log in"
	Took    time.Duration
	Outcome desk.Outcome
	Phases  Phases
}

// Phases are the times of the parts of a try; those that it did not have are 0. Of
// requests that were redirected they are sums.
type Phases struct {
	DNS, Connect, TLS time.Duration
	FirstByte         time.Duration // from the request's end to the answer's begin
	Transfer          time.Duration // of the answer's body
}

func passed() Result { return Result{Outcome: desk.Passed, answered: true} }

// failed is a failure seen in what answered.
func failed(detail string) Result {
	return Result{Outcome: desk.Failed, Detail: detail, answered: true}
}

func unclear(detail string) Result { return Result{Outcome: desk.Unclear, Detail: detail} }

// try makes one try of a probe. It ends with its context.
type try func(ctx context.Context, n *network, p *config.Probe) Result

// kinds are the kinds of probe that there are. A new one is a file and a line here.
func kinds() map[string]try {
	return map[string]try{
		"http": tryHTTP,
	}
}
