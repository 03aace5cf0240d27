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

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// Result is what one try came to.
type Result struct {
	desk.TryResult
	// answered: something answered, so that our own line is not to blame.
	answered bool
	// warns: only what is to come fails, a certificate that ends soon.
	warns bool
}

func passed() Result {
	return Result{TryResult: desk.TryResult{Outcome: desk.Passed}, answered: true}
}

// failed is a failure seen in what answered, unanswered one of what did not.
func failed(detail string) Result {
	return Result{TryResult: desk.TryResult{Outcome: desk.Failed, Detail: detail}, answered: true}
}

func unanswered(detail string) Result {
	return Result{TryResult: desk.TryResult{Outcome: desk.Failed, Detail: detail}}
}

func unclear(detail string) Result {
	return Result{TryResult: desk.TryResult{Outcome: desk.Unclear, Detail: detail}}
}

// try makes one try of a probe. It ends with its context.
type try func(ctx context.Context, n *network, p *config.Probe) Result

// kinds are the kinds of probe that there are. A new one is a file and a line here.
func kinds() map[string]try {
	return map[string]try{
		"dns":         tryDNS,
		"http":        tryHTTP,
		"icmp":        tryICMP,
		"tcp":         tryTCP,
		"tls":         tryTLS,
		"transaction": tryTransaction,
	}
}
