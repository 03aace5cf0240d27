package journal_test

import (
	"errors"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// unanswered is an office whose promises of news about INC-1 have passed twice.
func unanswered(t *testing.T) *office {
	t.Helper()
	o := newOffice(t)
	o.SetSettings(journal.Settings{Ops: []desk.Channel{ops}, Cadence: desk.Cadence{Critical: 20 * time.Minute, Holding: true}})
	o.declare(0)
	for _, minutes := range []int{20, 40} {
		if _, err := o.Fire(t.Context(), at(minutes*60)); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func (o *office) calls() []journal.Call {
	o.t.Helper()
	all, err := o.Calls(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return all
}

// Backups are restored when hours have passed: who was to be called then is not now.
func TestNobodyIsCalledBecauseOfABackup(t *testing.T) {
	o := unanswered(t)
	if len(o.calls()) != 1 {
		t.Fatal("nobody is to be called")
	}
	if err := o.Restored(t.Context(), desk.Notice{At: at(7200), Text: "This is a backup."}); err != nil {
		t.Fatal(err)
	}
	if got := o.calls(); len(got) != 0 {
		t.Errorf("still to be called: %+v", got)
	}
}

// Whoever does anything about an incident withdraws its call, and the try that was under
// way meanwhile does not bring it back.
func TestACallIsWithdrawn(t *testing.T) {
	o := unanswered(t)
	call := o.calls()[0]
	o.apply(2450, 1, update("We found it."))
	next, err := o.Called(t.Context(), at(2460), call, errors.New("no connection"))
	if err != nil || !next.IsZero() || len(o.calls()) != 0 {
		t.Errorf("again at %s: %+v, %v", next, o.calls(), err)
	}
}
