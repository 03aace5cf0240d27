package probe

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"time"

	"github.com/go-resty/resty/v2"
	"golang.org/x/net/publicsuffix"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// tryTransaction does the steps in order, and at the end those that clean up, for which a
// fifth of the time is kept, and which are done even when the bot stops.
func tryTransaction(ctx context.Context, n *network, p *config.Probe) Result {
	t := newTransaction(n, p)
	main, cancel := t.beforeCleaning(ctx)
	defer cancel()
	began := n.now()
	r := t.do(main, false)
	r.Took = n.now().Sub(began)
	if t.cleans() {
		clean, cancel := cleaning(ctx)
		defer cancel()
		if after := t.do(clean, true); r.Outcome == desk.Passed && after.Outcome != desk.Passed {
			after.Took = r.Took
			r = after
		}
	}
	for _, s := range t.steps {
		r.Phases = r.Phases.Plus(s.Phases)
	}
	r.Steps = t.steps
	r.Detail = masked(r.Detail, t.secrets)
	return r
}

// transaction is one go through the steps of a probe, with the cookies, variables and the
// place that it has come to.
type transaction struct {
	n         *network
	p         *config.Probe
	following *resty.Client
	staying   *resty.Client
	at        string // the address that relative ones go on from
	variables map[string]string
	secrets   []string
	steps     []desk.StepResult
}

func newTransaction(n *network, p *config.Probe) *transaction {
	jar, _ := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List}) // never fails
	t := &transaction{
		n: n, p: p, at: p.URL, variables: map[string]string{}, secrets: secretsOf(p),
		following: newWeb(&http.Client{Transport: n.transport, Jar: jar, CheckRedirect: follow}),
		staying:   newWeb(&http.Client{Transport: n.transport, Jar: jar, CheckRedirect: stay}),
	}
	for name, value := range p.Variables {
		t.variables[name] = value.Reveal()
	}
	return t
}

// cleans reports whether a step cleans up.
func (t *transaction) cleans() bool {
	for i := range t.p.Steps {
		if t.p.Steps[i].Always {
			return true
		}
	}
	return false
}

// beforeCleaning is the time for the steps that do not clean up.
func (t *transaction) beforeCleaning(ctx context.Context) (context.Context, context.CancelFunc) {
	until, limited := ctx.Deadline()
	if !limited || !t.cleans() {
		return context.WithCancel(ctx)
	}
	now := t.n.now()
	return context.WithTimeout(ctx, until.Sub(now)*4/5)
}

// cleaning is the time for those that do. A stop of the bot cuts it short, not off.
func cleaning(ctx context.Context) (context.Context, context.CancelFunc) {
	on := context.WithoutCancel(ctx)
	if until, limited := ctx.Deadline(); limited && ctx.Err() == nil {
		var cancel context.CancelFunc
		on, cancel = context.WithDeadline(on, until)
		stop := context.AfterFunc(ctx, func() { time.AfterFunc(lastWords, cancel) })
		return on, func() { stop(); cancel() }
	}
	return context.WithTimeout(on, lastWords)
}

// do does the steps that clean up, or the others. Others end at the first that fails; those
// that clean up are all done, unless one needs a variable that nothing set: then there is
// nothing to clean up.
func (t *transaction) do(ctx context.Context, cleanUp bool) Result {
	out := passed()
	for i := range t.p.Steps {
		s := &t.p.Steps[i]
		if s.Always != cleanUp || cleanUp && !t.knows(s) {
			continue
		}
		r := t.step(ctx, s)
		name := fmt.Sprintf("%d %s", i+1, s.Name)
		t.steps = append(t.steps, desk.StepResult{Name: name, Took: r.Took, Outcome: r.Outcome, Phases: r.Phases})
		if r.Outcome == desk.Passed || out.Outcome != desk.Passed {
			continue
		}
		out = r
		out.Step = name
		if !cleanUp {
			return out
		}
	}
	return out
}
