package slack_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
)

func TestACommandIsHandedOverAndAnsweredInTheResponse(t *testing.T) {
	w := newWorld(t)
	w.answerWith(func(chat.Request) chat.Reply {
		return chat.Reply{Message: chat.Message{Summary: chat.Plain("INC-1 is open & told.")}}
	})
	c := w.typed("declare learn down | see <@U1|bob> in <#C2|ops> &amp; call")
	c.TriggerID = "123.456.abc"
	a := w.types(c)
	if a.Status != http.StatusOK || a.Reply.Text != "INC-1 is open &amp; told." || a.Reply.ResponseType != "ephemeral" || len(a.Problems) > 0 {
		t.Errorf("answer = %d %s %v", a.Status, a.Body, a.Problems)
	}
	got := w.heard()[0]
	if got.ID != "amherst/123.456.abc" || got.Command != "incident" || got.Text != "declare learn down | see @amherst/U1 in #amherst/C2 & call" {
		t.Errorf("request = %+v", got)
	}
	if got.Person != (desk.Person{Connection: "amherst", ID: "UANN"}) || got.Channel != (desk.Channel{Connection: "amherst", ID: "CTEACH"}) ||
		got.Name != "ann" || got.Direct || got.Guest || got.Zone.String() != "America/Chicago" || got.Trace == "" {
		t.Errorf("request = %+v", got)
	}
}

func TestARepeatedRequestHasTheSameIDAndAnotherDoesNot(t *testing.T) {
	w := newWorld(t)
	c := w.typed("declare learn down")
	c.TriggerID = "1.2.3"
	w.types(c)
	w.types(c)
	c.TriggerID = ""
	w.types(c)
	got := w.heard()
	if got[0].ID != got[1].ID || got[0].Trace != got[1].Trace || got[1].ID == got[2].ID || got[1].Trace == got[2].Trace {
		t.Errorf("ids %s %s %s", got[0].ID, got[1].ID, got[2].ID)
	}
}

func TestAPublicAnswerIsForTheChannel(t *testing.T) {
	w := newWorld(t)
	w.answerWith(func(chat.Request) chat.Reply {
		return chat.Reply{Message: chat.Message{Summary: chat.Plain("All work.")}, Public: true}
	})
	if a := w.types(w.typed("")); a.Reply.ResponseType != "in_channel" {
		t.Errorf("%s", a.Body)
	}
}

func TestAnAnswerThatSaysNothingIsEmpty(t *testing.T) {
	w := newWorld(t)
	w.answerWith(func(chat.Request) chat.Reply { return chat.Reply{} })
	if a := w.types(w.typed("")); a.Status != http.StatusOK || len(a.Body) != 0 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	a := w.clicks(slacktest.Click{Channel: "COPS", TS: w.card("COPS"), User: "UANN", Action: "do-0"})
	if w.only("COPS", "Learn is down."); a.Status != http.StatusOK || w.fake.HookUses(a.ResponseURL) != 0 {
		t.Errorf("%d, and something was posted", a.Status)
	}
}

func TestAWorkspacePrintsNoSecret(t *testing.T) {
	w := newWorld(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		w.showsNoSecret(fmt.Sprintf(verb, w.bot), fmt.Sprintf(verb, []any{w.bot}))
	}
}

func TestGuestsAndDirectMessagesAreMarked(t *testing.T) {
	w := newWorld(t)
	w.fake.AddChannel(w.at.Team, slacktest.Channel{ID: "DANN", Kind: slacktest.IM, User: "UANN"})
	c := w.typed("")
	c.User, c.Channel = "UGUEST", "DANN"
	w.types(c)
	if got := w.heard()[0]; !got.Guest || !got.Direct || got.Zone != nil {
		t.Errorf("%+v", got)
	}
}

func TestAPersonIsAskedAboutOnce(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		w.types(w.typed(""))
	}
	if n := w.fake.Tally().Calls["users.info"]; n != 1 {
		t.Errorf("users.info was called %d times", n)
	}
}

func TestMembersOfTheNamedUserGroupsAreMarked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(w *world) { w.fake.SetGroup(w.at.Team, "S0ONCALL", "UANN") })
		groupsOf := func(user slacktest.UserID) []string {
			synctest.Wait()
			c := w.typed("")
			c.User = user
			w.types(c)
			got := w.heard()
			return got[len(got)-1].Groups
		}
		if got := groupsOf("UANN"); len(got) != 1 || got[0] != "group:S0ONCALL" {
			t.Errorf("a member's groups: %v", got)
		}
		if got := groupsOf("UGUEST"); got != nil {
			t.Errorf("another's groups: %v", got)
		}
		w.fake.FaultsAtRandom(slacktest.On{Method: "usergroups.users.list"}, slacktest.Odds{Share: 1}, slacktest.ErrorBefore(503))
		time.Sleep(23 * time.Hour)
		if got := groupsOf("UANN"); len(got) != 1 {
			t.Errorf("after 23 hours without an answer: %v", got)
		}
		time.Sleep(2 * time.Hour)
		if got := groupsOf("UANN"); got != nil {
			t.Errorf("after 25 hours without an answer: %v", got)
		}
	})
}

