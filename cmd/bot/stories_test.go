package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

func zone(t *testing.T) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// transcripts are what the channels look like: what everybody sees, then what one
// person typed and read. Of an answer and a post at the same moment either may come
// first.
func (b *bubble) transcripts(ids ...slacktest.ChannelID) string {
	var out strings.Builder
	for _, id := range ids {
		var private strings.Builder
		to := &out
		for line := range strings.Lines(b.slack.Transcript(id, zone(b.t))) {
			switch head, _, _ := strings.Cut(line, ":"); {
			case strings.HasPrefix(line, " "): // it goes on
			case strings.HasSuffix(head, " types"), strings.HasSuffix(head, " clicks"), strings.Contains(head, "(only to "):
				to = &private
			default:
				to = &out
			}
			to.WriteString(line)
		}
		out.WriteString(private.String() + "\n")
	}
	return out.String()
}

// outage is an incident that has just begun: CTEACH subscribes, ann declares learn
// down, and who is to hear has heard. It returns the post in CTEACH.
func (b *bubble) outage() slacktest.Message {
	b.t.Helper()
	b.subscribe("CTEACH")
	b.ann("/incident declare learn down")
	pass(5 * time.Second)
	b.story.Expect(ops, "INC-1")
	return b.story.Expect("CTEACH", "Learn System is not available")
}

// grace is an incident that 25 channels will hear of, three seconds after it was
// declared with a title. It returns the card in ops.
func (b *bubble) grace(title string) slacktest.Message {
	b.t.Helper()
	b.subscribe(many(25)...)
	b.ann(strings.TrimSpace("/incident declare learn down " + title))
	pass(3 * time.Second)
	return b.story.Expect(ops, cmp.Or(title, "INC-1"))
}

// An incident as people see it: three words declare it, an update and the end
// follow, and each channel has one post that is true at every moment.
func TestAnIncidentAsPeopleSeeIt(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		post := b.outage()

		pass(12 * time.Minute)
		b.ann("/incident update identified: A disk is full. We are moving the data. --next 30m")
		pass(5 * time.Second)
		b.story.Expect(ops, "A disk is full")
		b.story.ExpectClaim("CTEACH", slacktest.Claim{Text: "A disk is full", InThread: post.TS})
		b.story.ExpectEdit(post, "A disk is full")

		pass(20 * time.Minute)
		b.ann("/incident resolve --yes")
		pass(5 * time.Second)
		b.story.Expect(ops, "is working again")
		b.story.ExpectClaim("CTEACH", slacktest.Claim{Text: "is working again", InThread: post.TS, Where: func(m slacktest.Message) bool { return m.Broadcast }})
		b.story.ExpectEdit(post, "is working again")
		golden(t, "stories/incident.txt", b.transcripts(ops, "CTEACH"))
	})
}

// posts are what everybody in a channel sees.
func (c campus) posts(id slacktest.ChannelID) []slacktest.Message {
	return slices.DeleteFunc(c.slack.Messages(id), func(m slacktest.Message) bool { return m.To != "" })
}

// many are the ids of n channels.
func many(n int) []slacktest.ChannelID {
	ids := make([]slacktest.ChannelID, n)
	for i := range ids {
		ids[i] = slacktest.ChannelID(fmt.Sprintf("C%03d", i))
	}
	return ids
}

// What many would hear can be taken back for ten seconds, and then nobody hears.
func TestTakenBackWithinTheGrace(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		card := b.grace("")
		b.press(card, ann, "Take INC-1 back", "INC-1 is taken back")
		pass(time.Minute)
		b.story.ExpectClaim(ops, slacktest.Claim{Text: "it was a mistake", AnyOrder: true})
		golden(t, "stories/taken back.txt", b.transcripts(ops))
	})
}

