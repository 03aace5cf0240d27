package slack_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

// opens makes the handler answer with a form.
func (w *world) opens(f chat.Form) {
	w.answerWith(func(r chat.Request) chat.Reply {
		if r.Filled {
			return chat.Reply{Message: chat.Message{Summary: chat.Plain("Done.")}}
		}
		return chat.Reply{Form: &f, Failed: true, Message: chat.Message{Summary: chat.Plain("Please type it.")}}
	})
}

func formsOfAllKinds(t *testing.T) map[string]chat.Form {
	words := wording.Context{Zone: newYork(t), Catalog: desk.NewCatalog([]desk.Service{
		{ID: "learn", Name: "Learn System", Group: "Teaching"}, {ID: "portal", Name: "Student <Portal>", Group: "Campus"},
	})}
	inc := begin(t, desk.Declaration{Impact: desk.Critical}).update("A disk is full.").inc
	here := channel("CTEACH")
	over := inc
	over.Status, over.EndedAt = desk.Resolved, inc.BeganAt.Add(time.Hour)
	return map[string]chat.Form{
		"declare": words.DeclareForm("incident declare"), "drill": words.DeclareForm("incident drill"),
		"update": words.UpdateForm(inc), "resolve": words.ResolveForm(inc), "retract": words.RetractForm(inc),
		"edit": words.EditForm(inc, 2, "A disk is full."), "change": words.ChangeForm(inc, "We look.", true),
		"note":   words.NoteForm([]desk.Incident{inc}, "42", "https://amherst.slack.com/archives/C1/p1\nError 500 & <b>"),
		"impact": words.ImpactForm(inc), "services": words.ServicesForm(inc), "title": words.TitleForm(inc), "began": words.BeganForm(inc),
		"lead": words.LeadForm(inc, desk.Person{Connection: "amherst", ID: "UANN"}), "lead elsewhere": words.LeadForm(inc, desk.Person{Connection: "boston", ID: "UBOB"}),
		"reopen": words.ReopenForm(over), "ended": words.EndedForm(over),
		"declare alert": words.DeclareAlertForm([]desk.Alert{*alarm(t, 2).root(true).Snapshot.Alert}, desk.Critical),
		"mute":          words.MuteForm([]desk.Affected{{Service: "learn"}}), "unmute": words.UnmuteForm([]desk.Affected{{Service: "portal", Name: "Student <Portal>"}}),
		"sorry":     words.SorryForm([]desk.Service{{ID: "learn", Name: "Learn System"}, {ID: "portal", Name: "Student <Portal>"}}),
		"subscribe": words.SubscribeForm([]desk.Subscription{{Channel: here, Target: desk.ServiceTarget("learn"), Least: desk.Major}}),
	}
}

func TestEveryFormInBlockKit(t *testing.T) {
	w := newWorld(t)
	for name, f := range formsOfAllKinds(t) {
		t.Run(name, func(t *testing.T) {
			w.opens(f)
			w.types(w.typed(""))
			v, ok := w.fake.Form("UANN")
			if !ok {
				t.Fatalf("no form was opened:\n%s", w.logs.String())
			}
			if _, err := w.fake.Submit(t.Context(), "UANN", filledAnyhow(name)); err != nil {
				t.Error(err)
			}
			v.Raw = bytes.ReplaceAll(v.Raw, []byte(hookOf(v)), []byte("https://hooks.slack.com/commands/1"))
			var out bytes.Buffer
			if err := json.Indent(&out, v.Raw, "", "  "); err != nil {
				t.Fatal(err)
			}
			golden(t, "../views/"+name, append(out.Bytes(), '\n'))
		})
	}
}

