package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// callers is how many connections send commands at once.
const callers = 64

// perCaller is how many commands each sends in a turn.
const perCaller = 60

// boltApp answers the same signed command with Slack's own framework and stores
// nothing.
const boltApp = `
const { App } = require('@slack/bolt');
const app = new App({ signingSecret: process.env.SECRET, logLevel: 'error',
  authorize: async () => ({ botToken: 'xoxb-bench', botId: 'B1', botUserId: 'U1' }) });
app.command('/incident', async ({ ack }) => { await ack('INC-42 is open. Channels that will be told: 3.'); });
app.start(Number(process.env.PORT)).then(() => console.error(JSON.stringify({ msg: 'ready' })));
`

// child is a process that serves, and says on its standard error that it is ready.
type child struct {
	cmd   *exec.Cmd
	ready readyLine
	took  time.Duration // from its start to that line
}

// startChild starts a process and waits until it is ready. What else it logs is
// read and dropped.
func startChild(b *testing.B, cmd *exec.Cmd) *child {
	b.Helper()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	c := &child{cmd: cmd}
	var said strings.Builder
	for lines := bufio.NewReader(stderr); c.ready.Msg != "ready"; {
		line, err := lines.ReadString('\n')
		if err != nil {
			b.Fatalf("%s ended: %s", cmd.Path, said.String())
		}
		said.WriteString(line)
		_ = json.Unmarshal([]byte(line), &c.ready) // other lines need not be JSON
	}
	c.took = time.Since(began)
	go io.Copy(io.Discard, stderr)
	return c
}

// end stops the process with a signal and returns the processor time it used.
func (c *child) end(sig syscall.Signal) time.Duration {
	_ = c.cmd.Process.Signal(sig)
	_ = c.cmd.Wait() // the signal ended it
	return c.cmd.ProcessState.UserTime() + c.cmd.ProcessState.SystemTime()
}

// botCommand is this binary as the bot, with a store in a folder, that logs as it
// does by default. services have their ids appended.
func (c campus) botCommand(b *testing.B, dir string, services int) *exec.Cmd {
	b.Helper()
	text := strings.Replace(c.config(), `level = "debug"`, `level = "info"`, 1)
	for n := range services {
		text += fmt.Sprintf("\n[[services]]\nid = \"s%d\"\nname = \"Service %d\"\n", n, n)
	}
	path := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "--config", path, "serve")
	cmd.Env = append(os.Environ(), beBot+"=1")
	return cmd
}

// boltCommand is Bolt, of the folder that BELLTOWER_BOLT names.
func boltCommand(b *testing.B, c campus) (cmd *exec.Cmd, address string) {
	b.Helper()
	folder := os.Getenv("BELLTOWER_BOLT")
	if folder == "" {
		b.Skip("BELLTOWER_BOLT names no folder in which @slack/bolt is installed (npm install @slack/bolt@5)")
	}
	port := freePort(b)
	cmd = exec.Command("node", "-e", boltApp)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "NODE_ENV=production", "SECRET="+string(c.amherst.SigningSecret), "PORT="+port)
	return cmd, "http://127.0.0.1:" + port + "/slack/events"
}

// crowd sends commands over many connections.
type crowd struct {
	campus
	b      *testing.B
	number atomic.Int64
}

// caller is one connection. It costs as little as can be, as it shares the processors
// with whom it calls: http.Client, and putting forms together, take more of them than a
// command does.
type caller struct {
	*crowd
	to    *url.URL
	conn  net.Conn
	in    *bufio.Reader
	fixed string // of each request's form
	form  []byte
	out   []byte
}

