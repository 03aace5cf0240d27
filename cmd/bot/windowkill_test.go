package main

import (
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// SIGKILL again and again over the begin of planned work, in real time, with answers
// lost and limits mixed in: each channel hears once that it is planned and once that it
// has begun.
func TestKilledOverTheStartOfAWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.story.Patience(4 * time.Minute)
	w.start()
	channels := many(60)
	w.subscribe(channels...)
	w.do(`window schedule learn in 15s for 30m New disks --urgent "they came today" --yes`)
	w.story.Expect(ops, "Planned work")
	w.story.ExpectEverywhere(channels, "Planned work")
	w.killDuring(slacktest.On{Method: "chat.postMessage"}, 4, 12)
	w.story.Expect(ops, "has begun")
	w.story.ExpectEverywhere(channels, "has begun")
	w.settled()
	w.story.NothingElse()
	for _, ch := range append(channels, ops) {
		if root := w.posts(ch)[0]; !strings.Contains(root.Reads(), "Planned work goes on") {
			t.Errorf("%s shows: %s", ch, root.Reads())
		}
	}
}
