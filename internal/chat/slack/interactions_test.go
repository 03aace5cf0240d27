package slack_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
)

// card posts a message with two buttons to the channel and returns its id.
func (w *world) card(id string) slacktest.TS {
	w.t.Helper()
	w.words = func(chat.Delivery) chat.Message {
		return chat.Message{Summary: chat.Plain("Learn is down."), Actions: []chat.Action{
			{Label: "Resolve INC-42", Command: "incident resolve 42", Confirm: "Is it over?", Style: chat.Primary},
			{Label: "Status page", URL: "https://status.example.edu/"},
		}}
	}
	ts, err := w.bot.Post(w.t.Context(), delivery(id, 1))
	if err != nil {
		w.t.Fatal(err)
	}
	return slacktest.TS(ts)
}

// delivery is a root about INC-42 in a channel of amherst.
func delivery(id string, n int) chat.Delivery {
	return chat.Delivery{Channel: desk.Channel{Connection: "amherst", ID: id}, Subject: desk.Subject{Kind: desk.IncidentSubject, Number: 42}, N: n}
}

func (w *world) clicks(c slacktest.Click) slacktest.Answer {
	w.t.Helper()
	a, err := w.fake.Click(w.t.Context(), c)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func TestAButtonIsTypingItsCommand(t *testing.T) {
	w := newWorld(t)
	ts := w.card("COPS")
	a := w.clicks(slacktest.Click{Channel: "COPS", TS: ts, User: "UANN", Action: "do-0"})
	if a.Status != http.StatusOK || len(a.Body) != 0 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	r := w.heard()[0]
	if r.Command != "incident" || r.Text != "resolve 42" || r.Person.ID != "UANN" || r.Name != "ann" || r.Channel.ID != "COPS" {
		t.Errorf("%+v", r)
	}
	w.fakeSays("COPS", 2)
	said := w.only("COPS", "Learn is down.", "Done.")
	if said[1].To != "UANN" || said[0].Text != "Learn is down." {
		t.Errorf("%+v", said[1])
	}
}

// fakeSays waits until the bot has said so many things in the channel.
func (w *world) fakeSays(id slacktest.ChannelID, n int) {
	w.t.Helper()
	err := w.fake.Wait(w.t.Context(), func() bool {
		said := 0
		for _, m := range w.fake.Messages(id) {
			if m.Bot != "" {
				said++
			}
		}
		return said >= n
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestAClickThatComesAgainIsTheSameAndASecondClickIsNot(t *testing.T) {
	w := newWorld(t)
	ts := w.card("COPS")
	r, err := w.fake.ClickRequest(slacktest.Click{Channel: "COPS", TS: ts, User: "UANN", Action: "do-0"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := w.fake.Send(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	w.clicks(slacktest.Click{Channel: "COPS", TS: ts, User: "UANN", Action: "do-0"})
	got := w.heard()
	if got[0].ID != got[1].ID || got[1].ID == got[2].ID || !strings.HasPrefix(got[0].ID, "amherst/"+string(ts)) {
		t.Errorf("%s %s %s", got[0].ID, got[1].ID, got[2].ID)
	}
}

func TestClicksOfTwoPeopleAtOneTimeAreTwo(t *testing.T) {
	w := newWorld(t)
	for _, user := range []string{"UANN", "UGUEST"} {
		body := `payload={"type":"block_actions","api_app_id":"A0AMHERST","team":{"id":"T0AMHERST"},"user":{"id":"` + user + `"},"channel":{"id":"COPS"},
			"container":{"message_ts":"1.1"},"actions":[{"action_id":"do-0","value":"incident list","action_ts":"1.2"}]}`
		if status, answer := w.raw("POST", "/slack/amherst/interactions", slacktest.Sign(signingSecret, time.Now(), []byte(body)), body); status != http.StatusOK {
			t.Fatalf("%d %s", status, answer)
		}
	}
	if got := w.heard(); got[0].ID == got[1].ID {
		t.Errorf("both are %s", got[0].ID)
	}
}

func TestALinkButtonIsOnlyAcknowledged(t *testing.T) {
	w := newWorld(t)
	ts := w.card("COPS")
	if a := w.clicks(slacktest.Click{Channel: "COPS", TS: ts, User: "UANN", Action: "open-1"}); a.Status != http.StatusOK || len(w.heard()) != 0 {
		t.Errorf("%d, %d requests", a.Status, len(w.heard()))
	}
}

func TestAnAnswersButtonReplacesIt(t *testing.T) {
	for _, tc := range []struct {
		name  string
		reply chat.Reply
		want  []string // what the bot's messages read in the end
	}{
		{"done", chat.Reply{Message: chat.Message{Summary: chat.Plain("All removed.")}}, []string{"All removed."}},
		{"refused", chat.Reply{Message: chat.Message{Summary: chat.Plain("You may not.")}, Failed: true}, []string{"Remove all?", "You may not."}},
		{"shown here", chat.Reply{Message: chat.Message{Summary: chat.Plain("All work.")}, Public: true}, []string{"Remove all?", "All work."}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			w.answerWith(func(chat.Request) chat.Reply {
				return chat.Reply{Message: chat.Message{Summary: chat.Plain("Remove all?"), Actions: []chat.Action{{Label: "Remove all", Command: "unsubscribe --yes", Style: chat.Danger}}}}
			})
			w.types(w.typed(""))
			ask := w.only("CTEACH", "Remove all?")[0]
			w.answerWith(func(chat.Request) chat.Reply { return tc.reply })
			a := w.clicks(slacktest.Click{Channel: "CTEACH", TS: ask.TS, User: "UANN", Action: "do-0"})
			if err := w.fake.Wait(t.Context(), func() bool { return w.fake.HookUses(a.ResponseURL) == 1 }); err != nil {
				t.Fatal(err)
			}
			w.fakeSays("CTEACH", len(tc.want))
			w.only("CTEACH", tc.want...)
		})
	}
}

func TestOtherInteractionsAreAcknowledged(t *testing.T) {
	w := newWorld(t)
	for _, payload := range []string{
		`{"type":"view_closed","api_app_id":"A0AMHERST","team":{"id":"T0AMHERST"}}`,
		`{"type":"block_actions","api_app_id":"A0AMHERST","team":{"id":"T0AMHERST"},"actions":[]}`,
		`{"type":"block_actions","api_app_id":"A0AMHERST","team":{"id":"T0AMHERST"},"actions":[{"action_id":"other","value":"incident resolve 42"}]}`,
	} {
		body := "payload=" + payload
		status, answer := w.raw("POST", "/slack/amherst/interactions", slacktest.Sign(signingSecret, time.Now(), []byte(body)), body)
		if status != http.StatusOK || answer != "" || len(w.heard()) != 0 {
			t.Errorf("%s: %d %s", payload, status, answer)
		}
	}
}
