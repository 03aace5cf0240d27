package probe

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// Hears are those that are told. Each is tried again until it returns nil.
type Hears struct {
	// Hear stores that probes began to fail or to pass.
	Hear func(context.Context, []desk.Report) error
	// Failing are the probes that were failing by what Hear stored.
	Failing func(context.Context) ([]desk.Report, error)
	// Verified stores that all gating probes of a verification passed often enough.
	Verified func(context.Context, desk.Subject) error
	// NotVerified stores that these did not, by their names with their service's id:
	// "learn: login page".
	NotVerified func(ctx context.Context, about desk.Subject, failing []string) error
}

const (
	// retryFrom, doubling to retryTo, is how long after a failure it is told again.
	retryFrom = time.Second
	retryTo   = time.Minute
	// lastWords is how long a stop waits for what is still to be told.
	lastWords = 3 * time.Second
	// reportsAtOnce is how many reports are told in one call.
	reportsAtOnce = 50
)

// teller tells what happened, in order and until it is stored. Of one witness, and of one
// verification, only the newest is told: so it holds no more than there are.
type teller struct {
	hears Hears
	log   *slog.Logger
	woken chan struct{}

	mu       sync.Mutex
	reports  []desk.Report // the oldest first
	verdicts []verdict
}

// verdict is what came of a verification.
type verdict struct {
	about   desk.Subject
	failing []string // nil: verified
	unsure  bool     // nothing could be found out
}

func newTeller(s Settings) *teller {
	return &teller{hears: s.Hears, log: s.Log, woken: make(chan struct{}, 1)}
}

// report has a report told, instead of an older one of the same.
func (t *teller) report(r desk.Report) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reports = append(without(t.reports, func(old desk.Report) bool {
		return old.Witness == r.Witness && old.Service == r.Service && old.Expectation == r.Expectation
	}), r)
	t.wake()
}

// verdict has a verdict told, instead of an older one about the same.
func (t *teller) verdict(v verdict) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.verdicts = append(without(t.verdicts, func(old verdict) bool { return old.about == v.about }), v)
	t.wake()
}

// forget drops the verdict about a subject.
func (t *teller) forget(about desk.Subject) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.verdicts = without(t.verdicts, func(old verdict) bool { return old.about == about })
}

// without is a new list without some: one that is being told stays as it is.
func without[T any](all []T, drop func(T) bool) []T {
	kept := make([]T, 0, len(all)+1)
	for _, one := range all {
		if !drop(one) {
			kept = append(kept, one)
		}
	}
	return kept
}

func (t *teller) wake() {
	select {
	case t.woken <- struct{}{}:
	default:
	}
}

// run tells until ctx ends, and then once more what is left.
func (t *teller) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
			defer cancel()
			if err := t.tell(last); err != nil {
				t.log.Warn("what checks came to was not stored; it is found out anew", "error", err)
			}
			return
		case <-t.woken:
			t.insist(ctx, "store what checks came to", t.tell)
		}
	}
}

// insist does something until it is done; false: ctx ended before.
func (t *teller) insist(ctx context.Context, what string, do func(context.Context) error) bool {
	wait := retryFrom
	for ctx.Err() == nil {
		err := do(ctx)
		if err == nil {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		t.log.Error("cannot "+what+"; it is tried again", "error", err, "in", wait)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, retryTo)
	}
	return false
}

// tell tells all that there is. What was replaced meanwhile stays to be told.
func (t *teller) tell(ctx context.Context) error {
	for {
		t.mu.Lock()
		reports := t.reports[:min(len(t.reports), reportsAtOnce)]
		verdicts := t.verdicts
		t.mu.Unlock()
		if len(reports)+len(verdicts) == 0 {
			return nil
		}
		if len(reports) > 0 {
			if err := t.hears.Hear(ctx, reports); err != nil {
				return err
			}
			t.told(reports)
			continue
		}
		if err := t.judge(ctx, verdicts[0]); err != nil {
			return err
		}
	}
}

// told drops reports that were told, unless there are newer ones.
func (t *teller) told(reports []desk.Report) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reports = without(t.reports, func(r desk.Report) bool {
		for _, done := range reports {
			if done.Witness == r.Witness && done.Service == r.Service && done.Expectation == r.Expectation && done.At.Equal(r.At) && done.State == r.State {
				return true
			}
		}
		return false
	})
}

// judge tells one verdict.
func (t *teller) judge(ctx context.Context, v verdict) error {
	var err error
	if v.failing == nil && !v.unsure {
		err = t.hears.Verified(ctx, v.about)
	} else {
		err = t.hears.NotVerified(ctx, v.about, v.failing)
	}
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.verdicts = without(t.verdicts, func(old verdict) bool {
		return old.about == v.about && old.unsure == v.unsure && slices.Equal(old.failing, v.failing)
	})
	return nil
}
