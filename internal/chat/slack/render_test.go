package slack

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// rendered is a message as Slack gets it, with what Slack would find wrong.
func rendered(t *testing.T, m chat.Message) (got slacktest.Message, faults []string) {
	t.Helper()
	out := amherst().render(m)
	blocks, err := json.Marshal(out.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, b := range out.Blocks {
		sum += b.size()
		if b.Text != nil {
			sum += length(b.Text.Text)
		}
	}
	faults = slacktest.CheckBlocks(blocks)
	if sum > maxSum {
		faults = append(faults, fmt.Sprintf("%d characters in all", sum))
	}
	return slacktest.Message{Text: out.Text, Blocks: blocks}, faults
}

// FuzzPosts renders whatever people may have typed: Slack takes it, and does
// nothing by it.
func FuzzPosts(f *testing.F) {
	for _, s := range []string{"", "Learn is down.", "<!channel>", strings.Repeat("&", 3000), strings.Repeat("ab ", 4000), "> a\n> b", "\xff\x00", strings.Repeat("😀", 1600)} {
		f.Add(s, 1)
		f.Add(s, 50)
	}
	f.Fuzz(func(t *testing.T, typed string, times int) {
		m := chat.Message{Summary: chat.Text{{Plain: typed}, {Strong: typed}, {Plain: "."}}}
		for k := range min(max(times, 0), 60) {
			m.Lines = append(m.Lines, chat.Line{Text: chat.Text{{Code: typed}, {Plain: typed}}, Kind: []chat.LineKind{chat.Quote, chat.Item, chat.Heading, chat.Paragraph}[k%4]})
			m.Facts = append(m.Facts, chat.Fact{Label: typed, Value: chat.Plain(typed)})
			m.Context = append(m.Context, chat.Plain(typed))
			m.Actions = append(m.Actions, chat.Action{Label: typed, Command: typed, Confirm: typed})
		}
		got, faults := rendered(t, m)
		if len(faults) > 0 {
			t.Error(faults)
		}
		if marks := got.Marks(); len(marks) > 0 {
			t.Error(marks)
		}
		if got.Text == "" {
			t.Error("no notification")
		}
	})
}

func TestLongMessagesKeepTheirSentenceTheirButtonsAndTheirSmallPrint(t *testing.T) {
	long := chat.Message{Summary: chat.Plain("Learn is down."), Context: []chat.Text{chat.Plain("Next news by 10.")},
		Actions: []chat.Action{{Label: "Resolve INC-42", Command: "incident resolve 42"}}}
	for k := range 200 {
		long.Lines = append(long.Lines, chat.Line{Text: chat.Plain(fmt.Sprintf("Line %d: %s", k, strings.Repeat("word ", 20)))})
	}
	got, faults := rendered(t, long)
	for _, want := range []string{"Learn is down.", "Line 0:", "Line 60:", "Next news by 10.", "Resolve INC-42"} {
		if !strings.Contains(got.Reads(), want) {
			t.Errorf("%q is missing in:\n%s", want, got.Reads())
		}
	}
	if len(faults) > 0 || strings.Contains(got.Reads(), "Line 150:") {
		t.Errorf("%v in:\n%s", faults, got.Reads())
	}
}
