package card_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/card"
)

// looked is what of a card decides how it looks: all of its parts, and its buttons by row.
type looked struct {
	parts []map[string]any
	rows  [][]string
}

func look(t *testing.T, c card.Card) (l looked) {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(c, &root); err != nil {
		t.Fatal(err)
	}
	l.into(root)
	return l
}

func (l *looked) into(part map[string]any) {
	l.parts = append(l.parts, part)
	if actions, ok := part["actions"].([]any); ok {
		var row []string
		for _, a := range actions {
			button := a.(map[string]any)
			row = append(row, button["title"].(string))
			if opens, ok := button["card"].(map[string]any); ok {
				l.into(opens)
			}
		}
		l.rows = append(l.rows, row)
	}
	for _, name := range []string{"body", "items"} {
		below, _ := part[name].([]any)
		for _, one := range below {
			l.into(one.(map[string]any))
		}
	}
}

// goldens are all cards that are kept as files.
func goldens(t *testing.T) map[string]card.Card {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "*", "*.json"))
	if err != nil || len(files) < 30 {
		t.Fatal(files, err)
	}
	all := map[string]card.Card{}
	for _, f := range files {
		if all[f], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// Teams has a light theme, a dark one and one of high contrast. Text in the theme's own
// colour, on the theme's own shades, is readable in each; in a colour or on a picture of ours
// it would not be, nor is it in the theme's red, which has 3.2:1 in the dark.
func TestCardsLookRightInEveryTheme(t *testing.T) {
	theirs := map[string][]string{
		"style":    {"heading", "good", "warning", "attention", "accent", "emphasis", "compact", "expanded", "filtered", "positive", "destructive"},
		"isSubtle": {"true"},
	}
	for name, c := range goldens(t) {
		for _, part := range look(t, c).parts {
			for key, values := range theirs {
				if v, there := part[key]; there && !slices.Contains(values, strings.ToLower(fmt.Sprint(v))) {
					t.Errorf("%s: %s of a %s is %v", name, key, part["type"], v)
				}
			}
			for _, key := range []string{"color", "backgroundImage", "backgroundColor", "url", "iconUrl", "height", "minHeight", "width"} {
				if v, there := part[key]; there {
					t.Errorf("%s: a %s has %s %v", name, part["type"], key, v)
				}
			}
		}
	}
}

// What a colour or an icon says, words say before it.
func TestNothingIsSaidByColourAlone(t *testing.T) {
	icons := regexp.MustCompile(`^\s*\p{So}|^[^\pL\pN]*$`)
	for name, c := range goldens(t) {
		for _, part := range look(t, c).parts {
			text, is := part["text"].(string)
			if is && icons.MatchString(text) {
				t.Errorf("%s: a text begins with no word: %q", name, text)
			}
			if style := part["style"]; part["type"] == "Container" && style != nil && len(part["items"].([]any)) == 0 {
				t.Errorf("%s: %v is said by a colour alone", name, style)
			}
		}
	}
}

// An icon stands in the line in which its sentence ends.
func TestNoIconStandsAloneInALine(t *testing.T) {
	ends, seen := regexp.MustCompile(`(.)\p{So}\x{FE0F}?$`), 0
	for name, c := range goldens(t) {
		for _, part := range look(t, c).parts {
			text, _ := part["text"].(string)
			if end := ends.FindStringSubmatch(text); end != nil && end[1] != "\u00a0" {
				t.Errorf("%s: a line may end before the icon: %q", name, text)
			} else if end != nil {
				seen++
			}
		}
	}
	if seen < 20 {
		t.Errorf("%d icons", seen)
	}
}

// On a phone, whose card is some 290 pixels wide inside, nothing is cut off: texts go on in
// the next line, and buttons in the next row.
func TestNothingIsCutOffOnAPhone(t *testing.T) {
	cards := goldens(t)
	for n, labels := range [][]string{
		{"Resolve INC-42"},
		{"Update INC-4242", "Resolve INC-4242", "Lead INC-4242", "Take INC-4242 back", "Who was told of INC-4242"},
		{"Yes", "No", "A", "B", "C", "D", "E", "F"},
		{"Actualizar INC-42", "Resolver INC-42", "Quiénes se enteraron de INC-42 y de lo demás"},
	} {
		var m chat.Message
		for _, l := range labels {
			m.Actions = append(m.Actions, chat.Action{Label: l, Command: "status"})
		}
		made := message(t, style(t), m)
		if got := slices.Concat(look(t, made).rows...); !slices.Equal(got, labels) {
			t.Errorf("%q became %q", labels, got)
		}
		cards[fmt.Sprint("buttons ", n)] = made
	}
	for name, c := range cards {
		l := look(t, c)
		for _, row := range l.rows {
			wide := float64(8 * (len(row) - 1)) // Teams' letters have about 7.5 pixels, its buttons 17 on either side
			for _, title := range row {
				wide += 34 + 7.5*float64(utf8.RuneCountInString(title))
			}
			if len(row) > 1 && wide > 290 || len(row) > 6 {
				t.Errorf("%s: a row is %.0f pixels wide: %q", name, wide, row)
			}
		}
		for _, part := range l.parts {
			if part["type"] == "TextBlock" && part["wrap"] != true {
				t.Errorf("%s: a text does not wrap: %v", name, part["text"])
			}
		}
	}
}

// Who cannot see a form is told what each of its fields is.
func TestFieldsHaveLabels(t *testing.T) {
	for name, c := range goldens(t) {
		for _, part := range look(t, c).parts {
			if kind, _ := part["type"].(string); strings.HasPrefix(kind, "Input.") && part["label"] == nil {
				t.Errorf("%s: a %s has no label", name, kind)
			}
		}
	}
}
