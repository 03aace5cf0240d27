package statuspage_test

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// agenda is a record of planned work in memory, changed by the rules of the desk.
type agenda struct {
	campus  *campus
	windows []desk.Window // by number, from 1
	entries map[int][]desk.Entry
	dug     int          // how often the calendars were read
	plans   atomic.Int64 // and the plans of the page
}

func newAgenda(c *campus) *agenda { return &agenda{campus: c, entries: map[int][]desk.Entry{}} }

func (a *agenda) put(w desk.Window, e desk.Entry) {
	if w.Number > len(a.windows) {
		a.windows = append(a.windows, desk.Window{})
	}
	a.windows[w.Number-1] = w
	a.entries[w.Number] = append(a.entries[w.Number], e)
	a.campus.pages.Changed()
}

// plan schedules work some time after now.
func (c *campus) plan(title string, in, lasts time.Duration, about ...string) int {
	c.t.Helper()
	return c.planned(desk.Plan{Title: title, Planned: desk.Period{From: c.now().Add(in), To: c.now().Add(in + lasts)}}, about...)
}

func (c *campus) planned(p desk.Plan, about ...string) int {
	c.t.Helper()
	for _, id := range about {
		s, known := c.catalog.Find(id)
		if !known {
			c.t.Fatal("no service ", id)
		}
		p.Services = append(p.Services, desk.Affected{Service: s.ID, Name: s.Name})
	}
	w, err := desk.Schedule(len(c.windows)+1, p, c.act())
	if err != nil {
		c.t.Fatal(err)
	}
	c.put(w.Window, w.Entry)
	return w.Window.Number
}

// repeat schedules a series.
func (c *campus) repeat(title string, r desk.Recurrence, about ...string) int {
	c.t.Helper()
	first, ok := r.Next(c.now())
	if !ok {
		c.t.Fatal("it never comes")
	}
	return c.planned(desk.Plan{Title: title, Rule: &r, Planned: first}, about...)
}

func (c *campus) act() desk.Act {
	return desk.Act{By: desk.Person{Connection: "amherst", ID: "UANN"}, At: c.now()}
}

// make gives the n-th coming time of a series, from 0, a number of its own.
func (c *campus) make(series, n int) int {
	c.t.Helper()
	w := c.windows[series-1]
	slot := w.Rule.Between(c.now().Add(1), c.now().AddDate(5, 0, 0), n+1)[n]
	o := w.Occurrence(len(c.windows)+1, slot, c.act())
	c.put(o.Window, o.Entry)
	return o.Window.Number
}

// amend applies a rule of the desk to a window.
func (c *campus) amend(number int, rule func(desk.Window, desk.Act) (desk.WindowChange, error)) {
	c.t.Helper()
	w, err := rule(c.windows[number-1], c.act())
	if err != nil {
		c.t.Fatal(err)
	}
	c.put(w.Window, w.Entry)
}

func (c *campus) move(number int, by time.Duration) {
	c.t.Helper()
	c.amend(number, func(w desk.Window, act desk.Act) (desk.WindowChange, error) {
		return w.Move(desk.Period{From: w.Planned.From.Add(by), To: w.Planned.To.Add(by)}, act)
	})
}

func (c *campus) extend(number int, by time.Duration) {
	c.t.Helper()
	c.amend(number, func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Extend(by, act) })
}

func (c *campus) cancel(number int, why string) {
	c.t.Helper()
	c.amend(number, func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Cancel(why, act) })
}

func (c *campus) done(number int, remark string, gated bool) {
	c.t.Helper()
	c.amend(number, func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Done(remark, gated, act) })
}

// tick lets the clock do with a window what is due.
func (c *campus) tick(number int) {
	for {
		w, due := c.windows[number-1].Due(c.now(), desk.Around{})
		if !due {
			return
		}
		c.put(w.Window, w.Entry)
	}
}

func (a *agenda) published(w desk.Window) journal.PublishedWindow {
	return journal.PublishedWindow{Window: w, Timeline: desk.Published(a.entries[w.Number], w.Entries)}
}

func (a *agenda) PublicPlans(_ context.Context, q journal.PlansQuery) (out journal.Plans, err error) {
	a.plans.Add(1)
	for _, w := range a.windows {
		switch {
		case w.Status == desk.Proposed:
		case w.Status == desk.Completed && w.Became == 0 && w.EndedAt.After(q.DoneSince):
			out.Done = append(out.Done, a.published(w))
		case w.IsRunning():
			out.Running = append(out.Running, a.published(w))
		case w.IsSeries() && w.IsOver():
			one := a.published(w)
			one.Window.Planned, _ = w.Rule.Next(w.EndedAt)
			out.Coming = append(out.Coming, one)
		case w.IsSeries():
			for _, next := range a.next(w, q.Now, 10) {
				if next.Number == 0 && next.Planned.From.Before(q.Until) {
					out.Coming = append(out.Coming, journal.PublishedWindow{Window: next})
				}
			}
		case w.Status == desk.Scheduled && w.Planned.From.Before(q.Until),
			w.Status == desk.Cancelled && w.Planned.To.After(q.Now) && w.EndedAt.After(q.CancelledSince):
			out.Coming = append(out.Coming, a.published(w))
		}
	}
	slices.SortStableFunc(out.Coming, func(x, y journal.PublishedWindow) int { return x.Window.Planned.From.Compare(y.Window.Planned.From) })
	out.More = len(out.Coming) > q.Limit
	out.Coming = out.Coming[:min(len(out.Coming), q.Limit)]
	return out, nil
}

// next are the coming times of a series.
func (a *agenda) next(series desk.Window, now time.Time, limit int) (out []desk.Window) {
	if series.IsOver() {
		return nil
	}
	made := map[int64]bool{}
	for _, o := range a.windows {
		if o.Of != series.Number {
			continue
		}
		made[o.Slot.Unix()] = true
		if !o.IsOver() && o.Planned.From.After(now) {
			out = append(out, o)
		}
	}
	for _, slot := range series.Rule.Between(now, now.AddDate(1, 0, 0), limit) {
		if !made[slot.From.Unix()] {
			out = append(out, series.Occurrence(0, slot, desk.Act{}).Window)
		}
	}
	slices.SortFunc(out, func(x, y desk.Window) int { return x.Planned.From.Compare(y.Planned.From) })
	return out[:min(len(out), limit)]
}

func (a *agenda) PublicWindow(_ context.Context, now time.Time, number, next int) (journal.PublishedWindow, error) {
	a.campus.reads.Add(1)
	if number < 1 || number > len(a.windows) || a.windows[number-1].Status == desk.Proposed {
		return journal.PublishedWindow{}, desk.Refuse(desk.Unknown, "There is no WIN-%d.", number)
	}
	one := a.published(a.windows[number-1])
	if one.Window.IsSeries() {
		one.Next = a.next(one.Window, now, next)
	}
	return one, nil
}

func (a *agenda) PublicCalendar(_ context.Context, _, since time.Time) ([]desk.Window, time.Time, error) {
	a.dug++
	return slices.DeleteFunc(slices.Clone(a.windows), func(w desk.Window) bool {
		return w.Status == desk.Proposed || !w.IsSeries() && w.Planned.To.Before(since) || w.Status == desk.Cancelled && w.EndedAt.Before(since)
	}), time.Time{}, nil
}

func (a *agenda) PublicWindows(ctx context.Context, now, since time.Time) (out []journal.PublishedWindow, until time.Time, err error) {
	all, until, err := a.PublicCalendar(ctx, now, since)
	for _, w := range all {
		out = append(out, a.published(w))
	}
	return out, until, err
}
