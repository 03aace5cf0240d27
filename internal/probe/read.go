package probe

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/umassonline/belltower/internal/desk"
)

// List is how all probes do, by service and name.
func (r *Runner) List() []desk.ProbeStanding {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]desk.ProbeStanding, 0, len(r.entries))
	for _, e := range r.entries {
		s := desk.ProbeStanding{
			Probe: e.id(), Kind: e.conf.Kind, Availability: e.availability.watch.State(), Since: e.availability.since,
			Next: e.due, Gates: e.conf.Gates,
		}
		if e.judgesTime() {
			s.Performance = e.performance.watch.State()
		}
		if e.last != nil {
			last := *e.last
			s.Last = &last
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b desk.ProbeStanding) int {
		return cmp.Or(cmp.Compare(a.Probe.Service, b.Probe.Service), cmp.Compare(a.Probe.Name, b.Probe.Name))
	})
	return out
}

// triesAsked is how many of them run at once.
const triesAsked = 8

// Try tries the probes of a service, or the one with that name, once, now, and returns what
// they come to, in the order of the configuration. The results count for nothing else. None:
// there is no such probe.
func (r *Runner) Try(ctx context.Context, service desk.ServiceID, name string) []desk.Tried {
	var asked []*entry
	for _, e := range r.entries {
		if e.conf.Service == service && (name == "" || e.conf.Name == name) {
			asked = append(asked, e)
		}
	}
	out := make([]desk.Tried, len(asked))
	places := make(chan struct{}, triesAsked)
	var tries sync.WaitGroup
	for k, e := range asked {
		places <- struct{}{}
		tries.Go(func() {
			res := r.attempt(ctx, e, e.conf.Timeout)
			if ctx.Err() != nil && res.Outcome != desk.Passed {
				res.TryResult = desk.TryResult{At: res.At, Took: res.Took, Outcome: desk.Unclear, Detail: "it takes longer than can be waited for here"}
			}
			r.mu.Lock()
			slow, _ := e.quickness().Judge(res.Took, e.usual.takes)
			r.mu.Unlock()
			res.Slow = res.Outcome == desk.Passed && slow
			out[k] = desk.Tried{Probe: e.id(), Kind: e.conf.Kind, TryResult: res.TryResult}
			<-places
		})
	}
	tries.Wait()
	return out
}
