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
	// heard of it.
	Since    time.Time
	RaisedAt time.Time
	// JoinedAt is when a service was added last.
	JoinedAt time.Time
	// ChangedAt is when it last began or ceased to fail.
	ChangedAt time.Time
	// ClearedAt is when the last witness saw it pass; zero: something fails.
	ClearedAt time.Time `json:",omitzero"`
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
	// Into is the alert that it is told with; 0: none.
	Into int `json:",omitempty"`
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
	// Failing counts the witnesses that see it fail.
	Failing int `json:",omitempty"`
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
// on; where there are none, all that fail.
func (a Alert) Failing() []Alerted {
	var all, own []Alerted
	for _, s := range a.Services {
		if s.Failing == 0 {
			continue
		}
		all = append(all, s)
		if s.Behind == "" {
			own = append(own, s)
		}
	}
	if len(own) > 0 {
		return own
	}
	return all
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

// Raise begins alert number with what a witness says about a service.
func Raise(number int, s Alerted, r Report) Alert {
	a := Alert{
		Number: number, Expectation: r.Expectation, Since: since(r), RaisedAt: r.At, ChangedAt: r.At,
	}
	return a.Join(s, r)
}

// since is when what a report says began.
func since(r Report) time.Time {
	if r.Since.IsZero() || r.Since.After(r.At) {
		return r.At
	}
	return r.Since
}

// Join adds a service, where it is not there yet, and the witness that sees it fail.
func (a Alert) Join(s Alerted, r Report) Alert {
	a.Services = slices.Clone(a.Services)
	k := a.index(s.Service)
	if k < 0 {
		a.Services, a.JoinedAt = append(a.Services, s), r.At
		k = len(a.Services) - 1
	}
	if !a.IsFailing() {
		a.ClearedAt, a.ChangedAt, a.Since = time.Time{}, r.At, since(r)
		a.Again++
	}
	one := &a.Services[k]
	one.Failing++
	if one.Failing == 1 {
		one.Behind, one.Seen, a.Dirty = s.Behind, nil, true
	}
	if k < servicesSeen {
		one.Seen = shown(append(slices.Clip(one.Seen), r))
	}
	a.Dirty = a.Dirty || a.Shows(r)
	return a
}

// shown picks at most SeenKept witnesses, in their order: one of each source and each
// probe of ours before others.
func shown(all []Report) []Report {
	if len(all) <= SeenKept {
		return all
	}
	another := func(k int) bool {
		return slices.ContainsFunc(all[:k], func(o Report) bool {
			return o.Witness.Kind == all[k].Witness.Kind && o.Witness.Name == all[k].Witness.Name
		})
	}
	picked := make([]int, 0, SeenKept)
	for _, more := range []bool{false, true} {
		for k := range all {
			if len(picked) < SeenKept && another(k) == more {
				picked = append(picked, k)
			}
		}
	}
	slices.Sort(picked)
	out := make([]Report, len(picked))
	for n, k := range picked {
		out[n] = all[k]
	}
	return out
}

// CausedBy notes that what depends on a service of it fails for that.
func (a Alert) CausedBy(cause Alerted, c *Catalog) Alert {
	a = a.clone()
	for k, s := range a.Services {
		if s.Behind == "" && c.DependsOn(s.Service, cause.Service) && !c.DependsOn(cause.Service, s.Service) {
			a.Services[k].Behind, a.Dirty = cause.Name, true
		}
	}
	return a
}

// freed notes that what failed for a service fails for itself, as that passes. Where
// nothing was told yet it gets freedLag to pass, too.
func (a *Alert) freed(cause Alerted, at time.Time) {
	for k, s := range a.Services {
		if s.Behind != cause.Name {
			continue
		}
		a.Services[k].Behind, a.Dirty = "", true
		if s.Failing > 0 && a.Told == "" {
			a.LagUntil = latest(a.LagUntil, at.Add(freedLag))
		}
	}
}

// Change takes what is new about a witness that sees a service fail.
func (a Alert) Change(r Report) Alert {
	a = a.clone()
	k := a.index(r.Service)
	if k < 0 {
		return a
	}
	for n, seen := range a.Services[k].Seen {
		if seen.Witness == r.Witness {
			a.Services[k].Seen[n], a.Dirty = r, true
		}
	}
	return a
}

// Shows reports whether the witness of a report is among those that are kept of its service.
func (a Alert) Shows(r Report) bool {
	k := a.index(r.Service)
	return k >= 0 && slices.ContainsFunc(a.Services[k].Seen, func(s Report) bool { return s.Witness == r.Witness })
}

// Leave takes away a witness that saw a service fail. Where that was shown and others see
// it still, Refill is due.
func (a Alert) Leave(r Report) Alert {
	a.Services = slices.Clone(a.Services)
	k := a.index(r.Service)
	if k < 0 || a.Services[k].Failing == 0 {
		return a
	}
	one := &a.Services[k]
	one.Failing--
	a.Dirty = a.Dirty || one.Failing == 0 || a.Shows(r)
	one.Seen = slices.DeleteFunc(slices.Clone(one.Seen), func(s Report) bool { return s.Witness == r.Witness })
	if one.Failing == 0 {
		a.freed(*one, r.At)
	}
	if !slices.ContainsFunc(a.Services, func(s Alerted) bool { return s.Failing > 0 }) {
		a.ClearedAt, a.ChangedAt = r.At, r.At
		a.DeclareAt, a.SilentSince, a.LagUntil = time.Time{}, time.Time{}, time.Time{}
	}
	return a
}

// Refill has the first of those that see a service fail be shown.
func (a Alert) Refill(id ServiceID, failing []Report) Alert {
	a = a.clone()
	if k := a.index(id); k >= 0 && k < servicesSeen && a.Services[k].Failing > 0 {
		a.Services[k].Seen = slices.Clone(shown(failing))
	}
	return a
}

// Absorb takes the services of another alert, which is told with it from then on: they
// depend on what fails by the name of behind.
func (a Alert) Absorb(other Alert, behind string, at time.Time) (is, was Alert) {
	a, other = a.clone(), other.clone()
	for _, s := range other.Services {
		if s.Failing == 0 || a.index(s.Service) >= 0 {
			continue
		}
		s.Behind = behind
		a.Services, a.JoinedAt, a.Dirty = append(a.Services, s), at, true
	}
	other.Into, other.Dirty, other.DeclareAt, other.ChangedAt = a.Number, true, time.Time{}, at
	return a, other
}

// together is how long after an alert was raised what fails besides is told with it;
// stormTogether where stormServices fail already: what breaks in the core is seen by one
// check after the other, a minute long.
const (
	together      = 10 * time.Second
	stormTogether = time.Minute
	stormServices = 3
)

// Takes reports whether a service that begins to fail at a time is told with it, though
// it has nothing to do with those that fail already but the moment.
func (a Alert) Takes(at time.Time) bool {
	if !a.IsOpen() || !a.IsFailing() || a.Incident != 0 {
		return false
	}
	if len(a.Services) >= stormServices {
		return at.Sub(a.JoinedAt) <= stormTogether
	}
	return at.Sub(a.RaisedAt) <= together
}

// GoesOn reports whether a service of it that begins to fail at a time goes on with it,
// instead of being an alert of its own: it fails, or did shortly before, or its posts do
// not say yet that it is over, or an incident speaks of it.
func (a Alert) GoesOn(at time.Time) bool {
	switch {
	case a.Into != 0:
		return false
	case a.IsFailing(), a.Incident != 0, a.Told == ToldFailing, a.Told == ToldFlapping:
		return true
	}
	return at.Sub(a.ClearedAt) <= AgainWithin
}

// BelongTo has an incident speak of it.
func (a Alert) BelongTo(incident int) Alert {
	a.Incident, a.DeclareAt, a.LagUntil, a.Dirty = incident, time.Time{}, time.Time{}, true
	return a
}

// CheckOpen refuses where nothing fails any more.
func (a Alert) CheckOpen() error {
	switch {
	case a.Into != 0:
		return Refuse(Conflict, "%s is told with %s.", a.Subject(), Subject{Kind: AlertSubject, Number: a.Into})
	case !a.IsFailing():
		return Refuse(Conflict, "%s is over: nothing is seen to fail any more.", a.Subject())
	}
	return nil
}

// Acknowledge says that somebody looks at it: no incident is declared of it by rule then.
// It hides nothing: who sees it, and its end, are told as before.
func (a Alert) Acknowledge(act Act) (Alert, error) {
	if err := a.CheckOpen(); err != nil {
		return a, err
	}
	if !a.AckedAt.IsZero() {
		return a, nil
	}
	a = a.clone()
	a.AckedAt, a.AckedBy, a.Dirty = act.At, act.By, true
	return a, nil
}

// Hold puts the declaration of an incident by rule off for HoldFor.
func (a Alert) Hold(act Act) (Alert, error) {
	if err := a.CheckOpen(); err != nil {
		return a, err
	}
	if a.DeclareAt.IsZero() {
		return a, Refuse(Conflict, "No incident is about to be declared of %s.", a.Subject())
	}
	a = a.clone()
	a.HeldUntil, a.Dirty = act.At.Add(HoldFor), true
	return a, nil
}
