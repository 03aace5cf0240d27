package discordtest_test

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	. "github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestAnInteractionIsSignedAndComplete(t *testing.T) {
	w := newWorld(t)
	w.AddUser(User{ID: "501", Name: "ann", Nick: "Ann", Roles: []ID{"991"}, Manages: true})
	var got map[string]any
	w.bot = func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		key, _ := hex.DecodeString(w.at.PublicKey())
		signature, _ := hex.DecodeString(r.Header.Get("X-Signature-Ed25519"))
		if !ed25519.Verify(key, append([]byte(r.Header.Get("X-Signature-Timestamp")), body...), signature) {
			t.Error("the signature is wrong")
		}
		_ = json.Unmarshal(body, &got)
		answer(rw, `{"type":4,"data":{"content":"Done."}}`)
	}
	a, err := w.Type(t.Context(), Command{Channel: "1002", User: "501", Line: "/incident declare learn down", Options: map[string]string{"title": "x", "yes": "true"}})
	if err != nil || a.Message.Content != "Done." || a.Message.To != "" {
		t.Fatal(a, err)
	}
	data, _ := json.Marshal(got["data"])
	if want := `{"id":"1","name":"incident","options":[{"name":"declare","options":[{"name":"text","type":3,"value":"learn down"},{"name":"title","type":3,"value":"x"},{"name":"yes","type":5,"value":true}],"type":1}],"type":1}`; string(data) != want {
		t.Errorf("%s", data)
	}
	member, _ := got["member"].(map[string]any)
	if got["guild_id"] != "900" || member["nick"] != "Ann" || member["permissions"] != fmt.Sprint(ViewChannel|SendMessages|ManageChannels) || got["user"] != nil {
		t.Errorf("%v", got)
	}
}

func TestAResponseIsWhatDiscordTakes(t *testing.T) {
	input := `{"type":1,"components":[{"type":4,"custom_id":"a","label":"A","style":1}]}`
	for body, fits := range map[string]bool{
		`{"type":4,"data":{"content":"x"}}`: true,
		`{"type":5,"data":{"flags":64}}`:    true,
		`{"type":5,"data":{"flags":4}}`:     false,
		`{"type":5}`:                        true,
		`{"type":6}`:                        false,
		`{"type":7,"data":{"content":"x"}}`: false,
		`{"type":8,"data":{"choices":[]}}`:  false,
		`{"type":1}`:                        false,
		`nothing`:                           false,
		`{"type":4,"data":{"content":""}}`:  false,
		`{"type":4,"data":{"content":"` + strings.Repeat("x", 2001) + `"}}`:                                                                                                       false,
		`{"type":9,"data":{"custom_id":"a","title":"A","components":[` + input + `]}}`:                                                                                            true,
		`{"type":9,"data":{"custom_id":"a","title":"","components":[` + input + `]}}`:                                                                                             false,
		`{"type":9,"data":{"custom_id":"","title":"A","components":[` + input + `]}}`:                                                                                             false,
		`{"type":9,"data":{"custom_id":"a","title":"A","components":[]}}`:                                                                                                         false,
		`{"type":9,"data":{"custom_id":"a","title":"A","components":[` + input + `,` + input + `]}}`:                                                                              false,
		`{"type":9,"data":{"custom_id":"a","title":"A","components":[{"type":1,"components":[{"type":4,"custom_id":"a","label":"` + strings.Repeat("x", 46) + `","style":1}]}]}}`: false,
		`{"type":9,"data":{"custom_id":"a","title":"A","components":[{"type":1,"components":[{"type":4,"custom_id":"a","label":"A","style":1,"value":"xx","max_length":1}]}]}}`:   false,
	} {
		w := newWorld(t)
		w.bot = func(rw http.ResponseWriter, _ *http.Request) { answer(rw, body) }
		if a := w.types("/incident list"); len(a.Problems) == 0 != fits {
			t.Errorf("%.90s: %v", body, a.Problems)
		}
	}
}

