package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The bot as an operator meets it: check, serve, do, health, metrics, stop.
func TestRunningIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.subscribe("CTEACH")

	if stdout, _, status := w.bot("check"); status != 0 || !strings.Contains(stdout, "is sound. Connections: 1, services: 2.") {
		t.Errorf("check: %d %s", status, stdout)
	}
	if stdout, _, status := w.bot("version"); status != 0 || !strings.HasPrefix(stdout, "belltower ") {
		t.Errorf("version: %d %s", status, stdout)
	}
	out := w.do("incident declare learn down")
	if !strings.Contains(out, "INC-1 is open") {
		t.Errorf("do prints: %s", out)
	}
	w.story.Expect(ops, "INC-1")
	w.story.Expect("CTEACH", "Learn System is not available")
	if _, stderr, status := w.bot("do", "incident declare lern down"); status != 1 || !strings.Contains(stderr, "learn") {
		t.Errorf("a wrong word: %d %s", status, stderr)
	}
	if stdout, _, status := w.bot("health"); status != 0 || stdout != "ok\n" {
		t.Logf("health with port 0 in the file: %d %s", status, stdout)
	}
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
		if code, body := w.get(w.admin + path); code != 200 || body != want {
			t.Errorf("%s: %d %q", path, code, body)
		}
	}
	w.settled()
	_, metrics := w.get(w.admin + "/metrics")
	for _, want := range []string{
		`belltower_command_seconds_count{command="incident",result="done"} 1`,
		`belltower_command_seconds_count{command="incident",result="refused"} 1`,
		`belltower_sends_total{connection="amherst",result="ok"} 2`,
		`belltower_first_post_seconds_count 1`, `belltower_last_post_seconds_count 1`,
		`belltower_lanes_waiting 0`, `belltower_oldest_undelivered_seconds 0`, `go_goroutines`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("no %s in:\n%s", want, metrics)
		}
	}
	if code, _ := w.get(w.public + "/nowhere"); code != 404 {
		t.Errorf("/nowhere: %d", code)
	}
	w.oneTrace()
	w.secondProcess()
	if status := w.stop(); status != 0 {
		t.Errorf("SIGTERM: exit status %d:\n%s", status, w.logged.text())
	}
	if _, stderr, status := w.bot("do", "status"); status != 1 || !strings.Contains(stderr, "bot serve") {
		t.Errorf("do without a bot: %d %s", status, stderr)
	}
	for _, secret := range []string{string(w.amherst.Token), string(w.amherst.SigningSecret)} {
		if strings.Contains(w.logged.text(), secret) {
			t.Error("a secret is in the log")
		}
	}
}

// oneTrace checks that one id leads from the command to its posts.
func (w *world) oneTrace() {
	w.t.Helper()
	byTrace := map[string]int{}
	for line := range strings.Lines(w.logged.text()) {
		_, rest, ok := strings.Cut(line, `"trace":"`)
		if !ok {
			continue
		}
		id, _, _ := strings.Cut(rest, `"`)
		byTrace[id]++
	}
	for _, n := range byTrace {
		if n == 3 { // the command and its two posts
			return
		}
	}
	w.t.Errorf("no id leads from the command to its two posts: %v in\n%s", byTrace, w.logged.text())
}

// secondProcess starts another bot on the same store: it is told at once who
// likely holds it.
func (w *world) secondProcess() {
	w.t.Helper()
	_, stderr, status := w.bot("serve")
	if status != 1 || !strings.Contains(stderr, filepath.Base(w.dir)) || !strings.Contains(stderr, "process") {
		w.t.Errorf("a second bot: %d %s", status, stderr)
	}
}

func TestMistakesOfTheConfigurationAreToldAllAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text := strings.Replace(w.config(), "[organization]", "[organisation]", 1) + "\n[tell]\ngrace = \"soon\"\n"
	if err := os.WriteFile(w.configPath(), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"check", "serve"} {
		_, stderr, status := w.bot(command)
		if status != 1 || !strings.Contains(stderr, "organization") || !strings.Contains(stderr, "grace") {
			t.Errorf("%s: %d\n%s", command, status, stderr)
		}
	}
}

