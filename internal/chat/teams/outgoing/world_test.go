package outgoing_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/chattest"
	"github.com/umassonline/belltower/internal/chat/teams/outgoing"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// The security tokens, as Teams shows them.
var (
	token = base64.StdEncoding.EncodeToString([]byte("the security token of the team.."))
	next  = base64.StdEncoding.EncodeToString([]byte("the security token that is next."))
)

// world is a webhook and the team that mentions it.
type world struct {
	t       testing.TB
	hook    *outgoing.Webhook
	log     chattest.Log
	asked   []chat.Request
	reply   func(chat.Request) chat.Reply
	reaches func(desk.Channel) bool
	ids     int
	disk    *disk
	heard   *outgoing.Heard
}

func newWorld(t testing.TB, change ...func(*config.Teams, *outgoing.Options)) *world {
	w := &world{t: t, reply: func(chat.Request) chat.Reply {
		return chat.Reply{Message: chat.Message{Summary: chat.Plain("Done.")}}
	}}
	conf := config.Teams{Name: "boston", TenantID: "tenant-1", OutgoingSecret: config.NewSecret(token), NextOutgoingSecret: config.NewSecret(next)}
	w.disk, w.heard = &disk{}, &outgoing.Heard{}
	opt := outgoing.Options{Memory: w.disk, Heard: w.heard, Zone: time.UTC, Now: time.Now, Log: slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	for _, c := range change {
		c(&conf, &opt)
	}
	var err error
	if w.hook, err = outgoing.New(conf, opt); err != nil {
		t.Fatal(err)
	}
	return w
}

// fields are an activity, by the names of its JSON.
type fields = map[string]any

// mentions is the activity of somebody who mentions the webhook and types, in the form
// in which Teams posts it.
func (w *world) mentions(text string) fields {
	w.ids++
	return fields{
		"type": "message", "id": strconv.Itoa(1700000000000 + w.ids), "timestamp": time.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
		"serviceUrl": "https://smba.trafficmanager.net/amer/", "channelId": "msteams", "textFormat": "plain",
		"text":         "<at>Belltower</at>&nbsp;" + teamsWrites(text) + "\n",
		"from":         fields{"id": "29:ann", "name": "Ann Lee", "aadObjectId": "4d3c-ann"},
		"recipient":    fields{"id": "28:hook", "name": "Belltower"},
		"conversation": fields{"isGroup": true, "id": "19:it@thread.tacv2;messageid=1700000000000", "tenantId": "tenant-1"},
		"entities": []fields{
			{"type": "mention", "text": "<at>Belltower</at>", "mentioned": fields{"id": "28:hook", "name": "Belltower"}},
			{"type": "clientInfo", "locale": "en-US", "timezone": "America/Los_Angeles"},
		},
		"channelData": fields{"teamsChannelId": "19:it@thread.tacv2", "teamsTeamId": "19:team@thread.tacv2",
			"channel": fields{"id": "19:it@thread.tacv2"}, "team": fields{"id": "19:team@thread.tacv2"}, "tenant": fields{"id": "tenant-1"}},
	}
}

// teamsWrites is a typed text as it stands in an activity.
func teamsWrites(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

func with(f fields, change func(fields)) fields { change(f); return f }

// signed is a request with a body, signed with a token.
func signed(body []byte, secret string) *http.Request {
	key, err := base64.StdEncoding.DecodeString(secret)
	if err != nil {
		panic(err) // the tokens above
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(body)
	r := httptest.NewRequest(http.MethodPost, "http://bot.example/teams/boston/outgoing", bytes.NewReader(body))
	r.Header.Set("Authorization", "HMAC "+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	return r
}

func (w *world) request(f fields) *http.Request {
	body, err := json.Marshal(f)
	if err != nil {
		w.t.Fatal(err)
	}
	return signed(body, token)
}

func (w *world) handler() http.Handler {
	return w.hook.Handler(outgoing.Callbacks{Reaches: w.reaches, Handle: func(_ context.Context, req chat.Request) chat.Reply {
		w.asked = append(w.asked, req)
		return w.reply(req)
	}})
}

// ask posts what somebody typed, and returns the status and the answer.
func (w *world) ask(f fields) (int, string) {
	rec := httptest.NewRecorder()
	w.handler().ServeHTTP(rec, w.request(f))
	return rec.Code, rec.Body.String()
}

// disk is what outlasts a webhook: the ids of one table, in order.
type disk struct {
	mu     sync.Mutex
	ids    []string
	err    error // of what is to be kept
	unread error // of what is looked at
}

// Has does what the store does.
func (d *disk) Has(_ context.Context, _, id string) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, known := slices.BinarySearch(d.ids, id)
	return known, d.unread
}

// Add does what the store does.
func (d *disk) Add(_ context.Context, _, id, before string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return d.err
	}
	if at, known := slices.BinarySearch(d.ids, id); !known {
		d.ids = slices.Insert(d.ids, at, id)
	}
	old, _ := slices.BinarySearch(d.ids, before)
	d.ids = d.ids[old:]
	return nil
}