func TestAnAnswerMayComeByACall(t *testing.T) {
	w := newWorld(t)
	var id, token string
	w.bot = func(rw http.ResponseWriter, r *http.Request) {
		var in struct{ ID, Token string }
		body, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(body, &in)
		id, token = in.ID, in.Token
		if got := w.call("POST", "/interactions/"+id+"/"+token+"/callback", `{"type":5,"data":{"flags":64}}`, func(r *http.Request) { r.Header.Del("Authorization") }); got.Status != 204 {
			t.Errorf("%+v", got)
		}
		rw.WriteHeader(http.StatusAccepted)
	}
	a := w.types("/incident list")
	if a.Status != 202 || a.Type != 5 || !a.Message.Thinking || a.Message.To != "501" {
		t.Fatalf("%+v", a)
	}
	again := w.call("POST", "/interactions/"+id+"/"+token+"/callback", `{"type":5}`)
	wrong := w.call("POST", "/interactions/"+id+"/x/callback", `{"type":5}`)
	if again.Code != 40060 || wrong.Code != 10062 {
		t.Errorf("%+v %+v", again, wrong)
	}
	hook := "/webhooks/" + string(w.at.ID) + "/" + token
	for _, tc := range []struct {
		method, path, body string
		status             int
	}{
		{"PATCH", hook + "/messages/@original", `{}`, 400}, {"PATCH", hook + "/messages/@original", `{"content":"Done."}`, 200}, {"GET", hook + "/messages/@original", "", 200},
		{"POST", hook, `{"content":"More.","flags":64}`, 200}, {"POST", "/webhooks/1/" + token, `{"content":"x"}`, 404}, {"POST", hook + "x", `{"content":"x"}`, 404},
	} {
		if got := w.call(tc.method, tc.path, tc.body); got.Status != tc.status {
			t.Errorf("%s %s: %+v", tc.method, tc.path, got)
		}
	}
	if m, err := w.Final(t.Context(), a); err != nil || m.Content != "Done." {
		t.Errorf("%+v %v", m, err)
	}
	w.later(15*time.Minute + time.Second)
	if got := w.call("POST", hook, `{"content":"x"}`); got.Status != 401 || got.Code != 50027 {
		t.Errorf("%+v", got)
	}
}

// The first follow-up after a promise is what was promised.
func TestAFollowUpKeepsAPromise(t *testing.T) {
	w := newWorld(t)
	w.bot = func(rw http.ResponseWriter, _ *http.Request) { answer(rw, `{"type":5,"data":{"flags":64}}`) }
	a := w.types("/incident list")
	var in struct{ Token string }
	_ = json.Unmarshal(a.Request.Body, &in)
	hook := "/webhooks/" + string(w.at.ID) + "/" + in.Token
	w.call("POST", hook, `{"content":"Done."}`)
	w.call("POST", hook, `{"content":"More."}`)
	all := w.Messages("1002")
	if len(all) != 3 || all[1].Content != "Done." || all[1].To != "501" || all[2].Content != "More." || all[2].To != "" {
		t.Errorf("%+v", all)
	}
	if got := w.call("DELETE", hook+"/messages/@original", ""); got.Status != 204 || !w.Messages("1002")[1].Deleted {
		t.Errorf("%+v", got)
	}
}

func TestAnAnswerHasThreeSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, WithClock(func() time.Time { return time.Now().AddDate(26, 0, 0) }))
		var takes atomic.Int64 // a late answer is still being made when the next is asked for
		w.bot = func(rw http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Duration(takes.Load()))
			answer(rw, `{"type":4,"data":{"content":"Done."}}`)
		}
		for took, late := range map[time.Duration]bool{2900 * time.Millisecond: false, 3100 * time.Millisecond: true} {
			takes.Store(int64(took))
			if a := w.types("/incident list"); a.Late != late {
				t.Errorf("%v: %+v", took, a)
			}
		}
		w.Door(func(context.Context, ID, []byte) error { return nil })
		if a := w.types("/incident list"); !a.Late {
			t.Errorf("%+v", a)
		}
	})
}

