package main

import (
	"context"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

// SIGKILL around the publishing of three posts of an announcement channel: when the post is
// there but its answer is not, when its receipt is on disk and it is about to be published,
// and when it is published but the answer is not there. Each post is made once, and published
// once, by the process that comes after.
func TestKilledBetweenAPostAndItsPublishing(t *testing.T) {
	t.Parallel()
	const news = discordtest.ID("900000000000001009")
	w := newDiscordWorld(t, true)
	w.more = "crosspost = true\n"
	w.discord.AddChannel(discordtest.Channel{ID: news, Guild: lowellGuild, Name: "news", Kind: discordtest.Announcement})
	w.start()
	w.uses(t, discordtest.Command{Channel: news, User: stu, Line: "/subscribe"}, "target: all")
	held := make(chan struct{})
	t.Cleanup(func() { close(held) })
	creates, crossposts := discordtest.On{Route: "message.create", Channel: news}, discordtest.On{Route: "message.crosspost"}

	w.discord.Faults(creates, discordtest.Hang(held, discordtest.StoreEarly))
	w.do("incident declare learn down")
	w.story.Expect(lowellOps, "INC-1")
	w.story.Expect(news, "Learn System is not available")
	w.kill()
	w.start()
	w.published(news, 1, 1)

	w.discord.Faults(crossposts, discordtest.Hang(held, discordtest.StoreNever))
	w.do("incident resolve 1 The disk was full.")
	w.story.Expect(lowellOps, "The disk was full")
	w.story.Expect(news, "The disk was full")
	w.published(news, 1, 2)
	w.settled()
	w.kill()
	w.start()
	w.published(news, 2, 3)

	w.discord.Faults(crossposts, discordtest.Hang(held, discordtest.StoreEarly))
	w.do("incident declare portal down")
	w.story.Expect(lowellOps, "INC-2")
	w.story.Expect(news, "Student Portal is not available")
	w.published(news, 3, 4)
	w.settled()
	w.kill()
	w.start()
	w.published(news, 3, 5)
	w.settled()
	w.story.NothingElse()
	for _, m := range w.posts(news) {
		if m.Published != 1 {
			t.Errorf("published %d times: %s", m.Published, m.Reads())
		}
	}
}

// published waits until so many posts of a channel are published, by so many calls.
func (w *discordWorld) published(id discordtest.ID, posts, calls int) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	err := w.discord.Wait(ctx, func() bool {
		n := 0
		for _, m := range w.posts(id) {
			n += m.Published
		}
		return n == posts && w.calls("message.crosspost") == calls
	})
	if err != nil {
		w.t.Fatalf("not %d by %d calls: %v\n%s", posts, calls, err, w.transcripts(id))
	}
}
