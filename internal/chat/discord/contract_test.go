package discord_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/chattest"
	"github.com/umassonline/belltower/internal/chat/discord"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/desk"
)

func TestDiscordKeepsTheContractOfAdapters(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Adapter {
		w := newWorld(t)
		return chattest.Adapter{
			Transport: w.fake.Transport(),
			Connect: func(over http.RoundTripper, words chattest.Words) chat.Sender {
				w.words = words
				return w.connect(over)
			},
			Abilities: chat.Abilities{LookUp: true, Edit: true, Thread: true},
			Channel:   channel(teaching), Closed: channel(gone), Others: []desk.Channel{channel(ops), channel(library)},
			Seen:       w.seen,
			Chatter:    func(ch desk.Channel, text string) { w.fake.Say(discordtest.ID(ch.ID), ann, text) },
			LostRoot:   "1234567890123456789",
			SpendEdits: func(ch desk.Channel) { w.fake.LimitOldEdits(discordtest.ID(ch.ID), 0) },
			Inbound:    w.inbound(),
			Secrets:    []string{string(w.at.Token), "aW50ZXJhY3Rpb246"},
			Log:        w.logs.String,
		}
	})
}

func channel(id string) desk.Channel { return desk.Channel{Connection: "lowell", ID: id} }

// seen are the bot's posts in a channel, then those in its threads.
func (w *world) seen(ch desk.Channel) (posts []chattest.Post) {
	id := discordtest.ID(ch.ID)
	for _, m := range w.posts(id) {
		posts = append(posts, seen(m, m.ReplyTo))
	}
	for _, thread := range w.fake.Threads(id) {
		for _, m := range w.posts(thread) {
			posts = append(posts, seen(m, thread))
		}
	}
	return posts
}

func seen(m discordtest.Message, root discordtest.ID) chattest.Post {
	p := chattest.Post{ID: chat.PostID(m.ID), Root: chat.PostID(root), Text: m.Reads(), Acts: m.Marks()}
	for _, fault := range append(discordtest.CheckEmbeds(m.Embeds), discordtest.CheckComponents(m.Components)...) {
		p.Faults = append(p.Faults, fmt.Sprint(fault))
	}
	if m.Content == "" {
		p.Faults = append(p.Faults, "no notification text")
	}
	return p
}

func (w *world) inbound() chattest.Inbound {
	request := func(change func(*discordtest.Command)) *http.Request {
		c := typed("/incident list")
		change(&c)
		r, err := w.fake.CommandRequest(c)
		if err != nil {
			w.t.Fatal(err)
		}
		return made(r.URL, r.Header, r.Body)
	}
	forged := func(f discordtest.Forgery) *http.Request {
		return request(func(c *discordtest.Command) { c.Forgery = f })
	}
	return chattest.Inbound{
		Handler: func(h chat.Handler) http.Handler {
			return w.bot.Handler(discord.Callbacks{Handle: h, Returned: w.hear})
		},
		Command: func(text string) *http.Request {
			return request(func(c *discordtest.Command) {
				c.Line = "/incident"
				if text != "" {
					c.Line += " " + text
				}
			})
		},
		Carries: carried,
		Sign: func(body []byte) *http.Request {
			r := w.fake.Signed(w.at.ID, body, discordtest.Forgery{})
			return made(r.URL, r.Header, r.Body)
		},
		Unbelieved: map[string]*http.Request{
			"unsigned":      forged(discordtest.Forgery{Unsigned: true}),
			"without time":  forged(discordtest.Forgery{NoTimestamp: true}),
			"other key":     forged(discordtest.Forgery{Key: discordtest.NewApplication("boston").Key}),
			"no signature":  forged(discordtest.Forgery{Signature: "00ff"}),
			"no hex":        forged(discordtest.Forgery{Signature: "zz"}),
			"stale":         forged(discordtest.Forgery{Skew: -301 * time.Second}),
			"in the future": forged(discordtest.Forgery{Skew: 301 * time.Second}),
			"altered":       forged(discordtest.Forgery{Alter: func(b []byte) []byte { return bytes.Replace(b, []byte(ann), []byte(bob), 1) }}),
		},
		Strangers: map[string]*http.Request{
			"another application":   request(func(c *discordtest.Command) { c.Claims = "123456789012345678" }),
			"installed by a person": request(func(c *discordtest.Command) { c.ByUser = true }),
		},
		Nowhere: func() *http.Request {
			r := w.fake.Signed(w.at.ID, nil, discordtest.Forgery{})
			return made("http://bot.example/discord/lowell/nowhere", r.Header, nil)
		}(),
	}
}

// carried is what JSON carries of a text.
func carried(text string) (out string) {
	b, _ := json.Marshal(text)
	_ = json.Unmarshal(b, &out)
	return out
}

func made(address string, h http.Header, body []byte) *http.Request {
	r := httptest.NewRequest(http.MethodPost, address, bytes.NewReader(body))
	r.Header = h
	return r
}
