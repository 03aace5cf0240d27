package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest/gatewaytest"
)

// storm uses /incident note n times at once, from one number on, while something happens
// to the gateway, and checks that each was answered in time.
func (w *discordWorld) storm(from, n int, during func()) {
	w.t.Helper()
	var typing sync.WaitGroup
	for i := range n {
		typing.Go(func() {
			note := discordtest.Command{Channel: lowellOps, User: dora, Line: "/incident note", Options: map[string]string{
				"incident": "INC-1", "message": fmt.Sprintf("note-%03d", from+i),
			}}
			a, err := w.discord.Type(w.t.Context(), note)
			if err != nil || a.Late {
				w.t.Errorf("note %d: %v, late %v, %s", from+i, err, a.Late, a.Problems)
				return
			}
			if m, err := w.discord.Final(w.t.Context(), a); err != nil || !strings.Contains(m.Reads(), "INC-1") {
				w.t.Errorf("note %d: %v: %s", from+i, err, m.Reads())
			}
		})
		if i == n/2 {
			during()
		}
	}
	typing.Wait()
}

// SIGHUP, opcode 7, a cut, and a changed SIGHUP, each while fifty commands arrive: every
// one is answered in time, none is lost and none is done twice. The session goes on: it
// is resumed and not begun anew.
func TestFiftyCommandsOnDiscordDuringASIGHUP(t *testing.T) {
	t.Parallel()
	w := newDiscordWorld(t, true)
	w.start()
	w.do("incident declare learn down")
	w.story.Expect(lowellOps, "INC-1")
	lost := w.gateway.Stats().Lost
	for k, during := range []func(){
		func() { w.reload(w.lowell.config(), "loaded again") },
		w.gateway.Reconnect,
		w.gateway.Cut,
		func() {
			w.more = "[[services]]\nid = \"mail\"\n"
			w.reload(w.lowell.config(), "loaded again")
		},
	} {
		w.storm(50*k, 50, during)
		w.awaitSessions(1)
	}
	if s := w.gateway.Stats(); s.Identifies != 1 || s.Resumes < 4 || s.Lost > lost {
		t.Errorf("%+v", s)
	}
	w.do("incident declare mail slow") // the new configuration counts
	w.story.Expect(lowellOps, "INC-2")
	w.settled()
	if status := w.stop(); status != 0 {
		t.Errorf("exit status %d:\n%s", status, w.logged.text())
	}
	if n := w.calls("commands.put"); n != 1 {
		t.Errorf("the commands were told %d times", n)
	}
	eachOnce(t, w.notes(), 200)
}

// SIGTERM while commands arrive: what was begun is answered, what came while there was no
// process is done by the next if Discord still waits, and nothing is done twice: what
// Discord called failed was not done.
func TestAPlannedRestartByTheGateway(t *testing.T) {
	t.Parallel()
	w := newDiscordWorld(t, true)
	w.start()
	w.do("incident declare learn down")
	w.story.Expect(lowellOps, "INC-1")
	lost := w.gateway.Stats().Lost
	failed := make([]bool, 100)
	var typing sync.WaitGroup
	for i := range failed {
		typing.Go(func() {
			a, err := w.discord.Type(t.Context(), discordtest.Command{Channel: lowellOps, User: dora, Line: "/incident note",
				Options: map[string]string{"incident": "1", "message": fmt.Sprintf("note-%03d", i)}})
			failed[i] = err != nil || a.Late
		})
		if i == 50 {
			if status := w.stop(); status != 0 {
				t.Errorf("exit status %d:\n%s", status, w.logged.text())
			}
			w.start()
		}
	}
	typing.Wait()
	if err := w.gateway.Wait(t.Context(), func(s gatewaytest.Stats) bool { return s.Open == 1 }); err != nil {
		t.Fatal(err)
	}
	w.settled()
	if status := w.stop(); status != 0 {
		t.Errorf("exit status %d:\n%s", status, w.logged.text())
	}
	if s := w.gateway.Stats(); s.Identifies != 1 || s.Lost > lost {
		t.Errorf("%+v", s)
	}
	notes, done := w.notes(), 0
	for i, not := range failed {
		n := notes[fmt.Sprintf("note-%03d", i)]
		if done += n; n > 1 || (n == 0) != not {
			t.Errorf("note %d was done %d times, failed: %v", i, n, not)
		}
	}
	if done < 50 {
		t.Errorf("%d of 100 were done", done)
	}
}

// Discord tells of each change of a channel, and of all channels when a session begins,
// also of those that are still closed to the bot: ops hears once that one is. When it is
// open again, what waited is posted at once.
func TestAChannelThatIsStillClosedIsToldOnce(t *testing.T) {
	t.Parallel()
	w := newDiscordWorld(t, true)
	w.start()
	w.do("subscribe lowell/" + string(lowellTeach) + " learn")
	may := func(deny uint64) {
		w.discord.ChangeChannel(lowellTeach, func(c *discordtest.Channel) { c.Deny = deny })
		w.gateway.Tell("CHANNEL_UPDATE", map[string]any{"id": string(lowellTeach), "guild_id": string(lowellGuild), "type": 0})
	}
	looked := func(n int) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := w.discord.AwaitCalls(ctx, discordtest.On{Route: "channel.get", Channel: lowellTeach}, n); err != nil {
			t.Fatalf("%v\n%s", err, w.logged.text())
		}
	}
	w.discord.ChangeChannel(lowellTeach, func(c *discordtest.Channel) { c.Deny = discordtest.SendMessages })
	w.do("incident declare learn down")
	w.story.Expect(lowellOps, "INC-1")
	w.story.Expect(lowellOps, "We cannot reach the channel")
	may(discordtest.SendMessages)
	looked(1)
	w.gateway.Cut()
	w.awaitSessions(1)
	w.gateway.Tell("GUILD_CREATE", map[string]any{"id": string(lowellGuild), "channels": []map[string]any{{"id": string(lowellOps)}, {"id": string(lowellTeach)}}})
	looked(2)
	may(0)
	w.story.Expect(lowellTeach, "Learn System is not available")
	w.settled()
	w.story.NothingElse()
}

// Who lets the bot post again by its role has no channel told of: what waited is posted all
// the same.
func TestARoleIsPutRightOnDiscord(t *testing.T) {
	t.Parallel()
	w := newDiscordWorld(t, true)
	w.start()
	w.do("subscribe lowell/" + string(lowellTeach) + " learn")
	w.discord.ChangeChannel(lowellTeach, func(c *discordtest.Channel) { c.Deny = discordtest.EmbedLinks | discordtest.SendMessages })
	w.do("incident declare learn down")
	w.story.Expect(lowellOps, "INC-1")
	w.story.Expect(lowellOps, "We cannot reach the channel")
	w.discord.ChangeChannel(lowellTeach, func(c *discordtest.Channel) { c.Deny = 0 })
	w.gateway.Tell("GUILD_ROLE_UPDATE", map[string]any{"guild_id": string(lowellGuild), "role": map[string]any{"id": "77777"}})
	w.story.Expect(lowellTeach, "Learn System is not available")
	w.settled()
	w.story.NothingElse()
}
