package desk

import "time"

// Outcome is what one try of a check came to.
type Outcome string

// The outcomes.
const (
	Passed Outcome = "passed"
	Failed Outcome = "failed"
	// Unclear: it could not be found out, by no fault of the service. It counts for nothing.
	Unclear Outcome = "unknown"
)

// WatchRule is when the results of a check begin to mean something.
type WatchRule struct {
	// FailAfter bad results among the last OutOf make a check failing.
	FailAfter, OutOf int
	// PassAfter good results in a row make it pass again.
	PassAfter int
}

// Watch counts the results of one check about one expectation: availability, where a
// failure is bad, or performance, where a slow pass is. What says nothing about it is
// not observed. The zero Watch has seen nothing and passes. Not for several goroutines
// at once.
type Watch struct {
	failing bool
	seen    int // results observed since the last turn
	bad     []badResult
	good    int       // in a row
	goodAt  time.Time // the first of them
}

// badResult is which of the results was bad, and when it was.
type badResult struct {
	nth int
	at  time.Time
}

// Turn is that a check begins to fail or to pass.
type Turn struct {
	State ReportState
	// Since is the first of the results that made it so.
	Since time.Time
}

// Resume is the watch of a check that was failing before anything is observed.
func Resume(failing bool) Watch { return Watch{failing: failing} }

// State is what the check says now.
func (w *Watch) State() ReportState {
	if w.failing {
		return Failing
	}
	return Passing
}

// Observe counts one result and answers whether the check turned by it. After a turn
// counting begins anew: the failures before a recovery raise nothing again.
func (w *Watch) Observe(r WatchRule, at time.Time, good bool) (t Turn, turned bool) {
	w.seen++
	switch {
	case !good:
		w.good = 0
		if !w.failing {
			w.count(r, at)
		}
		if w.failing || len(w.bad) < r.FailAfter {
			return Turn{}, false
		}
		t = Turn{Failing, w.bad[0].at}
	default:
		if w.good == 0 {
			w.goodAt = at
		}
		w.good++
		if !w.failing || w.good < r.PassAfter {
			return Turn{}, false
		}
		t = Turn{Passing, w.goodAt}
	}
	*w = Resume(t.State == Failing)
	return t, true
}

// count remembers a bad result, and forgets those that are not among the last.
func (w *Watch) count(r WatchRule, at time.Time) {
	kept := w.bad[:0]
	for _, b := range w.bad {
		if b.nth > w.seen-max(r.OutOf, r.FailAfter) {
			kept = append(kept, b)
		}
	}
	w.bad = append(kept, badResult{w.seen, at})
}

// Quickness is what is expected of the time that a pass takes.
type Quickness struct {
	// SlowerThan is what a pass may take; 0: no fixed limit.
	SlowerThan time.Duration
	// OverUsual is by how many percent it may be slower than usual; 0: by any.
	OverUsual int
}

// Judge tells whether a pass was slow, where usual is what one takes at such an hour
// (0: nobody knows yet), and whether there is anything to judge it by.
func (q Quickness) Judge(took, usual time.Duration) (slow, judged bool) {
	if q.SlowerThan > 0 {
		slow, judged = took > q.SlowerThan, true
	}
	if q.OverUsual > 0 && usual > 0 {
		slow, judged = slow || took > usual+usual/100*time.Duration(q.OverUsual), true
	}
	return slow, judged
}
