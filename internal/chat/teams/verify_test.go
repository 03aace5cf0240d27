package teams_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// A key without endorsements signs for all channels of the Bot Framework.
func TestOnlyTeamsItselfIsServed(t *testing.T) {
	inWorld(t, func(w *world) {
		w.stop()
		w.memory.Kept = nil
		w.fake.Endorse()
		w.start()
		for _, f := range []teamstest.Forgery{{Channel: "webchat"}, {Change: func(a map[string]any) { delete(a, "channelId") }}} {
			if got := w.asks(f); got != http.StatusForbidden || len(w.heard()) != 0 || !strings.Contains(w.logs.String(), "channelId is not msteams") {
				t.Errorf("%+v: status %d", f, got)
			}
		}
		if got := w.asks(teamstest.Forgery{}); got != http.StatusOK {
			t.Errorf("Teams: status %d", got)
		}
	})
}

// Ids of apps are the same however their letters are written.
func TestOurIDMayBeWrittenInCapitals(t *testing.T) {
	inWorld(t, func(w *world) {
		if got := w.asks(teamstest.Forgery{Audience: strings.ToUpper(w.at.App)}); got != http.StatusOK {
			t.Errorf("status %d", got)
		}
	})
}
