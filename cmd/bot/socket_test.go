package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
)

// bySocket has a bubble's bot hear Slack by Socket Mode.
func (b *bubble) bySocket() {
	b.t.Helper()
	b.stop()
	b.sockets, b.amherst = true, b.amherst.BySocket()
	b.slack.AddWorkspace(b.amherst)
	b.start()
	b.twoSockets()
}

// awaitSockets waits until Slack has so many sockets open.
func (c campus) awaitSockets(t *testing.T, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	if err := c.slack.Wait(ctx, func() bool { return c.slack.Sockets(c.amherst.Team).Open == n }); err != nil {
		t.Fatalf("%d sockets are open: %v", c.slack.Sockets(c.amherst.Team).Open, err)
	}
}

// awaitCalls waits until Slack was called so often, whether it has answered or not.
func (w *world) awaitCalls(method string, n int) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	if err := w.slack.Wait(ctx, func() bool { return w.slack.Tally().Calls[method] >= n }); err != nil {
		w.t.Fatalf("%s was called %d times: %v", method, w.slack.Tally().Calls[method], err)
	}
}

func (b *bubble) twoSockets() {
	b.t.Helper()
	b.awaitSockets(b.t, 2)
	synctest.Wait()
}

// Over sockets, without an address of its own, the bot works as over HTTP: what is
// typed reaches channels, and buttons are heard.
func TestAnIncidentBySocketMode(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.bySocket()
		card := b.grace("")
		b.press(card, ann, "Send INC-1 now", "INC-1")
		pass(5 * time.Second)
		b.story.ExpectEverywhere(many(25), "Learn System is not available")
	})
}

// The acknowledgement of a declare is lost, and then its socket: Slack sends it again,
// and it is answered as the first time. There is one incident.
func TestALostAcknowledgementDeclaresOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.bySocket()
		b.slack.LoseAcks(b.amherst.Team, 1)
		answer := make(chan slacktest.Answer)
		go func() {
			a, _ := b.slack.Type(t.Context(), slacktest.Command{Channel: ops, User: ann, Line: "/incident declare learn down"})
			answer <- a // empty after an error
		}()
		pass(time.Second)
		b.slack.CutSocket(b.amherst.Team)
		b.slack.CutSocket(b.amherst.Team)
		if a := <-answer; !strings.Contains(a.Reply.Reads(), "INC-1") || b.slack.Sockets(b.amherst.Team).Retries != 1 {
			t.Errorf("%s %+v", a.Reply.Reads(), b.slack.Sockets(b.amherst.Team))
		}
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-1")
		if open, err := b.bot.journal.Open(t.Context()); err != nil || len(open) != 1 {
			t.Errorf("%v %v", open, err)
		}
	})
}

// A socket falls silent. Within a minute it is replaced, and what was typed
// meanwhile was done, and once.
func TestASilentSocketLosesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.bySocket()
		b.ann("/incident declare learn down")
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-1")
		b.slack.SilenceSocket(b.amherst.Team)
		for n := range 6 {
			a, err := b.slack.Type(t.Context(), slacktest.Command{Channel: ops, User: ann, Line: fmt.Sprintf("/incident note 1 note-%03d", n)})
			if err != nil {
				t.Fatal(a, err)
			}
		}
		pass(70 * time.Second)
		b.twoSockets()
		b.story.Type(ops, ann, "/incident note 1 note-006")
		eachOnce(t, notesIn(t, b.bot.journal), 7)
	})
}

// notesIn counts the notes of the first incident, by what they say.
func notesIn(t *testing.T, j *journal.Journal) map[string]int {
	t.Helper()
	entries, err := j.Timeline(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]int{}
	for _, e := range entries {
		if strings.HasPrefix(e.Text, "note-") {
			counted[e.Text]++
		}
	}
	return counted
}

// eachOnce checks that there are n notes, each once.
func eachOnce(t *testing.T, notes map[string]int, n int) {
	t.Helper()
	for i := range n {
		if text := fmt.Sprintf("note-%03d", i); notes[text] != 1 {
			t.Errorf("%s is there %d times", text, notes[text])
		}
	}
}

// The app token is revoked: ops reads it within two minutes, posts go on, and with a
// new token the bot hears again.
func TestARevokedAppTokenIsTold(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.bySocket()
		b.slack.FaultsAlways(slacktest.On{Method: "apps.connections.open"}, slacktest.Refused("token_revoked"))
		b.slack.Disconnect(b.amherst.Team, "link_disabled")
		pass(2 * time.Minute)
		b.story.Expect(ops, "We hear nothing from amherst, so commands and buttons do not work there. Slack refuses app_token (token_revoked)")
		pass(time.Hour)
		b.slack.ClearFaults()
		pass(time.Minute)
		b.story.Expect(ops, "We hear amherst again")
		b.ann("/incident list")
	})
}

// newSocketWorld is a world whose bot hears by Socket Mode, with INC-1 open.
func newSocketWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.sockets = true
	w.start()
	w.awaitSockets(t, 2)
	w.do("incident declare learn down")
	w.story.Expect(ops, "INC-1")
	return w
}

