package web_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/chattest"
	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/chat/web/webchat"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

const (
	token  = "token-of-the-demo"
	secret = "secret-of-the-demo"
)

func TestTheDemosPlatformKeepsTheContractOfAdapters(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Adapter {
		w := newWorld(t)
		return chattest.Adapter{
			Transport: w.transport,
			Connect: func(over http.RoundTripper, words chattest.Words) chat.Sender {
				return w.connect(t, over, words)
			},
			Abilities: chat.Abilities{LookUp: true, Edit: true, Thread: true},
			Channel:   channel("teaching"), Closed: channel("old"), Others: []desk.Channel{channel("ops"), channel("library")},
			Seen:     w.seen,
			Chatter:  func(ch desk.Channel, text string) { w.platform.Say(ch, "ann", text) },
			LostRoot: "p999999",
			Inbound:  w.inbound(t),
			Secrets:  []string{token, secret},
			Log:      w.log.String,
		}
	})
}

func channel(id string) desk.Channel { return desk.Channel{Connection: "amherst", ID: id} }

// world is a platform that is called without a network.
type world struct {
	platform  *webchat.Platform
	transport http.RoundTripper
	log       *chattest.Log
	ids       int
}

func newWorld(t *testing.T) *world {
	w := &world{log: &chattest.Log{}}
	w.platform = webchat.New(webchat.Settings{
		Title: "Test", Campuses: []webchat.Campus{{Name: "amherst", Label: "Amherst"}},
		People: []webchat.Person{{ID: "ann", Name: "Ann", Staff: true}},
		Token:  config.NewSecret(token), Secret: config.NewSecret(secret),
		Zone: time.UTC, Now: time.Now, Log: slog.New(slog.NewTextHandler(w.log, nil)),
	})
	for _, id := range []string{"teaching", "old", "ops", "library"} {
		w.platform.AddChannel(webchat.Channel{Address: channel(id), Name: id})
	}
	w.platform.Archive(channel("old"))
	w.transport = direct{w.platform.Handler()}
	return w
}

// direct is a transport that leads to a handler.
type direct struct{ to http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	d.to.ServeHTTP(rec, r)
	return rec.Result(), nil
}

func (w *world) connect(t *testing.T, over http.RoundTripper, words chattest.Words) *web.Connection {
	c, err := web.New(web.Settings{Name: "amherst", APIURL: "http://127.0.0.1:8080/api", Token: config.NewSecret(token), SigningSecret: config.NewSecret(secret)},
		web.Options{Word: words, Now: time.Now, Log: slog.New(slog.NewTextHandler(w.log, nil)), Transport: over})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *world) seen(ch desk.Channel) (posts []chattest.Post) {
	for _, p := range w.platform.Posts(ch) {
		one := chattest.Post{ID: chat.PostID(p.ID), Root: chat.PostID(p.Root), Text: fmt.Sprintf("%+v", p.Message)}
		if err := p.Message.Check(); err != nil {
			one.Faults = []string{err.Error()}
		}
		for _, l := range p.Message.Lines { // what people typed here has no link, person or channel
			for _, s := range l.Text {
				one.Acts = append(one.Acts, acts(s)...)
			}
		}
		posts = append(posts, one)
	}
	return posts
}

func acts(s web.Span) (all []string) {
	for _, a := range []string{s.URL, s.Person, s.Channel} {
		if a != "" {
			all = append(all, a)
		}
	}
	return all
}

func (w *world) inbound(t *testing.T) chattest.Inbound {
	bot := w.connect(t, w.transport, nil)
	signed := func(body []byte, secret string, at time.Time) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "http://bot.example/web/amherst/requests", bytes.NewReader(body))
		web.Sign(r.Header, config.NewSecret(secret), at, body)
		return r
	}
	now := func(body []byte) *http.Request { return signed(body, secret, time.Now()) }
	unsigned := now(w.command("list", "amherst"))
	unsigned.Header.Del("X-Web-Signature")
	timeless := now(w.command("list", "amherst"))
	timeless.Header.Del("X-Web-Timestamp")
	altered := now(w.command("list", "amherst"))
	altered.Body = io.NopCloser(bytes.NewReader(w.command("resolve", "amherst")))
	nowhere := now(nil)
	nowhere.URL.Path = "/web/amherst/nowhere"
	return chattest.Inbound{
		Handler: func(h chat.Handler) http.Handler { return bot.Handler(web.Callbacks{Handle: h}) },
		Command: func(text string) *http.Request { return now(w.command(text, "amherst")) },
		Sign:    now,
		Unbelieved: map[string]*http.Request{
			"unsigned": unsigned, "without time": timeless, "altered": altered,
			"other secret":  signed(w.command("list", "amherst"), "another", time.Now()),
			"stale":         signed(w.command("list", "amherst"), secret, time.Now().Add(-301*time.Second)),
			"in the future": signed(w.command("list", "amherst"), secret, time.Now().Add(301*time.Second)),
		},
		Strangers: map[string]*http.Request{"another connection": now(w.command("list", "boston"))},
		Nowhere:   nowhere,
	}
}

// command is the body of somebody who types.
func (w *world) command(text string, conn desk.ConnectionName) []byte {
	w.ids++
	return []byte(web.Encode(chat.Request{ID: fmt.Sprint("r", w.ids), Person: desk.Person{Connection: conn, ID: "ann"}, Name: "Ann",
		Channel: channel("teaching"), Command: "incident", Text: text}).Encode())
}
