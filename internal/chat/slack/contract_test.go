package slack_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/chattest"
	"github.com/umassonline/belltower/internal/chat/slack"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
)

func TestSlackKeepsTheContractOfAdapters(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Adapter {
		w := newWorld(t)
		return chattest.Adapter{
			Transport: w.fake.Transport(),
			Connect: func(over http.RoundTripper, words chattest.Words) chat.Sender {
				w.words = words
				return w.connect(over)
			},
			Abilities: chat.Abilities{LookUp: true, Edit: true, Thread: true},
			Channel:   channel("CTEACH"), Closed: channel("COLD"), Others: []desk.Channel{channel("COPS"), channel("CPRIV")},
			Seen:     w.seen,
			Chatter:  func(ch desk.Channel, text string) { w.fake.Say(slacktest.ChannelID(ch.ID), "UANN", text) },
			LostRoot: "1234567890.123456",
			Inbound:  w.inbound(),
			Secrets:  []string{signingSecret, nextSecret, string(w.at.Token)},
			Log:      w.logs.String,
		}
	})
}

func channel(id string) desk.Channel { return desk.Channel{Connection: "amherst", ID: id} }

func (w *world) seen(ch desk.Channel) []chattest.Post {
	var posts []chattest.Post
	for _, m := range w.fake.Messages(slacktest.ChannelID(ch.ID)) {
		if m.Bot == "" {
			continue
		}
		p := chattest.Post{ID: chat.PostID(m.TS), Root: chat.PostID(m.ThreadTS), Text: m.Reads(), Acts: m.Marks(), Faults: slacktest.CheckBlocks(m.Blocks)}
		if m.Text == "" {
			p.Faults = append(p.Faults, "no notification text")
		}
		posts = append(posts, p)
	}
	return posts
}

func (w *world) inbound() chattest.Inbound {
	request := func(change func(*slacktest.Command)) *http.Request {
		c := w.typed("list")
		change(&c)
		r, err := w.fake.CommandRequest(c)
		if err != nil {
			w.t.Fatal(err)
		}
		return made(r.URL, r.Header, r.Body)
	}
	forged := func(f slacktest.Forgery) *http.Request {
		return request(func(c *slacktest.Command) { c.Forgery = f })
	}
	return chattest.Inbound{
		Handler: func(h chat.Handler) http.Handler {
			return w.bot.Handler(slack.Callbacks{Handle: h, MayFollow: noGuest, Returned: w.hear})
		},
		Command: func(text string) *http.Request { return w.command(text) },
		Sign: func(body []byte) *http.Request {
			return made(w.at.Commands, slacktest.Sign(signingSecret, time.Now(), body), body)
		},
		Unbelieved: map[string]*http.Request{
			"unsigned":      forged(slacktest.Forgery{Unsigned: true}),
			"without time":  forged(slacktest.Forgery{NoTimestamp: true}),
			"other secret":  forged(slacktest.Forgery{Secret: "boston-signing-secret"}),
			"stale":         forged(slacktest.Forgery{Skew: -301 * time.Second}),
			"in the future": forged(slacktest.Forgery{Skew: 301 * time.Second}),
			"altered":       forged(slacktest.Forgery{Alter: func(b []byte) []byte { return bytes.Replace(b, []byte("UANN"), []byte("UBOB"), 1) }}),
		},
		Strangers: map[string]*http.Request{
			"another app": request(func(c *slacktest.Command) { c.App = "A0BOSTON" }),
			"another workspace": func() *http.Request {
				body := []byte("team_id=T0BOSTON&api_app_id=A0AMHERST&channel_id=C1&command=/incident&text=list&trigger_id=1&user_id=U1")
				return made(w.at.Commands, slacktest.Sign(signingSecret, time.Now(), body), body)
			}(),
		},
		Nowhere: made("http://bot.example/slack/amherst/nowhere", slacktest.Sign(signingSecret, time.Now(), nil), nil),
	}
}

// command is a signed command with a text as Slack sends it: escaped.
func (w *world) command(text string) *http.Request {
	w.triggers++
	form := url.Values{"team_id": {"T0AMHERST"}, "api_app_id": {"A0AMHERST"}, "channel_id": {"CTEACH"}, "user_id": {"UANN"},
		"command": {"/incident"}, "trigger_id": {time.Unix(int64(w.triggers), 0).String()}, "text": {slackEscapes(text)}}
	body := []byte(form.Encode())
	return made(w.at.Commands, slacktest.Sign(signingSecret, time.Now(), body), body)
}

func slackEscapes(s string) string {
	for _, e := range [][2]string{{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}} {
		s = string(bytes.ReplaceAll([]byte(s), []byte(e[0]), []byte(e[1])))
	}
	return s
}

func made(address string, h http.Header, body []byte) *http.Request {
	r := httptest.NewRequest(http.MethodPost, address, bytes.NewReader(body))
	r.Header = h
	return r
}
