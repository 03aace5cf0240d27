package teams_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
	"github.com/umassonline/belltower/internal/desk"
)

// startUnread starts the adapter again, with a Run that has not begun.
func (w *world) startUnread() {
	w.stop()
	w.unread = true
	w.start()
}

func TestNothingIsGoneBeforeTheRecall(t *testing.T) {
	inWorld(t, func(w *world) {
		w.types(teamstest.Line{Channel: group, User: ann, Text: "incident list"})
		w.startUnread()
		d := delivery(group, 1)
		_, post := w.bot.Post(w.t.Context(), d)
		d.Root = "1"
		for name, err := range map[string]error{"post": post, "edit": w.bot.Edit(w.t.Context(), d), "reach": w.bot.Reach(w.t.Context(), d.Channel), "reach at all": w.bot.Reach(w.t.Context(), desk.Channel{})} {
			if e := failure(t, err); e.Outcome != chat.NotSent || e.Limited {
				t.Errorf("%s: %+v", name, e)
			}
		}
		if n := len(w.sent(group)); n != 1 {
			t.Errorf("%d messages", n)
		}
	})
}

func TestAPostWaitsForTheRecall(t *testing.T) {
	inWorld(t, func(w *world) {
		w.types(teamstest.Line{Channel: group, User: ann, Text: "incident list"})
		w.memory.slow = 100 * time.Millisecond
		w.restart()
		if _, err := w.bot.Post(w.t.Context(), delivery(group, 1)); err != nil {
			t.Error(err)
		}
	})
}

func TestARecallThatWasCutOffMakesNothingGone(t *testing.T) {
	inWorld(t, func(w *world) {
		w.types(teamstest.Line{Channel: group, User: ann, Text: "incident list"})
		w.startUnread()
		w.memory.failing = context.Canceled
		ended, cancel := context.WithCancel(w.t.Context())
		cancel()
		if err := w.bot.Run(ended); err != nil {
			t.Fatal(err)
		}
		_, err := w.bot.Post(w.t.Context(), delivery(group, 1))
		if e := failure(t, err); e.Outcome != chat.NotSent {
			t.Errorf("%+v", e)
		}
	})
}

func TestNothingIsLearnedBeforeTheRecall(t *testing.T) {
	inWorld(t, func(w *world) {
		a, err := w.fake.Install(w.t.Context(), itTeam, ann)
		w.sound(a, err)
		w.startUnread()
		line := teamstest.Line{Channel: teach, User: ann, Text: "incident list", Forgery: teamstest.Forgery{Change: withoutGroup}}
		r := w.request(w.fake.TypeRequest(line))
		if rec := w.serve(r); rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" {
			t.Errorf("status %d", rec.Code)
		}
		if kept := w.memory.get("teams_place", string(teach)); !strings.Contains(kept, "it-group") {
			t.Errorf("kept: %s", kept)
		}
	})
}

// withoutGroup takes the team's group out of an activity, as Teams often does.
func withoutGroup(a map[string]any) {
	if team, ok := a["channelData"].(map[string]any)["team"].(map[string]any); ok {
		delete(team, "aadGroupId")
	}
}

func TestWhatIsLearnedAtOnceIsPutTogether(t *testing.T) {
	inWorld(t, func(w *world) {
		w.memory.slow = time.Millisecond
		var all sync.WaitGroup
		for n := range 40 {
			all.Go(func() {
				line := teamstest.Line{Channel: teach, User: ann, Text: "incident list"}
				if n != 7 {
					line.Forgery.Change = withoutGroup
				}
				_, _ = w.fake.Type(w.t.Context(), line) // some wait too long for the places
			})
		}
		all.Wait()
		synctest.Wait()
		if kept := w.memory.get("teams_place", string(teach)); !strings.Contains(kept, "it-group") {
			t.Errorf("kept: %s", kept)
		}
	})
}
