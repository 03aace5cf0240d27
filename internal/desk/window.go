package desk

import (
	"slices"
	"time"
)

// WindowStatus is where a planned interruption stands.
type WindowStatus string

// The statuses of a window.
const (
	Proposed   WindowStatus = "proposed"
	Scheduled  WindowStatus = "scheduled"
	InProgress WindowStatus = "in_progress"
	// Verifying: the work is done, and tests have still to pass.
	Verifying WindowStatus = "verifying"
	Completed WindowStatus = "completed"
	Cancelled WindowStatus = "cancelled"
)

// Effect is what readers have to expect of a window.
type Effect string

// The effects.
const (
	EffectDown     Effect = "down"
	EffectDegraded Effect = "degraded"
	// EffectAtRisk: it should work, and may not.
	EffectAtRisk Effect = "at_risk"
)

// Effects lists all effects, the default first.
func Effects() []Effect { return []Effect{EffectDown, EffectDegraded, EffectAtRisk} }

// ParseEffect knows the words of Effects, and "slow" and "risk".
func ParseEffect(word string) (Effect, bool) {
	switch word {
	case "down":
		return EffectDown, true
	case "degraded", "slow":
		return EffectDegraded, true
	case "at_risk", "at-risk", "risk":
		return EffectAtRisk, true
	}
	return "", false
}

// Period is the time from From until To, which it does not hold.
type Period struct{ From, To time.Time }

// Length is how long it lasts.
func (p Period) Length() time.Duration { return p.To.Sub(p.From) }

// Overlaps reports whether they have any time in common.
func (p Period) Overlaps(q Period) bool { return p.From.Before(q.To) && q.From.Before(p.To) }

// Holds reports whether all of q is in p.
func (p Period) Holds(q Period) bool { return !q.From.Before(p.From) && !q.To.After(p.To) }

// Window is a planned interruption: one time of work, or a series of them by a rule.
// The occurrences of a series are windows of their own, made some days ahead or when
// somebody changes one; the series holds what they have in common.
type Window struct {
	Number   int
	Title    string
	Details  string     `json:",omitempty"` // may be empty
	Services []Affected // the names as they were when it was scheduled
	Effect   Effect
	Status   WindowStatus

	// Planned is when the work is to be, as said last. Of a series: its first occurrence.
	Planned Period
	// PlannedBefore is the plan that its begin at another time replaced; zero: it began as
	// planned, or has not.
	PlannedBefore Period `json:",omitzero"`
	// StartedAt and EndedAt are when it really was; zero: not yet.
	StartedAt time.Time `json:",omitzero"`
	EndedAt   time.Time `json:",omitzero"`

	ScheduledAt time.Time
	ScheduledBy Person
	ScheduledIn Channel

	// Rule makes it a series.
	Rule *Recurrence `json:",omitempty"`
	// Of is the number of the series that it is an occurrence of, Slot when its rule
	// puts the begin of it.
	Of   int       `json:",omitempty"`
	Slot time.Time `json:",omitzero"`
	// MadeTo is up to which slot a series has made its occurrences; behind its last, up to
	// when one is still to come.
	MadeTo time.Time `json:",omitzero"`

	// HeldAt is when somebody held its start back; zero: the clock starts it.
	HeldAt time.Time `json:",omitzero"`
	// VerifyingAt is when the work was said to be done.
	VerifyingAt time.Time `json:",omitzero"`
	// Verified: tests have shown that the services work again.
	Verified bool `json:",omitempty"`
	// Failing names the tests that have not passed when the limit was over.
	Failing []string `json:",omitempty"`
	// AskTestsAt is when the clock asks ops about tests that have not passed; zero: not
	// any more.
	AskTestsAt time.Time `json:",omitzero"`
	// Remark is told with the end; Why is why it was cancelled. Both may be empty.
	Remark string `json:",omitempty"`
	Why    string `json:",omitempty"`
	// WithSeries: it was cancelled because its series was.
	WithSeries bool `json:",omitempty"`
	// Became is the incident that goes on with its posts; 0: none.
	Became int `json:",omitempty"`

	// NextNewsBy is the promise of a window that takes longer than planned; zero: none.
	NextNewsBy time.Time `json:",omitzero"`
	// Missed counts what was promised, or asked while its start is held, and not answered by
	// a person, in a row.
	Missed int `json:",omitempty"`
	// RemindedTo is up to when reminders were told, or too late to be told.
	RemindedTo time.Time `json:",omitzero"`
	// AskedFor is the moment that ops was asked about last: of a start or an end.
	AskedFor time.Time `json:",omitzero"`
	// Revision counts the changes of what a calendar shows: its SEQUENCE (RFC 5545, 3.8.7.4).
	Revision int
	// ChangedAt is when that was last changed.
	ChangedAt time.Time
	// Entries counts its timeline.
	Entries int
	// WakeAt is when the clock next has to look at it; zero: never. The journal sets it.
	WakeAt time.Time `json:",omitzero"`
}