// storm types n notes about INC-1 at once, from one number on, while something
// happens to the sockets, and checks that each was answered in time.
func (w *world) storm(from, n int, during func()) {
	w.t.Helper()
	var typing sync.WaitGroup
	for i := range n {
		typing.Go(func() {
			a, err := w.slack.Type(w.t.Context(), slacktest.Command{Channel: ops, User: ann, Line: fmt.Sprintf("/incident note 1 note-%03d", from+i)})
			if err != nil || !strings.Contains(a.Reply.Reads(), "INC-1") {
				w.t.Errorf("note %d: %v, late %v: %s", from+i, err, a.Late, a.Body)
			}
		})
		if i == n/2 {
			during()
		}
	}
	typing.Wait()
}

// A refresh, a cut, and SIGHUP, each while fifty commands arrive: every one is
// answered in time, none is lost and none is done twice.
func TestFiftyCommandsDuringARefresh(t *testing.T) {
	t.Parallel()
	w := newSocketWorld(t)
	for k, during := range []func(){
		func() { w.slack.Disconnect(w.amherst.Team, "warning") },
		func() { w.slack.CutSocket(w.amherst.Team) },
		func() {
			opened := w.slack.Tally().Calls["apps.connections.open"]
			w.slack.FaultsAlways(slacktest.On{Method: "apps.connections.open"}, slacktest.Slow(2*time.Second, slacktest.StoreEarly))
			w.reload(w.config(), "loaded again")
			w.storm(150, 50, func() { w.awaitCalls("apps.connections.open", opened+2) }) // the new sockets are being opened
		},
	} {
		w.storm(50*k, 50, during)
		w.awaitSockets(t, 2)
	}
	begun := time.Now()
	if status := w.stop(); status != 0 || time.Since(begun) > 5*time.Second {
		t.Errorf("exit status %d after %v:\n%s", status, time.Since(begun), w.logged.text())
	}
	if text := w.logged.text(); strings.Contains(text, string(w.amherst.AppToken)) || strings.Contains(text, "ticket=") {
		t.Errorf("a secret is logged:\n%s", text)
	}
	eachOnce(t, w.notes(), 200)
}

// notes looks into the store of a bot that has stopped.
func (w *world) notes() map[string]int {
	w.t.Helper()
	db, err := openStore(filepath.Join(w.dir, "data", "belltower.db"), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	return notesIn(w.t, journal.New(db, outbox.NewBook(), func(...desk.Subject) {}, journal.Settings{}))
}

// SIGTERM while commands arrive: what was begun is answered, what was not taken is
// done by the next process, to which Slack sends it again, and nothing is done twice.
// Only what was typed while there was no process is not done, and Slack said so.
func TestAPlannedRestartBySocketMode(t *testing.T) {
	t.Parallel()
	w := newSocketWorld(t)
	refused := make([]bool, 100)
	var typing sync.WaitGroup
	for i := range refused {
		typing.Go(func() {
			a, err := w.slack.Type(t.Context(), slacktest.Command{Channel: ops, User: ann, Line: fmt.Sprintf("/incident note 1 note-%03d", i)})
			refused[i] = err != nil
			if err == nil && !a.Late && !strings.Contains(a.Reply.Reads(), "INC-1") {
				t.Errorf("note %d: %s", i, a.Body)
			}
		})
		if i == 50 {
			if status := w.stop(); status != 0 {
				t.Errorf("exit status %d:\n%s", status, w.logged.text())
			}
			w.start()
			w.awaitSockets(t, 2)
		}
	}
	typing.Wait()
	// What Slack sent again, and whoever typed it does not wait for any more.
	if err := w.slack.Wait(t.Context(), func() bool { return w.slack.Sockets(w.amherst.Team).Waiting == 0 }); err != nil {
		t.Fatal(err)
	}
	if status := w.stop(); status != 0 {
		t.Errorf("exit status %d:\n%s", status, w.logged.text())
	}
	notes := w.notes()
	for i, not := range refused {
		if n := notes[fmt.Sprintf("note-%03d", i)]; n > 1 || (n == 0) != not {
			t.Errorf("note %d was done %d times, refused: %v", i, n, not)
		}
	}
}

// A workspace moves from HTTP to Socket Mode and back by SIGHUP.
func TestMovingToSocketModeAndBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.story.Type(ops, ann, "/incident list")
	http := w.amherst
	w.sockets, w.amherst = true, w.amherst.BySocket()
	w.slack.AddWorkspace(w.amherst)
	w.reload(w.config(), "loaded again")
	w.awaitSockets(t, 2)
	w.story.Type(ops, ann, "/incident list")
	if status, body := w.get(w.admin + "/metrics"); status != 200 || !strings.Contains(body, `belltower_sockets_open{connection="amherst"} 2`) {
		t.Errorf("%d %s", status, body)
	}

	w.sockets, w.amherst = false, http
	w.slack.AddWorkspace(w.amherst)
	w.reload(w.config(), "loaded again")
	w.awaitSockets(t, 0)
	w.story.Type(ops, ann, "/incident list")
}
