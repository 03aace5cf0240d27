package probe

import (
	"context"
	"fmt"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// take counts a result and tells where the probe turns by it. The runner is locked.
func (r *Runner) take(e *entry, res Result) {
	slow, judged := e.quickness().Judge(res.Took, e.usual.takes)
	res.Slow = res.Outcome == desk.Passed && slow
	last := res.TryResult
	e.last = &last
	r.count(e, res)
	if res.Outcome != desk.Unclear {
		r.observe(e, desk.Availability, res, res.Outcome == desk.Passed)
	}
	if res.Outcome == desk.Passed && judged && e.usual.known(e.conf) {
		r.observe(e, desk.Performance, res, !res.Slow)
	}
	r.verifyBy(e, res)
}

// observe has the rule look at a result about one expectation.
func (r *Runner) observe(e *entry, about desk.Expectation, res Result, good bool) {
	s := e.about(about)
	turn, turned := s.watch.Observe(e.rule(), res.At, good)
	if !turned {
		turn, turned = s.failsOtherwise(e.rule(), res, good)
	}
	if !turned {
		return
	}
	s.since, s.otherwise = turn.Since, 0
	if turn.State == desk.Failing {
		s.warns = res.warns
	}
	report := desk.Report{
		Witness: witness(e.id()), Service: e.conf.Service, Expectation: about, State: turn.State,
		Since: turn.Since, At: r.now().UTC(), Called: e.conf.Name,
		Warns: s.warns,
	}
	if turn.State == desk.Failing {
		report.Detail, report.Step = res.Detail, res.Step
		if about == desk.Performance {
			report.Detail = e.tooSlow(res.Took)
		}
	}
	r.teller.report(report)
}

// failsOtherwise counts the results in a row by which what only warned really fails, or what
// failed only warns, as often as makes a probe failing, or passing.
func (s *state) failsOtherwise(rule desk.WatchRule, res Result, good bool) (t desk.Turn, turned bool) {
	if s.watch.State() != desk.Failing || good || res.warns == s.warns {
		s.otherwise = 0
		return t, false
	}
	if s.otherwise == 0 {
		s.otherwiseAt = res.At
	}
	s.otherwise++
	often := rule.FailAfter
	if res.warns {
		often = rule.PassAfter
	}
	return desk.Turn{State: desk.Failing, Since: s.otherwiseAt}, s.otherwise >= often
}

func (e *entry) about(x desk.Expectation) *state {
	if x == desk.Performance {
		return &e.performance
	}
	return &e.availability
}

// tooSlow says what a pass took and what is expected.
func (e *entry) tooSlow(took time.Duration) string {
	text := "it took " + short(took)
	if limit := e.conf.SlowerThan; limit > 0 && took > limit {
		return text + "; at most " + short(limit) + " is expected"
	}
	return text + fmt.Sprintf("; usual at this hour is %s, and at most %d%% more is expected", short(e.usual.takes), int(e.conf.SlowerThanUsual))
}

// short is a duration as people read it: 1.24s, 87ms.
func short(d time.Duration) string {
	if d >= time.Second {
		return d.Round(10 * time.Millisecond).String()
	}
	return d.Round(time.Millisecond).String()
}

func witness(id desk.ProbeID) desk.Witness {
	return desk.Witness{Kind: desk.OwnProbe, Name: id.Name}
}

// recall asks the record which probes were failing when the bot ended: an alert that is open
// stays so until its probe passes. What is failing and is checked no more is told as retired,
// for nobody else would ever clear it. It reports false where ctx ended before.
func (r *Runner) recall(ctx context.Context) bool {
	var failing []desk.Report
	ok := r.teller.insist(ctx, "ask which checks were failing", func(ctx context.Context) (err error) {
		failing, err = r.s.Failing(ctx)
		return err
	})
	if !ok {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, report := range failing {
		e := r.byID[desk.ProbeID{Service: report.Service, Name: report.Witness.Name}]
		if e != nil && (report.Expectation == desk.Availability || e.judgesTime()) {
			*e.about(report.Expectation) = state{watch: desk.Resume(true), since: report.Since, warns: report.Warns}
			continue
		}
		report.State, report.At, report.Step = desk.Passing, r.now().UTC(), ""
		report.Since, report.Detail, report.Retired = report.At, "it is not checked any more", true
		r.teller.report(report)
	}
	return true
}