// Subject returns WIN-number.
func (w Window) Subject() Subject { return Subject{Kind: WindowSubject, Number: w.Number} }

// IsSeries reports whether it is a rule for windows and no time of work itself.
func (w Window) IsSeries() bool { return w.Rule != nil }

// IsOver reports whether nothing more is expected of it.
func (w Window) IsOver() bool {
	return w.Status == Completed || w.Status == Cancelled || w.Became != 0
}

// IsCalledOff reports whether it is one time of a series that alone does not take place.
func (w Window) IsCalledOff() bool {
	return w.Of != 0 && w.Status == Cancelled && !w.WithSeries && w.StartedAt.IsZero()
}

// IsMoved reports whether it is one time of a series that is planned for another time
// than its rule says.
func (w Window) IsMoved() bool { return w.Of != 0 && !w.Slot.Equal(w.Planned.From) }

// IsRunning reports whether work goes on, or its tests.
func (w Window) IsRunning() bool {
	return !w.IsOver() && (w.Status == InProgress || w.Status == Verifying)
}

// Concerns reports whether the service is among its services.
func (w Window) Concerns(id ServiceID) bool {
	return slices.ContainsFunc(w.Services, func(a Affected) bool { return a.Service == id })
}

// ServiceIDs lists the ids of its services.
func (w Window) ServiceIDs() []ServiceID {
	out := make([]ServiceID, len(w.Services))
	for k, a := range w.Services {
		out[k] = a.Service
	}
	return out
}

// IsLate reports whether the work goes on past its planned end.
func (w Window) IsLate(now time.Time) bool {
	return w.IsRunning() && !now.Before(w.Planned.To)
}

// IsSilent reports whether it takes longer and so many promises passed that nothing more
// is promised until somebody acts.
func (w Window) IsSilent() bool { return w.Missed >= maxMissed }

func (w Window) clone() Window {
	w.Services = slices.Clone(w.Services)
	w.Failing = slices.Clone(w.Failing)
	return w
}

// WindowChange is what a rule about a window answers: the state after, the line of
// the timeline, what is to be told (nil: nothing), and what ops is to be asked (nil:
// nothing).
type WindowChange struct {
	Window   Window
	Entry    Entry
	Announce *Announcement
	Ask      *Question
	// Escalate: those beyond ops are to be called.
	Escalate bool
}

// change puts a WindowChange together, as Incident.change does. was is the plan that
// it replaces; zero: none.
func (w Window) change(act Act, e Entry, reach Reach) WindowChange {
	w.Entries++
	e.Seq, e.At, e.By = w.Entries, act.At, act.By
	snap := w.clone()
	a := &Announcement{
		Subject: w.Subject(), At: act.At, Kind: e.Kind, Reach: reach, Text: e.Text, Was: e.Was,
		Snapshot: Snapshot{Window: &snap},
	}
	return WindowChange{Window: w, Entry: e, Announce: a}
}

// replanned is change for what a calendar shows too.
func (w Window) replanned(act Act, e Entry) WindowChange {
	w.Revision++
	w.ChangedAt = act.At
	return w.change(act, e, ReachChannel)
}
