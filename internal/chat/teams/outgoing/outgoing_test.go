package outgoing_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/outgoing"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// The example of "Create an Outgoing Webhook" shows a token and a signature, but not the
// body; this one was made with openssl: the key is decoded, the body taken as it is.
func TestTheSignatureIsThatOfOpenssl(t *testing.T) {
	const secret, body, signature = "dGhlIHNlY3VyaXR5IHRva2VuIG9mIHRoZSB0ZWFtLi4=", `{"type":"message"}`, "EUYzdbntzd2GSIfdeCQspMHLEoF+mjKFlfL4MFYbfsA="
	w := newWorld(t)
	for authorization, want := range map[string]int{"HMAC " + signature: http.StatusBadRequest, "hmac " + signature: http.StatusBadRequest, "HMAC " + signature[1:]: http.StatusUnauthorized} {
		r := httptest.NewRequest(http.MethodPost, "/teams/boston/outgoing", strings.NewReader(body))
		r.Header.Set("Authorization", authorization)
		rec := httptest.NewRecorder()
		w.handler().ServeHTTP(rec, r)
		if rec.Code != want || secret != token {
			t.Errorf("%s: %d, want %d", authorization, rec.Code, want)
		}
	}
}

func TestTwoTokensAreTakenWhileOneIsChanged(t *testing.T) {
	w := newWorld(t)
	for _, secret := range []string{token, next} {
		body, err := json.Marshal(w.mentions("status"))
		if err != nil {
			t.Fatal(err)
		}
		rec := httptest.NewRecorder()
		w.handler().ServeHTTP(rec, signed(body, secret))
		if rec.Code != http.StatusOK {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
	}
}

func TestWhoAsksWhereAndWhat(t *testing.T) {
	w := newWorld(t)
	if status, answer := w.ask(w.mentions("incident declare learn down | It's <b>down</b> & out")); status != 200 {
		t.Fatal(status, answer)
	}
	got := w.asked[0]
	if got.Zone == nil || got.Zone.String() != "America/Los_Angeles" || got.At.IsZero() || got.Trace == "" {
		t.Errorf("%+v", got)
	}
	got.At, got.Trace, got.Zone = time.Time{}, "", nil
	want := chat.Request{
		ID: "boston/outgoing/19:it@thread.tacv2/1700000000001", Person: desk.Person{Connection: "boston", ID: "4d3c-ann"}, Name: "Ann Lee",
		Channel: desk.Channel{Connection: "boston", ID: "19:it@thread.tacv2"}, Open: true,
		Command: "incident", Text: "declare learn down | It's <b>down</b> & out",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMentionsAreTakenOutByTheirEntities(t *testing.T) {
	self := fields{"type": "mention", "text": "<at>Bell tower</at>", "mentioned": fields{"id": "28:hook"}}
	bob := fields{"type": "mention", "text": "<at>Bob</at>", "mentioned": fields{"id": "29:bob", "name": "Bob", "aadObjectId": "4d3c-bob"}}
	eve := fields{"type": "mention", "text": "<at>Eve</at>", "mentioned": fields{"id": "29:eve", "name": "Eve"}}
	for _, tc := range []struct {
		text, command, rest string
		entities            []fields
	}{
		{"<at>Bell tower</at>&nbsp;&nbsp;Status  learn", "status", "learn", []fields{self}},
		{"status <at>Bell tower</at> learn", "status", "learn", []fields{self}},
		{"<at>Bell tower</at> incident update 42 ask <at>Bob</at> or <at>Eve</at>", "incident", "update 42 ask @boston/4d3c-bob or @Eve", []fields{self, bob, eve}},
		{"<at>Bob</at> <at>Bell tower</at> status", "@boston/4d3c-bob", "status", []fields{bob, self}},
		{"<at>Bell tower</at> /status", "status", "", nil},
		{"<at>Bell tower</at> status &lt;at&gt;x&lt;/at&gt; &amp;lt;", "status", "<at>x</at> &lt;", nil},
		{"<p><at>Bell tower</at> incident update 42 One.<br>Two.</p><p>Three.</p>", "incident", "update 42 One.\nTwo.\nThree.", []fields{self}},
		{"<at>Bell tower</at>", "belltower", "help", []fields{self}},
		{"<at>Bell tower</at>\n incident list\r\n", "incident", "list", []fields{self}},
		{"<at>Bell tower</at>, incident list", "incident", "list", []fields{self}},
		{"<at>Bell tower</at>: /incident list", "incident", "list", nil},
		{`<quoted messageId="1782848598379"/> <at>Bell tower</at> incident list`, "incident", "list", []fields{self}},
	} {
		w := newWorld(t)
		status, answer := w.ask(with(w.mentions(""), func(f fields) { f["text"], f["entities"] = tc.text, tc.entities }))
		if strings.HasPrefix(tc.command, "@") {
			if len(w.asked) != 0 || !strings.Contains(answer, "cannot be done") {
				t.Errorf("%q: %d handled", tc.text, len(w.asked))
			}
			continue
		}
		if status != 200 || len(w.asked) != 1 || w.asked[0].Command != tc.command || w.asked[0].Text != tc.rest {
			t.Errorf("%q: %d, %+v", tc.text, status, w.asked)
		}
	}
}

// Teams may name no recipient, though it names the mention.
func TestTheWebhookIsKnownWithoutARecipient(t *testing.T) {
	self := fields{"type": "mention", "text": "<at>Bell tower</at>", "mentioned": fields{"id": "28:hook", "name": "Bell tower"}}
	bob := fields{"type": "mention", "text": "<at>Bob</at>", "mentioned": fields{"id": "29:bob", "name": "Bob", "aadObjectId": "4d3c-bob"}}
	for text, entities := range map[string][]fields{
		"<at>Bell tower</at> incident list <at>Bob</at>":                     {self, bob},
		"incident list <at>Bob</at> <at>Bell tower</at>":                     {bob, self},
		"<at>Bell tower</at> incident list <at>Bob</at> <at>Bell tower</at>": {self, bob, self},
		"<at>Bell tower</at>  incident list <at>Bob</at>":                    {bob},
	} {
		w := newWorld(t)
		w.ask(with(w.mentions(""), func(f fields) { f["text"], f["entities"], f["recipient"] = text, entities, nil }))
		if len(w.asked) != 1 || w.asked[0].Command != "incident" || strings.TrimSpace(w.asked[0].Text) != "list @boston/4d3c-bob" {
			t.Errorf("%q: %+v", text, w.asked)
		}
	}
}

func TestWhatAWebhookDoes(t *testing.T) {
	for line, done := range map[string]bool{
		"status": true, "status learn": true, "subscribe": true, "subscribe learn major+": true, "subscribe boston/library learn": true,
		"incident": true, "incident list": true, "incident show 42": true, "incident declare learn down": true, "incident update 42 x": true, "incident resolve 42": true,
		"INCIDENT Resolve 42": true, "window": true, "window list": true, "window show 17": true, "window faculty 17": true,
		"belltower": true, "belltower help": true, "belltower whoami": true, "belltower why 42": true, "belltower incident list": true, "belltower status": true, "help": true, "help declare": true, "whoami": true, "why 42": true, "audit": false,
		"incident retract 42": false, "incident note 42 secret": false, "incident timeline 42": false, "incident deliveries 42": false, "incident drill learn down": false,
		"belltower incident retract 42": false, "belltower belltower audit": false, "belltower access": false, "belltower audit": false, "belltower hold": false,
		"window schedule learn tomorrow 2am for 1h x": false, "window cancel 17": false, "unsubscribe": false, "unsubscribe learn": false, "probe run learn": false, "probe": true, "probe help": true, "probe help mute": true, "probe list": false, "probe alerts": false, "probe show 7": false, "probe declare 7": false,
		"probe ack 7": false, "probe mute learn 2h": false, "belltower probe alerts": false, "service": true, "service help": true, "service sorry learn on": false, "belltower service sorry learn on": false, "sudo": false, "incident\nretract 42": false,
	} {
		w := newWorld(t)
		status, answer := w.ask(w.mentions(line))
		if status != 200 || len(w.asked) == 1 != done || strings.Contains(answer, "cannot be done by an outgoing webhook") == done {
			t.Errorf("%q: %d, %d handled: %s", line, status, len(w.asked), answer)
		}
	}
}

func TestAChannelThatNothingReachesIsNotSubscribed(t *testing.T) {
	for line, done := range map[string]bool{"subscribe learn": false, "belltower subscribe learn": false, "subscribe": true, "subscribe boston/library learn": true, "status learn": true} {
		w := newWorld(t)
		w.reaches = func(ch desk.Channel) bool { return ch.ID == "library" }
		if _, answer := w.ask(w.mentions(line)); len(w.asked) == 1 != done || strings.Contains(answer, "teams.workflows") == done {
			t.Errorf("%q: %d handled: %s", line, len(w.asked), answer)
		}
	}
}

func TestAnswersArePublicAndSaySo(t *testing.T) {
	w := newWorld(t)
	w.reply = func(chat.Request) chat.Reply {
		return chat.Reply{Message: chat.Message{Summary: chat.Plain("INC-42 is declared: *Learn* is down."), Tone: chat.ToneDown, Actions: []chat.Action{
			{Label: "Update INC-42", Command: "incident update 42"}, {Label: "Take INC-42 back", Command: "incident retract 42"},
			{Label: "With fields", Command: "incident declare", Options: map[string]string{"services": "learn"}}, {Label: "Status page", URL: "https://status.example.edu/"},
		}}}
	}
	status, answer := w.ask(w.mentions("incident declare learn down"))
	if status != 200 {
		t.Fatal(status, answer)
	}
	golden(t, "answer", answer)
	_, answer = w.ask(w.mentions("incident retract 42"))
	golden(t, "refusal", answer)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(json.RawMessage(got)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name+".json")
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s, written anew with UPDATE=1 (-want +got):\n%s", path, diff)
	}
}

// TestASlowCommandGoesOn: Teams is answered where to look, and what was typed is done
// although Teams has hung up.
func TestASlowCommandGoesOn(t *testing.T) {
	for line, look := range map[string]string{"incident declare learn down": "incident list", "belltower incident declare learn down": "incident list", "window list": "window list", "subscribe learn": "**subscribe**", "status": "**status**", "probe help": "**status**"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			done := false
			w.reply = func(chat.Request) chat.Reply {
				time.Sleep(20 * time.Second) // of the bubble's time
				done = true
				return chat.Reply{Message: chat.Message{Summary: chat.Plain("Done too late.")}}
			}
			begun := time.Now()
			status, answer := w.ask(w.mentions(line))
			if status != 200 || !done || !strings.Contains(answer, "Working on it") || !strings.Contains(answer, look) || strings.Contains(answer, "too late") {
				t.Errorf("%q: %d, done: %v, %s", line, status, done, answer)
			}
			if took := time.Since(begun); took != 20*time.Second || !strings.Contains(w.log.String(), "an answer came too late") {
				t.Errorf("%v, %s", took, w.log.String())
			}
		})
	}
}

