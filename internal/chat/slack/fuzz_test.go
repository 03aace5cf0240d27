package slack_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// fuzzWorld has a Slack that knows nobody, so that no answer about a person is waited for.
func fuzzWorld(f *testing.F, options ...func(*world)) *world {
	f.Helper()
	w := newWorld(f, options...)
	w.fake.FaultsAlways(slacktest.On{Method: "users.info"}, slacktest.Refused("user_not_found"))
	return w
}

// posts sends a rightly signed body to one of our addresses and checks that its
// status is one of the contract.
func (w *world) posts(t *testing.T, endpoint, body string) int {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/slack/amherst/"+endpoint, strings.NewReader(body))
	r.Header = slacktest.Sign(signingSecret, time.Now(), []byte(body))
	rec := httptest.NewRecorder()
	w.routes.ServeHTTP(rec, r)
	if !slices.Contains([]int{200, 400, 403, 413}, rec.Code) {
		t.Errorf("status %d", rec.Code)
	}
	return rec.Code
}

// FuzzRequests sends whatever body to the three addresses: only our own workspace
// and app reach the handler.
func FuzzRequests(f *testing.F) {
	ours := "team_id=T0AMHERST&api_app_id=A0AMHERST&channel_id=C1&user_id=U1&command=%2Fincident&trigger_id=1.2.3&text="
	for _, body := range []string{
		ours + "declare+learn+down", ours + "%00%ff%e2%80%ae", ours + "%zz", "text=%26lt%3B", "payload=", `payload={"type":"block_actions"}`,
		`{"type":"url_verification","challenge":"x"}`, "[[[[",
	} {
		for path := range uint8(3) {
			f.Add(path, body)
		}
	}
	w := fuzzWorld(f)
	f.Fuzz(func(t *testing.T, path uint8, body string) {
		before := len(w.heard())
		w.posts(t, []string{"commands", "interactions", "events"}[path%3], body)
		if len(w.heard()) > before && !strings.Contains(body, "T0AMHERST") && !strings.Contains(body, "%") && !strings.Contains(body, "\\") {
			t.Errorf("%q was handled", body)
		}
		w.forget()
	})
}

// interactions are what Slack sends when people use buttons, forms and shortcuts
// (docs.slack.dev/reference/interaction-payloads), and some that it would not.
func interactions() []string {
	const of = `"api_app_id":"A0AMHERST","token":"x","team":{"id":"T0AMHERST","domain":"amherst"},"user":{"id":"U1","username":"ann","name":"ann","team_id":"T0AMHERST"},"trigger_id":"1.2.3",`
	const view = `"view":{"id":"V1","hash":"156.h","type":"modal","callback_id":"form","private_metadata":"{\"c\":\"incident update 42\",\"ch\":\"C1\",\"u\":\"https://hooks.slack.com/x\"}",
		"blocks":[{"type":"input","block_id":"message"},{"type":"input","block_id":"services"}],"state":{"values":{`
	return []string{
		`{"type":"block_actions",` + of + `"channel":{"id":"C1","name":"teaching"},"container":{"type":"message","message_ts":"1.1","channel_id":"C1","is_ephemeral":false},"message":{"ts":"1.1","text":"x"},
			"response_url":"https://hooks.slack.com/x","actions":[{"type":"button","action_id":"do-0","block_id":"b","value":"incident resolve 42","action_ts":"1.2"}],"state":{"values":{}}}`,
		`{"type":"block_actions",` + of + `"channel":{"id":"C1"},"container":{"message_ts":"1.1","is_ephemeral":true},"actions":[{"action_id":"do-1","value":"{\"c\":\"incident declare --separate\",\"o\":{\"title\":\"x\"}}","action_ts":"1.2"}]}`,
		`{"type":"block_actions",` + of + `"container":{"type":"view","view_id":"V1"},"actions":[{"action_id":"in","type":"static_select","selected_option":{"value":"a"},"action_ts":"1.2"}]}`,
		`{"type":"block_actions",` + of + `"channel":{"id":"C1"},"actions":[{"action_id":"open-1","action_ts":"1.2"},{"action_id":"do-0","value":"x"}]}`,
		`{"type":"view_submission",` + of + view + `"message":{"in":{"type":"plain_text_input","value":"We look."}},"services":{"in":{"type":"multi_static_select","selected_options":[{"value":"learn"},{"value":"portal"}]}},
			"impact":{"in":{"type":"static_select","selected_option":{"text":{"type":"plain_text","text":"slow"},"value":"minor"}}},"next":{"in":{"type":"plain_text_input","value":null}}}}},"response_urls":[]}`,
		`{"type":"view_submission",` + of + view + `"message":{"other":{"value":"x"}},"services":null}}}}`,
		`{"type":"view_submission",` + of + `"view":{"id":"V1","callback_id":"form","private_metadata":"{\"c\":1}"}}`,
		`{"type":"view_closed",` + of + `"view":{"id":"V1","callback_id":"form"},"is_cleared":false}`,
		`{"type":"shortcut","callback_id":"declare_incident","action_ts":"1.2","trigger_id":"1.2.3","team":{"id":"T0AMHERST","domain":"amherst"},"user":{"id":"U1","username":"ann","team_id":"T0AMHERST"}}`,
		`{"type":"message_action","callback_id":"add_to_incident","action_ts":"1.2","message_ts":"1.1","response_url":"https://hooks.slack.com/x",` + of + `"channel":{"id":"C1"},"message":{"type":"message","ts":"1.1","thread_ts":"1.0","text":"<@U2|bob> &lt;b&gt;"}}`,
		`{"type":"shortcut","callback_id":"another",` + of + `"action_ts":"1.2"}`,
		`{"type":"block_suggestion",` + of + `"value":"le"}`,
		`{"type":"block_actions","api_app_id":"A0AMHERST","team":{"id":"T0BOSTON"},"user":{"id":"U1"},"channel":{"id":"C1"},"actions":[{"action_id":"do-0","value":"x","action_ts":"1.2"}]}`,
		`{"type":"block_actions","team":null,"user":null,"actions":null}`, `{"type":"view_submission","view":[]}`, `{}`, `null`, `7`, "[[[[",
	}
}