// do types a line and returns the answer, which must contain want.
func (c *caller) do(line, want string) string {
	word, text, _ := strings.Cut(line, " ")
	c.form = fmt.Appendf(c.form[:0], "%s&command=%s&text=%s&trigger_id=%d.1.1", c.fixed, url.QueryEscape(word), url.QueryEscape(text), c.number.Add(1))
	c.out = fmt.Appendf(c.out[:0], "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n", c.to.Path, c.to.Host, len(c.form))
	for name, values := range slacktest.Sign(c.amherst.SigningSecret, time.Now(), c.form) {
		c.out = fmt.Appendf(c.out, "%s: %s\r\n", name, values[0])
	}
	c.out = append(append(c.out, "\r\n"...), c.form...)
	if _, err := c.conn.Write(c.out); err != nil {
		c.b.Error(err)
		return ""
	}
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		c.b.Error(err)
		return ""
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !bytes.Contains(body, []byte(want)) {
		c.b.Errorf("%s: %s, %v", res.Status, body, err)
	}
	return string(body)
}

// send has every caller run its turn, and returns how long all took.
func (c *crowd) send(to string, turn func(n int, c *caller)) time.Duration {
	c.b.Helper()
	address, err := url.Parse(to)
	if err != nil {
		c.b.Fatal(err)
	}
	fixed := url.Values{
		"token": {"deprecated"}, "team_id": {string(c.amherst.Team)}, "team_domain": {"amherst"}, "api_app_id": {string(c.amherst.App)},
		"channel_id": {string(ops)}, "channel_name": {"ops"}, "user_id": {string(ann)}, "user_name": {"ann"},
		"is_enterprise_install": {"false"}, "response_url": {"https://hooks.example/commands/1"},
	}.Encode()
	var all [callers]*caller
	for n := range all {
		conn, err := net.Dial("tcp", address.Host)
		if err != nil {
			c.b.Fatal(err)
		}
		defer conn.Close()
		all[n] = &caller{crowd: c, to: address, conn: conn, in: bufio.NewReader(conn), fixed: fixed}
	}
	began := time.Now()
	var wg sync.WaitGroup
	for n, one := range all {
		wg.Go(func() { turn(n, one) })
	}
	wg.Wait()
	return time.Since(began)
}

// ours declares and resolves incidents, each caller on a service of its own.
func (c *crowd) ours(url string) time.Duration {
	return c.send(url, func(n int, c *caller) {
		for range perCaller / 2 {
			said := c.do(fmt.Sprintf("/incident declare s%d down Login fails | We are looking into it.", n), "is open")
			_, number, _ := strings.Cut(said, "INC-")
			end := strings.IndexFunc(number, func(r rune) bool { return r < '0' || r > '9' })
			c.do("/incident resolve "+number[:max(end, 0)]+" The disk was full.", "INC-")
		}
	})
}

// bolts sends as many commands to Bolt.
func (c *crowd) bolts(url string) time.Duration {
	return c.send(url, func(n int, c *caller) {
		for range perCaller {
			c.do(fmt.Sprintf("/incident declare s%d down Login fails | We are looking into it.", n), "INC-42")
		}
	})
}

// BenchmarkCrowd sends signed commands over 64 connections to the bot, which
// stores them durably, and to Bolt for JavaScript, which stores nothing; each is a
// process of its own. It reports requests a second and their ratio (at least 2),
// and the ratio of processor time.
func BenchmarkCrowd(b *testing.B) {
	c := &crowd{campus: newCampusOf(b), b: b}
	node, boltURL := boltCommand(b, c.campus)
	bot := startChild(b, c.botCommand(b, b.TempDir(), callers))
	bolt := startChild(b, node)
	botURL := "http://" + bot.ready.Listen + "/slack/amherst/commands"
	c.ours(botURL)
	c.bolts(boltURL)
	var p pairs
	for b.Loop() {
		for range turns {
			p.ours, p.bare = append(p.ours, c.ours(botURL)), append(p.bare, c.bolts(boltURL))
		}
	}
	ours, theirs := bot.end(syscall.SIGTERM), bolt.end(syscall.SIGTERM)
	rate := func(d time.Duration) float64 { return callers * perCaller / d.Seconds() }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(1/p.ratio(), "x-bolt")
	b.ReportMetric(rate(median(p.ours)), "req/s")
	b.ReportMetric(rate(median(p.bare)), "bolt-req/s")
	b.ReportMetric(float64(ours)/float64(theirs), "x-bolt-cpu")
}
