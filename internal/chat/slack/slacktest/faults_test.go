package slacktest_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	. "github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

func TestEachFaultAnswersAndStoresAsItSays(t *testing.T) {
	w := newWorld(t)
	for _, tc := range []struct {
		name   string
		fault  Fault
		want   string // in the client's error
		stored int
		logged string
	}{
		{"cut before", DropBefore(), "chat.postMessage", 0, "dropped, not stored"},
		{"cut after", DropAfter(), "chat.postMessage", 1, "dropped, ok"},
		{"500 before", ErrorBefore(500), "500", 0, "status 500, not stored"},
		{"503 after", ErrorAfter(503), "503", 1, "status 503, ok"},
		{"half succeeded", Fatal(), "fatal_error", 1, "fatal_error, ok"},
		{"refused", Refused("token_revoked"), "token_revoked", 0, "token_revoked, not stored"},
		{"429", Limited(7), "retry after 7s", 0, "ratelimited"},
		{"broken JSON", Fault{Answer: AnswerGarbage}, "unexpected", 1, "garbage, ok"},
		{"HTML with 200", Fault{Answer: AnswerHTML}, "invalid character", 1, "html, ok"},
		{"slow", Slow(time.Millisecond, StoreLate), "", 1, "ok"},
		{"no fault", Fault{}, "", 1, "ok"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := len(w.Messages("CTEACH"))
			w.Faults(On{Method: "chat.postMessage", Channel: "CTEACH"}, tc.fault)
			_, _, err := w.api.PostMessage("CTEACH", slack.MsgOptionText("x", false))
			wantError(t, err, tc.want)
			if got := len(w.Messages("CTEACH")) - before; got != tc.stored {
				t.Errorf("stored %d, want %d", got, tc.stored)
			}
			if log := w.Log(); log[len(log)-1].Outcome != tc.logged {
				t.Errorf("logged %q, want %q", log[len(log)-1].Outcome, tc.logged)
			}
		})
	}
}

func TestOKWithoutTS(t *testing.T) {
	w := newWorld(t)
	w.Faults(On{}, Fault{Answer: AnswerNoTS})
	_, ts, err := w.api.PostMessage("CTEACH", slack.MsgOptionText("x", false))
	if ts != "" || err != nil || len(w.Messages("CTEACH")) != 1 {
		t.Errorf("%q %v", ts, err)
	}
}

func TestFaultsStrikeInOrderAndOnlyWhereTheyShould(t *testing.T) {
	w := newWorld(t)
	w.Faults(On{Channel: "CTEACH"}, ErrorBefore(500), Fault{}, ErrorBefore(502))
	w.Faults(On{Team: "T0LOWELL"}, DropBefore())
	w.post(t, "CPRIV", "elsewhere all is well")
	var outcomes []string
	for range 4 {
		_, _, err := w.api.PostMessage("CTEACH", slack.MsgOptionText("x", false))
		outcomes = append(outcomes, sprintErr(err))
	}
	if got := strings.Join(outcomes, "; "); !strings.Contains(got, "500") || !strings.Contains(got, "502") || strings.Count(got, "<nil>") != 2 {
		t.Error(got)
	}
}

func sprintErr(err error) string {
	if err == nil {
		return "<nil>"
	}
	return err.Error()
}

func TestOddsAreTheSameEveryTime(t *testing.T) {
	run := func() string {
		w := newWorld(t)
		w.FaultsAtRandom(On{}, Odds{Share: 0.5, Seed: 7}, ErrorBefore(500), DropBefore())
		got := ""
		for range 20 {
			_, _, err := w.api.PostMessage("CTEACH", slack.MsgOptionText("x", false))
			got += map[bool]string{true: "+", false: "-"}[err == nil]
		}
		w.ClearFaults()
		w.post(t, "CTEACH", "well again")
		return got
	}
	first := run()
	if second := run(); first != second || !strings.Contains(first, "+") || !strings.Contains(first, "-") {
		t.Errorf("%s, then %s", first, second)
	}
}

func TestAChannelMayFailForEver(t *testing.T) {
	w := newWorld(t)
	w.FaultsAlways(On{Channel: "CTEACH"}, ErrorBefore(503))
	for range 10 {
		_, _, err := w.api.PostMessage("CTEACH", slack.MsgOptionText("x", false))
		wantError(t, err, "503")
	}
	w.post(t, "CPRIV", "others go on")
}

func TestAPostMayTakeEffectAfterItsClientGaveUp(t *testing.T) {
	w := newWorld(t)
	held := make(chan struct{})
	w.Faults(On{}, Hang(held, StoreLate))
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, _, err := w.api.PostMessageContext(ctx, "CTEACH", slack.MsgOptionText("late", false))
		gone <- err
	}()
	if err := w.AwaitCalls(t.Context(), On{Channel: "CTEACH"}, 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n := len(w.Messages("CTEACH")); n != 0 {
		t.Errorf("stored %d before its time", n)
	}
	close(held)
	if err := w.Wait(t.Context(), func() bool { return len(w.Messages("CTEACH")) == 1 }); err != nil {
		t.Error(err)
	}
}

func TestCloseLetsHangingCallsGoUnstored(t *testing.T) {
	w := newWorld(t)
	w.Faults(On{}, Hang(make(chan struct{}), StoreLate))
	var wg sync.WaitGroup
	wg.Go(func() { _, _, _ = w.api.PostMessage("CTEACH", slack.MsgOptionText("x", false)) })
	if err := w.AwaitCalls(t.Context(), On{}, 1); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	if n := len(w.Messages("CTEACH")); n != 0 {
		t.Errorf("stored %d", n)
	}
}

