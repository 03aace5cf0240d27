package gateway_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest/gatewaytest"
	"github.com/umassonline/belltower/internal/chat/discord/gateway"
)

// An interaction that Discord sends twice is taken once.
func TestAnInteractionIsTakenOnce(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		for range 2 {
			w.fake.Tell("INTERACTION_CREATE", map[string]any{"id": "42", "type": 2})
		}
		w.fake.EndSessions()
		w.fake.Cut()
		time.Sleep(10 * time.Second)
		w.awaitOpen()
		w.fake.Tell("INTERACTION_CREATE", map[string]any{"id": "42", "type": 2})
		w.hears("42")
	})
}

// At the end nothing new is taken, and what was begun is done; what came meanwhile is for
// who starts next.
func TestTheEndWaitsForWhatWasBegun(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		done := false
		w.answerWith(func(context.Context, string) { time.Sleep(time.Second); done = true })
		a := w.fake.Interact(nil)
		synctest.Wait()
		begun := time.Now()
		w.stop()
		if took := time.Since(begun); !done || took != time.Second {
			t.Errorf("done %v after %v", done, took)
		}
		w.hears(a)
	})
}

// What takes for ever is told to stop after three seconds.
func TestTheEndDoesNotWaitForEver(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		w.answerWith(func(ctx context.Context, _ string) { <-ctx.Done() })
		w.fake.Interact(nil)
		synctest.Wait()
		begun := time.Now()
		w.stop()
		if took := time.Since(begun); took != 3*time.Second {
			t.Errorf("the end took %v", took)
		}
	})
}

// More than can be taken at once wait for their turn; those that would be answered too
// late are dropped, and heartbeats go on.
func TestAFloodIsBounded(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		most, now := 0, 0
		w.answerWith(func(ctx context.Context, _ string) {
			w.mu.Lock()
			now++
			most = max(most, now)
			w.mu.Unlock()
			time.Sleep(2 * time.Second)
			w.mu.Lock()
			now--
			w.mu.Unlock()
		})
		for range 1000 {
			w.fake.Interact(nil)
		}
		time.Sleep(time.Minute)
		if n := w.taken(); most != 256 || n != 1000 {
			t.Errorf("%d at once, %d taken", most, n)
		}
		w.answerWith(func(ctx context.Context, _ string) { time.Sleep(time.Minute) })
		for range 260 {
			w.fake.Interact(nil)
		}
		time.Sleep(2 * time.Minute)
		if n := w.taken(); n != 1256 || strings.Count(w.logs.String(), "an interaction was dropped") != 4 {
			t.Errorf("%d taken\n%s", n, w.logs.String())
		}
		if s := w.fake.Stats(); len(s.Closes) > 0 {
			t.Errorf("%+v", s)
		}
	})
}

// A request that breaks us does not end the program.
func TestABrokenRequestDoesNotEndTheBot(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.awaitOpen()
		w.answerWith(func(context.Context, string) { panic("broken") })
		a := w.fake.Interact(nil)
		synctest.Wait()
		w.answerWith(nil)
		b := w.fake.Interact(nil)
		w.hears(a, b)
		if !strings.Contains(w.logs.String(), "could not be served") {
			t.Error(w.logs.String())
		}
	})
}

func TestChangesAreTold(t *testing.T) {
	tell(t, func(t *testing.T, w *world) {
		w.fake.AddGuild(gatewaytest.Guild{ID: "1", Channels: []string{"11", "12"}})
		w.awaitOpen()
		w.fake.Tell("GUILD_DELETE", map[string]any{"id": "1", "unavailable": true})
		w.fake.Tell("CHANNEL_DELETE", map[string]any{"id": "11", "guild_id": "1", "type": 0})
		w.fake.Tell("CHANNEL_UPDATE", map[string]any{"id": "12", "guild_id": "1", "type": 0})
		w.fake.Tell("THREAD_DELETE", map[string]any{"id": "13", "guild_id": "1", "type": 11})
		w.fake.Tell("GUILD_ROLE_UPDATE", map[string]any{"guild_id": "1", "role": map[string]any{"id": "7"}})
		w.fake.Tell("CHANNEL_PINS_UPDATE", map[string]any{"guild_id": "1"})
		w.fake.Tell("GUILD_DELETE", map[string]any{"id": "1"})
		synctest.Wait()
		want := []gateway.Change{
			{Kind: gateway.GuildHere, Guild: "1", Channels: []string{"11", "12"}},
			{Kind: gateway.ChannelGone, Guild: "1", Channels: []string{"11"}},
			{Kind: gateway.ChannelHere, Guild: "1", Channels: []string{"12"}},
			{Kind: gateway.ChannelGone, Guild: "1", Channels: []string{"13"}},
			{Kind: gateway.RolesChanged, Guild: "1"},
			{Kind: gateway.GuildGone, Guild: "1"},
		}
		if !reflect.DeepEqual(w.changes, want) {
			t.Errorf("%+v\nwant %+v", w.changes, want)
		}
	})
}

// Nothing that comes ends the bot, and after each it hears.
func TestStrangePayloadsDoNoHarm(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":               `{"op":`,
		"nothing":               ``,
		"a number":              `42`,
		"an unknown op":         `{"op":31,"d":{}}`,
		"a second hello":        `{"op":10,"d":{"heartbeat_interval":1}}`,
		"a hello of texts":      `{"op":10,"d":"x"}`,
		"an interaction list":   `{"op":0,"t":"INTERACTION_CREATE","d":[1]}`,
		"an interaction's lack": `{"op":0,"t":"INTERACTION_CREATE","d":{}}`,
		"an unknown event":      `{"op":0,"t":"NEVER_SEEN","d":{"id":1}}`,
		"a guild of texts":      `{"op":0,"t":"GUILD_CREATE","d":"x"}`,
		"a ready of nothing":    `{"op":0,"t":"READY","d":{}}`,
		"an op of texts":        `{"op":"x"}`,
		"far too long":          `{"op":0,"t":"X","d":"` + strings.Repeat("x", 33<<20) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			tell(t, func(t *testing.T, w *world) {
				w.awaitOpen()
				w.fake.Say(text)
				time.Sleep(20 * time.Second)
				w.awaitOpen()
				w.hears(w.fake.Interact(nil))
				w.told()
			})
		})
	}
}
