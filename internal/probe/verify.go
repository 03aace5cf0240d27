package probe

import (
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// verification waits until gating probes pass often enough.
type verification struct {
	about   desk.Subject
	from    time.Time // tries that began before do not count
	limit   time.Time
	waits   map[*entry]*streak
	told    []string // what was told to be failing
	limited bool     // the limit has passed
}

// streak is what a probe came to since a verification began.
type streak struct{ passes, failures int } // in a row

// Gated reports whether a probe of one of the services gates.
func (r *Runner) Gated(services []desk.ServiceID) bool { return len(r.gating(services)) > 0 }

// gating are the gating probes of services.
func (r *Runner) gating(services []desk.ServiceID) (out []*entry) {
	for _, e := range r.entries {
		if e.conf.Gates && slices.Contains(services, e.conf.Service) {
			out = append(out, e)
		}
	}
	return out
}

// Verify has the gating probes of services tried at once and every few seconds, and tells
// Verified when each has passed as often in a row as [verify] asks, counted from now. Once
// one has failed as often in a row as makes it failing, or the limit has passed, it tells
// NotVerified, and again when others fail; it goes on until all pass or StopVerify. Where no
// probe gates it tells NotVerified without names. Called again about the same, it begins
// anew.
func (r *Runner) Verify(about desk.Subject, services []desk.ServiceID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopVerify(about)
	gating := r.gating(services)
	if len(gating) == 0 {
		r.teller.verdict(verdict{about: about, unsure: true})
		return
	}
	now := r.now()
	v := &verification{about: about, from: now, limit: now.Add(r.s.Verify.Limit), waits: map[*entry]*streak{}}
	for _, e := range gating {
		v.waits[e] = &streak{}
		e.hurries++
	}
	r.checks[about] = v
	r.hurryAll()
	r.wake()
}

// StopVerify ends the verification about a subject, if there is one. Nothing is told of it
// from then on, but for what is being told already.
func (r *Runner) StopVerify(about desk.Subject) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopVerify(about)
}

func (r *Runner) stopVerify(about desk.Subject) {
	r.teller.forget(about)
	if v := r.checks[about]; v != nil {
		r.end(v)
	}
}

// end ends a verification.
func (r *Runner) end(v *verification) {
	delete(r.checks, v.about)
	for e := range v.waits {
		e.hurries--
	}
}

// hurryAll makes the probes due that verifications wait for.
func (r *Runner) hurryAll() {
	if r.epoch.IsZero() {
		return // Run calls it again
	}
	now := r.now()
	for _, v := range r.checks {
		for e := range v.waits {
			if e.due.After(now) {
				r.queue.at(e, now)
			}
		}
	}
}

// verifyBy counts a result for the verifications that wait for its probe.
func (r *Runner) verifyBy(e *entry, res Result) {
	for _, v := range r.checks {
		s := v.waits[e]
		if s == nil || res.At.Before(v.from) {
			continue
		}
		switch res.Outcome {
		case desk.Passed:
			s.passes, s.failures = s.passes+1, 0
		case desk.Failed:
			s.passes, s.failures = 0, s.failures+1
		}
		r.settle(v)
	}
}

// settle tells what a verification has come to, if that is new.
func (r *Runner) settle(v *verification) {
	passes := r.s.Verify.Passes
	if v.passed(passes) {
		r.end(v)
		r.teller.verdict(verdict{about: v.about})
		return
	}
	var failing []string
	for e, s := range v.waits {
		if s.failures >= e.conf.FailAfter || v.limited && s.passes < passes {
			failing = append(failing, string(e.conf.Service)+": "+e.conf.Name)
		}
	}
	slices.Sort(failing)
	if len(failing) == 0 || slices.Equal(failing, v.told) {
		return
	}
	v.told = failing
	r.teller.verdict(verdict{about: v.about, failing: failing})
}

// passed reports whether each probe passed so often in a row.
func (v *verification) passed(often int) bool {
	for _, s := range v.waits {
		if s.passes < often {
			return false
		}
	}
	return true
}

// limitVerifications tells of verifications whose limit has passed, and how long the loop
// may sleep until the next's.
func (r *Runner) limitVerifications(now time.Time) time.Duration {
	sleep := idle
	for _, v := range r.checks {
		if v.limited {
			continue
		}
		if left := v.limit.Sub(now); left > 0 {
			sleep = min(sleep, left)
			continue
		}
		v.limited = true
		r.settle(v)
	}
	return sleep
}
