package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// Two workspaces, one of which is down: the other hears at once, and the first when
// it is back. Each person reads only what is theirs.
func TestTwoWorkspaces(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		boston := slacktest.NewWorkspace("boston").At("http://bot")
		b.slack.AddWorkspace(boston)
		b.slack.AddUser(boston.Team, slacktest.User{ID: "UBOB", Name: "bob", TZ: "America/New_York"})
		for _, id := range []slacktest.ChannelID{"CBOPS", "CBLIB"} {
			b.slack.AddChannel(boston.Team, slacktest.Channel{ID: id, Name: strings.ToLower(string(id[1:])), Member: true})
		}
		b.more = fmt.Sprintf(`
[[slack]]
name = "boston"
bot_token = %q
signing_secret = %q
ops_channel = "CBOPS"
api_url = %q
`, string(boston.Token), string(boston.SigningSecret), b.slack.APIURL())
		b.stop()
		b.start()
		b.subscribe("CTEACH")
		b.story.Type("CBLIB", "UBOB", "/subscribe learn")

		b.slack.FaultsAlways(slacktest.On{Team: boston.Team}, slacktest.ErrorBefore(503))
		b.ann("/incident declare learn down")
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-1")
		b.story.Expect("CTEACH", "Learn System is not available")
		b.story.NothingElse()
		if refused := b.story.Type("CBOPS", "UBOB", "/incident resolve 1").Reply.Reads(); !strings.Contains(refused, "Only responders") {
			t.Errorf("who is nobody in Boston reads: %s", refused)
		}

		pass(5 * time.Minute)
		b.slack.ClearFaults()
		pass(2 * time.Minute)
		b.story.Expect("CBOPS", "INC-1")
		b.story.Expect("CBLIB", "Learn System is not available")
		b.ann("/incident resolve 1 It works again.")
		pass(5 * time.Second)
		for _, ch := range []slacktest.ChannelID{ops, "CTEACH", "CBOPS", "CBLIB"} {
			b.story.Expect(ch, "is working again")
		}
	})
}
