package discord_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

// asks answers what is not pressed with a message of buttons, and a button with done.
func (w *world) asks(done chat.Reply, buttons ...chat.Action) discordtest.Message {
	w.t.Helper()
	w.says(chat.Message{Summary: chat.Plain("Which?"), Actions: buttons})
	m := w.types(typed("/incident update")).Message
	w.answerWith(func(chat.Request) chat.Reply { return done })
	return m
}

func TestAButtonIsItsCommandByWhoPressed(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("word ", 300)
	options := map[string]string{"title": "Login", "message": long}
	m := w.asks(saying("Done."), chat.Action{Label: "INC-7", Command: "incident update 7 it works"}, chat.Action{Label: "Long", Command: "incident declare learn down " + long},
		chat.Action{Label: "Separate", Command: "incident declare --separate", Options: options}, chat.Action{Label: "INC-7", Command: "incident update 7 it works"})
	for _, restarted := range []bool{false, true} {
		if restarted {
			w.restart()
		}
		for _, label := range []string{"INC-7", "Long", "Separate"} {
			w.answerWith(func(chat.Request) chat.Reply {
				return chat.Reply{Failed: true, Message: chat.Message{Summary: chat.Plain("No.")}}
			})
			w.clicks(m, label)
		}
		got := w.heard()[len(w.heard())-3:]
		if got[0].Command != "incident" || got[0].Text != "update 7 it works" || got[0].Filled || got[0].Person.ID != ann || !got[0].Forms {
			t.Errorf("%+v", got[0])
		}
		if got[1].Text != "declare learn down "+long {
			t.Errorf("%+v", got[1])
		}
		if got[2].Text != "declare --separate" || !got[2].Filled || got[2].Options["message"] != long {
			t.Errorf("%+v", got[2])
		}
	}
}

// A button in an answer that its author alone sees is good for one thing, and gone when
// that is done; one in a post may be pressed again and again.
func TestAPressIsOneRequest(t *testing.T) {
	w := newWorld(t)
	private := w.asks(chat.Reply{Failed: true, Message: chat.Message{Summary: chat.Plain("No.")}}, chat.Action{Label: "Go", Command: "incident list"})
	w.words = func(chat.Delivery) chat.Message {
		return chat.Message{Summary: chat.Plain("x"), Actions: []chat.Action{{Label: "Go", Command: "incident list"}}}
	}
	if _, err := w.bot.Post(t.Context(), delivery(teaching, 1)); err != nil {
		t.Fatal(err)
	}
	post := w.posts(teaching)[0]
	for _, m := range []discordtest.Message{private, private, post, post} {
		if a := w.clicks(m, "Go"); a.Type != 4 || a.Message.To != ann {
			t.Errorf("%+v", a)
		}
	}
	got := w.heard()[1:]
	if got[0].ID != got[1].ID || got[2].ID == got[3].ID || got[0].ID == got[2].ID {
		t.Errorf("%s %s %s %s", got[0].ID, got[1].ID, got[2].ID, got[3].ID)
	}
	w.says(chat.Message{Summary: chat.Plain("INC-7 is updated.")})
	if a := w.clicks(private, "Go"); a.Type != 7 || a.Message.ID != private.ID || a.Message.Content != "INC-7 is updated." || len(a.Message.Buttons()) != 0 {
		t.Errorf("%+v", a)
	}
	if a := w.clicks(post, "Go"); a.Type != 4 || a.Message.ID == post.ID {
		t.Errorf("a post was replaced: %+v", a)
	}
	w.answerWith(func(chat.Request) chat.Reply { return chat.Reply{} })
	if a := w.clicks(post, "Go"); a.Type != 6 || w.posts(teaching)[0].Content != "x" {
		t.Errorf("%+v", a)
	}
}

