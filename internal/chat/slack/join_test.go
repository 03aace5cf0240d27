package slack_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

func TestASubscriptionBringsUsIntoItsChannel(t *testing.T) {
	for _, tc := range []struct {
		line string
		user slacktest.UserID
		from slacktest.ChannelID
		want slacktest.ChannelID // joined, "" for none
	}{
		{"/subscribe learn", "UANN", "COUT", "COUT"},
		{"/belltower subscribe learn", "UANN", "COUT", "COUT"},
		{"/subscribe <#COUT|not-inside> learn", "UANN", "COPS", "COUT"},
		{"/subscribe amherst/COUT learn", "UANN", "COPS", "COUT"},
		{"/subscribe boston/COUT learn", "UANN", "COPS", ""},
		{"/subscribe", "UANN", "COUT", ""},
		{"/belltower subscribe", "UANN", "COUT", ""},
		{"/subscribe learn", "UGUEST", "COUT", ""},
		{"/incident subscribe learn", "UANN", "COUT", ""},
		{"/status learn", "UANN", "COUT", ""},
	} {
		t.Run(tc.line, func(t *testing.T) {
			w := newWorld(t)
			a := w.types(slacktest.Command{Line: tc.line, User: tc.user, Channel: tc.from})
			joined := slacktest.ChannelID("")
			for _, c := range w.fake.Log() {
				if c.Method == "conversations.join" {
					joined = c.Channel
				}
			}
			if a.Status != 200 || len(w.heard()) != 1 || joined != tc.want {
				t.Errorf("%d, joined %q, want %q", a.Status, joined, tc.want)
			}
			_, err := w.bot.Post(t.Context(), delivery("COUT", 1))
			if (err == nil) != (tc.want == "COUT") {
				t.Errorf("post afterwards: %v", err)
			}
		})
	}
}

func TestASubscriptionDoesNotWaitLongForUs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fake.Faults(slacktest.On{Method: "conversations.join"}, slacktest.Slow(20*time.Second, slacktest.StoreLate))
		begun := time.Now()
		a := w.types(slacktest.Command{Line: "/subscribe learn", User: "UANN", Channel: "COUT"})
		if took := time.Since(begun); a.Status != 200 || took > time.Second {
			t.Errorf("%d after %v", a.Status, took)
		}
	})
}
