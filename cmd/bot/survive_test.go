package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// SIGKILL eight times while 120 channels are told, with answers lost, 503s and
// 429s mixed in: each channel is told each thing exactly once.
func TestKilledEightTimesDuringAFanOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.story.Patience(3 * time.Minute)
	w.start()
	channels := many(120)
	w.subscribe(channels...)
	posts := slacktest.On{Method: "chat.postMessage"}
	w.do("incident declare learn down")
	w.do("incident tell 1")
	w.killDuring(posts, 4, 15)
	w.story.ExpectEverywhere(channels, "Learn System is not available")
	w.story.Expect(ops, "INC-1")

	w.do("incident resolve 1 The disk was full. All is well again.")
	w.do("incident tell 1")
	w.killDuring(posts, 4, 15)
	w.story.ExpectEverywhere(channels, "The disk was full")
	w.story.Expect(ops, "The disk was full")

	w.settled()
	w.story.NothingElse()
	for _, ch := range append(channels, ops) {
		if root := w.posts(ch)[0]; !strings.Contains(root.Reads(), "Resolved") {
			t.Errorf("%s shows: %s", ch, root.Reads())
		}
	}
}

// SIGTERM in the middle of a fan-out: calls under way are finished, and the next
// process goes on where this one stopped without looking anything up.
func TestAPlannedRestartDuringAFanOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.story.Patience(time.Minute)
	w.start()
	channels := many(120)
	w.subscribe(channels...)
	w.do("incident declare learn down")
	w.do("incident tell 1")
	for range 3 {
		if err := w.slack.AwaitCalls(t.Context(), slacktest.On{Method: "chat.postMessage"}, 20); err != nil {
			t.Fatal(err)
		}
		if status := w.stop(); status != 0 {
			t.Errorf("exit status %d:\n%s", status, w.logged.text())
		}
		w.start()
	}
	w.story.Expect(ops, "INC-1")
	w.story.ExpectEverywhere(channels, "Learn System is not available")
	w.settled()
	if looks := w.slack.Tally().Calls["conversations.history"]; looks != 0 {
		t.Errorf("%d look-ups after planned restarts", looks)
	}
}

// killDuring kills and starts the bot so many times, each time after some calls of
// which every seventh or so goes wrong.
func (w *world) killDuring(on slacktest.On, times, calls int) {
	w.t.Helper()
	w.slack.FaultsAtRandom(on, slacktest.Odds{Share: 0.15, Seed: 7},
		slacktest.DropAfter(), slacktest.DropBefore(), slacktest.ErrorAfter(503), slacktest.ErrorBefore(503), slacktest.Limited(1))
	defer w.slack.ClearFaults()
	for range times {
		if err := w.slack.AwaitCalls(w.t.Context(), on, calls); err != nil {
			w.t.Fatal(err)
		}
		w.kill()
		w.start()
	}
}

// settled waits until nothing is owed to anybody.
func (w *world) settled() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 3*time.Minute)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		_, metrics := w.get(w.admin + "/metrics")
		if strings.Contains(metrics, "belltower_oldest_undelivered_seconds 0\n") && strings.Contains(metrics, "belltower_lanes_waiting 0\n") {
			return
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			w.t.Fatalf("something stays owed:\n%s", metrics)
		}
	}
}

// untilRefused types a line with something new at its end until it cannot be stored.
func (w *world) untilRefused(line string) {
	w.t.Helper()
	for n := range 400 {
		reply := w.story.Type(ops, ann, fmt.Sprintf("%s%d", line, n)).Reply.Reads()
		if strings.Contains(reply, "could not be stored") || strings.Contains(reply, "Nothing was stored") {
			return
		}
	}
	w.t.Fatalf("%.40s is never refused", line)
}

// The disk is full: a command is refused with a sentence, nothing is half stored,
// and when there is room again it works without a restart.
func TestTheDiskIsFull(t *testing.T) {
	t.Parallel()
	disk := mountTmpfs(t, 4<<20)
	w := newWorld(t)
	w.dir = disk
	w.start()
	w.subscribe("CTEACH")
	fill := filepath.Join(disk, "ballast")
	fillDisk(t, fill)

	long := strings.Repeat("x", 3000) // for so many the log has no room
	w.story.Type(ops, ann, "/incident drill learn down")
	w.untilRefused("/incident note 1 " + long)
	w.untilRefused("/incident note 1 x")
	if code, body := w.get(w.admin + "/readyz"); code != 503 {
		t.Errorf("readyz says %d %s", code, body)
	}
	before := w.do("incident list all")
	w.kill() // a start finds the disk as full
	w.start()
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	if after := w.do("incident list all"); after != before {
		t.Errorf("half stored:\n%s\nwas\n%s", after, before)
	}
	w.story.Type(ops, ann, "/incident declare portal slow")
	w.story.Expect("CTEACH", "Student Portal is slow")
	if code, body := w.get(w.admin + "/readyz"); code != 200 {
		t.Errorf("readyz says %d %s", code, body)
	}
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "Student Portal is slow", AnyOrder: true})
	for _, m := range w.story.Unclaimed() {
		if m.Channel != ops || !strings.Contains(m.Reads(), "INC-1") {
			t.Errorf("nobody expected in %s: %s", m.Channel, m.Reads())
		}
		w.story.ExpectClaim(m.Channel, slacktest.Claim{Where: func(o slacktest.Message) bool { return o.TS == m.TS }, AnyOrder: true})
	}
}

// mountTmpfs mounts a file system of so many bytes.
func mountTmpfs(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=700", size))
	if err != nil && os.Getenv("CI") != "true" {
		t.Skip("a small tmpfs cannot be mounted here: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillDisk writes a file until nothing fits any more.
func fillDisk(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 4096)
	for {
		if _, err := f.Write(block); err != nil {
			return
		}
	}
}
