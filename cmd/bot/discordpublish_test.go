package main

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

// In an announcement channel what stands in the channel itself is published to the servers
// that follow it, once each: the opening and the end, but neither edits nor what is said in
// the thread. Where Discord says that it is too often, it is done when Discord says, also by
// a bot that was started meanwhile, and the posts do not wait for it.
func TestAnnouncementsArePublishedOnce(t *testing.T) {
	const news = discordtest.ID("900000000000001009")
	inDiscordBubble(t, func(d onDiscord) {
		published := func(when, want string, tries int) {
			t.Helper()
			synctest.Wait()
			got := ""
			for _, m := range d.posts(news) {
				got += string(rune('0' + m.Published))
			}
			if n := d.calls("message.crosspost"); got != want || n != tries {
				t.Errorf("%s: published %q by %d tries, want %q by %d", when, got, n, want, tries)
			}
		}
		d.reads(d.in(news, stu, "/subscribe", "target: learn"), "This channel hears")
		d.reads(d.in(lowellTeach, stu, "/subscribe", "target: learn"), "This channel hears")

		d.discord.Faults(discordtest.On{Route: "message.crosspost"}, discordtest.Limited(1800, "user"), discordtest.DropAfter())
		begun := time.Now()
		d.in(lowellOps, dora, "/incident declare", "services: learn", "impact: down")
		roots := []discordtest.Message{d.story.Expect(lowellOps, "INC-1"), d.story.Expect(news, "Learn System is not available"), d.story.Expect(lowellTeach, "Learn System is not available")}
		d.in(lowellOps, dora, "/incident update", "incident: INC-1", "message: A disk is full.")
		d.said("A disk is full", roots...)
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("the posts waited for the crosspost: %s", took)
		}
		published("at the limit", "0", 1)
		pass(20 * time.Minute)
		d.renew()
		pass(9 * time.Minute)
		published("before its end, by another process", "0", 1)
		pass(2 * time.Minute)
		published("after it; the answer was lost, so it was asked again", "1", 3)

		d.in(lowellOps, dora, "/incident update", "incident: INC-1", "message: We move the data.")
		d.said("We move the data", roots...)
		published("after edits", "1", 3)
		d.in(lowellOps, dora, "/incident resolve", "incident: INC-1", "yes: true")
		for _, root := range roots {
			d.ended(root, "is working again")
		}
		published("the end", "11", 4)
		d.renew()
		pass(time.Hour)
		published("an hour later", "11", 4)
		for _, id := range []discordtest.ID{lowellOps, lowellTeach} {
			for _, m := range d.posts(id) {
				if m.Published > 0 {
					t.Errorf("published although it is in no announcement channel: %s", m.Reads())
				}
			}
		}
	}, func(l *lowell) {
		l.more = "crosspost = true\n" + l.more
		l.discord.AddChannel(discordtest.Channel{ID: news, Guild: lowellGuild, Name: "news", Kind: discordtest.Announcement})
	})
}
