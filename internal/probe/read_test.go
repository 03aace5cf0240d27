package probe

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

func TestList(t *testing.T) {
	never := func(p *config.Probe) { p.SlowerThan = 0 }
	portal := func(p *config.Probe) { p.Service = "portal" }
	run(t, []config.Probe{conf("search", portal), conf("login page"), conf("certificate", never)}, func(w *world) {
		began := time.Now()
		w.target("certificate", always(failed("the certificate ends soon")))
		w.target("search", after(4*time.Second, passed()))
		w.pass(65 * time.Second)
		var got []string
		for _, s := range w.List() {
			got = append(got, fmt.Sprintf("%s/%s %s %s/%s last %s, slow %v", s.Probe.Service, s.Probe.Name, s.Kind, s.Availability, s.Performance, s.Last.Outcome, s.Last.Slow))
			if next := time.Until(s.Next); next <= 0 || next > 10*time.Second || s.Last.At.Before(began) || !s.Gates {
				t.Errorf("%+v", s)
			}
			if s.Probe.Name == "certificate" && s.Since.Sub(began) > 10*time.Second {
				t.Errorf("fails since %v", s.Since)
			}
		}
		want := []string{
			"learn/certificate http failing/ last failed, slow false",
			"learn/login page http passing/passing last passed, slow false",
			"portal/search http passing/failing last passed, slow true",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error("want -, got +\n" + diff)
		}
	})
}

func TestTryCountsForNothing(t *testing.T) {
	run(t, []config.Probe{conf("login page"), conf("search"), conf("portal", func(p *config.Probe) { p.Service = "portal" })}, func(w *world) {
		w.target("search", after(4*time.Second, passed()))
		w.pass(10 * time.Second)
		before := w.List()
		w.target("login page", always(failed("HTTP 503 instead of 200")))
		tried := w.Try(w.t.Context(), "learn", "")
		if len(tried) != 2 || tried[0].Probe.Name != "login page" || tried[0].Detail != "HTTP 503 instead of 200" ||
			tried[1].Took != 4*time.Second || !tried[1].Slow || tried[1].Kind != "http" {
			t.Errorf("%+v", tried)
		}
		for range 5 { // as often as would raise an alert
			if one := w.Try(w.t.Context(), "learn", "login page"); len(one) != 1 || one[0].Outcome != desk.Failed {
				t.Errorf("%+v", one)
			}
		}
		if none := w.Try(w.t.Context(), "learn", "nothing"); len(none) != 0 {
			t.Errorf("%+v", none)
		}
		if before[0].Probe.Name != "login page" || before[0].Last.Outcome != desk.Passed {
			t.Errorf("%+v", before[0])
		}
		w.wants()
	})
}

func TestAnAnswerDoesNotWaitForever(t *testing.T) {
	long := func(p *config.Probe) { p.Every, p.Timeout = time.Hour, 10*time.Minute }
	run(t, []config.Probe{conf("slow report", long), conf("login page")}, func(w *world) {
		w.target("slow report", blackHole)
		ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
		defer cancel()
		began := time.Now()
		tried := w.Try(ctx, "learn", "")
		if time.Since(began) != 20*time.Second || tried[0].Outcome != desk.Unclear || tried[1].Outcome != desk.Passed {
			t.Errorf("%v: %+v", time.Since(began), tried)
		}
		if want := "it takes longer than can be waited for here"; tried[0].Detail != want {
			t.Error(tried[0].Detail)
		}
	})
}

// TestNothingPrintsASecret runs a whole runner against the real flow, broken at each step in
// turn, and reads all that it tells, keeps, lists and logs.
func TestNothingPrintsASecret(t *testing.T) {
	for _, broken := range []string{"", "/", "/login", "/acs", "/courses", "/api/course/7", "/api/attempts", "/logout"} {
		t.Run(broken, func(t *testing.T) {
			c := newCampus(t)
			c.broken = broken
			p := c.logIn()
			p.Every, p.Timeout, p.FailAfter, p.OutOf, p.PassAfter = time.Minute, 30*time.Second, 1, 1, 1
			var out strings.Builder
			var mu sync.Mutex
			w := &world{t: t}
			told := make(chan struct{}, 100)
			r := New(settings(func(s *Settings) {
				s.Probes, s.Record = []config.Probe{p}, w
				s.Log = slog.New(slog.NewTextHandler(locked{&mu, &out}, &slog.HandlerOptions{Level: slog.LevelDebug}))
				s.Hears = Hears{Failing: w.wereFailing, Hear: func(ctx context.Context, all []desk.Report) error {
					told <- struct{}{}
					return w.hear(ctx, all)
				}}
			}))
			r.entries[0].phase = 0 // at once
			ctx, stop := context.WithCancel(t.Context())
			ran := make(chan error)
			go func() { ran <- r.Run(ctx) }()
			if broken != "" {
				<-told
			} else {
				r.Try(t.Context(), "learn", "")
			}
			stop()
			if err := <-ran; err != nil {
				t.Error(err)
			}
			tried := r.Try(t.Context(), "learn", "log in")
			mu.Lock()
			defer mu.Unlock()
			for _, one := range r.List() {
				fmt.Fprintf(&out, "%+v %+v\n", one, one.Last)
			}
			fmt.Fprintf(&out, "%+v %+v %+v %+v\n", tried, w.reports, w.kept, r.s.Probes)
			if text := out.String(); strings.Contains(text, hunter) || (broken != "") != strings.Contains(text, "HTTP 500") {
				t.Error(text)
			}
		})
	}
}

// locked is a writer for many.
type locked struct {
	mu *sync.Mutex
	to *strings.Builder
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p)
}