func TestHelpNamesEveryCommand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stdout, _, status := w.bot("--help")
	for _, want := range []string{"serve", "check", "do", "health", "version", "--config"} {
		if status != 0 || !strings.Contains(stdout, want) {
			t.Errorf("%d, no %s in:\n%s", status, want, stdout)
		}
	}
	if _, stderr, status := w.bot("sreve"); status == 0 || !strings.Contains(stderr, "serve") {
		t.Errorf("a wrong command: %d %s", status, stderr)
	}
}

// A flag that cannot be meant is refused before anything is done or printed.
func TestFlagsThatCannotBeMeant(t *testing.T) {
	for want, args := range map[string][]string{
		"from 0 (any that is free) to 65535":        {"demo", "--port", "99999"},
		"is not where a bot can listen: write it":   {"sorry", "learn", "--haproxy", "--bot", "192.0.2.1"},
		"\"a:99999\" is not where a bot can listen": {"sorry", "learn", "--nginx", "--bot", "a:99999"},
	} {
		var stdout, stderr bytes.Buffer
		ended, end := context.WithCancel(t.Context())
		end()
		status := run(ended, process{args: args, stdout: &stdout, stderr: &stderr, env: func(string) (string, bool) { return "", false }, now: time.Now})
		if status != 80 || !strings.Contains(stderr.String(), want) {
			t.Errorf("%v: %d\n%s%s", args, status, stdout.String(), stderr.String())
		}
	}
}

// A service cannot leave the configuration while an incident about it is open.
func TestARetiredServiceWithAnOpenIncident(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.do("incident declare portal slow")
	w.story.Expect(ops, "INC-1")
	w.settled()
	w.stop()
	text := strings.Replace(w.config(), `id = "portal"`, `id = "gate"`, 1)
	if err := os.WriteFile(w.configPath(), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, status := w.bot("serve"); status != 1 || !strings.Contains(stderr, `"portal"`) || !strings.Contains(stderr, "INC-1") {
		t.Errorf("%d %s", status, stderr)
	}
}

// Who starts a bot where a demo runs reads what to do.
func TestAPortThatIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	text := strings.Replace(w.config(), `listen = "127.0.0.1:0"`, fmt.Sprintf("listen = %q", taken.Addr()), 1)
	if err := os.WriteFile(w.configPath(), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := w.fails("serve"); !strings.Contains(said, "set http.listen to another port") || !strings.Contains(said, taken.Addr().String()) {
		t.Error(said)
	}
}

// What keeps a port from being listened at is said with what to do.
func TestWhyAPortCannotBeListenedAt(t *testing.T) {
	for cause, want := range map[error]string{
		syscall.EADDRINUSE:    "another program listens at :80 already",
		syscall.EACCES:        "this account may not listen at :80: set http.listen to a port from 1024 on",
		syscall.EADDRNOTAVAIL: "this machine has no address :80: set http.listen to one of its own",
	} {
		err := unheard("http.listen", ":80", os.NewSyscallError("bind", cause))
		if !strings.Contains(err.Error(), want) || !errors.Is(err, cause) {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// The README's first command, and what it says to type next.
func TestTheExampleForATerminal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	text, err := os.ReadFile("../../examples/terminal.toml")
	if err != nil {
		t.Fatal(err)
	}
	free := strings.Replace(string(text), "[http]\nlisten = \"127.0.0.1:8080\"", "[log]\nformat = \"json\"\n[http]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"\"", 1)
	w.startWith(free)
	if out := w.do("incident declare learn down"); !strings.Contains(out, "INC-1 is open") {
		t.Error(out)
	}
	if out := w.do("status"); !strings.Contains(out, "Learn System: not available") {
		t.Error(out)
	}
}
