package discord_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/config"
)

// A token that was refused stops every call; after an hour one is tried.
func TestARefusedTokenStopsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		synctest.Wait()
		w.at.Token = "another"
		w.fake.AddApplication(w.at) // the token was reset
		calls := func() int { return len(w.fake.Log()) }
		before := calls()
		for range 50 {
			if _, err := w.bot.Post(t.Context(), delivery(teaching, 1)); outcome(t, err) != chat.Locked {
				t.Fatal(err)
			}
			if err := w.bot.Reach(t.Context(), channel("")); outcome(t, err) != chat.Locked {
				t.Fatal(err)
			}
		}
		if n := calls() - before; n != 1 || w.fake.Invalid() != 1 {
			t.Errorf("%d calls, %d refused", n, w.fake.Invalid())
		}
		if a := w.types(typed("/status")); a.Message.Content != "Done." {
			t.Errorf("commands need no token: %+v", a)
		}
		time.Sleep(time.Hour)
		w.at.Token = discordtest.NewApplication("lowell").Token
		w.fake.AddApplication(w.at)
		w.post(delivery(teaching, 1))
		w.post(delivery(teaching, 2))
	})
}

func TestARefusedTokenIsToldAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(w *world) { w.conf = func(c *config.Discord) { c.BotToken = config.NewSecret("wrong") } })
		time.Sleep(24 * time.Hour)
		if n := w.fake.Invalid(); n > 30 || len(w.fake.Log()) > 30 {
			t.Errorf("%d calls in a day", len(w.fake.Log()))
		}
		if !strings.Contains(w.logs.String(), "cannot learn who the bot is") {
			t.Error(w.logs.String())
		}
	})
}

// Long before Discord bans our address for calls that it refuses, we stop ourselves.
func TestRefusedCallsAreStoppedBeforeTheBan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fake.ChangeChannel(teaching, func(c *discordtest.Channel) { c.Deny = discordtest.SendMessages })
		for range 5000 {
			_, _ = w.bot.Post(t.Context(), delivery(teaching, 1))
		}
		if n := w.fake.Invalid(); n != 1000 {
			t.Errorf("%d were refused", n)
		}
		_, err := w.bot.Post(t.Context(), delivery(library, 1))
		var e *chat.SendError
		if !errors.As(err, &e) || !e.Limited || !e.Wide || e.Outcome != chat.NotSent || e.After <= 0 || e.After > 10*time.Minute {
			t.Fatalf("%+v", e)
		}
		time.Sleep(e.After)
		w.post(delivery(library, 1))
		w.fake.Faults(discordtest.On{Channel: library}, discordtest.Limited(1, "shared"))
	})
}

// Limits of what many share do not count.
func TestSharedLimitsDoNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fake.FaultsAlways(discordtest.On{Route: "message.create"}, discordtest.Limited(1, "shared"))
		for range 1500 {
			_, _ = w.bot.Post(t.Context(), delivery(teaching, 1))
		}
		w.fake.ClearFaults()
		w.post(delivery(teaching, 1))
	})
}

// A ban comes from what stands before the API: a page, for the whole address.
func TestABanIsALimitOfTheWholeConnection(t *testing.T) {
	w := newWorld(t)
	w.fake.SetLimits(discordtest.Limits{Invalid: 1})
	w.fake.ChangeChannel(teaching, func(c *discordtest.Channel) { c.Deny = discordtest.SendMessages })
	_, _ = w.bot.Post(t.Context(), delivery(teaching, 1))
	_, err := w.bot.Post(t.Context(), delivery(library, 1))
	var e *chat.SendError
	if !errors.As(err, &e) || !e.Limited || !e.Wide || e.After != 600*time.Second {
		t.Errorf("%+v", e)
	}
}