// slowDisk takes what it is to keep after a while, whatever becomes of the context.
type slowDisk struct {
	*disk
	takes time.Duration
}

func (d slowDisk) Add(ctx context.Context, table, id, before string) error {
	time.Sleep(d.takes) // of the bubble's time
	return d.disk.Add(ctx, table, id, before)
}

// A disk that hangs keeps nobody from an answer.
func TestAMentionIsAnsweredWhileTheDiskHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(_ *config.Teams, o *outgoing.Options) { o.Memory = slowDisk{&disk{}, time.Hour} })
		begun := time.Now()
		if status, said := w.ask(w.mentions("status")); status != http.StatusOK || time.Since(begun) != time.Second {
			t.Errorf("after %v: %d %s", time.Since(begun), status, said)
		}
		time.Sleep(2 * time.Hour)
	})
}

// doneWith is a response that counts what is written to it after its handler returned.
type doneWith struct {
	http.ResponseWriter
	done bool
	late int
}

func (d *doneWith) Write(b []byte) (int, error) {
	if d.done {
		d.late++
	}
	return d.ResponseWriter.Write(b)
}

// A command that breaks while Teams is told that it goes on leaves the response when that is
// written: afterwards it is another request's.
func TestACommandThatBreaksWhileItsLateAnswerIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(_ *config.Teams, o *outgoing.Options) { o.Memory = slowDisk{&disk{}, 900 * time.Millisecond} })
		w.reply = func(chat.Request) chat.Reply {
			time.Sleep(3 * time.Second) // of the bubble's time
			panic("a fault")
		}
		response := &doneWith{ResponseWriter: httptest.NewRecorder()}
		func() {
			defer func() { response.done = recover() == "a fault" }()
			w.handler().ServeHTTP(response, w.request(w.mentions("status")))
		}()
		time.Sleep(time.Minute) // of the bubble's time
		if !response.done || response.late != 0 {
			t.Errorf("broken: %v, written to %d times afterwards", response.done, response.late)
		}
	})
}

