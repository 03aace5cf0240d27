package teams_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file of testdata.
func golden(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s:\n%s", name, diff)
	}
}

func TestAnAnswerIsForItsAuthorAlone(t *testing.T) {
	inWorld(t, func(w *world) {
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident show 42"})
		if m := w.newest(teach); m.To != ann || m.Root == "" {
			t.Errorf("%+v", m)
		}
		w.answerWith(func(chat.Request) chat.Reply { r := done; r.Public = true; return r })
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "status"})
		if m := w.newest(teach); m.To != "" || m.Root == "" {
			t.Errorf("a public answer: %+v", m)
		}
	})
}

func TestWithoutTargetedMessagesAnAnswerGoesToThePersonalChat(t *testing.T) {
	inWorld(t, func(w *world) {
		for range 2 {
			w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident show 42"})
		}
		id, ok := w.fake.Chat(ann)
		if !ok || len(w.sent(id)) != 2 || len(w.sent(teach)) != 0 {
			t.Fatalf("chat %q has %d, the channel %d", id, len(w.sent(id)), len(w.sent(teach)))
		}
		if n := w.fake.Count(teamstest.On{Method: teamstest.MethodPost, Channel: teach}); n != 1 {
			t.Errorf("the channel was tried %d times", n)
		}
		w.restart()
		synctest.Wait()
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident show 42"})
		if n, c := w.fake.Count(teamstest.On{Method: teamstest.MethodPost, Channel: teach}), w.fake.Count(teamstest.On{Method: teamstest.MethodCreate}); n != 1 || c != 1 {
			t.Errorf("after a restart: tried %d times, %d chats begun", n, c)
		}
		time.Sleep(25 * time.Hour)
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident show 42"})
		if n := w.fake.Count(teamstest.On{Method: teamstest.MethodPost, Channel: teach}); n != 2 {
			t.Errorf("a day later: tried %d times", n)
		}
	}, func(w *world) { w.options = append(w.options, teamstest.WithoutTargeted()) })
}

func TestWithoutAPersonalChatAnAnswerIsPublicAndSaysSo(t *testing.T) {
	inWorld(t, func(w *world) {
		w.types(teamstest.Line{Channel: group, User: bob, Text: "incident show 42"})
		settles()
		golden(t, "public.txt", w.fake.Transcript(group, newYork(t)))
	}, func(w *world) { w.options = append(w.options, teamstest.WithoutTargeted()) })
}

func TestAnAnswerOutlivesARefusedToken(t *testing.T) {
	inWorld(t, func(w *world) {
		synctest.Wait()
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident list"}) // Ann is known then
		w.fake.RevokeTokens()
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident list"})
		if n := len(w.sent(teach)); n != 2 {
			t.Errorf("%d answers", n)
		}
	})
}

// form is a form that a command opens.
func form() chat.Form {
	return chat.Form{Title: "Resolve INC-42", Submit: "Resolve", Command: "incident resolve 42", Intro: []chat.Line{{Text: chat.Plain("Learn System")}},
		Fields: []chat.Field{{Name: "message", Label: "Message", Kind: chat.LongText, Max: 2000}, {Name: "status", Label: "Status", Optional: true,
			Kind: chat.PickOne, Choices: []chat.Choice{{Value: "resolved", Label: "Resolved"}, {Value: "monitoring", Label: "Monitoring"}}}}}
}

// forms answers as commands do: unfilled with the form, refusing one word.
func forms(r chat.Request) chat.Reply {
	switch {
	case !r.Filled:
		f := form()
		return chat.Reply{Form: &f, Message: chat.Message{Summary: chat.Plain("Please type a message.")}}
	case r.Options["message"] == "bad":
		return chat.Reply{Failed: true, Field: "message", Message: chat.Message{Summary: chat.Plain("That is no message.")}}
	}
	return chat.Reply{Message: chat.Message{Summary: chat.Plain("INC-42 is resolved."), Lines: []chat.Line{{Text: chat.Plain("3 channels are told.")}}}}
}

func TestAFormIsFilledIn(t *testing.T) {
	inWorld(t, func(w *world) {
		w.answerWith(forms)
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident resolve 42"})
		m := w.newest(teach)
		if m.To != ann || !strings.Contains(m.Reads(), "Resolve INC-42") {
			t.Fatalf("%+v", m)
		}
		fill := func(text string) teamstest.Answer {
			return w.clicks(teamstest.Click{Channel: teach, ID: m.ID, User: ann, Label: "Resolve", Fill: teamstest.Fill{"message": text}})
		}
		refused := fill("bad")
		if reads := teamstest.CardReads(refused.Card); !strings.Contains(reads, "That is no message.") || !strings.Contains(reads, "Message: bad") {
			t.Errorf("refused with %s", reads)
		}
		first := w.last().ID
		taken := fill("All is well")
		if got := w.last(); !got.Filled || got.Options["message"] != "All is well" || got.Options["status"] != "" || got.Command != "incident" || got.Text != "resolve 42" || got.ID == first {
			t.Errorf("%+v", got)
		}
		if reads := teamstest.CardReads(taken.Card); !strings.Contains(reads, "INC-42 is resolved.") {
			t.Errorf("taken with %s", reads)
		}
		if n := len(w.sent(teach)); n != 1 {
			t.Errorf("%d messages", n)
		}
	})
}