func TestWhatSlackDidNotSignIsRefusedUnread(t *testing.T) {
	for _, tc := range []struct {
		name    string
		forgery slacktest.Forgery
		want    int
	}{
		{"signed", slacktest.Forgery{}, 200},
		{"the next secret", slacktest.Forgery{Secret: nextSecret}, 200},
		{"a little late", slacktest.Forgery{Skew: -4 * time.Minute}, 200},
		{"a clock ahead", slacktest.Forgery{Skew: 4 * time.Minute}, 200},
		{"no signature", slacktest.Forgery{Unsigned: true}, 401},
		{"no time", slacktest.Forgery{NoTimestamp: true}, 401},
		{"another secret", slacktest.Forgery{Secret: "boston-signing-secret"}, 401},
		{"stale", slacktest.Forgery{Skew: -6 * time.Minute}, 401},
		{"from the future", slacktest.Forgery{Skew: 6 * time.Minute}, 401},
		{"no hex", slacktest.Forgery{Signature: "v0=zz"}, 401},
		{"another version", slacktest.Forgery{Signature: "v1=" + strings.Repeat("00", 32)}, 401},
		{"a short signature", slacktest.Forgery{Signature: "v0=00"}, 401},
		{"an empty one", slacktest.Forgery{Signature: "v0="}, 401},
		{"altered", slacktest.Forgery{Alter: func(b []byte) []byte { return append(b, '&') }}, 401},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			c := w.typed("declare learn down")
			c.Forgery = tc.forgery
			a := w.types(c)
			if a.Status != tc.want || (tc.want == 200) != (len(w.heard()) == 1) {
				t.Errorf("status %d, %d requests handled", a.Status, len(w.heard()))
			}
			w.showsNoSecret(string(a.Body))
		})
	}
}

func TestASignatureNeedsItsVersion(t *testing.T) {
	w := newWorld(t)
	r := w.command("list")
	r.Header.Set("X-Slack-Signature", strings.TrimPrefix(r.Header.Get("X-Slack-Signature"), "v0="))
	rec := httptest.NewRecorder()
	if w.routes.ServeHTTP(rec, r); rec.Code != http.StatusUnauthorized {
		t.Errorf("status %d", rec.Code)
	}
}

func TestWhatCannotBeServedIsAnsweredByStatus(t *testing.T) {
	w := newWorld(t)
	signed := func(body string) http.Header { return slacktest.Sign(signingSecret, time.Now(), []byte(body)) }
	for _, tc := range []struct {
		name, method, path, body string
		want                     int
	}{
		{"another method", "GET", "commands", "", 405},
		{"no such address", "POST", "views", "", 404},
		{"10 MB", "POST", "commands", strings.Repeat("x", 10<<20), 413},
		{"just above the limit", "POST", "events", strings.Repeat("x", 1<<20+1), 413},
		{"no form", "POST", "commands", "%zz", 400},
		{"an empty form", "POST", "commands", "", 400},
		{"a form without a person", "POST", "commands", "team_id=T0AMHERST&api_app_id=A0AMHERST&channel_id=C1&command=/x&trigger_id=1", 400},
		{"another workspace", "POST", "commands", "team_id=T0BOSTON&api_app_id=A0AMHERST&channel_id=C1&command=/x&trigger_id=1&user_id=U1", 403},
		{"another app", "POST", "commands", "team_id=T0AMHERST&api_app_id=A0BOSTON&channel_id=C1&command=/x&trigger_id=1&user_id=U1", 403},
		{"no app", "POST", "commands", "team_id=T0AMHERST&channel_id=C1&command=/x&trigger_id=1&user_id=U1", 403},
		{"no payload", "POST", "interactions", "payload=", 400},
		{"a payload of another workspace", "POST", "interactions", `payload={"type":"block_actions","api_app_id":"A0AMHERST","team":{"id":"T0BOSTON"}}`, 403},
		{"a click without a person", "POST", "interactions", `payload={"type":"block_actions","api_app_id":"A0AMHERST","team":{"id":"T0AMHERST"},"actions":[{"action_id":"do-0"}]}`, 400},
		{"no event", "POST", "events", "{", 400},
		{"an event of another workspace", "POST", "events", `{"type":"event_callback","team_id":"T0BOSTON","api_app_id":"A0AMHERST"}`, 403},
		{"deep nesting", "POST", "events", strings.Repeat("[", 100_000), 400},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, body := w.raw(tc.method, "/slack/amherst/"+tc.path, signed(tc.body), tc.body)
			if status != tc.want {
				t.Errorf("status %d %s, want %d", status, body, tc.want)
			}
		})
	}
	if n := len(w.heard()); n != 0 {
		t.Errorf("%d requests were handled", n)
	}
}

func TestHTTPIsClosedInSocketMode(t *testing.T) {
	inSocketMode(t, func(t *testing.T, w *world) {
		status, body := w.raw(http.MethodPost, "/slack/amherst/commands", nil, "")
		if status != http.StatusNotFound || !strings.Contains(body, "Socket Mode") {
			t.Errorf("%d %s", status, body)
		}
	})
}
