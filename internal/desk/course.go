package desk

import (
	"slices"
	"time"
)

// Stretch is a time in which a service was at a status.
type Stretch struct {
	Period
	Status ServiceStatus
}

// Course tells how a service was while an incident went on, in order: from its begin to its
// end, or until now where it is open. What changed in between is read off its timeline, and
// so is when it was over before it was reopened; what was corrected is as it was corrected.
// What was taken back, or goes on as another, never was; nor was a drill.
func (i Incident) Course(id ServiceID, timeline []Entry, now time.Time) (out []Stretch) {
	if !i.Concerns(id) || i.Drill || i.IsRetracted() || i.MergedInto != 0 {
		return nil
	}
	end := now
	if !i.IsOpen() {
		end = i.EndedAt
	}
	at, changes := Stretch{Period{i.BeganAt, end}, i.StatusOf(id)}, i.regradings(id, timeline)
	if len(changes) > 0 {
		at.Status = Impact(changes[0].Before).ServiceStatus()
	}
	over := time.Time{} // since then, until it is reopened
	for _, e := range timeline {
		switch {
		case e.Kind == Ended:
			over = e.At
		case e.Kind == Reopened && !over.IsZero():
			out = at.until(over, out)
			at.From, over = e.At, time.Time{}
		case over.IsZero() && slices.ContainsFunc(changes, func(c Entry) bool { return c.Seq == e.Seq }):
			out = at.until(e.At, out)
			at.From, at.Status = latest(at.From, e.At), Impact(e.After).ServiceStatus()
		}
	}
	out = at.until(end, out)
	return slices.DeleteFunc(out, func(s Stretch) bool { return s.Status == Operational })
}

// regradings are the entries by which the service got worse or better. There are none where
// its status was said for itself, nor where it was corrected when all was over: what was
// said before was wrong.
func (i Incident) regradings(id ServiceID, timeline []Entry) (out []Entry) {
	if slices.ContainsFunc(i.Services, func(a Affected) bool { return a.Service == id && a.Status != "" }) {
		return nil
	}
	for _, e := range timeline {
		switch {
		case e.Kind != Worsened && e.Kind != Eased:
		case e.Status == Resolved:
			return nil
		default:
			out = append(out, e)
		}
	}
	return out
}

// until ends the stretch, which is none where it had not begun.
func (s Stretch) until(t time.Time, out []Stretch) []Stretch {
	if s.To = earliest(s.To, t); !s.From.Before(s.To) {
		return out
	}
	return append(out, s)
}

// Course tells when the service was under work: from when that began to its end, or until
// now where it goes on. Where it became an incident, that tells the rest.
func (w Window) Course(id ServiceID, now time.Time) []Stretch {
	end := w.EndedAt
	if end.IsZero() {
		end = now
	}
	if w.StartedAt.IsZero() || !w.StartedAt.Before(end) || !w.Concerns(id) {
		return nil
	}
	return []Stretch{{Period{w.StartedAt, end}, UnderMaintenance}}
}

// Spent sums up, of a period, how long a service was at each status but Operational; where
// several say different things the worst counts.
func Spent(all []Stretch, of Period) map[ServiceStatus]time.Duration {
	marks := []time.Time{of.From, of.To}
	for _, s := range all {
		for _, t := range []time.Time{s.From, s.To} {
			if t.After(of.From) && t.Before(of.To) {
				marks = append(marks, t)
			}
		}
	}
	slices.SortFunc(marks, time.Time.Compare)
	out := map[ServiceStatus]time.Duration{}
	for k := range marks[1:] {
		part, worst := Period{marks[k], marks[k+1]}, Operational
		for _, s := range all {
			if s.Holds(part) {
				worst = Worst(worst, s.Status)
			}
		}
		if worst != Operational && part.Length() > 0 {
			out[worst] += part.Length()
		}
	}
	return out
}
