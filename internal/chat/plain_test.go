package chat_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

func TestAMessageOnATerminal(t *testing.T) {
	at := time.Date(2026, 12, 2, 9, 12, 0, 0, time.UTC)
	m := chat.Message{
		Summary: chat.Text{{Strong: "Learn is not available"}, {Plain: " since "}, {Time: at}, {Plain: "."}},
		Lines: []chat.Line{
			{Text: chat.Plain("We are looking.\nPlease wait."), Kind: chat.Quote},
			{Text: chat.Text{{Person: desk.Person{Connection: "amherst", ID: "U1"}}, {Plain: " leads."}}},
			{Text: chat.Text{{Plain: "tell "}, {Channel: desk.Channel{Connection: "amherst", ID: "C1"}}}, Kind: chat.Item},
			{Text: chat.Plain("Later"), Kind: chat.Heading},
		},
		Facts:   []chat.Fact{{Label: "Began", Value: chat.Text{{Time: at, Form: chat.FullDate}}}},
		Context: []chat.Text{{{Link: chat.Link{URL: "https://status.example.edu", Label: "Status page"}}}},
		Actions: []chat.Action{{Label: "Resolve INC-42", Command: "incident resolve 42"}, {Label: "Open", URL: "https://status.example.edu"}},
	}
	want := `Learn is not available since 4:12 AM EST.
> We are looking.
> Please wait.
amherst/U1 leads.
- tell amherst/C1
Later
Began: Wednesday, 2 December 2026, 4:12 AM EST
Status page (https://status.example.edu)
[Resolve INC-42] incident resolve 42
[Open] https://status.example.edu
`
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, m.PlainText(zone)); diff != "" {
		t.Error(diff)
	}
}