// filledAnyhow fills in what a form does not hold by itself.
func filledAnyhow(name string) slacktest.Fill {
	switch name {
	case "declare", "drill":
		return slacktest.Fill{"services": "learn,portal", "impact": "minor"}
	case "update", "reopen":
		return slacktest.Fill{"message": "We look."}
	case "unmute", "mute":
		return slacktest.Fill{"services": "portal"}
	case "sorry":
		return slacktest.Fill{"services": "learn", "state": "on"}
	case "subscribe":
		return slacktest.Fill{"target": "learn"}
	}
	return nil
}

// hookOf is the response_url that a form holds: another one in every run.
func hookOf(v slacktest.View) string {
	var hidden struct {
		URL string `json:"u"`
	}
	_ = json.Unmarshal([]byte(v.Metadata), &hidden)
	return hidden.URL
}

// More services than a menu holds are typed, and all that is too long is cut.
func TestAFormBeyondSlacksLimitsIsOpenedAllTheSame(t *testing.T) {
	w := newWorld(t)
	f := chat.Form{Title: strings.Repeat("Title ", 20), Submit: strings.Repeat("Go ", 20), Command: "incident declare", Intro: []chat.Line{{Text: chat.Plain(strings.Repeat("intro ", 2000))}}}
	services := chat.Field{Name: "services", Label: strings.Repeat("Services ", 30), Hint: strings.Repeat("h", 3000), Kind: chat.PickMany}
	for n := range 101 {
		services.Choices = append(services.Choices, chat.Choice{Value: fmt.Sprint("s", n), Label: strings.Repeat("Service ", 20)})
	}
	few := services
	few.Name, few.Choices = "few", services.Choices[:100]
	f.Fields = []chat.Field{services, few}
	w.opens(f)
	w.types(w.typed("declare"))
	if _, err := w.fake.Submit(t.Context(), "UANN", slacktest.Fill{"services": "s7,s100", "few": "s1,s2"}); err != nil {
		t.Fatal(err, w.logs.String())
	}
	if got := w.heard()[1]; got.Options["services"] != "s7,s100" || got.Options["few"] != "s1,s2" || !got.Filled {
		t.Errorf("%+v", got)
	}
}

// The line that a form stands for may hold as much as a button's, in any letters and with
// code in it, and where its answer goes.
func TestAFormHoldsALongLine(t *testing.T) {
	w := newWorld(t)
	for _, part := range []string{"<b>Disk</b> & more; ", "¿Qué hará el técnico mañana? "} {
		line := "window schedule learn tomorrow 2am for 1h " + strings.Repeat(part, 2000/utf8.RuneCountInString(part)-3)
		w.opens(chat.Form{Title: "Say why", Submit: "Do it", Command: line, Fields: []chat.Field{{Name: "reason", Label: "Reason", Max: 300}}})
		w.types(w.typed("declare"))
		v, ok := w.fake.Form("UANN")
		if !ok || hookOf(v) == "" {
			t.Fatalf("opened %v, its answer goes to %q\n%s", ok, hookOf(v), w.logs.String())
		}
		if _, err := w.fake.Submit(t.Context(), "UANN", slacktest.Fill{"reason": "It must be."}); err != nil {
			t.Fatal(err)
		}
		heard := w.heard()
		if got := heard[len(heard)-1]; got.Command+" "+got.Text != line {
			t.Errorf("it came back as %q", got.Text)
		}
	}
}

