package main

import (
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

// SIGKILL eight times while 120 channels of Discord are told, with 502s, lost answers and
// 429s of a channel, of the bot and shared mixed in, and the gateway cut or its sessions
// ended in between: each channel is told each thing exactly once.
func TestKilledEightTimesDuringAFanOutToDiscord(t *testing.T) {
	t.Parallel()
	w := newDiscordWorld(t, true)
	w.story.Patience(3 * time.Minute)
	channels := manyOnDiscord(120)
	w.open(channels...)
	w.start()
	for _, ch := range channels {
		w.uses(t, discordtest.Command{Channel: ch, User: stu, Line: "/subscribe"}, "target: all")
	}
	w.do("incident declare learn down")
	w.do("incident tell 1")
	w.killDuring(15, len(channels)+1, w.gateway.Cut, w.gateway.EndSessions, w.gateway.Reconnect, func() { w.gateway.CloseWith(4009) })
	w.story.ExpectEverywhere(channels, "Learn System is not available")
	w.story.Expect(lowellOps, "INC-1")

	w.do("incident resolve 1 The disk was full. All is well again.")
	w.do("incident tell 1")
	w.killDuring(15, 2*(len(channels)+1), w.gateway.Cut, w.gateway.EndSessions, w.gateway.Reconnect, func() { w.gateway.CloseWith(4009) })
	w.story.ExpectEverywhere(channels, "The disk was full")
	w.story.Expect(lowellOps, "The disk was full")

	w.settled()
	w.story.NothingElse()
	for _, ch := range append(channels, lowellOps) {
		if root := w.posts(ch)[0]; !strings.Contains(root.Reads(), "Resolved") {
			t.Errorf("%s shows: %s", ch, root.Reads())
		}
	}
	if n := w.calls("commands.put"); n != 1 {
		t.Errorf("the commands were told %d times", n)
	}
}

// killDuring kills and starts the bot once for each of the troubles of the gateway, which
// comes before, each time after some posts of which every sixth or so goes wrong; of all
// there are so many at least, and no more to wait for where the machine is slow.
func (w *discordWorld) killDuring(posts, all int, troubles ...func()) {
	w.t.Helper()
	on := discordtest.On{Route: "message.create"}
	w.discord.FaultsAtRandom(on, discordtest.Odds{Share: 0.15, Seed: 7},
		discordtest.DropAfter(), discordtest.DropBefore(), discordtest.ErrorAfter(502), discordtest.ErrorBefore(502),
		discordtest.Limited(0.5, "user"), discordtest.Limited(0.5, "shared"), discordtest.Limited(0.2, "global"))
	defer w.discord.ClearFaults()
	for _, trouble := range troubles {
		trouble()
		if err := w.discord.AwaitCalls(w.t.Context(), on, min(w.calls("message.create")+posts, all)); err != nil {
			w.t.Fatal(err)
		}
		w.kill()
		w.start()
	}
}
