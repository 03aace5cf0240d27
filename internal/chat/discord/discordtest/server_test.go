package discordtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	. "github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

func TestEveryCallMustBeInGoodStanding(t *testing.T) {
	w := newWorld(t)
	with := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, tc := range map[string]struct {
		got          response
		status, code int
	}{
		"well":             {w.call("GET", "/users/@me", ""), 200, 0},
		"version 9":        {w.call("GET", "/users/@me", "", func(r *http.Request) { r.URL.Path = "/api/v9/users/@me" }), 200, 0},
		"another version":  {w.call("GET", "/users/@me", "", func(r *http.Request) { r.URL.Path = "/api/v6/users/@me" }), 404, 0},
		"no user agent":    {w.call("GET", "/users/@me", "", with("User-Agent", "Go-http-client/1.1")), 403, 40333},
		"no token":         {w.call("GET", "/users/@me", "", with("Authorization", "")), 401, 0},
		"another token":    {w.call("GET", "/users/@me", "", with("Authorization", "Bot x")), 401, 0},
		"a bearer":         {w.call("GET", "/users/@me", "", with("Authorization", "Bearer "+string(w.at.Token))), 401, 0},
		"a form":           {w.call("POST", "/channels/1001/messages", `content=x`, with("Content-Type", "application/x-www-form-urlencoded")), 400, 50035},
		"no JSON":          {w.post("1001", `{"content":`), 400, 50109},
		"unknown field":    {w.post("1001", `{"text":"x"}`), 400, 50109},
		"no such channel":  {w.post("77", `{"content":"x"}`), 404, 10003},
		"no such address":  {w.call("GET", "/nothing", ""), 404, 0},
		"no such guild":    {w.call("GET", "/guilds/1", ""), 404, 10004},
		"no such member":   {w.call("GET", "/guilds/900/members/7", ""), 404, 10007},
		"a member":         {w.call("GET", "/guilds/900/members/501", ""), 200, 0},
		"the application":  {w.call("GET", "/applications/@me", ""), 200, 0},
		"another's orders": {w.call("PUT", "/applications/1/commands", "[]"), 403, 50001},
	} {
		if tc.got.Status != tc.status || tc.got.Code != tc.code {
			t.Errorf("%s: %d %s", name, tc.got.Status, tc.got.Body)
		}
	}
	w.Down(true)
	if got := w.call("GET", "/users/@me", ""); got.Status != 503 || !strings.Contains(got.Body, "<html>") {
		t.Errorf("%+v", got)
	}
}

func TestWhatABotMayDependsOnTheChannel(t *testing.T) {
	w := newWorld(t)
	for _, tc := range []struct {
		deny         uint64
		status, code int
	}{{0, 200, 0}, {SendMessages, 403, 50013}, {ViewChannel, 403, 50001}, {ReadMessageHistory, 200, 0}} {
		w.ChangeChannel("1001", func(c *Channel) { c.Deny = tc.deny })
		if got := w.post("1001", `{"content":"x"}`); got.Status != tc.status || got.Code != tc.code {
			t.Errorf("without %x: %+v", tc.deny, got)
		}
	}
	w.ChangeGuild("900", func(g *Guild) { g.Left = true })
	if got := w.post("1002", `{"content":"x"}`); got.Code != 50001 {
		t.Errorf("%+v", got)
	}
	if got := w.post("1004", `{"content":"x"}`); got.Status != 200 {
		t.Errorf("%+v", got)
	}
}

func TestIDsRiseAndTellTheTime(t *testing.T) {
	w := newWorld(t)
	var last ID
	for range 3 {
		id := w.post("1001", `{"content":"x"}`).ID
		if !id.At().Equal(w.clock()) || len(id) < len(last) || len(id) == len(last) && id <= last {
			t.Errorf("%s after %s at %v", id, last, id.At())
		}
		last = id
	}
}