// What was filled in arrives as it was typed, in the channel where the form was
// opened; a form sent again is the same request, one put right another.
func TestAFilledFormIsARequest(t *testing.T) {
	w := newWorld(t)
	w.opens(chat.Form{Title: "Update INC-42", Submit: "Update", Command: "incident update 42", Fields: []chat.Field{
		{Name: "message", Label: "Message", Kind: chat.LongText, Max: 2000}, {Name: "next", Label: "Next update in", Optional: true, Max: 9},
	}})
	if a := w.types(w.typed("update 42")); len(a.Body) != 0 {
		t.Errorf("beside the form: %s", a.Body)
	}
	nasty := "\"quoted\" | --yes\n&amp; <!channel>"
	r, err := w.fake.SubmitRequest("UANN", slacktest.Fill{"message": nasty})
	if err != nil {
		t.Fatal(err)
	}
	other, err := w.fake.SubmitRequest("UANN", slacktest.Fill{"message": nasty, "next": "5m"})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []slacktest.Request{r, r, other} {
		if _, err := w.fake.SendForm(t.Context(), "UANN", r); err != nil {
			t.Fatal(err)
		}
	}
	h := w.heard()[1:]
	if h[0].ID != h[1].ID || h[0].ID == h[2].ID {
		t.Errorf("ids %s, %s, %s", h[0].ID, h[1].ID, h[2].ID)
	}
	got := h[0]
	if got.Command != "incident" || got.Text != "update 42" || got.Options["message"] != nasty || got.Channel.ID != "CTEACH" || got.Name != "ann" {
		t.Errorf("%+v", got)
	}
	if _, there := got.Options["next"]; there {
		t.Error("a field that was left empty is given")
	}
}

// A refusal stands beside its field, and at the first where it has none; one with
// buttons closes the form and is asked in the channel.
func TestWhereARefusedFormIsAnswered(t *testing.T) {
	refuse := func(field string, ways ...chat.Action) chat.Reply {
		return chat.Reply{Failed: true, Field: field, Message: chat.Message{Summary: chat.Plain("No."), Actions: ways}}
	}
	for _, tc := range []struct {
		name  string
		reply chat.Reply
		at    string
	}{
		{"its field", refuse("next"), "next"}, {"no field", refuse(""), "message"}, {"another", refuse("title"), "message"},
		{"ways on", refuse("", chat.Action{Label: "Separate", Command: "incident declare --separate", Options: map[string]string{"title": "{"}}), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			w.opens(chat.Form{Title: "T", Submit: "S", Command: "incident update 42", Fields: []chat.Field{{Name: "message", Label: "M", Max: 9}, {Name: "next", Label: "N", Max: 9, Optional: true}}})
			w.types(w.typed("update 42"))
			w.answerWith(func(chat.Request) chat.Reply { return tc.reply })
			if a, err := w.fake.Submit(t.Context(), "UANN", slacktest.Fill{"message": "x"}); err != nil || len(a.Problems) > 0 {
				t.Fatal(err, a.Problems)
			}
			v, open := w.fake.Form("UANN")
			if tc.at != "" {
				if !open || v.Errors[tc.at] != "No." || len(v.Errors) != 1 {
					t.Errorf("open: %v, beside its fields: %v", open, v.Errors)
				}
				return
			}
			w.fakeSays("CTEACH", 1)
			ask := w.only("CTEACH", "No.")[0]
			w.clicks(slacktest.Click{Channel: "CTEACH", TS: ask.TS, User: "UANN", Action: "do-0"})
			h := w.heard()
			if got := h[len(h)-1]; open || got.Text != "declare --separate" || got.Options["title"] != "{" || !got.Filled {
				t.Errorf("still open: %v, %+v", open, got)
			}
		})
	}
}

// A form that takes long closes, and is answered where it was opened.
func TestAFormIsAnsweredLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.opens(chat.Form{Title: "T", Submit: "S", Command: "incident resolve 42", Fields: []chat.Field{{Name: "message", Label: "M", Max: 9, Optional: true}}})
		w.types(w.typed("resolve 42"))
		w.answerWith(slowly(8 * time.Second))
		begun := time.Now()
		a, err := w.fake.Submit(t.Context(), "UANN", nil)
		if err != nil || a.Late || a.Status != http.StatusOK || time.Since(begun) != 2*time.Second {
			t.Fatalf("after %v: %v %d", time.Since(begun), err, a.Status)
		}
		time.Sleep(7 * time.Second)
		if m := w.only("CTEACH", "INC-1 is open.")[0]; m.To != "UANN" {
			t.Errorf("%+v", m)
		}
	})
}

