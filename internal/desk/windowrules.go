package desk

import (
	"slices"
	"time"
)

const (
	// MaxWindow is the longest planned interruption: what is longer is no window any more.
	MaxWindow = 14 * 24 * time.Hour
	// MinWindow is the shortest.
	MinWindow = time.Minute
	// MaxAhead is how far ahead work is planned.
	MaxAhead = 3 * 366 * 24 * time.Hour
)

// Plan is what is said to schedule a window. Title is required.
type Plan struct {
	Services []Affected
	Effect   Effect // empty: down
	Title    string
	Details  string
	Planned  Period
	Rule     *Recurrence // nil: once
	In       Channel
}

// Schedule plans window number. Whether the time is free is said by Planning.Check.
func Schedule(number int, p Plan, act Act) (WindowChange, error) {
	title, details, err := cleanPlan(p)
	if err != nil {
		return WindowChange{}, err
	}
	if err := checkPeriod(p.Planned, act.At); err != nil {
		return WindowChange{}, err
	}
	w := Window{
		Number: number, Title: title, Details: details, Services: slices.Clone(p.Services),
		Effect: p.Effect, Status: Scheduled, Planned: p.Planned, Rule: p.Rule,
		ScheduledAt: act.At, ScheduledBy: act.By, ScheduledIn: p.In, RemindedTo: act.At,
	}
	if w.Effect == "" {
		w.Effect = EffectDown
	}
	return w.replanned(act, Entry{Kind: WindowScheduled, Text: details}), nil
}

func cleanPlan(p Plan) (title, details string, err error) {
	const example = "window schedule learn saturday 04:00 for 3h New database"
	if len(p.Services) == 0 {
		return "", "", Refuse(Invalid, "No service was named.").WithHint("Like: %s", Term(example)).In("services")
	}
	if title, err = CleanTitle(p.Title); err != nil {
		return "", "", err
	}
	if details, err = CleanText(p.Details); err != nil {
		return "", "", err
	}
	if title == "" {
		return "", "", Refuse(Invalid, "There is no title.").WithHint("Like: %s", Term(example)).In("title")
	}
	return title, details, nil
}

// checkPeriod refuses a time that has passed, has no length, or is too long or too far.
func checkPeriod(p Period, now time.Time) error {
	switch {
	case p.Length() < MinWindow:
		return Refuse(Invalid, "This work would end before it begins.").WithHint("Say how long it lasts, like: for 3h").In("for")
	case p.Length() > MaxWindow:
		return Refuse(Invalid, "A window lasts at most 14 days.").WithHint("Say how long it lasts, like: for 3h").In("for")
	case p.From.Before(now):
		return Refuse(Invalid, "This time has passed.").WithHint("Say a time that is still to come, like: tomorrow 02:00").In("when")
	case p.From.Sub(now) > MaxAhead:
		return Refuse(Invalid, "Work is planned at most three years ahead.").WithHint("Like: tomorrow 02:00").In("when")
	}
	return nil
}

// Occurrence makes the window of a slot of the series: number, which nothing is told
// of before its reminder. One that fell due before it was made, late because the bot was
// away, is still to be told. by is whoever made the series.
func (w Window) Occurrence(number int, slot Period, act Act) WindowChange {
	o := w.clone()
	o.Number, o.Rule, o.Of, o.Slot, o.MadeTo = number, nil, w.Number, slot.From, time.Time{}
	o.Planned, o.RemindedTo, o.Entries, o.Revision = slot, w.ScheduledAt, 0, 0
	c := o.change(act, Entry{Kind: WindowScheduled}, ReachOps)
	c.Announce = nil
	return c
}

// CheckNotOver refuses what is over, with what became of it.
func (w Window) CheckNotOver() error {
	switch {
	case w.Became != 0:
		into := Subject{Kind: IncidentSubject, Number: w.Became}
		return Refuse(Conflict, "%s became %s.", w.Subject(), into).WithHint("Please use %s.", into).About(into)
	case w.Status == Completed:
		return Refuse(Conflict, "%s is completed already.", w.Subject()).About(w.Subject())
	case w.Status == Cancelled:
		return Refuse(Conflict, "%s was cancelled.", w.Subject()).WithHint("Schedule it anew if it takes place.").About(w.Subject())
	}
	return nil
}

// CheckComing refuses what has begun or is over.
func (w Window) CheckComing() error {
	if err := w.CheckNotOver(); err != nil {
		return err
	}
	if w.IsRunning() {
		return Refuse(Conflict, "%s has begun already.", w.Subject()).
			WithHint("Like: window extend %d 1h", w.Number).About(w.Subject())
	}
	return nil
}

// CheckRunning refuses what has not begun or is over.
func (w Window) CheckRunning() error {
	if err := w.CheckNotOver(); err != nil {
		return err
	}
	if !w.IsRunning() {
		return Refuse(Conflict, "%s has not begun yet.", w.Subject()).
			WithHint("If it does not take place: window cancel %d <why>", w.Number).About(w.Subject())
	}
	return nil
}

