package main

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// reload writes a configuration, sends SIGHUP, and waits until the log says that
// it was taken or not.
func (w *world) reload(text, logs string) {
	w.t.Helper()
	if err := os.WriteFile(w.configPath(), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	before := strings.Count(w.logged.text(), logs)
	if err := w.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		w.t.Fatal(err)
	}
	w.logs(logs, before+1)
}

// logs waits until a text stands in the log so many times.
func (w *world) logs(text string, times int) {
	w.t.Helper()
	end := time.After(20 * time.Second)
	for {
		more := w.logged.next()
		if strings.Count(w.logged.text(), text) >= times {
			return
		}
		select {
		case <-more:
		case <-end:
			w.t.Fatalf("no %q in:\n%s", text, w.logged.text())
		}
	}
}

// SIGHUP takes a sound configuration: new services, people and secrets count at
// once, and what is open goes on. A broken one changes nothing.
func TestLoadingTheConfigurationAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.outage()

	old := w.config()
	w.amherst.SigningSecret = "rotated"
	w.slack.AddWorkspace(w.amherst)
	changed := strings.Replace(w.config(), `id = "portal"`, `id = "gate"`, 1)
	changed = strings.Replace(changed, `"amherst/UANN"`, `"amherst/USTUDENT"`, 1)
	w.reload(changed, "loaded again")
	if a := w.story.Type(ops, ann, "/incident update A disk is full."); !strings.Contains(a.Reply.Reads(), "Only responders") {
		t.Errorf("ann is no responder any more, and reads: %s", a.Reply.Reads())
	}
	w.story.Type(ops, student, "/incident update A disk is full.")
	w.story.Expect(ops, "A disk is full")
	w.story.ExpectClaim("CTEACH", slacktest.Claim{Text: "A disk is full"})
	w.do("incident declare gate slow")
	w.story.Expect(ops, "INC-2")
	w.story.Expect("CTEACH", "Student Portal is slow")

	w.reload(old, "not loaded again") // the gate is not in it, but open
	w.reload(changed+"\n[[services", "not loaded again")
	w.story.Type(ops, student, "/incident update 2 Still there.")
	w.story.Expect(ops, "Still there")
	w.story.Expect("CTEACH", "Still there")
	if strings.Contains(w.logged.text(), "stopping") {
		t.Errorf("a bot that goes on says that it stops:\n%s", w.logged.text())
	}
	if status := w.stop(); status != 0 || strings.Count(w.logged.text(), "stopping") != 1 {
		t.Errorf("exit status %d:\n%s", status, w.logged.text())
	}
}