func TestButtonsAndForms(t *testing.T) {
	w := newWorld(t)
	id := w.post("1002", `{"content":"x","components":[{"type":1,"components":[{"type":2,"style":1,"label":"Go","custom_id":"go"},{"type":2,"style":5,"label":"Page","url":"https://x.edu"}]}]}`).ID
	w.bot = func(rw http.ResponseWriter, _ *http.Request) {
		answer(rw, `{"type":9,"data":{"custom_id":"f","title":"Form","components":[{"type":1,"components":[{"type":4,"custom_id":"a","label":"A","style":1,"max_length":5}]},{"type":1,"components":[{"type":4,"custom_id":"b","label":"B","style":2,"required":false,"value":"as it was"}]}]}}`)
	}
	for _, name := range []string{"Page", "Nothing"} {
		if _, err := w.Click(t.Context(), Click{Channel: "1002", Message: id, Button: name, User: "501"}); err == nil {
			t.Errorf("%s was pressed", name)
		}
	}
	a, err := w.Click(t.Context(), Click{Channel: "1002", Message: id, Button: "Go", User: "501"})
	if err != nil || a.Form == nil || a.Form.Title != "Form" {
		t.Fatal(a, err)
	}
	for _, fill := range []Fill{{}, {"a": "too long"}, {"a": "x", "c": "y"}} {
		if _, err := w.Submit(t.Context(), "501", fill); err == nil {
			t.Errorf("%v was sent", fill)
		}
	}
	var sent string
	w.bot = func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sent = string(body)
		answer(rw, `{"type":7,"data":{"content":"y","components":[]}}`)
	}
	a, err = w.Submit(t.Context(), "501", Fill{"a": "x"})
	if err != nil || len(a.Problems) > 0 || a.Message.ID != id || a.Message.Content != "y" || !strings.Contains(sent, `"value":"as it was"`) || !strings.Contains(sent, `"value":"x"`) {
		t.Errorf("%+v %v %s", a, err, sent)
	}
	if _, err := w.Submit(t.Context(), "501", Fill{"a": "x"}); err == nil {
		t.Error("a form was sent twice")
	}
	w.bot = func(rw http.ResponseWriter, _ *http.Request) {
		answer(rw, `{"type":8,"data":{"choices":[{"name":"Learn","value":"learn"}]}}`)
	}
	c, err := w.Complete(t.Context(), Command{Channel: "1002", User: "501", Line: "/incident declare"}, "services", "le")
	if err != nil || len(c.Choices) != 1 || len(c.Problems) > 0 {
		t.Errorf("%+v %v", c, err)
	}
}

func TestMarksAreWhatDiscordActsOn(t *testing.T) {
	for text, want := range map[string]string{
		"plain, 100% & 4:12 > 3":                 "",
		"<@1> <@&2> <#3> <t:4:R> <:a:5>":         "<@1> <@&2> <#3> <t:4:R> <:a:5>",
		`\<@1> \@everyone \*a\* \_b\_ https\://`: "",
		"@everyone @here":                        "@everyone @here",
		"**a** *b* __c__ _d_ ~~e~~ ||f|| `g`":    "**a** *b* __c__ _d_ ~~e~~ ||f|| `g`",
		"[a](https://x.edu) https://y.edu/ z":    "[a](https://x.edu) https://y.edu/",
		"# head\n- item\n1. one\n>>> all":        "# h - i 1. o >>> ",
		"> \\# a\n> b":                           "",
		":smile: at 4:12:30":                     ":smile: :12:",
		"2 * 3 * 4 and a_b":                      "",
	} {
		if got := strings.Join(Message{Content: text}.Marks(), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestWhomAMessageNotifies(t *testing.T) {
	w := newWorld(t)
	w.ChangeGuild("900", func(g *Guild) { g.BotMay |= MentionEveryone })
	for body, want := range map[string]string{
		`{"content":"@everyone <@1> <@&2>"}`:                                                       "@everyone <@1> <@&2> no allowed_mentions",
		`{"content":"\\<@1>","allowed_mentions":{"parse":["users"]}}`:                              "<@1>",
		`{"content":"@here <@1> <@!2> <@&3>","allowed_mentions":{"parse":[],"users":["2"]}}`:       "<@!2>",
		`{"content":"<@&3>","allowed_mentions":{"parse":[],"roles":["3"]}}`:                        "<@&3>",
		`{"content":"x","embeds":[{"description":"<@1>"}],"allowed_mentions":{"parse":["users"]}}`: "",
	} {
		w.post("1001", body)
		all := w.Messages("1001")
		if got := strings.Join(all[len(all)-1].Notified, " "); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func TestATranscriptReadsLikeTheChannel(t *testing.T) {
	w := newWorld(t)
	root := w.post("1002", `{"content":"Learn is down","embeds":[{"description":"We look.\nPlease wait.","fields":[{"name":"Since","value":"4:12"}],"footer":{"text":"INC-1 #1"}}],"components":[{"type":1,"components":[{"type":2,"style":1,"label":"Resolve INC-1","custom_id":"a"}]}]}`).ID
	w.call("POST", "/channels/1002/messages/"+string(root)+"/threads", `{"name":"INC-1"}`)
	w.post(string(root), `{"content":"We found the cause."}`)
	w.call("PATCH", "/channels/1002/messages/"+string(root), `{"content":"Learn works","embeds":[],"components":[]}`)
	w.post("1002", `{"content":"It works","message_reference":{"message_id":"`+string(root)+`"}}`)
	w.types("/incident list")
	w.Say("1002", "501", "thank you")
	w.Delete("1002", w.post("1002", `{"content":"a mistake"}`).ID)
	got := w.Transcript("1002") + w.Transcript("77")
	const path = "testdata/transcript.txt"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if diff := cmp.Diff(string(want), got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}
