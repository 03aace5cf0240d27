package intake_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/intake"
)

// within is how long a real Alertmanager may take for anything; it takes some 3 s.
const within = time.Minute

// TestARealAlertmanager has a Prometheus Alertmanager (Debian's prometheus-alertmanager)
// tell of an alert that fires and is resolved. The first call is not stored, and it comes
// again; a receiver with a wrong token is refused, and its log says so.
func TestARealAlertmanager(t *testing.T) {
	w := newWorld(t)
	w.clock = time.Now
	refusedOnce := make(chan struct{})
	w.failing = errDisk
	heard := make(chan desk.Report, 10)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		w.intake.ServeHTTP(rec, r)
		if rec.Code == http.StatusServiceUnavailable {
			w.mu.Lock()
			w.failing = nil
			w.mu.Unlock()
			close(refusedOnce)
		}
		reports, _ := w.takeHeard()
		for _, one := range reports {
			heard <- one
		}
		rw.WriteHeader(rec.Code)
		_, _ = rw.Write(rec.Body.Bytes())
	}))
	t.Cleanup(server.Close)
	am := startAlertmanager(t, server.URL)
	began := time.Now().UTC().Truncate(time.Millisecond)
	alert := fmt.Sprintf(`"labels":{"alertname":"LearnDown","instance":"learn1","severity":"critical"},"annotations":{"summary":"Learn answers no request"},"generatorURL":"http://prometheus.example.edu/graph","startsAt":%q`, began.Format(time.RFC3339Nano))
	am.post("[{" + alert + "}]")
	await(t, refusedOnce, "a first call")
	firing := await(t, heard, "the alert")
	if firing.State != desk.Failing || firing.Service != "learn" || !firing.Since.Equal(began) || len(firing.Witness.Check) != 16 ||
		firing.Called != "LearnDown (learn1)" || firing.Detail != "Learn answers no request" || firing.Link != "http://prometheus.example.edu/graph" {
		t.Errorf("it fires: %+v", firing)
	}
	am.saysOf("wrong", "401")
	ended := time.Now().UTC().Truncate(time.Millisecond)
	am.post(fmt.Sprintf("[{%s,\"endsAt\":%q}]", alert, ended.Format(time.RFC3339Nano)))
	over := await(t, heard, "its end")
	if over.State != desk.Passing || over.Witness != firing.Witness || over.Since.Sub(ended).Abs() > time.Second {
		t.Errorf("it is over: %+v", over)
	}
}

func await[T any](t *testing.T, from <-chan T, what string) (got T) {
	t.Helper()
	select {
	case got = <-from:
	case <-time.After(within):
		t.Fatalf("%s did not come within %s", what, within)
	}
	return got
}

// alertmanager is one that runs.
type alertmanager struct {
	t    *testing.T
	url  string
	said chan string // its log, line by line
}

// startAlertmanager runs one with two receivers at a server: belltower, and wrong, which
// has another token.
func startAlertmanager(t *testing.T, server string) *alertmanager {
	t.Helper()
	const tool = "prometheus-alertmanager"
	path, err := exec.LookPath(tool)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not installed", tool)
		}
		t.Skipf("%s is not installed", tool)
	}
	dir := t.TempDir()
	right := receiverOf(t, server)
	conf := "route: {receiver: belltower, group_by: [alertname], group_wait: 1s, group_interval: 1s, routes: [{receiver: wrong, continue: true}, {receiver: belltower}]}\n" +
		right + strings.TrimPrefix(strings.NewReplacer("name: belltower", "name: wrong", "belltower.token", "wrong.token").Replace(right), "receivers:\n")
	for name, text := range map[string]string{
		"alertmanager.yml": strings.ReplaceAll(conf, "/etc/prometheus", dir), "belltower.token": token + "\n", "wrong.token": "guessed\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	address := freeAddress(t)
	cmd := exec.Command(path, "--config.file="+filepath.Join(dir, "alertmanager.yml"), "--storage.path="+dir,
		"--web.listen-address="+address, "--cluster.listen-address=")
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	am := &alertmanager{t, "http://" + address, make(chan string, 1000)}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	go func() {
		defer close(am.said)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			am.said <- lines.Text()
		}
	}()
	am.saysOf("Listening", address)
	return am
}

// receiverOf is the YAML that bot check says to paste.
func receiverOf(t *testing.T, server string) string {
	t.Helper()
	text := intake.Setup(config.Source{Name: "alertmanager", Kind: "alertmanager"}, server)
	_, text, _ = strings.Cut(text, "\n")
	yaml, _, found := strings.Cut(text, "\n  checks:")
	if !found {
		t.Fatal(text)
	}
	return strings.ReplaceAll("\n"+yaml+"\n", "\n    ", "\n")[1:]
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// saysOf waits for a line of its log that has both words.
func (am *alertmanager) saysOf(words ...string) {
	am.t.Helper()
	deadline := time.After(within)
	for {
		select {
		case line, open := <-am.said:
			if !open {
				am.t.Fatalf("it ended before its log said %q", words)
			}
			if strings.Contains(line, words[0]) && strings.Contains(line, words[1]) {
				return
			}
		case <-deadline:
			am.t.Fatalf("its log does not say %q", words)
		}
	}
}

// post gives it alerts, as Prometheus does.
func (am *alertmanager) post(alerts string) {
	am.t.Helper()
	res, err := http.Post(am.url+"/api/v2/alerts", "application/json", bytes.NewReader([]byte(alerts)))
	if err != nil {
		am.t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
		am.t.Fatalf("%d %s", res.StatusCode, body)
	}
}
