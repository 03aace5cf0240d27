package main

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// A night as people see it: one channel hears all loudly, one has a post that is
// edited, and one sleeps till seven and then reads what it missed.
func TestANightAsPeopleSeeIt(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.open("CLOUD", "CQUIET", "CNIGHT")
		b.story.Type("CLOUD", student, "/subscribe all loud")
		b.story.Type("CQUIET", student, "/subscribe all quiet")
		b.story.Type("CNIGHT", student, "/subscribe")
		b.story.Submit(student, slacktest.Fill{"target": "all", "kinds": "incidents", "manner": "normal", "hours": "22:00 to 7:00 only critical"})
		pass(2 * time.Second)
		b.story.ExpectClaim("CNIGHT", slacktest.Claim{Text: "From 10:00 PM to 7:00 AM (America/New_York) only critical outages", To: student})

		b.ann("/incident declare learn partly")
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-1")
		loud := b.story.Expect("CLOUD", "Learn System is partly not available")
		quiet := b.story.Expect("CQUIET", "Learn System is partly not available")
		b.ann("/incident declare portal slow")
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-2")
		b.story.Expect("CLOUD", "Portal is slow")
		b.story.Expect("CQUIET", "Portal is slow")

		pass(12 * time.Minute)
		b.ann("/incident update 1 identified: A disk is full.")
		pass(5 * time.Second)
		b.story.Expect(ops, "A disk is full")
		b.story.ExpectClaim("CLOUD", slacktest.Claim{Text: "A disk is full", InThread: loud.TS, Where: func(m slacktest.Message) bool { return m.Broadcast }})
		b.story.ExpectEdit(loud, "A disk is full")
		b.story.ExpectEdit(quiet, "A disk is full")
		b.story.Type("CNIGHT", student, "/belltower why 1")

		pass(20 * time.Minute)
		b.ann("/incident resolve 1 --yes")
		pass(5 * time.Second)
		b.story.Expect(ops, "is working again")
		b.story.ExpectClaim("CLOUD", slacktest.Claim{Text: "is working again", InThread: loud.TS})
		b.story.ExpectEdit(loud, "is working again")
		b.story.ExpectEdit(quiet, "is working again")

		pass(4 * time.Hour)
		b.story.Expect("CNIGHT", "While this channel was quiet: Learn System was partly not available")
		b.story.Expect("CNIGHT", "Portal is slow")
		b.story.ExpectClaim("CLOUD", slacktest.Claim{Text: "No new information on Student Portal since 4:00", Where: func(m slacktest.Message) bool { return m.Broadcast }})
		b.story.ExpectClaim("CNIGHT", slacktest.Claim{Text: "No new information on Student Portal since 4:00", Where: func(m slacktest.Message) bool { return !m.Broadcast }})
		b.missed("INC-2")
		golden(t, "stories/night.txt", b.transcripts("CLOUD", "CQUIET", "CNIGHT"))
	})
}
