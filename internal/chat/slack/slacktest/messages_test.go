package slacktest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	. "github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

func copyTo(w io.Writer, res *http.Response) (int64, error) { return io.Copy(w, res.Body) }

func sprint(v any) string { return fmt.Sprintf("%v %+v %#v", v, v, v) }

func TestRefusalsOfPosting(t *testing.T) {
	w := newWorld(t)
	root := w.post(t, "CTEACH", "root")
	reply := w.post(t, "CTEACH", "reply", slack.MsgOptionTS(string(root)))
	for _, tc := range []struct{ name, channel, text, thread, want string }{
		{"fine", "CTEACH", "x", "", ""},
		{"private and inside", "CPRIV", "x", "", ""},
		{"shared", "CEXT", "x", "", ""},
		{"a person", "UANN", "x", "", ""},
		{"not a member", "COUT", "x", "", "not_in_channel"},
		{"private and outside", "CSECRET", "x", "", "channel_not_found"},
		{"deleted", "CGONE", "x", "", "channel_not_found"},
		{"unknown", "CNONE", "x", "", "channel_not_found"},
		{"archived", "COLD", "x", "", "is_archived"},
		{"empty", "CTEACH", "", "", "no_text"},
		{"40,000 characters", "CTEACH", strings.Repeat("é", 40_000), "", ""},
		{"one more", "CTEACH", strings.Repeat("é", 40_001), "", "msg_too_long"},
		{"in a thread", "CTEACH", "x", string(root), ""},
		{"thread of a reply", "CTEACH", "x", string(reply), "cannot_reply_to_message"},
		{"no such thread", "CTEACH", "x", "1234567890.000001", "thread_not_found"},
		{"no ts", "CTEACH", "x", "soon", "invalid_thread_ts"},
	} {
		_, _, err := w.api.PostMessage(tc.channel, slack.MsgOptionText(tc.text, false), slack.MsgOptionTS(tc.thread))
		t.Run(tc.name, func(t *testing.T) { wantError(t, err, tc.want) })
	}
}

func TestPublicChannelsWithoutMembershipNeedTheirScope(t *testing.T) {
	w := newWorld(t)
	w.ws.Scopes = append(w.ws.Scopes, "chat:write.public")
	w.AddWorkspace(w.ws)
	w.post(t, "COUT", "from outside")
	_, err := w.api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: "COUT"})
	wantError(t, err, "not_in_channel")
}

func TestIDsAscendWithinAStandingClock(t *testing.T) {
	w := newWorld(t)
	last := ""
	for range 5 {
		ts := string(w.post(t, "CTEACH", "x"))
		if len(ts) != 17 || ts[10] != '.' || ts <= last {
			t.Errorf("%q after %q", ts, last)
		}
		last = ts
	}
}

func TestAnEditReplacesBlocksOnlyAsSlackDoes(t *testing.T) {
	w := newWorld(t)
	divider := slack.MsgOptionBlocks(slack.NewDividerBlock())
	meta := slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "svc_post", EventPayload: map[string]any{"k": "7"}})
	ts := string(w.post(t, "CTEACH", "one", divider, meta))
	last := func() Message { m := w.Messages("CTEACH"); return m[len(m)-1] }

	_, _, _, err := w.api.UpdateMessage("CTEACH", ts, slack.MsgOptionText("two", false), divider)
	wantError(t, err, "")
	if m := last(); m.Text != "two" || m.Blocks == nil || m.Edited || !strings.Contains(string(m.Metadata), `"k":"7"`) {
		t.Errorf("text and blocks: %+v", m)
	}
	_, _, _, err = w.api.UpdateMessage("CTEACH", ts, slack.MsgOptionText("three", false))
	wantError(t, err, "")
	if m := last(); m.Blocks != nil || !m.Edited || len(m.Edits) != 2 || m.Edits[0].Text != "one" || m.Edits[1].Text != "two" {
		t.Errorf("text alone: %+v", m)
	}
	_, _, _, err = w.api.UpdateMessage("CTEACH", ts, slack.MsgOptionText("four", false), divider)
	wantError(t, err, "")
	_, _, _, err = w.api.UpdateMessage("CTEACH", ts, slack.MsgOptionText("five", false), slack.MsgOptionBlocks())
	wantError(t, err, "")
	if m := last(); m.Blocks != nil || m.Text != "five" {
		t.Errorf("empty blocks: %+v", m)
	}
}

