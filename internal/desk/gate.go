package desk

import (
	"slices"
	"time"
)

// GateCause is what a gate stands by as it does.
type GateCause string

// The causes.
const (
	// GateByRule: of an open gate, that nothing closes it.
	GateByRule GateCause = ""
	// GateByHand: a person said so, closed or open.
	GateByHand GateCause = "hand"
	// GateByWindow: planned work with the effect down has begun.
	GateByWindow GateCause = "window"
	// GateByWitnesses: our own probe sees that the service fails, and a person or another
	// witness says so too.
	GateByWitnesses GateCause = "auto"
)

// Gate tells a balancer whether people are let through to a service. The zero Gate with
// its Service is open by the rule.
type Gate struct {
	Service ServiceID
	Name    string // as the service was called when it was last said
	Closed  bool
	Since   time.Time // since when it is closed, or kept open by hand
	Cause   GateCause `json:",omitempty"`
	// About is the window or the incident that it is closed for; zero: none.
	About Subject `json:",omitzero"`
	// Reason is why a person said so by hand; for staff, and may be empty.
	Reason string `json:",omitempty"`
}

// IsPlain reports whether it is open and nobody keeps it so: what needs no record.
func (g Gate) IsPlain() bool { return !g.Closed && g.Cause == GateByRule }

// SorryVerb is what a person says to a gate.
type SorryVerb string

// The verbs.
const (
	SorryOn   SorryVerb = "on"
	SorryOff  SorryVerb = "off"
	SorryAuto SorryVerb = "auto"
)

// Surroundings are what a gate is judged by: all that goes on about its service.
type Surroundings struct {
	Service Service
	// Open are the open incidents about it, but drills; Running the windows at work on it.
	Open    []Incident
	Running []Window
	// Failing are what witnesses last said who see it fail.
	Failing []Report
}

// Say does what a person says: on closes it, off keeps it open, auto leaves it to the
// rule. What is said by hand holds until another word, or until what goes on is over. Off
// that only takes back an on, when nothing else goes on, leaves it to the rule too.
func (g Gate) Say(verb SorryVerb, reason string, s Surroundings, act Act) (Gate, error) {
	reason, err := CleanReason(reason)
	if err != nil {
		return g, err
	}
	by := Gate{Service: s.Service.ID, Name: s.Service.Name, Closed: verb == SorryOn, Since: act.At, Cause: GateByHand, Reason: reason}
	switch {
	case verb == SorryAuto:
		return g.release(s, act), nil
	case verb == SorryOff && g.Closed && g.Cause == GateByHand && s.calm():
		return Gate{Service: s.Service.ID, Name: s.Service.Name}, nil
	case verb == SorryOn && !s.Service.SorryPage:
		return g, Refuse(Conflict, "%s has no sorry page.", s.Service.Name).WithHint("An admin can give it one in the configuration: sorry_page = true")
	case g.Cause == GateByHand && g.Closed == by.Closed && verb == SorryOn:
		return g, Refuse(Conflict, "The sorry page of %s is up already.", s.Service.Name)
	case g.Cause == GateByHand && g.Closed == by.Closed:
		return g, Refuse(Conflict, "The sorry page of %s is down already.", s.Service.Name)
	}
	if verb == SorryOn {
		by.About = s.worst().subject
		if g.Closed {
			by.Since = g.Since
		}
	}
	return by, nil
}

// release takes the hand off a gate.
func (g Gate) release(s Surroundings, act Act) Gate {
	next := Gate{Service: s.Service.ID, Name: s.Service.Name}.Follow(s, act)
	if next.Closed && g.Closed {
		next.Since = g.Since
	}
	return next
}

// Follow is what the rule makes of a gate that no hand holds, of one that is closed by
// hand nothing. Nothing that a source alone or a person alone says closes it.
func (g Gate) Follow(s Surroundings, act Act) Gate {
	if g.Cause == GateByHand {
		return g
	}
	cause, about := s.closing(g)
	switch {
	case cause == GateByRule:
		return Gate{Service: s.Service.ID, Name: s.Service.Name}
	case !g.Closed:
		g.Since = act.At
	}
	g.Service, g.Name, g.Closed, g.Cause, g.About = s.Service.ID, s.Service.Name, true, cause, about
	return g
}

