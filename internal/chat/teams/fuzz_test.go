package teams_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// activities are what Teams sends, and some that it would not, without what every one has.
func activities() []string {
	return []string{
		`{"type":"message","id":"1","text":"<at>Bell</at> incident list","entities":[{"type":"mention","mentioned":{"id":"28:boston-app"},"text":"<at>Bell</at>"}]}`,
		`{"type":"message","id":"1","text":"incident list","conversation":{"id":"a:1","conversationType":"personal","tenantId":"boston-tenant"}}`,
		`{"type":"message","id":"1","value":{"command":"incident resolve 42"},"replyToId":"2"}`,
		`{"type":"message","id":"1","value":{"form":"incident resolve 42","option.message":"All is well","option.status":null}}`,
		`{"type":"invoke","id":"f:1","name":"adaptiveCard/action","value":{"action":{"type":"Action.Execute","verb":"command","data":{"command":"{\"c\":\"incident declare\",\"o\":{\"title\":\"x\"}}"}}},"replyToId":"2"}`,
		`{"type":"invoke","id":"f:1","name":"task/fetch","value":{"data":{"command":"incident resolve 42"}}}`,
		`{"type":"invoke","id":"f:1","name":"task/submit","value":{"data":{"form":"incident resolve 42","option.message":"x"}}}`,
		`{"type":"invoke","name":"adaptiveCard/action","value":[]}`, `{"type":"invoke","name":"adaptiveCard/action","value":{"action":{"data":7}}}`,
		`{"type":"installationUpdate","action":"add"}`, `{"type":"conversationUpdate","membersAdded":[{"id":"28:boston-app"}],"channelData":{"eventType":"teamMemberAdded","tenant":{"id":"boston-tenant"},"team":{"id":"19:it@thread.tacv2"}}}`,
		`{"type":"message","id":"1","text":"\u0000\ud800 ` + strings.Repeat("<at>x</at>", 50) + `","entities":[{"type":"mention","mentioned":null,"text":"<at>x</at>"},null,7]}`,
		`{"type":"message","conversation":null,"from":7}`, `{}`, `null`, `7`, "[[[[",
	}
}

// whole puts what every activity has into one, where it has it not.
func whole(service, body string) string {
	var a map[string]json.RawMessage
	if json.Unmarshal([]byte(body), &a) != nil || a == nil {
		return body
	}
	for name, v := range map[string]string{
		"channelId": `"msteams"`, "serviceUrl": `"` + service + `"`, "from": `{"id":"29:ann","aadObjectId":"ann-object"}`, "recipient": `{"id":"28:boston-app"}`,
		"conversation": `{"id":"19:teach@thread.tacv2;messageid=1","conversationType":"channel","tenantId":"boston-tenant"}`,
	} {
		if _, has := a[name]; !has {
			a[name] = json.RawMessage(v)
		}
	}
	out, err := json.Marshal(a)
	if err != nil {
		return body
	}
	return string(out)
}

// FuzzActivities sends whatever activity, rightly signed, twice: only our own tenant's
// reach the handler, each whole and both times the same.
func FuzzActivities(f *testing.F) {
	for _, a := range activities() {
		f.Add(a)
	}
	f.Fuzz(func(t *testing.T, body string) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, func(w *world) { w.groups = nil })
			synctest.Wait()
			body := whole(w.fake.ServiceURL(), body)
			for range 2 {
				rec := w.serve(w.request(w.fake.Sign(w.at.ID, []byte(body), teamstest.Forgery{})))
				if !slices.Contains([]int{200, 400, 401, 403, 413}, rec.Code) {
					t.Errorf("status %d", rec.Code)
				}
			}
			for _, r := range w.heard() {
				if r.ID == "" || r.ID != w.heard()[0].ID || r.Person.ID == "" || r.Channel.ID == "" || r.Command == "" || !strings.HasPrefix(r.ID, "boston/") {
					t.Errorf("%+v", r)
				}
				if strings.Contains(r.Channel.ID, ";messageid=") {
					t.Errorf("a thread as a channel: %+v", r)
				}
			}
			if n := len(w.heard()); n != 0 && n != 2 {
				t.Errorf("handled %d times", n)
			}
		})
	})
}
