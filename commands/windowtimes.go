package commands

import (
	"context"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// nextTimes lists the next times of a series that somebody can still change, at most
// limit.
func (a *asked) nextTimes(ctx context.Context, w desk.Window, limit int) ([]desk.Period, error) {
	made, err := a.journal.TimesOf(ctx, w.Number, a.req.At)
	if err != nil {
		return nil, err
	}
	next := w.Rule.Between(later(a.req.At, w.Planned.From), a.req.At.Add(desk.MaxAhead), limit+len(made))
	next = slices.DeleteFunc(next, func(p desk.Period) bool {
		return slices.ContainsFunc(made, func(w desk.Window) bool { return w.Slot.Equal(p.From) && w.CheckComing() != nil })
	})
	return next[:min(len(next), limit)], nil
}

// withoutCancelled is a series whose rule leaves out its coming times that were cancelled,
// too.
func (a *asked) withoutCancelled(ctx context.Context, w desk.Window) (desk.Window, error) {
	if !w.IsSeries() || w.Number == 0 {
		return w, nil
	}
	zone, err := time.LoadLocation(w.Rule.Zone)
	if err != nil {
		return w, err
	}
	made, err := a.journal.TimesOf(ctx, w.Number, a.req.At)
	var gone []desk.Period
	for _, one := range made {
		if one.IsCalledOff() {
			gone = append(gone, desk.Period{From: one.Slot})
		}
	}
	rule := without(*w.Rule, zone, gone)
	w.Rule = &rule
	return w, err
}
