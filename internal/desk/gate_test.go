package desk_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/umassonline/belltower/internal/desk"
)

func drawSurroundings(t *rapid.T) desk.Surroundings {
	s := desk.Surroundings{Service: desk.Service{ID: "learn", Name: "Learn System", SorryPage: rapid.Bool().Draw(t, "page"), AutoGate: rapid.Bool().Draw(t, "auto")}}
	statuses := []desk.ServiceStatus{"", desk.DegradedPerformance, desk.PartialOutage, desk.MajorOutage}
	for n := range rapid.IntRange(0, 3).Draw(t, "incidents") {
		i := desk.Incident{Number: n + 1, Impact: desk.Critical, Status: desk.Investigating, Services: []desk.Affected{{Service: "learn", Status: rapid.SampledFrom(statuses).Draw(t, "status")}}}
		if rapid.Bool().Draw(t, "by a person") {
			i.DeclaredBy = ann
		}
		s.Open = append(s.Open, i)
	}
	for n := range rapid.IntRange(0, 2).Draw(t, "windows") {
		s.Running = append(s.Running, desk.Window{Number: n + 1, Status: desk.InProgress, Effect: rapid.SampledFrom(desk.Effects()).Draw(t, "effect"), Services: []desk.Affected{{Service: "learn"}}})
	}
	witnesses := []desk.Witness{
		{Kind: desk.OwnProbe, Name: "login"}, {Kind: desk.OwnProbe, Name: "front"},
		{Kind: desk.Monitor, Name: "pingdom", Check: "1"}, {Kind: desk.Monitor, Name: "pingdom", Check: "2"}, {Kind: desk.Monitor, Name: "alertsite"},
	}
	for _, w := range witnesses {
		if rapid.Bool().Draw(t, "sees it") {
			of := rapid.SampledFrom([]desk.Expectation{desk.Availability, desk.Performance}).Draw(t, "of")
			s.Failing = append(s.Failing, desk.Report{Witness: w, Service: "learn", Expectation: of, State: desk.Failing})
		}
	}
	return s
}

// speaks is what may close a gate, said in another way than the rule says it.
func speaks(s desk.Surroundings) bool {
	own, other := false, false
	for _, r := range s.Failing {
		own = own || r.Expectation == desk.Availability && r.Witness.Kind == desk.OwnProbe
		other = other || r.Expectation == desk.Availability && r.Witness.Kind == desk.Monitor
	}
	for _, i := range s.Open {
		other = other || i.DeclaredBy == ann && i.StatusOf("learn") == desk.MajorOutage
	}
	for _, w := range s.Running {
		if w.Effect == desk.EffectDown {
			return true
		}
	}
	return s.Service.AutoGate && own && other
}

// An open gate closes by the rule when work that takes the service down begins, or our own
// probe and somebody else agree, and never else; what the rule said it says again.
func TestTheGateFollowsItsRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSurroundings(t)
		g := desk.Gate{Service: "learn"}.Follow(s, at(0))
		if want := s.Service.SorryPage && speaks(s); g.Closed != want {
			t.Fatalf("closed %v, want %v: %+v", g.Closed, want, s)
		}
		if again := g.Follow(s, at(5)); again != g {
			t.Fatalf("%+v, again %+v", g, again)
		}
	})
}

// Through any course of things: what a person said holds, but for the end of what goes
// on; when nothing goes on any more and nobody sees a failure, the gate is open.
func TestTheGateThroughAnyCourse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := desk.Gate{Service: "learn", Name: "Learn System"}
		for n := range rapid.IntRange(1, 12).Draw(t, "steps") {
			s := drawSurroundings(t)
			was := g
			switch verb := rapid.SampledFrom([]string{"on", "off", "auto", "follow", "over"}).Draw(t, "step"); verb {
			case "follow":
				if g = g.Follow(s, at(n)); was.Cause == desk.GateByHand && g != was {
					t.Fatalf("%+v became %+v", was, g)
				}
			case "over":
				g = g.Over(rapid.SampledFrom(desk.ServiceStatuses()).Draw(t, "was"), s, at(n))
			default:
				next, err := g.Say(desk.SorryVerb(verb), "", s, at(n))
				if err == nil {
					g = next
				}
				if verb == "on" && s.Service.SorryPage != g.Closed && err == nil || verb == "off" && err == nil && g.Closed {
					t.Fatalf("%s: %+v", verb, g)
				}
			}
			if g.Closed && !was.Closed && g.Cause != desk.GateByHand && !speaks(s) {
				t.Fatalf("%+v closed by nothing: %+v", g, s)
			}
		}
		calm := desk.Surroundings{Service: desk.Service{ID: "learn", SorryPage: true, AutoGate: true}}
		if g = g.Over(desk.MajorOutage, calm, at(99)); !g.IsPlain() {
			t.Fatalf("nothing goes on, and %+v", g)
		}
	})
}

func TestWhatIsSaidOfAGate(t *testing.T) {
	s := desk.Surroundings{Service: desk.Service{ID: "learn", Name: "Learn System", SorryPage: true}}
	g, err := desk.Gate{Service: "learn"}.Say(desk.SorryOn, " two\n words ", s, at(1))
	want := desk.Gate{Service: "learn", Name: "Learn System", Closed: true, Since: at(1).At, Cause: desk.GateByHand, Reason: "two words"}
	if err != nil || g != want {
		t.Errorf("%v %+v", err, g)
	}
	if _, err := g.Say(desk.SorryOff, strings.Repeat("x", desk.MaxReason+1), s, at(2)); err == nil {
		t.Error("any reason is taken")
	}
	window := s
	window.Running = []desk.Window{{Number: 1, Status: desk.InProgress, Effect: desk.EffectDown, Services: []desk.Affected{{Service: "learn"}}}}
	byWindow := desk.Gate{Service: "learn"}.Follow(window, at(1))
	byHand, err := byWindow.Say(desk.SorryOn, "", window, at(9))
	if err != nil || !byHand.Since.Equal(at(1).At) || byHand.About.Number != 1 {
		t.Errorf("it is closed since it closed: %v %+v", err, byHand)
	}
}
