package main

import (
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// After an absence ops gets one line, and what was missed is caught up once.
func TestIWasAway(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		b.ann("/incident declare learn down --next 8m")
		pass(10 * time.Second)
		b.story.Expect(ops, "INC-1")
		b.story.Expect("CTEACH", "Learn System is not available")
		b.stop()
		pass(30 * time.Minute)
		b.start()
		pass(time.Minute)
		b.story.Expect(ops, "I was away 4:00 AM EST to 4:30 AM EST")
		for _, text := range []string{"INC-1 – No new information on", "INC-1 – No news since 4:00 AM"} {
			b.story.ExpectClaim(ops, slacktest.Claim{Text: text, AnyOrder: true})
		}
		b.story.Expect("CTEACH", "No new information on Learn System since 4:00 AM")
		golden(t, "stories/away.txt", b.transcripts(ops, "CTEACH"))
	})
}

// After an absence over moments of planned work, the line names what runs and what began,
// and counts what is told late; a reminder is told late too, but none of what is over.
func TestIWasAwayOverPlannedWork(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		for _, line := range []string{
			`learn 2026-12-02 05:00 for 20m New disks --urgent "they came today" --yes`,
			`portal 2026-12-02 05:15 for 20m New rooms --urgent "they came today" --yes`,
			"portal 2026-12-09 05:00 for 1h New switches --yes",
		} {
			b.schedule(line)
			pass(time.Minute)
			b.both("Planned work")
		}
		b.until("2026-12-02 05:00")
		b.both("Planned work has begun: Learn System")
		b.away("2026-12-02 05:10", "2026-12-02 05:25")
		b.story.Expect(ops, "Open: WIN-1, end was due 5:20 AM EST. WIN-2 began 5:15 AM EST as planned. 2 posts caught up: WIN-1 and WIN-2.")
		b.story.ExpectClaim(ops, slacktest.Claim{Text: "The planned work on Learn System is taking longer", AnyOrder: true})
		b.story.Expect("CTEACH", "The planned work on Learn System is taking longer")
		b.told("Planned work has begun: Student Portal")
		b.asked("WIN-1 – It should have ended at 5:20 AM EST.")
		for _, line := range []string{"complete 1 All is well.", "complete 2 All is well."} {
			b.ann("/window " + line)
			pass(time.Minute)
			b.both("is completed")
		}
		b.until("2026-12-02 07:00")
		b.both("Reminder: Student Portal will not be available")
		b.until("2026-12-07 08:00")
		b.story.Expect(ops, "In the next 7 days work is planned once")
		b.away("2026-12-08 15:50", "2026-12-08 16:10")
		b.story.Expect(ops, "Open: nothing. 1 post caught up: WIN-3.")
		b.both("Reminder: Student Portal will not be available")
		b.away("2026-12-09 04:50", "2026-12-09 06:30")
		b.story.Expect(ops, "Open: nothing. WIN-3 was to begin 5:00 AM EST and to end 6:00 AM EST. 1 post caught up: WIN-3.")
		b.told("The planned work on Student Portal is taking longer")
		b.asked("WIN-3 – It should have ended at 6:00 AM EST.")
		golden(t, "stories/away planned.txt", b.transcripts(ops))
	})
}

// away has the bot be down from one moment to another, and what it missed arrive.
func (b *bubble) away(from, to string) {
	b.t.Helper()
	b.until(from)
	b.stop()
	b.until(to)
	b.start()
	pass(time.Minute)
}

// Held sends wait until they are released, and nothing is lost or doubled.
func TestHoldAndRelease(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		if a := b.story.Type(ops, ann, "/belltower hold"); !strings.Contains(a.Reply.Reads(), "admin") {
			t.Errorf("a responder held the sends: %s", a.Reply.Reads())
		}
		b.story.Type(ops, root, "/belltower hold")
		b.ann("/incident declare learn down")
		b.ann("/incident update A disk is full.")
		pass(5 * time.Minute)
		b.story.NothingElse()
		why := b.story.Type("CTEACH", student, "/belltower why 1").Reply.Reads()
		b.story.Type(ops, root, "/belltower release")
		pass(time.Minute)
		b.story.Expect(ops, "INC-1")
		b.story.Expect("CTEACH", "A disk is full")
		golden(t, "stories/held.txt", why+"\n"+b.transcripts(ops, "CTEACH"))
	})
}
