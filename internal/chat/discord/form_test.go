package discord_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

// opens makes the handler answer with a form, and a form that was filled in with done.
func (w *world) opens(f chat.Form, done chat.Reply) {
	w.answerWith(func(r chat.Request) chat.Reply {
		if r.Filled {
			return done
		}
		return chat.Reply{Form: &f, Failed: true, Message: chat.Message{Summary: chat.Plain("Please type it.")}}
	})
}

func updateForm() chat.Form {
	return chat.Form{Title: "Update INC-42", Submit: "Update", Command: "incident update 42", Fields: []chat.Field{
		{Name: "status", Label: "Status", Kind: chat.PickOne, Initial: []string{"identified"}, Choices: []chat.Choice{{Value: "investigating", Label: "Investigating"}, {Value: "identified", Label: "Identified"}}},
		{Name: "message", Label: "Message", Kind: chat.LongText, Max: 2000, Hint: "Everybody reads it."},
		{Name: "next", Label: "Next update in", Kind: chat.PickOne, Optional: true, Choices: []chat.Choice{{Value: "15m", Label: "15 min"}, {Value: "1h", Label: "1 hour"}}},
	}}
}

func TestAFilledFormIsARequest(t *testing.T) {
	w := newWorld(t)
	w.opens(updateForm(), saying("INC-42 is updated."))
	a := w.types(typed("/incident update 42"))
	want := []discordtest.Input{
		{Name: "status", Label: "Status (investigating, identified)", Placeholder: "investigating, identified", Value: "identified", Required: true},
		{Name: "message", Label: "Message", Placeholder: "Everybody reads it.", Required: true, MaxLength: 2000},
		{Name: "next", Label: "Next update in (15m, 1h)", Placeholder: "15m, 1h"},
	}
	if diff := cmp.Diff(want, a.Form.Inputs); a.Type != 9 || a.Form.Title != "Update INC-42" || diff != "" {
		t.Errorf("%+v\n%s", a, diff)
	}
	w.restart()
	if a := w.submits(discordtest.Fill{"message": "A disk is full.\n*really*"}); a.Type != 4 || a.Message.To != ann || a.Message.Content != "INC-42 is updated." {
		t.Errorf("%+v", a)
	}
	got := w.heard()[1]
	if got.Command != "incident" || got.Text != "update 42" || !got.Filled || got.Forms || got.Channel.ID != teaching {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff(map[string]string{"status": "identified", "message": "A disk is full.\n*really*"}, got.Options); diff != "" {
		t.Error(diff)
	}
}

// A modal is closed once it is sent. What was typed is not lost with a refusal: it is
// repeated, and a button opens the form again as it was filled in.
func TestARefusedFormCanBePutRight(t *testing.T) {
	w := newWorld(t)
	refusal := chat.Reply{Failed: true, Field: "next", Message: chat.Message{Summary: chat.Plain("\"soon\" is no length of time."), Tone: chat.ToneRefused}}
	w.opens(updateForm(), refusal)
	w.types(typed("/incident update 42"))
	a := w.submits(discordtest.Fill{"message": "A disk <@501> is full.", "next": "soon"})
	if a.Message.To != ann || !strings.Contains(a.Message.Reads(), "> A disk @lowell/501 is full.") && !strings.Contains(a.Message.Reads(), `> A disk \@lowell/501 is full.`) {
		t.Fatalf("%+v", a.Message)
	}
	w.restart()
	again := w.clicks(a.Message, "Change it")
	if again.Type != 9 || again.Form.Inputs[1].Value != "A disk @lowell/501 is full." || again.Form.Inputs[2].Value != "soon" {
		t.Fatalf("%+v", again)
	}
	w.opens(updateForm(), saying("INC-42 is updated."))
	if a := w.submits(discordtest.Fill{"next": "1h"}); a.Type != 7 || a.Message.Content != "INC-42 is updated." {
		t.Errorf("%+v", a)
	}
	got := w.heard()
	if last := got[len(got)-1]; last.Options["next"] != "1h" || last.Options["message"] == "" || last.ID == got[1].ID {
		t.Errorf("%+v", last)
	}
}

// A form has more fields than a modal: what must be filled in is there, what holds
// something already is sent along, and the rest is left to the command line.
func TestAFormOfMoreThanFiveFields(t *testing.T) {
	w := newWorld(t)
	f := chat.Form{Title: "Schedule work", Submit: "Continue", Command: "window schedule", Fields: []chat.Field{
		{Name: "services", Label: "Services", Kind: chat.PickMany, Choices: []chat.Choice{{Value: "learn"}, {Value: "portal"}}},
		{Name: "effect", Label: "Effect", Kind: chat.PickOne, Initial: []string{"down"}, Choices: []chat.Choice{{Value: "down"}}},
		{Name: "when", Label: "When"}, {Name: "for", Label: "Duration"}, {Name: "title", Label: "Title"},
		{Name: "details", Label: "Details", Optional: true}, {Name: "more", Label: "More", Optional: true},
	}}
	w.opens(f, saying("Understood."))
	a := w.types(typed("/window schedule"))
	var names []string
	for _, in := range a.Form.Inputs {
		names = append(names, in.Name)
	}
	if diff := cmp.Diff([]string{"services", "when", "for", "title", "details"}, names); diff != "" {
		t.Fatal(diff)
	}
	w.restart()
	w.submits(discordtest.Fill{"services": "learn", "when": "friday 02:00", "for": "3h", "title": "Work"})
	want := map[string]string{"services": "learn", "when": "friday 02:00", "for": "3h", "title": "Work", "effect": "down"}
	if got := w.heard()[1]; got.Text != "schedule" {
		t.Errorf("%+v", got)
	} else if diff := cmp.Diff(want, got.Options); diff != "" {
		t.Error(diff)
	}
}

func TestAFormBeyondDiscordsLimitsIsOpenedAllTheSame(t *testing.T) {
	w := newWorld(t)
	long := chat.Field{Name: "reason", Label: strings.Repeat("Reason ", 20), Hint: strings.Repeat("h", 300), Initial: []string{strings.Repeat("é", 5000)}, Max: 300}
	many := chat.Field{Name: "services", Label: "Services", Kind: chat.PickMany}
	for range 200 {
		many.Choices = append(many.Choices, chat.Choice{Value: "service", Label: "Service"})
	}
	none := chat.Field{Name: "none", Optional: true}
	w.opens(chat.Form{Title: strings.Repeat("Title ", 20), Command: "window move 17 " + strings.Repeat("x", 300), Fields: []chat.Field{long, many, none, {Name: "lead", Label: "Lead", Kind: chat.PickPerson, Initial: []string{"lowell/501"}}}}, saying("Done."))
	a := w.types(typed("/window move 17"))
	if a.Type != 9 || a.Form.Inputs[2].Label != "none" || a.Form.Inputs[3].Placeholder == "" {
		t.Fatalf("%+v", a)
	}
	w.restart()
	w.submits(discordtest.Fill{"services": "learn,portal"})
	if got := w.heard()[1]; got.Text != "move 17 "+strings.Repeat("x", 300) || got.Options["services"] != "learn,portal" || got.Options["lead"] != "lowell/501" {
		t.Errorf("%+v", got)
	}
}

func TestAFormThatNobodyKnowsAnyMoreRepeatsWhatWasTyped(t *testing.T) {
	w := newWorld(t)
	f := updateForm()
	f.Command += strings.Repeat("x", 100)
	w.opens(f, saying("Done."))
	w.types(typed("/incident update 42"))
	w.stop()
	w.memory = memory{}
	w.start()
	a := w.submits(discordtest.Fill{"message": "A disk is full."})
	if !strings.Contains(a.Message.Reads(), "This form is too old.") || !strings.Contains(a.Message.Reads(), "> A disk is full.") || len(w.heard()) != 1 {
		t.Errorf("%s", a.Message.Reads())
	}
}
