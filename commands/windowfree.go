package commands

import (
	"context"

	"github.com/umassonline/belltower/internal/desk"
)

const (
	// lookAhead is how far ahead another time is looked for.
	lookAheadDays = 60
	// maxLooked is how many reserved times are looked at, maxSuggested how many are
	// suggested: two fit beside the override on a phone.
	maxLooked, maxSuggested = 40, 2
)

// freeTimes lists the next times reserved for work on the services, into which what is
// planned fits, and that nothing speaks against.
func (a *asked) freeTimes(ctx context.Context, p planning) (out []desk.Period, err error) {
	if p.rule != nil || p.period.Length() == 0 || len(p.services) == 0 {
		return nil, nil
	}
	between := desk.Period{From: a.req.At, To: a.req.At.AddDate(0, 0, lookAheadDays)}
	taken, err := a.journal.Taken(ctx, p.services, desk.Period{From: between.From, To: between.To.Add(desk.MaxWindow)})
	if err != nil {
		return nil, err
	}
	for _, r := range a.Planning.Reserved(p.services[0], between, maxLooked) {
		t := desk.Period{From: r.From, To: r.From.Add(p.period.Length())}
		if !r.Holds(t) || a.Planning.Check(p.services, []desk.Period{t}, a.req.At, taken, desk.Override{}) != nil {
			continue
		}
		if out = append(out, t); len(out) == maxSuggested {
			break
		}
	}
	return out, nil
}
