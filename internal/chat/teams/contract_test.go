package teams_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/chattest"
	"github.com/umassonline/belltower/internal/chat/teams"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
	"github.com/umassonline/belltower/internal/desk"
)

func TestTeamsKeepsTheContractOfAdapters(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Adapter {
		w := newWorld(t)
		synctest.Wait() // until the keys are there
		return chattest.Adapter{
			Transport: w.fake.Transport(),
			Connect:   w.warm,
			Abilities: w.bot.Abilities(),
			Channel:   channel(teach), Closed: channel(old), Others: []desk.Channel{channel(ops), channel(third)},
			Seen:     w.seen,
			Chatter:  func(ch desk.Channel, text string) { w.fake.Say(teamstest.ChannelID(ch.ID), ann, text) },
			LostRoot: "1234567890123", Doubted: 2,
			Inbound: w.inbound(),
			Secrets: w.secrets(),
			Log:     w.logs.String,
		}
	})
}

// warm makes the adapter with a token in its pocket, as Run keeps one.
func (w *world) warm(over http.RoundTripper, words chattest.Words) chat.Sender {
	w.words = words
	bot := w.connect(over)
	if err := recalled(bot); err != nil {
		w.t.Fatal(err)
	}
	if err := bot.Reach(w.t.Context(), desk.Channel{Connection: "boston"}); err != nil {
		w.t.Fatal(err)
	}
	return bot
}

func (w *world) seen(ch desk.Channel) []chattest.Post {
	var posts []chattest.Post
	for _, m := range w.sent(teamstest.ChannelID(ch.ID)) {
		posts = append(posts, chattest.Post{ID: chat.PostID(m.ID), Root: chat.PostID(m.Root), Text: m.Reads(), Acts: m.Marks(), Faults: m.Faults()})
	}
	return posts
}

func (w *world) inbound() chattest.Inbound {
	forged := func(f teamstest.Forgery) *http.Request {
		return w.request(w.fake.TypeRequest(teamstest.Line{Channel: teach, User: ann, Text: "incident list", Forgery: f}))
	}
	return chattest.Inbound{
		Handler: func(h chat.Handler) http.Handler { return w.bot.Handler(w.callbacks(h)) },
		Command: func(text string) *http.Request {
			return w.request(w.fake.TypeRequest(teamstest.Line{Channel: teach, User: ann, Text: "incident " + text}))
		},
		Sign: func(body []byte) *http.Request { return w.request(w.fake.Sign(w.at.ID, body, teamstest.Forgery{})) },
		Unbelieved: map[string]*http.Request{
			"unsigned":       forged(teamstest.Forgery{Unsigned: true}),
			"another scheme": forged(teamstest.Forgery{Header: "Basic Ym90OnNlY3JldA=="}),
			"three parts":    forged(teamstest.Forgery{Header: "Bearer a b"}),
			"no token":       forged(teamstest.Forgery{Header: "Bearer garbage"}),
			"other issuer":   forged(teamstest.Forgery{Issuer: "https://sts.windows.net/boston-tenant/"}),
			"other key":      forged(teamstest.Forgery{OtherKey: true}),
			"unknown key id": forged(teamstest.Forgery{KeyID: "made-up"}),
			"alg none":       forged(teamstest.Forgery{Algorithm: "none"}),
			"alg HS256":      forged(teamstest.Forgery{Algorithm: "HS256"}),
			"alg RS384":      forged(teamstest.Forgery{Algorithm: "RS384"}),
			"stale":          forged(teamstest.Forgery{Expired: 6 * time.Minute}),
			"without end":    forged(teamstest.Forgery{NoExpiry: true}),
			"in the future":  forged(teamstest.Forgery{NotBefore: 6 * time.Minute}),
			"elsewhere":      forged(teamstest.Forgery{Claim: "https://smba.trafficmanager.net/emea/"}),
			"nowhere":        forged(teamstest.Forgery{NoClaim: true}),
			"not endorsed":   forged(teamstest.Forgery{Channel: "webchat"}),
		},
		Strangers: map[string]*http.Request{
			"another bot":    forged(teamstest.Forgery{Audience: "amherst-app"}),
			"another tenant": forged(teamstest.Forgery{Tenant: "amherst-tenant"}),
			"two tenants":    forged(teamstest.Forgery{Change: func(a map[string]any) { a["conversation"].(map[string]any)["tenantId"] = "amherst-tenant" }}),
			"another host":   forged(teamstest.Forgery{Claim: "https://evil.example/", ServiceURL: "https://evil.example/"}),
		},
		Nowhere: func() *http.Request {
			r := w.request(w.fake.Sign(w.at.ID, nil, teamstest.Forgery{}))
			r.URL.Path = "/teams/boston/nowhere"
			return r
		}(),
		Carries:      func(typed string) string { return strings.ToValidUTF8(typed, "\uFFFD") },
		BodyUnsigned: true,
	}
}

var _ chat.Sender = (*teams.Connection)(nil)
