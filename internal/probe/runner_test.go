package probe

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

func (w *world) wants(want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.saidOnce(), cmp.Transformer("none", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
		w.t.Error("want -, told +\n" + diff)
	}
}

func TestATurnIsToldOnceWithItsFirstResult(t *testing.T) {
	run(t, []config.Probe{conf("login page")}, func(w *world) {
		w.pass(30 * time.Second)
		w.target("login page", always(failed("HTTP 503 instead of 200")))
		w.pass(20 * time.Second)
		w.wants()
		w.pass(10 * time.Minute)
		w.wants("login page availability failing")
		r := w.reports[0]
		if want := w.starts[3].at.UTC(); !r.Since.Equal(want) || r.At.Sub(r.Since) != 20*time.Second {
			t.Errorf("since %v, at %v, the first failure was at %v", r.Since, r.At, want)
		}
		if r.Detail != "HTTP 503 instead of 200" || r.Service != "learn" || !r.Witness.IsOwn() || r.Called != "login page" {
			t.Errorf("%+v", r)
		}
		w.target("login page", nil)
		w.pass(time.Minute)
		w.wants("login page availability passing")
	})
}

func TestWhatIsUnclearCountsForNothing(t *testing.T) {
	run(t, []config.Probe{conf("login page")}, func(w *world) {
		for _, r := range []Result{failed("x"), unclear("no descriptors"), failed("x"), unclear("no descriptors")} {
			w.target("login page", always(r))
			w.pass(10 * time.Second)
		}
		w.wants()
		w.target("login page", always(failed("x")))
		w.pass(10 * time.Second)
		w.wants("login page availability failing")
		w.target("login page", always(unclear("no descriptors")))
		w.pass(time.Hour)
		w.wants()
	})
}

func TestSlownessIsAnExpectationOfItsOwn(t *testing.T) {
	run(t, []config.Probe{conf("login page")}, func(w *world) {
		w.target("login page", after(4*time.Second, passed()))
		w.pass(40 * time.Second)
		w.wants("login page performance failing")
		if got := w.reports[0].Detail; got != "it took 4s; at most 3s is expected" {
			t.Error(got)
		}
		w.target("login page", always(failed("x"))) // says nothing about its performance
		w.pass(time.Minute)
		w.wants("login page availability failing")
		w.target("login page", after(4*time.Second, passed()))
		w.pass(time.Minute)
		w.wants("login page availability passing")
		w.target("login page", nil)
		w.pass(time.Minute)
		w.wants("login page performance passing")
	})
}

func TestSlowerThanUsualAtThisHour(t *testing.T) {
	usual := func(p *config.Probe) { p.SlowerThan, p.SlowerThanUsual = 0, 50 }
	for _, c := range []struct {
		name  string
		hours int // of 100 ms each
		want  []string
	}{
		{"known", 5, []string{"login page performance failing"}},
		{"too few hours are known", 2, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, []config.Probe{conf("login page", usual)}, func(w *world) {
				w.target("login page", after(149*time.Millisecond, passed()))
				w.pass(time.Minute)
				w.wants()
				w.target("login page", after(151*time.Millisecond, passed()))
				w.pass(time.Minute)
				w.wants(c.want...)
				if len(c.want) > 0 && w.reports[0].Detail != "it took 151ms; usual at this hour is 100ms, and at most 50% more is expected" {
					t.Error(w.reports[0].Detail)
				}
			}, func(w *world, _ *Settings) {
				for range c.hours {
					w.hours = append(w.hours, desk.TimedBucket{Probe: desk.ProbeID{Service: "learn", Name: "login page"}, Bucket: desk.Bucket{Passed: 10, Sum: time.Second}})
				}
			})
		})
	}
}

