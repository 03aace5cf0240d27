package slacktest_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	. "github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

const modal = `{"type":"modal","callback_id":"f","private_metadata":"x","title":{"type":"plain_text","text":"T"},"submit":{"type":"plain_text","text":"S"},"blocks":[
	{"type":"input","block_id":"m","label":{"type":"plain_text","text":"M"},"element":{"type":"plain_text_input","action_id":"in","max_length":5}},
	{"type":"input","block_id":"p","optional":true,"label":{"type":"plain_text","text":"P"},"element":{"type":"static_select","action_id":"in","options":[{"text":{"type":"plain_text","text":"A"},"value":"a"}]}}]}`

// A trigger opens one form, within three seconds.
func TestTriggersAreShortLivedAndGoodForOnce(t *testing.T) {
	bubble(t, func(t *testing.T, fake *Server, api *slack.Client) {
		var view slack.ModalViewRequest
		if err := json.Unmarshal([]byte(modal), &view); err != nil {
			t.Fatal(err)
		}
		trigger := func() string {
			r, err := fake.CommandRequest(Command{Channel: "CTEACH", User: "UANN", Line: "/status"})
			if err != nil {
				t.Fatal(err)
			}
			form, _ := url.ParseQuery(string(r.Body))
			return form.Get("trigger_id")
		}
		opens := func(trigger, want string) {
			t.Helper()
			_, err := api.OpenView(trigger, view)
			if want != "" {
				wantError(t, err, want)
			} else if err != nil {
				t.Error(err)
			}
		}
		opens("1.2.3", "invalid_trigger_id")
		first := trigger()
		opens(first, "")
		opens(first, "exchanged_trigger_id")
		late := trigger()
		time.Sleep(3*time.Second + time.Millisecond)
		opens(late, "expired_trigger_id")
		for fill, want := range map[string]string{"": "must be filled in", "123456": "5 fit"} {
			if _, err := fake.SubmitRequest("UANN", Fill{"m": fill}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v", fill, err)
			}
		}
		if _, err := fake.SubmitRequest("UANN", Fill{"m": "x", "p": "b"}); err == nil {
			t.Error("a choice that is not there was picked")
		}
	})
}

// What Slack refuses of a view.
func TestViewsAreChecked(t *testing.T) {
	if got := CheckView(json.RawMessage(modal)); len(got) != 0 {
		t.Error(got)
	}
	options := strings.Repeat(`{"text":{"type":"plain_text","text":"A"},"value":"a"},`, 101)
	for name, change := range map[string][2]string{
		"a long title":       {`"text":"T"`, fmt.Sprintf(`"text":%q`, strings.Repeat("t", 25))},
		"metadata":           {`"private_metadata":"x"`, fmt.Sprintf(`"private_metadata":%q`, strings.Repeat("x", 3001))},
		"no submit":          {`"submit":{"type":"plain_text","text":"S"},`, ``},
		"a block_id twice":   {`"block_id":"p"`, `"block_id":"m"`},
		"101 options":        {`"options":[`, `"options":[` + options},
		"an unknown element": {`plain_text_input`, `rich_text_input`},
	} {
		if got := CheckView(json.RawMessage(strings.Replace(modal, change[0], change[1], 1))); len(got) == 0 {
			t.Errorf("%s was taken", name)
		}
	}
}
