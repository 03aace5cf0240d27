package desk

import "time"

const (
	// startAsk is how long before its begin ops is asked about a window whose service has
	// an open incident.
	startAsk = 15 * time.Minute
	// endAsk is how long before the planned end ops is asked how it stands, or a third of
	// the length where that is shorter.
	endAsk = 10 * time.Minute
	// lateNews is how often news is promised of a window that takes longer than planned.
	lateNews = 30 * time.Minute
	// testsTake is how long tests may take past the planned end before that is told.
	testsTake = 10 * time.Minute
	// maxMissed is how many promises may pass unanswered: with the last nothing more is
	// promised.
	maxMissed = 3
)

// Around is what the clock has to know beside a window.
type Around struct {
	Planning Planning
	// Open are the open incidents about its services, but drills.
	Open []Subject
	// Gated: tests have to pass before it is completed.
	Gated bool
	// Limit is how long they may take before ops is asked; 0: for ever.
	Limit time.Duration
	// Sweep: the series that it is of was cancelled, for this reason.
	Sweep string
}

// Due is what the clock makes of the window at now. It is to be asked again until it
// answers false; then nothing is due before NextDue.
func (w Window) Due(now time.Time, a Around) (WindowChange, bool) {
	switch {
	case w.IsOver(), w.IsSeries():
		return WindowChange{}, false
	case a.Sweep != "" && !w.IsRunning():
		c, err := w.Swept(a.Sweep, Act{At: now})
		return c, err == nil
	case w.IsRunning():
		return w.dueRunning(now, a)
	case !w.HeldAt.IsZero():
		return w.dueHeld(now, a.Planning)
	case !now.Before(w.Planned.From):
		return w.startByClock(now, a), true
	case !now.Before(w.Planned.From.Add(-startAsk)) && !w.AskedFor.Equal(w.Planned.From):
		return w.askStart(now, a.Open), true
	}
	return w.remind(now, a.Planning)
}

// NextDue is when Due has something to say next; zero: never by itself.
func (w Window) NextDue(now time.Time, p Planning) time.Time {
	if w.IsOver() || w.IsSeries() {
		return time.Time{}
	}
	if w.IsRunning() {
		return w.nextRunning(p)
	}
	if !w.HeldAt.IsZero() {
		return w.nextHeld(p)
	}
	return earliest(
		w.Planned.From,
		unless(w.AskedFor.Equal(w.Planned.From), w.Planned.From.Add(-startAsk)),
		w.nextReminder(now, p),
	)
}

func unless(not bool, t time.Time) time.Time {
	if not {
		return time.Time{}
	}
	return t
}

