package desk

import (
	"slices"
	"time"
)

// Alert (ALR-7) is what witnesses see of one or several services at once, about one
// expectation. It is one post, however many see it: what depends on a failing service,
// and what fails in the same minute, is told with it.
type Alert struct {
	Number      int
	Expectation Expectation
	// Services are those that it was raised about, in the order in which they came.
	Services []Alerted
	// Since is when the first of the results came that raised it, RaisedAt when the bot
	// heard of it: of what was only a warning before, that it fails.
	Since    time.Time
	RaisedAt time.Time
	// JoinedAt is when a service was added last.
	JoinedAt time.Time
	// ChangedAt is when it last began or ceased to fail.
	ChangedAt time.Time
	// ClearedAt is when the last witness saw it pass; zero: something fails. Warned: what
	// passed then had only been warned of. Unwatched: of some of it that is not known, as
	// who saw it fail is watched no more.
	ClearedAt time.Time `json:",omitzero"`
	Warned    bool      `json:",omitempty"`
	Unwatched bool      `json:",omitempty"`
	// EasedAt is when the last that failed of it passed, while checks warn; zero: something
	// fails, or nothing did yet.
	EasedAt time.Time `json:",omitzero"`
	// Again counts how often it failed again after it had cleared.
	Again int `json:",omitempty"`

	// AckedAt is when somebody said that they look at it; zero: nobody has.
	AckedAt time.Time `json:",omitzero"`
	AckedBy Person    `json:",omitzero"`
	// HeldUntil is until when no incident is declared of it by rule.
	HeldUntil time.Time `json:",omitzero"`
	// DeclareAt is when an incident is declared of it by rule; zero: none is. DeclareTold is
	// what its posts show of that.
	DeclareAt   time.Time `json:",omitzero"`
	DeclareTold time.Time `json:",omitzero"`
	// Declined: somebody took an incident of it back, so that none is declared by rule.
	Declined bool `json:",omitempty"`
	// Incident is the number of the incident that it belongs to; 0: none.
	Incident int `json:",omitempty"`
	// Before is an incident about one of its services that ended before; 0: none. LagUntil is
	// until when what still fails then is left to pass; zero: it is not waited for.
	Before   int       `json:",omitempty"`
	LagUntil time.Time `json:",omitzero"`
	// Into is the alert that it is told with; 0: none. Leads: posts of such a one point to
	// it, so that it is told in any case.
	Into  int  `json:",omitempty"`
	Leads bool `json:",omitempty"`
	// SilentSince is since when a monitor elsewhere has said nothing, though it said that
	// something fails; zero: no such is.
	SilentSince time.Time `json:",omitzero"`

	// Told is what was told last, ToldAt when; zero: nothing yet.
	Told   Told      `json:",omitempty"`
	ToldAt time.Time `json:",omitzero"`
	// Dirty: what posts show has changed since.
	Dirty bool `json:",omitempty"`
	// WakeAt is when the clock next has to look at it; zero: never. The journal sets it.
	WakeAt time.Time `json:",omitzero"`
}

// Told is what an alert was last told to be.
type Told string

// What an alert can be told to be.
const (
	ToldFailing  Told = "failing"
	ToldWarning  Told = "warning"
	ToldCleared  Told = "cleared"
	ToldFlapping Told = "flapping"
	// ToldElsewhere: its posts say where it is told now.
	ToldElsewhere Told = "elsewhere"
)

// Alerted is one service of an alert.
type Alerted struct {
	Service ServiceID
	Name    string
	// Behind is the name of a failing service that it depends on; empty: none fails.
	Behind string `json:",omitempty"`
	// Failing counts the witnesses that see it fail. ClearedAt is when the last of them that
	// does not only warn saw it pass; zero: one sees it fail, or none did.
	Failing   int       `json:",omitempty"`
	ClearedAt time.Time `json:",omitzero"`
	// Closed: the last of them did not see it pass, but somebody closed what it said.
	Closed bool `json:",omitempty"`
	// Gone: the last of them did not see it pass, but is watched no more.
	Gone bool `json:",omitempty"`
	// Seen are the first of them, at most SeenKept, and of the services behind the first
	// servicesSeen none.
	Seen []Report `json:",omitempty"`
}

// SeenKept is how many witnesses of a service are kept in an alert, and in an incident.
const SeenKept = 4

// servicesSeen is of how many services witnesses are kept in an alert.
const servicesSeen = 6

// Subject returns ALR-number.
func (a Alert) Subject() Subject { return Subject{Kind: AlertSubject, Number: a.Number} }

// IsFailing reports whether a witness sees a service of it fail.
func (a Alert) IsFailing() bool { return a.ClearedAt.IsZero() }

// IsOpen reports whether more is to be told of it.
func (a Alert) IsOpen() bool {
	return a.Into == 0 && (a.IsFailing() || a.Told == ToldFlapping)
}

// IsSettled reports whether nothing more comes of it by what changes around it.
func (a Alert) IsSettled() bool {
	return a.Into != 0 || (!a.IsFailing() && a.Incident == 0 && (a.Told == ToldCleared || a.Told == ""))
}

// ServiceIDs lists the ids of its services.
func (a Alert) ServiceIDs() []ServiceID {
	out := make([]ServiceID, len(a.Services))
	for k, s := range a.Services {
		out[k] = s.Service
	}
	return out
}