// closing is what the rule closes a gate for, or keeps it closed for.
func (s Surroundings) closing(g Gate) (GateCause, Subject) {
	if !s.Service.SorryPage {
		return GateByRule, Subject{}
	}
	for _, w := range s.Running {
		if w.IsRunning() && w.Effect == EffectDown && w.Concerns(s.Service.ID) {
			return GateByWindow, w.Subject()
		}
	}
	if about, agree := s.agree(); agree && s.Service.AutoGate {
		return GateByWitnesses, about
	}
	switch goesOn := s.has(g.About); {
	case !g.Closed:
	case goesOn: // it is over when a person says so
		return g.Cause, g.About
	case g.Cause == GateByWitnesses && g.About == Subject{} && s.seen() && s.Service.AutoGate: // the other witness has changed its mind
		return g.Cause, Subject{}
	}
	return GateByRule, Subject{}
}

// agree reports whether our own probe sees that the service is not available and
// somebody who is not it says so too, and by which incident that was said.
func (s Surroundings) agree() (about Subject, agree bool) {
	if !s.seen() {
		return Subject{}, false
	}
	for _, i := range s.Open {
		if s.declared(i) {
			return i.Subject(), true
		}
	}
	return Subject{}, Agree(s.Failing)
}

// declared reports whether a person says by an incident that the service is not available.
func (s Surroundings) declared(i Incident) bool {
	return i.IsOpen() && !i.Drill && !i.DeclaredBy.IsZero() && i.StatusOf(s.Service.ID) == MajorOutage
}

// seen reports whether a probe of ours sees that the service is not available.
func (s Surroundings) seen() bool { return slices.ContainsFunc(s.Failing, Report.ownOutage) }

func (r Report) outage() bool { return r.State == Failing && r.Expectation == Availability && !r.Warns }

func (r Report) ownOutage() bool { return r.outage() && r.Witness.IsOwn() }

// Agree reports whether a probe of ours and a witness that is independent of it see that
// a service is not available.
func Agree(failing []Report) bool {
	for _, own := range failing {
		if own.ownOutage() && slices.ContainsFunc(failing, func(r Report) bool { return r.outage() && r.Witness.Independent(own.Witness) }) {
			return true
		}
	}
	return false
}

// has reports whether an incident or a window goes on about the service.
func (s Surroundings) has(about Subject) bool {
	return slices.ContainsFunc(s.Open, func(i Incident) bool { return i.Subject() == about && i.IsOpen() && i.Concerns(s.Service.ID) }) ||
		slices.ContainsFunc(s.Running, func(w Window) bool { return w.Subject() == about && w.IsRunning() && w.Concerns(s.Service.ID) })
}

// trouble is an incident or a window, and what it makes of the service.
type trouble struct {
	subject Subject
	status  ServiceStatus
}

// worst is the worst that goes on about the service; its subject is zero where nothing does.
func (s Surroundings) worst() trouble {
	worst := trouble{status: Operational}
	for _, w := range s.Running {
		if status := w.StatusOf(s.Service.ID); status.Rank() > worst.status.Rank() {
			worst = trouble{w.Subject(), status}
		}
	}
	for _, i := range s.Open {
		if status := i.StatusOf(s.Service.ID); !i.Drill && status.Rank() > worst.status.Rank() {
			worst = trouble{i.Subject(), status}
		}
	}
	return worst
}

// calm reports whether nothing goes on about the service, and no probe of ours fails.
func (s Surroundings) calm() bool { return s.Worst() == Subject{} && !s.seen() }

// Worst is what goes on about the service and is the worst of it; zero: nothing does.
func (s Surroundings) Worst() Subject { return s.worst().subject }

// StatusOf is what work that goes on makes of a service for those who want to use it.
func (w Window) StatusOf(id ServiceID) ServiceStatus {
	switch {
	case !w.IsRunning() || !w.Concerns(id):
		return Operational
	case w.Effect == EffectDown:
		return MajorOutage
	case w.Effect == EffectDegraded:
		return DegradedPerformance
	}
	return UnderMaintenance
}

// Over is what becomes of a gate when an incident or a window about its service is over:
// it was so bad. What a person said holds while something as bad goes on.
func (g Gate) Over(was ServiceStatus, s Surroundings, act Act) Gate {
	if g.Cause != GateByHand {
		return g.Follow(s, act)
	}
	left := s.worst()
	if left.status != Operational && (!g.Closed || left.status.Rank() >= was.Rank()) {
		return g
	}
	return g.release(s, act)
}

// GoesOn is the gate when one incident or window goes on as another.
func (g Gate) GoesOn(from, as Subject) Gate {
	if g.About == from {
		g.About = as
	}
	return g
}

// IsSorry reports whether the sorry page of a service is up.
func IsSorry(gates map[ServiceID]Gate, s Service) bool { return s.SorryPage && gates[s.ID].Closed }
