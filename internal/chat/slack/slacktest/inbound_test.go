package slacktest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	. "github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// echoBot verifies requests with slack-go's verifier and answers commands as
// told by its answer function; it keeps what it got.
type echoBot struct {
	secret Secret
	answer func(w http.ResponseWriter, r *http.Request)
	got    []*http.Request
}

func (b *echoBot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	v, err := slack.NewSecretsVerifier(r.Header, string(b.secret))
	if err == nil {
		_, _ = v.Write(body)
		err = v.Ensure()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	_ = r.ParseForm()
	b.got = append(b.got, r)
	if b.answer != nil {
		b.answer(w, r)
	}
}

func (b *echoBot) last() *http.Request { return b.got[len(b.got)-1] }

func say(contentType, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, body)
	}
}

// newBot is a bot at a port of its own. slack-go's verifier goes by the wall
// clock, so the world's clock is set to it.
func (w *world) newBot(t *testing.T) *echoBot {
	t.Helper()
	b := &echoBot{secret: w.ws.SigningSecret}
	host := httptest.NewServer(b)
	t.Cleanup(host.Close)
	w.AddWorkspace(w.ws.At(host.URL))
	w.clock.Advance(time.Since(w.clock.Now()))
	return b
}

var declare = Command{Channel: "CTEACH", User: "UANN", Line: "/incident declare learn down"}

func TestACommandCarriesWhatSlackSends(t *testing.T) {
	w := newWorld(t)
	b := w.newBot(t)
	b.answer = say("text/plain", "INC-1 it is")
	a, err := w.Type(t.Context(), declare)
	if err != nil || a.Status != 200 || a.Reply.Text != "INC-1 it is" || a.Late {
		t.Fatalf("%+v %v", a, err)
	}
	c, err := slack.SlashCommandParse(b.last())
	if err != nil {
		t.Fatal(err)
	}
	if c.Command != "/incident" || c.Text != "declare learn down" || c.TeamID != "T0AMHERST" || c.APIAppID != "A0AMHERST" ||
		c.ChannelName != "teaching" || c.UserName != "ann" || c.TriggerID != a.TriggerID || c.ResponseURL != a.ResponseURL {
		t.Errorf("%+v", c)
	}
	if r := b.last(); r.URL.Path != "/slack/amherst/commands" {
		t.Error(r.URL)
	}
	want := "-- CTEACH teaching (public) --\nUANN types: /incident declare learn down\nBOT (only to UANN): INC-1 it is\n"
	if got := w.Transcript("CTEACH", time.UTC); got != want {
		t.Errorf("got:\n%s", got)
	}
}

func TestForgedRequestsAreToldApart(t *testing.T) {
	w := newWorld(t)
	b := w.newBot(t)
	for name, f := range map[string]Forgery{
		"another secret": {Secret: "lowell-signing-secret"},
		"stale":          {Skew: -6 * time.Minute},
		"future":         {Skew: 6 * time.Minute},
		"unsigned":       {Unsigned: true},
		"no timestamp":   {NoTimestamp: true},
		"a bad header":   {Signature: "v0=00"},
		"altered":        {Alter: func(b []byte) []byte { return bytes.Replace(b, []byte("learn"), []byte("email"), 1) }},
	} {
		c := declare
		c.Forgery = f
		a, err := w.Type(t.Context(), c)
		if err != nil || a.Status != http.StatusUnauthorized || len(b.got) != 0 {
			t.Errorf("%s: %d %v", name, a.Status, err)
		}
	}
	r, err := w.CommandRequest(declare)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if a, err := w.Send(t.Context(), r); err != nil || a.Status != 200 {
			t.Errorf("a replay is well signed: %d %v", a.Status, err)
		}
	}
	if x, y := b.got[0].PostFormValue("trigger_id"), b.got[1].PostFormValue("trigger_id"); x != y || x == "" {
		t.Errorf("a replay is the same request: %q %q", x, y)
	}
}

func TestCommandsFromNowhereAreRefusedHere(t *testing.T) {
	w := newWorld(t)
	if _, err := w.Type(t.Context(), Command{Channel: "CNONE", User: "UANN", Line: "/x"}); err == nil {
		t.Error("no error for a channel of no team")
	}
	w.AddWorkspace(w.ws.At("http://127.0.0.1:1"))
	if _, err := w.Type(t.Context(), declare); err == nil {
		t.Error("no error for a bot that is not there")
	}
}