// checkSingle refuses a series, of which only single times can be this.
func (w Window) checkSingle() error {
	if w.IsSeries() {
		return Refuse(Invalid, "%s is repeated; say which of its times is meant.", w.Subject()).
			WithHint("window show %d lists the next ones.", w.Number).About(w.Subject())
	}
	return nil
}

// Start begins the work, by a person or (with nobody in act) by the clock, which begins
// it when it was planned.
func (w Window) Start(act Act) (WindowChange, error) {
	if err := w.checkSingle(); err != nil {
		return WindowChange{}, err
	}
	if err := w.CheckComing(); err != nil {
		return WindowChange{}, err
	}
	w = w.clone()
	e := Entry{Kind: WindowStarted}
	if w.atAnotherTime(act.At) { // it takes as long
		e.Was, w.PlannedBefore = w.Planned, w.Planned
		w.Planned = Period{act.At, act.At.Add(e.Was.Length())}
		w.Revision++
		w.ChangedAt = act.At
	}
	w.Status, w.StartedAt, w.HeldAt, w.AskedFor, w.Missed = InProgress, act.At, time.Time{}, time.Time{}, 0
	return w.change(act, e, ReachChannel), nil
}

// lateStart is how much later than planned a held start still keeps the planned end.
const lateStart = 15 * time.Minute

// atAnotherTime reports whether a start at now is at another time than the planned one.
func (w Window) atAnotherTime(now time.Time) bool {
	held := !w.HeldAt.IsZero() && now.After(w.Planned.From.Add(lateStart))
	return held || w.IsEarly(now) || !now.Before(w.Planned.To)
}

// IsEarly reports whether a start at now would be another time than the planned one, and
// not just a little before it.
func (w Window) IsEarly(now time.Time) bool { return now.Before(w.Planned.From.Add(-time.Hour)) }

// HoldStart keeps the clock from starting it.
func (w Window) HoldStart(act Act) (WindowChange, error) {
	if err := w.checkSingle(); err != nil {
		return WindowChange{}, err
	}
	if err := w.CheckComing(); err != nil {
		return WindowChange{}, err
	}
	if !w.HeldAt.IsZero() {
		return WindowChange{}, Refuse(Conflict, "The start of %s is held already.", w.Subject()).About(w.Subject())
	}
	w = w.clone()
	w.HeldAt, w.Missed = act.At, 0
	return w.change(act, Entry{Kind: WindowHeld}, ReachChannel), nil
}

// Extend puts the planned end off: from now where it has passed.
func (w Window) Extend(by time.Duration, act Act) (WindowChange, error) {
	if err := w.checkSingle(); err != nil {
		return WindowChange{}, err
	}
	if err := w.CheckNotOver(); err != nil {
		return WindowChange{}, err
	}
	was := w.Planned
	to := w.Planned.To
	if act.At.After(to) {
		to = act.At
	}
	to = to.Add(by)
	switch {
	case by < MinWindow:
		return WindowChange{}, Refuse(Invalid, "Say how much longer it lasts.").WithHint("Like: window extend %d 1h", w.Number).In("for")
	case to.Sub(was.From) > MaxWindow:
		return WindowChange{}, Refuse(Invalid, "A window lasts at most 14 days.").WithHint("Like: window extend %d 1h", w.Number).In("for")
	}
	w = w.clone()
	w.Planned.To, w.NextNewsBy, w.Missed = to, time.Time{}, 0
	if w.Status == Verifying {
		w.Status, w.VerifyingAt, w.Failing = InProgress, time.Time{}, nil
	}
	return w.replanned(act, Entry{Kind: WindowExtended, Was: was}), nil
}

// Move plans it for another time.
func (w Window) Move(to Period, act Act) (WindowChange, error) {
	if err := w.checkSingle(); err != nil {
		return WindowChange{}, err
	}
	if err := w.CheckComing(); err != nil {
		return WindowChange{}, err
	}
	if err := checkPeriod(to, act.At); err != nil {
		return WindowChange{}, err
	}
	if to.From.Equal(w.Planned.From) && to.To.Equal(w.Planned.To) {
		return WindowChange{}, Refuse(Conflict, "%s is at this time already.", w.Subject()).About(w.Subject())
	}
	was := w.Planned
	w = w.clone()
	if !to.From.Equal(was.From) {
		w.AskedFor = time.Time{}
	}
	w.Planned, w.HeldAt, w.RemindedTo, w.Missed = to, time.Time{}, act.At, 0
	return w.replanned(act, Entry{Kind: WindowMoved, Was: was}), nil
}

