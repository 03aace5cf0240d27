package main

import (
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// schedule has ann plan work.
func (b *bubble) schedule(line string) {
	b.t.Helper()
	if reads := b.ann("/window schedule " + line); !strings.Contains(reads, "WIN-") {
		b.t.Fatalf("%s: %s", line, reads)
	}
}

// until lets time pass until a moment of the organization's zone, and what is told then
// arrive: a channel takes one post a second.
func (b *bubble) until(at string) {
	b.t.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", at, zone(b.t))
	if err != nil {
		b.t.Fatal(err)
	}
	pass(time.Until(t) + 5*time.Second)
}

// both claims one post in ops and in CTEACH, and that there is nothing else.
func (b *bubble) both(text string) {
	b.t.Helper()
	b.told(text)
	b.story.NothingElse()
}

func (b *bubble) told(text string) {
	b.t.Helper()
	b.story.ExpectClaim(ops, slacktest.Claim{Text: text, AnyOrder: true})
	b.story.Expect("CTEACH", text)
}

// asked claims a question in ops, and that there is nothing else.
func (b *bubble) asked(text string) {
	b.t.Helper()
	b.story.ExpectClaim(ops, slacktest.Claim{Text: text, AnyOrder: true})
	b.story.NothingElse()
}

// A window from its first notice to its end: each moment once, and nothing else.
func TestAWindowIsToldFromItsFirstNoticeToItsEnd(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		b.schedule("learn 2026-12-12 04:00 for 3h New database | Please save your work. --yes")
		pass(5 * time.Second)
		b.both("Planned work: Learn System will not be available from Sat 12 Dec 4:00 AM EST to 7:00 AM EST.")
		b.until("2026-12-05 06:59")
		b.story.NothingElse()
		b.until("2026-12-05 07:00") // a week before is 4:00 in the night
		b.both("Reminder: Learn System will not be available from Sat 12 Dec 4:00 AM EST to 7:00 AM EST.")
		b.until("2026-12-07 08:00")
		b.story.Expect(ops, "In the next 7 days work is planned once")
		b.until("2026-12-11 15:59")
		b.story.NothingElse()
		b.until("2026-12-11 16:00")
		b.both("Reminder: Learn System will not be available from Sat 12 Dec 4:00 AM EST to 7:00 AM EST.")
		b.until("2026-12-12 03:59")
		b.story.NothingElse()
		b.until("2026-12-12 04:00")
		b.both("Planned work has begun: Learn System is not available until 7:00 AM EST.")
		b.until("2026-12-12 06:49")
		b.story.NothingElse()
		b.until("2026-12-12 06:50")
		b.asked("WIN-1 – It should end at 7:00 AM EST. Is the work done?")
		b.until("2026-12-12 06:59")
		b.story.NothingElse()
		b.until("2026-12-12 07:00")
		b.told("The planned work on Learn System is taking longer than planned.")
		b.asked("WIN-1 – It should have ended at 7:00 AM EST. Is the work done?")
		b.ann("/window extend 1 30m --yes")
		pass(5 * time.Second)
		b.both("The planned work goes on longer: Learn System is not available until 7:30 AM EST.")
		b.ann("/window complete 1 The new database is faster.")
		pass(5 * time.Second)
		b.both("The planned work on Learn System is completed: The new database is faster.")
		pass(48 * time.Hour)
		golden(t, "stories/window.txt", b.transcripts(ops, "CTEACH"))
	})
}

// Promised news is asked for, and when nobody answers the bot says only what it knows,
// three times; then it is silent until somebody acts.
func TestAPromiseIsKeptByTheClock(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		b.ann("/incident declare learn down")
		pass(10 * time.Second)
		b.both("Learn System is not available.")
		b.until("2026-12-02 04:14")
		b.story.NothingElse()
		b.until("2026-12-02 04:15")
		b.asked("INC-1 – News is promised by 4:20 AM EST. How does it stand?")
		b.ann("/incident nothing-new 1")
		pass(5 * time.Second)
		b.both("No new information on Learn System since 4:00 AM EST.")
		for _, p := range []struct{ due, page string }{{"4:35", "4:55 AM"}, {"4:55", "5:15 AM"}, {"5:15", "No next update promised."}} {
			pass(14 * time.Minute)
			b.story.NothingElse()
			pass(time.Minute)
			b.asked("INC-1 – News is promised by " + p.due + " AM EST. How does it stand?")
			pass(5 * time.Minute)
			b.told("No new information on Learn System since 4:15 AM EST.")
			b.asked("INC-1 – No news since 4:15 AM EST; the next is overdue.")
			b.expectPage("/incidents/INC-1", p.page)
		}
		pass(24 * time.Hour)
		b.story.NothingElse()
		b.expectPage("/incidents/INC-1", "No next update promised.")
		b.ann("/incident resolve 1 --yes")
		pass(5 * time.Second)
		b.both("Learn System is working again.")
		pass(24 * time.Hour)
		golden(t, "stories/promise.txt", b.transcripts(ops, "CTEACH"))
	})
}