func TestAnOldClientFillsInAForm(t *testing.T) {
	inWorld(t, func(w *world) {
		w.answerWith(forms)
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident resolve 42"})
		id := w.newest(teach).ID
		for _, text := range []string{"bad", "All is well"} {
			a := w.clicks(teamstest.Click{Channel: teach, ID: id, User: ann, Label: "Resolve", Old: true, Fill: teamstest.Fill{"message": text}})
			if len(a.Body) != 0 {
				t.Errorf("answered with %q", a.Body)
			}
		}
		golden(t, "oldform.txt", w.fake.Transcript(teach, newYork(t)))
	})
}

func TestAFormThatWasForgottenWorks(t *testing.T) {
	inWorld(t, func(w *world) {
		w.answerWith(forms)
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident resolve 42"})
		m := w.newest(teach)
		w.restart()
		synctest.Wait()
		click := teamstest.Click{Channel: teach, ID: m.ID, User: ann, Label: "Resolve", Fill: teamstest.Fill{"message": "bad"}}
		a := w.clicks(click)
		if got := w.newest(teach); !strings.Contains(a.Text, "That is no message.") || !strings.Contains(got.Reads(), "bad") || got.To != ann {
			t.Errorf("%q, %+v", a.Text, got)
		}
		click.Fill["message"] = "All is well"
		w.clicks(click)
		if got := w.newest(teach); !strings.Contains(got.Reads(), "INC-42 is resolved.") || got.To != ann {
			t.Errorf("%+v", got)
		}
	})
}

// What was typed into one that is forgotten is not lost with it.
func TestAFormThatWasForgottenGivesBackWhatWasTyped(t *testing.T) {
	inWorld(t, func(w *world) {
		long := strings.Repeat("The disks are replaced. ", 40)
		w.answerWith(func(r chat.Request) chat.Reply {
			if !r.Filled {
				return chat.Reply{Form: &chat.Form{Title: "Schedule work", Submit: "Continue", Command: "window schedule", Fields: []chat.Field{
					{Name: "details", Label: "Details", Kind: chat.LongText, Max: 1200}}}, Message: chat.Message{Summary: chat.Plain("Please type it.")}}
			}
			return chat.Reply{Failed: true, Message: chat.Message{Summary: chat.Plain("That is no time.")}}
		})
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "window schedule"})
		m := w.newest(teach)
		w.restart()
		synctest.Wait()
		w.clicks(teamstest.Click{Channel: teach, ID: m.ID, User: ann, Label: "Continue", Fill: teamstest.Fill{"details": long}})
		if got := w.newest(teach); !strings.Contains(got.Reads(), strings.TrimSpace(long)) || got.To != ann {
			t.Errorf("%+v", got)
		}
	})
}

func TestADialog(t *testing.T) {
	inWorld(t, func(w *world) {
		w.answerWith(forms)
		id := w.postsDialogButton()
		a := w.clicks(teamstest.Click{Channel: teach, ID: id, User: ann, Label: "Resolve INC-42"})
		title, _, ok := w.fake.Dialog(ann)
		if !ok || title != "Resolve INC-42" || !strings.Contains(teamstest.CardReads(a.Card), "Message") {
			t.Fatalf("%q %v %s", title, ok, a.Body)
		}
		a, err := w.fake.Submit(w.t.Context(), ann, teamstest.Fill{"message": "bad"})
		if a = w.sound(a, err); !strings.Contains(teamstest.CardReads(a.Card), "That is no message.") {
			t.Errorf("refused with %s", a.Body)
		}
		a, err = w.fake.Submit(w.t.Context(), ann, teamstest.Fill{"message": "All is well"})
		if a = w.sound(a, err); !strings.Contains(teamstest.CardReads(a.Card), "INC-42 is resolved.") {
			t.Errorf("taken with %s", a.Body)
		}
		if n := len(w.sent(teach)); n != 1 {
			t.Errorf("%d messages", n)
		}
	})
}

// postsDialogButton posts a card whose button opens a dialog, as an app of ours may.
func (w *world) postsDialogButton() teamstest.MessageID {
	w.t.Helper()
	w.words = func(chat.Delivery) chat.Message {
		return chat.Message{Summary: chat.Plain("Look."), Actions: []chat.Action{{Label: "Resolve INC-42", Command: "incident resolve 42"}}}
	}
	id, err := w.bot.Post(w.t.Context(), delivery(teach, 1))
	if err != nil {
		w.t.Fatal(err)
	}
	w.fake.ChangeCard(teach, teamstest.MessageID(id), func(card string) string {
		return strings.ReplaceAll(strings.ReplaceAll(card, `"command":"incident`, `"msteams":{"type":"task/fetch"},"command":"incident`), "Action.Execute", "Action.Submit")
	})
	return teamstest.MessageID(id)
}

