package teams_test

import (
	"slices"
	"testing"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

func TestNamesakesAreToldApart(t *testing.T) {
	inWorld(t, func(w *world) {
		w.fake.AddUser(w.at.ID, teamstest.User{ID: "29:out", Name: "Gus"})
		for _, tc := range []struct {
			mentions []teamstest.UserID
			want     string
		}{
			{[]teamstest.UserID{"29:out", gus}, "lead 42 <at>Gus</at> not @boston/gus-object"},
			{[]teamstest.UserID{gus, "29:out"}, "lead 42 @boston/gus-object not <at>Gus</at>"},
			{[]teamstest.UserID{gus, gus}, "lead 42 @boston/gus-object not @boston/gus-object"},
		} {
			line := teamstest.Line{Channel: teach, User: ann, Text: "incident lead 42 <at>Gus</at> not <at>Gus</at>", Mentions: tc.mentions}
			line.Forgery.Change = func(a map[string]any) {
				for _, e := range a["entities"].([]map[string]any) {
					if m, ok := e["mentioned"].(map[string]any); ok {
						delete(m, "aadObjectId")
					}
				}
			}
			w.types(line)
			if got := w.last().Text; got != tc.want {
				t.Errorf("%s: %q", tc.mentions, got)
			}
		}
	})
}

func TestMentionsInAnotherOrderThanTheirEntities(t *testing.T) {
	inWorld(t, func(w *world) {
		line := teamstest.Line{Channel: teach, User: ann, Text: "incident lead 42 <at>Gus</at> <at>Ann</at>", Mentions: []teamstest.UserID{gus, ann}}
		line.Forgery.Change = func(a map[string]any) { slices.Reverse(a["entities"].([]map[string]any)) }
		w.types(line)
		if got := w.last().Text; got != "lead 42 @boston/gus-object @boston/ann-object" {
			t.Errorf("%q", got)
		}
	})
}
