package discordtest_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	. "github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

const registered = `[{"name":"incident","type":1,"description":"d","options":[{"name":"declare","type":1,"description":"d","options":[
	{"name":"services","type":3,"description":"d","autocomplete":true},
	{"name":"impact","type":3,"description":"d","choices":[{"name":"Slow","value":"slow"},{"name":"Down","value":"down"}]},
	{"name":"title","type":3,"description":"d","max_length":5},
	{"name":"yes","type":5,"description":"d"},
	{"name":"number","type":4,"description":"d"}]}]}]`

// As soon as commands are registered, nothing else can be used, as in Discord's client.
func TestOnlyWhatIsRegisteredCanBeUsed(t *testing.T) {
	w := newWorld(t)
	if r := w.call(http.MethodPut, "/applications/"+string(w.at.ID)+"/commands", registered); r.Status != http.StatusOK {
		t.Fatal(r)
	}
	for _, tc := range []struct {
		line, name, value string
		want              string // of the error; "": none
	}{
		{"/incident declare", "impact", "down", ""},
		{"/incident declare", "services", "any", ""},
		{"/incident declare", "yes", "true", ""},
		{"/incident declare", "number", "3", ""},
		{"/incident declare", "impact", "bad", "is no choice"},
		{"/incident declare", "title", "too long", "5 characters fit"},
		{"/incident declare", "number", "three", "option number"},
		{"/incident declare", "yes", "perhaps", "option yes"},
		{"/incident declare", "why", "x", `no option "why"`},
		{"/incident declare learn down", "impact", "down", `no option "text"`},
		{"/incident resolve", "impact", "down", "no command /incident resolve"},
		{"/status", "impact", "down", "no command /status"},
	} {
		c := Command{Channel: "1001", User: "501", Line: tc.line, Options: map[string]string{tc.name: tc.value}}
		before := maps.Clone(c.Options)
		_, err := w.CommandRequest(c)
		if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) || !maps.Equal(before, c.Options) {
			t.Errorf("%s %s:%s: %v", tc.line, tc.name, tc.value, err)
		}
	}
	c := Command{Channel: "1001", User: "501", Line: "/incident declare"}
	if _, err := w.Complete(t.Context(), c, "title", "x"); err == nil || !strings.Contains(err.Error(), "is not completed") {
		t.Error(err)
	}
}
