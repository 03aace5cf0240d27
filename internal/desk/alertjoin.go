package desk

import (
	"slices"
	"time"
)

// How an alert grows and shrinks as witnesses begin and cease to see what fails.

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
	a.Add(s, r)
	return a
}

// Add is Join in place: nobody else may have its Services.
func (a *Alert) Add(s Alerted, r Report) {
	if !r.Warns && a.IsFailing() && (a.OnlyWarns() || a.isStale(r.At)) {
		a.beginFailing(r)
	}
	k := a.index(s.Service)
	if k < 0 {
		a.Services, a.JoinedAt = append(a.Services, s), r.At
		k = len(a.Services) - 1
	}
	if !a.IsFailing() {
		a.ClearedAt, a.ChangedAt, a.Since = time.Time{}, r.At, since(r)
		a.Unwatched, a.EasedAt = false, time.Time{}
		a.Again++
	}
	one := &a.Services[k]
	one.Failing++
	if one.Failing == 1 {
		one.Behind, one.Seen, one.Closed, one.Gone, a.Dirty = s.Behind, nil, false, false, true
	}
	if !r.Warns {
		one.ClearedAt = time.Time{}
	}
	if k < servicesSeen && !crowded(one.Seen, r) {
		one.Seen = shown(append(slices.Clip(one.Seen), r))
	}
	a.Dirty = a.Dirty || a.Shows(r)
}

// isStale reports whether it stands for a monitor that says nothing any more: what another
// check sees then is news.
func (a Alert) isStale(at time.Time) bool {
	return !a.SilentSince.IsZero() && at.Sub(a.ChangedAt) > AgainWithin
}

// beginFailing has what was a warning, or is stale, perhaps for days, be told as what fails
// now: as a failure of its own, that nobody has looked at, unless it failed shortly before.
func (a *Alert) beginFailing(r Report) {
	if a.Told == ToldFailing && a.EasedAt.IsZero() {
		a.Told = ToldWarning
	}
	if a.EasedAt.IsZero() || r.At.Sub(a.EasedAt) > AgainWithin {
		a.RaisedAt, a.Again, a.AckedAt, a.AckedBy, a.Declined = r.At, 0, time.Time{}, Person{}, false
		for k := range a.Services {
			a.Services[k].ClearedAt = time.Time{}
		}
	} else {
		a.Again++
	}
	a.Since, a.ChangedAt, a.EasedAt, a.Dirty = since(r), r.At, time.Time{}, true
}

// ease notes that nothing of it fails any more but what checks warn about.
func (a *Alert) ease(at time.Time) {
	first, _ := a.began()
	a.Since, a.ChangedAt, a.EasedAt, a.Dirty = first, at, at, true
}