func TestAnswersThatSlackWouldNotShowAsMeant(t *testing.T) {
	w := newWorld(t)
	b := w.newBot(t)
	for body, want := range map[string]string{
		`{"response_type":"in_channel","text":"fine"}`:          "",
		`{"response_type":"loud","text":"x"}`:                   "unknown response_type",
		`{"text":"x","blocks":[{"type":"nope"}]}`:               "unsupported type: nope",
		`{"blocks":[{"type":"divider"}]}`:                       "without a notification text",
		`{"text":`:                                              "not a reply",
		`{"text":"x","blocks":[{"type":"section","text":"x"}]}`: "must be a text object",
	} {
		b.answer = say("application/json; charset=utf-8", body)
		a, err := w.Type(t.Context(), declare)
		if got := strings.Join(a.Problems, "; "); err != nil || (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q %v", body, got, err)
		}
	}
}

const buttons = `[{"type":"section","text":{"type":"mrkdwn","text":"*Learn*"},"accessory":{"type":"overflow","action_id":"more",
	"options":[{"text":{"type":"plain_text","text":"Mute"},"value":"mute 1"}]}},
	{"type":"actions","elements":[{"type":"button","action_id":"resolve","text":{"type":"plain_text","text":"Resolve INC-1"},"value":"incident resolve 1"}]}]`

func (w *world) postBlocks(t *testing.T, blocks string) TS {
	t.Helper()
	var list slack.Blocks
	if err := json.Unmarshal([]byte(blocks), &list); err != nil {
		t.Fatal(err)
	}
	return w.post(t, "CTEACH", "Learn is not available", slack.MsgOptionBlocks(list.BlockSet...))
}

func TestAClickCarriesTheButtonAndItsMessage(t *testing.T) {
	w := newWorld(t)
	b := w.newBot(t)
	ts := w.postBlocks(t, buttons)
	click := Click{Channel: "CTEACH", TS: ts, User: "UANN", Action: "resolve"}
	a, err := w.Click(t.Context(), click)
	if err != nil || a.Status != 200 {
		t.Fatalf("%+v %v", a, err)
	}
	c, err := slack.InteractionCallbackParse(b.last())
	if err != nil {
		t.Fatal(err)
	}
	action := c.ActionCallback.BlockActions[0]
	if c.Type != slack.InteractionTypeBlockActions || action.Value != "incident resolve 1" || action.BlockID != "b1" || action.ActionTs == "" ||
		c.Container.MessageTs != string(ts) || c.Message.Text != "Learn is not available" || c.User.ID != "UANN" || c.Team.ID != "T0AMHERST" || c.APIAppID != "A0AMHERST" {
		t.Errorf("%+v", c)
	}
	click.Action, click.Option = "more", "mute 1"
	if _, err = w.Click(t.Context(), click); err != nil {
		t.Fatal(err)
	}
	c, err = slack.InteractionCallbackParse(b.last())
	if err != nil || c.ActionCallback.BlockActions[0].SelectedOption.Value != "mute 1" {
		t.Errorf("%+v %v", c, err)
	}
	for _, wrong := range []Click{{Channel: "CNONE"}, {Channel: "CTEACH", TS: "1.000001"}, {Channel: "CTEACH", TS: ts, Action: "none"}, {Channel: "CTEACH", TS: ts, Action: "more", Option: "none"}} {
		if _, err := w.Click(t.Context(), wrong); err == nil {
			t.Errorf("no error for %+v", wrong)
		}
	}
}

func TestAClickOnAnAnswerKnowsItsContainerOnly(t *testing.T) {
	w := newWorld(t)
	b := w.newBot(t)
	b.answer = say("application/json", `{"text":"Sure?","blocks":`+buttons+`}`)
	if _, err := w.Type(t.Context(), declare); err != nil {
		t.Fatal(err)
	}
	b.answer = nil
	all := w.Messages("CTEACH")
	shown := all[len(all)-1]
	if _, err := w.Click(t.Context(), Click{Channel: "CTEACH", TS: shown.TS, User: "UANN", Action: "resolve"}); err != nil {
		t.Fatal(err)
	}
	c, err := slack.InteractionCallbackParse(b.last())
	if err != nil || !c.Container.IsEphemeral || c.Container.MessageTs != string(shown.TS) || c.Message.Text != "" {
		t.Errorf("%+v %v", c, err)
	}
}

