package card_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/chattest"
	"github.com/umassonline/belltower/internal/chat/teams/card"
	"github.com/umassonline/belltower/internal/desk"
)

// most is what a card may have by the size that is planned, in bytes.
const most = 25_000

// tooMuch are messages beyond what a card holds, and some that want to break it.
func tooMuch() map[string]chat.Message {
	all := chattest.Hostile()
	called := chat.Message{Summary: chat.Plain("All are called.")}
	for i := range 300 {
		called.Lines = append(called.Lines, chat.Line{Text: chat.Text{{Person: desk.Person{Connection: "boston", ID: fmt.Sprintf("%08d-0000-0000-0000-000000000000", i)}, Notify: true}}})
		called.Actions = append(called.Actions, chat.Action{Label: strings.Repeat("é", 90), Command: strings.Repeat("\"\\", 900)})
	}
	all["everybody is called"] = called
	all["nothing"] = chat.Message{}
	return all
}

func TestACardKeepsToTheLimits(t *testing.T) {
	dir := t.TempDir()
	for name, m := range tooMuch() {
		made := message(t, style(t), m)
		if len(made) > most || !json.Valid(made) || !utf8.Valid(made) {
			t.Errorf("%s: %d bytes, valid: %v", name, len(made), json.Valid(made))
		}
		if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".json"), made, 0o600); err != nil {
			t.Fatal(err)
		}
		toast := style(t).Summary(m)
		if n := utf8.RuneCountInString(toast); n == 0 || n > 500 || strings.ContainsAny(toast, "\n\x00\u202e") {
			t.Errorf("%s: the toast has %d characters: %q", name, n, toast)
		}
	}
	kit := os.Getenv("BELLTOWER_KIT")
	if kit == "" {
		t.Skip("BELLTOWER_KIT names no folder with validate-adaptivecard.mjs")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	if out, err := exec.CommandContext(t.Context(), "node", append([]string{filepath.Join(kit, "validate-adaptivecard.mjs")}, files...)...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// Teams takes no card that calls somebody whom its text does not name.
func TestOnlyWhoIsNamedInWhatFitsIsCalled(t *testing.T) {
	m := chat.Message{Summary: chat.Plain("All are called.")}
	for i := range 10 {
		who := chat.Span{Person: desk.Person{Connection: "boston", ID: fmt.Sprintf("%08d", i)}, Notify: true}
		m.Lines = append(m.Lines, chat.Line{Text: chat.Text{{Plain: strings.Repeat("Somebody has to look. ", 200)}, who}})
	}
	var got struct {
		Body    []struct{ Text string }
		MSTeams struct{ Entities []struct{ Text string } }
	}
	if err := json.Unmarshal(message(t, style(t), m), &got); err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprint(got.Body)
	for _, e := range got.MSTeams.Entities {
		if !strings.Contains(all, e.Text) {
			t.Errorf("%s is called", e.Text)
		}
	}
	if n := len(got.MSTeams.Entities); n == 0 || n == 10 {
		t.Errorf("%d are called", n)
	}
}

func TestWhatDoesNotFitEndsWithAWholeSentence(t *testing.T) {
	m := chat.Message{Summary: chat.Plain("Learn System is not available."), Context: []chat.Text{chat.Plain("We will post again by 10.")},
		Actions: []chat.Action{{Label: "Update INC-42", Command: "incident update 42"}}}
	for range 40 {
		m.Lines = append(m.Lines, chat.Line{Kind: chat.Quote, Text: chat.Plain(strings.Repeat("The disk of the *database* is full. ", 50))})
	}
	made := string(message(t, style(t), m))
	if len(made) > most || len(made) < most*8/10 {
		t.Errorf("%d bytes", len(made))
	}
	for _, whole := range []string{"Learn System is not available.", `database\\* is full. …"`, "We will post again by 10.", "incident update 42"} {
		if !strings.Contains(made, whole) {
			t.Errorf("%q was left out", whole)
		}
	}
}

func TestACutKeepsWholeSentencesThenWords(t *testing.T) {
	for _, tc := range []struct{ summary, want string }{
		{strings.Repeat("It is down. ", 60), strings.Repeat("It is down. ", 41)[:41*12-1] + " …"},
		{strings.Repeat("down ", 120), strings.Repeat("down ", 99) + "…"},
		{strings.Repeat("é", 600), strings.Repeat("é", 498) + " …"},
		{"It is\ndown.", "It is down."},
	} {
		if got := style(t).Summary(chat.Message{Summary: chat.Plain(tc.summary)}); got != tc.want {
			t.Errorf("%.30q is cut to %q", tc.summary, got)
		}
	}
}

func TestTheToastHasTheOrganisationsTime(t *testing.T) {
	at := time.Date(2026, 12, 2, 9, 12, 0, 0, time.UTC)
	if got := style(t).Summary(chat.Message{Summary: chat.Text{{Plain: "Down since "}, {Time: at}, {Plain: "."}}}); got != "Down since 4:12 AM EST." {
		t.Error(got)
	}
}

func TestButtonsBeyondTheMostAreSaid(t *testing.T) {
	var m chat.Message
	for i := range 30 {
		m.Actions = append(m.Actions, chat.Action{Label: fmt.Sprint("Show ", i), Command: "incident show 1"})
	}
	made := message(t, style(t), m)
	buttons := 0
	for _, row := range look(t, made).rows {
		buttons += len(row)
	}
	if said := strings.Count(string(made), "has no place as a button"); buttons != 24 || said != 6 {
		t.Errorf("%d buttons, %d said to be left out", buttons, said)
	}
}

func TestWhereNothingHearsOnlyLinksAreButtons(t *testing.T) {
	s := style(t)
	s.LinksOnly = true
	made := string(message(t, s, everything()))
	if strings.Contains(made, "Action.Execute") || strings.Contains(made, "Action.Submit") || strings.Contains(made, "Resolve INC-42") || !strings.Contains(made, "Action.OpenUrl") {
		t.Error(made)
	}
}

func TestSentencesOfOurOwnAreSaidInTheReadersLanguage(t *testing.T) {
	s := style(t)
	s.Say = func(english string) string { return "¡" + english }
	if made := string(message(t, s, everything())); !strings.Contains(made, "¡\\\"Separate incident\\\" has no place") {
		t.Error(made)
	}
	f, err := s.Form(chat.Form{Title: "T", Submit: "S", Command: "incident lead 42", Fields: []chat.Field{{Name: "lead", Label: "L", Kind: chat.PickPerson}}}, "", "")
	if err != nil || !strings.Contains(string(f), "¡Please fill this in.") || !strings.Contains(string(f), "¡Write me") {
		t.Error(string(f), err)
	}
}

func TestAFormBeyondTheLimitsIsShownAllTheSame(t *testing.T) {
	f := chat.Form{Title: strings.Repeat("Title ", 90), Submit: "Go", Command: "incident declare"}
	for range 200 {
		f.Intro = append(f.Intro, chat.Line{Text: chat.Plain(strings.Repeat("intro ", 200))})
	}
	choices := make([]chat.Choice, 101)
	for n := range choices {
		choices[n] = chat.Choice{Value: fmt.Sprint("s", n), Label: strings.Repeat("Service ", 9)}
	}
	f.Fields = []chat.Field{
		{Name: "services", Label: "Services", Kind: chat.PickMany, Choices: choices[:31]},
		{Name: "few", Label: "Few", Kind: chat.PickMany, Choices: choices[:30]},
		{Name: "one", Label: "One", Kind: chat.PickOne, Choices: choices},
		{Name: "found", Label: "Found", Kind: chat.PickOne, Choices: choices[:100]},
		{Name: "message", Label: "Message", Hint: strings.Repeat("h", 3000), Kind: chat.LongText, Max: 2000, Initial: []string{"Two\nlines."}},
	}
	made := form(t, f, strings.Repeat("No. ", 1000), "one")
	var got struct {
		Body []struct{ ID, Type, Style, Value string }
	}
	if err := json.Unmarshal(made, &got); err != nil || len(made) > most {
		t.Fatalf("%d bytes, %v", len(made), err)
	}
	kinds := map[string]string{}
	for _, e := range got.Body {
		if e.ID != "" {
			kinds[e.ID] = e.Type + " " + e.Style
		}
		if e.ID == "option.message" && e.Value != "Two\nlines." {
			t.Errorf("the message holds %q", e.Value)
		}
	}
	want := map[string]string{"option.services": "Input.Text ", "option.few": "Input.ChoiceSet expanded", "option.one": "Input.Text ", "option.found": "Input.ChoiceSet filtered", "option.message": "Input.Text "}
	if fmt.Sprint(kinds) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", kinds, want)
	}
}

func TestEachSaysWhatItIs(t *testing.T) {
	for name, m := range answers(t) {
		var got struct{ Type, Version, FallbackText string }
		if err := json.Unmarshal(message(t, style(t), m), &got); err != nil || got.Type != "AdaptiveCard" || got.Version != "1.5" || got.FallbackText == "" {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	if card.ContentType != "application/vnd.microsoft.card.adaptive" {
		t.Error(card.ContentType)
	}
}
