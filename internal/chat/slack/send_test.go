package slack_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
)

// outcome is the outcome of an error, "" for nil.
func outcome(t *testing.T, err error) chat.Outcome {
	t.Helper()
	if err == nil {
		return ""
	}
	var e *chat.SendError
	if !errors.As(err, &e) {
		t.Fatalf("%T is no *chat.SendError: %v", err, err)
	}
	return e.Outcome
}

func TestSlacksErrorsAreToldApart(t *testing.T) {
	w := newWorld(t)
	for want, codes := range map[chat.Outcome][]string{
		chat.Gone:     {"channel_not_found", "not_in_channel", "is_archived", "restricted_action", "restricted_action_read_only_channel", "user_disabled", "messages_tab_disabled"},
		chat.RootGone: {"message_not_found", "thread_not_found", "cannot_reply_to_message", "invalid_thread_ts", "cant_update_message", "edit_window_closed"},
		chat.Locked:   {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope", "no_permission", "team_access_not_granted"},
		chat.Refused:  {"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "no_text", "metadata_too_large", "invalid_metadata_schema", "invalid_arguments"},
		chat.Unknown:  {"fatal_error", "internal_error", "request_timeout", "service_unavailable", ""},
		chat.NotSent:  {"ratelimited", "rate_limited", "team_added_to_org", "message_limit_exceeded", "accesslimited", "a_new_one"},
	} {
		for _, code := range codes {
			w.fake.Faults(slacktest.On{Method: "chat.postMessage"}, slacktest.Refused(code))
			_, err := w.bot.Post(t.Context(), delivery("CTEACH", 1))
			if got := outcome(t, err); got != want || !strings.Contains(err.Error(), code) {
				t.Errorf("%q: %v, want %s", code, err, want)
			}
		}
	}
}

func TestAnAnswerWithoutAnIDLeavesDoubt(t *testing.T) {
	w := newWorld(t)
	w.fake.Faults(slacktest.On{Method: "chat.postMessage"}, slacktest.Fault{Answer: slacktest.AnswerNoTS})
	if id, err := w.bot.Post(t.Context(), delivery("CTEACH", 1)); outcome(t, err) != chat.Unknown || id != "" {
		t.Errorf("%q, %v", id, err)
	}
}

func TestPostsFailAsSlackSays(t *testing.T) {
	for _, tc := range []struct {
		channel string
		want    chat.Outcome
		reason  string
	}{
		{"CTEACH", "", ""}, {"CPRIV", "", ""}, {"COUT", chat.Gone, "not_in_channel"}, {"CSECRET", chat.Gone, "channel_not_found"},
		{"COLD", chat.Gone, "is_archived"}, {"CNONE", chat.Gone, "channel_not_found"}, {"", chat.Gone, "channel_not_found"}, {"C\"x\\\n", chat.Gone, "channel_not_found"},
	} {
		t.Run(tc.channel, func(t *testing.T) {
			w := newWorld(t)
			_, err := w.bot.Post(t.Context(), delivery(tc.channel, 1))
			if outcome(t, err) != tc.want || err != nil && !strings.Contains(err.Error(), tc.reason) {
				t.Errorf("post: %v", err)
			}
			if tc.channel == "" {
				return
			}
			if err := w.bot.Reach(t.Context(), channel(tc.channel)); outcome(t, err) != tc.want || err != nil && !strings.Contains(err.Error(), tc.reason) {
				t.Errorf("reach: %v", err)
			}
		})
	}
}

func TestPublicChannelsCanBeReachedFromOutsideWithTheScopeForIt(t *testing.T) {
	w := newWorld(t, func(w *world) { w.at.Scopes = append(w.at.Scopes, "chat:write.public") })
	if err := w.bot.Reach(t.Context(), channel("COUT")); err != nil {
		t.Error(err)
	}
	sought := chat.Sought{Channel: channel("COUT"), Subject: delivery("", 1).Subject}
	if _, err := w.bot.Find(t.Context(), sought); outcome(t, err) != chat.Refused {
		t.Errorf("the history of a channel that we are not in: %v", err)
	}
	if err := w.bot.Reach(t.Context(), channel("CSECRET")); outcome(t, err) != chat.Gone {
		t.Error(err)
	}
}

func TestAMissingScopeIsNamed(t *testing.T) {
	w := newWorld(t, func(w *world) { w.at.Scopes = slacktest.BaseScopes() })
	if w.bot.Abilities().LookUp {
		t.Error("nothing can be looked up without the history scopes")
	}
	_, err := w.bot.Find(t.Context(), chat.Sought{Channel: channel("CTEACH"), Subject: delivery("", 1).Subject})
	if outcome(t, err) != chat.Refused || !strings.Contains(err.Error(), "channels:history") {
		t.Error(err)
	}
}

func TestAbilitiesFollowTheScopes(t *testing.T) {
	w := newWorld(t)
	if got := w.bot.Abilities(); got != (chat.Abilities{LookUp: true, Edit: true, Thread: true}) {
		t.Errorf("%+v", got)
	}
	if got := w.connect(w.fake.Transport()).Abilities(); !got.LookUp {
		t.Error("until the scopes are known a look-up is worth trying")
	}
}

func TestAPostCarriesWhatALookUpFinds(t *testing.T) {
	w := newWorld(t)
	root, err := w.bot.Post(t.Context(), delivery("CTEACH", 3))
	if err != nil {
		t.Fatal(err)
	}
	metadata := func(i int) (m struct {
		Type    string         `json:"event_type"`
		Payload map[string]any `json:"event_payload"`
	}) {
		if err := json.Unmarshal(w.fake.Messages("CTEACH")[i].Metadata, &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	if m := metadata(0); m.Type != "belltower_post" || m.Payload["s"] != "INC-42" || m.Payload["n"] != 3.0 || len(m.Payload) != 2 {
		t.Errorf("%+v", m)
	}
	d := delivery("CTEACH", 4)
	d.Root, d.Broadcast, d.Said = root, true, []*desk.Announcement{{N: 4}}
	if _, err := w.bot.Post(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if m := w.fake.Messages("CTEACH")[1]; !m.Broadcast || m.ThreadTS != slacktest.TS(root) {
		t.Errorf("%+v", m)
	}
	d = delivery("CTEACH", 5)
	d.Root = root
	if err := w.bot.Edit(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if m := metadata(0); m.Payload["n"] != 3.0 || w.fake.Messages("CTEACH")[0].Edited {
		t.Errorf("after an edit: %+v", m)
	}
}

func TestMessagesOfOtherAppsAreNotFound(t *testing.T) {
	w := newWorld(t)
	began := time.Now().Add(-time.Second)
	post := func(ws slacktest.Workspace, metadata string) {
		ws.Team, ws.Token = w.at.Team, w.at.Token
		w.fake.AddWorkspace(ws)
		w.call("chat.postMessage", `{"channel":"CTEACH","text":"x","metadata":`+metadata+`}`)
		w.fake.AddWorkspace(w.at)
	}
	post(slacktest.NewWorkspace("boston"), `{"event_type":"belltower_post","event_payload":{"s":"INC-42","n":1}}`)
	post(w.at, `{"event_type":"deploy","event_payload":{"s":["INC-42"],"n":"one"}}`)
	post(w.at, `{"event_type":"belltower_post","event_payload":{"s":"INC-42","n":"one"}}`)
	post(w.at, `{"event_type":"belltower_post","event_payload":{"s":"INC-4","n":2}}`)
	found, err := w.bot.Find(t.Context(), chat.Sought{Channel: channel("CTEACH"), Subject: delivery("", 1).Subject, Since: began})
	if err != nil || len(found) != 0 {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestHistoriesAreReadPageByPage(t *testing.T) {
	w := newWorld(t)
	began := time.Now().Add(-time.Second)
	w.fake.SetLimits(slacktest.Limits{HistoryPage: 15})
	for n := 1; n <= 40; n++ {
		if _, err := w.bot.Post(t.Context(), delivery("CTEACH", n)); err != nil {
			t.Fatal(err)
		}
	}
	found, err := w.bot.Find(t.Context(), chat.Sought{Channel: channel("CTEACH"), Subject: delivery("", 1).Subject, Since: began})
	if err != nil || len(found) != 40 || found[0].N != 1 || found[39].N != 40 {
		t.Errorf("%d found, %v", len(found), err)
	}
}

func TestAFanOutIsWordedOnce(t *testing.T) {
	w := newWorld(t)
	var worded atomic.Int64
	w.words = func(d chat.Delivery) chat.Message {
		worded.Add(1)
		return chat.Message{Summary: chat.Plain(fmt.Sprintf("%s version %d ops %v said %d", d.Subject, d.N, d.Ops, len(d.Said)))}
	}
	for _, id := range []string{"CTEACH", "CPRIV", "COPS"} {
		if _, err := w.bot.Post(t.Context(), delivery(id, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if n := worded.Load(); n != 1 {
		t.Errorf("worded %d times for three channels", n)
	}
	worded.Store(0)
	edit := delivery("CTEACH", 1)
	edit.Root = chat.PostID(w.only("CTEACH", "INC-42")[0].TS)
	if err := w.bot.Edit(t.Context(), edit); err != nil || worded.Load() != 1 {
		t.Errorf("an edit was worded %d times, %v", worded.Load(), err)
	}
	for i, change := range []func(*chat.Delivery){
		func(d *chat.Delivery) { d.N = 2 },
		func(d *chat.Delivery) { d.Ops = true },
		func(d *chat.Delivery) { d.Reference = true },
		func(d *chat.Delivery) { d.Subject.Number = 43 },
		func(d *chat.Delivery) { d.Snapshot = &desk.Snapshot{Held: &desk.Held{Channels: 30}} },
		func(d *chat.Delivery) { d.Said = []*desk.Announcement{{N: 1}} },
		func(d *chat.Delivery) { d.Said = []*desk.Announcement{{N: 0}, {N: 1}} },
		func(d *chat.Delivery) { d.Said = []*desk.Announcement{{N: 1}}; d.Broadcast = true },
	} {
		d := delivery("CTEACH", 1)
		change(&d)
		if _, err := w.bot.Post(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if n := worded.Load(); n != int64(i)+2 {
			t.Errorf("change %d was not worded anew", i)
		}
	}
}

func TestOldBodiesAreForgotten(t *testing.T) {
	w := newWorld(t)
	var worded atomic.Int64
	w.words = func(chat.Delivery) chat.Message { worded.Add(1); return chat.Message{Summary: chat.Plain("x")} }
	for _, n := range []int{1, 1000, 1} {
		for k := range 100 {
			if _, err := w.bot.Post(t.Context(), delivery("CTEACH", n+k)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := worded.Load(); n != 300 {
		t.Errorf("worded %d times", n)
	}
}

// call makes a bare call with the workspace's token.
func (w *world) call(method, body string) {
	w.t.Helper()
	req := made(w.fake.APIURL()+method, map[string][]string{"Authorization": {"Bearer " + string(w.at.Token)}, "Content-Type": {"application/json"}}, []byte(body))
	res, err := w.fake.Transport().RoundTrip(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	var a struct {
		OK    bool
		Error string
	}
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil || !a.OK {
		w.t.Fatalf("%s: %v %s", method, err, a.Error)
	}
}