func TestWhereACommandWasTyped(t *testing.T) {
	w := newWorld(t)
	b := w.newBot(t)
	w.AddChannel(w.ws.Team, Channel{ID: "DANN", Kind: IM, User: "UANN"})
	for id, want := range map[ChannelID]string{"CTEACH": "teaching", "CPRIV": "privategroup", "DANN": "directmessage", "CNONE": "unknown"} {
		if _, err := w.Type(t.Context(), Command{Team: w.ws.Team, Channel: id, User: "UANN", Line: "/status"}); err != nil {
			t.Fatal(err)
		}
		if got := b.last().PostFormValue("channel_name"); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}

func TestEventsAndTheirRetries(t *testing.T) {
	w := newWorld(t)
	b := w.newBot(t)
	e := Event{Team: w.ws.Team, ID: "Ev1", Inner: map[string]any{"type": "channel_archive", "channel": "CTEACH"}}
	if a, err := w.Tell(t.Context(), e); err != nil || a.Status != 200 {
		t.Fatalf("%+v %v", a, err)
	}
	body, _ := io.ReadAll(b.last().Body)
	for _, part := range []string{`"event_id":"Ev1"`, `"type":"channel_archive"`, `"team_id":"T0AMHERST"`, `"api_app_id":"A0AMHERST"`} {
		if !strings.Contains(string(body), part) {
			t.Errorf("%s is not in %s", part, body)
		}
	}
	e.Retry = 2
	if _, err := w.Tell(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if h := b.last().Header; h.Get("X-Slack-Retry-Num") != "2" || h.Get("X-Slack-Retry-Reason") != "http_timeout" || b.last().URL.Path != "/slack/amherst/events" {
		t.Errorf("%v", h)
	}
	if _, err := w.Tell(t.Context(), Event{Team: "TNONE"}); err == nil {
		t.Error("no error for an unknown team")
	}
}

func TestTheEventsURLMustGiveTheChallengeBack(t *testing.T) {
	w := newWorld(t)
	b := w.newBot(t)
	if err := w.VerifyURL(t.Context(), w.ws.Team); err == nil {
		t.Error("silence was taken for an answer")
	}
	b.answer = func(rw http.ResponseWriter, r *http.Request) {
		var in struct{ Challenge string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		_, _ = fmt.Fprint(rw, in.Challenge)
	}
	if err := w.VerifyURL(t.Context(), w.ws.Team); err != nil {
		t.Error(err)
	}
}

// respond posts to a response_url.
func respond(t *testing.T, url, body string) (int, string) {
	t.Helper()
	res, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

func TestAResponseURLTakesFivePostsWithinHalfAnHour(t *testing.T) {
	w := newWorld(t)
	w.newBot(t).answer = say("text/plain", "working on it")
	a, err := w.Type(t.Context(), declare)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{`{"text":"1","replace_original":true}`, `{"text":"2"}`, `{"text":"3","response_type":"in_channel"}`, `{"delete_original":true}`, `{"text":"5"}`} {
		if status, got := respond(t, a.ResponseURL, body); status != 200 || !strings.Contains(got, `"ok":true`) {
			t.Errorf("%s: %d %s", body, status, got)
		}
	}
	if status, got := respond(t, a.ResponseURL, `{"text":"6"}`); status != 404 || !strings.Contains(got, "used_url") || w.HookUses(a.ResponseURL) != 5 {
		t.Errorf("%d %s", status, got)
	}
	want := `-- CTEACH teaching (public) --
UANN types: /incident declare learn down
BOT (only to UANN): working on it
  now: 1
  (deleted)
BOT (only to UANN): 2
BOT: 3
BOT (only to UANN): 5
`
	if got := w.Transcript("CTEACH", time.UTC); got != want {
		t.Errorf("got:\n%s", got)
	}
	a, err = w.Type(t.Context(), declare)
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(31 * time.Minute)
	if status, got := respond(t, a.ResponseURL, `{"text":"x"}`); status != 404 || !strings.Contains(got, "expired_url") {
		t.Errorf("%d %s", status, got)
	}
}

func TestWhatAResponseURLRefuses(t *testing.T) {
	w := newWorld(t)
	w.newBot(t)
	a, err := w.Type(t.Context(), declare)
	if err != nil {
		t.Fatal(err)
	}
	w.Faults(On{Method: "response_url"}, ErrorBefore(500))
	for _, tc := range []struct{ url, body, want string }{
		{a.ResponseURL, `{"text":"x"}`, "Something went wrong"},
		{a.ResponseURL, `{"text":`, "invalid_payload"},
		{a.ResponseURL, `{}`, "no_text"},
		{a.ResponseURL, `{"delete_original":true}`, "message_not_found"},
		{a.ResponseURL, `{"text":"x","blocks":[{"type":"nope"}]}`, "invalid_blocks"},
		{a.ResponseURL + "0", `{"text":"x"}`, "invalid_url"},
	} {
		if _, got := respond(t, tc.url, tc.body); !strings.Contains(got, tc.want) {
			t.Errorf("%s: %s, want %s", tc.body, got, tc.want)
		}
	}
}

func TestARequestMayBeGivenUp(t *testing.T) {
	w := newWorld(t)
	w.newBot(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Type(ctx, declare); err == nil {
		t.Error("no error for a cancelled context")
	}
}
