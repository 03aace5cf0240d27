package wording

import (
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// A post about work that is years ahead shows the year, and so do its reminders.
func TestFarDatesShowTheirYear(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	c := Context{Zone: time.UTC, Catalog: desk.NewCatalog(nil)}
	for _, tc := range []struct {
		begin time.Time
		shows bool
	}{
		{time.Date(2028, 2, 29, 2, 0, 0, 0, time.UTC), true},
		{time.Date(2027, 2, 28, 2, 0, 0, 0, time.UTC), false},
	} {
		plan := desk.Plan{Services: []desk.Affected{{Service: "mail", Name: "Mail"}}, Title: "Leap", Planned: desk.Period{From: tc.begin, To: tc.begin.Add(time.Hour)}}
		done, err := desk.Schedule(1, plan, desk.Act{At: now})
		if err != nil {
			t.Fatal(err)
		}
		root := c.Post(chat.Delivery{Snapshot: &done.Announce.Snapshot}).PlainText(time.UTC)
		reply := c.Post(chat.Delivery{Said: []*desk.Announcement{done.Announce}}).PlainText(time.UTC)
		for _, post := range []string{root, reply} {
			if strings.Contains(post, "2028") != tc.shows {
				t.Errorf("begins at %s:\n%s", tc.begin, post)
			}
		}
	}
}
