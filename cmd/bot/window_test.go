package main

import (
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// planned is a bubble whose bot has the whole schedule of reminders.
func (b *bubble) schedule(line string) {
	b.t.Helper()
	a := b.story.Type(ops, ann, "/window schedule "+line)
	if reads := a.Reply.Reads(); !strings.Contains(reads, "WIN-") {
		b.t.Fatalf("%s: %s", line, reads)
	}
}

// until lets time pass until a moment of the organization's zone.
func (b *bubble) until(at string) {
	b.t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		b.t.Fatal(err)
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", at, zone)
	if err != nil {
		b.t.Fatal(err)
	}
	pass(time.Until(t) + time.Second)
}

// A window from its first notice to its end: each moment once, and nothing else.
func TestAWindowIsToldFromItsFirstNoticeToItsEnd(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		b.schedule("learn 2026-12-12 04:00 for 3h New database | Please save your work. --yes")
		pass(5 * time.Second)
		both := func(text string) {
			t.Helper()
			b.story.Expect(ops, text)
			b.story.Expect("CTEACH", text)
			b.story.NothingElse()
		}
		both("New database")
		b.until("2026-12-05 06:59")
		b.story.NothingElse()
		b.until("2026-12-05 07:00") // a week before is 4:00 in the night
		both("Reminder")
		b.until("2026-12-07 08:00")
		b.story.Expect(ops, "In the next 7 days work is planned once")
		b.story.NothingElse()
		b.until("2026-12-11 16:00")
		both("Reminder")
		b.until("2026-12-12 03:59")
		b.story.NothingElse()
		b.until("2026-12-12 04:00")
		both("begun")
		b.until("2026-12-12 06:50")
		b.story.Expect(ops, "WIN-1")
		b.story.NothingElse()
		b.until("2026-12-12 07:00")
		b.story.Expect("CTEACH", "longer than planned")
		b.story.Expect(ops, "longer than planned")
		b.story.Expect(ops, "WIN-1")
		b.story.NothingElse()
		b.ann("/window extend 1 30m --yes")
		pass(5 * time.Second)
		both("longer")
		b.ann("/window complete 1")
		pass(5 * time.Second)
		both("completed")
		pass(48 * time.Hour)
		golden(t, "stories/window.txt", b.transcripts(ops, "CTEACH"))
	})
}

// Promised news is asked for, and when nobody answers the bot says only what it knows.
func TestAPromiseIsKeptByTheClock(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		b.ann("/incident declare learn down")
		pass(10 * time.Second)
		b.story.Expect(ops, "INC-1")
		b.story.Expect("CTEACH", "Learn System is not available")
		b.until("2026-12-02 04:14")
		b.story.NothingElse()
		b.until("2026-12-02 04:15")
		b.story.Expect(ops, "INC-1")
		b.story.NothingElse()
		b.ann("/incident nothing-new 1")
		pass(5 * time.Second)
		b.story.Expect(ops, "No new information")
		b.story.Expect("CTEACH", "No new information")
		b.story.NothingElse()
		pass(time.Hour + 10*time.Minute) // three promises pass
		for range 3 {
			b.story.Expect("CTEACH", "No new information")
			b.story.Expect(ops, "No new information")
		}
		for range 6 {
			b.story.Expect(ops, "INC-1")
		}
		b.story.NothingElse()
		pass(24 * time.Hour)
		b.story.NothingElse()
		b.ann("/incident resolve 1 --yes")
		pass(5 * time.Second)
		b.story.Expect(ops, "working again")
		b.story.Expect("CTEACH", "working again")
		golden(t, "stories/promise.txt", b.transcripts(ops, "CTEACH"))
	})
}

var _ = slacktest.ChannelID("")
