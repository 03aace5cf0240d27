package commands

import (
	"context"
	"slices"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

const (
	// nextDays is how far ahead a status looks, nextShown how many windows it shows.
	nextDays, nextShown = 14, 5
	// reservedShown is how many reserved times of a service are shown.
	reservedShown = 2
)

// coming lists the next windows that are wanted, in order.
func (a *asked) coming(ctx context.Context, wanted func(desk.Window) bool) ([]desk.Window, error) {
	all, err := a.journal.Coming(ctx, a.req.At.AddDate(0, 0, nextDays), maxList)
	all = slices.DeleteFunc(all, func(w desk.Window) bool { return w.Status == desk.Proposed || !wanted(w) })
	return all[:min(len(all), nextShown)], err
}

// planned is what is planned for services, and of one alone the times reserved for work.
func (a *asked) planned(ctx context.Context, of []desk.Health) (out wording.Plans, err error) {
	out.Coming, err = a.coming(ctx, func(w desk.Window) bool {
		return slices.ContainsFunc(of, func(h desk.Health) bool { return w.Concerns(h.Service.ID) })
	})
	if err != nil || len(of) != 1 {
		return out, err
	}
	id := of[0].Service.ID
	taken, err := a.taken(ctx, []desk.ServiceID{id})
	between := desk.Period{From: a.req.At, To: a.req.At.AddDate(0, 0, nextDays)}
	for _, r := range a.Planning.Reserved(id, between, maxLooked) {
		planned := func(t desk.Taken) bool { return t.Period.Overlaps(r) }
		if len(out.Reserved) < reservedShown && !slices.ContainsFunc(taken, planned) {
			out.Reserved = append(out.Reserved, r)
		}
	}
	return out, err
}
