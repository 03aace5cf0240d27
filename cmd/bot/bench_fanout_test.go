package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// beSlack makes this test binary a light fake Slack, so that its processor time is
// not counted as ours.
const beSlack = "BELLTOWER_TEST_BE_SLACK"

// crowdOf is how many channels hear of everything.
const crowdOf = 10_000

// platform is a light fake Slack in a process of its own.
func platform(b *testing.B) (c campus, api string) {
	b.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestBeSlack$")
	cmd.Env = append(os.Environ(), beSlack+"=1")
	slack := startChild(b, cmd)
	b.Cleanup(func() { slack.end(syscall.SIGKILL) })
	return newCampusOf(b), slack.ready.Listen
}

// TestBeSlack is the light fake Slack, where a benchmark asks for it.
func TestBeSlack(t *testing.T) {
	if os.Getenv(beSlack) == "" {
		t.Skip("it is a part of benchmarks")
	}
	s := slacktest.New(slacktest.Light())
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(os.Stderr, "{\"Msg\":\"ready\",\"Listen\":%q}\n", s.APIURL())
	<-t.Context().Done()
}

// fanOut is a bot whose channels are told as fast as they can be.
type fanOut struct {
	*measured
	channels int
	told     int // incidents declared, each on a service of its own
}

// newFanOut starts a bot with so many subscribers and a short grace.
func newFanOut(b *testing.B, channels int, transport http.RoundTripper) *fanOut {
	b.Helper()
	c, api := platform(b)
	change := func(cfg *config.Config) {
		cfg.Slack[0].APIURL, cfg.Slack[0].PostsPerMinute = api, 1<<40 // the platform does not limit
		cfg.Tell.Grace, cfg.Tell.GraceAbove = grace, 0
		for n := range 2000 {
			cfg.Services = append(cfg.Services, config.Service{ID: desk.ServiceID(fmt.Sprintf("s%d", n)), Name: fmt.Sprintf("Service %d", n)})
		}
	}
	f := &fanOut{channels: channels, measured: measure(b, c, setup{path: filepath.Join(b.TempDir(), "t.db"), change: change, transport: transport})}
	f.subscribe(channels)
	return f
}

// grace is as short as lets the ops channel be told before.
const grace = 300 * time.Millisecond

// tell declares an incident, waits until all channels were told and that is on
// disk, and returns when its grace ended and the most calls seen outstanding.
func (f *fanOut) tell() (ended time.Time, most int) {
	f.b.Helper()
	at := time.Now()
	line := fmt.Sprintf("incident declare s%d down Login fails | We are looking into it.", f.told)
	if r := f.do(f.b.Context(), localRequest(localCommand{Line: line, User: "bench"}, at)); r.Failed {
		f.b.Fatal(r.Message.PlainText(time.UTC))
	}
	f.told++
	time.Sleep(time.Until(at.Add(grace)))
	for giveUp := at.Add(time.Minute); ; time.Sleep(2 * time.Millisecond) {
		now := f.engine.Stats()
		most = max(most, now.Calls)
		// A lane is left when its receipt is on disk; that of ops may wait for an edit.
		if now.Calls == 0 && now.Lanes <= 1 && f.sent() >= f.told*(f.channels+1) && !f.owes() {
			return at.Add(grace), most
		}
		if time.Now().After(giveUp) {
			f.b.Fatalf("not all are told: %+v, %d sent", now, f.sent())
		}
	}
}

// owes reports whether somebody is still to be told something.
func (f *fanOut) owes() bool {
	f.b.Helper()
	p, err := f.book.Pending(f.b.Context(), f.db)
	if err != nil {
		f.b.Fatal(err)
	}
	return len(p.Untold) > 0
}

// sent is how many calls that told or edited something went well.
func (f *fanOut) sent() (n int) {
	f.b.Helper()
	all, err := f.metrics.registry.Gather()
	if err != nil {
		f.b.Fatal(err)
	}
	for _, one := range all {
		for _, m := range one.GetMetric() {
			if one.GetName() == "belltower_sends_total" && m.GetLabel()[1].GetValue() == "ok" {
				n += int(m.GetCounter().GetValue())
			}
		}
	}
	return n
}

