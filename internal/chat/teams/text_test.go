package teams_test

import (
	"slices"
	"strings"
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

func TestARepliedToPostIsNotTyped(t *testing.T) {
	inWorld(t, func(w *world) {
		w.fake.AddChat(w.at.ID, teamstest.Channel{ID: "a:chat", Kind: teamstest.Personal, User: ann})
		for raw, want := range map[string]string{
			`<quoted messageId="1782848598379"/> incident update We look.`:                  "update We look.",
			"<quoted messageId=\"1\"/>\r\n<quoted messageId=\"2\"/>\r\nincident list":       "list",
			`incident note 1 What is &lt;quoted messageId="1"/&gt;?`:                        `note 1 What is <quoted messageId="1"/>?`,
			"<quoted messageId=\"1\"/>\u00a0<at>Bell</at>&nbsp;incident declare learn down": "declare learn down",
		} {
			line := teamstest.Line{Channel: "a:chat", User: ann}
			line.Forgery.Change = func(a map[string]any) {
				a["text"] = raw
				a["entities"] = append(a["entities"].([]map[string]any),
					map[string]any{"type": "quotedReply", "quotedReply": map[string]any{"messageId": "1782848598379", "preview": "Learn System is not available", "validatedMessageReference": true}},
					map[string]any{"type": "mention", "text": "<at>Bell</at>", "mentioned": map[string]any{"id": "28:boston-app", "name": "Bell"}})
			}
			w.types(line)
			if got := w.last(); got.Command != "incident" || got.Text != want {
				t.Errorf("%q is read as %q %q", raw, got.Command, got.Text)
			}
		}
	})
}

// Of some mentions Teams tells the name alone.
func TestAMentionWithoutItsTextIsTakenOut(t *testing.T) {
	inWorld(t, func(w *world) {
		line := teamstest.Line{Channel: teach, User: ann, Text: "incident lead 42 <at>Gus</at>", Mentions: []teamstest.UserID{gus}}
		line.Forgery.Change = func(a map[string]any) {
			for _, e := range a["entities"].([]map[string]any) {
				if m, ok := e["mentioned"].(map[string]any); ok {
					m["name"] = strings.TrimSuffix(strings.TrimPrefix(e["text"].(string), "<at>"), "</at>")
				}
				delete(e, "text")
			}
		}
		w.types(line)
		if got := w.last(); got.Command != "incident" || got.Text != "lead 42 @boston/gus-object" {
			t.Errorf("%q %q", got.Command, got.Text)
		}
	})
}
