package slack_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/chattest"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// slowly answers after d.
func slowly(d time.Duration) func(chat.Request) chat.Reply {
	return func(chat.Request) chat.Reply {
		time.Sleep(d)
		return chat.Reply{Message: chat.Message{Summary: chat.Plain("INC-1 is open.")}}
	}
}

// only waits until the channel has just these messages by the bot, and returns them.
func (w *world) only(id slacktest.ChannelID, texts ...string) []slacktest.Message {
	w.t.Helper()
	var said []slacktest.Message
	for _, m := range w.fake.Messages(id) {
		if m.Bot != "" {
			said = append(said, m)
		}
	}
	ok := len(said) == len(texts)
	for i := range min(len(said), len(texts)) {
		ok = ok && strings.Contains(said[i].Text, texts[i])
	}
	if !ok {
		w.t.Fatalf("want %q in:\n%s", texts, w.fake.Transcript(id, time.UTC))
	}
	return said
}

func TestAnAnswerJustInTimeIsTheResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.answerWith(slowly(1900 * time.Millisecond))
		if a := w.types(w.typed("declare learn down")); a.Status != http.StatusOK || a.Reply.Text != "INC-1 is open." || w.fake.HookUses(a.ResponseURL) != 0 {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	})
}

func TestALateAnswerFollowsAnEmptyOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.answerWith(slowly(8 * time.Second))
		begun := time.Now()
		a := w.types(w.typed("declare learn down"))
		if a.Late || a.Status != http.StatusOK || len(a.Body) != 0 || time.Since(begun) != 2*time.Second {
			t.Errorf("after %v: %d %q", time.Since(begun), a.Status, a.Body)
		}
		time.Sleep(7 * time.Second)
		if m := w.only("CTEACH", "INC-1 is open.")[0]; m.To != "UANN" || w.fake.HookUses(a.ResponseURL) != 1 {
			t.Errorf("%+v", m)
		}
	})
}

// A command that used up its time is answered all the same, and so is one whose form
// Slack's API neither opens nor refuses.
func TestAnAnswerAfterAllTheTimeIsGivenAllTheSame(t *testing.T) {
	for name, handle := range map[string]chat.Handler{
		"a slow command": func(ctx context.Context, _ chat.Request) chat.Reply {
			<-ctx.Done()
			return chat.Reply{Failed: true, Message: chat.Message{Summary: chat.Plain("Please try again.")}}
		},
		"a slow form": func(context.Context, chat.Request) chat.Reply {
			return chat.Reply{Form: &chat.Form{Title: "T", Submit: "S", Command: "incident resolve 42"}, Message: chat.Message{Summary: chat.Plain("Please try again.")}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				held := make(chan struct{})
				defer close(held)
				w.fake.FaultsAlways(slacktest.On{Method: "views.open"}, slacktest.Hang(held, slacktest.StoreNever))
				w.handler = handle
				w.types(w.typed("resolve 42"))
				time.Sleep(time.Minute)
				if m := w.only("CTEACH", "Please try again.")[0]; m.To != "UANN" {
					t.Errorf("%+v", m)
				}
			})
		})
	}
}

// An answer is not lost with its response_url: then it is shown in the channel, and
// where that is refused too, written directly.
func TestALateAnswerThatItsAddressDoesNotTakeComesAnotherWay(t *testing.T) {
	for name, fault := range map[string]slacktest.Fault{"refused": slacktest.ErrorBefore(500), "cut": slacktest.DropBefore(), "too old": slacktest.Refused("expired_url")} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.fake.Faults(slacktest.On{Method: "response_url"}, fault)
				w.answerWith(slowly(3 * time.Second))
				w.types(w.typed("declare learn down"))
				time.Sleep(5 * time.Second)
				if m := w.only("CTEACH", "INC-1 is open.")[0]; m.To != "UANN" || m.Via != "chat.postEphemeral" {
					t.Errorf("%+v", m)
				}
				w.fake.Faults(slacktest.On{Method: "response_url"}, fault)
				w.fake.Faults(slacktest.On{Method: "chat.postEphemeral"}, slacktest.Refused("user_not_in_channel"))
				w.types(w.typed("declare learn down"))
				time.Sleep(5 * time.Second)
				w.only("DANN", "INC-1 is open.")
				w.showsNoSecret()
				if !strings.Contains(w.logs.String(), "an answer was not taken by Slack") {
					t.Error(w.logs.String())
				}
			})
		})
	}
}

func TestACommandWaitsLittleForWhoAPersonIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.answerWith(slowly(time.Second))
		held := make(chan struct{})
		defer close(held)
		w.fake.Faults(slacktest.On{Method: "users.info"}, slacktest.Hang(held, slacktest.StoreNever))
		begun := time.Now()
		w.types(w.typed("declare learn down"))
		if took := time.Since(begun); took != 1700*time.Millisecond || len(w.heard()) != 1 || w.heard()[0].Guest {
			t.Errorf("took %v, %+v", took, w.heard())
		}
	})
}

