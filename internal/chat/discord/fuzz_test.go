package discord_test

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

// interactions are what Discord sends (interactions/receiving-and-responding), and some
// that it would not. APP stands for the application.
func interactions() []string {
	const of = `"id":"1234","application_id":"APP","token":"tok","version":1,"guild_id":"900","channel_id":"1002","channel":{"id":"1002","type":0},"context":0,
		"authorizing_integration_owners":{"0":"900"},"app_permissions":"2147483647","member":{"user":{"id":"501","username":"ann","global_name":null},"nick":null,"roles":["991"],"permissions":"8","pending":false},`
	return []string{
		`{"type":1,"id":"1","application_id":"APP","token":"x"}`,
		`{"type":2,` + of + `"data":{"id":"1","name":"incident","type":1,"options":[{"name":"declare","type":1,"options":[{"name":"services","type":3,"value":"learn"},{"name":"yes","type":5,"value":true}]}]}}`,
		`{"type":2,` + of + `"data":{"name":"belltower","options":[{"name":"a","type":2,"options":[{"name":"b","type":1,"options":[{"name":"n","type":4,"value":42},{"name":"u","type":6,"value":"1"},{"name":"c","type":7,"value":"2"},{"name":"r","type":8,"value":"3"}]}]}]}}`,
		`{"type":3,` + of + `"message":{"id":"77","flags":64,"components":[{"type":1,"components":[{"type":2,"label":"Go","custom_id":"d0:incident list"}]}]},"data":{"custom_id":"d0:incident list","component_type":2}}`,
		`{"type":3,` + of + `"message":{"id":"77","flags":0},"data":{"custom_id":"a1:incident resolve 42\nSure?"}}`,
		`{"type":3,` + of + `"message":{"id":"77"},"data":{"custom_id":"k9:nothing"}}`,
		`{"type":4,` + of + `"data":{"name":"incident","options":[{"name":"declare","type":1,"options":[{"name":"services","type":3,"value":"le","focused":true}]}]}}`,
		`{"type":5,` + of + `"data":{"custom_id":"d0:incident update 42","components":[{"type":1,"components":[{"type":4,"custom_id":"message","value":"We look."}]}]}}`,
		`{"type":5,` + of + `"data":{"custom_id":"d0:incident update","components":[{"type":18,"component":{"type":4,"custom_id":"x","value":"y"}}]}}`,
		`{"type":5,` + of + `"data":{"custom_id":"d0:incident update","components":[{"type":10},{"type":18,"component":{"type":3,"custom_id":"status","values":["monitoring"]}},{"type":18,"component":{"type":5,"custom_id":"lead","values":["502"]}}]}}`,
		`{"type":9,` + of + `"data":{}}`,
		`{"type":2,"id":"1","application_id":"APP","token":"x","channel":{"id":"1006","type":1},"context":1,"user":{"id":"501","username":"ann"},"authorizing_integration_owners":{"0":"0"},"data":{"name":"status"}}`,
		`{"type":2,"id":"1","application_id":"1","token":"x","data":{"name":"status"}}`, `{"type":2,"id":"../x","application_id":"APP"}`,
		`{"type":2,"member":null,"application_id":"APP","id":"1","token":"x","user":null}`, `{}`, `null`, `7`, `[[[[`, `{"type":"2","id":1}`,
	}
}

// FuzzInteractions sends whatever payload to the endpoint, twice: its status is one of
// the contract, what reaches the handler is of this application and a person, and the
// same both times, and what is answered is what Discord would take.
func FuzzInteractions(f *testing.F) {
	for _, payload := range interactions() {
		f.Add(payload)
	}
	w := newWorld(f)
	f.Fuzz(func(t *testing.T, payload string) {
		payload = strings.ReplaceAll(payload, "APP", string(w.at.ID))
		before := len(w.heard())
		for range 2 {
			r := w.fake.Signed(w.at.ID, []byte(payload), discordtest.Forgery{})
			rec := httptest.NewRecorder()
			w.routes.ServeHTTP(rec, made(r.URL, r.Header, r.Body))
			if !slices.Contains([]int{200, 400, 403, 413}, rec.Code) {
				t.Errorf("status %d", rec.Code)
			}
			if rec.Code == 200 && !json.Valid(rec.Body.Bytes()) {
				t.Errorf("answered %q", rec.Body)
			}
		}
		got := w.heard()[before:]
		if len(got) == 0 {
			return
		}
		if len(got) != 2 || got[0].ID != got[1].ID || !strings.Contains(payload, string(w.at.ID)) {
			t.Fatalf("handled %+v", got)
		}
		for _, r := range got {
			if strings.Trim(r.Person.ID, "0123456789") != "" || r.Person.ID == "" || strings.Trim(r.Channel.ID, "0123456789") != "" || r.Channel.ID == "" || !strings.HasPrefix(r.ID, "lowell/") {
				t.Errorf("%+v", r)
			}
		}
		w.forget()
	})
}

// forget forgets the requests that were heard.
func (w *world) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = nil
}