// earliest is the first of the times that are there.
func earliest(times ...time.Time) (first time.Time) {
	for _, t := range times {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// quiet is a change of what only the clock needs to know.
func (w Window) quiet() WindowChange { return WindowChange{Window: w} }

// startByClock begins the work when it was planned. Where even its end has passed
// meanwhile, that is told instead of the begin.
func (w Window) startByClock(now time.Time, a Around) WindowChange {
	c, _ := w.clone().Start(Act{At: w.Planned.From}) // it is coming and no series
	if now.Before(w.Planned.To) {
		c.Entry.At, c.Announce.At = now, now
		return c
	}
	w = c.Window
	w.Entries--
	if a.Planning.AutoComplete {
		return w.doneByClock(now, a)
	}
	return w.late(now)
}

// doneByClock says that the work was done at its planned end; what tests have still to
// show they show from now on.
func (w Window) doneByClock(now time.Time, a Around) WindowChange {
	at := w.Planned.To
	if a.Gated {
		at = now
	}
	c, _ := w.Done("", a.Gated, Act{At: at}) // it is running and no series
	c.Entry.At, c.Announce.At = now, now
	return c.Within(a.Limit)
}

func (w Window) askStart(now time.Time, open []Subject) WindowChange {
	w = w.clone()
	w.AskedFor = w.Planned.From
	c := w.quiet()
	if len(open) > 0 {
		c.Ask = w.ask(AskStart, w.Planned.From)
		c.Ask.Others = open
	}
	return c
}

// nextHeld is when ops is asked what is to become of a window whose start is held: when it
// should have ended, and a day later, not at night, until it was asked maxMissed times.
func (w Window) nextHeld(p Planning) time.Time {
	at := w.Planned.To.Add(time.Duration(w.Missed) * 24 * time.Hour)
	switch {
	case w.Missed >= maxMissed:
		return time.Time{}
	case w.Missed > 0 && isNight(at, p.zone()):
		return morning(at, p.zone())
	}
	return at
}

// dueHeld asks that. Who was away for days is asked once.
func (w Window) dueHeld(now time.Time, p Planning) (WindowChange, bool) {
	at := w.nextHeld(p)
	if at.IsZero() || now.Before(at) {
		return WindowChange{}, false
	}
	w = w.clone()
	for next := at; !next.IsZero() && !now.Before(next); next = w.nextHeld(p) {
		w.Missed++
	}
	c := w.quiet()
	c.Ask = w.ask(AskUnstarted, at)
	return c, true
}

func (w Window) nextRunning(p Planning) time.Time {
	if w.Status == Verifying {
		return earliest(w.nextEnd(p), w.AskTestsAt)
	}
	return w.nextEnd(p)
}

// nextEnd is when the clock looks at the planned end, or at what was promised then.
func (w Window) nextEnd(p Planning) time.Time {
	end := w.Planned.To
	switch {
	case !w.NextNewsBy.IsZero():
		return w.NextNewsBy
	case w.Missed >= maxMissed:
		return time.Time{}
	case w.Status == InProgress && !p.AutoComplete && !w.AskedFor.Equal(end):
		return w.endAskAt()
	case w.Status == Verifying:
		return latest(end, w.VerifyingAt.Add(testsTake))
	}
	return end
}

func (w Window) endAskAt() time.Time {
	return w.Planned.To.Add(-min(endAsk, w.Planned.Length()/3))
}

func (w Window) dueRunning(now time.Time, a Around) (WindowChange, bool) {
	end := w.Planned.To
	at := w.nextRunning(a.Planning)
	switch {
	case at.IsZero() || now.Before(at):
		return WindowChange{}, false
	case w.Status == Verifying && at.Equal(w.AskTestsAt):
		c, err := w.NotPassed(w.Failing, Act{At: now})
		return c, err == nil
	case now.Before(end) && w.NextNewsBy.IsZero():
		w = w.clone()
		w.AskedFor = end
		c := w.quiet()
		c.Ask = w.ask(AskEnd, end)
		return c, true
	case w.Status == InProgress && a.Planning.AutoComplete && w.NextNewsBy.IsZero():
		return w.doneByClock(now, a), true
	}
	return w.late(now), true
}

// late says that it takes longer than planned, and asks ops. The third time in a row
// that nobody answers it promises nothing more.
func (w Window) late(now time.Time) WindowChange {
	w = w.clone()
	promised := w.NextNewsBy
	w.Missed++
	w.AskedFor = w.Planned.To
	w.NextNewsBy = now.Add(lateNews)
	if w.Missed >= maxMissed {
		w.NextNewsBy = time.Time{}
	}
	c := w.change(Act{At: now}, Entry{Kind: WindowLate}, ReachChannel)
	c.Ask = c.Window.ask(AskLate, w.NextNewsBy)
	c.Ask.Missed, c.Ask.Promised = w.Missed, promised
	c.Escalate = w.Missed == maxMissed-1
	return c
}

// remind tells of a coming window, where a reminder is due and it is no night.
func (w Window) remind(now time.Time, p Planning) (WindowChange, bool) {
	at := w.nextReminder(now, p)
	if at.IsZero() || now.Before(at) {
		return WindowChange{}, false
	}
	w = w.clone()
	w.RemindedTo = now
	return w.change(Act{At: now}, Entry{Kind: WindowReminded}, ReachChannel), true
}

// nextReminder is when the next reminder is told; zero: none is.
func (w Window) nextReminder(now time.Time, p Planning) (next time.Time) {
	for _, r := range p.Reminders {
		if w.Of != 0 && r.DaysBefore == 0 {
			continue // of what recurs people need no long notice
		}
		at := r.at(w.Planned.From, p.zone())
		if !at.After(w.RemindedTo) {
			continue
		}
		if at.Before(now) {
			at = now
		}
		if isNight(at, p.zone()) {
			at = morning(at, p.zone())
		}
		if at.Before(w.Planned.From) {
			next = earliest(next, at)
		}
	}
	return next
}

// Remarked is the window under other reminders than those it was marked by, with WakeAt
// set; false: nothing changes. Of reminders that are new what has passed is not told, but
// what waits for the end of this night is, and what fell due since the mark.
func (w Window) Remarked(now time.Time, p Planning) (Window, bool) {
	was, passed := w.WakeAt, now
	switch {
	case w.IsSeries():
		return w, false
	case !was.IsZero() && !was.After(now):
		passed = evening(was, p.zone())
	case w.NextDue(now, p).Equal(was):
		return w, false
	case isNight(now, p.zone()):
		passed = evening(now, p.zone())
	}
	before := w.RemindedTo
	w.RemindedTo = latest(before, passed)
	if was.IsZero() || was.After(now) {
		w.WakeAt = w.NextDue(now, p)
	}
	return w, !w.RemindedTo.Equal(before) || !w.WakeAt.Equal(was)
}

// RemindedAt lists when it is told again before its begin.
func (w Window) RemindedAt(now time.Time, p Planning) (out []time.Time) {
	for at := w.nextReminder(now, p); !at.IsZero(); at = w.nextReminder(at, p) {
		out = append(out, at)
		w.RemindedTo = at
	}
	return out
}
