package card_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/card"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestEveryKindOfPostAsACard(t *testing.T) {
	for name, d := range posts(t) {
		t.Run(name, func(t *testing.T) { golden(t, "posts/"+name, message(t, style(t), words(t).Post(d))) })
	}
}

func TestAnswersAsCards(t *testing.T) {
	for name, m := range answers(t) {
		t.Run(name, func(t *testing.T) { golden(t, "answers/"+name, message(t, style(t), m)) })
	}
}

func TestEveryFormAsACard(t *testing.T) {
	for name, f := range forms(t) {
		t.Run(name, func(t *testing.T) { golden(t, "forms/"+name, form(t, f, "", "")) })
	}
}

func TestARefusedFormSaysWhyAtItsField(t *testing.T) {
	f := card.Refill(forms(t)["declare"], map[string]string{"services": "learn,portal", "impact": "major", "title": "Slow logins", "since": "yesteryear"})
	golden(t, "forms/declare-refused", form(t, f, "\"yesteryear\" is no time: say it like 03:52 or 20m ago.", "since"))
	golden(t, "forms/declare-refused-whole", form(t, f, "Only responders may declare.", "no such field"))
}

func message(t *testing.T, s card.Style, m chat.Message) card.Card {
	t.Helper()
	made, err := s.Message(m)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func form(t *testing.T, f chat.Form, refused, field string) card.Card {
	t.Helper()
	made, err := style(t).Form(f, refused, field)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func golden(t *testing.T, name string, got card.Card) {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, got, "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	path := filepath.Join("testdata", filepath.FromSlash(name)+".json")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got), written anew with -update:\n%s", path, diff)
	}
}

// The golden cards are valid by the official schema and by what else Teams asks for.
func TestTheGoldenCardsAreValid(t *testing.T) {
	for name, c := range goldens(t) {
		if faults := teamstest.CheckCard(c); len(faults) > 0 {
			t.Errorf("%s: %q", name, faults)
		}
	}
}

// So says a validator of others.
func TestTheGoldenCardsAreValidElsewhere(t *testing.T) {
	kit := os.Getenv("BELLTOWER_KIT")
	if kit == "" {
		t.Skip("BELLTOWER_KIT names no folder with validate-adaptivecard.mjs")
	}
	files, err := filepath.Glob(filepath.Join("testdata", "*", "*.json"))
	if err != nil || len(files) < 30 {
		t.Fatal(files, err)
	}
	out, err := exec.CommandContext(t.Context(), "node", append([]string{filepath.Join(kit, "validate-adaptivecard.mjs")}, files...)...).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