func TestACommandGoesOnWhenTeamsHangsUp(t *testing.T) {
	w := newWorld(t)
	hungUp, hangUp := context.WithCancel(t.Context())
	hangUp()
	handled := error(context.Canceled)
	h := w.hook.Handler(outgoing.Callbacks{Handle: func(ctx context.Context, _ chat.Request) chat.Reply {
		handled = ctx.Err()
		return chat.Reply{}
	}})
	h.ServeHTTP(httptest.NewRecorder(), w.request(w.mentions("incident resolve 42")).WithContext(hungUp))
	if handled != nil {
		t.Error(handled)
	}
}

func TestAReplayIsRefusedAsLongAsItsTimeWouldBeBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ahead := with(w.mentions("incident declare learn down"), func(f fields) { f["timestamp"] = time.Now().Add(5 * time.Minute).UTC().Format(time.RFC3339) })
		if status, _ := w.ask(ahead); status != 200 {
			t.Fatal(status)
		}
		for minute := 1; minute <= 12; minute++ {
			time.Sleep(time.Minute) // of the bubble's time
			if status, _ := w.ask(ahead); status != http.StatusUnauthorized {
				t.Errorf("after %d minutes: %d", minute, status)
			}
			if status, _ := w.ask(w.mentions("status")); status != 200 {
				t.Errorf("another request after %d minutes: %d", minute, status)
			}
		}
		elsewhere := with(w.mentions("status"), func(f fields) { f["channelData"].(fields)["channel"] = fields{"id": "19:other@thread.tacv2"} })
		elsewhere["id"] = "1700000000002"
		if status, _ := w.ask(elsewhere); status != 200 {
			t.Errorf("the same id in another channel: %d", status)
		}
	})
}

