package teams_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// forStaff is an answer that is not for everybody.
func forStaff(chat.Request) chat.Reply {
	return chat.Reply{Message: chat.Message{Summary: chat.Plain("A note for staff.")}}
}

// settles lets all tries of a private answer happen.
func settles() {
	time.Sleep(30 * time.Second)
	synctest.Wait()
}

// openly is what everybody in a channel reads of the bot.
func (w *world) openly(id teamstest.ChannelID) (all []string) {
	for _, m := range w.sent(id) {
		if m.To == "" {
			all = append(all, m.Reads())
		}
	}
	return all
}

func TestTroubleMakesNoPrivateAnswerPublic(t *testing.T) {
	for name, fault := range map[string]teamstest.Fault{
		"502": teamstest.Refused(502, "ServiceError"), "429": teamstest.Limited(1), "412": teamstest.Refused(412, "PreconditionFailed"),
		"no answer": teamstest.DropBefore(), "one 403": teamstest.Refused(403, "Forbidden"),
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.answerWith(forStaff)
				w.fake.Faults(teamstest.On{Method: teamstest.MethodCreate}, fault)
				w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident timeline 42"})
				settles()
				if all := w.openly(teach); len(all) != 0 {
					t.Errorf("everybody reads %q", all)
				}
				if id, ok := w.fake.Chat(ann); !ok || len(w.sent(id)) != 1 {
					t.Error("the answer is not in the chat")
				}
			}, func(w *world) { w.options = append(w.options, teamstest.WithoutTargeted()) })
		})
	}
}

func TestLastingTroubleIsAnsweredWithWhereToAsk(t *testing.T) {
	for name, targeted := range map[string]bool{"with targeted messages": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.answerWith(forStaff)
				w.fake.Faults(teamstest.On{Method: teamstest.MethodPost}, teamstest.Limited(1), teamstest.Limited(1), teamstest.Limited(1))
				w.fake.FaultsAlways(teamstest.On{Method: teamstest.MethodCreate}, teamstest.Limited(1))
				w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident timeline 42"})
				settles()
				all := w.openly(teach)
				if len(all) != 1 || strings.Contains(all[0], "note for staff") || !strings.Contains(all[0], "write to me in a personal chat") {
					t.Errorf("everybody reads %q", all)
				}
			}, func(w *world) {
				if !targeted {
					w.options = append(w.options, teamstest.WithoutTargeted())
				}
			})
		})
	}
}

// Where no way leads to who asked, all read the answer, but not what is for staff.
func TestWhatIsForStaffIsNeverShownToAll(t *testing.T) {
	for staff, want := range map[bool]string{false: "Everybody here reads this", true: "write to me in a personal chat"} {
		inWorld(t, func(w *world) {
			w.answerWith(func(r chat.Request) chat.Reply {
				reply := forStaff(r)
				reply.Staff = staff
				return reply
			})
			w.types(teamstest.Line{Channel: group, User: bob, Text: "incident timeline 42"})
			settles()
			all := w.openly(group)
			if len(all) != 1 || strings.Contains(all[0], "A note for staff.") == staff || !strings.Contains(all[0], want) {
				t.Errorf("for staff: %v: everybody reads %q", staff, all)
			}
		}, func(w *world) { w.options = append(w.options, teamstest.WithoutTargeted()) })
	}
}

func TestARefusedFormIsNeverShownToAll(t *testing.T) {
	inWorld(t, func(w *world) {
		w.answerWith(forms)
		w.words = func(chat.Delivery) chat.Message {
			return chat.Message{Summary: chat.Plain("Look."), Actions: []chat.Action{{Label: "Resolve INC-42", Command: "incident resolve 42"}}}
		}
		w.types(teamstest.Line{Channel: group, User: bob, Text: "incident resolve 42"})
		settles()
		line := teamstest.Line{Channel: group, User: bob, Text: "x", Forgery: teamstest.Forgery{Change: func(a map[string]any) {
			a["text"], a["replyToId"] = "", "1"
			a["value"] = map[string]any{"form": "incident resolve 43", "option.message": "bad", "option.reason": "a secret reason"}
		}}}
		w.types(line)
		settles()
		all := w.openly(group)
		if len(all) != 2 || !strings.Contains(all[1], "That is no message.") || strings.Contains(all[1], "a secret reason") {
			t.Errorf("everybody reads %q", all)
		}
	}, func(w *world) { w.options = append(w.options, teamstest.WithoutTargeted()) })
}

func TestOnlyABadArgumentSaysThatThereAreNoTargetedMessages(t *testing.T) {
	for name, first := range map[string]func(*world){
		"a channel that is blocked": func(w *world) { w.types(teamstest.Line{Channel: blocked, User: ann, Text: "incident show 42"}) },
		"a thread that is gone": func(w *world) {
			w.fake.Faults(teamstest.On{Method: teamstest.MethodPost}, teamstest.Refused(404, "ActivityNotFoundInConversation"))
			w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident show 42"})
		},
		"an answer that is too large": func(w *world) {
			w.fake.Faults(teamstest.On{Method: teamstest.MethodPost}, teamstest.Refused(413, "MessageSizeTooBig"))
			w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident show 42"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				first(w)
				settles()
				w.types(teamstest.Line{Channel: group, User: bob, Text: "incident show 42"})
				settles()
				if m := w.newest(group); m.To != bob || len(w.sent(group)) != 1 {
					t.Errorf("answered %q with %q", m.To, m.Reads())
				}
			})
		})
	}
}

func TestAnAnswerThatMayStandIsNotGivenAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		w.fake.Faults(teamstest.On{Method: teamstest.MethodPost}, teamstest.ErrorAfter(502))
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident show 42"})
		settles()
		id, _ := w.fake.Chat(ann)
		if n, m := len(w.sent(teach)), len(w.sent(id)); n != 1 || m != 0 {
			t.Errorf("%d in the channel, %d in the chat", n, m)
		}
	})
}

func TestACardIsReplacedThoughTheFirstTryFails(t *testing.T) {
	inWorld(t, func(w *world) {
		w.answerWith(forms)
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident resolve 42"})
		id := w.newest(teach).ID
		w.fake.Faults(teamstest.On{Method: teamstest.MethodUpdate}, teamstest.ErrorAfter(502))
		w.clicks(teamstest.Click{Channel: teach, ID: id, User: ann, Label: "Resolve", Old: true, Fill: teamstest.Fill{"message": "All is well"}})
		settles()
		if all := w.sent(teach); len(all) != 1 || !strings.Contains(all[0].Reads(), "INC-42 is resolved.") {
			t.Errorf("%+v", all)
		}
	})
}
