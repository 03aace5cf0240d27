package probe

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// targetsEnv makes the test binary the targets of a benchmark, in a process of their own, so
// that their work is not counted.
const targetsEnv = "BELLTOWER_PROBE_TARGETS"

func TestMain(m *testing.M) {
	if os.Getenv(targetsEnv) != "" {
		serveTargets()
		return
	}
	os.Exit(m.Run())
}

// serveTargets prints the addresses of a page and of a black hole, and serves both until its
// input ends.
func serveTargets() {
	page, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	hole, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	body := []byte("<html>" + strings.Repeat("<p>Welcome to the Learn System. ", 100) + "Log in</html>")
	go func() {
		_ = http.Serve(page, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
	}()
	go func() {
		for {
			conn, err := hole.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(io.Discard, conn) }() // hears, and says nothing
		}
	}()
	fmt.Println(page.Addr(), hole.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// targets starts them.
func targets(b *testing.B) (page, hole string) {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), targetsEnv+"=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		_ = cmd.Wait() // killed by the end of its input
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	addresses := strings.Fields(line)
	return "http://" + addresses[0] + "/", "http://" + addresses[1] + "/"
}

const (
	benchProbes = 2000
	benchEvery  = 10 * time.Second
	benchRound  = 5 * time.Second // in which half of them are tried
	benchWarmUp = time.Second
)

// round is what one round of a benchmark came to.
type round struct {
	cpu  time.Duration // a check
	late time.Duration // p99 of how late checks began
	n    int
}

// lateness gathers how late checks begin, but for the first second.
type lateness struct {
	mu    sync.Mutex
	from  time.Time
	began int
	late  []time.Duration
	cpu   time.Duration // at from
}

func (l *lateness) began1(due time.Time) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Before(l.from) {
		return
	}
	if l.cpu == 0 {
		l.cpu = cpuTime()
	}
	l.began++
	l.late = append(l.late, now.Sub(due))
}

func (l *lateness) round(b *testing.B) round {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.began == 0 {
		b.Fatal("nothing was checked")
	}
	slices.Sort(l.late)
	return round{cpu: (cpuTime() - l.cpu) / time.Duration(l.began), late: l.late[len(l.late)*99/100], n: l.began}
}

// cpuTime is what this process used so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// ours has a runner check pages for a round; dead of them are black holes, whose lateness
// does not count.
func ours(b *testing.B, page, hole string, dead int) round {
	var probes []config.Probe
	for k := range benchProbes {
		p := httpProbe(page)
		p.Name, p.Every, p.Timeout, p.FailAfter, p.OutOf, p.PassAfter = fmt.Sprint("check ", k), benchEvery, benchEvery, 3, 3, 2
		if k < dead {
			p.Name, p.URL = fmt.Sprint("dead ", k), hole
		}
		probes = append(probes, p)
	}
	l := &lateness{from: time.Now().Add(benchWarmUp)}
	w := &world{targets: map[string]func(context.Context) Result{}}
	r := New(settings(func(s *Settings) {
		s.Probes, s.Record = probes, w
		s.Hears = Hears{Hear: w.hear, Failing: w.wereFailing, Verified: w.verified, NotVerified: w.notVerified}
	}))
	r.began = func(e *entry, due time.Time) {
		if e.conf.URL == page {
			l.began1(due)
		}
	}
	ctx, stop := context.WithTimeout(b.Context(), benchRound)
	defer stop()
	if err := r.Run(ctx); err != nil {
		b.Fatal(err)
	}
	passes := 0
	for _, e := range r.entries {
		if e.conf.URL == page && e.last != nil {
			if e.last.Outcome != desk.Passed {
				b.Fatalf("%+v", *e.last)
			}
			passes++
		}
	}
	if passes < int(benchRound/benchEvery)*benchProbes*9/10 {
		b.Fatalf("%d passes", passes)
	}
	return l.round(b)
}

// bare is the same with a timer and net/http alone: the same pages at the same pace, each by
// a connection of its own.
func bare(b *testing.B, page string) round {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: benchEvery}
	l := &lateness{from: time.Now().Add(benchWarmUp)}
	end := time.Now().Add(benchRound)
	gap := benchEvery / benchProbes
	timer := time.NewTimer(0)
	<-timer.C
	var all sync.WaitGroup
	for due := time.Now(); due.Before(end); due = due.Add(gap) {
		if wait := time.Until(due); wait > 0 {
			timer.Reset(wait)
			<-timer.C
		}
		l.began1(due)
		all.Go(func() {
			res, err := client.Get(page)
			if err != nil {
				b.Error(err)
				return
			}
			defer res.Body.Close()
			body, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
			if err != nil || res.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("Log in")) {
				b.Error(res.Status, err)
			}
		})
	}
	all.Wait()
	return l.round(b)
}

// compare runs two kinds of round by turns and reports the medians of their ratios.
func compare(b *testing.B, one, two func() round) {
	var cpu, late, us []float64
	for b.Loop() {
		x, y := one(), two()
		cpu = append(cpu, float64(x.cpu)/float64(y.cpu))
		late = append(late, float64(x.late)/float64(y.late))
		us = append(us, float64(x.cpu.Microseconds()), float64(y.cpu.Microseconds()))
		b.Logf("CPU a check %v and %v, lateness p99 %v and %v (%d and %d checks)", x.cpu, y.cpu, x.late, y.late, x.n, y.n)
	}
	b.ReportMetric(median(cpu), "cpu-ratio")
	b.ReportMetric(median(late), "late-p99-ratio")
	b.ReportMetric(median(us), "cpu-us/check")
	b.ReportMetric(0, "ns/op")
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// BenchmarkAgainstABareLoop checks 2,000 pages every 10 s by turns with a runner and with a
// bare loop of net/http. Run it with -benchtime 7x.
func BenchmarkAgainstABareLoop(b *testing.B) {
	page, hole := targets(b)
	compare(b, func() round { return ours(b, page, hole, 0) }, func() round { return bare(b, page) })
}

// BenchmarkBlackHoles checks 1,900 pages among 100 black holes, by turns with 2,000 pages.
// Run it with -benchtime 7x.
func BenchmarkBlackHoles(b *testing.B) {
	page, hole := targets(b)
	compare(b, func() round { return ours(b, page, hole, 100) }, func() round { return ours(b, page, hole, 0) })
}

// TestTenThousandTargets has 10,000 probes that all have results take less than 40 MiB.
func TestTenThousandTargets(t *testing.T) {
	const most = 40 << 20
	before := heapAndStacks()
	var probes []config.Probe
	for k := range 10_000 {
		probes = append(probes, conf(fmt.Sprint("check ", k), func(p *config.Probe) {
			p.Every, p.Service = 30*time.Second, desk.ServiceID(fmt.Sprint("service-", k%100))
		}))
	}
	run(t, probes, func(w *world) {
		w.pass(90 * time.Second)
		used := heapAndStacks() - before
		t.Logf("%.1f MiB", float64(used)/(1<<20))
		if used > most {
			t.Errorf("%d bytes", used)
		}
		runtime.KeepAlive(probes)
	}, func(w *world, _ *Settings) { w.forgets = true })
}

func heapAndStacks() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
