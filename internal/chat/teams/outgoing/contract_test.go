package outgoing_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/chattest"
	"github.com/umassonline/belltower/internal/chat/teams/outgoing"
	"github.com/umassonline/belltower/internal/desk"
)

func TestTheOutgoingWebhookKeepsTheContractOfAdapters(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Adapter {
		w := newWorld(t)
		return chattest.Adapter{
			Channel: desk.Channel{Connection: "boston", ID: "19:it@thread.tacv2"},
			Inbound: w.inbound(),
			Secrets: []string{token, next, "the security token"},
			Log:     w.log.String,
		}
	})
}

func (w *world) inbound() chattest.Inbound {
	changed := func(change func(fields)) *http.Request { return w.request(with(w.mentions("incident list"), change)) }
	at := func(d time.Duration) func(fields) {
		return func(f fields) { f["timestamp"] = time.Now().Add(d).UTC().Format(time.RFC3339) }
	}
	resigned := func(authorization string) *http.Request {
		r := changed(func(fields) {})
		r.Header.Set("Authorization", authorization)
		if authorization == "" {
			r.Header.Del("Authorization")
		}
		return r
	}
	altered := changed(func(fields) {})
	body, _ := io.ReadAll(altered.Body)
	altered.Body = io.NopCloser(bytes.NewReader(bytes.Replace(body, []byte("list"), []byte("show"), 1)))
	other := w.request(w.mentions("incident list"))
	body, _ = io.ReadAll(other.Body)
	nowhere := changed(func(fields) {})
	nowhere.URL.Path = "/teams/boston/nowhere"
	return chattest.Inbound{
		Handler: func(h chat.Handler) http.Handler { return w.hook.Handler(outgoing.Callbacks{Handle: h}) },
		Command: func(text string) *http.Request {
			return w.request(w.mentions(strings.TrimSuffix("incident "+text, " ")))
		},
		Sign:    func(body []byte) *http.Request { return signed(body, token) },
		Carries: func(typed string) string { return strings.ToValidUTF8(typed, "\uFFFD") },
		Once:    true,
		Unbelieved: map[string]*http.Request{
			"unsigned": resigned(""), "another scheme": resigned("Bearer abc"), "no signature": resigned("HMAC "), "no base64": resigned("HMAC !"),
			"a short signature": resigned("HMAC AAAA"), "altered": altered,
			"another team's token": signed(body, "YW5vdGhlcg=="), "the token itself as the key": signed(body, "dGhlIHNlY3VyaXR5IHRva2Vu"),
			"stale": changed(at(-301 * time.Second)), "in the future": changed(at(301 * time.Second)),
		},
		Strangers: map[string]*http.Request{
			"another tenant": changed(func(f fields) { f["channelData"] = fields{"tenant": fields{"id": "tenant-2"}} }),
			"no tenant": changed(func(f fields) {
				f["channelData"], f["conversation"] = fields{}, fields{"id": "19:it@thread.tacv2"}
			}),
		},
		Nowhere: nowhere,
	}
}