// No tap means that it goes; a tap on Send sends it at once.
func TestTheGraceEnds(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.grace("")
		pass(6 * time.Second)
		b.story.NothingElse()
		pass(6 * time.Second)
		b.story.ExpectEverywhere(many(25), "Learn System is not available")
		b.ann("/incident resolve 1 --yes")
		pass(2 * time.Second)
		b.story.Expect(ops, "is working again")
		card := b.posts(ops)[0]
		b.press(card, ann, "Send INC-1 now", "INC-1")
		pass(5 * time.Second)
		b.story.ExpectEverywhere(many(25), "is working again")
	})
}

// A second declare on the service is asked about, not told.
func TestADuplicateIsAskedAbout(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.outage()
		pass(35 * time.Second)
		answer := b.ann("/incident declare learn down Login fails")
		if !strings.Contains(answer, "INC-1") || !strings.Contains(answer, "40 seconds ago") {
			t.Errorf("she reads: %s", answer)
		}
		pass(time.Minute)
		golden(t, "stories/duplicate.txt", answer+"\n")
	})
}

// Ten minutes without Slack, and three updates meanwhile: then each channel shows
// the newest, and hears of the three in one reply.
func TestThePlatformIsDownForTenMinutes(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		channels := many(15)
		b.subscribe(channels...)
		b.ann("/incident declare learn down")
		pass(10 * time.Second)
		b.story.Expect(ops, "INC-1")
		b.story.ExpectEverywhere(channels, "Learn System is not available")

		b.slack.Down(slacktest.OutageUnavailable)
		for _, text := range []string{"A disk is full.", "We are moving the data.", "Half of it is moved."} {
			pass(3 * time.Minute)
			b.ann("/incident update " + text)
		}
		pass(time.Minute)
		if err := b.slack.Up(); err != nil {
			t.Fatal(err)
		}
		pass(3 * time.Minute)
		b.story.Expect(ops, "Half of it is moved")
		for _, ch := range channels {
			m := b.story.Expect(ch, "3 messages at once")
			root := b.posts(ch)[0]
			if m.ThreadTS != root.TS || !strings.Contains(root.Reads(), "Half of it is moved") {
				t.Errorf("%s:\n%s", ch, b.slack.Transcript(ch, zone(t)))
			}
		}
		golden(t, "stories/platform down.txt", b.transcripts("C000"))
	})
}

// One channel hangs, one was archived, one is limited: the others hear within 4 s
// of the end of the grace, and the three hear in their time or not at all.
func TestChannelsInTroubleDelayNobody(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		channels := many(30)
		b.subscribe(channels...)
		hangs, archived, limited, well := channels[3], channels[7], channels[11], []slacktest.ChannelID{}
		for _, ch := range channels {
			if ch != hangs && ch != archived && ch != limited {
				well = append(well, ch)
			}
		}
		b.slack.Faults(slacktest.On{Method: "chat.postMessage", Channel: hangs}, slacktest.Slow(20*time.Second, slacktest.StoreEarly))
		b.slack.ArchiveAfter(archived, 0)
		b.slack.Faults(slacktest.On{Method: "chat.postMessage", Channel: limited}, slacktest.Limited(30))

		b.ann("/incident declare learn down")
		pass(14 * time.Second) // 10 s of grace, and 4
		b.story.Expect(ops, "INC-1")
		b.story.ExpectEverywhere(well, "Learn System is not available")
		b.ann("/incident update A disk is full.")
		pass(14 * time.Second)
		b.story.Expect(ops, string(archived))
		b.story.Expect(ops, "A disk is full")
		b.story.ExpectEverywhere(well, "A disk is full")

		pass(5 * time.Minute)
		b.story.Expect(limited, "Learn System is not available")
		b.story.Expect(hangs, "Learn System is not available")
		b.story.Expect(hangs, "A disk is full")
		golden(t, "stories/trouble.txt", b.transcripts(ops, channels[0], hangs, archived, limited))
	})
}

