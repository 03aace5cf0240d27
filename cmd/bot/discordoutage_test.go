package main

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// byHost carries calls to the fake of the platform whose host is called.
type byHost struct{ slack, discord http.RoundTripper }

func (h byHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Host, "discord.") {
		return h.discord.RoundTrip(r)
	}
	return h.slack.RoundTrip(r)
}

// besideDiscord has a bubble's bot serve an application of Discord, too.
func (b *bubble) besideDiscord() onDiscord {
	b.t.Helper()
	l := newLowell(false, discordtest.WithClock(time.Now))
	l.app = l.app.At("http://bot")
	l.discord.AddApplication(l.app)
	b.stop()
	b.more, b.transport = l.table()+unhurried, byHost{b.slack.Transport(), l.discord.Transport()}
	b.start()
	l.discord.ServeBot(b.bot.public())
	return onDiscord{l, b.t, discordtest.NewStory(b.t, l.discord)}
}

// Discord is wholly down for an hour while three updates are told: Slack hears each in its
// time, and when Discord is back each of its channels hears of the three in one post, and
// the end in time.
func TestDiscordIsDownForAnHourBesideSlack(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		d := b.besideDiscord()
		defer d.discord.Close()
		channels := append(manyOnDiscord(15), lowellTeach)
		d.open(channels...)
		b.subscribe("CTEACH")
		for _, ch := range channels {
			d.in(ch, stu, "/subscribe", "target: all")
		}
		b.ann("/incident declare learn down")
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-1")
		b.story.Expect("CTEACH", "Learn System is not available")
		roots := []discordtest.Message{d.story.Expect(lowellOps, "INC-1")}
		for _, ch := range channels {
			roots = append(roots, d.story.Expect(ch, "Learn System is not available"))
		}

		d.discord.Down(true)
		for _, text := range []string{"A disk is full.", "We are moving the data.", "Half of it is moved."} {
			pass(19 * time.Minute)
			b.ann("/incident update " + text)
			pass(5 * time.Second)
			b.story.Expect(ops, text)
			b.story.ExpectClaim("CTEACH", slacktest.Claim{Text: text})
			b.story.NothingElse() // Slack is not late, and hears of no trouble that is not its own
		}
		pass(3 * time.Minute)
		d.story.NothingElse()
		d.discord.Down(false)
		pass(5 * time.Minute)
		for _, root := range roots {
			d.said("Half of it is moved", root)
		}
		golden(t, "stories/discord down.txt", d.transcripts(channels[0]))

		b.ann("/incident resolve 1 --yes")
		pass(5 * time.Second)
		b.story.Expect(ops, "is working again")
		b.story.Expect("CTEACH", "is working again")
		for _, root := range roots {
			d.ended(root, "is working again")
		}
		d.story.NothingElse()
		synctest.Wait()
	})
}
