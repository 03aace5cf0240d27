package main

import (
	"testing"
	"time"
)

// Work whose start is held because of an incident: ops is asked again on the next two
// days what becomes of it. Begun days later it takes as long as it was planned to, its end
// is asked for then, and what was planned stands beside what was.
func TestWorkThatIsHeldAndBegunDaysLater(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		b.schedule("learn 2026-12-12 04:00 for 3h New database --yes")
		pass(5 * time.Second)
		b.told("Planned work")
		b.until("2026-12-05 07:00")
		b.told("Reminder")
		b.until("2026-12-07 08:00")
		b.story.Expect(ops, "In the next 7 days work is planned once")
		b.until("2026-12-11 16:00")
		b.told("Reminder")
		b.ann("/window hold 1")
		pass(5 * time.Second)
		b.both("The work on Learn System planned for Sat 12 Dec 4:00 AM EST does not begin then.")
		b.until("2026-12-12 06:59")
		b.story.NothingElse()
		b.until("2026-12-12 07:00")
		b.asked("WIN-1 – Its start is held, and its time was over at 7:00 AM EST. What now?")
		b.until("2026-12-13 06:59")
		b.story.NothingElse()
		b.until("2026-12-13 07:00")
		b.asked("WIN-1 – Its start is held, and its time was over at Sat 12 Dec 7:00 AM EST. What now?")
		b.until("2026-12-14 07:00")
		b.asked("WIN-1 – Its start is held, and its time was over at Sat 12 Dec 7:00 AM EST. What now?")
		b.until("2026-12-15 10:00")
		b.ann("/window start 1")
		pass(5 * time.Second)
		b.both("Planned work has begun: Learn System is not available until 1:00 PM EST.")
		b.until("2026-12-15 12:49")
		b.story.NothingElse()
		b.until("2026-12-15 12:50")
		b.until("2026-12-15 12:51")
		b.asked("WIN-1 – It should end at 1:00 PM EST. Is the work done?")
		b.ann("/window complete 1 --yes")
		pass(5 * time.Second)
		b.both("The planned work on Learn System is completed.")
		pass(72 * time.Hour)
		b.story.NothingElse()
		golden(t, "stories/windowheld.txt", b.transcripts(ops, "CTEACH"))
	})
}