// began is when what is kept of those who see it says that it began, first and last.
func (a Alert) began() (first, last time.Time) {
	for _, s := range a.Services {
		for _, r := range s.Seen {
			first, last = earliest(first, since(r)), latest(last, since(r))
		}
	}
	return first, last
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

// crowded reports whether shown picks none but seen, as they are as many as are kept and
// one of them is of the source of r, or a probe of ours as it is.
func crowded(seen []Report, r Report) bool {
	return len(seen) == SeenKept && slices.ContainsFunc(seen, func(s Report) bool { return s.Witness.Kind == r.Witness.Kind && s.Witness.Name == r.Witness.Name })
}

// CausedBy notes that what depends on a service of it fails for that.
func (a Alert) CausedBy(cause Alerted, c *Catalog) Alert {
	behind := func(s Alerted) bool {
		return s.Behind == "" && c.DependsOn(s.Service, cause.Service) && !c.DependsOn(cause.Service, s.Service)
	}
	if !slices.ContainsFunc(a.Services, behind) {
		return a
	}
	a.Services = slices.Clone(a.Services)
	for k, s := range a.Services {
		if behind(s) {
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
	one, warned := &a.Services[k], a.OnlyWarns()
	for n, seen := range one.Seen {
		if seen.Witness == r.Witness {
			one.Seen[n], a.Dirty = r, true
		}
	}
	switch {
	case warned && !a.OnlyWarns():
		a.beginFailing(r)
	case !warned && a.OnlyWarns():
		a.ease(r.At)
	}
	switch {
	case one.Failing > 0 && !one.OnlyWarns():
		one.ClearedAt = time.Time{}
	case r.Warns && one.ClearedAt.IsZero():
		one.ClearedAt = r.At
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
	a.Drop(r)
	return a
}

// Drop is Leave in place: nobody else may have its Services.
func (a *Alert) Drop(r Report) {
	k := a.index(r.Service)
	if k < 0 || a.Services[k].Failing == 0 {
		return
	}
	failed := !a.OnlyWarns()
	one := &a.Services[k]
	one.Failing--
	a.Dirty = a.Dirty || one.Failing == 0
	if a.Shows(r) {
		a.Dirty = true
		one.Seen = slices.DeleteFunc(slices.Clone(one.Seen), func(s Report) bool { return s.Witness == r.Witness })
	}
	if !r.Warns && !r.Retired && (one.Failing == 0 || one.OnlyWarns()) {
		one.ClearedAt = r.At
	}
	if one.Failing == 0 {
		one.Closed, one.Gone = r.Closed, r.Retired
		a.Unwatched = r.Retired || a.Unwatched && slices.ContainsFunc(a.Services, func(s Alerted) bool { return s.Gone })
		a.freed(*one, r.At)
	}
	switch {
	case !slices.ContainsFunc(a.Services, func(s Alerted) bool { return s.Failing > 0 }):
		a.ClearedAt, a.ChangedAt = r.At, r.At
		a.Warned = !a.Unwatched && (a.Told == ToldWarning || !slices.ContainsFunc(a.Services, func(s Alerted) bool { return !s.ClearedAt.Before(a.Since) }))
		a.DeclareAt, a.SilentSince, a.LagUntil = time.Time{}, time.Time{}, time.Time{}
	case failed && a.OnlyWarns() && !r.Retired && !r.Closed:
		a.ease(r.At)
	case !a.SilentSince.IsZero(): // perhaps what was stale is all that is left
		if first, last := a.began(); !last.IsZero() && last.Before(a.Since) {
			a.Since = first
		}
	}
}

// Refill has the first of those that see a service fail be shown.
func (a Alert) Refill(id ServiceID, failing []Report) Alert {
	if k := a.index(id); k >= 0 && k < servicesSeen && a.Services[k].Failing > 0 {
		a.Services = slices.Clone(a.Services)
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
	a.Leads = a.Leads || other.Leads || other.Told != ""
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
// not say yet that it is over, or an incident speaks of it. What works again while others
// fail, perhaps for days, would else fail anew and be told by an edit alone.
func (a Alert) GoesOn(id ServiceID, at time.Time) bool {
	k := a.index(id)
	switch {
	case a.Into != 0:
		return false
	case a.Incident != 0:
		return true
	case a.IsFailing() && k >= 0 && a.Services[k].Failing == 0:
		return at.Sub(a.Services[k].ClearedAt) <= AgainWithin
	case a.IsFailing(), a.Told == ToldFailing, a.Told == ToldWarning, a.Told == ToldFlapping:
		return true
	}
	return at.Sub(a.ClearedAt) <= AgainWithin
}

// Without is the alert without a service that is told with another from then on.
func (a Alert) Without(id ServiceID) Alert {
	a.Services = slices.DeleteFunc(slices.Clone(a.Services), func(s Alerted) bool { return s.Service == id })
	return a
}

// BelongTo has an incident speak of it.
func (a Alert) BelongTo(incident int) Alert {
	a.Incident, a.DeclareAt, a.LagUntil, a.Dirty = incident, time.Time{}, time.Time{}, true
	return a
}