func TestMessagesAreChecked(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("x", 7000)
	button := func(fields string) string {
		return `{"content":"x","components":[{"type":1,"components":[{"type":2,"style":1,"label":"Go",` + fields + `}]}]}`
	}
	for name, tc := range map[string]struct{ body, at string }{
		"content":       {`{"content":"` + long[:2001] + `"}`, "content"},
		"description":   {`{"embeds":[{"description":"` + long[:4097] + `"}]}`, "embeds"},
		"sum":           {`{"embeds":[{"description":"` + long[:3000] + `"},{"description":"` + long[:3001] + `"}]}`, "embeds"},
		"field":         {`{"embeds":[{"fields":[{"name":"","value":"x"}]}]}`, "embeds"},
		"field's value": {`{"embeds":[{"fields":[{"name":"x","value":"` + long[:1025] + `"}]}]}`, "embeds"},
		"fields":        {`{"embeds":[{"fields":[` + strings.TrimSuffix(strings.Repeat(`{"name":"x","value":"x"},`, 26), ",") + `]}]}`, "embeds"},
		"footer":        {`{"embeds":[{"footer":{"text":"` + long[:2049] + `"}}]}`, "embeds"},
		"color":         {`{"embeds":[{"title":"x","color":16777216}]}`, "embeds"},
		"empty embed":   {`{"embeds":[{}]}`, "embeds"},
		"eleven embeds": {`{"embeds":[` + strings.TrimSuffix(strings.Repeat(`{"title":"x"},`, 11), ",") + `]}`, "embeds"},
		"nonce":         {`{"content":"x","nonce":"` + long[:26] + `"}`, "nonce"},
		"flags":         {`{"content":"x","flags":32768}`, "flags"},
		"custom_id":     {button(`"custom_id":"` + long[:101] + `"`), "components"},
		"no custom_id":  {button(`"disabled":false`), "components"},
		"twice":         {`{"content":"x","components":[{"type":1,"components":[{"type":2,"style":1,"label":"a","custom_id":"a"},{"type":2,"style":1,"label":"b","custom_id":"a"}]}]}`, "components"},
		"link":          {`{"content":"x","components":[{"type":1,"components":[{"type":2,"style":5,"label":"a","url":"mailto:x"}]}]}`, "components"},
		"empty row":     {`{"content":"x","components":[{"type":1,"components":[]}]}`, "components"},
		"six rows":      {`{"content":"x","components":[` + strings.TrimSuffix(strings.Repeat(`{"type":1,"components":[]},`, 6), ",") + `]}`, "components"},
		"both":          {`{"content":"x","allowed_mentions":{"parse":["users"],"users":["1"]}}`, "allowed_mentions"},
		"not described": {`{"content":"x","message_reference":{"message_id":"abc","fail_if_not_exists":false}}`, "body"},
		"no such root":  {`{"content":"x","message_reference":{"message_id":"1"}}`, "message_reference"},
	} {
		got := w.post("1001", tc.body)
		var errs struct {
			Errors map[string]json.RawMessage `json:"errors"`
		}
		_ = json.Unmarshal([]byte(got.Body), &errs)
		if got.Status != 400 || got.Code != 50035 || len(errs.Errors) != 1 || errs.Errors[tc.at] == nil {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	for _, empty := range []string{`{}`, `{"content":" \n"}`, `{"embeds":[],"components":null}`} {
		if got := w.post("1001", empty); got.Code != 50006 {
			t.Errorf("%s: %s", empty, got.Body)
		}
	}
	if n := len(w.Messages("1001")); n != 0 {
		t.Errorf("%d were stored", n)
	}
	if got := w.post("1001", `{"content":"x","message_reference":{"message_id":"1","fail_if_not_exists":false}}`); got.Status != 200 || w.Messages("1001")[0].ReplyTo != "" {
		t.Errorf("no such root, and it need not be there: %+v", got)
	}
}

func TestNonces(t *testing.T) {
	w := newWorld(t, WithNonces(time.Minute))
	enforced := `{"content":"x","nonce":"a","enforce_nonce":true}`
	first := w.post("1001", enforced).ID
	if again := w.post("1002", enforced).ID; again != first {
		t.Errorf("%s, want %s: a nonce is the author's, wherever", again, first)
	}
	for name, body := range map[string]string{"another": `{"content":"x","nonce":"b","enforce_nonce":true}`, "not enforced": `{"content":"x","nonce":"a"}`, "none": `{"content":"x","enforce_nonce":true}`} {
		if id := w.post("1001", body).ID; id == first {
			t.Errorf("%s is the same", name)
		}
	}
	other := NewApplication("boston")
	w.AddApplication(other)
	if id := w.call("POST", "/channels/1001/messages", enforced, func(r *http.Request) { r.Header.Set("Authorization", "Bot "+string(other.Token)) }).ID; id == first {
		t.Error("another author's nonce is the same")
	}
	w.later(61 * time.Second)
	if id := w.post("1001", enforced).ID; id == first {
		t.Error("the nonce held too long")
	}
}

func TestHistoriesArePaged(t *testing.T) {
	w := newWorld(t)
	var ids []ID
	for range 5 {
		ids = append(ids, w.post("1001", `{"content":"x"}`).ID)
	}
	w.Say("1001", "501", "a person")
	list := func(query string) (out []ID) {
		var page []struct {
			ID ID `json:"id"`
		}
		_ = json.Unmarshal([]byte(w.call("GET", "/channels/1001/messages"+query, "").Body), &page)
		for _, m := range page {
			out = append(out, m.ID)
		}
		return out
	}
	if got := list("?limit=2&after=" + string(ids[1])); len(got) != 2 || got[0] != ids[3] || got[1] != ids[2] {
		t.Errorf("%v of %v", got, ids)
	}
	if got := list(""); len(got) != 6 || got[5] != ids[0] {
		t.Errorf("%v", got)
	}
	w.Delete("1001", ids[4])
	if got := list("?limit=1"); len(got) != 1 || got[0] == ids[4] {
		t.Errorf("%v", got)
	}
	w.ChangeChannel("1001", func(c *Channel) { c.Deny = ReadMessageHistory })
	if got := w.call("GET", "/channels/1001/messages", ""); got.Body != "[]" {
		t.Errorf("%s", got.Body)
	}
}

func TestEditsAndTheirLimits(t *testing.T) {
	w := newWorld(t)
	at := "/channels/1001/messages/" + string(w.post("1001", `{"content":"x","components":[{"type":1,"components":[{"type":2,"style":1,"label":"a","custom_id":"a"}]}]}`).ID)
	if got := w.call("PATCH", at, `{"content":"y"}`); got.Status != 200 {
		t.Errorf("%+v", got)
	}
	if m := w.Messages("1001")[0]; m.Content != "y" || len(m.Buttons()) != 1 || len(m.Edits) != 1 {
		t.Errorf("%+v", m)
	}
	w.LimitOldEdits("1001", 1)
	for i, want := range []int{0, 0, 30046} {
		if i == 1 {
			w.later(61 * time.Minute)
		}
		if got := w.call("PATCH", at, `{"content":"z"}`); got.Code != want {
			t.Errorf("edit %d: %s", i, got.Body)
		}
	}
	theirs := w.Say("1001", "501", "x")
	for path, want := range map[string]int{"/channels/1001/messages/" + string(theirs): 50005, "/channels/1001/messages/1": 10008, "/channels/1/messages/1": 10003} {
		if got := w.call("PATCH", path, `{"content":"z"}`); got.Code != want {
			t.Errorf("%s: %s", path, got.Body)
		}
	}
	if got := w.call("DELETE", at, ""); got.Status != 204 {
		t.Errorf("%+v", got)
	}
}

func TestThreadsAndPublishing(t *testing.T) {
	w := newWorld(t)
	root := w.post("1003", `{"content":"x"}`).ID
	at := "/channels/1003/messages/" + string(root)
	for _, tc := range []struct {
		path, body   string
		status, code int
	}{
		{at + "/threads", `{"name":""}`, 400, 50035}, {at + "/threads", `{"name":"a","auto_archive_duration":7}`, 400, 50035},
		{"/channels/1003/messages/1/threads", `{"name":"a"}`, 404, 10008}, {at + "/threads", `{"name":"a","auto_archive_duration":1440}`, 201, 0},
		{at + "/threads", `{"name":"a"}`, 400, 160004}, {at + "/crosspost", "", 200, 0}, {at + "/crosspost", "", 400, 40033},
		{"/channels/" + string(root) + "/messages", `{"content":"y"}`, 200, 0},
	} {
		if got := w.call("POST", tc.path, tc.body); got.Status != tc.status || got.Code != tc.code {
			t.Errorf("%s %s: %d %s", tc.path, tc.body, got.Status, got.Body)
		}
	}
	if got := w.Threads("1003"); len(got) != 1 || got[0] != root || len(w.Messages(root)) != 1 {
		t.Errorf("%v", got)
	}
	w.ChangeChannel(root, func(c *Channel) { c.Locked = true })
	if got := w.post(string(root), `{"content":"y"}`); got.Code != 50083 {
		t.Errorf("%+v", got)
	}
	w.ChangeGuild("900", func(g *Guild) { g.MaxThreads = 1 })
	other := w.post("1001", `{"content":"x"}`).ID
	if got := w.call("POST", "/channels/1001/messages/"+string(other)+"/threads", `{"name":"a"}`); got.Code != 160006 {
		t.Errorf("%+v", got)
	}
	dm := w.post("1004", `{"content":"x"}`).ID
	if got := w.call("POST", "/channels/1004/messages/"+string(dm)+"/threads", `{"name":"a"}`); got.Code != 50024 {
		t.Errorf("%+v", got)
	}
	if got := w.call("POST", "/channels/1001/messages/"+string(other)+"/crosspost", ""); got.Code != 50024 {
		t.Errorf("%+v", got)
	}
}

func TestLimits(t *testing.T) {
	w := newWorld(t, WithLimits(Limits{Channel: Rate{2, 5 * time.Second}, Global: Rate{4, time.Second}, Invalid: 4}))
	if got := w.post("1001", `{"content":"x"}`); got.Header.Get("X-RateLimit-Remaining") != "1" || got.Header.Get("X-RateLimit-Bucket") == "" {
		t.Errorf("%v", got.Header)
	}
	w.post("1001", `{"content":"x"}`)
	w.later(600 * time.Millisecond)
	got := w.post("1001", `{"content":"x"}`)
	if got.Status != 429 || !strings.Contains(got.Body, `"retry_after":4.4`) || got.Header.Get("Retry-After") != "5" || got.Header.Get("X-RateLimit-Scope") != "user" {
		t.Errorf("%+v", got)
	}
	w.post("1002", `{"content":"x"}`)
	w.post("1003", `{"content":"x"}`)
	if got := w.post("1002", `{"content":"x"}`); got.Status != 429 || !strings.Contains(got.Body, `"global":true`) || got.Header.Get("X-RateLimit-Global") != "true" {
		t.Errorf("%+v", got)
	}
	w.later(5 * time.Second)
	w.Faults(On{}, Limited(1, "shared"), Limited(1, "user"))
	for range 2 {
		w.post("1001", `{"content":"x"}`)
	}
	if n := w.Invalid(); n != 3 {
		t.Errorf("%d count", n)
	}
	w.call("GET", "/users/@me", "", func(r *http.Request) { r.Header.Set("Authorization", "") })
	if got := w.post("1001", `{"content":"x"}`); got.Status != 429 || !strings.Contains(got.Body, "<html>") || got.Header.Get("Retry-After") != "600" {
		t.Errorf("%+v", got)
	}
	w.later(10 * time.Minute)
	if got := w.post("1001", `{"content":"x"}`); got.Status != 200 {
		t.Errorf("%+v", got)
	}
}

func TestFaults(t *testing.T) {
	for name, tc := range map[string]struct {
		fault  Fault
		status int // 0: cut
		stored int
	}{
		"none":          {Fault{}, 200, 1},
		"drop before":   {DropBefore(), 0, 0},
		"drop after":    {DropAfter(), 0, 1},
		"502 before":    {ErrorBefore(502), 502, 0},
		"504 after":     {ErrorAfter(504), 504, 1},
		"garbage":       {Fault{Answer: AnswerGarbage}, 200, 1},
		"a page":        {Fault{Answer: AnswerHTML}, 200, 1},
		"no id":         {Fault{Answer: AnswerNoID}, 200, 1},
		"refused":       {Refused(403, 50013), 403, 0},
		"limited":       {Limited(2, ""), 429, 0},
		"slow, at last": {Slow(time.Millisecond, StoreLate), 200, 1},
		"never":         {Slow(time.Millisecond, StoreNever), 500, 0},
	} {
		w := newWorld(t)
		w.Faults(On{Route: "message.create", Channel: "1001"}, tc.fault)
		if got := w.post("1002", `{"content":"x"}`); got.Status != 200 {
			t.Errorf("%s: another channel %+v", name, got)
		}
		got := w.post("1001", `{"content":"x"}`)
		if n := len(w.Messages("1001")); got.Status != tc.status || n != tc.stored {
			t.Errorf("%s: %d, %d stored", name, got.Status, n)
		}
		if log := w.Log(); log[1].Outcome == "" || log[1].Channel != "1001" {
			t.Errorf("%s: %+v", name, log)
		}
		if got := w.post("1001", `{"content":"x"}`); got.Status != 200 {
			t.Errorf("%s: the next one %+v", name, got)
		}
	}
}

func TestFaultsAtRandomAreTheSameEachTime(t *testing.T) {
	var runs [2]string
	for i := range runs {
		w := newWorld(t)
		w.FaultsAtRandom(On{}, Odds{Share: 0.5, Seed: 7}, ErrorAfter(502), DropBefore())
		for range 30 {
			runs[i] += fmt.Sprint(w.post("1001", `{"content":"x"}`).Status, " ")
		}
		w.ClearFaults()
	}
	if runs[0] != runs[1] || !strings.Contains(runs[0], "200") || !strings.Contains(runs[0], "502") {
		t.Error(runs)
	}
}

// The same over a real connection, where a drop is one.
func TestOverTheNetwork(t *testing.T) {
	w := newWorld(t)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	w.Faults(On{}, DropAfter())
	for _, want := range []int{0, 200} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, w.APIURL()+"/channels/1001/messages", strings.NewReader(`{"content":"x"}`))
		req.Header = http.Header{"Authorization": {"Bot " + string(w.at.Token)}, "User-Agent": {"DiscordBot (x, 1)"}, "Content-Type": {"application/json"}}
		res, err := http.DefaultTransport.RoundTrip(req)
		if want == 0 {
			if err == nil {
				t.Error("the connection was not cut")
			}
			continue
		}
		if err != nil || res.StatusCode != want {
			t.Fatal(res, err)
		}
		_ = res.Body.Close()
	}
	if len(w.Messages("1001")) != 2 {
		t.Error(w.Transcript("1001"))
	}
}

