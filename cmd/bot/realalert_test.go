package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// ofAlertmanager is what the configuration says of an Alertmanager.
const ofAlertmanager = `
[[sources]]
name = "prometheus"
kind = "alertmanager"
token = "0123456789abcdef0123456789abcdef"
checks = { "alertname=LearnDown" = "learn" }
`

// alertmanagerPath is where Prometheus' Alertmanager is (Debian's prometheus-alertmanager);
// without it the test ends.
func alertmanagerPath(t testing.TB) string {
	t.Helper()
	const tool = "prometheus-alertmanager"
	path, err := exec.LookPath(tool)
	if err != nil {
		lacks(t, tool)
	}
	return path
}

// alertmanager is one that runs.
type alertmanager struct {
	cmd *exec.Cmd
	url string
}

// startAlertmanager runs one with a configuration, and waits until it is ready.
func startAlertmanager(t testing.TB, conf string) *alertmanager {
	t.Helper()
	path, dir := alertmanagerPath(t), t.TempDir()
	file := filepath.Join(dir, "alertmanager.yml")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	am := &alertmanager{exec.Command(path, "--config.file="+file, "--storage.path="+dir,
		"--web.listen-address="+address, "--cluster.listen-address="), "http://" + address}
	var said bytes.Buffer
	am.cmd.Stderr = &said
	if err := am.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if am.cmd.ProcessState == nil {
			_ = am.cmd.Process.Kill()
			_ = am.cmd.Wait()
		}
	})
	for giveUp := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		res, err := http.Get(am.url + "/-/ready")
		if err == nil {
			res.Body.Close()
			return am
		}
		if time.Now().After(giveUp) {
			t.Fatalf("the Alertmanager is not ready: %v", err)
		}
	}
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// post gives it alerts, as Prometheus does.
func (am *alertmanager) post(t testing.TB, alerts string) {
	t.Helper()
	res, err := http.Post(am.url+"/api/v2/alerts", "application/json", strings.NewReader(alerts))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
		t.Fatalf("the Alertmanager says %s: %s", res.Status, body)
	}
}

// pasted is the configuration of an Alertmanager that calls the bot: what bot check says
// to paste, with the address and the token's file of here.
func (w *world) pasted() string {
	w.t.Helper()
	_, yaml, _ := strings.Cut(w.works("check"), "source prometheus: in alertmanager.yml")
	_, yaml, _ = strings.Cut(yaml, "\n")
	yaml, _, found := strings.Cut(yaml, "\n  checks:")
	if !found {
		w.t.Fatalf("bot check says:\n%s", yaml)
	}
	token := w.in("belltower.token")
	if err := os.WriteFile(token, []byte("0123456789abcdef0123456789abcdef\n"), 0o600); err != nil {
		w.t.Fatal(err)
	}
	yaml = strings.ReplaceAll("\n"+yaml+"\n", "\n    ", "\n")
	yaml = strings.NewReplacer("https://status.example.edu", w.public, "/etc/prometheus/belltower.token", token).Replace(yaml)
	return "route: {receiver: belltower, group_by: [alertname], group_wait: 1s, group_interval: 1s}\n" + yaml
}

// A real Alertmanager, set up by what bot check prints, tells the bot in a process of its
// own that an alert fires: ops has a card with buttons, who hears of checks a post. It is
// resolved: both say so. Another alert of the service fires: both say it again, and a tap
// in ops makes it an incident.
func TestARealAlertmanagerTellsTheBot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.story.Patience(time.Minute)
	w.more = ofAlertmanager
	w.start()
	am := startAlertmanager(t, w.pasted())
	w.subscribe("CTEACH")
	w.open("CHECKS")
	w.story.Type("CHECKS", ann, "/subscribe all probes")

	alert := func(instance string, began time.Time) string {
		return fmt.Sprintf(`"labels": {"alertname": "LearnDown", "instance": %q, "severity": "critical"},
			"annotations": {"summary": "Learn answers no request"}, "startsAt": %q`, instance, began.Format(time.RFC3339Nano))
	}
	resolve := func(alert string) {
		am.post(t, fmt.Sprintf(`[{%s, "endsAt": %q}]`, alert, time.Now().UTC().Format(time.RFC3339Nano)))
	}
	first := alert("learn1", time.Now().UTC())
	am.post(t, "[{"+first+"}]")
	card := w.story.Expect(ops, "ALR-1 – Checks see a failure of Learn System since")
	post := w.story.Expect("CHECKS", "Checks see a failure of Learn System since")
	if text := card.Reads(); !strings.Contains(text, "LearnDown (learn1)* (prometheus): Learn answers no request") {
		t.Errorf("ops reads:\n%s", text)
	}
	resolve(first)
	card, post = w.story.ExpectEdit(card, "working again"), w.story.ExpectEdit(post, "working again")
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "working again", InThread: card.TS})
	w.story.ExpectClaim("CHECKS", slacktest.Claim{Text: "working again", InThread: post.TS})

	am.post(t, "[{"+alert("learn2", time.Now().UTC())+"}]")
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "Again: Checks see a failure of Learn System", InThread: card.TS})
	w.story.ExpectClaim("CHECKS", slacktest.Claim{Text: "Again: Checks see a failure of Learn System", InThread: post.TS})
	card = w.story.ExpectEdit(card, "LearnDown (learn2)")
	w.story.Click(card, ann, button(t, card, "Declare an incident of ALR-1"))
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-1 is open", To: ann, AnyOrder: true})
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-1 – Learn System is partly not available", AnyOrder: true})
	w.story.Expect("CTEACH", "Learn System is partly not available")
	w.story.ExpectEdit(card, "This is INC-1 now")
	w.story.ExpectEdit(post, "This is INC-1 now")
	w.settled()
	w.story.NothingElse()
}
