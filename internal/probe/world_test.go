package probe

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// world is what a runner under test is given, and what it tells.
type world struct {
	t *testing.T
	*Runner

	mu      sync.Mutex
	targets map[string]func(ctx context.Context) Result // by the probe's name
	starts  []start
	told    []string
	reports []desk.Report
	failing []desk.Report
	refuse  int // so many calls fail
	kept    []desk.TimedBucket
	hours   []desk.TimedBucket
	up      bool
	ahead   atomic.Int64
	forgets bool // starts and buckets are not noted
}

// start is when a try began and when it was due.
type start struct {
	name    string
	due, at time.Time
}

// conf is a probe of the service learn, every 10 s.
func conf(name string, change ...func(*config.Probe)) config.Probe {
	p := config.Probe{
		Service: "learn", Name: name, Kind: "http", URL: "x", Every: 10 * time.Second, Timeout: 5 * time.Second, SlowerThan: 3 * time.Second,
		FailAfter: 3, OutOf: 3, PassAfter: 2, Gates: true, ExpectStatus: []int{200},
	}
	for _, c := range change {
		c(&p)
	}
	return p
}

// run runs probes against made-up targets on fake time while fn plays. All targets pass until fn says
// otherwise.
func run(t *testing.T, probes []config.Probe, fn func(w *world), change ...func(*world, *Settings)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, targets: map[string]func(context.Context) Result{}}
		s := Settings{
			Probes: probes, Verify: config.Verify{Passes: 3, Limit: 30 * time.Minute}, Zone: time.UTC, Now: w.now,
			Log: slog.New(slog.DiscardHandler), Record: w,
			Hears: Hears{Hear: w.hear, Failing: w.wereFailing, Verified: w.verified, NotVerified: w.notVerified},
		}
		for _, c := range change {
			c(w, &s)
		}
		w.Runner = New(s)
		w.watch()
		ctx, stop := context.WithCancel(t.Context())
		ran := make(chan error)
		go func() { ran <- w.Run(ctx) }()
		synctest.Wait()
		fn(w)
		stop()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	})
}

// watch has the runner meet the targets and notes each start.
func (w *world) watch() {
	w.kinds = map[string]try{"http": func(ctx context.Context, _ *network, p *config.Probe) Result {
		w.mu.Lock()
		target := w.targets[p.Name]
		w.mu.Unlock()
		if target == nil {
			return passed()
		}
		return target(ctx)
	}}
	w.Runner.began = func(e *entry, due time.Time) {
		if w.forgets {
			return
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.starts = append(w.starts, start{e.conf.Name, due, time.Now()})
	}
}

// now is the clock of the runner, which jump sets forward, as a machine's that slept.
func (w *world) now() time.Time {
	return time.Now().Add(time.Duration(w.ahead.Load()))
}

func (w *world) jump(d time.Duration) { w.ahead.Add(int64(d)) }

// target sets what a probe meets from now on.
func (w *world) target(name string, does func(context.Context) Result) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.targets[name] = does
}

// after answers so after a while, or as the context ends.
func after(d time.Duration, r Result) func(context.Context) Result {
	return func(ctx context.Context) Result {
		select {
		case <-ctx.Done():
			return fault(ctx.Err())
		case <-time.After(d):
			return r
		}
	}
}

func always(r Result) func(context.Context) Result { return func(context.Context) Result { return r } }

// blackHole never answers.
func blackHole(ctx context.Context) Result {
	<-ctx.Done()
	return fault(ctx.Err())
}

func (w *world) refused() error {
	if w.refuse > 0 {
		w.refuse--
		return fmt.Errorf("the store is away")
	}
	return nil
}

func (w *world) hear(_ context.Context, all []desk.Report) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.refused(); err != nil {
		return err
	}
	for _, r := range all {
		w.told = append(w.told, fmt.Sprintf("%s %s %s", r.Witness.Name, r.Expectation, r.State))
	}
	w.reports = append(w.reports, all...)
	return nil
}

func (w *world) wereFailing(context.Context) ([]desk.Report, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failing, w.refused()
}

func (w *world) verified(_ context.Context, about desk.Subject) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told = append(w.told, fmt.Sprintf("verified %s", about))
	return nil
}

func (w *world) notVerified(_ context.Context, about desk.Subject, failing []string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told = append(w.told, fmt.Sprintf("not verified %s %q", about, failing))
	return nil
}

func (w *world) KeepResults(_ context.Context, _ time.Time, minutes []desk.TimedBucket) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.refused(); err != nil {
		return err
	}
	if !w.forgets {
		w.kept = append(w.kept, minutes...)
	}
	return nil
}

func (w *world) ResultHours(context.Context, desk.ServiceID, []time.Time) ([]desk.TimedBucket, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.hours, w.refused()
}

// pass lets time pass.
func (w *world) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// saidOnce is what was told since it was asked last.
func (w *world) saidOnce() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	said := w.told
	w.told = nil
	return said
}

// line is whether our own line works.
func (w *world) line(up bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.up = up
}

func (w *world) dialLine(context.Context, string, string) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.up {
		return nil, syscall.EHOSTUNREACH
	}
	a, b := net.Pipe()
	_ = b.Close() // the other end
	return a, nil
}

// startsOnce is what began since it was asked last.
func (w *world) startsOnce() []start {
	w.mu.Lock()
	defer w.mu.Unlock()
	starts := w.starts
	w.starts = nil
	return starts
}