func TestAButtonInAPost(t *testing.T) {
	inWorld(t, func(w *world) {
		w.words = func(chat.Delivery) chat.Message {
			return chat.Message{Summary: chat.Plain("Look."), Actions: []chat.Action{
				{Label: "Resolve INC-42", Command: "incident resolve 42"}, {Label: "Separate", Command: "incident declare", Options: map[string]string{"title": "A <title>"}}}}
		}
		id, err := w.bot.Post(w.t.Context(), delivery(teach, 1))
		if err != nil {
			t.Fatal(err)
		}
		press := func(label string, old bool) teamstest.Answer {
			return w.clicks(teamstest.Click{Channel: teach, ID: teamstest.MessageID(id), User: ann, Label: label, Old: old})
		}
		if a := press("Resolve INC-42", false); a.Text != "Done." || len(w.sent(teach)) != 1 {
			t.Errorf("a short answer: %q, %d messages", a.Text, len(w.sent(teach)))
		}
		press("Separate", false)
		if got := w.last(); got.Command != "incident" || got.Text != "declare" || got.Options["title"] != "A <title>" || !got.Filled || got.Channel != channel(teach) {
			t.Errorf("%+v", got)
		}
		w.answerWith(func(chat.Request) chat.Reply { return withButtons("Sure?", "incident resolve 42 --yes") })
		press("Resolve INC-42", false)
		if m := w.newest(teach); m.To != ann || !strings.Contains(m.Reads(), "Sure?") {
			t.Errorf("an answer with buttons: %+v", m)
		}
		w.answerWith(forms)
		a := press("Resolve INC-42", false)
		if m := w.newest(teach); m.To != ann || !strings.Contains(m.Reads(), "Message") || !strings.Contains(a.Text, "fill in") {
			t.Errorf("a form: %q %+v", a.Text, m)
		}
		w.answerWith(func(chat.Request) chat.Reply { return done })
		press("Resolve INC-42", true)
		if m := w.newest(teach); m.To != ann || !strings.Contains(m.Reads(), "Done.") {
			t.Errorf("an old client: %+v", m)
		}
		golden(t, "button.txt", w.fake.Transcript(teach, newYork(t)))
	})
}

func TestAnAnswersButtonIsReplacedByWhatCameOfIt(t *testing.T) {
	inWorld(t, func(w *world) {
		w.answerWith(func(r chat.Request) chat.Reply {
			switch r.Text {
			case "cancel 17":
				return withButtons("Sure?", "window cancel 17 --yes")
			case "cancel 17 --yes":
				r := withButtons("WIN-17 is cancelled.", "window show 17")
				return r
			}
			return chat.Reply{Failed: true, Message: chat.Message{Summary: chat.Plain("No."), Lines: []chat.Line{{Text: chat.Plain("Why.")}}}}
		})
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "window cancel 17"})
		id := w.newest(teach).ID
		press := teamstest.Click{Channel: teach, ID: id, User: ann, Label: "Resolve INC-42"}
		if a := w.clicks(press); !strings.Contains(teamstest.CardReads(a.Card), "WIN-17 is cancelled.") {
			t.Errorf("%s", a.Body)
		}
		if a := w.clicks(press); a.Text != "No." {
			t.Errorf("a refusal: %s", a.Body)
		}
		if m := w.newest(teach); m.ID == id || !strings.Contains(m.Reads(), "Why.") {
			t.Errorf("%+v", m)
		}
	})
}

func TestWhatIsAnsweredIsShownAsMeant(t *testing.T) {
	inWorld(t, func(w *world) {
		w.answerWith(func(chat.Request) chat.Reply {
			return chat.Reply{Message: chat.Message{Summary: chat.Plain("[x](https://evil.example) <at>Ann</at>"), Lines: []chat.Line{{Text: chat.Plain("{{DATE(2026-11-22T06:00:00Z,SHORT)}}")}}}}
		})
		for _, l := range []teamstest.Line{{Channel: teach, User: ann, Text: "incident show 42"}, {Channel: group, User: ann, Text: "incident show 42"}} {
			w.types(l)
			if m := w.newest(l.Channel); len(m.Marks()) != 0 || len(m.Faults()) != 0 {
				t.Errorf("%q %q", m.Marks(), m.Faults())
			}
		}
	})
}

func TestAnAnswerThatNobodyTakesIsLogged(t *testing.T) {
	inWorld(t, func(w *world) {
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident list"})
		w.fake.FaultsAlways(teamstest.On{Method: teamstest.MethodPost}, teamstest.ErrorBefore(502))
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident list"})
		if !strings.Contains(w.logs.String(), "an answer was not taken by Teams") {
			t.Error(w.logs.String())
		}
		w.showsNoSecret()
	})
}
