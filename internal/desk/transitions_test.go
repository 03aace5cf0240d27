package desk_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	four = time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC) // 4 a.m. in New York
	ann  = desk.Person{Connection: "amherst", ID: "U1"}
)

func at(minutes int) desk.Act {
	return desk.Act{By: ann, At: four.Add(time.Duration(minutes) * time.Minute)}
}

func declared(t *testing.T, number int, impact desk.Impact) desk.Incident {
	t.Helper()
	c, err := desk.Declare(number, desk.Declaration{
		Services: []desk.Affected{{Service: "learn", Name: "Learn System"}},
		Impact:   impact, Title: "Learn is down", Text: "We are looking into it.",
		In: desk.Channel{Connection: "amherst", ID: "COPS"},
	}, at(0))
	if err != nil {
		t.Fatal(err)
	}
	return c.Incident
}

// must applies a rule that is allowed.
func must(t *testing.T, i desk.Incident, v verb, minutes int) desk.Incident {
	t.Helper()
	c, err := v.do(i, at(minutes))
	if err != nil {
		t.Fatalf("%s: %v", v.name, err)
	}
	return c.Incident
}

type verb struct {
	name string
	do   func(i desk.Incident, act desk.Act) (desk.Change, error)
}

func say(name string, status desk.IncidentStatus) verb {
	return verb{name, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.Update(desk.Progress{Status: status, Text: "Some news."}, act)
	}}
}

var (
	resolve = verb{"resolve", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Resolve("It works again.", act) }}
	retract = verb{"retract", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Retract("Wrong service.", act) }}
	reopen  = verb{"reopen", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Reopen("It fails again.", act) }}
	merge   = verb{"merge into another", func(i desk.Incident, act desk.Act) (desk.Change, error) {
		from, _, err := desk.Merge(i, other(), act)
		return from, err
	}}
)

func other() desk.Incident {
	c, err := desk.Declare(99, desk.Declaration{
		Services: []desk.Affected{{Service: "portal", Name: "Portal"}}, Impact: desk.Minor, Title: "Portal is slow", Text: "We look.",
	}, at(0))
	if err != nil {
		panic(err) // cannot happen: a sound declaration
	}
	return c.Incident
}

func impact(to desk.Impact) verb {
	return verb{"impact " + string(to), func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetImpact(to, act) }}
}

var proved = verb{"tests pass", desk.Incident.Passed}

// notPassed is the word of tests; that they say nothing new is a refusal here.
func notPassed(failing ...string) verb {
	return verb{fmt.Sprint("tests fail ", failing), func(i desk.Incident, act desk.Act) (desk.Change, error) {
		due, news := i.NotPassed(failing, act)
		if !news {
			return due.Change, errors.New("nothing happens")
		}
		return due.Change, nil
	}}
}

// proving is what tests have to show: three passes in a row, within half an hour.
var proving = desk.Proving{Gated: true, Passes: 3, Limit: 30 * time.Minute}

func gated(name string, r desk.Ending) verb {
	return verb{name, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.End(r, proving, act) }}
}

