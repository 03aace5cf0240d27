package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/storage/storagetest"
)

// The people and channels of every story.
const (
	ann     = slacktest.UserID("UANN")  // a responder
	root    = slacktest.UserID("UROOT") // an admin
	student = slacktest.UserID("USTUDENT")
	ops     = slacktest.ChannelID("COPS")
)

// campus is a fake Slack with one workspace, amherst.
type campus struct {
	slack   *slacktest.Server
	amherst slacktest.Workspace
	more    string // of the configuration
	access  string // its section
	sockets bool   // Slack sends by Socket Mode
}

func newCampus(options ...slacktest.Option) campus {
	c := campus{slack: slacktest.New(options...), amherst: slacktest.NewWorkspace("amherst")}
	c.access = "admins = [\"amherst/UROOT\"]\nresponders = [\"amherst/UANN\"]"
	c.slack.AddWorkspace(c.amherst)
	for _, u := range []slacktest.UserID{ann, root, student} {
		c.slack.AddUser(c.amherst.Team, slacktest.User{ID: u, Name: strings.ToLower(string(u[1:])), TZ: "America/New_York"})
	}
	c.open(ops)
	return c
}

// open adds channels that the bot is in.
func (c campus) open(ids ...slacktest.ChannelID) {
	for _, id := range ids {
		c.slack.AddChannel(c.amherst.Team, slacktest.Channel{ID: id, Name: strings.ToLower(string(id[1:])), Member: true})
	}
}

// config is the bot's configuration.
func (c campus) config() string {
	return fmt.Sprintf(`
[organization]
name = "Example University"
timezone = "America/New_York"
public_url = "https://status.example.edu"
languages = ["en", "es"]

[http]
listen = "127.0.0.1:0"
admin_listen = "127.0.0.1:0"

[log]
format = "json"
level = "debug"

[access]
%s

[[campuses]]
id = "amherst"
name = "Amherst"
connections = ["amherst"]

[[slack]]
name = "amherst"
bot_token = %q
%s
ops_channel = "COPS"
api_url = %q

[[services]]
id = "learn"
name = "Learn System"
aliases = ["blackboard", "bb"]
group = "Teaching"
advice_outage = "Work of the last minutes may not be saved."
advice_outage_in = { es = "Puede que no se guarde el trabajo de los últimos minutos." }

[[services]]
id = "portal"
name = "Student Portal"
`, c.access, string(c.amherst.Token), c.door(), c.slack.APIURL()) + c.more
}

// door is the line that says how Slack's requests come.
func (c campus) door() string {
	if c.sockets {
		return fmt.Sprintf("app_token = %q", string(c.amherst.AppToken))
	}
	return fmt.Sprintf("signing_secret = %q", string(c.amherst.SigningSecret))
}

// world is a campus and a bot in a process of its own.
type world struct {
	campus
	t     *testing.T
	story *slacktest.Story
	dir   string

	cmd    *exec.Cmd
	logged *logged
	public string // base URLs
	admin  string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{campus: newCampus(slacktest.WithDeadline(patience)), t: t, dir: storagetest.Dir(t)}
	if err := w.slack.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.slack.Close() })
	w.story = slacktest.NewStory(t, w.slack)
	t.Cleanup(func() {
		if w.cmd != nil {
			w.kill()
		}
	})
	return w
}

func (w *world) configPath() string { return filepath.Join(w.dir, "config.toml") }

// start runs "bot serve" and waits until it says that it is ready.
func (w *world) start() {
	w.t.Helper()
	w.startWith(w.config())
	if w.sockets {
		w.amherst = w.amherst.BySocket()
	} else {
		w.amherst = w.amherst.At(w.public)
	}
	w.slack.AddWorkspace(w.amherst)
}