func TestCommandsAreChecked(t *testing.T) {
	w := newWorld(t)
	at := "/applications/" + string(w.at.ID)
	good := `[{"name":"incident","description":"An outage","options":[{"type":1,"name":"declare","description":"Begin","options":[{"type":3,"name":"services","description":"Which","required":true},{"type":3,"name":"title","description":"What"}]}]}]`
	for body, want := range map[string]int{
		good: 200, `{}`: 400, `[{"name":"Über alles","description":"x"}]`: 400, `[{"name":"a","description":""}]`: 400,
		strings.Replace(good, `,"required":true},{"type":3,"name":"title"`, `},{"required":true,"type":3,"name":"title"`, 1):                           400,
		`[{"name":"a","description":"x","options":[` + strings.TrimSuffix(strings.Repeat(`{"type":3,"name":"a","description":"x"},`, 26), ",") + `]}]`: 400,
	} {
		if got := w.call("PUT", at+"/commands", body); got.Status != want {
			t.Errorf("%.60s: %d %s", body, got.Status, got.Body)
		}
	}
	w.call("PUT", at+"/guilds/900/commands", "[]")
	if got := w.call("GET", at+"/commands", ""); got.Body != good || string(w.Commands(w.at.ID, "")) != good || string(w.Commands(w.at.ID, "900")) != "[]" {
		t.Errorf("%s", got.Body)
	}
}