func TestRefusalsOfEditingAndDeleting(t *testing.T) {
	w := newWorld(t)
	mine := string(w.post(t, "CTEACH", "mine"))
	theirs := string(w.Say("CTEACH", "UANN", "hers"))
	old := string(w.Say("COLD", "UANN", "old"))
	for _, tc := range []struct{ name, channel, ts, text, update, del string }{
		{"no such message", "CTEACH", "1.000001", "x", "message_not_found", "message_not_found"},
		{"somebody else's", "CTEACH", theirs, "x", "cant_update_message", "cant_delete_message"},
		{"archived", "COLD", old, "x", "is_archived", "is_archived"},
		{"unknown channel", "CNONE", mine, "x", "channel_not_found", "channel_not_found"},
		{"too long", "CTEACH", mine, strings.Repeat("x", 4_001), "msg_too_long", ""},
		{"deleted just now", "CTEACH", mine, "x", "message_not_found", "message_not_found"},
	} {
		_, _, _, err := w.api.UpdateMessage(tc.channel, tc.ts, slack.MsgOptionText(tc.text, false))
		wantError(t, err, tc.update)
		_, _, err = w.api.DeleteMessage(tc.channel, tc.ts)
		wantError(t, err, tc.del)
	}
}

func TestMetadataIsChecked(t *testing.T) {
	w := newWorld(t)
	for body, want := range map[string]string{
		`{"event_type":"svc_post","event_payload":{"k":"1"}}`: `"ok":true`,
		`{"event_type":"svc_post"}`:                           "invalid_metadata_schema",
		`[]`:                                                  "invalid_metadata_format",
		`{"event_type":"e","event_payload":{"k":"` + strings.Repeat("x", 8000) + `"}}`: "metadata_too_large",
	} {
		if got, _ := w.call(t, "chat.postMessage", "application/json", `{"channel":"CTEACH","text":"x","metadata":`+body+`}`); !strings.Contains(got, want) {
			t.Errorf("%.60s: %s, want %s", body, got, want)
		}
	}
}

func TestEphemeralMessagesAreForOnePersonAndNoHistory(t *testing.T) {
	w := newWorld(t)
	_, err := w.api.PostEphemeral("CTEACH", "UNOBODY", slack.MsgOptionText("x", false))
	wantError(t, err, "user_not_in_channel")
	ts, err := w.api.PostEphemeral("CTEACH", "UANN", slack.MsgOptionText("psst", false))
	wantError(t, err, "")
	if got := w.history(t, slack.GetConversationHistoryParameters{}); len(got.Messages) != 0 {
		t.Errorf("%+v", got.Messages)
	}
	_, _, _, err = w.api.UpdateMessage("CTEACH", ts, slack.MsgOptionText("x", false))
	wantError(t, err, "message_not_found")
	if m := w.Messages("CTEACH"); len(m) != 1 || m[0].To != "UANN" {
		t.Errorf("%+v", m)
	}
}

