package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// sink is a Slack that takes every call, of a bot and, below /am, of an Alertmanager.
type sink struct {
	*httptest.Server
	team  string // the workspace and the app of the bot
	app   string
	mu    sync.Mutex
	n     int
	posts map[bool]int // of the Alertmanager or not: posts and edits
	waits map[bool]awaited
}

// awaited is for a post with a text.
type awaited struct {
	text []byte
	came chan time.Time
}

func newSink(b *testing.B, c campus) *sink {
	s := &sink{team: string(c.amherst.Team), app: string(c.amherst.App), posts: map[bool]int{}, waits: map[bool]awaited{}}
	s.Server = httptest.NewServer(s)
	b.Cleanup(s.Close)
	return s
}

// ServeHTTP implements http.Handler.
func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	body, _ := io.ReadAll(r.Body) // who hangs up is not answered
	am := r.URL.Path == "/am"
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	if am || strings.Contains(r.URL.Path, "chat.") {
		s.posts[am]++
	}
	if one, waits := s.waits[am]; waits && bytes.Contains(body, one.text) {
		one.came <- now
		delete(s.waits, am)
	}
	if am {
		_, _ = w.Write([]byte("ok"))
		return
	}
	fmt.Fprintf(w, `{"ok":true,"team_id":%q,"app_id":%q,"bot_id":"B1","user_id":"U1","bot":{"id":"B1","app_id":%[2]q},"channel":"C0","ts":"%[3]d.%06[4]d"}`,
		s.team, s.app, now.Unix(), s.n%1_000_000)
}

// await has the next post with a text noted.
func (s *sink) await(am bool, text string) <-chan time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	came := make(chan time.Time, 1)
	s.waits[am] = awaited{[]byte(text), came}
	return came
}

// count is how many posts and edits have come.
func (s *sink) count(am bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.posts[am]
}

// side is one of the two that are told of the same alerts.
type side struct {
	b      *testing.B
	pid    int
	url    string
	token  string
	body   func([]stormState) string
	client *http.Client
}

// tell sends a call and returns how long its answer took.
func (s side) tell(states []stormState) time.Duration {
	s.b.Helper()
	req, err := http.NewRequest(http.MethodPost, s.url, strings.NewReader(s.body(states)))
	if err != nil {
		s.b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if s.token != "" {
		req.Header.Set("Authorization", "Bearer "+s.token)
	}
	began := time.Now()
	res, err := s.client.Do(req)
	if err != nil {
		s.b.Fatal(err)
	}
	defer res.Body.Close()
	if said, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
		s.b.Fatalf("%s: %s %s", s.url, res.Status, said)
	}
	return time.Since(began)
}

// used is the processor time that the process has used, to the nanosecond.
func (s side) used() time.Duration {
	s.b.Helper()
	const sched, bits = 2, 3 // CPUCLOCK_SCHED of a whole process, as clock_getcpuclockid(3) makes it
	var at unix.Timespec
	if err := unix.ClockGettime(int32(^s.pid<<bits|sched), &at); err != nil {
		s.b.Fatal(err)
	}
	return time.Duration(at.Nano())
}

// ofAlerts is one Belltower and one Alertmanager beside each other.
type ofAlerts struct {
	*sink
	campus  campus
	bot, am side
	process *child
	address string // of the bot
}

// lateServices are services beside those of the storm, of which each is told once.
const lateServices = 24

func newOfAlerts(b *testing.B, interval time.Duration) *ofAlerts {
	b.Helper()
	c := newCampusOf(b)
	s := newSink(b, c)
	am := startAlertmanager(b, fmt.Sprintf(`
route: {receiver: slack, group_by: [service], group_wait: 0s, group_interval: %[2]s}
receivers:
  - name: slack
    slack_configs:
      - {api_url: "%[1]s/am", channel: "#ops", send_resolved: true}
      - {api_url: "%[1]s/am", channel: "#checks", send_resolved: true}
`, s.URL, interval))
	c.more = stormConfig(stormServices + lateServices)
	cmd := c.botCommand(b, b.TempDir(), 0)
	path := cmd.Args[2]
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	text = bytes.Replace(text, []byte(c.slack.APIURL()), []byte(s.URL+"/api/"), 1)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		b.Fatal(err)
	}
	bot := startChild(b, cmd)
	b.Cleanup(func() { bot.end(syscall.SIGTERM) })
	hear := exec.Command(os.Args[0], "--config", path, "do", "subscribe amherst/CHECKS all probes")
	hear.Env = cmd.Env
	if out, err := hear.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return &ofAlerts{
		sink: s, campus: c, process: bot, address: "http://" + bot.ready.Listen,
		bot: side{b, bot.cmd.Process.Pid, "http://" + bot.ready.Listen + "/sources/prometheus", stormToken, alertmanagerCall, newClient()},
		am:  side{b, am.cmd.Process.Pid, am.url + "/api/v2/alerts", "", prometheusCall, newClient()},
	}
}