func TestALateAnswerToAButton(t *testing.T) {
	for name, tc := range map[string]struct {
		reply chat.Reply
		want  []string // what the person sees in the end, beside the post
	}{
		"done":    {saying("It is done."), []string{"It is done."}},
		"refused": {chat.Reply{Failed: true, Message: chat.Message{Summary: chat.Plain("No.")}}, []string{"Which?", "No."}},
		"public":  {chat.Reply{Public: true, Message: chat.Message{Summary: chat.Plain("All.")}}, []string{"Which?", "All."}},
		"nothing": {chat.Reply{}, []string{"Which?"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				m := w.asks(chat.Reply{}, chat.Action{Label: "Go", Command: "incident list"})
				w.answerWith(slowly(3*time.Second, tc.reply))
				if a := w.clicks(m, "Go"); a.Type != 6 {
					t.Errorf("%+v", a)
				}
				time.Sleep(5 * time.Second)
				var got []string
				for _, m := range w.fake.Messages(teaching) {
					if m.Bot {
						got = append(got, m.Content)
					}
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestAButtonThatAsksBefore(t *testing.T) {
	w := newWorld(t)
	question := "Take all of INC-42 back? Everybody who was told gets a correction, and the page shows nothing of it any more."
	m := w.asks(saying("It is over."), chat.Action{Label: "Resolve INC-42", Command: "incident resolve 42", Confirm: "Is it over?", Style: chat.Primary},
		chat.Action{Label: "Take back", Command: "incident retract 42", Confirm: question, Style: chat.Danger},
		chat.Action{Label: "Merge", Command: "incident merge 41 into 42 because it is the same trouble, as the vendor says by telephone", Confirm: "Sure?"},
		chat.Action{Label: "Say", Command: "incident update 42 one\ntwo", Confirm: "Tell it?"})
	for label, want := range map[string]string{"Resolve INC-42": "Is it over?", "Take back": "Take all of INC-42 back? Everybody who was told gets a correction,", "Merge": "Sure?", "Say": "Tell it?"} {
		before := len(w.heard())
		a := w.clicks(m, label)
		if a.Type != 4 || a.Message.To != ann || !strings.HasPrefix(a.Message.Content, want) || len(w.heard()) != before {
			t.Errorf("%+v", a)
		}
		if a := w.clicks(a.Message, label); a.Type != 7 || a.Message.Content != "It is over." || len(w.heard()) != before+1 {
			t.Errorf("%+v", a)
		}
		if got := w.heard()[before].Text; label == "Say" && got != "update 42 one\ntwo" {
			t.Errorf("%q", got)
		}
	}
}

func TestAButtonThatNobodyKnowsAnyMore(t *testing.T) {
	w := newWorld(t)
	m := w.asks(saying("Done."), chat.Action{Label: "Go", Command: strings.Repeat("x", 200)})
	w.stop()
	w.memory = memory{}
	w.start()
	if a := w.clicks(m, "Go"); a.Message.To != ann || !strings.HasPrefix(a.Message.Content, "This button is too old. Please type the command.") || len(w.heard()) != 1 {
		t.Errorf("%+v", a)
	}
}

// The store holds the newest commands of buttons, however many answers there were.
func TestOldButtonsMakeRoom(t *testing.T) {
	w := newWorld(t)
	button := func(n int) chat.Action {
		return chat.Action{Label: "Go", Command: fmt.Sprint(strings.Repeat("x", 100), n)}
	}
	first := w.asks(saying("Done."), button(0))
	var last discordtest.Message
	for n := 1; n <= 1000; n++ {
		last = w.asks(saying("Done."), button(n))
	}
	if len(w.memory.Kept) > 1001 { // the bot itself is one
		t.Errorf("%d are kept", len(w.memory.Kept))
	}
	for _, restarted := range []bool{false, true} {
		if restarted {
			w.restart()
		}
		if a := w.clicks(first, "Go"); !strings.HasPrefix(a.Message.Content, "This button is too old.") {
			t.Errorf("%+v", a)
		}
		w.answerWith(func(chat.Request) chat.Reply {
			return chat.Reply{Failed: true, Message: chat.Message{Summary: chat.Plain("No.")}}
		})
		if a := w.clicks(last, "Go"); a.Message.Content != "No." {
			t.Errorf("%+v", a)
		}
	}
}

// Where the store fails, a button works until the next restart, and the log says so.
func TestAStoreThatFailsKeepsNoAnswerBack(t *testing.T) {
	w := newWorld(t)
	w.memory.fails(errors.New("the disk is full"))
	no := chat.Reply{Failed: true, Message: chat.Message{Summary: chat.Plain("No.")}}
	m := w.asks(no, chat.Action{Label: "Go", Command: strings.Repeat("x", 200)})
	if a := w.clicks(m, "Go"); a.Message.Content != "No." || !strings.Contains(w.logs.String(), "dead after a restart") {
		t.Errorf("%+v\n%s", a, w.logs.String())
	}
	w.restart()
	if a := w.clicks(m, "Go"); !strings.HasPrefix(a.Message.Content, "This button is too old.") {
		t.Errorf("%+v", a)
	}
}

// One button's record that cannot be read takes no other button with it.
func TestABrokenRecordOfAButtonBreaksNoOther(t *testing.T) {
	w := newWorld(t)
	no := chat.Reply{Failed: true, Message: chat.Message{Summary: chat.Plain("No.")}}
	m := w.asks(no, chat.Action{Label: "Go", Command: strings.Repeat("x", 200)})
	w.stop()
	w.memory.Kept[[2]string{"discordbutton", "999"}] = []byte("{")
	w.start()
	if a := w.clicks(m, "Go"); a.Message.Content != "No." {
		t.Errorf("%+v", a)
	}
}

func TestMoreButtonsThanFit(t *testing.T) {
	w := newWorld(t)
	var many []chat.Action
	for n := range 27 {
		many = append(many, chat.Action{Label: fmt.Sprint("INC-", n), Command: fmt.Sprint("incident show ", n)})
	}
	many = append(many, chat.Action{Label: "Mail", URL: "mailto:it@example.edu"}, chat.Action{Label: "Far", URL: "https://example.edu/" + strings.Repeat("x", 600)})
	m := w.asks(chat.Reply{}, many...)
	if labels := m.Buttons(); len(labels) != 25 || labels[24] != "INC-24" || !strings.Contains(m.Reads(), `-# "INC-25" has no place as a button: please type its command.`) {
		t.Errorf("%v\n%s", labels, m.Reads())
	}
}