// Done says that the work is done. gated: tests have to show that the services work
// before it is completed; where there are none it is completed at once. remark may be
// empty, but for what completes it before its tests have passed.
func (w Window) Done(remark string, gated bool, act Act) (WindowChange, error) {
	if err := w.checkSingle(); err != nil {
		return WindowChange{}, err
	}
	if err := w.CheckRunning(); err != nil {
		return WindowChange{}, err
	}
	remark, err := CleanReason(remark)
	if err != nil {
		return WindowChange{}, err
	}
	if w.Status == Verifying && gated && remark == "" {
		return WindowChange{}, Refuse(Conflict, "The work of %s is done, and it is being tested.", w.Subject()).
			WithHint("It is completed when the tests pass. Before, with a remark: window complete %d <remark>", w.Number).
			About(w.Subject()).In("message")
	}
	w = w.clone()
	if remark != "" {
		w.Remark = remark
	}
	if w.Status == InProgress && gated {
		w.Status, w.VerifyingAt, w.AskedFor, w.Missed = Verifying, act.At, time.Time{}, 0
		w.NextNewsBy = time.Time{}
		return w.change(act, Entry{Kind: WindowVerifying, Text: w.Remark}, ReachThread), nil
	}
	return w.completed(act), nil
}

// Passed completes a window whose tests have shown that the services work.
func (w Window) Passed(act Act) (WindowChange, error) {
	if err := w.checkVerifying(); err != nil {
		return WindowChange{}, err
	}
	w = w.clone()
	w.Verified, w.Failing = true, nil
	return w.completed(act), nil
}

// NotPassed says which tests still fail when they should have passed: ops is asked what
// to do.
func (w Window) NotPassed(failing []string, act Act) (WindowChange, error) {
	if err := w.checkVerifying(); err != nil {
		return WindowChange{}, err
	}
	w = w.clone()
	w.Failing, w.AskTestsAt = slices.Clone(failing), time.Time{}
	c := w.change(act, Entry{Kind: WindowNotPassed, Unseen: true}, ReachOps)
	c.Ask = c.Window.ask(AskVerify, time.Time{})
	return c, nil
}

func (w Window) checkVerifying() error {
	if err := w.CheckRunning(); err != nil {
		return err
	}
	if w.Status != Verifying {
		return Refuse(Conflict, "The work of %s is not done yet.", w.Subject()).About(w.Subject())
	}
	return nil
}

func (w Window) completed(act Act) WindowChange {
	w.Status, w.EndedAt, w.NextNewsBy, w.Missed = Completed, act.At, time.Time{}, 0
	return w.replanned(act, Entry{Kind: WindowCompleted, Text: w.Remark})
}

// Cancel calls it off, or stops it.
func (w Window) Cancel(why string, act Act) (WindowChange, error) {
	if err := w.CheckNotOver(); err != nil {
		return WindowChange{}, err
	}
	if w.Status == Verifying {
		return WindowChange{}, Refuse(Conflict, "The work of %s is done; it cannot be cancelled any more.", w.Subject()).
			WithHint("Like: window complete %d <remark>", w.Number).About(w.Subject())
	}
	why, err := CleanReason(why)
	if err != nil {
		return WindowChange{}, err
	}
	if why == "" {
		return WindowChange{}, Refuse(Invalid, "There is no reason.").
			WithHint("Like: window cancel %d The vendor is not ready.", w.Number).In("reason")
	}
	w = w.clone()
	w.Status, w.Why, w.EndedAt, w.NextNewsBy = Cancelled, why, act.At, time.Time{}
	return w.replanned(act, Entry{Kind: WindowCancelled, Text: why}), nil
}

// Finished ends a series whose last time is over. Its posts show so, and nobody is told.
func (w Window) Finished(act Act) (WindowChange, error) {
	if err := w.CheckComing(); err != nil {
		return WindowChange{}, err
	}
	if !w.IsSeries() {
		return WindowChange{}, Refuse(Conflict, "%s is not repeated.", w.Subject()).About(w.Subject())
	}
	w = w.clone()
	w.Status, w.EndedAt = Completed, act.At
	w.Revision++
	w.ChangedAt = act.At
	return w.change(act, Entry{Kind: WindowCompleted}, ReachEdit), nil
}

// Swept cancels an occurrence of a series that was cancelled. Who was told of it sees
// so in its post; the series has told the rest.
func (w Window) Swept(why string, act Act) (WindowChange, error) {
	c, err := w.Cancel(why, act)
	if err == nil {
		c.Window.WithSeries, c.Announce.Snapshot.Window.WithSeries, c.Announce.Reach = true, true, ReachEdit
	}
	return c, err
}

// Convert ends the window in favour of an incident that goes on with its posts. Only
// the incident tells.
func (w Window) Convert(into int, act Act) (WindowChange, error) {
	if err := w.checkSingle(); err != nil {
		return WindowChange{}, err
	}
	if err := w.CheckRunning(); err != nil {
		return WindowChange{}, err
	}
	w = w.clone()
	w.Became, w.EndedAt, w.NextNewsBy = into, act.At, time.Time{}
	c := w.replanned(act, Entry{Kind: WindowConverted, After: Subject{Kind: IncidentSubject, Number: into}.String()})
	c.Announce = nil
	return c, nil
}
