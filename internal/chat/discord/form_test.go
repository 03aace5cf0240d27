package discord_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

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
		{Name: "status", Label: "Status", Choices: []string{"investigating", "identified"}, Value: "identified", Required: true},
		{Name: "message", Label: "Message", Description: "Everybody reads it.", Required: true, MaxLength: 2000},
		{Name: "next", Label: "Next update in", Choices: []string{"15m", "1h"}},
	}
	if diff := cmp.Diff(want, a.Form.Inputs, cmpopts.IgnoreUnexported(discordtest.Input{})); a.Type != 9 || a.Form.Title != "Update INC-42" || diff != "" {
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
	refusal := chat.Reply{Failed: true, Field: "next", Message: chat.Message{Summary: chat.Plain("15 minutes are too few."), Tone: chat.ToneRefused}}
	w.opens(updateForm(), refusal)
	w.types(typed("/incident update 42"))
	a := w.submits(discordtest.Fill{"message": "A disk <@501> is full.", "next": "15m"})
	if a.Message.To != ann || !strings.Contains(a.Message.Reads(), "> A disk @lowell/501 is full.") && !strings.Contains(a.Message.Reads(), `> A disk \@lowell/501 is full.`) {
		t.Fatalf("%+v", a.Message)
	}
	w.restart()
	again := w.clicks(a.Message, "Change it")
	if again.Type != 9 || again.Form.Inputs[1].Value != "A disk @lowell/501 is full." || again.Form.Inputs[2].Value != "15m" {
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
	if a.Type != 9 || a.Form.Inputs[2].Label != "none" || !a.Form.Inputs[3].People || a.Form.Inputs[3].Value != "501" {
		t.Fatalf("%+v", a)
	}
	w.restart()
	w.submits(discordtest.Fill{"services": "learn,portal"})
	if got := w.heard()[1]; got.Text != "move 17 "+strings.Repeat("x", 300) || got.Options["services"] != "learn,portal" || got.Options["lead"] != "@lowell/501" {
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

// What can be picked stands in a menu, whatever its names are; several values are joined as
// elsewhere, and who is picked is an address.
func TestWhatCanBePickedStandsInAMenu(t *testing.T) {
	w := newWorld(t)
	w.opens(chat.Form{Title: "Many", Command: "incident lead 42", Fields: []chat.Field{
		{Name: "services", Label: "Services", Kind: chat.PickMany, Initial: []string{"learn"}, Choices: []chat.Choice{{Value: "learn", Label: "Learn System"}, {Value: "portal"}, {Value: "mail"}}},
		{Name: "lead", Label: "Lead", Kind: chat.PickPerson, Optional: true, Hint: "Left empty: nobody."},
		{Name: "status", Label: "Status", Kind: chat.PickOne, Initial: []string{"monitoring"}, Optional: true, Choices: []chat.Choice{{Value: "investigating"}, {Value: "identified"}, {Value: "monitoring"}, {Value: "resolved"}}},
	}}, saying("Done."))
	w.types(typed("/incident lead 42"))
	w.submits(discordtest.Fill{"services": "learn,mail", "lead": "502", "status": ""})
	want := map[string]string{"services": "learn,mail", "lead": "@lowell/502"}
	if diff := cmp.Diff(want, w.heard()[1].Options); diff != "" {
		t.Error(diff)
	}
}

// What does not stand in a menu is typed, and what can be typed is said as long as the
// form is open: also where the field holds something already.
func TestWhatStandsInNoMenuIsTyped(t *testing.T) {
	status := []chat.Choice{{Value: "investigating"}, {Value: "identified"}, {Value: "monitoring"}, {Value: "resolved"}}
	twice := []chat.Choice{{Value: "learn"}, {Value: "learn"}}
	var many []chat.Choice
	for n := range 26 {
		many = append(many, chat.Choice{Value: fmt.Sprintf("s%d", n)})
	}
	for _, f := range []chat.Field{
		{Name: "status", Label: "Status", Kind: chat.PickOne, Initial: []string{"fixed"}, Choices: status},
		{Name: "status", Label: "Status", Kind: chat.PickMany, Initial: []string{"identified:4"}, Choices: status},
		{Name: "services", Label: "Services", Kind: chat.PickMany, Choices: twice},
		{Name: "services", Label: "Services", Kind: chat.PickMany, Choices: many},
		{Name: "services", Label: "Services", Kind: chat.PickOne, Choices: []chat.Choice{{Value: strings.Repeat("x", 101)}}},
		{Name: "lead", Label: "Lead", Kind: chat.PickPerson, Initial: []string{"amherst/U0ANN"}},
	} {
		w := newWorld(t)
		w.opens(chat.Form{Title: "Update INC-42", Command: "incident update 42", Fields: []chat.Field{f}}, saying("Done."))
		a := w.types(typed("/incident update 42"))
		in := a.Form.Inputs[0]
		if len(in.Choices) > 0 || in.People || in.Description == "" || in.Value != strings.Join(f.Initial, ",") {
			t.Errorf("%+v", in)
		}
		w.submits(discordtest.Fill{f.Name: "as typed"})
		if got := w.heard()[1].Options[f.Name]; got != "as typed" {
			t.Errorf("%q", got)
		}
	}
}

// A form says what it is about, where that has a place beside the fields.
func TestAFormSaysWhatItIsAbout(t *testing.T) {
	about := []chat.Line{{Text: chat.Plain("Everybody is told at once, *not* verified.")}}
	for fields, want := range map[int]bool{1: true, 4: true, 5: false} {
		w := newWorld(t)
		f := chat.Form{Title: "Tell now", Command: "incident tell 42", Intro: about}
		for n := range fields {
			f.Fields = append(f.Fields, chat.Field{Name: fmt.Sprintf("f%d", n), Label: "Field"})
		}
		w.opens(f, saying("Done."))
		a := w.types(typed("/incident tell 42"))
		if says := strings.Contains(string(a.Form.Raw), `Everybody is told at once, \\*not\\* verified.`); a.Type != 9 || says != want || len(a.Form.Inputs) != fields {
			t.Errorf("%d fields: %s", fields, a.Form.Raw)
		}
	}
}

// A form that was opened by a version which put its fields into rows is taken all the same.
func TestAFormOfRowsIsTaken(t *testing.T) {
	w := newWorld(t)
	w.answerWith(func(chat.Request) chat.Reply { return saying("Done.") })
	body := strings.ReplaceAll(interactions()[7], "APP", string(w.at.ID))
	r := w.fake.Signed(w.at.ID, []byte(body), discordtest.Forgery{})
	rec := httptest.NewRecorder()
	w.routes.ServeHTTP(rec, made(r.URL, r.Header, r.Body))
	if got := w.heard(); rec.Code != 200 || len(got) != 1 || got[0].Options["message"] != "We look." {
		t.Errorf("%d, %+v", rec.Code, got)
	}
}
