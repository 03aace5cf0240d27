package commands

import (
	"context"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// nextTimes lists the next times of a series that somebody can still change, at most
// limit, each as the rule has it: first those that should have begun, and are held or were
// moved.
func (a *asked) nextTimes(ctx context.Context, w desk.Window, limit int) (next []desk.Period, err error) {
	made, err := a.journal.TimesOf(ctx, w.Number, a.req.At.Add(-desk.MaxWindow))
	if err != nil {
		return nil, err
	}
	begun := map[int64]bool{}
	for _, o := range made {
		if begun[o.Slot.Unix()] = o.CheckComing() != nil; !begun[o.Slot.Unix()] && o.Slot.Before(a.req.At) {
			next = append(next, desk.Period{From: o.Slot, To: o.Slot.Add(w.Rule.For)})
		}
	}
	for _, p := range w.Rule.Between(later(a.req.At, w.Planned.From), a.req.At.Add(desk.MaxAhead), limit+len(made)) {
		if !begun[p.From.Unix()] {
			next = append(next, p)
		}
	}
	return next[:min(len(next), limit)], nil
}

// begunOf is the time of a series whose work goes on, as a.number, where that is meant:
// among those running no other can be. It refuses where none goes on.
func (a *asked) begunOf(ctx context.Context, w desk.Window, among someWindows) (now desk.Window, begun bool, err error) {
	if !w.IsSeries() {
		return w, false, nil
	}
	if err := w.CheckNotOver(); err != nil || among != amongRunning {
		return w, false, err
	}
	running, err := a.journal.Running(ctx)
	k := slices.IndexFunc(running, func(r desk.Window) bool { return r.Of == w.Number })
	switch {
	case err != nil:
		return w, false, err
	case k >= 0 && (a.takeDayOf(w, running[k]) || a.verb.name != "extend" || !a.saysDay()):
		a.number = running[k].Number
		return running[k], true, nil
	case k < 0 && a.verb.name != "extend":
		return w, false, desk.Refuse(desk.Conflict, "No work of %s goes on now.", w.Subject()).
			WithHint("window show %d lists the next ones.", w.Number).About(w.Subject())
	}
	return w, false, nil
}

// saysDay reports whether the line begins with a day.
func (a *asked) saysDay() bool {
	b := *a
	_, ok := b.takeDay()
	return ok
}

// takeDayOf takes the day of one time of a series off the line, where it is said.
func (a *asked) takeDayOf(series, w desk.Window) bool {
	b := *a
	m, ok := b.takeDay()
	ok = ok && slices.ContainsFunc(a.zonesOf(series), func(zone *time.Location) bool {
		today := date(a.req.At.In(zone))
		return slices.Contains(m.nextDays(today, today), date(w.Slot.In(zone)))
	})
	if ok {
		a.line.rest = b.line.rest
	}
	return ok
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

// plannedOtherwise lists the times of a series that are to come, at another time than its
// rule says or for another length.
func (a *asked) plannedOtherwise(ctx context.Context, w desk.Window) ([]desk.Window, error) {
	if !w.IsSeries() {
		return nil, nil
	}
	made, err := a.journal.TimesOf(ctx, w.Number, a.req.At.Add(-desk.MaxWindow))
	return slices.DeleteFunc(made, func(o desk.Window) bool {
		same := !o.IsMoved() && o.Planned.Length() == w.Rule.For
		return same || o.CheckComing() != nil || !o.Planned.To.After(a.req.At)
	}), err
}
