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

// clock is a hand-moved clock.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world is a server with the workspace amherst, its channels and people.
type world struct {
	*Server
	ws    Workspace
	clock *clock
	api   *slack.Client
}

func newWorld(t *testing.T, options ...Option) *world {
	t.Helper()
	c := &clock{at: time.Date(2026, 11, 25, 4, 0, 0, 0, time.UTC)}
	w := &world{Server: New(append([]Option{WithClock(c.Now)}, options...)...), ws: NewWorkspace("amherst"), clock: c}
	w.AddWorkspace(w.ws)
	for _, ch := range []Channel{
		{ID: "CTEACH", Name: "teaching", Member: true},
		{ID: "COUT", Name: "not-inside"},
		{ID: "CPRIV", Name: "private", Kind: Private, Member: true},
		{ID: "CSECRET", Name: "secret", Kind: Private},
		{ID: "COLD", Name: "old", Member: true, Archived: true},
		{ID: "CGONE", Name: "gone", Member: true, Deleted: true},
		{ID: "CEXT", Name: "partners", Member: true, ExtShared: true},
	} {
		w.AddChannel(w.ws.Team, ch)
	}
	w.AddUser(w.ws.Team, User{ID: "UANN", Name: "ann", TZ: "America/New_York", TZOffset: -18000})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	w.api = w.client(t, w.ws.Token)
	return w
}

func (w *world) client(t *testing.T, token Secret) *slack.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return slack.New(string(token), slack.OptionAPIURL(w.APIURL()),
		slack.OptionHTTPClient(&http.Client{Transport: transport, Timeout: 20 * time.Second}))
}

// post posts plain text and returns the message's id.
func (w *world) post(t *testing.T, channel, text string, more ...slack.MsgOption) TS {
	t.Helper()
	_, ts, err := w.api.PostMessage(channel, append(more, slack.MsgOptionText(text, false))...)
	if err != nil {
		t.Fatalf("post to %s: %v", channel, err)
	}
	return TS(ts)
}

func wantError(t *testing.T, err error, code string) {
	t.Helper()
	if code == "" && err != nil || code != "" && (err == nil || !strings.Contains(err.Error(), code)) {
		t.Errorf("error = %v, want %q", err, code)
	}
}

func TestAuthTestNamesTheBotAndRefusesStrangers(t *testing.T) {
	w := newWorld(t)
	got, err := w.api.AuthTest()
	if err != nil || got.TeamID != "T0AMHERST" || got.UserID != "U0AMHERSTBOT" || got.BotID != "B0AMHERST" {
		t.Errorf("auth.test = %+v, %v", got, err)
	}
	_, err = w.client(t, "xoxb-wrong").AuthTest()
	wantError(t, err, "invalid_auth")
	_, err = w.client(t, "").AuthTest()
	wantError(t, err, "not_authed")
}

func TestUnknownMethodsAreSaidSoWith200(t *testing.T) {
	w := newWorld(t)
	body, res := w.call(t, "chat.shout", "application/json", `{}`)
	if res.StatusCode != 200 || !strings.Contains(body, `"unknown_method"`) {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}

func TestJSONBodiesNeedTheHeaderForTheToken(t *testing.T) {
	w := newWorld(t)
	body, _ := w.call(t, "chat.postMessage", "application/json; charset=utf-8", `{"channel":"CTEACH","text":"hi","blocks":[{"type":"divider"}],"unfurl_links":false}`)
	if !strings.Contains(body, `"ok":true`) {
		t.Error(body)
	}
	w.ws.Token = ""
	body, _ = w.call(t, "chat.postMessage", "application/json", `{"channel":"CTEACH","text":"hi","token":"xoxb-amherst-token"}`)
	if !strings.Contains(body, "not_authed") {
		t.Error(body)
	}
}

// call is a bare HTTP call with the workspace's token as Bearer.
func (w *world) call(t *testing.T, method, contentType, body string) (string, *http.Response) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, w.APIURL()+method, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	if w.ws.Token != "" {
		req.Header.Set("Authorization", "Bearer "+string(w.ws.Token))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b strings.Builder
	if _, err := copyTo(&b, res); err != nil {
		t.Fatal(err)
	}
	return b.String(), res
}

func TestPeopleAndChannelsAreDescribed(t *testing.T) {
	w := newWorld(t)
	u, err := w.api.GetUserInfo("UANN")
	if err != nil || u.TZ != "America/New_York" || u.TZOffset != -18000 {
		t.Errorf("users.info = %+v, %v", u, err)
	}
	_, err = w.api.GetUserInfo("UNOBODY")
	wantError(t, err, "user_not_found")
	ch, err := w.api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: "CEXT"})
	if err != nil || !ch.IsExtShared || !ch.IsMember || ch.Name != "partners" {
		t.Errorf("conversations.info = %+v, %v", ch, err)
	}
	for _, id := range []string{"CSECRET", "CGONE", "CNONE"} {
		_, err = w.api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: id})
		wantError(t, err, "channel_not_found")
	}
}

// The channels that a bot is in come by the page; those that it is not in, never.
func TestTheChannelsOfABotAreListed(t *testing.T) {
	w := newWorld(t)
	ask := slack.GetConversationsForUserParameters{Types: []string{"public_channel", "private_channel"}, Limit: 2, ExcludeArchived: true}
	var ids []string
	for {
		page, next, err := w.api.GetConversationsForUser(&ask)
		if err != nil || len(page) > 2 {
			t.Fatal(page, err)
		}
		for _, ch := range page {
			ids = append(ids, ch.ID)
		}
		if ask.Cursor = next; next == "" {
			break
		}
	}
	if got := strings.Join(ids, " "); got != "CEXT CPRIV CTEACH" {
		t.Errorf("users.conversations = %s", got)
	}
	w.ws.Scopes = []string{"channels:read"}
	w.AddWorkspace(w.ws)
	_, _, err := w.api.GetConversationsForUser(&ask)
	wantError(t, err, "missing_scope")
}