func TestWhatNobodyLookedUpIsNotJudged(t *testing.T) {
	run(t, []config.Probe{conf("login page", func(p *config.Probe) { p.SlowerThanUsual = 50 })}, func(w *world) {
		w.pass(50 * time.Second) // quick by the limit; the alert stays until the usual is known
		w.wants()
		w.pass(time.Minute)
		w.wants("login page performance passing")
	}, func(w *world, s *Settings) {
		w.failing = []desk.Report{{Witness: witness(desk.ProbeID{Name: "login page"}), Service: "learn", Expectation: desk.Performance, State: desk.Failing}}
		failing := s.Failing
		s.Failing = func(ctx context.Context) ([]desk.Report, error) {
			all, err := failing(ctx)
			w.refuse = 1 // the look-up that follows
			return all, err
		}
	})
}

func TestAnAlertOutlastsARestartUntilItsProbePasses(t *testing.T) {
	since := time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC)
	open := func(name string, x desk.Expectation) desk.Report {
		return desk.Report{Witness: witness(desk.ProbeID{Name: name}), Service: "learn", Expectation: x, State: desk.Failing, Since: since}
	}
	never := func(p *config.Probe) { p.SlowerThan = 0 }
	run(t, []config.Probe{conf("login page"), conf("certificate", never)}, func(w *world) {
		w.target("login page", always(failed("x")))
		w.pass(time.Minute)
		w.wants("removed availability passing", "certificate performance passing")
		if r := w.reports[0]; r.Detail != "it is not checked any more" || !r.Since.Equal(r.At) || !r.Retired {
			t.Errorf("%+v", r)
		}
		w.target("login page", nil)
		w.pass(time.Minute)
		w.wants("login page availability passing")
	}, func(w *world, _ *Settings) {
		w.refuse = 2 // the record is away at first
		w.failing = []desk.Report{open("login page", desk.Availability), open("removed", desk.Availability), open("certificate", desk.Performance)}
	})
}

// A certificate that ends soon is a warning until it really ends, and again once it is only
// near its end.
func TestAWarningBecomesAFailure(t *testing.T) {
	warning := failed("it ends soon")
	warning.warns = true
	run(t, []config.Probe{conf("certificate")}, func(w *world) {
		var want []string
		for _, step := range []struct {
			result Result
			told   string // what is told of it, or nothing
		}{
			{warning, "failing true"}, {failed("it has ended"), "failing false"}, {failed("it has ended"), ""}, {warning, "failing true"}, {passed(), "passing true"},
		} {
			w.target("certificate", always(step.result))
			w.pass(time.Minute)
			if step.told != "" {
				want = append(want, step.told)
			}
			var got []string
			for _, r := range w.reports {
				got = append(got, fmt.Sprintf("%s %t", r.State, r.Warns))
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%v, not %v", got, want)
			}
		}
		if r := w.reports[1]; r.Detail != "it has ended" || !r.Since.After(w.reports[0].Since) {
			t.Errorf("%+v", r)
		}
	})
}

func TestATurnIsToldUntilItIsStoredAndOnlyTheNewest(t *testing.T) {
	run(t, []config.Probe{conf("login page"), conf("search")}, func(w *world) {
		w.mu.Lock()
		w.refuse = 5 // 1 + 2 + 4 + 8 + 16 s, and a minute of results
		w.mu.Unlock()
		w.target("login page", always(failed("x")))
		w.target("search", always(failed("x")))
		w.pass(30 * time.Second)
		w.target("login page", nil)
		w.pass(2 * time.Minute)
		w.wants("search availability failing", "login page availability passing")
	})
}

func TestAStopTellsWhatIsLeft(t *testing.T) {
	var told *world
	run(t, []config.Probe{conf("login page")}, func(w *world) {
		told = w
		w.pass(5 * time.Second)
		w.target("login page", always(failed("x")))
		w.pass(20 * time.Second)
		w.mu.Lock()
		w.refuse = 1
		w.mu.Unlock()
		w.pass(10 * time.Second) // told in vain; the next try is in a second
	})
	if !slices.Equal(told.told, []string{"login page availability failing"}) {
		t.Error(told.told)
	}
	if len(told.kept) == 0 {
		t.Error("the results of the last minute were not kept")
	}
}

