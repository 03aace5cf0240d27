package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// Work is planned with thumbs: a form, the question whether it was understood, a button;
// then what is typed about it is completed.
func TestPlanningWorkByForm(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.open()
		b.ann("/window schedule")
		b.story.Submit(ann, slacktest.Fill{"services": "learn", "when": "soon", "for": "3h", "title": "New database"})
		if v := b.story.Form(ann); !strings.Contains(v.Errors["when"], "no time that I understand") {
			t.Errorf("beside the fields: %v", v.Errors)
		}
		b.story.Submit(ann, slacktest.Fill{"services": "learn", "when": "saturday 04:00", "for": "3h", "title": "New | database --yes"})
		pass(time.Second)
		ask := b.reads("Schedule this work on Learn System?")
		b.story.Click(ask, ann, button(t, ask, "Schedule it"))
		pass(5 * time.Second)
		b.story.Expect(ops, "WIN-1")
		if said := b.ann("/window show 1"); !strings.Contains(said, "New | database --yes") {
			t.Errorf("she reads: %s", said)
		}
		if text := b.ann("/window faculty 1"); !strings.Contains(text, "Planned work: Learn System will not be available.") || !strings.Contains(text, "Trabajo programado: Learn System no estará disponible.") {
			t.Errorf("a campus that speaks English first forwards: %s", text)
		}
		for line, want := range map[string]string{
			"/win": "/window", "/window ": "schedule", "/window schedule ": "learn", "/window schedule learn ": "at_risk", "/window move ": "WIN-1", "/window extend win-1 ": "1h",
			"/window list ": "30d", "/window incident win-1 ": "down", "/belltower window show ": "WIN-1",
		} {
			var got []string
			for _, c := range b.bot.complete(t.Context(), line) {
				got = append(got, c.Value)
			}
			if !slices.Contains(got, want) {
				t.Errorf("%q is completed by %v, not by %s", line, got, want)
			}
		}
		for _, line := range []string{"/window complete ", "/window move win-1 "} {
			if got := b.bot.complete(t.Context(), line); len(got) != 0 {
				t.Errorf("%q is completed by %v", line, got)
			}
		}
	})
}