// startWith runs it with another configuration.
func (w *world) startWith(config string) {
	w.t.Helper()
	if err := os.WriteFile(w.configPath(), []byte(config), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.launch(w.command("serve"))
}

// launch runs a command line that serves and waits until it says that it is ready.
func (w *world) launch(cmd *exec.Cmd) {
	w.t.Helper()
	w.cmd = cmd
	stderr, err := w.cmd.StderrPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.logged = &logged{more: make(chan struct{}), done: make(chan struct{}), ready: make(chan readyLine, 1)}
	go w.logged.read(stderr)
	select {
	case r := <-w.logged.ready:
		w.public, w.admin = "http://"+r.Listen, "http://"+r.Admin
	case <-w.logged.done:
		w.t.Fatalf("the bot ended at its start:\n%s", w.logged.text())
	case <-time.After(time.Minute):
		w.t.Fatalf("the bot does not say that it is ready:\n%s", w.logged.text())
	}
}

// command is this binary as the bot.
func (w *world) command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], append([]string{"--config", w.configPath()}, args...)...)
	cmd.Env = append(os.Environ(), beBot+"=1")
	return cmd
}

// bot runs one command line and returns what it printed.
func (w *world) bot(args ...string) (stdout, stderr string, status int) {
	w.t.Helper()
	cmd := w.command(args...)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	if runErr := cmd.Run(); runErr != nil && cmd.ProcessState == nil {
		w.t.Fatal(runErr)
	}
	return out.String(), err.String(), cmd.ProcessState.ExitCode()
}

// kill ends the bot with SIGKILL.
func (w *world) kill() {
	w.t.Helper()
	if err := w.cmd.Process.Kill(); err != nil {
		w.t.Error(err)
	}
	w.wait()
}

// stop ends the bot with SIGTERM and returns its exit status.
func (w *world) stop() int {
	w.t.Helper()
	if err := w.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		w.t.Error(err)
	}
	return w.wait()
}

func (w *world) wait() int {
	<-w.logged.done
	_ = w.cmd.Wait() // the exit status says it
	status := w.cmd.ProcessState.ExitCode()
	w.cmd = nil
	if text := w.logged.text(); strings.Contains(text, "DATA RACE") || strings.Contains(text, "panic:") {
		w.t.Errorf("the bot said:\n%s", text)
	}
	return status
}

// do types a command on the host.
func (w *world) do(line string) string {
	w.t.Helper()
	stdout, stderr, status := w.bot("do", line)
	if status != 0 {
		w.t.Fatalf("bot do %q: status %d: %s", line, status, stderr)
	}
	return stdout
}

// subscribe opens channels, and a student in each subscribes it to all.
func (w *world) subscribe(ids ...slacktest.ChannelID) {
	w.t.Helper()
	w.open(ids...)
	for _, id := range ids {
		w.story.Type(id, student, "/subscribe all")
	}
}

// outage is an incident that has just begun: CTEACH subscribes, learn is declared
// down, and who is to hear has heard. It returns the post in CTEACH.
func (w *world) outage() slacktest.Message {
	w.t.Helper()
	w.subscribe("CTEACH")
	w.do("incident declare learn down")
	w.story.Expect(ops, "INC-1")
	return w.story.Expect("CTEACH", "Learn System is not available")
}

func (w *world) get(url string) (int, string) {
	w.t.Helper()
	res, err := http.Get(url)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// logged is what a bot writes to its log.
type logged struct {
	mu    sync.Mutex
	lines bytes.Buffer
	more  chan struct{} // closed by the next line
	ready chan readyLine
	done  chan struct{}
}

type readyLine struct{ Msg, Listen, Admin string }

func (l *logged) read(r io.Reader) {
	defer close(l.done)
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		l.mu.Lock()
		l.lines.Write(append(lines.Bytes(), '\n'))
		close(l.more)
		l.more = make(chan struct{})
		l.mu.Unlock()
		var line readyLine
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "ready" {
			l.ready <- line
		}
	}
}

// next is closed by the next line.
func (l *logged) next() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.more
}

func (l *logged) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.String()
}