// A wrong declare to 200 channels on a Slack that allows 50 edits a minute: who was
// told is corrected within a minute, and nobody else hears.
func TestAWrongDeclareToManyIsCorrected(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		channels := many(200)
		b.subscribe(channels...)
		b.ann("/incident declare learn down")
		pass(15 * time.Second) // 5 s behind the grace: some have heard
		told := slices.DeleteFunc(slices.Clone(channels), func(ch slacktest.ChannelID) bool { return len(b.posts(ch)) == 0 })
		if len(told) == 0 || len(told) == len(channels) {
			t.Fatalf("%d of %d were told: the story needs some", len(told), len(channels))
		}
		b.story.Expect(ops, "INC-1")
		b.story.ExpectEverywhere(told, "Learn System is not available")
		b.ann("/incident retract 1 It was the portal.")
		pass(time.Minute)
		b.story.Expect(ops, "it was a mistake")
		b.story.ExpectEverywhere(told, "it was a mistake")
		b.story.NothingElse()
		pass(10 * time.Minute)
		for _, ch := range told {
			if root := b.posts(ch)[0]; !strings.Contains(root.Reads(), "mistake") {
				t.Errorf("%s still shows: %s", ch, root.Reads())
			}
		}
		golden(t, "stories/corrected.txt", b.transcripts(told[0]))
	}, slacktest.WithLimits(slacktest.SlackLimits()))
}

// A channel that was told what was taken back may ask why; others learn nothing of it.
func TestWhyATakenBackIncidentWasTold(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.open("CLIB")
		b.outage()
		b.ann("/incident retract 1 --yes")
		pass(5 * time.Second)
		b.story.Expect(ops, "it was a mistake")
		b.story.Expect("CTEACH", "it was a mistake")
		for channel, want := range map[slacktest.ChannelID]string{"CTEACH": "was told of INC-1", "CLIB": "There is no INC-1"} {
			if a := b.story.Type(channel, student, "/belltower why 1").Reply.Reads(); !strings.Contains(a, want) {
				t.Errorf("%s: a student reads: %s", channel, a)
			}
		}
	})
}

// A drill is seen by the ops channel where it was declared, and nobody else.
func TestADrillTouchesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		b.ann("/incident drill learn down")
		pass(time.Minute)
		b.story.Expect(ops, "DRILL")
		status := b.story.Type("CTEACH", student, "/status learn").Reply.Reads()
		if !strings.Contains(status, "working") {
			t.Errorf("the drill shows: %s", status)
		}
		b.ann("/incident resolve 1 --yes")
		pass(time.Minute)
		b.story.Expect(ops, "DRILL")
	})
}

// A channel that subscribes while an incident is open is told of it.
func TestSubscribingWhileItIsOpen(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.ann("/incident declare learn down")
		pass(10 * time.Second)
		b.story.Expect(ops, "INC-1")
		b.open("CTEACH")
		answer := b.story.Type("CTEACH", student, "/subscribe learn").Reply.Reads()
		pass(5 * time.Second)
		b.story.Expect("CTEACH", "Learn System is not available")
		b.story.Type("CTEACH", ann, "/unsubscribe learn")
		b.ann("/incident resolve 1 --yes")
		pass(5 * time.Second)
		b.story.Expect(ops, "is working again")
		b.story.Expect("CTEACH", "is working again")
		golden(t, "stories/subscribe.txt", answer+"\n")
	})
}

// Only for who may subscribe a channel does the bot enter it: to enter is seen there.
func TestARefusedSubscriptionEntersNoChannel(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.slack.AddChannel(b.amherst.Team, slacktest.Channel{ID: "COUT", Name: "out"})
		joined := func() bool {
			return slices.ContainsFunc(b.slack.Log(), func(c slacktest.Call) bool { return c.Method == "conversations.join" })
		}
		b.story.Type(ops, student, "/subscribe amherst/COUT learn")
		if joined() {
			t.Error("a student sent the bot into another channel")
		}
		b.story.Type(ops, ann, "/subscribe amherst/COUT learn")
		if !joined() {
			t.Error("the bot did not enter the channel that a responder subscribed")
		}
	})
}
