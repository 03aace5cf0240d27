package teams_test

import (
	"testing"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// A refusal without a word that says why may be of the moment; a channel that is taken
// for gone would sleep for a day.
func TestARefusalThatSaysNothingIsDoubted(t *testing.T) {
	inWorld(t, func(w *world) {
		forbidden := func() teamstest.Fault { return teamstest.Refused(403, "Forbidden") }
		w.fake.Faults(teamstest.On{Channel: teach}, forbidden(), forbidden(), teamstest.Fault{}, forbidden(), forbidden(), forbidden())
		for n, want := range []chat.Outcome{chat.NotSent, chat.NotSent, "", chat.NotSent, chat.NotSent, chat.Gone} {
			_, err := w.bot.Post(w.t.Context(), delivery(teach, n))
			if want == "" {
				if err != nil {
					t.Error(err)
				}
				continue
			}
			if e := failure(t, err); e.Outcome != want || want == chat.NotSent && e.After == 0 {
				t.Errorf("try %d: %+v", n, e)
			}
		}
	})
}