// first is how long it takes from an alert to its first post, of each side in turns. Each
// alert is of a service of its own, and over before the next: a channel of Slack takes one
// post a second, which is not what is measured.
func (o *ofAlerts) first(b *testing.B) (p pairs) {
	b.Helper()
	for n := range lateServices {
		service := stormServices + n
		took := func(s side, text string) time.Duration {
			one := stormState{check: 1000 + service, service: service, failing: true, since: time.Now().UTC()}
			came, began := o.await(s.token == "", text), time.Now()
			s.tell([]stormState{one})
			at := (<-came).Sub(began)
			one.failing, one.since = false, time.Now().UTC()
			time.Sleep(1100 * time.Millisecond)
			s.tell([]stormState{one})
			time.Sleep(1100 * time.Millisecond)
			return at
		}
		p.ours = append(p.ours, took(o.bot, fmt.Sprintf("Service %02d", service)))
		p.bare = append(p.bare, took(o.am, "ServiceDown"))
	}
	return p
}

// stormLasts is how long a storm lasts. The last edits come five seconds after it.
const (
	stormLasts = time.Minute
	lastEdits  = 7 * time.Second
)

// storm tells both sides the same calls, evenly, and returns the processor time of each.
func (o *ofAlerts) storm(s *storm) (ours, theirs time.Duration) {
	used := [2]time.Duration{o.bot.used(), o.am.used()}
	calls := stormAlerts / stormBatch
	pace := time.NewTicker(stormLasts / time.Duration(calls))
	defer pace.Stop()
	for range calls {
		<-pace.C
		states := s.batch(time.Now().UTC())
		o.bot.tell(states)
		o.am.tell(states)
	}
	time.Sleep(lastEdits)
	return o.bot.used() - used[0], o.am.used() - used[1]
}

// BenchmarkBesideAlertmanager tells the bot and a Prometheus Alertmanager (Debian's 0.25) the
// same alerts in the same calls of 50, each in the form that it takes: 10,000 of 300 checks
// of 12 services, spread evenly over a minute. Each tells two channels of the same fake Slack:
// the Alertmanager by its slack_configs, which groups by service and waits for nothing
// (group_wait 0s); both log as by default. The Alertmanager holds all in memory; what the bot
// answers is on disk.
//
//   - first: while nothing else comes, the time from an alert to its post (limit: 1 times).
//   - quarter: a quarter of the alerts say another state than the one before of their check, as
//     where Prometheus repeats what fires. The Alertmanager tells a group's changes every 5 s,
//     as the bot does. The processor time per alert, until the last edit (limit: 0.6 times).
//   - all: the same, where every alert says another state.
//   - rarely: as quarter, but the Alertmanager tells changes every 5 minutes, its default: so
//     it takes alerts and tells next to nothing in that time. The bot still tells all.
func BenchmarkBesideAlertmanager(b *testing.B) {
	b.Run("first", func(b *testing.B) {
		p := newOfAlerts(b, 5*time.Second).first(b) // once: soon after, the same alerts are no new ones
		for b.Loop() {
		}
		p.report(b, "alertmanager")
	})
	for _, c := range []struct {
		name     string
		change   float64
		interval time.Duration
	}{{"quarter", 0.25, 5 * time.Second}, {"all", 1, 5 * time.Second}, {"rarely", 0.25, 5 * time.Minute}} {
		b.Run(c.name, func(b *testing.B) {
			o, s := newOfAlerts(b, c.interval), newStorm(c.change)
			o.storm(s) // all checks are known
			told := [2]int{o.count(false), o.count(true)}
			var p pairs
			for b.Loop() {
				ours, theirs := o.storm(s)
				p.ours, p.bare = append(p.ours, ours), append(p.bare, theirs)
			}
			perAlert := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 / stormAlerts }
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(p.ratio(), "x-alertmanager-cpu")
			b.ReportMetric(perAlert(median(p.ours)), "cpu-us/alert")
			b.ReportMetric(perAlert(median(p.bare)), "alertmanager-cpu-us/alert")
			b.ReportMetric(float64(o.count(false)-told[0])/float64(b.N), "posts")
			b.ReportMetric(float64(o.count(true)-told[1])/float64(b.N), "alertmanager-posts")
			b.ReportMetric(o.process.rssAnon(b), "MiB")
		})
	}
}