func TestWithoutATenantTheTokenAloneDecides(t *testing.T) {
	w := newWorld(t, func(c *config.Teams, _ *outgoing.Options) { c.TenantID = "" })
	if status, _ := w.ask(with(w.mentions("status"), func(f fields) { f["channelData"].(fields)["tenant"] = fields{"id": "any"} })); status != 200 {
		t.Error(status)
	}
}

func TestWhatLacksSomethingCannotBeRead(t *testing.T) {
	for name, change := range map[string]func(fields){
		"no person": func(f fields) { f["from"] = fields{"id": "29:ann"} }, "no id": func(f fields) { delete(f, "id") },
		"no time": func(f fields) { delete(f, "timestamp") }, "no message": func(f fields) { f["type"] = "conversationUpdate" },
		"no channel": func(f fields) {
			delete(f, "conversation")
			f["channelData"] = fields{"tenant": fields{"id": "tenant-1"}}
		},
		"no text at all": func(f fields) { f["text"] = 7 },
	} {
		w := newWorld(t)
		if status, answer := w.ask(with(w.mentions("status"), change)); status != http.StatusBadRequest || len(w.asked) != 0 || strings.Contains(answer, "29:ann") {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
}

func TestAConfigurationThatIsNoneIsRefused(t *testing.T) {
	for want, conf := range map[string]config.Teams{
		"no outgoing_secret": {Name: "boston"},
		"not base64":         {Name: "boston", OutgoingSecret: config.NewSecret("hunter2 hunter2")},
	} {
		if _, err := outgoing.New(conf, outgoing.Options{}); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Error(want, err)
		}
	}
	w := newWorld(t)
	if text := fmt.Sprintf("%v %+v %#v", w.hook, w.hook, w.hook); strings.Contains(text, "security") || w.hook.Name() != "boston" {
		t.Error(text)
	}
}

func TestOurOwnSentencesAreSaidInTheReadersLanguage(t *testing.T) {
	w := newWorld(t, func(_ *config.Teams, o *outgoing.Options) {
		o.Say = func(english string) string { return "¡" + english }
	})
	if _, answer := w.ask(w.mentions("sudo")); !strings.Contains(answer, "¡This cannot be done") || !strings.Contains(answer, "¡Everybody in this channel") {
		t.Error(answer)
	}
}

// FuzzActivity: whatever is signed, no answer is a crash, and nothing is done but what a
// webhook may do.
func FuzzActivity(f *testing.F) {
	w := newWorld(f)
	for _, line := range []string{"incident list", "incident retract 42", "", "<at>x</at> &lt;"} {
		body, err := json.Marshal(w.mentions(line))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(body))
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := newWorld(t)
		rec := httptest.NewRecorder()
		w.handler().ServeHTTP(rec, signed([]byte(body), token))
		if rec.Code >= 500 || rec.Code == http.StatusOK && !json.Valid(rec.Body.Bytes()) {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
		for _, r := range w.asked {
			if r.Person.ID == "" || r.Channel.ID == "" || r.Command == "" || r.Command == "unsubscribe" || strings.HasPrefix(r.Text, "retract") {
				t.Errorf("%+v", r)
			}
		}
	})
}