func (w *world) history(t *testing.T, p slack.GetConversationHistoryParameters) *slack.GetConversationHistoryResponse {
	t.Helper()
	p.ChannelID = "CTEACH"
	got, err := w.api.GetConversationHistory(&p)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func texts(list []slack.Message) string {
	var out []string
	for _, m := range list {
		out = append(out, m.Text)
	}
	return strings.Join(out, " ")
}

func TestHistory(t *testing.T) {
	w := newWorld(t)
	var ts []string
	for i := range 5 {
		ts = append(ts, string(w.post(t, "CTEACH", fmt.Sprint(i))))
	}
	for _, tc := range []struct {
		name string
		ask  slack.GetConversationHistoryParameters
		want string
	}{
		{"all, newest first", slack.GetConversationHistoryParameters{}, "4 3 2 1 0"},
		{"oldest is exclusive", slack.GetConversationHistoryParameters{Oldest: ts[1]}, "4 3 2"},
		{"unless inclusive", slack.GetConversationHistoryParameters{Oldest: ts[1], Inclusive: true}, "4 3 2 1"},
		{"latest is exclusive", slack.GetConversationHistoryParameters{Latest: ts[3]}, "2 1 0"},
		{"both", slack.GetConversationHistoryParameters{Oldest: ts[1], Latest: ts[3], Inclusive: true}, "3 2 1"},
		{"whole seconds", slack.GetConversationHistoryParameters{Oldest: ts[0][:10]}, "4 3 2 1"},
		{"limit", slack.GetConversationHistoryParameters{Limit: 2}, "4 3"},
	} {
		if got := texts(w.history(t, tc.ask).Messages); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
	first := w.history(t, slack.GetConversationHistoryParameters{Limit: 2})
	second := w.history(t, slack.GetConversationHistoryParameters{Limit: 2, Cursor: first.ResponseMetaData.NextCursor})
	third := w.history(t, slack.GetConversationHistoryParameters{Limit: 2, Cursor: second.ResponseMetaData.NextCursor})
	if !first.HasMore || third.HasMore || texts(second.Messages) != "2 1" || texts(third.Messages) != "0" {
		t.Errorf("pages: %v %v", texts(second.Messages), texts(third.Messages))
	}
	for key, want := range map[string]string{"oldest": "invalid_ts_oldest", "latest": "invalid_ts_latest", "cursor": "invalid_cursor", "limit": "invalid_limit"} {
		if got, _ := w.call(t, "conversations.history", "application/x-www-form-urlencoded", "channel=CTEACH&"+key+"=xx"); !strings.Contains(got, want) {
			t.Errorf("%s: %s", key, got)
		}
	}
}

func TestMetadataComesBackOnlyWhenAskedFor(t *testing.T) {
	w := newWorld(t)
	w.post(t, "CTEACH", "x", slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "svc_post", EventPayload: map[string]any{"k": "key-1"}}))
	if m := w.history(t, slack.GetConversationHistoryParameters{}).Messages[0]; m.Metadata.EventType != "" {
		t.Errorf("unasked: %+v", m.Metadata)
	}
	m := w.history(t, slack.GetConversationHistoryParameters{IncludeAllMetadata: true}).Messages[0]
	if m.Metadata.EventPayload["k"] != "key-1" || m.BotID != "B0AMHERST" {
		t.Errorf("asked: %+v", m)
	}
}

func TestThreadsAndBroadcasts(t *testing.T) {
	w := newWorld(t)
	root := string(w.post(t, "CTEACH", "root"))
	quiet := string(w.post(t, "CTEACH", "quiet", slack.MsgOptionTS(root)))
	w.post(t, "CTEACH", "loud", slack.MsgOptionTS(root), slack.MsgOptionBroadcast())
	got := w.history(t, slack.GetConversationHistoryParameters{}).Messages
	if texts(got) != "loud root" || got[0].SubType != "thread_broadcast" || got[1].ReplyCount != 2 {
		t.Errorf("history: %+v", got)
	}
	for _, ts := range []string{root, quiet} {
		replies, _, _, err := w.api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: "CTEACH", Timestamp: ts})
		if err != nil || texts(replies) != "root quiet loud" {
			t.Errorf("replies: %v %v", texts(replies), err)
		}
	}
	page, more, cursor, err := w.api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: "CTEACH", Timestamp: root, Limit: 2})
	if err != nil || !more || texts(page) != "root quiet" {
		t.Errorf("first page: %v %v", texts(page), err)
	}
	page, _, _, err = w.api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: "CTEACH", Timestamp: root, Limit: 2, Cursor: cursor})
	if err != nil || texts(page) != "loud" {
		t.Errorf("second page: %v %v", texts(page), err)
	}
	_, _, _, err = w.api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: "CTEACH", Timestamp: "5.000000"})
	wantError(t, err, "thread_not_found")
}

func TestARootCannotBeBroadcast(t *testing.T) {
	w := newWorld(t)
	w.post(t, "CTEACH", "root", slack.MsgOptionBroadcast())
	if m := w.Messages("CTEACH")[0]; m.Broadcast {
		t.Errorf("%+v", m)
	}
}

func TestBlocksComeBackWithIDs(t *testing.T) {
	w := newWorld(t)
	w.post(t, "CTEACH", "x", slack.MsgOptionBlocks(slack.NewDividerBlock()))
	raw, err := json.Marshal(w.history(t, slack.GetConversationHistoryParameters{}).Messages[0].Blocks)
	if err != nil || !strings.Contains(string(raw), `"block_id":"b0"`) {
		t.Errorf("%s %v", raw, err)
	}
}