// handled checks what reached the handler of a payload that came twice: nothing of
// another's, each time one whole request, and both times the same.
func (w *world) handled(t *testing.T, payload string, before int, served bool) {
	t.Helper()
	got := w.heard()[before:]
	if len(got) == 0 {
		return
	}
	var p struct {
		Team struct{ ID string }
		App  string `json:"api_app_id"`
		User struct{ ID string }
	}
	if err := json.Unmarshal([]byte(payload), &p); err != nil || !served || len(got) != 2 {
		t.Fatalf("served: %v, %v, handled %d times", served, err, len(got))
	}
	if p.Team.ID != "T0AMHERST" || p.App != "A0AMHERST" && p.App != "" {
		t.Error("another's was handled")
	}
	for _, r := range got {
		if r.Person.ID == "" || r.Person.ID != p.User.ID || r.Channel.ID == "" || r.ID != got[0].ID || !strings.HasPrefix(r.ID, "amherst/") {
			t.Errorf("%+v", r)
		}
	}
}

// FuzzInteractions sends whatever payload to the Interactions address, twice.
func FuzzInteractions(f *testing.F) {
	for _, payload := range interactions() {
		f.Add(payload)
	}
	w := fuzzWorld(f)
	f.Fuzz(func(t *testing.T, payload string) {
		before, served := len(w.heard()), false
		for range 2 {
			served = w.posts(t, "interactions", url.Values{"payload": {payload}}.Encode()) == http.StatusOK
		}
		w.handled(t, payload, before, served)
		w.forget()
	})
}

// events are what Slack tells (docs.slack.dev/reference/events), and some that it
// would not.
func events() []string {
	around := func(event string) string {
		return `{"type":"event_callback","token":"x","team_id":"T0AMHERST","api_app_id":"A0AMHERST","event_id":"Ev1","event_time":1234567890,"authorizations":[{"team_id":"T0AMHERST","is_bot":true}],"event":` + event + `}`
	}
	return []string{
		`{"type":"url_verification","token":"x","challenge":"3eZbrw1a"}`,
		around(`{"type":"channel_unarchive","channel":"C1","user":"U1"}`), around(`{"type":"group_unarchive","channel":"G1","user":"U1"}`),
		around(`{"type":"member_joined_channel","user":"U0AMHERSTBOT","channel":"C1","channel_type":"C","team":"T0AMHERST","inviter":"U1"}`),
		around(`{"type":"channel_id_changed","old_channel_id":"C1","new_channel_id":"G1","event_ts":"1.2"}`),
		around(`{"type":"channel_id_changed","old_channel_id":"","new_channel_id":"../G1"}`),
		around(`{"type":"channel_rename","channel":{"id":"C1","name":"x","created":1}}`),
		around(`{"type":"user_change","user":{"id":"U1","tz":"Europe/Berlin","deleted":false},"cache_ts":1}`),
		around(`{"type":"subteam_members_changed","subteam_id":"S1","team_id":"T0AMHERST","added_users":["U1"],"removed_users":[]}`),
		around(`{"type":"app_home_opened","user":"U1","channel":"D1","tab":"home","view":{"id":"V1","blocks":[]}}`),
		around(`{"type":"app_uninstalled"}`), around(`{"type":"tokens_revoked","tokens":{"oauth":["U1"],"bot":["U0AMHERSTBOT"]}}`),
		around(`{"type":"channel_unarchive","channel":"../x"}`), around(`null`), around(`"x"`), around(`{"type":1,"channel":[],"user":{"id":2}}`), `{"type":"event_callback","team_id":"T0BOSTON","event":{"type":"channel_unarchive","channel":"C1"}}`, `{}`, "[[[[",
	}
}

