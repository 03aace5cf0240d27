package commands_test

import (
	"testing"
)

// TestWhatEverybodyReadsIsNotForStaff: where all in a channel read the answer, who asks is
// shown what anyone is shown.
func TestWhatEverybodyReadsIsNotForStaff(t *testing.T) {
	o := newOffice(t)
	for _, line := range []string{
		"incident declare learn down A disk is full", "incident drill portal down Secret exercise", "incident declare mail slow By mistake", "incident retract 3 It was not",
		"window schedule --yes library 2026-12-03 2am for 1h Work",
	} {
		if r := o.typed(line); r.Failed {
			t.Fatal(line, plain(r))
		}
	}
	differ := 0
	for _, line := range []string{"incident list", "incident show", "incident list all", "incident show 1", "incident show 2", "incident show 3", "belltower why 2", "window list", "window show 1"} {
		o.stage("responder")
		staff := plain(o.typed(line))
		o.req.Open = true
		open := plain(o.typed(line))
		o.req.Open = false
		o.stage("anyone")
		if anyone := plain(o.typed(line)); open != anyone {
			t.Errorf("%s:\n%s\n-- anyone is shown\n%s", line, open, anyone)
		}
		if open != staff {
			differ++
		}
	}
	if differ < 5 {
		t.Errorf("only %d answers are for staff", differ)
	}
}
