package slack_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// What stands before Slack may name any time: the bot is not deaf for that long.
func TestALimitOfSocketsIsBelievedUpToAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(w *world) {
			w.bySocket = true
			w.fake.FaultsAlways(slacktest.On{Method: "apps.connections.open"}, slacktest.Limited(7*24*3600))
		})
		time.Sleep(time.Minute)
		w.fake.ClearFaults()
		time.Sleep(time.Hour)
		w.awaitSockets(2)
	})
}