func TestASlowTargetMovesNothing(t *testing.T) {
	full := func(p *config.Probe) { p.Timeout = p.Every }
	run(t, []config.Probe{conf("dead", full), conf("alive", full)}, func(w *world) {
		w.target("dead", blackHole)
		w.pass(10 * time.Minute)
		tries := map[string]int{}
		for _, s := range w.starts {
			tries[s.name]++
			if late := s.at.Sub(s.due); late > 15*time.Millisecond {
				t.Errorf("%s was due at %v and began %v later", s.name, s.due, late)
			}
		}
		for _, name := range []string{"dead", "alive"} {
			if tries[name] < 59 || tries[name] > 61 {
				t.Errorf("%s: %d tries in 10 minutes", name, tries[name])
			}
		}
		w.wants("dead availability failing")
		if got := w.reports[0].Detail; got != "no answer in time" {
			t.Error(got)
		}
	})
}

// TestATryEndsBeforeTheNextIsDue has a machine sleep, so that tries begin between their
// moments: the next are in time all the same.
func TestATryEndsBeforeTheNextIsDue(t *testing.T) {
	run(t, []config.Probe{conf("dead", func(p *config.Probe) { p.Timeout = p.Every })}, func(w *world) {
		w.target("dead", blackHole)
		w.pass(35 * time.Second)
		w.target("dead", nil)
		w.pass(20 * time.Second)
		w.jump(14 * time.Second) // the one that is due begins late
		w.target("dead", blackHole)
		w.startsOnce()
		w.pass(30 * time.Second)
		starts := w.startsOnce()
		if gap := starts[1].at.Sub(starts[0].at); gap < 5900*time.Millisecond || gap > 6100*time.Millisecond {
			t.Errorf("the next try began %v after the late one, want 6 s", gap)
		}
	})
}

// TestNeverAHerd has 2,000 probes every 10 s, and others more seldom, begin at most 5 tries
// in any 10 ms, from the first second on.
func TestNeverAHerd(t *testing.T) {
	var probes []config.Probe
	for k := range 2000 {
		probes = append(probes, conf(fmt.Sprint("check ", k)))
	}
	for k := range 50 {
		probes = append(probes, conf(fmt.Sprint("hourly ", k), func(p *config.Probe) { p.Every = time.Hour }))
	}
	run(t, probes, func(w *world) {
		w.pass(70 * time.Second)
		atMost(t, w.starts, 5)
		if n := len(w.starts); n < 7*2000-1+49 || n > 7*2000+51 {
			t.Errorf("%d tries in 70 s", n)
		}
	})
}

// TestAPauseIsNoHerdEither has the machine sleep for a minute: every probe that was due is tried
// once, at the same pace.
func TestAPauseIsNoHerdEither(t *testing.T) {
	var probes []config.Probe
	for k := range 2000 {
		probes = append(probes, conf(fmt.Sprint("check ", k)))
	}
	run(t, probes, func(w *world) {
		w.pass(10 * time.Second)
		w.startsOnce()
		w.jump(time.Minute)
		w.pass(9 * time.Second)
		starts := w.startsOnce()
		atMost(t, starts, 5)
		if n := len(starts); n < 3500 || n > 4500 {
			t.Errorf("%d tries in the 9 s after", n)
		}
	})
}

// atMost checks that in no 10 ms more tries begin.
func atMost(t *testing.T, starts []start, most int) {
	t.Helper()
	for k := range len(starts) - most {
		if d := starts[k+most].at.Sub(starts[k].at); d < 10*time.Millisecond {
			t.Errorf("%d tries within %v", most+1, d)
			return
		}
	}
}