// Failing lists those of its services that fail by themselves, not for what they depend
// on; where there are none, all that fail. It is not to be changed: it may be a part of
// the alert.
func (a Alert) Failing() []Alerted {
	all, own := 0, 0
	for k := range a.Services {
		if a.Services[k].Failing > 0 {
			all++
			if a.Services[k].Behind == "" {
				own++
			}
		}
	}
	switch {
	case all == 0:
		return nil
	case own == len(a.Services), own == 0 && all == len(a.Services):
		return slices.Clip(a.Services)
	}
	out := make([]Alerted, 0, all)
	for _, s := range a.Services {
		if s.Failing > 0 && (s.Behind == "" || own == 0) {
			out = append(out, s)
		}
	}
	return out
}

// FailsByItself reports whether a service of it that fails is among Failing.
func (a Alert) FailsByItself(s Alerted) bool {
	return s.Behind == "" || !slices.ContainsFunc(a.Services, func(o Alerted) bool { return o.Failing > 0 && o.Behind == "" })
}

// Affected is what an incident about it concerns: what fails now, or did last.
func (a Alert) Affected() (out []Affected) {
	failing := a.Failing()
	if len(failing) == 0 {
		failing = a.Services
	}
	for _, s := range failing {
		out = append(out, Affected{Service: s.Service, Name: s.Name})
	}
	return out
}

// Fails is what it says of a service; false: none is told by it to fail.
func (a Alert) Fails(id ServiceID) (s Alerted, fails bool) {
	k := a.index(id)
	if k < 0 || a.Into != 0 || a.Services[k].Failing == 0 {
		return s, false
	}
	return a.Services[k], true
}

// OnlyWarns reports whether it fails, and all who see that only warn: something is to come.
// Of more witnesses than are kept it is not known, and so false.
func (s Alerted) OnlyWarns() bool {
	return s.Failing > 0 && len(s.Seen) == s.Failing && !slices.ContainsFunc(s.Seen, func(r Report) bool { return !r.Warns })
}

// OnlyWarns reports whether what fails of it only warns.
func (a Alert) OnlyWarns() bool {
	return !slices.ContainsFunc(a.Services, func(s Alerted) bool { return s.Failing > 0 && !s.OnlyWarns() })
}

// Eased lists what failed of it and works again, while checks still warn.
func (a Alert) Eased() (out []Affected) {
	for _, s := range a.Services {
		if a.hasEased() && !s.ClearedAt.IsZero() {
			out = append(out, Affected{Service: s.Service, Name: s.Name})
		}
	}
	return out
}

func (a Alert) hasEased() bool { return !a.EasedAt.IsZero() && a.IsFailing() && a.OnlyWarns() }

// warnsAlone reports whether it only warns, and nothing that failed is known to work again.
func (a Alert) warnsAlone() bool { return a.EasedAt.IsZero() && a.IsFailing() && a.OnlyWarns() }

// Parted lists what is over of it, apart: that of which nobody knows, as who saw it fail is
// gone, and what was seen to pass.
func (a Alert) Parted() (gone, passed []Affected) {
	for _, s := range a.Services {
		one := Affected{Service: s.Service, Name: s.Name}
		if s.Gone {
			gone = append(gone, one)
		} else if !s.ClearedAt.IsZero() && !s.Closed {
			passed = append(passed, one)
		}
	}
	return gone, passed
}

// WasClosed reports whether of what is over of it somebody said so, and no check did.
func (a Alert) WasClosed() bool {
	return !a.IsFailing() && slices.ContainsFunc(a.Services, func(s Alerted) bool { return s.Closed })
}

// ClearFor is since when it sees nothing fail that an incident concerns, but for warnings,
// zero where that is not known; false: something fails.
func (a Alert) ClearFor(i Incident) (since time.Time, passes bool) {
	if !a.IsFailing() || a.Into != 0 {
		return a.ClearedAt, !a.Unwatched
	}
	for _, s := range a.Services {
		switch {
		case !i.Concerns(s.Service):
		case s.Failing > 0 && !s.OnlyWarns():
			return time.Time{}, false
		default:
			since = latest(since, s.ClearedAt)
		}
	}
	return since, true
}

// Since is when the first of those who see a service of an alert says that it began to
// fail; where none of them is kept, when the alert says so.
func (s Alerted) Since(a Alert) time.Time {
	var first time.Time
	for _, r := range s.Seen {
		first = earliest(first, since(r))
	}
	if first.IsZero() {
		return a.Since
	}
	return first
}

// Witnesses lists what is known of who sees it, the own probes first.
func (a Alert) Witnesses() (out []Report) {
	for _, s := range a.Services {
		out = append(out, s.Seen...)
	}
	OwnFirst(out)
	return out
}

// OwnFirst sorts what witnesses say: probes of ours first, then by when it began.
func OwnFirst(seen []Report) {
	slices.SortStableFunc(seen, func(x, y Report) int {
		switch {
		case x.Witness.IsOwn() == y.Witness.IsOwn():
			return x.Since.Compare(y.Since)
		case x.Witness.IsOwn():
			return -1
		}
		return 1
	})
}

// scope says whom an alert concerns.
func (a Alert) scope() Scope {
	sc := Scope{Topic: TopicProbes, Services: a.ServiceIDs(), Retracted: a.Into != 0}
	if !a.IsOpen() {
		sc.EndedAt = a.ChangedAt
	}
	return sc
}

func (a Alert) clone() Alert {
	a.Services = slices.Clone(a.Services)
	for k := range a.Services {
		a.Services[k].Seen = slices.Clone(a.Services[k].Seen)
	}
	return a
}

func (a Alert) index(id ServiceID) int {
	return slices.IndexFunc(a.Services, func(s Alerted) bool { return s.Service == id })
}
