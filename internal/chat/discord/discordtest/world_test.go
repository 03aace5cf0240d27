package discordtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

// world is a fake with two channels, and a bot that answers as told.
type world struct {
	*Server
	t   testing.TB
	at  Application
	bot func(w http.ResponseWriter, r *http.Request)

	mu  sync.Mutex
	now time.Time
}

func newWorld(t testing.TB, options ...Option) *world {
	w := &world{t: t, at: NewApplication("lowell").At("http://bot.example"), now: time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC)}
	w.Server = New(append([]Option{WithClock(w.clock)}, options...)...)
	w.AddApplication(w.at)
	w.AddGuild(Guild{ID: "900", Name: "Lowell"})
	w.AddChannel(Channel{ID: "1001", Guild: "900", Name: "ops"})
	w.AddChannel(Channel{ID: "1002", Guild: "900", Name: "teaching"})
	w.AddChannel(Channel{ID: "1003", Guild: "900", Name: "news", Kind: Announcement})
	w.AddChannel(Channel{ID: "1004", Kind: DM})
	w.AddUser(User{ID: "501", Name: "ann"})
	w.bot = func(rw http.ResponseWriter, _ *http.Request) {
		answer(rw, `{"type":4,"data":{"content":"Done.","flags":64,"allowed_mentions":{"parse":[]}}}`)
	}
	w.ServeBot(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.bot(rw, r) }))
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func answer(rw http.ResponseWriter, body string) {
	rw.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(rw, body)
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// response is what a call was answered with.
type response struct {
	Status int
	Header http.Header
	Body   string
	Code   int    `json:"code"`
	ID     ID     `json:"id"`
	Says   string `json:"message"`
}

// call makes a call as a client in good standing does; change makes it another.
func (w *world) call(method, path, body string, change ...func(*http.Request)) response {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.APIURL()+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bot "+string(w.at.Token))
	req.Header.Set("User-Agent", "DiscordBot (https://example.edu, 1)")
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, c := range change {
		c(req)
	}
	res, err := w.Transport().RoundTrip(req)
	if err != nil {
		return response{Says: err.Error()}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	out := response{Status: res.StatusCode, Header: res.Header, Body: string(b)}
	_ = json.Unmarshal(b, &out)
	return out
}

func (w *world) post(channel, body string) response {
	w.t.Helper()
	return w.call("POST", "/channels/"+channel+"/messages", body)
}

func (w *world) types(line string) Answer {
	w.t.Helper()
	a, err := w.Type(w.t.Context(), Command{Channel: "1002", User: "501", Line: line})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}
