package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// feed is the titles of a feed, the newest first.
func (b *bubble) feed(path string) (titles []string) {
	b.t.Helper()
	status, body := b.page(path)
	var f struct{ Items []struct{ Title string } }
	if err := json.Unmarshal([]byte(body), &f); status != http.StatusOK || err != nil {
		b.t.Fatalf("%s: %d, %v: %s", path, status, err, body)
	}
	for _, one := range f.Items {
		titles = append(titles, one.Title)
	}
	return titles
}

// Feeds tell what was told of incidents and planned work, and nothing of what was not: what
// is in its grace, drills, notes, and the times of a series that the clock makes.
func TestFeedsTellWhatWasTold(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, b *bubble) {
		b.schedule("learn every wednesday 04:00 from 2026-12-09 for 3h Patches --yes")
		b.schedule("portal 2026-12-12 04:00 for 3h New database | Please save your work. --yes")
		pass(time.Minute)
		b.ann("/window move 3 2026-12-13 04:00 --yes")
		b.ann("/incident declare portal down Login fails")
		b.ann("/incident note 1 Jim looks at it.")
		b.ann("/incident resolve 1 --yes")
		b.ann("/incident drill portal down Fire drill")
		b.ann("/incident resolve 2 --yes")
		b.until("2026-12-09 04:00") // the clock begins the first time
		pass(time.Minute)
		b.ann("/window cancel 1 The old system is gone. --yes")
		pass(time.Minute)
		want := []string{
			"[Cancelled] Learn System: Patches",
			"[Begun] Learn System: Patches",
			"[Resolved] Student Portal: Login fails",
			"[Investigating] Student Portal: Login fails",
			"[Moved: Sun, Dec 13, 4:00 AM] Student Portal: New database",
			"[Planned: Sat, Dec 12, 4:00 AM] Student Portal: New database",
			"[Planned] Learn System: Patches",
		}
		if got := b.feed("/feed.json"); !slices.Equal(got, want) {
			t.Errorf("%q\nwant %q", got, want)
		}
		if got := b.feed("/services/learn/feed.json"); !slices.Equal(got, []string{want[0], want[1], want[len(want)-1]}) {
			t.Errorf("of one service %q", got)
		}
		for _, m := range b.story.Unclaimed() { // other stories read the posts
			b.story.ExpectClaim(m.Channel, slacktest.Claim{AnyOrder: true})
		}
	})
}