// Nor is what was typed lost where a form is refused after it has closed.
func TestAFormThatIsRefusedLateGivesBackWhatWasTyped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.opens(chat.Form{Title: "T", Submit: "S", Command: "window schedule", Fields: []chat.Field{{Name: "message", Label: "M", Max: 99}, {Name: "details", Label: "D", Max: 99}}})
		w.types(w.typed("resolve 42"))
		w.answerWith(func(chat.Request) chat.Reply {
			time.Sleep(5 * time.Second)
			return chat.Reply{Failed: true, Message: chat.Message{Summary: chat.Plain("It is resolved already.")}}
		})
		if _, err := w.fake.Submit(t.Context(), "UANN", slacktest.Fill{"message": "All is well again.", "details": "A new disk."}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(7 * time.Second)
		m := w.only("CTEACH", "It is resolved already.")[0]
		for _, text := range []string{"All is well again.", "A new disk."} {
			if !strings.Contains(m.Reads(), text) {
				t.Errorf("she reads %s", m.Reads())
			}
		}
	})
}

// Nor is it where the way on would be a button that cannot hold so much.
func TestAFormThatFitsIntoNoButtonIsGivenBack(t *testing.T) {
	for text, back := range map[string]bool{"It is down.": false, strings.Repeat("It is down. ", 166): true} {
		w := newWorld(t)
		w.opens(chat.Form{Title: "T", Submit: "S", Command: "incident declare", Fields: []chat.Field{{Name: "message", Label: "M", Kind: chat.LongText, Max: 2000}}})
		w.types(w.typed("declare"))
		w.answerWith(func(r chat.Request) chat.Reply {
			return chat.Reply{Failed: true, Message: chat.Message{Summary: chat.Plain("Is it INC-1?"), Actions: []chat.Action{{Label: "Separate", Command: "incident declare --separate", Options: r.Options}}}}
		})
		if _, err := w.fake.Submit(t.Context(), "UANN", slacktest.Fill{"message": text}); err != nil {
			t.Fatal(err)
		}
		w.fakeSays("CTEACH", 1)
		if m := w.only("CTEACH", "Is it INC-1?")[0]; strings.Contains(m.Reads(), strings.TrimSpace(text)) != back {
			t.Errorf("she reads %s", m.Reads())
		}
	}
}

// A Slack that takes 5 s to open a form is answered for the command in time, and
// nothing is said beside the form.
func TestAFormThatOpensSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.opens(chat.Form{Title: "T", Submit: "S", Command: "incident resolve 42"})
		w.fake.FaultsAlways(slacktest.On{Method: "views.open"}, slacktest.Slow(5*time.Second, slacktest.StoreEarly))
		begun := time.Now()
		if a := w.types(w.typed("resolve")); a.Late || len(a.Body) != 0 || time.Since(begun) != 2*time.Second {
			t.Errorf("after %v: %+v", time.Since(begun), a)
		}
		time.Sleep(time.Minute)
		if _, open := w.fake.Form("UANN"); !open {
			t.Error("it is not open")
		}
		w.only("CTEACH")
	})
}

// Slack's API may take as long as it likes to open a form: the trigger counts when
// the call arrives, and where that is too late what to type is said.
func TestAFormThatIsOpenedTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		f := chat.Form{Title: "T", Submit: "S", Command: "incident resolve 42"}
		w.answerWith(func(chat.Request) chat.Reply {
			time.Sleep(4 * time.Second)
			return chat.Reply{Form: &f, Failed: true, Message: chat.Message{Summary: chat.Plain("Please type it.")}}
		})
		w.types(w.typed("resolve"))
		time.Sleep(10 * time.Second)
		if _, open := w.fake.Form("UANN"); open {
			t.Error("it is open")
		}
		w.only("CTEACH", "Please type it.")
	})
}
