package card_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/card"
)

func TestWhatAButtonSends(t *testing.T) {
	for _, tc := range []struct {
		name, raw string
		want      card.Submission
		err       string
	}{
		{name: "a command", raw: `{"command":"incident resolve 42"}`, want: card.Submission{Command: "incident resolve 42"}},
		{name: "with what Teams adds", raw: `{"command":"incident list","msteams":{"type":"task/fetch"},"x":[1]}`, want: card.Submission{Command: "incident list"}},
		{name: "with fields", raw: `{"command":"{\"c\":\"incident declare\",\"o\":{\"services\":\"learn\"}}"}`,
			want: card.Submission{Command: "incident declare", Options: map[string]string{"services": "learn"}}},
		{name: "a form", raw: `{"form":"incident declare","option.services":"learn,portal","option.title":" ","option.since":"","option.next":null,"option.":"x","title":"y"}`,
			want: card.Submission{Command: "incident declare", Form: true, Fields: map[string]string{"services": "learn,portal"}}},
		{name: "a form left empty", raw: `{"form":"incident resolve 42"}`, want: card.Submission{Command: "incident resolve 42", Form: true, Fields: map[string]string{}}},
		{name: "a button with fields that are no inputs", raw: `{"command":"incident list","option.services":"learn"}`, want: card.Submission{Command: "incident list"}},
		{name: "both", raw: `{"command":"incident list","form":"incident declare"}`, err: "both"},
		{name: "neither", raw: `{"verb":"x"}`, err: "neither"},
		{name: "an empty command", raw: `{"command":" "}`, err: "neither"},
		{name: "an empty command with fields", raw: `{"command":"{\"o\":{}}"}`, err: "neither"},
		{name: "a command that is none", raw: `{"command":7}`, err: "neither"},
		{name: "a field that is a list", raw: `{"form":"incident declare","option.services":["learn"]}`, err: "no text"},
		{name: "a list", raw: `[1]`, err: "no JSON object"},
		{name: "null", raw: `null`, err: "no JSON object"},
		{name: "nothing", raw: ``, err: "no JSON object"},
		{name: "a secret that is no JSON", raw: `hunter2`, err: "no JSON object"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := card.ReadData(json.RawMessage(tc.raw))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			if tc.err == "" && err != nil || tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err) || strings.Contains(err.Error(), "hunter2")) {
				t.Errorf("error %v, want %q", err, tc.err)
			}
		})
	}
}

// sent finds the data of all buttons in a card.
func sent(t testing.TB, part any) (all []json.RawMessage) {
	t.Helper()
	switch part := part.(type) {
	case []any:
		for _, p := range part {
			all = append(all, sent(t, p)...)
		}
	case map[string]any:
		for key, p := range part {
			if key == "data" {
				b, err := json.Marshal(p)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, b)
			}
			all = append(all, sent(t, p)...)
		}
	}
	return all
}

func TestEveryButtonAndItsFallbackSendTheSame(t *testing.T) {
	a := chat.Action{Label: "Declare", Command: "incident declare", Options: map[string]string{"services": "learn", "title": "\"<it>\" & {more}"}, Confirm: "Sure?"}
	var whole any
	if err := json.Unmarshal(message(t, style(t), chat.Message{Actions: []chat.Action{a}}), &whole); err != nil {
		t.Fatal(err)
	}
	all := sent(t, whole)
	if len(all) != 2 {
		t.Fatalf("%d buttons send something", len(all))
	}
	for _, raw := range all {
		got, err := card.ReadData(raw)
		if diff := cmp.Diff(card.Submission{Command: a.Command, Options: a.Options}, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
}

func TestEveryFormSendsItsCommand(t *testing.T) {
	for name, f := range forms(t) {
		var whole any
		if err := json.Unmarshal(form(t, f, "", ""), &whole); err != nil {
			t.Fatal(err)
		}
		for _, raw := range sent(t, whole) {
			got, err := card.ReadData(raw)
			if err != nil || !got.Form || got.Command != f.Command {
				t.Errorf("%s: %+v %v", name, got, err)
			}
		}
	}
}

func FuzzReadData(f *testing.F) {
	for _, seed := range []string{`{"command":"incident list"}`, `{"form":"x","option.a":"b"}`, `{"command":"{\"c\":\"a\",\"o\":{\"b\":\"c\"}}"}`, `[[[[`, `{"option.a":{}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := card.ReadData(raw)
		if err != nil {
			if diff := cmp.Diff(card.Submission{}, got); diff != "" {
				t.Errorf("an error, and yet %s", diff)
			}
			return
		}
		if strings.TrimSpace(got.Command) == "" || got.Form != (got.Fields != nil) || got.Form && got.Options != nil {
			t.Errorf("%q is read as %+v", raw, got)
		}
		for name, value := range got.Fields {
			if name == "" || strings.TrimSpace(value) == "" {
				t.Errorf("%q has the field %q: %q", raw, name, value)
			}
		}
	})
}

// FuzzMessage: whatever is typed, a card is valid and within its limits.
func FuzzMessage(f *testing.F) {
	for name, m := range tooMuch() {
		f.Add(name, m.Summary.PlainText(time.UTC))
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		m := chat.Message{Summary: chat.Plain(a), Lines: []chat.Line{{Text: chat.Text{{Plain: b}, {Strong: a}, {Code: b}, {Link: chat.Link{URL: "https://x.edu/" + a, Label: b}}}}, {Kind: chat.Quote, Text: chat.Plain(a + b)}},
			Facts: []chat.Fact{{Label: a, Value: chat.Plain(b)}}, Context: []chat.Text{chat.Plain(b)}, Actions: []chat.Action{{Label: a, Command: b, Confirm: a}}}
		made := message(t, style(t), m)
		if len(made) > most || !json.Valid(made) || strings.Contains(string(made), "<at>") {
			t.Errorf("%d bytes: %s", len(made), made)
		}
	})
}