func verbs() []verb {
	return []verb{
		say("update", ""),
		say("update investigating", desk.Investigating),
		say("update identified", desk.Identified),
		say("update monitoring", desk.Monitoring),
		say("update resolved", desk.Resolved),
		resolve, retract, reopen,
		{"reopen without a word", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Reopen("", act) }},
		gated("end", desk.Ending{Text: "It works again."}), gated("end with other words", desk.Ending{Text: "All is well."}),
		gated("end without a word", desk.Ending{}), gated("tell now", desk.Ending{Text: "It works again.", Untested: true}),
		{"end without tests", func(i desk.Incident, act desk.Act) (desk.Change, error) {
			return i.End(desk.Ending{Text: "It works again."}, desk.Proving{}, act)
		}},
		proved, notPassed("login page"), notPassed("course page"), notPassed(),
		impact(desk.Minor), impact(desk.Major), impact(desk.Critical),
		{"services +portal", func(i desk.Incident, act desk.Act) (desk.Change, error) {
			return i.SetServices(desk.Rescope{Add: []desk.Affected{{Service: "portal", Name: "Portal"}}}, act)
		}},
		{"services +learn", func(i desk.Incident, act desk.Act) (desk.Change, error) {
			return i.SetServices(desk.Rescope{Add: []desk.Affected{{Service: "learn", Name: "Learn System"}}}, act)
		}},
		{"services -learn", func(i desk.Incident, act desk.Act) (desk.Change, error) {
			return i.SetServices(desk.Rescope{Remove: []desk.ServiceID{"learn"}}, act)
		}},
		{"services -portal", func(i desk.Incident, act desk.Act) (desk.Change, error) {
			return i.SetServices(desk.Rescope{Remove: []desk.ServiceID{"portal"}}, act)
		}},
		{"title", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetTitle("Learn is slow", act) }},
		{"title as it is", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetTitle("Learn is down", act) }},
		{"lead", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetLead(ann, act) }},
		{"began 10 min earlier", func(i desk.Incident, act desk.Act) (desk.Change, error) {
			return i.SetBegan(i.BeganAt.Add(-10*time.Minute), act)
		}},
		{"began tomorrow", func(i desk.Incident, act desk.Act) (desk.Change, error) {
			return i.SetBegan(act.At.Add(24*time.Hour), act)
		}},
		{"ended 1 min ago", func(i desk.Incident, act desk.Act) (desk.Change, error) {
			return i.SetEnded(act.At.Add(-time.Minute), act)
		}},
		{"ended before it began", func(i desk.Incident, act desk.Act) (desk.Change, error) {
			return i.SetEnded(i.BeganAt.Add(-time.Minute), act)
		}},
		{"edit #1", func(i desk.Incident, act desk.Act) (desk.Change, error) {
			return i.Reword(desk.Entry{Seq: 1, Kind: desk.Declared, Text: "We are looking into it.", Update: 1}, "We are looking into the login.", act)
		}},
		{"edit #1 to what it says", func(i desk.Incident, act desk.Act) (desk.Change, error) {
			return i.Reword(desk.Entry{Seq: 1, Kind: desk.Declared, Text: "We look.", Update: 1}, "We look.", act)
		}},
		merge,
		{"take another in", func(i desk.Incident, act desk.Act) (desk.Change, error) {
			_, into, err := desk.Merge(other(), i, act)
			return into, err
		}},
		{"nothing new", desk.Incident.NothingNew},
		{"snooze", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Snooze(10*time.Minute, act) }},
		{"note", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Note("Ticket 8841.", act) }},
	}
}

type state struct {
	name string
	inc  desk.Incident
}

func states(t *testing.T) []state {
	open := declared(t, 42, desk.Major)
	identified := must(t, open, say("update", desk.Identified), 5)
	monitoring := must(t, identified, say("update", desk.Monitoring), 6)
	resolved := must(t, monitoring, resolve, 10)
	verifying := must(t, identified, gated("end", desk.Ending{Text: "It works again."}), 10)
	return []state{
		{"investigating", open}, {"identified", identified}, {"monitoring", monitoring}, {"resolved", resolved},
		{"retracted", must(t, open, retract, 10)}, {"merged", must(t, open, merge, 10)},
		{"reopened", must(t, resolved, reopen, 20)},
		{"verifying", verifying}, {"failing", must(t, verifying, notPassed("login page"), 12)},
		{"verified", must(t, verifying, proved, 15)},
	}
}

// TestTransitions writes what every verb does in every state: the status after
// and how far it is told, or the code and sentence of the refusal.
func TestTransitions(t *testing.T) {
	var b strings.Builder
	for _, v := range verbs() {
		fmt.Fprintf(&b, "%s\n", v.name)
		for _, s := range states(t) {
			before := written(t, s.inc)
			c, err := v.do(s.inc, at(30))
			fmt.Fprintf(&b, "  %-14s %s\n", s.name, outcome(c, err))
			if after := written(t, s.inc); after != before {
				t.Errorf("%s changed the %s state it was given:\n%s\n%s", v.name, s.name, before, after)
			}
		}
	}
	golden(t, "testdata/transitions.txt", b.String())
}

func written(t *testing.T, i desk.Incident) string {
	t.Helper()
	all, err := json.Marshal(i)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

func outcome(c desk.Change, err error) string {
	var r *desk.Refusal
	if errors.As(err, &r) {
		return fmt.Sprintf("refused (%s): %s", r.Code, r.Error())
	}
	if err != nil {
		return "error: " + err.Error()
	}
	told := "nobody is told"
	if c.Announce != nil {
		told = "told: " + string(c.Announce.Reach)
	}
	status := string(c.Incident.Status)
	switch {
	case c.Incident.IsVerifying():
		status += " being tested"
	case c.Incident.Verified:
		status += " verified"
	case c.Incident.Untested:
		status += " untested"
	}
	return fmt.Sprintf("%s, %s, %s", c.Entry.Kind, status, told)
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); go test -update writes it anew:\n%s", path, diff)
	}
}

// While it is open, less impact means that it got better; after its end, that it
// never was so bad.
func TestThePeakIsCorrectedAfterTheEnd(t *testing.T) {
	open := must(t, declared(t, 42, desk.Critical), impact(desk.Minor), 5)
	if open.Peak != desk.Critical {
		t.Errorf("it got better, and its peak is %s", open.Peak)
	}
	over := must(t, must(t, open, resolve, 10), impact(desk.Major), 20)
	if over.Peak != desk.Major {
		t.Errorf("corrected to major, its peak is %s", over.Peak)
	}
}