func TestOutages(t *testing.T) {
	w := newWorld(t)
	w.post(t, "CTEACH", "before")
	w.Down(OutageUnavailable)
	_, _, err := w.api.PostMessage("CTEACH", slack.MsgOptionText("x", false))
	wantError(t, err, "503")
	if err := w.Up(); err != nil {
		t.Fatal(err)
	}
	w.post(t, "CTEACH", "between")
	w.Down(OutageRefuse)
	_, _, err = w.api.PostMessage("CTEACH", slack.MsgOptionText("x", false))
	if err == nil { // EOF where the client had not seen yet that its connection was cut
		t.Error("a post got through")
	}
	if err := w.Up(); err != nil {
		t.Fatal(err)
	}
	w.post(t, "CTEACH", "after, at the same address")
	if n := len(w.Messages("CTEACH")); n != 3 {
		t.Errorf("stored %d, want 3", n)
	}
}

func TestAChannelIsArchivedMidway(t *testing.T) {
	w := newWorld(t)
	w.ArchiveAfter("CTEACH", 2)
	w.post(t, "CTEACH", "1")
	w.post(t, "CTEACH", "2")
	_, _, err := w.api.PostMessage("CTEACH", slack.MsgOptionText("3", false))
	wantError(t, err, "is_archived")
	w.ChangeChannel("CTEACH", func(c *Channel) { c.Archived = false })
	w.post(t, "CTEACH", "back")
	w.ArchiveAfter("CTEACH", 0)
	_, _, err = w.api.PostMessage("CTEACH", slack.MsgOptionText("4", false))
	wantError(t, err, "is_archived")
}

func TestHistoryMayLagBehind(t *testing.T) {
	w := newWorld(t)
	w.LagHistory("CTEACH", 1)
	w.post(t, "CTEACH", "x")
	for _, want := range []int{0, 1, 1} {
		if got := len(w.history(t, slack.GetConversationHistoryParameters{}).Messages); got != want {
			t.Errorf("history has %d, want %d", got, want)
		}
	}
}

func TestLimitsAnswer429UntilTimeHasPassed(t *testing.T) {
	w := newWorld(t, WithLimits(Limits{
		Method:  map[string]Rate{"chat.update": {Count: 2, Per: time.Minute, Burst: 1}},
		Channel: Rate{Count: 1, Per: time.Second, Burst: 2},
	}))
	limited := func(err error, after time.Duration) {
		t.Helper()
		var limit *slack.RateLimitedError
		if !errors.As(err, &limit) || limit.RetryAfter != after {
			t.Errorf("%v, want a limit of %v", err, after)
		}
	}
	ts := string(w.post(t, "CTEACH", "1"))
	w.post(t, "CTEACH", "2")
	_, _, err := w.api.PostMessage("CTEACH", slack.MsgOptionText("3", false))
	limited(err, time.Second)
	w.post(t, "CPRIV", "other channels have their own")
	w.clock.Advance(time.Second)
	w.post(t, "CTEACH", "3")

	_, _, _, err = w.api.UpdateMessage("CTEACH", ts, slack.MsgOptionText("edit", false))
	wantError(t, err, "")
	w.clock.Advance(500 * time.Millisecond)
	_, _, _, err = w.api.UpdateMessage("CPRIV", ts, slack.MsgOptionText("edit", false))
	limited(err, 30*time.Second) // 29.5, rounded up
	w.SetLimits(Limits{})
	_, _, _, err = w.api.UpdateMessage("CTEACH", ts, slack.MsgOptionText("edit", false))
	wantError(t, err, "")
	if got := w.Tally().Limited; got["chat.postMessage"] != 1 || got["chat.update"] != 1 {
		t.Errorf("%v", got)
	}
}

func TestTheWorkspaceHasACapAndHistoryItsPage(t *testing.T) {
	l := SlackLimits()
	l.HistoryPage = 15
	w := newWorld(t, WithLimits(l))
	limits := 0
	for i := range 60 {
		id := ChannelID("C" + strings.Repeat("X", 1+i))
		w.AddChannel(w.ws.Team, Channel{ID: id, Member: true})
		if _, _, err := w.api.PostMessage(string(id), slack.MsgOptionText("x", false)); err != nil {
			limits++
		}
	}
	if limits != 10 {
		t.Errorf("%d of 60 limited, want 10: the burst is 50", limits)
	}
	for range 20 {
		w.Say("CTEACH", "UANN", "hi")
	}
	if got := w.history(t, slack.GetConversationHistoryParameters{Limit: 100}); len(got.Messages) != 15 || !got.HasMore {
		t.Errorf("page of %d, more %v", len(got.Messages), got.HasMore)
	}
}

func TestLightIsTheSameToAClient(t *testing.T) {
	w := newWorld(t, Light())
	seen := map[TS]bool{}
	for range 100 {
		seen[w.post(t, "CANY", "x")] = true
	}
	body, res := w.call(t, "chat.update", "application/json", `{"channel":"C7","ts":"1.000001","text":"x"}`)
	if len(seen) != 100 || res.StatusCode != http.StatusOK || !strings.Contains(body, `"channel":"C7"`) {
		t.Errorf("%d ids; %s", len(seen), body)
	}
	if got := w.Tally(); got.Posts != 101 || !got.First.Equal(w.clock.Now()) {
		t.Errorf("%+v", got)
	}
}
