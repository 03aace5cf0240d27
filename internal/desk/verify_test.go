package desk_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
)

// hourly promises news of a major incident every hour.
var hourly = desk.Cadence{Minor: 4 * time.Hour, Major: time.Hour, Critical: 20 * time.Minute, Holding: true}

// Tests that take too long are asked about once, by the clock; promised news goes on as if
// nothing was said.
func TestTestsThatTakeTooLongAreAskedAbout(t *testing.T) {
	i := declared(t, 42, desk.Major)
	i.NextUpdateBy = at(60).At
	i = must(t, i, gated("end", desk.Ending{Text: "It works again."}), 10)
	if next := i.NextDue(hourly); !next.Equal(at(40).At) {
		t.Fatalf("looked at %s", next)
	}
	if due, now := i.Due(at(39).At, hourly); now {
		t.Fatalf("too early: %+v", due)
	}
	due, now := i.Due(at(40).At, hourly)
	if !now || due.Ask == nil || due.Ask.Kind != desk.AskVerify || due.Escalate || !due.Change.Incident.IsVerifying() {
		t.Fatalf("after the limit: %+v, %v", due, now)
	}
	i = due.Change.Incident
	if next := i.NextDue(hourly); !next.Equal(at(55).At) || !i.NextUpdateBy.Equal(at(60).At) {
		t.Errorf("next looked at %s; news by %s", next, i.NextUpdateBy)
	}
	if due, now = i.Due(at(60).At, hourly); !now || due.Ask.Kind != desk.AskMissed || due.Change.Entry.Kind != desk.Holding || !due.Change.Incident.IsVerifying() {
		t.Errorf("the promise passed: %+v, %v", due, now)
	}
}

// What is told when tests pass is what people said last, and the end is when they passed.
func TestWhatTestsProveIsWhatPeopleSaid(t *testing.T) {
	i := must(t, declared(t, 42, desk.Major), gated("end", desk.Ending{Text: "It works again."}), 10)
	i = must(t, i, gated("end", desk.Ending{Text: "All is well."}), 12)
	if v := i.Verify; !v.Since.Equal(at(12).At) || v.By != ann || v.Passes != 3 || len(i.Latest) != 1 {
		t.Errorf("%+v, told %+v", v, i.Latest)
	}
	c, err := i.Passed(desk.Act{At: at(14).At})
	over := c.Incident
	if err != nil || c.Announce.Text != "All is well." || !over.EndedAt.Equal(at(14).At) || over.Verify != nil || !c.Announce.Snapshot.Incident.Verified {
		t.Errorf("%+v, %v", c, err)
	}
	if again := must(t, over, reopen, 20); again.Verified {
		t.Error("it fails again, and is verified")
	}
}

// A drill asks no tests, and neither does a service without them.
func TestNoTestIsAskedAboutADrill(t *testing.T) {
	drill := declared(t, 42, desk.Major)
	drill.Drill = true
	if over := must(t, drill, gated("end", desk.Ending{Text: "It works again.", Untested: true}), 10); over.IsOpen() || over.Untested || over.Verified {
		t.Errorf("%+v", over)
	}
	plain := must(t, declared(t, 42, desk.Major), resolve, 10)
	c, err := declared(t, 42, desk.Major).End(desk.Ending{Text: "It works again."}, desk.Proving{}, at(10))
	if diff := cmp.Diff(plain, c.Incident); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// Nobody but staff reads that an end is being tested.
func TestTestsAreNotPublished(t *testing.T) {
	i := declared(t, 42, desk.Major)
	var lines []desk.Entry
	for n, v := range []verb{gated("end", desk.Ending{Text: "Secret until told."}), notPassed("login page"), {"reopen", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Reopen("", act) }}} {
		c, err := v.do(i, at(n+1))
		if err != nil || c.Announce.Reach != desk.ReachOps {
			t.Fatal(v.name, err, c.Announce)
		}
		i, lines = c.Incident, append(lines, c.Entry)
	}
	if seen := desk.Published(lines, i.Entries); len(seen) > 0 {
		t.Errorf("published: %+v", seen)
	}
}
