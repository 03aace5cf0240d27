package main

import (
	"testing"
	"time"
)

// Who was told of work that is repeated hears of each time that does not take place or has
// another time, long before its reminder: once, and not when it is too late to matter.
func TestOneTimeOfRepeatedWorkIsCalledOffOrMoved(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		b.schedule("learn every wednesday 04:00 from 2026-12-09 for 3h Patches --yes")
		pass(5 * time.Second)
		b.both("Planned work: Learn System will not be available every Wednesday at 4:00 AM for 3 hours.")
		b.ann("/window cancel 1 dec 23 Holidays. --yes")
		pass(5 * time.Second)
		b.both("The work on Learn System planned for Wed 23 Dec 4:00 AM EST does not take place: Holidays.")
		b.ann("/window move 1 dec 30 to dec 31 05:00 --yes")
		pass(5 * time.Second)
		b.both("The planned work has a new time: Learn System will not be available from Thu 31 Dec 5:00 AM EST to 8:00 AM EST.")
		b.until("2026-12-08 15:59")
		b.story.Expect(ops, "In the next 7 days work is planned once")
		b.story.NothingElse()
		b.until("2026-12-08 16:00")
		b.both("Planned work: Learn System will not be available from Wed 9 Dec 4:00 AM EST to 7:00 AM EST.")
		b.ann("/window cancel 1 dec 9 The vendor is not ready. --yes")
		pass(5 * time.Second)
		b.both("The work on Learn System planned for Wed 9 Dec 4:00 AM EST does not take place: The vendor is not ready.")
		b.ann("/window cancel 1 dec 16 They come later. --yes")
		b.awayUntil("2026-12-16 07:01") // after the time itself only ops hears
		b.story.Expect(ops, "The work on Learn System planned for Wed 16 Dec 4:00 AM EST does not take place: They come later.")
		b.story.NothingElse()
		golden(t, "stories/windowseries.txt", b.transcripts(ops, "CTEACH"))
	})
}
