package wording

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// What could not be found out, as our own line is down, is not said to pass.
func TestACheckOfWhichNothingIsKnownIsNotSaidToPass(t *testing.T) {
	at := time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC)
	stands := func(state desk.ReportState, o desk.Outcome) desk.ProbeStanding {
		return desk.ProbeStanding{
			Probe: desk.ProbeID{Service: "learn", Name: "login page"}, Kind: "http", Availability: state,
			Last: &desk.TryResult{At: at, Outcome: o, Detail: "our own line is down"},
		}
	}
	passes, fails := stands(desk.Passing, desk.Passed), stands(desk.Failing, desk.Unclear)
	unknown, untried := stands(desk.Passing, desk.Unclear), passes
	untried.Last = nil
	for _, c := range []struct {
		all  []desk.ProbeStanding
		want string
	}{
		{[]desk.ProbeStanding{passes, passes}, "All 2 checks pass."},
		{[]desk.ProbeStanding{passes, unknown}, "No check fails, but of one it is not known."},
		{[]desk.ProbeStanding{untried, unknown}, "No check fails, but of 2 it is not known."},
		{[]desk.ProbeStanding{unknown, fails}, "1 check fails, of 2."},
	} {
		if got := campus().ProbesListed(c.all, Page{}).Summary.PlainText(time.UTC); got != c.want {
			t.Errorf("%q, not %q", got, c.want)
		}
	}
	want := "Learn System: login page (http): Last at 4:00:00 AM EST: not known: our own line is down."
	if got := campus().ProbeLine(unknown, at).Text.PlainText(campus().Zone); got != want {
		t.Errorf("%q, not %q", got, want)
	}
}
