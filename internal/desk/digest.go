package desk

import (
	"slices"
	"time"
)

// Digest is the planned work of the days that follow.
type Digest struct {
	Period Period
	// Windows are those that run or begin then, the first begin first, without what
	// somebody wrote of them beyond a title.
	Windows []Window
	// More counts those that there was no room for.
	More int `json:",omitempty"`
	// Services are those of all of them.
	Services []ServiceID
	// Reserved are the next times reserved for work in which none is planned.
	Reserved []Reserved `json:",omitempty"`
}

// Reserved is one time of a standing window.
type Reserved struct {
	Services []ServiceID
	Period   Period
}

const (
	// digestFrom and digestTo are the hours of Monday in which a week is told of.
	digestFrom, digestTo = 8, 20
	// digestDays is how many days it is of.
	digestDays = 7
	// maxDigest is how many windows it lists, maxReserved how many reserved times.
	maxDigest, maxReserved = 12, 4
)

// DigestWeek tells whether now is a time to tell of a week, and of which: its Monday at
// midnight UTC. That is Monday from 8:00 to 20:00: later it would be no news, and at
// night nobody is told what can wait.
func (p Planning) DigestWeek(now time.Time) (week time.Time, is bool) {
	local := now.In(p.zone())
	y, m, d := local.Date()
	h := local.Hour()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC), local.Weekday() == time.Monday && h >= digestFrom && h < digestTo
}

// DigestPeriod is what a digest made at now is of.
func (p Planning) DigestPeriod(now time.Time) Period {
	y, m, d := now.In(p.zone()).Date()
	return Period{From: now.UTC(), To: time.Date(y, m, d+digestDays, 0, 0, 0, 0, p.zone()).UTC()}
}

// Digest lists what is planned in a period; false: nothing is. all are the windows that
// run or come, in any order.
func (p Planning) Digest(of Period, all []Window) (Digest, bool) {
	d := Digest{Period: of}
	for _, w := range all {
		if !w.inDigest(of) {
			continue
		}
		w = w.clone()
		w.Details, w.Failing = "", nil
		d.Windows = append(d.Windows, w)
		for _, id := range w.ServiceIDs() {
			if !slices.Contains(d.Services, id) {
				d.Services = append(d.Services, id)
			}
		}
	}
	slices.SortStableFunc(d.Windows, func(a, b Window) int { return a.Planned.From.Compare(b.Planned.From) })
	d.Reserved = p.unused(of, d.Windows)
	if d.More = max(0, len(d.Windows)-maxDigest); d.More > 0 {
		d.Windows = d.Windows[:maxDigest]
	}
	return d, len(d.Windows) > 0
}

// inDigest reports whether everybody may know that the window takes place in a period.
// One that takes longer than planned does.
func (w Window) inDigest(of Period) bool {
	if w.IsOver() || w.IsSeries() || w.Status == Proposed {
		return false
	}
	return w.Planned.Overlaps(of) || w.IsLate(of.From)
}

// unused lists the reserved times that begin in a period and in which no work on their
// services is planned.
func (p Planning) unused(of Period, planned []Window) (out []Reserved) {
	for _, s := range p.Standing {
		for _, at := range s.Rule.Between(of.From, of.To, digestDays) {
			used := slices.ContainsFunc(planned, func(w Window) bool {
				return w.Planned.Overlaps(at) && meet(w.ServiceIDs(), s.Services)
			})
			if !used {
				out = append(out, Reserved{s.Services, at})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Reserved) int { return a.Period.From.Compare(b.Period.From) })
	return out[:min(len(out), maxReserved)]
}
