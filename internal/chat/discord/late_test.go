package discord_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

func saying(text string) chat.Reply {
	return chat.Reply{Message: chat.Message{Summary: chat.Plain(text)}}
}

// final is the answer when it is there.
func (w *world) final(a discordtest.Answer) discordtest.Message {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 5*time.Minute)
	defer cancel()
	m, err := w.fake.Final(ctx, a)
	if err != nil {
		w.t.Fatal(err, w.logs.String())
	}
	return m
}

func TestALateAnswerIsPromisedAfterTwoSeconds(t *testing.T) {
	for name, bySocket := range map[string]bool{"over HTTP": false, "by the gateway": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				if bySocket {
					w.fake.Door(func(ctx context.Context, _ discordtest.ID, payload []byte) error {
						go func() { _ = w.bot.Serve(context.WithoutCancel(ctx), payload, w.callbacks()) }()
						return nil
					})
				}
				w.answerWith(slowly(6*time.Second, saying("INC-1 is open.")))
				a := w.types(typed("/incident declare learn down"))
				if a.Type != 5 || a.Took != 2*time.Second || !a.Message.Thinking || a.Message.To != ann {
					t.Errorf("%+v", a)
				}
				if m := w.final(a); m.Content != "INC-1 is open." || m.To != ann {
					t.Errorf("%+v", m)
				}
				w.showsNoSecret()
			})
		})
	}
}

// byGateway has interactions come over the gateway, some time after they were made.
func (w *world) byGateway(late time.Duration) {
	w.fake.Door(func(ctx context.Context, _ discordtest.ID, payload []byte) error {
		go func() {
			time.Sleep(late)
			_ = w.bot.Serve(context.WithoutCancel(ctx), payload, w.callbacks())
		}()
		return nil
	})
}

// How old an interaction is that came over the gateway is told by Discord's clock: where
// ours is wrong forms are opened all the same, and what Discord gave up is not done.
func TestTheMachinesClockIsWrong(t *testing.T) {
	for _, ahead := range []time.Duration{-time.Minute, -3 * time.Second, -time.Second, 0, time.Second, 3 * time.Second, time.Minute} {
		t.Run(ahead.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, func(w *world) {
					w.options = func(o *discord.Options) { o.Now = func() time.Time { return time.Now().Add(ahead) } }
				})
				w.opens(updateForm(), saying("Done."))
				w.byGateway(100 * time.Millisecond)
				if a := w.types(typed("/incident update 42")); a.Type != 9 {
					t.Errorf("%+v", a)
				}
				before := len(w.heard())
				w.byGateway(5 * time.Second)
				if a := w.types(typed("/incident resolve 42")); !a.Late {
					t.Errorf("%+v", a)
				}
				time.Sleep(time.Minute)
				if after := len(w.heard()); after != before {
					t.Error("what Discord gave up was done")
				}
			})
		})
	}
}

func TestALateFormIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		reply := saying("Please type it.")
		reply.Form = &chat.Form{Title: "Declare", Submit: "Declare", Command: "incident declare", Fields: []chat.Field{{Name: "title", Label: "Title"}}}
		w.answerWith(slowly(3*time.Second, reply))
		if m := w.final(w.types(typed("/incident declare"))); m.Content != "Please type it." {
			t.Errorf("%+v", m)
		}
	})
}

func TestALatePublicAnswerIsForEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		reply := saying("All works.")
		reply.Public = true
		w.answerWith(slowly(3*time.Second, reply))
		a := w.types(typed("/status here"))
		if m := w.final(a); m.To != ann || m.Content != "Here it is, for everybody:" {
			t.Errorf("%+v", m)
		}
		if err := w.fake.Wait(t.Context(), func() bool { return len(w.posts(teaching)) == 1 }); err != nil {
			t.Fatal(err)
		}
		if m := w.posts(teaching)[0]; m.Content != "All works." {
			t.Errorf("%+v", m)
		}
	})
}

// Whatever fails on the way of a late answer, it comes, once, while Discord takes it.
func TestALateAnswerComesThroughTrouble(t *testing.T) {
	on := discordtest.On{Route: "webhook.edit"}
	for name, faults := range map[string][]discordtest.Fault{
		"limited":        {discordtest.Limited(2.5, "user"), discordtest.Limited(0.2, "shared")},
		"down":           {discordtest.ErrorBefore(503), discordtest.ErrorBefore(502)},
		"stored, lost":   {discordtest.ErrorAfter(502), discordtest.DropAfter()},
		"not stored":     {discordtest.DropBefore()},
		"for 14 minutes": {discordtest.Limited(840, "global")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.fake.Faults(on, faults...)
				w.answerWith(slowly(3*time.Second, saying("INC-1 is open.")))
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				m, err := w.fake.Final(ctx, w.types(typed("/incident declare learn down")))
				if err != nil || m.Content != "INC-1 is open." || len(w.fake.Messages(teaching)) != 2 {
					t.Errorf("%v %+v\n%s", err, m, w.logs.String())
				}
			})
		})
	}
}

// After 15 minutes the answer goes nowhere, and the log says so.
func TestAnAnswerAfterTheTokensLifeGoesNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fake.FaultsAlways(discordtest.On{Route: "webhook.edit"}, discordtest.Limited(901, "user"))
		w.answerWith(slowly(3*time.Second, saying("INC-1 is open.")))
		w.types(typed("/incident declare learn down"))
		time.Sleep(time.Hour)
		if !strings.Contains(w.logs.String(), "after the 15 minutes") || len(w.posts(teaching)) != 0 {
			t.Error(w.logs.String())
		}
		w.showsNoSecret()
	})
}

func TestACommandIsCarriedOutWhenDiscordHangsUp(t *testing.T) {
	w := newWorld(t)
	r, err := w.fake.CommandRequest(typed("/incident declare learn down"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, hangUp := context.WithCancel(t.Context())
	w.handler = func(ctx context.Context, _ chat.Request) chat.Reply {
		hangUp()
		if err := ctx.Err(); err != nil {
			t.Error(err)
		}
		return chat.Reply{}
	}
	req := made(r.URL, r.Header, r.Body).WithContext(ctx)
	w.routes.ServeHTTP(discard{}, req)
	if ctx.Err() == nil {
		t.Error("the command was not carried out")
	}
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}

// What would have promised an answer to a request that broke us does not write to what
// is left of its response.
func TestARequestThatBreaksIsNotAnsweredLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.answerWith(func(chat.Request) chat.Reply { panic("broken") })
		r, err := w.fake.CommandRequest(typed("/incident declare learn down"))
		if err != nil {
			t.Fatal(err)
		}
		rec := httptest.NewRecorder()
		func() {
			defer func() { _ = recover() }()
			w.routes.ServeHTTP(rec, made(r.URL, r.Header, r.Body))
		}()
		time.Sleep(3 * time.Second)
		if rec.Body.Len() > 0 {
			t.Errorf("%s", rec.Body)
		}
	})
}

// The store may hang: an answer whose button has to be kept comes in time all the same.
func TestAStoreThatHangsKeepsNoAnswerBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(w *world) { w.memory.hangs = true })
		w.answerWith(slowly(1900*time.Millisecond, chat.Reply{Message: chat.Message{Summary: chat.Plain("Which?"), Actions: []chat.Action{{Label: "Go", Command: strings.Repeat("x", 200)}}}}))
		for range 2 { // the first does not keep the second waiting, either
			if a := w.types(typed("/incident declare learn down")); a.Late || a.Message.Content != "Which?" {
				t.Errorf("%+v", a)
			}
		}
		time.Sleep(2 * time.Hour)
	})
}
