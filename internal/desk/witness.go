package desk

import "slices"

// Witnessed notes on an open incident what a check sees of it: that it fails, or passes
// again. Only ops reads it. false: nothing changes.
func (i Incident) Witnessed(alert int, r Report, act Act) (Change, bool) {
	if !i.IsOpen() {
		return Change{}, false
	}
	i = i.clone()
	i.Seen = slices.Clone(i.Seen)
	isNew := !slices.Contains(i.Alerts, alert)
	if isNew {
		i.Alerts = append(slices.Clone(i.Alerts), alert)
	}
	k := slices.IndexFunc(i.Seen, func(s Report) bool {
		return s.Witness == r.Witness && s.Service == r.Service && s.Expectation == r.Expectation
	})
	switch {
	case k >= 0 && i.Seen[k].State == r.State:
		return Change{Incident: i}, isNew
	case k >= 0:
		i.Seen[k] = r
		c := i.change(act, Entry{}, ReachOps)
		c.Incident.Entries--
		c.Announce.Kind, c.Entry = Witnessed, Entry{}
		return c, true
	case !r.Failed() || len(i.Seen) >= SeenKept:
		return Change{Incident: i}, isNew
	}
	i.Seen = append(i.Seen, r)
	return i.change(act, Entry{Kind: Witnessed, Text: r.Name()}, ReachOps), true
}
