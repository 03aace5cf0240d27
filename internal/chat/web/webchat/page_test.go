package webchat_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/chat/web/webchat"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// town is a platform that is served, with a bot that answers what answer says.
type town struct {
	*webchat.Platform
	t      *testing.T
	page   *httptest.Server
	answer chat.Reply

	mu    sync.Mutex // guards what follows: who hangs up is not waited for
	asked []chat.Request
	dies  bool // the bot does what it is asked, and is gone before it answers
}

// die has the bot be killed while it does what it is asked, or live again.
func (w *town) die(dies bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dies = dies
}

func newTown(t *testing.T) *town {
	w := &town{t: t, answer: chat.Reply{Message: chat.Message{Summary: chat.Plain("Done.")}}}
	w.Platform = webchat.New(webchat.Settings{
		Title: "Test", Campuses: []webchat.Campus{{Name: "amherst", Label: "Amherst"}},
		People: []webchat.Person{{ID: "ann", Name: "Ann", Role: "staff", Staff: true}, {ID: "layla", Name: "ليلى", Role: "student"}},
		Token:  config.NewSecret("token"), Secret: config.NewSecret("secret"), Zone: time.UTC, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	w.AddChannel(webchat.Channel{Address: channel("ops"), Name: "ops", Ops: true})
	w.AddChannel(webchat.Channel{Address: channel("teaching"), Name: "teaching"})
	w.page = httptest.NewServer(w.Handler())
	t.Cleanup(w.page.Close)
	c, err := web.New(web.Settings{Name: "amherst", APIURL: w.page.URL + "/api", Token: config.NewSecret("token"), SigningSecret: config.NewSecret("secret")},
		web.Options{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	bot := httptest.NewServer(c.Handler(web.Callbacks{Handle: func(_ context.Context, r chat.Request) chat.Reply {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.asked = append(w.asked, r)
		if w.dies {
			panic(http.ErrAbortHandler)
		}
		return w.answer
	}}))
	t.Cleanup(bot.Close)
	w.SetBot(webchat.Bot{URL: bot.URL, PID: 7}, "Process 7 runs")
	return w
}

func channel(id string) desk.Channel { return desk.Channel{Connection: "amherst", ID: id} }

// at is the query of a seat, with more.
func at(who, id string, more ...string) url.Values {
	v := url.Values{"as": {who}, "in": {channel(id).String()}}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

func (w *town) get(path string, v url.Values) string {
	w.t.Helper()
	client := http.Client{Timeout: 5 * time.Second} // a stream that should have been refused has no end
	res, err := client.Get(w.page.URL + path + "?" + v.Encode())
	if err != nil {
		w.t.Fatal(err)
	}
	return text(w.t, res)
}

// done does something at a seat and returns what the page is told.
func (w *town) done(path string, v url.Values) (status int, said map[string]string) {
	w.t.Helper()
	res, err := http.PostForm(w.page.URL+path, v)
	if err != nil {
		w.t.Fatal(err)
	}
	body := text(w.t, res)
	if res.StatusCode == http.StatusOK {
		if err := json.Unmarshal([]byte(body), &said); err != nil {
			w.t.Fatalf("%s: %v in %s", path, err, body)
		}
	}
	return res.StatusCode, said
}

func text(t *testing.T, res *http.Response) string {
	t.Helper()
	defer res.Body.Close()
	var b strings.Builder
	if _, err := bufio.NewReader(res.Body).WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A page of another site, under whatever name it finds this machine, neither reads nor
// does anything.
func TestOnlyThisMachinesOwnPageIsServed(t *testing.T) {
	w := newTown(t)
	for _, tc := range []struct {
		name, method, host string
		header             http.Header
		want               int
	}{
		{"its own name", "GET", "127.0.0.1:8080", nil, 200},
		{"localhost", "GET", "localhost:8080", nil, 200},
		{"version 6", "GET", "[::1]:8080", nil, 200},
		{"a name that leads here", "GET", "evil.example", nil, 403},
		{"a name that begins so", "GET", "127.0.0.1.evil.example:8080", nil, 403},
		{"no name", "GET", "", nil, 403},
		{"another machine's address", "GET", "10.0.0.7:8080", nil, 403},
		{"another site's form", "POST", "127.0.0.1:8080", http.Header{"Origin": {"https://evil.example"}}, 403},
		{"another site's form, as browsers say", "POST", "127.0.0.1:8080", http.Header{"Sec-Fetch-Site": {"cross-site"}}, 403},
		{"another port's form", "POST", "127.0.0.1:8080", http.Header{"Origin": {"http://127.0.0.1:9999"}}, 403},
		{"its own form", "POST", "127.0.0.1:8080", http.Header{"Origin": {"http://127.0.0.1:8080"}}, 200},
	} {
		path := "/"
		if tc.method == "POST" {
			path = "/say?" + at("ann", "teaching").Encode()
		}
		r := httptest.NewRequest(tc.method, path, nil)
		r.Host = tc.host
		for k, v := range tc.header {
			r.Header[k] = v
		}
		rec := httptest.NewRecorder()
		w.Handler().ServeHTTP(rec, r)
		if rec.Code != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, rec.Code, tc.want)
		}
		if csp := rec.Header().Get("Content-Security-Policy"); tc.want == 200 && (!strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe")) {
			t.Errorf("%s: the policy is %q", tc.name, csp)
		}
	}
}

// What is for staff is nowhere for a student: not in the list, not by its address, not
// in the stream, and nothing can be done there.
func TestAStudentDoesNotSeeOps(t *testing.T) {
	w := newTown(t)
	w.Say(channel("ops"), "ann", "the vendor is to blame")
	if page := w.get("/", at("layla", "ops")); strings.Contains(page, "blame") || strings.Contains(page, "amherst/ops") {
		t.Errorf("the page of a student shows ops:\n%s", page)
	}
	if page := w.get("/", at("ann", "ops")); !strings.Contains(page, "blame") {
		t.Error("the page of staff does not show ops")
	}
	for _, path := range []string{"/say", "/press", "/submit", "/dismiss"} {
		if status, _ := w.done(path, at("layla", "ops", "line", "/incident list", "command", "incident list")); status != http.StatusNotFound {
			t.Errorf("%s in ops by a student: %d", path, status)
		}
	}
	if stream := w.get("/events", at("layla", "ops")); !strings.Contains(stream, "no such channel") {
		t.Errorf("a student may watch ops: %s", stream)
	}
	if len(w.asked) != 0 {
		t.Errorf("the bot was asked %+v", w.asked)
	}
}

// An answer is for who asked alone; its button is one deed however often it is pressed,
// and others cannot press it.
func TestAnAnswerIsForWhoAskedAlone(t *testing.T) {
	w := newTown(t)
	w.answer.Message.Actions = []chat.Action{{Label: "Go on", Command: "incident list"}}
	w.done("/say", at("layla", "teaching", "line", "/incident list"))
	page := w.get("/", at("layla", "teaching"))
	if !strings.Contains(page, "Only you can see this") || strings.Contains(w.get("/", at("ann", "teaching")), "Done.") {
		t.Error("the answer is not just for who asked")
	}
	_, id, _ := strings.Cut(page, `data-press="`)
	id, _, _ = strings.Cut(id, `"`)
	if _, said := w.done("/press", at("ann", "teaching", "post", id, "n", "0")); said["fault"] == "" {
		t.Error("another person could press the button")
	}
	if _, said := w.done("/press", at("layla", "teaching", "post", id, "n", "1")); said["fault"] == "" {
		t.Error("a button that is not there could be pressed")
	}
	w.answer.Failed = true // so that the answer is not replaced
	for range 2 {
		w.done("/press", at("layla", "teaching", "post", id, "n", "0"))
	}
	if n := len(w.asked); n != 3 || w.asked[1].ID != w.asked[2].ID || w.asked[0].ID == w.asked[1].ID {
		t.Errorf("the bot was asked %+v", w.asked)
	}
	w.done("/dismiss", at("ann", "teaching", "post", id))
	if !strings.Contains(w.get("/", at("layla", "teaching")), id) {
		t.Error("another person could dismiss the answer")
	}
	w.done("/dismiss", at("layla", "teaching", "post", id))
	if strings.Contains(w.get("/", at("layla", "teaching")), id) {
		t.Error("the answer was not dismissed")
	}
}

// Whatever people type is shown as they typed it.
func TestNothingTypedBecomesMarkUp(t *testing.T) {
	w := newTown(t)
	for _, typed := range []string{"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "</article><h1>x", "javascript:alert(1)", "{{.}}"} {
		w.done("/say", at("layla", "teaching", "line", typed))
		w.answer.Message = chat.Message{Summary: chat.Plain(typed), Facts: []chat.Fact{{Label: typed, Value: chat.Plain(typed)}},
			Lines:   []chat.Line{{Text: chat.Text{{Link: chat.Link{URL: typed, Label: typed}}}}},
			Actions: []chat.Action{{Label: typed, Command: typed, Confirm: typed}, {Label: typed, URL: typed}}}
		w.done("/say", at("layla", "teaching", "line", "/x"))
		page := w.get("/", at("layla", "teaching"))
		for _, bad := range []string{"<script>alert", "<img src=x", "<h1>x", `href="javascript`} {
			if strings.Contains(page, bad) {
				t.Errorf("%q became %s", typed, bad)
			}
		}
	}
}

// The page shows the spaces and line ends of what was typed: it adds none of its own.
func TestTheSpacesAreThoseThatWereTyped(t *testing.T) {
	w := newTown(t)
	typed := chat.Text{{Plain: "two  spaces:\n "}, {Strong: "a"}, {Plain: "b"}, {Link: chat.Link{URL: "https://example.edu", Label: "c"}}, {Plain: "."}}
	w.answer.Message = chat.Message{Summary: typed, Facts: []chat.Fact{{Label: "When", Value: typed}}, Context: []chat.Text{typed},
		Lines: []chat.Line{{Text: typed}, {Kind: chat.Quote, Text: typed}, {Kind: chat.Item, Text: typed}}}
	w.done("/say", at("layla", "teaching", "line", "/x"))
	w.done("/say", at("layla", "teaching", "line", "one\n two"))
	page := w.get("/", at("layla", "teaching"))
	const shown = `>two  spaces:
 <strong>a</strong>b<a href="https://example.edu" target="_blank" rel="noopener noreferrer">c</a>.</`
	if n := strings.Count(page, shown); n != 6 || !strings.Contains(page, ">one\n two</p>") {
		t.Errorf("%d times as it was typed:\n%s", n, page)
	}
}

// The stream tells what is new since the page was made, and since it broke off.
func TestTheStreamGoesOnWhereItBrokeOff(t *testing.T) {
	w := newTown(t)
	w.Say(channel("teaching"), "ann", "first")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	next := func(after string) (id, data string) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.page.URL+"/events?"+at("layla", "teaching").Encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Last-Event-ID", after)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		lines := bufio.NewReader(res.Body)
		for _, part := range []*string{&id, &data} {
			if *part, err = lines.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		return strings.TrimSpace(strings.TrimPrefix(id, "id: ")), data
	}
	id, data := next("0")
	if !strings.Contains(data, "first") {
		t.Errorf("the stream began with %s", data)
	}
	w.Say(channel("teaching"), "ann", "second")
	if _, data = next(id); !strings.Contains(data, "second") || strings.Contains(data, "first") {
		t.Errorf("the stream went on with %s", data)
	}
}

// With 200 channels with long names, all that a page loads is less than 100 KB.
func TestThePageIsSmall(t *testing.T) {
	w := newTown(t)
	for n := range 198 {
		id := fmt.Sprintf("department-of-interdisciplinary-studies-%03d", n)
		w.AddChannel(webchat.Channel{Address: channel(id), Name: id})
	}
	all := len(w.get("/", at("ann", "teaching")))
	for _, asset := range []string{"/page.css", "/page.js", "/icon.svg"} {
		n := len(w.get(asset, nil))
		if n < 200 {
			t.Errorf("%s has %d bytes", asset, n)
		}
		all += n
	}
	if t.Logf("%d bytes", all); all > 100_000 {
		t.Errorf("the page has %d bytes", all)
	}
}

// While the bot does not run, the page says so, and what was typed is not lost.
func TestAPageWithoutABotSaysSo(t *testing.T) {
	w := newTown(t)
	w.SetBot(webchat.Bot{}, "Process 7 was killed")
	if _, said := w.done("/say", at("ann", "teaching", "line", "/incident list")); !strings.Contains(said["fault"], "does not answer") {
		t.Errorf("said %v", said)
	}
	if page := w.get("/", at("ann", "teaching")); !strings.Contains(page, "Does not run") || !strings.Contains(page, "Process 7 was killed") {
		t.Error("the panel does not say that the bot was killed")
	}
}

// What was typed when the bot was killed is done once, though it is sent again: the bot
// may have carried it out before it could answer.
func TestWhatGotNoAnswerIsTheSameRequestAgain(t *testing.T) {
	w := newTown(t)
	say := func(line string) map[string]string {
		t.Helper()
		_, said := w.done("/say", at("ann", "ops", "line", line))
		return said
	}
	w.die(true)
	if fault := say("/incident update 1 Text.")["fault"]; !strings.Contains(fault, "still here") {
		t.Errorf("the page says %q", fault)
	}
	w.die(false)
	say("/incident update 1 Another text.")
	w.die(true)
	say("/incident update 1 Text.")
	w.die(false)
	say("/incident update 1 Text.")
	say("/incident update 1 Text.")
	w.mu.Lock()
	defer w.mu.Unlock()
	ids := make([]string, len(w.asked))
	for k, r := range w.asked {
		ids[k] = r.ID
	}
	if len(ids) != 5 || ids[2] != ids[3] || ids[0] == ids[1] || ids[0] == ids[2] || ids[3] == ids[4] {
		t.Errorf("the bot was asked as %q", ids)
	}
}