func TestTheAppAndItsGroupsAreKnown(t *testing.T) {
	w := newWorld(t)
	b, err := w.api.GetBotInfo(slack.GetBotInfoParameters{Bot: "B0AMHERST"})
	if err != nil || b.AppID != "A0AMHERST" || b.UserID != "U0AMHERSTBOT" {
		t.Errorf("bots.info = %+v, %v", b, err)
	}
	_, err = w.api.GetBotInfo(slack.GetBotInfoParameters{Bot: "BNONE"})
	wantError(t, err, "bot_not_found")
	w.SetGroup(w.ws.Team, "S0ONCALL", "UANN", "UBOB")
	members, err := w.api.GetUserGroupMembers("S0ONCALL")
	if err != nil || strings.Join(members, " ") != "UANN UBOB" {
		t.Errorf("usergroups.users.list = %v, %v", members, err)
	}
	_, err = w.api.GetUserGroupMembers("SNONE")
	wantError(t, err, "no_such_subteam")
}

func TestADirectMessageIsOpenedByItsFirstPost(t *testing.T) {
	w := newWorld(t)
	first, _, err := w.api.PostMessage("UANN", slack.MsgOptionText("1", false))
	wantError(t, err, "")
	w.post(t, first, "2")
	again, _, err := w.api.PostMessage("UANN", slack.MsgOptionText("3", false))
	if err != nil || again != first || len(w.Messages(ChannelID(first))) != 3 {
		t.Errorf("%s, then %s: %v", first, again, err)
	}
	ch, err := w.api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: first})
	if err != nil || !ch.IsIM || ch.User != "UANN" {
		t.Errorf("%+v %v", ch, err)
	}
}

func TestJoining(t *testing.T) {
	w := newWorld(t)
	join := func(id string) (string, error) {
		_, warning, _, err := w.api.JoinConversation(id)
		return warning, err
	}
	_, err := join("CPRIV")
	wantError(t, err, "method_not_supported_for_channel_type")
	_, err = join("COLD")
	wantError(t, err, "is_archived")
	_, err = join("CNONE")
	wantError(t, err, "channel_not_found")
	if warning, err := join("COUT"); err != nil || warning != "" {
		t.Errorf("first join: %q %v", warning, err)
	}
	w.post(t, "COUT", "now inside")
	if warning, err := join("COUT"); err != nil || warning != "already_in_channel" {
		t.Errorf("second join: %q %v", warning, err)
	}
}

func TestMissingScopesAreNamed(t *testing.T) {
	w := newWorld(t)
	w.ws.Scopes = BaseScopes()
	w.AddWorkspace(w.ws)
	_, err := w.api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: "CTEACH"})
	var answer slack.SlackErrorResponse
	if !errors.As(err, &answer) || answer.Err != "missing_scope" || answer.Needed != "channels:history" || !strings.Contains(answer.Provided, "chat:write") {
		t.Errorf("%+v", err)
	}
	_, err = w.api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: "CPRIV"})
	if !errors.As(err, &answer) || answer.Needed != "groups:history" {
		t.Errorf("%+v", err)
	}
	w.ws.Scopes = nil
	w.AddWorkspace(w.ws)
	_, _, err = w.api.PostMessage("CTEACH", slack.MsgOptionText("x", false))
	wantError(t, err, "missing_scope")
}

func TestANewTokenEndsTheOldOne(t *testing.T) {
	w := newWorld(t)
	w.ws.Token = "xoxb-rotated"
	w.AddWorkspace(w.ws)
	_, err := w.api.AuthTest()
	wantError(t, err, "invalid_auth")
	_, err = w.client(t, w.ws.Token).AuthTest()
	wantError(t, err, "")
}

func TestWorkspacesDoNotSeeEachOther(t *testing.T) {
	w := newWorld(t)
	lowell := NewWorkspace("lowell")
	w.AddWorkspace(lowell)
	w.AddChannel(lowell.Team, Channel{ID: "CLOWELL", Member: true})
	_, _, err := w.client(t, lowell.Token).PostMessage("CTEACH", slack.MsgOptionText("x", false))
	wantError(t, err, "channel_not_found")
	_, _, err = w.client(t, lowell.Token).PostMessage("CLOWELL", slack.MsgOptionText("x", false))
	wantError(t, err, "")
}

func TestSecretsDoNotPrint(t *testing.T) {
	w := NewWorkspace("amherst")
	if s := sprint(w); strings.Contains(s, "token") || strings.Contains(s, "signing") {
		t.Error(s)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	looked := make(chan struct{}, 10)
	ended := make(chan error)
	go func() { ended <- w.Wait(ctx, func() bool { looked <- struct{}{}; return false }) }()
	<-looked
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestTheLogAndTheTally(t *testing.T) {
	w := newWorld(t, WithLog(3))
	for range 8 {
		w.post(t, "CTEACH", "x")
	}
	w.clock.Advance(time.Minute)
	_, _, _ = w.api.PostMessage("COLD", slack.MsgOptionText("x", false))
	log := w.Log()
	if len(log) != 3 || log[0].Outcome != "ok" || log[0].TS == "" || log[2].Outcome != "is_archived" || log[2].Channel != "COLD" {
		t.Errorf("%+v", log)
	}
	if got := w.Tally(); got.Posts != 8 || got.Calls["chat.postMessage"] != 9 || got.Last.Sub(got.First) != 0 {
		t.Errorf("%+v", got)
	}
}
