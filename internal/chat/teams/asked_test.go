package teams_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// picks answers as commands do: with a form, and with a button that shows it to all.
func picks(r chat.Request) chat.Reply {
	m := chat.Message{Summary: chat.Plain("This channel hears Learn."), Actions: []chat.Action{{Label: "Show here", Command: "status --here"}}}
	switch {
	case strings.Contains(r.Text, "--here"):
		return chat.Reply{Public: true, Message: chat.Message{Summary: chat.Plain("All services are working.")}}
	case r.Options["message"] == "bad":
		return chat.Reply{Failed: true, Message: chat.Message{Summary: chat.Plain("That is no message.")}}
	case !r.Filled:
		f := form()
		return chat.Reply{Form: &f, Message: m}
	}
	return chat.Reply{Message: m}
}

// What was asked in a channel is about the channel, though Teams lets it be answered in
// the personal chat alone: also once it was refused, after a restart, and from old clients.
func TestAnAnswerInThePersonalChatIsAboutTheChannel(t *testing.T) {
	for _, old := range []bool{false, true} {
		inWorld(t, func(w *world) {
			w.answerWith(picks)
			w.types(teamstest.Line{Channel: teach, User: ann, Text: "subscribe"})
			settles()
			own, _ := w.fake.Chat(ann)
			press := func(label string, fill teamstest.Fill) {
				t.Helper()
				w.clicks(teamstest.Click{Channel: own, ID: w.newest(own).ID, User: ann, Label: label, Fill: fill, Old: old})
				settles()
				if r := w.last(); r.Channel.ID != string(teach) || r.Direct {
					t.Errorf("old client %v, %s: about %s, direct %v", old, label, r.Channel, r.Direct)
				}
			}
			press("Resolve", teamstest.Fill{"message": "bad"})
			w.restart()
			synctest.Wait()
			w.types(teamstest.Line{Channel: teach, User: ann, Text: "subscribe"})
			settles()
			press("Resolve", teamstest.Fill{"message": "good"})
			press("Show here", nil)
			if all := w.sent(teach); len(all) != 1 || all[0].To != "" || all[0].Root == "" || !strings.Contains(all[0].Reads(), "All services are working.") {
				t.Errorf("old client %v: the channel has %+v", old, all)
			}
		}, func(w *world) { w.options = append(w.options, teamstest.WithoutTargeted()) })
	}
}

// Nobody makes a button about a channel that they did not ask in.
func TestAButtonAboutAnotherChannelIsRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		w.answerWith(picks)
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "subscribe"})
		settles()
		own, _ := w.fake.Chat(ann)
		n := len(w.heard())
		forged := teamstest.Forgery{Change: func(a map[string]any) {
			var v map[string]any
			raw, _ := json.Marshal(a["value"])
			_ = json.Unmarshal([]byte(strings.ReplaceAll(string(raw), string(teach), string(group))), &v)
			a["value"] = v
		}}
		for _, old := range []bool{false, true} {
			a := w.clicks(teamstest.Click{Channel: own, ID: w.newest(own).ID, User: ann, Label: "Resolve", Fill: teamstest.Fill{"message": "good"}, Old: old, Forgery: forged})
			settles()
			if text := a.Text + w.newest(own).Reads(); len(w.heard()) != n || !strings.Contains(text, "This button is too old.") {
				t.Errorf("old client %v: handled %d, reads %s", old, len(w.heard())-n, text)
			}
		}
	}, func(w *world) { w.options = append(w.options, teamstest.WithoutTargeted()) })
}
