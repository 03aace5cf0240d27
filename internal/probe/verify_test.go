package probe

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

var inc42 = desk.Subject{Kind: desk.IncidentSubject, Number: 42}

// gatingProbes are two that gate learn, one that does not, and one of another service.
func gatingProbes() []config.Probe {
	return []config.Probe{
		conf("login page", func(p *config.Probe) { p.Every = time.Hour }), conf("search"),
		conf("certificate", func(p *config.Probe) { p.Gates = false }), conf("portal", func(p *config.Probe) { p.Service = "portal" }),
	}
}

func TestAnEndIsVerifiedWhenAllGatingProbesPassInARow(t *testing.T) {
	run(t, gatingProbes(), func(w *world) {
		if !w.Gated([]desk.ServiceID{"mail", "learn"}) || w.Gated([]desk.ServiceID{"mail"}) || w.Gated(nil) {
			t.Error("who is gated")
		}
		w.target("certificate", always(failed("x")))
		w.target("portal", always(failed("x")))
		w.pass(5 * time.Minute)
		w.saidOnce()
		began := time.Now()
		w.startsOnce()
		w.Verify(inc42, []desk.ServiceID{"learn"})
		w.pass(19 * time.Second)
		w.wants() // the passes before do not count
		w.pass(11 * time.Second)
		w.wants("verified INC-42")
		tries := map[string]int{}
		starts := w.startsOnce()
		for _, s := range starts {
			tries[s.name]++
		}
		if first := starts[0].at.Sub(began); first > 10*time.Millisecond || tries["login page"] < 3 {
			t.Errorf("the first try came after %v; %v", first, tries)
		}
		w.pass(30 * time.Second)
		w.startsOnce()
		w.pass(10 * time.Minute)
		for _, s := range w.startsOnce() {
			if s.name == "login page" {
				t.Errorf("it is still hurried: %v", s)
			}
		}
		w.wants() // once
	})
}

func TestAFailureBeginsTheCountAnew(t *testing.T) {
	run(t, gatingProbes(), func(w *world) {
		w.pass(time.Minute)
		w.Verify(inc42, []desk.ServiceID{"learn"})
		w.pass(15 * time.Second)
		w.target("search", always(failed("x")))
		w.pass(10 * time.Second)
		w.target("search", nil)
		w.pass(20 * time.Second)
		w.wants()
		w.pass(10 * time.Second)
		w.wants("verified INC-42")
	})
}

func TestNotVerifiedIsToldWhenThatIsNews(t *testing.T) {
	run(t, gatingProbes(), func(w *world) {
		w.pass(time.Minute)
		w.target("search", always(failed("x")))
		w.Verify(inc42, []desk.ServiceID{"learn"})
		w.pass(35 * time.Second)
		w.wants("search availability failing", `not verified INC-42 ["learn: search"]`)
		w.pass(5 * time.Minute)
		w.wants()
		w.target("login page", always(failed("x")))
		w.pass(time.Minute)
		w.wants("login page availability failing", `not verified INC-42 ["learn: login page" "learn: search"]`)
		w.target("login page", nil)
		w.target("search", nil)
		w.pass(time.Minute)
		told := w.saidOnce() // of two that pass again at the same time either may be first
		for _, want := range []string{"search availability passing", "login page availability passing"} {
			if !slices.Contains(told, want) {
				t.Errorf("%q is not in %q", want, told)
			}
		}
		if told[len(told)-1] != "verified INC-42" || !strings.HasPrefix(told[0], "not verified INC-42 ") {
			t.Errorf("%q", told)
		}
	})
}

func TestATryThatBeganBeforeDoesNotCount(t *testing.T) {
	run(t, []config.Probe{conf("login page")}, func(w *world) {
		w.target("login page", after(4*time.Second, passed()))
		for len(w.List()) > 0 && w.List()[0].Last == nil {
			w.pass(time.Second)
		}
		w.startsOnce()
		for len(w.startsOnce()) == 0 {
			w.pass(time.Second)
		}
		w.target("login page", nil)
		w.Verify(inc42, []desk.ServiceID{"learn"}) // while it is tried
		w.pass(4*time.Second + 19*time.Second)
		w.wants() // two passes since
		w.pass(2 * time.Second)
		w.wants("verified INC-42")
	})
}

func TestTheLimitOfAVerification(t *testing.T) {
	run(t, gatingProbes(), func(w *world) {
		w.pass(time.Minute)
		w.target("search", always(unclear("no descriptors")))
		w.Verify(inc42, []desk.ServiceID{"learn"})
		w.pass(30*time.Minute - time.Second)
		w.wants()
		w.pass(2 * time.Second)
		w.wants(`not verified INC-42 ["learn: search"]`)
		w.pass(time.Hour)
		w.wants()
		w.target("search", nil)
		w.pass(time.Minute)
		w.wants("verified INC-42")
	})
}

func TestAVerificationEndsWhenNobodyWaits(t *testing.T) {
	run(t, gatingProbes(), func(w *world) {
		w.pass(time.Minute)
		w.Verify(inc42, []desk.ServiceID{"learn"})
		w.pass(15 * time.Second)
		w.StopVerify(inc42)
		w.StopVerify(inc42)
		w.pass(time.Hour)
		w.wants()
		w.Verify(inc42, []desk.ServiceID{"mail"})
		w.pass(time.Second)
		w.wants("not verified INC-42 []")
	})
}

func TestTwoVerificationsShareTheirProbes(t *testing.T) {
	other := desk.Subject{Kind: desk.WindowSubject, Number: 17}
	run(t, gatingProbes(), func(w *world) {
		w.pass(time.Minute)
		w.Verify(inc42, []desk.ServiceID{"learn"})
		w.pass(15 * time.Second)
		w.Verify(other, []desk.ServiceID{"learn", "portal"})
		w.pass(15 * time.Second)
		w.wants("verified INC-42")
		w.pass(20 * time.Second)
		w.wants("verified WIN-17")
		for _, e := range w.entries {
			if e.hurries != 0 {
				t.Errorf("%s is still hurried", e.conf.Name)
			}
		}
	})
}

func TestAVerificationMayBeginBeforeTheRunner(t *testing.T) {
	run(t, gatingProbes(), func(w *world) {
		w.pass(40 * time.Second)
		w.wants("verified INC-42")
	}, func(w *world, s *Settings) {
		failing := s.Failing
		s.Failing = func(ctx context.Context) ([]desk.Report, error) {
			w.Verify(inc42, []desk.ServiceID{"learn"})
			return failing(ctx)
		}
	})
}