// told is how many channels were told to be back or moved; each by an id.
func (w *world) told(t *testing.T) int {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	ids := ""
	for _, ch := range w.returned {
		ids += ch.ID + "."
	}
	for _, pair := range w.moved {
		ids += pair[0].ID + "." + pair[1].ID + "."
	}
	told := len(w.returned) + len(w.moved)
	if n := strings.Count(ids, "."); strings.Trim(ids, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.") != "" || n != len(w.returned)+2*len(w.moved) || strings.Contains("."+ids, "..") {
		t.Errorf("what was told is no id: %q", ids)
	}
	w.returned, w.moved = nil, nil
	return told
}

// FuzzEvents sends whatever body to the Events address: one that is refused tells nothing.
func FuzzEvents(f *testing.F) {
	for _, body := range events() {
		f.Add(body)
	}
	w := fuzzWorld(f)
	f.Fuzz(func(t *testing.T, body string) {
		status := w.posts(t, "events", body)
		if n := w.told(t); n > 1 || n > 0 && (status != http.StatusOK || len(w.heard()) > 0) {
			t.Errorf("status %d, but %d were told", status, n)
		}
	})
}

// FuzzEnvelopes sends whatever payload by a socket, twice: each is acknowledged in
// time, which one that breaks us would not be, and is taken whole or not at all.
func FuzzEnvelopes(f *testing.F) {
	kinds := []string{"slash_commands", "interactive", "events_api", "canvas"}
	f.Add(uint8(0), `{"team_id":"T0AMHERST","api_app_id":"A0AMHERST","channel_id":"C1","channel_name":"teaching","user_id":"U1","user_name":"ann","command":"/incident","text":"list","trigger_id":"1.2.3","response_url":"https://hooks.slack.com/x","is_enterprise_install":"false"}`)
	f.Add(uint8(0), `{"team_id":["T0AMHERST"],"command":7}`)
	for kind := range uint8(4) {
		for _, payload := range slices.Concat(interactions(), events()) {
			f.Add(kind, payload)
		}
	}
	w := fuzzWorld(f, func(w *world) { w.bySocket = true })
	w.at = w.at.BySocket()
	w.fake.AddWorkspace(w.at)
	w.awaitTwo(f)
	f.Fuzz(func(t *testing.T, kind uint8, payload string) {
		if !json.Valid([]byte(payload)) {
			t.Skip("no JSON is no envelope")
		}
		before, told := len(w.heard()), 0
		for range 2 {
			a, err := w.fake.Envelope(t.Context(), w.at.Team, kinds[kind%4], json.RawMessage(payload))
			if err != nil || a.Late {
				t.Fatalf("late: %v, %v", a.Late, err)
			}
			told += w.told(t)
		}
		if kind%4 == 1 {
			w.handled(t, payload, before, true)
		}
		got := w.heard()[before:]
		if told != 0 && told != 2 || len(got) != 0 && (len(got) != 2 || kind%4 > 1 || got[0].ID != got[1].ID) {
			t.Errorf("told %d, handled %+v", told, got)
		}
		w.forget()
	})
}

// awaitTwo waits until both sockets are open and what comes by them is taken.
func (w *world) awaitTwo(f *testing.F) {
	f.Helper()
	if err := w.fake.Wait(f.Context(), func() bool { return w.fake.Sockets(w.at.Team).Open == 2 }); err != nil {
		f.Fatal(err)
	}
	w.tell(fields{"type": "unknown"})
}

// forget forgets the requests that were heard.
func (w *world) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = []chat.Request{}
}
