package journal

import (
	"context"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// WindowApplied is what a change of a window came to.
type WindowApplied struct {
	Window desk.Window
	Entry  desk.Entry
	// Channels counts those that match now, beside ops channels.
	Channels int
	// Held tells until when others than ops are not told; nil: told at once.
	Held *desk.Held `json:",omitempty"`
	// Stopped are the connections whose sends are held, by name.
	Stopped []desk.ConnectionName `json:",omitempty"`
	// Into is the incident that it became; nil: none.
	Into *desk.Incident `json:",omitempty"`
	// Answered are the notices of questions to ops that it answered or asked.
	Answered []desk.Subject `json:",omitempty"`
	// Tests are the subjects whose tests begin or end by it.
	Tests []desk.Subject `json:",omitempty"`
}

func (a WindowApplied) retests() []desk.Subject { return a.Tests }

func (a WindowApplied) about() []desk.Subject {
	all := append([]desk.Subject{a.Window.Subject()}, a.Answered...)
	if a.Into != nil {
		all = append(all, a.Into.Subject())
	}
	return all
}

func (a WindowApplied) wakes() []time.Time {
	all := []time.Time{a.Window.WakeAt}
	if a.Into != nil {
		all = append(all, a.Into.WakeAt)
	}
	if a.Window.IsRunning() || a.Window.IsOver() { // alerts about its services are judged anew
		all = append(all, a.Entry.At)
	}
	return all
}

// WindowRule is a rule of the desk with all but the state and the act filled in.
type WindowRule func(w desk.Window, act desk.Act) (desk.WindowChange, error)

// MaxWindowServices is the most services that one window is about: each takes a record
// of the calendar, moved with it in one transaction.
const MaxWindowServices = 25

// Schedule plans a window. It refuses with a *desk.Objection where the time is not free.
func (j *Journal) Schedule(ctx context.Context, by By, p desk.Plan, o desk.Override) (WindowApplied, error) {
	return j.changeWindow(ctx, by, func(tx storage.Tx) (desk.WindowChange, error) { return j.schedule(tx, by, p, o) })
}

// TrySchedule tells what Schedule would come to. It stores nothing.
func (j *Journal) TrySchedule(ctx context.Context, by By, p desk.Plan, o desk.Override) (WindowApplied, error) {
	return j.tryWindow(ctx, func(tx storage.Tx) (desk.WindowChange, error) { return j.schedule(tx, by, p, o) })
}

func (j *Journal) schedule(tx storage.Tx, by By, p desk.Plan, o desk.Override) (desk.WindowChange, error) {
	p.In = by.From
	if n := len(p.Services); n > MaxWindowServices {
		return desk.WindowChange{}, desk.Refuse(desk.Invalid, "A window is about at most %d services.", MaxWindowServices).In("services")
	}
	if _, err := desk.Schedule(1, p, by.act()); err != nil {
		return desk.WindowChange{}, err // what cannot be scheduled needs no free time
	}
	if p.Rule != nil && o.Urgent == "" {
		p.Planned = j.settings.Load().Planning.FirstOf(*p.Rule, p.Planned, desk.Window{Services: p.Services}.ServiceIDs(), by.At)
	}
	w := desk.Window{Services: p.Services, Planned: p.Planned, Rule: p.Rule}
	if err := j.checkFree(tx, by, w, o); err != nil {
		return desk.WindowChange{}, err
	}
	n, err := lastNumber(tx, desk.WindowSubject)
	if err != nil {
		return desk.WindowChange{}, err
	}
	return desk.Schedule(n+1, p, by.act())
}

// Plan changes when a window is, by a rule. It refuses with a *desk.Objection where the
// new time is not free. With try it stores nothing.
func (j *Journal) Plan(ctx context.Context, by By, number int, rule WindowRule, o desk.Override, try bool) (WindowApplied, error) {
	run := func(tx storage.Tx) (desk.WindowChange, error) {
		w, err := getWindow(tx, number)
		if err != nil {
			return desk.WindowChange{}, err
		}
		c, err := rule(w, by.act())
		if err != nil {
			return desk.WindowChange{}, err
		}
		after := c.Window
		if after.IsRunning() { // only what is added has to be free, and cannot be announced in time
			after.Planned.From = w.Planned.To
			o.Urgent = "it is running"
		}
		return c, j.checkFree(tx, by, after, o)
	}
	if try {
		return j.tryWindow(ctx, run)
	}
	return j.changeWindow(ctx, by, run)
}

// Start begins the work of a window. At another time than planned it refuses with a
// *desk.Objection where that is not free; it needs no notice.
func (j *Journal) Start(ctx context.Context, by By, number int, o desk.Override) (WindowApplied, error) {
	o.Urgent = "it begins now"
	return j.changeWindow(ctx, by, func(tx storage.Tx) (desk.WindowChange, error) {
		w, err := getWindow(tx, number)
		if err != nil {
			return desk.WindowChange{}, err
		}
		c, err := w.Start(by.act())
		if err != nil || c.Entry.Was.From.IsZero() {
			return c, err
		}
		return c, j.checkFree(tx, by, c.Window, o)
	})
}

// ApplyWindow changes a window by a rule. With try it stores nothing.
func (j *Journal) ApplyWindow(ctx context.Context, by By, number int, rule WindowRule, try bool) (WindowApplied, error) {
	run := func(tx storage.Tx) (desk.WindowChange, error) {
		w, err := getWindow(tx, number)
		if err != nil {
			return desk.WindowChange{}, err
		}
		return rule(w, by.act())
	}
	if try {
		return j.tryWindow(ctx, run)
	}
	return j.changeWindow(ctx, by, run)
}

// WorkDone says that the work of a window is done: it is completed, or waits for the
// tests of its services.
func (j *Journal) WorkDone(ctx context.Context, by By, number int, remark string) (WindowApplied, error) {
	s := j.settings.Load()
	return j.ApplyWindow(ctx, by, number, func(w desk.Window, act desk.Act) (desk.WindowChange, error) {
		c, err := w.Done(remark, s.gated(w.ServiceIDs()), act)
		return c.Within(s.Proving.Limit), err
	}, false)
}

// Convert makes a window an incident, which goes on with its posts.
func (j *Journal) Convert(ctx context.Context, by By, number int, d desk.Declaration) (WindowApplied, error) {
	d.In, d.Window = by.From, number
	return counting(ctx, j, func(count counter) (WindowApplied, error) {
		return once(ctx, j, by, func(tx storage.Tx) (WindowApplied, error) { return j.convert(tx, by, d, count) })
	})
}

func (j *Journal) convert(tx storage.Tx, by By, d desk.Declaration, count counter) (WindowApplied, error) {
	w, err := getWindow(tx, d.Window)
	if err != nil {
		return WindowApplied{}, err
	}
	if len(d.Services) == 0 {
		d.Services = w.Services
	}
	n, err := nextNumber(tx, desk.IncidentSubject)
	if err != nil {
		return WindowApplied{}, err
	}
	wc, err := w.Convert(n, by.act())
	if err != nil {
		return WindowApplied{}, err
	}
	seen, err := seenOf(tx, d)
	if err != nil {
		return WindowApplied{}, err
	}
	d.Alerts, d.Seen = seen.Alerts, seen.Seen
	ic, err := desk.Declare(n, d, by.act())
	if err != nil {
		return WindowApplied{}, err
	}
	channels, err := count.of(ic.Announce)
	if err != nil {
		return WindowApplied{}, err
	}
	out, err := j.putWindow(tx, by, wc, channels)
	if err != nil {
		return out, err
	}
	if err := j.book.Continue(tx, wc.Window.Subject(), ic.Incident.Subject()); err != nil {
		return out, err
	}
	done, err := j.put(tx, by, ic, channels)
	if err != nil {
		return out, err
	}
	gates, err := j.convertedGates(tx, w, done.Incident)
	if err != nil {
		return out, err
	}
	sorry, err := j.keepGates(tx, by, gates)
	out.Answered = append(out.Answered, sorry.notices...)
	out.Into, out.Held, out.Stopped = &done.Incident, done.Held, done.Stopped
	return out, err
}

// changeWindow carries out what rule says, in one transaction.
func (j *Journal) changeWindow(ctx context.Context, by By, rule func(storage.Tx) (desk.WindowChange, error)) (WindowApplied, error) {
	return counting(ctx, j, func(count counter) (WindowApplied, error) {
		return once(ctx, j, by, func(tx storage.Tx) (WindowApplied, error) {
			c, err := rule(tx)
			if err != nil {
				return WindowApplied{}, err
			}
			channels, err := count.of(c.Announce)
			if err != nil {
				return WindowApplied{}, err
			}
			return j.putWindow(tx, by, c, channels)
		})
	})
}

// tryWindow tells what rule would come to.
func (j *Journal) tryWindow(ctx context.Context, rule func(storage.Tx) (desk.WindowChange, error)) (out WindowApplied, err error) {
	var scope desk.Scope
	err = j.db.View(ctx, func(tx storage.Tx) error {
		c, err := rule(tx)
		if err != nil {
			return err
		}
		out = WindowApplied{Window: c.Window, Entry: c.Entry}
		if c.Announce != nil {
			scope = c.Announce.Snapshot.Scope()
		}
		return nil
	})
	if err == nil {
		out.Channels, err = j.book.Count(ctx, j.db, scope)
	}
	return out, err
}

// putWindow writes a change: state, calendar, timeline, audit, when the clock has to
// look at it, announcement, question.
func (j *Journal) putWindow(tx storage.Tx, by By, c desk.WindowChange, channels int) (WindowApplied, error) {
	s := c.Window.Subject()
	was, known, err := windowTable().Get(tx, windowKey(s.Number))
	if err != nil {
		return WindowApplied{}, err
	}
	if !known {
		if _, err := nextNumber(tx, desk.WindowSubject); err != nil {
			return WindowApplied{}, err
		}
	}
	c.Window.WakeAt = j.nextDue(c.Window, by.At)
	out := WindowApplied{Window: c.Window, Entry: c.Entry, Channels: channels, Tests: retestedWindow(was, c.Window)}
	gates, err := j.windowGates(tx, was, c.Window)
	if err != nil {
		return out, err
	}
	if err := windowTable().Put(tx, windowKey(s.Number), c.Window); err != nil {
		return out, err
	}
	if err := moveMark(tx, s, was.WakeAt, c.Window.WakeAt); err != nil {
		return out, err
	}
	if err := keepPlan(tx, was, c.Window); err != nil {
		return out, err
	}
	if err := keepPlaces(tx, was, c.Window); err != nil {
		return out, err
	}
	if err := enter(tx, by, s, c.Entry); err != nil {
		return out, err
	}
	if out.Answered, err = j.outdated(tx, by, was.Status, c); err != nil {
		return out, err
	}
	if was.IsRunning() != c.Window.IsRunning() {
		if err := wakeAlertsOf(tx, c.Window.ServiceIDs(), by.At.UTC()); err != nil {
			return out, err
		}
	}
	asked, err := j.ask(tx, by, c.Ask, c.Escalate)
	if err != nil {
		return out, err
	}
	sorry, err := j.keepGates(tx, by, gates)
	if err != nil {
		return out, err
	}
	out.Answered = slices.Concat(out.Answered, asked, sorry.notices)
	c.Announce = sorry.shown(c.Announce, c.Window.ServiceIDs())
	told, stopped, err := j.tell(tx, by, c.Announce, channels)
	out.Held, out.Stopped = told.Snapshot.Held, stopped
	return out, err
}

// nextDue is when the clock has to look at a window: a series makes its occurrences.
func (j *Journal) nextDue(w desk.Window, now time.Time) time.Time {
	switch {
	case !w.IsSeries():
		return w.NextDue(now, j.settings.Load().Planning)
	case w.Status == desk.Cancelled:
		return now.UTC() // its occurrences are to be swept
	case w.IsOver():
		return time.Time{}
	}
	next, ok := nextSlot(w)
	if !ok {
		return lastSlot(w).To
	}
	return next.From.Add(-j.makeAhead())
}

// lastSlot is the last time of a series that has no next.
func lastSlot(w desk.Window) desk.Period {
	from := latest(w.MadeTo, w.Planned.From)
	return desk.Period{From: from, To: from.Add(w.Rule.For)}
}

// nextSlot is the next time of a series that is no window of its own yet.
func nextSlot(w desk.Window) (desk.Period, bool) {
	if w.MadeTo.IsZero() {
		return w.Rule.Next(w.Planned.From.Add(-1))
	}
	return w.Rule.Next(w.MadeTo)
}

// makeAhead is how long before its begin an occurrence of a series is made: a week and
// more, and before it is told again.
func (j *Journal) makeAhead() time.Duration {
	days := 7
	for _, r := range j.settings.Load().Planning.Reminders {
		days = max(days, r.DaysBefore)
	}
	return time.Duration(days+1) * aDay
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
