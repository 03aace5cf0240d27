package slack_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// FuzzRequests sends whatever body, rightly signed, to the three addresses: each
// is answered with a status of the contract, and only our own workspace and app
// reach the handler.
func FuzzRequests(f *testing.F) {
	ours := "team_id=T0AMHERST&api_app_id=A0AMHERST&channel_id=C1&user_id=U1&command=%2Fincident&trigger_id=1.2.3&text="
	for _, body := range []string{
		ours + "declare+learn+down", ours + "%00%ff%e2%80%ae", ours + "%zz", "text=%26lt%3B", "payload=", `payload={"type":"block_actions"}`,
		`payload={"type":"block_actions","api_app_id":"A0AMHERST","team":{"id":"T0AMHERST"},"user":{"id":"U1"},"channel":{"id":"C1"},"actions":[{"action_id":"do-0","value":"incident list","action_ts":"1.2"}]}`,
		`payload={"type":"view_submission","api_app_id":"A0AMHERST","team":{"id":"T0AMHERST"},"user":{"id":"U1"},"view":{"id":"V1","callback_id":"form","private_metadata":"{\"c\":\"incident resolve 42\"}","state":{"values":{"message":{"in":{"value":"x"}}}}}}`,
		`payload={"type":"message_action","callback_id":"add_to_incident","action_ts":"1.2","api_app_id":"A0AMHERST","team":{"id":"T0AMHERST"},"user":{"id":"U1"},"channel":{"id":"C1"},"message":{"ts":"1.1","text":"x"}}`,
		`{"type":"url_verification","challenge":"x"}`, `{"type":"event_callback","team_id":"T0AMHERST","api_app_id":"A0AMHERST","event":{"type":"channel_unarchive","channel":"C1"}}`, "[[[[",
	} {
		for path := range uint8(3) {
			f.Add(path, body)
		}
	}
	w := newWorld(f)
	w.fake.FaultsAtRandom(slacktest.On{Method: "users.info"}, slacktest.Odds{Share: 1}, slacktest.Refused("user_not_found"))
	f.Fuzz(func(t *testing.T, path uint8, body string) {
		before := len(w.heard())
		r := httptest.NewRequest(http.MethodPost, "/slack/amherst/"+[]string{"commands", "interactions", "events"}[path%3], strings.NewReader(body))
		r.Header = slacktest.Sign(signingSecret, time.Now(), []byte(body))
		rec := httptest.NewRecorder()
		w.routes.ServeHTTP(rec, r)
		if !slices.Contains([]int{200, 400, 403, 413}, rec.Code) {
			t.Errorf("status %d", rec.Code)
		}
		if len(w.heard()) > before && !strings.Contains(body, "T0AMHERST") && !strings.Contains(body, "%") && !strings.Contains(body, "\\") {
			t.Errorf("%q was handled", body)
		}
	})
}
