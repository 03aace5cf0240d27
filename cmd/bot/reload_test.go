package main

import (
	"context"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
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

// A service or a group that is called otherwise leaves its subscribers behind: the log says
// how many, at SIGHUP and at a start, and what to do; nothing is said where all is there.
func TestSubscriptionsToWhatIsGoneAreNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.open("CTEACH", "CLIB")
	w.story.Type("CTEACH", student, "/subscribe learn")
	w.story.Type("CLIB", student, "/subscribe Teaching")
	w.story.Type(ops, ann, "/subscribe all")
	const vain = "hear nothing of it"
	w.reload(w.config(), "loaded again")
	if strings.Contains(w.logged.text(), vain) {
		t.Errorf("all is there, and the log says:\n%s", w.logged.text())
	}
	changed := strings.NewReplacer(`id = "learn"`, `id = "lms"`, `["blackboard", "bb"]`, `["learn"]`, `"Teaching"`, `"teaching"`).Replace(w.config())
	named := func() {
		w.logs(`"target":"service:learn","channels":1`, 1)
		w.logs(`"target":"group:Teaching","channels":1`, 1)
	}
	w.reload(changed, "loaded again")
	named()
	w.stop()
	w.startWith(changed)
	named()
}

// What counts only at a start is said to at each SIGHUP for as long as the file has it
// otherwise, and no longer.
func TestWhatTakesARestartIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	const takes = "takes a restart"
	copies := "\n[storage]\nbackup_dir = \"copies\"\n"
	for _, c := range []struct {
		config string
		said   int // so often by then
	}{{w.config(), 0}, {w.config() + copies, 1}, {w.config() + copies, 2}, {w.config(), 2}} {
		w.reload(c.config, "loaded again")
		if n := strings.Count(w.logged.text(), takes); n != c.said {
			t.Errorf("it is said %d times, want %d:\n%s", n, c.said, w.logged.text())
		}
	}
}

// While the sockets of the next bot are being opened those of the one before hear on. What
// is typed meanwhile is told at once, and the gate obeys it.
func TestWhatIsTypedWhileSocketsChangeHands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sockets = true
	w.more = "\n[[services]]\nid = \"wiki\"\nsorry_page = true\n"
	w.start()
	w.awaitSockets(t, 2)
	w.story.Type(ops, ann, "/incident list")
	held := make(chan struct{})
	defer close(held)
	w.slack.FaultsAlways(slacktest.On{Method: "apps.connections.open"}, slacktest.Hang(held, slacktest.StoreNever))
	opened := w.slack.Tally().Calls["apps.connections.open"]
	w.reload(w.config(), "loaded again")
	w.awaitCalls("apps.connections.open", opened+1)
	gate := func(want int) {
		t.Helper()
		if code, _ := w.get(w.public + "/gate/wiki"); code != want {
			t.Errorf("the gate answers %d, want %d", code, want)
		}
	}
	gate(204)

	w.story.Type(ops, ann, "/service sorry wiki on It is being mended.")
	gate(503)
	w.story.Patience(wholeWithin / 3)
	w.story.Type(ops, ann, "/incident declare learn down")
	w.story.Expect(ops, "INC-1")
}

// What a request brings about that one bot begins and ends behind the next is in time: the
// clock of the next knows of it.
func TestTheNextBotIsOnTimeForTheOneBefore(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, b *bubble) {
		old := b.bot
		next, err := build(old.cfg, old.db, old.out)
		if err != nil {
			t.Fatal(err)
		}
		var fired []time.Time
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			ended <- next.clock.Run(ctx, func(_ context.Context, now time.Time) (time.Time, error) {
				fired = append(fired, now)
				return time.Time{}, nil
			})
		}()
		synctest.Wait()
		old.heir.Store(next)
		fired = nil

		old.alarm(time.Now().Add(time.Hour))
		pass(2 * time.Hour)
		if len(fired) != 1 {
			t.Errorf("the clock of the next bot went off at %v", fired)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		old.heir.Store(nil)
	})
}