func TestDeadTargetsLeavePlacesToTheLiving(t *testing.T) {
	var probes []config.Probe
	for k := range 1500 {
		probes = append(probes, conf(fmt.Sprint("dead ", k), func(p *config.Probe) { p.Timeout = p.Every }))
	}
	for k := range 500 {
		probes = append(probes, conf(fmt.Sprint("alive ", k)))
	}
	run(t, probes, func(w *world) {
		for k := range 1500 {
			w.target(fmt.Sprint("dead ", k), blackHole)
		}
		w.pass(30 * time.Second)
		w.startsOnce()
		w.pass(30 * time.Second)
		alive, most := 0, 0
		for _, s := range w.starts {
			if s.name[0] == 'a' {
				alive++
				most = max(most, int(s.at.Sub(s.due).Milliseconds()))
			}
		}
		if alive < 499*3 || most > 50 {
			t.Errorf("%d tries of the living in 30 s, %d ms late at most", alive, most)
		}
		w.Runner.mu.Lock()
		defer w.Runner.mu.Unlock()
		unclear := 0
		for _, e := range w.entries {
			if e.last.Outcome == desk.Unclear {
				unclear++
			}
		}
		if unclear == 0 {
			t.Error("what found no place is not said to be unclear")
		}
	})
}

func TestTheSameOrderAfterARestart(t *testing.T) {
	probes := []config.Probe{conf("a"), conf("b"), conf("c")}
	phases := func(probes ...config.Probe) map[string]time.Duration {
		var all []*entry
		out := map[string]time.Duration{}
		for i := range probes {
			all = append(all, &entry{conf: &probes[i]})
		}
		spread(all)
		for _, e := range all {
			out[e.conf.Name] = e.phase
		}
		return out
	}
	one, two := phases(probes...), phases(probes[2], probes[0], probes[1])
	if !cmp.Equal(one, two) {
		t.Error(one, two)
	}
}

func TestOurOwnLine(t *testing.T) {
	run(t, []config.Probe{conf("login page"), conf("answers badly")}, func(w *world) {
		w.target("login page", always(unanswered("no answer in time")))
		w.target("answers badly", always(failed("HTTP 503 instead of 200")))
		w.pass(time.Minute)
		w.wants("answers badly availability failing")
		if got := w.byID[desk.ProbeID{Service: "learn", Name: "login page"}].last.Detail; got != "our own line is down: no answer in time" {
			t.Error(got)
		}
		w.line(true)
		w.pass(40 * time.Second)
		w.wants("login page availability failing")
	}, func(w *world, s *Settings) {
		s.Probing.Uplink = []string{"192.0.2.1:443", "192.0.2.2:443"}
		s.dial = w.dialLine
	})
}

func TestResultsAreKeptByTheMinute(t *testing.T) {
	var told *world
	run(t, []config.Probe{conf("login page"), conf("search")}, func(w *world) {
		told = w
		w.target("login page", after(time.Second, passed()))
		w.pass(150 * time.Second)
		w.target("login page", always(failed("x")))
		w.pass(155 * time.Second)
	})
	var sum desk.Bucket
	minutes := map[time.Time]int{}
	for _, b := range told.kept {
		if b.Probe.Name == "login page" {
			sum.Join(b.Bucket)
			minutes[b.From]++
		}
	}
	if len(minutes) != 6 || sum.Passed != 15 || sum.Failed < 15 || sum.Failed > 16 || sum.Mean() != time.Second {
		t.Errorf("%v: %+v", minutes, sum)
	}
	for from, n := range minutes {
		if n != 1 || from.Second() != 0 {
			t.Errorf("%v was kept %d times", from, n)
		}
	}
}

func TestResultsThatCannotBeStoredWait(t *testing.T) {
	run(t, []config.Probe{conf("login page")}, func(w *world) {
		w.mu.Lock()
		w.refuse = 3
		w.mu.Unlock()
		w.pass(5 * time.Minute)
		passes := 0
		for _, b := range w.kept {
			passes += b.Passed
		}
		if passes < 23 {
			t.Errorf("%d of some 24 passes were kept: %v", passes, w.kept)
		}
	})
}
