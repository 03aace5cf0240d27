package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/storage"
)

// Each benchmark runs ours and the bare thing beside it in turns, as absolute
// figures swing with what else the machine does, and reports the median of the
// paired ratios. Nothing here fails for being slow.

// turns is how many pairs a benchmark measures at least.
const turns = 9

// pairs are measurements of ours and the bare thing, pair by pair.
type pairs struct{ ours, bare []time.Duration }

// ratio is the median of the paired ratios.
func (p pairs) ratio() float64 {
	ratios := make([]float64, len(p.ours))
	for i := range ratios {
		ratios[i] = float64(p.ours[i]) / float64(p.bare[i])
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

// report says the ratio as "x-name", and the medians in microseconds.
func (p pairs) report(b *testing.B, name string) {
	us := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(p.ratio(), "x-"+name)
	b.ReportMetric(us(median(p.ours)), "p50-us")
	b.ReportMetric(us(median(p.bare)), name+"-p50-us")
}

func median(of []time.Duration) time.Duration {
	of = slices.Clone(of)
	slices.Sort(of)
	return of[len(of)/2]
}

// cpu is the processor time that this process has used, children apart.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measured is a bot in this process that answers over a real port.
type measured struct {
	campus
	*bot
	b      *testing.B
	store  *recording
	client *http.Client
	url    string // of slash commands
	typed  atomic.Int64
}

// setup is how a measured bot is made.
type setup struct {
	path   string                   // of its store
	change func(cfg *config.Config) // beyond what a file may say
	// transport carries the calls to Slack; nil: the bot's own.
	transport http.RoundTripper
}

// newCampusOf is a campus whose ops channel cannot be posted to. Ops channels
// take a post a second, so that at the pace of a benchmark the list of what is
// still to be told would grow without end.
func newCampusOf(b *testing.B) campus {
	c := newCampus(slacktest.WithLog(0))
	if err := c.slack.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.slack.Close() })
	c.slack.ArchiveAfter(ops, 0)
	return c
}

// measure starts a bot.
func measure(b *testing.B, c campus, how setup) *measured {
	b.Helper()
	cfg := loadConfig(b, c, b.TempDir())
	how.change(cfg)
	db, err := openStore(how.path, nil)
	if err != nil {
		b.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	m := &measured{campus: c, b: b, store: &recording{DB: db}, client: newClient()}
	if m.bot, err = build(cfg, m.store, outside{log: log, now: time.Now, transport: how.transport}); err != nil {
		b.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	m.url = "http://" + l.Addr().String() + "/slack/amherst/commands"
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- runParts(ctx, log, append(m.parts(), part{"sockets", m.runEars(false)}, httpPart("public listener", l, m.public())))
	}()
	b.Cleanup(func() {
		m.client.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return m
}

func loadConfig(b testing.TB, c campus, dir string) *config.Config {
	b.Helper()
	path := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(path, []byte(c.config()), 0o600); err != nil {
		b.Fatal(err)
	}
	cfg, err := config.Load(path, os.LookupEnv)
	if err != nil {
		b.Fatal(err)
	}
	return cfg
}

func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second}
}

// signed is a slash command as Slack sends it. Each has a trigger of its own.
func (c campus) signed(to, line string, trigger int64) *http.Request {
	word, text, _ := strings.Cut(line, " ")
	body := []byte(url.Values{
		"token": {"deprecated"}, "team_id": {string(c.amherst.Team)}, "team_domain": {"amherst"}, "api_app_id": {string(c.amherst.App)},
		"channel_id": {string(ops)}, "channel_name": {"ops"}, "user_id": {string(ann)}, "user_name": {"ann"},
		"command": {word}, "text": {text}, "is_enterprise_install": {"false"},
		"response_url": {"https://hooks.example/commands/1"}, "trigger_id": {fmt.Sprintf("%d.1.1", trigger)},
	}.Encode())
	req, err := http.NewRequest(http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		panic(err) // cannot happen: the address is a listener's
	}
	req.Header = slacktest.Sign(c.amherst.SigningSecret, time.Now(), body)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return req
}

// answered sends a request and returns the answer, which must contain want.
func answered(client *http.Client, req *http.Request, want string) (string, error) {
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && (res.StatusCode != http.StatusOK || !bytes.Contains(body, []byte(want))) {
		err = fmt.Errorf("%s: %s", res.Status, body)
	}
	return string(body), err
}

// say types a line and returns how long its answer took; the request is put
// together before.
func (m *measured) say(line, want string) time.Duration {
	m.b.Helper()
	return m.sayTo(m.url, line, want)
}

func (m *measured) sayTo(url, line, want string) time.Duration {
	m.b.Helper()
	req := m.signed(url, line, m.typed.Add(1))
	began := time.Now()
	if _, err := answered(m.client, req, want); err != nil {
		m.b.Fatal(err)
	}
	return time.Since(began)
}

// subscribe has n channels hear of everything.
func (m *measured) subscribe(n int) {
	m.b.Helper()
	next := atomic.Int64{}
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for i := next.Add(1); int(i) <= n; i = next.Add(1) {
				ch := desk.Channel{Connection: "amherst", ID: fmt.Sprintf("C%05d", i)}
				_, err := m.journal.Subscribe(context.Background(), journal.By{At: time.Now()}, desk.Subscription{Channel: ch, Target: desk.All()}, nil)
				if err != nil {
					m.b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	m.settled()
	for m.holds("new") { // each newcomer is looked at by itself
		time.Sleep(time.Millisecond)
	}
}

// holds reports whether a table of the store has records.
func (m *measured) holds(table string) (some bool) {
	m.b.Helper()
	err := m.db.View(context.Background(), func(tx storage.Tx) error {
		k := storage.K(table)
		return tx.Scan(k, k.End(), 1, func(_, _ []byte) (bool, error) { some = true; return false, nil })
	})
	if err != nil {
		m.b.Fatal(err)
	}
	return some
}

// settled waits until nothing is owed to anybody.
func (m *measured) settled() {
	m.b.Helper()
	for giveUp := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Microsecond) {
		p, err := m.book.Pending(context.Background(), m.db)
		if err != nil {
			m.b.Fatal(err)
		}
		if p.Oldest.IsZero() && m.engine.Stats().Calls == 0 {
			return
		}
		if time.Now().After(giveUp) {
			m.b.Fatalf("still owed: %v, %+v", p, m.engine.Stats())
		}
	}
}

// recording is a store that keeps what the Updates of commands wrote.
type recording struct {
	storage.DB
	mu   sync.Mutex
	puts []put
}

type put struct{ key, value []byte }

// Update implements storage.DB.
func (r *recording) Update(ctx context.Context, fn func(storage.Tx) error) error {
	var puts []put
	err := r.DB.Update(ctx, func(tx storage.Tx) error {
		puts = puts[:0]
		return fn(recordingTx{tx, &puts})
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.puts = puts
	return err
}

// last is what the newest Update wrote.
func (r *recording) last() []put {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.puts
}

type recordingTx struct {
	storage.Tx
	puts *[]put
}

// Put implements storage.Tx. Nobody changes what was put.
func (t recordingTx) Put(key, value []byte) error {
	*t.puts = append(*t.puts, put{key, value})
	return t.Tx.Put(key, value)
}

// freePort is a port of this host that nobody listens on.
func freePort(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}
