package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// planned is work on learn from an hour after four, for three hours.
func planned() desk.Plan {
	return desk.Plan{
		Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}, Title: "New database",
		Planned: desk.Period{From: at(60).At, To: at(240).At}, In: desk.Channel{Connection: "amherst", ID: "COPS"},
	}
}

func scheduled(t *testing.T, p desk.Plan) desk.Window {
	t.Helper()
	c, err := desk.Schedule(17, p, at(0))
	if err != nil {
		t.Fatal(err)
	}
	return c.Window
}

// weekly is work on learn every Wednesday at 4 a.m. in New York.
func weekly() desk.Plan {
	p := planned()
	p.Rule = &desk.Recurrence{
		Every: 1, Days: []time.Weekday{time.Wednesday}, At: 4 * 60, For: 3 * time.Hour,
		Zone: "America/New_York", First: time.Date(2026, 12, 9, 0, 0, 0, 0, time.UTC),
	}
	p.Planned, _ = p.Rule.Next(four)
	return p
}

type windowVerb struct {
	name string
	do   func(w desk.Window, act desk.Act) (desk.WindowChange, error)
}

func (v windowVerb) must(t *testing.T, w desk.Window, minutes int) desk.Window {
	t.Helper()
	c, err := v.do(w, at(minutes))
	if err != nil {
		t.Fatalf("%s: %v", v.name, err)
	}
	return c.Window
}

var (
	start   = windowVerb{"start", desk.Window.Start}
	hold    = windowVerb{"hold the start", desk.Window.HoldStart}
	extend  = extendBy("extend 1h", time.Hour)
	done    = windowVerb{"work is done", finish("", false)}
	tested  = windowVerb{"work is done, tests follow", finish("", true)}
	passed  = windowVerb{"tests pass", desk.Window.Passed}
	cancel  = windowVerb{"cancel", callOff("The vendor is not ready.")}
	convert = windowVerb{"make it an incident", func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Convert(42, act) }}
	fail    = windowVerb{"tests fail", func(w desk.Window, act desk.Act) (desk.WindowChange, error) {
		return w.NotPassed([]string{"login"}, act)
	}}
)

func finish(remark string, gated bool) func(desk.Window, desk.Act) (desk.WindowChange, error) {
	return func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Done(remark, gated, act) }
}

func callOff(why string) func(desk.Window, desk.Act) (desk.WindowChange, error) {
	return func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Cancel(why, act) }
}

func extendBy(name string, by time.Duration) windowVerb {
	return windowVerb{name, func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Extend(by, act) }}
}

func moveTo(name string, from, to int) windowVerb {
	return windowVerb{name, func(w desk.Window, act desk.Act) (desk.WindowChange, error) {
		return w.Move(desk.Period{From: at(from).At, To: at(to).At}, act)
	}}
}

func windowVerbs() []windowVerb {
	day := 24 * 60
	return []windowVerb{
		start, hold, extend, extendBy("extend 0s", 0), extendBy("extend 15 days", 15*24*time.Hour),
		moveTo("move to tomorrow", day, day+60), moveTo("move to where it is", 60, 240), moveTo("move to the past", -60, 60),
		moveTo("move to no time", day, day), moveTo("move to 15 days", day, 16*day), moveTo("move to in four years", 4*366*day, 4*366*day+60),
		done, {"work is done, with a remark", finish("Slow for an hour.", true)}, tested, passed, fail,
		cancel, {"cancel without a reason", callOff(" ")},
		{"swept with its series", func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Swept("No more.", act) }},
		convert, {"its last time is over", desk.Window.Finished},
	}
}

type windowState struct {
	name string
	w    desk.Window
}

func windowStates(t *testing.T) []windowState {
	coming := scheduled(t, planned())
	running := start.must(t, coming, 60)
	verifying := tested.must(t, running, 200)
	return []windowState{
		{"scheduled", coming}, {"held", hold.must(t, coming, 20)}, {"series", scheduled(t, weekly())},
		{"in progress", running}, {"late", ticked(t, running, 245, desk.Around{})}, {"verifying", verifying}, {"failing", fail.must(t, verifying, 210)},
		{"completed", done.must(t, running, 200)}, {"cancelled", cancel.must(t, coming, 20)}, {"converted", convert.must(t, running, 200)},
	}
}

// ticked is a window after the clock looked at it.
func ticked(t *testing.T, w desk.Window, minutes int, a desk.Around) desk.Window {
	t.Helper()
	for range 10 {
		c, again := w.Due(at(minutes).At, a)
		if !again {
			return w
		}
		w = c.Window
	}
	t.Fatal("it is due again and again")
	return w
}

// TestWindowTransitions writes what every verb does in every state: the status after,
// the plan, how far it is told and what ops is asked, or the sentence of the refusal.
func TestWindowTransitions(t *testing.T) {
	var b strings.Builder
	for _, v := range windowVerbs() {
		fmt.Fprintf(&b, "%s\n", v.name)
		for _, s := range windowStates(t) {
			before := fmt.Sprintf("%+v", s.w)
			c, err := v.do(s.w, at(250))
			fmt.Fprintf(&b, "  %-12s %s\n", s.name, windowOutcome(s.w, c, err))
			if after := fmt.Sprintf("%+v", s.w); after != before {
				t.Errorf("%s changed the %s state it was given:\n%s\n%s", v.name, s.name, before, after)
			}
		}
	}
	golden(t, "testdata/windowtransitions.txt", b.String())
}

func windowOutcome(was desk.Window, c desk.WindowChange, err error) string {
	if err != nil {
		return outcome(desk.Change{}, err)
	}
	w := c.Window
	s := fmt.Sprintf("%s, %s, nobody is told", c.Entry.Kind, w.Status)
	if c.Announce != nil {
		s = fmt.Sprintf("%s, %s, told: %s", c.Entry.Kind, w.Status, c.Announce.Reach)
	}
	if w.Planned != was.Planned {
		s += fmt.Sprintf(", planned %s to %s", w.Planned.From.Format("2 Jan 15:04"), w.Planned.To.Format("2 Jan 15:04"))
	}
	if w.Revision != was.Revision {
		s += ", new in calendars"
	}
	if c.Ask != nil {
		s += ", ops is asked: " + string(c.Ask.Kind)
	}
	return s
}
