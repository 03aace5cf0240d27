package main

import (
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// On Monday morning ops and who asked for it read what is planned in the week: once,
// though the bot was down at eight and is started again and again. Who asks for it later
// reads the next.
func TestTheWeeksPlannedWorkIsToldOnMonday(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.open("CTEACH", "CMATH", "CLATE")
		follow := func(id slacktest.ChannelID, line string) {
			t.Helper()
			if says := b.story.Type(id, student, line).Reply.Reads(); !strings.Contains(says, "on Mondays the planned work of the week") {
				t.Errorf("the answer says: %s", says)
			}
		}
		follow("CTEACH", "/subscribe learn digest")
		follow("CMATH", "/subscribe portal digest")
		b.schedule("learn 2026-12-09 17:00 for 3h New database | Please save your work. --yes")
		pass(time.Minute)
		b.schedule("learn 2026-12-15 17:00 for 1h Patches --yes")
		pass(time.Minute)
		b.story.Expect(ops, "WIN-1")
		b.story.Expect(ops, "WIN-2")
		b.until("2026-12-02 17:00")
		b.story.Expect(ops, "Reminder")
		b.awayUntil("2026-12-07 10:59")
		told := func(text string, ids ...slacktest.ChannelID) {
			t.Helper()
			for _, id := range ids {
				b.story.Expect(id, text)
			}
			b.story.NothingElse()
		}
		told("New database", ops, "CTEACH")
		follow("CLATE", "/subscribe all digest")
		b.stop()
		b.start()
		pass(5 * time.Second)
		b.story.NothingElse()

		b.ann("/window cancel 1 The disks are late. --yes")
		pass(5 * time.Second)
		b.story.Expect(ops, "cancelled")
		b.until("2026-12-08 17:00")
		b.story.Expect(ops, "Reminder")
		b.awayUntil("2026-12-14 07:58")
		b.story.NothingElse()
		b.until("2026-12-14 08:00")
		told("Patches", ops, "CTEACH", "CLATE")
		golden(t, "stories/digest.txt", b.transcripts(ops, "CTEACH"))
	})
}

// awayUntil has the bot down until a moment.
func (b *bubble) awayUntil(at string) {
	b.t.Helper()
	b.stop()
	b.until(at)
	b.start()
	pass(5 * time.Second)
	b.story.Expect(ops, "I was away")
}

// Nothing is told of a week in which nothing is planned, nor of one that began while the
// bot was down until the evening.
func TestAWeekThatIsNotTold(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.awayUntil("2026-12-06 23:59")
		b.until("2026-12-07 12:00")
		b.story.NothingElse()
		b.schedule("learn 2026-12-15 17:00 for 1h Patches --yes")
		pass(time.Minute)
		b.story.Expect(ops, "WIN-1")
		b.until("2026-12-08 17:00")
		b.story.Expect(ops, "Reminder")
		b.awayUntil("2026-12-14 20:00")
		b.story.ExpectClaim(ops, slacktest.Claim{Text: "Reminder", AnyOrder: true}) // beside "I was away"
	})
}
