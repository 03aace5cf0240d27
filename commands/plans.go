package commands

import (
	"context"
	"slices"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/wording"
)

const (
	// nextDays is how far ahead a status looks, nextShown how many windows it shows.
	nextDays, nextShown = 14, 5
	// reservedShown is how many reserved times of a service are shown.
	reservedShown = 2
)

// coming lists the next windows about any of the services (none: about anything) that
// are wanted (nil: all are), in order; times of a series that are none yet under its number.
func (a *asked) coming(ctx context.Context, services []desk.ServiceID, wanted func(desk.Window) bool) ([]desk.Window, error) {
	q := journal.AheadQuery{
		Services: services, Until: a.req.At.AddDate(0, 0, nextDays), Limit: nextShown,
		Wanted: func(w desk.Window) bool { return w.Status != desk.Proposed && (wanted == nil || wanted(w)) },
	}
	all, _, err := a.journal.Ahead(ctx, q)
	if err != nil || len(all) == nextShown { // what is no window yet is further ahead
		return all, err
	}
	later, err := a.journal.AheadInSeries(ctx, a.req.At, q)
	all = append(all, later...)
	slices.SortStableFunc(all, func(x, y desk.Window) int { return x.Planned.From.Compare(y.Planned.From) })
	return all[:min(len(all), nextShown)], err
}

// planned is what is planned for services, and of one alone the times reserved for work.
func (a *asked) planned(ctx context.Context, of []desk.Health) (out wording.Plans, err error) {
	var services []desk.ServiceID
	if len(of) < len(a.Words.Catalog.Services()) {
		for _, h := range of {
			services = append(services, h.Service.ID)
		}
	}
	if out.Coming, err = a.coming(ctx, services, nil); err != nil || len(of) != 1 {
		return out, err
	}
	id := of[0].Service.ID
	between := desk.Period{From: a.req.At, To: a.req.At.AddDate(0, 0, nextDays)}
	taken, err := a.journal.Taken(ctx, []desk.ServiceID{id}, desk.Period{From: between.From, To: between.To.Add(desk.MaxWindow)})
	for _, r := range a.Planning.Reserved(id, between, maxLooked) {
		planned := func(t desk.Taken) bool { return t.Period.Overlaps(r) }
		if len(out.Reserved) < reservedShown && !slices.ContainsFunc(taken, planned) {
			out.Reserved = append(out.Reserved, r)
		}
	}
	return out, err
}