func TestACommandIsCarriedOutWhenSlackHangsUp(t *testing.T) {
	w := newWorld(t)
	body := "team_id=T0AMHERST&api_app_id=A0AMHERST&channel_id=CTEACH&command=/incident&trigger_id=1&user_id=UANN"
	ctx, hangUp := context.WithCancel(t.Context())
	req := httptest.NewRequestWithContext(ctx, http.MethodPost, "/slack/amherst/commands", strings.NewReader(body))
	req.Header = slacktest.Sign(signingSecret, time.Now(), []byte(body))
	w.handler = func(ctx context.Context, _ chat.Request) chat.Reply {
		hangUp()
		if err := ctx.Err(); err != nil {
			t.Error(err)
		}
		return chat.Reply{}
	}
	w.routes.ServeHTTP(httptest.NewRecorder(), req)
	if ctx.Err() == nil {
		t.Error("the command was not carried out")
	}
}

// What would have acknowledged a request that broke us does not write to what is
// left of its response.
func TestARequestThatBreaksIsNotAcknowledgedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.answerWith(func(chat.Request) chat.Reply { panic(http.ErrAbortHandler) }) // as any other, but for the log
		if a, err := w.fake.Type(t.Context(), w.typed("declare learn down")); err == nil {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		time.Sleep(3 * time.Second)
		w.answerWith(slowly(0))
		if a := w.types(w.typed("declare learn down")); a.Reply.Text != "INC-1 is open." {
			t.Errorf("afterwards: %d %s", a.Status, a.Body)
		}
	})
}

func TestTheTimeBeforeACommandCountsForItsLateAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.answerWith(slowly(1500 * time.Millisecond))
		held := make(chan struct{})
		defer close(held)
		w.fake.Faults(slacktest.On{Method: "users.info"}, slacktest.Hang(held, slacktest.StoreNever))
		begun := time.Now()
		a := w.types(w.typed("declare learn down")) // 0.7 s for the person, then 1.5 s
		if took := time.Since(begun); a.Status != http.StatusOK || len(a.Body) != 0 || took != 2*time.Second {
			t.Errorf("%d %q after %v", a.Status, a.Body, took)
		}
		time.Sleep(time.Second)
		w.only("CTEACH", "INC-1 is open.")
	})
}

// Just after the very first start much of Slack may be slow at once: all that a
// command waits for is little in all.
func TestTheWaitsBeforeACommandAddUpToLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.restart(slacktest.Slow(1400*time.Millisecond, slacktest.StoreEarly))
		for _, method := range []string{"users.info", "usergroups.users.list", "conversations.join"} {
			w.fake.FaultsAlways(slacktest.On{Method: method}, slacktest.Slow(8*time.Second, slacktest.StoreNever))
		}
		begun := time.Now()
		a := w.types(slacktest.Command{Team: w.at.Team, Channel: "CTEACH", User: "UANN", Line: "/subscribe learn"})
		took := time.Since(begun)
		synctest.Wait() // it is acknowledged and handed on in the same moment
		if a.Late || took != 2*time.Second || len(w.heard()) != 1 {
			t.Errorf("%d %q after %v, heard %v", a.Status, a.Body, took, w.heard())
		}
		time.Sleep(time.Second)
		w.only("CTEACH", "Done.")
	})
}

func TestRequestsWaitForTheWorkspaceToBeKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.restart(slacktest.ErrorBefore(503), slacktest.ErrorBefore(503)) // at 0 and 250 ms
		if a := w.types(w.typed("")); a.Status != http.StatusOK {
			t.Errorf("known after 750 ms: %d %s", a.Status, a.Body)
		}
	})
}

func TestUnknownWorkspacesAreAskedToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.restart(slacktest.Refused("invalid_auth"), slacktest.Refused("invalid_auth"), slacktest.Refused("invalid_auth"), slacktest.Refused("invalid_auth"))
		a := w.types(w.typed(""))
		if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || len(w.heard()) != 0 {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		time.Sleep(5 * time.Second)
		if a := w.types(w.typed("")); a.Status != http.StatusOK {
			t.Errorf("afterwards: %d %s", a.Status, a.Body)
		}
	})
}

// restart starts the adapter anew, as if for the first time, while auth.test fails
// as given.
func (w *world) restart(faults ...slacktest.Fault) {
	w.stop()
	w.memory = chattest.Memory{}
	w.fake.Faults(slacktest.On{Method: "auth.test"}, faults...)
	w.start()
}