// postman carries calls and notes the first post of a fan-out.
type postman struct {
	http.RoundTripper
	mu    sync.Mutex
	first time.Time // of a post to another than the ops channel
	body  []byte    // of that post
}

// RoundTrip implements http.RoundTripper.
func (p *postman) RoundTrip(r *http.Request) (*http.Response, error) {
	now := time.Now()
	p.mu.Lock()
	if p.first.IsZero() && strings.HasSuffix(r.URL.Path, "chat.postMessage") {
		body, _ := r.GetBody()
		if said, _ := io.ReadAll(body); !bytes.Contains(said, []byte(ops)) {
			p.first, p.body = now, said
		}
	}
	p.mu.Unlock()
	return p.RoundTripper.RoundTrip(r)
}

// took returns how long after t the first post began, and forgets it.
func (p *postman) took(t time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer func() { p.first = time.Time{} }()
	return p.first.Sub(t)
}

func newPostman() *postman {
	return &postman{RoundTripper: &http.Transport{MaxIdleConnsPerHost: 64}}
}

// BenchmarkFirstPost compares the end of the grace to the first post at 10,000
// channels with that at 10 ("few"). Limit: 1.2 times.
func BenchmarkFirstPost(b *testing.B) {
	var bots [2]*fanOut
	var posts [2]*postman
	for i, channels := range []int{crowdOf, 10} {
		posts[i] = newPostman()
		bots[i] = newFanOut(b, channels, posts[i])
		bots[i].tell()
		posts[i].took(time.Now())
	}
	var took [2][]time.Duration
	for b.Loop() {
		for range turns {
			for i, f := range bots {
				ended, _ := f.tell()
				took[i] = append(took[i], posts[i].took(ended))
			}
		}
	}
	pairs{took[0], took[1]}.report(b, "few")
}

// bareLoop sends the same posts with net/http, as many at once as ours.
type bareLoop struct {
	b       *testing.B
	url     string
	token   string
	bodies  [][]byte
	workers int
	client  *http.Client
}

func (l *bareLoop) run() {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range l.workers {
		wg.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(l.bodies); i = next.Add(1) - 1 {
				if err := l.post(l.bodies[i]); err != nil {
					l.b.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func (l *bareLoop) post(body []byte) error {
	req, err := http.NewRequest(http.MethodPost, l.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+l.token)
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	res, err := l.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err
}

// BenchmarkFanOut compares the processor time of telling 10,000 channels, receipts
// on disk, with that of a bare loop over net/http which sends the same bytes, as
// many at once, and remembers nothing. The fake Slack is a process of its own and
// does not count. Memory is collected as in a bot that serves. Limit: 1.5 times.
func BenchmarkFanOut(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(heapGrowth))
	post := newPostman()
	newFanOut(b, 1, post).tell()
	f := newFanOut(b, crowdOf, nil)
	_, most := f.tell()
	bare := &bareLoop{
		b: b, url: f.cfg.Slack[0].APIURL + "chat.postMessage", token: string(f.amherst.Token), workers: most,
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: most}, Timeout: 10 * time.Second},
	}
	for n := range crowdOf {
		bare.bodies = append(bare.bodies, bytes.Replace(post.body, []byte("C00001"), fmt.Appendf(nil, "C%05d", n+1), 1))
	}
	bare.run()
	var p pairs
	for b.Loop() {
		for range turns {
			began := cpu()
			f.tell()
			time.Sleep(1500 * time.Millisecond) // the store has put away what was committed
			between := cpu()
			bare.run()
			p.ours, p.bare = append(p.ours, between-began), append(p.bare, cpu()-between)
		}
	}
	perPost := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 / crowdOf }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(p.ratio(), "x-bare-cpu")
	b.ReportMetric(perPost(median(p.ours)), "cpu-us/post")
	b.ReportMetric(perPost(median(p.bare)), "bare-cpu-us/post")
	b.ReportMetric(float64(most), "at-once")
}
