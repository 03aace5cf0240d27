package slacktest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	. "github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// many is a JSON array of n times the item, which may have a %d.
func many(n int, item string) string {
	var list []string
	for i := range n {
		list = append(list, strings.ReplaceAll(item, "%d", fmt.Sprint(i)))
	}
	return "[" + strings.Join(list, ",") + "]"
}

func plain(n int) string  { return `{"type":"plain_text","text":"` + strings.Repeat("x", n) + `"}` }
func mrkdwn(n int) string { return `{"type":"mrkdwn","text":"` + strings.Repeat("x", n) + `"}` }
func button(text, value int) string {
	return `{"type":"button","action_id":"a%d","text":` + plain(text) + `,"value":"` + strings.Repeat("v", value) + `"}`
}
func options(n int) string { return many(n, `{"text":`+plain(75)+`,"value":"%d"}`) }

// elements has every element that a message may have.
const elements = `[{"type":"actions","elements":[
	{"type":"users_select","action_id":"u","placeholder":{"type":"plain_text","text":"Who"}},
	{"type":"conversations_select","action_id":"v","filter":{"include":["public"],"exclude_bot_users":true}},
	{"type":"channels_select","action_id":"c"},{"type":"datepicker","action_id":"d","initial_date":"2026-11-27"},
	{"type":"timepicker","action_id":"t","initial_time":"04:00"},{"type":"datetimepicker","action_id":"e","initial_date_time":1795381215},
	{"type":"checkboxes","action_id":"x","options":[{"text":{"type":"mrkdwn","text":"*a*"},"value":"a"}]},
	{"type":"radio_buttons","action_id":"r","options":[{"text":{"type":"mrkdwn","text":"*a*"},"value":"a"}]},
	{"type":"static_select","action_id":"s","option_groups":[{"label":{"type":"plain_text","text":"A"},"options":[{"text":{"type":"plain_text","text":"a"},"value":"a"}]}]}]},
	{"type":"section","text":{"type":"mrkdwn","text":"x"},"accessory":{"type":"multi_static_select","action_id":"m","max_selected_items":2,"options":[{"text":{"type":"plain_text","text":"a"},"value":"a"}]}},
	{"type":"context","elements":[{"type":"image","image_url":"https://x.example/i.png","alt_text":"i"},{"type":"plain_text","text":"x","emoji":true}]},
	{"type":"image","image_url":"https://x.example/i.png","alt_text":"i"}]`

func TestBlocksAtAndBeyondEveryLimit(t *testing.T) {
	divider := `{"type":"divider"}`
	for _, tc := range []struct{ name, blocks, want string }{
		{"50 blocks", many(50, divider), ""},
		{"51 blocks", many(51, divider), "no more than 50 items allowed [json-pointer:/blocks]"},
		{"header of 150", `[{"type":"header","text":` + plain(150) + `}]`, ""},
		{"header of 151", `[{"type":"header","text":` + plain(151) + `}]`, "must be less than 151 characters [json-pointer:/blocks/0/text/text]"},
		{"header in mrkdwn", `[{"type":"header","text":` + mrkdwn(1) + `}]`, "must be one of [plain_text]"},
		{"section of 3,000", `[{"type":"section","text":` + mrkdwn(3000) + `}]`, ""},
		{"section of 3,001", `[{"type":"section","text":` + mrkdwn(3001) + `}]`, "must be less than 3001 characters"},
		{"empty section", `[{"type":"section"}]`, "must define either `text` or `fields`"},
		{"empty text", `[{"type":"section","text":` + mrkdwn(0) + `}]`, "must be more than 0 characters"},
		{"10 fields", `[{"type":"section","fields":` + many(10, mrkdwn(2000)) + `}]`, ""},
		{"11 fields", `[{"type":"section","fields":` + many(11, mrkdwn(1)) + `}]`, "no more than 10 items"},
		{"field of 2,001", `[{"type":"section","fields":` + many(1, mrkdwn(2001)) + `}]`, "must be less than 2001"},
		{"10 in context", `[{"type":"context","elements":` + many(10, mrkdwn(1)) + `}]`, ""},
		{"11 in context", `[{"type":"context","elements":` + many(11, mrkdwn(1)) + `}]`, "no more than 10 items"},
		{"25 buttons", `[{"type":"actions","elements":` + many(25, button(75, 2000)) + `}]`, ""},
		{"26 buttons", `[{"type":"actions","elements":` + many(26, button(1, 1)) + `}]`, "no more than 25 items"},
		{"button of 76", `[{"type":"actions","elements":` + many(1, button(76, 1)) + `}]`, "must be less than 76"},
		{"value of 2,001", `[{"type":"actions","elements":` + many(1, button(1, 2001)) + `}]`, "must be less than 2001"},
		{"same action twice", `[{"type":"actions","elements":` + many(2, strings.ReplaceAll(button(1, 1), "%d", "")) + `}]`, `action_id "a" already exists`},
		{"same block twice", many(2, `{"type":"divider","block_id":"b"}`), `block_id "b" already exists`},
		{"100 options", `[{"type":"actions","elements":[{"type":"static_select","action_id":"a","options":` + options(100) + `}]}]`, ""},
		{"101 options", `[{"type":"actions","elements":[{"type":"static_select","action_id":"a","options":` + options(101) + `}]}]`, "no more than 100 items"},
		{"a style", `[{"type":"actions","elements":[{"type":"button","text":` + plain(1) + `,"style":"loud"}]}]`, "must be one of [primary danger]"},
		{"a typo", `[{"type":"actions","elements":[{"type":"button","txt":"x"}]}]`, "missing required field: text"},
		{"an unknown block", `[{"type":"nope"}]`, "unsupported type: nope"},
		{"an unknown field", `[{"type":"divider","text":"x"}]`, "invalid additional property: text"},
		{"an input", `[{"type":"input","label":` + plain(1) + `,"element":{"type":"plain_text_input","max_length":3000}}]`, ""},
		{"an image of nothing", `[{"type":"image","alt_text":"x"}]`, "missing required field: image_url"},
		{"confirmation", `[{"type":"actions","elements":[{"type":"button","text":` + plain(1) + `,"confirm":{"title":` + plain(101) + `,"text":` + plain(1) + `,"confirm":` + plain(1) + `,"deny":` + plain(1) + `}}]}]`, "must be less than 101"},
		{"every element", elements, ""},
		{"a menu in mrkdwn", `[{"type":"actions","elements":[{"type":"overflow","action_id":"a","options":[{"text":` + mrkdwn(1) + `,"value":"v"}]}]}]`, "must be one of [plain_text]"},
		{"a filter", `[{"type":"actions","elements":[{"type":"conversations_select","filter":{"include":["secret"]}}]}]`, "must be one of [im mpim private public]"},
		{"a wrong type of everything", `[{"type":"input","label":7,"optional":"yes","element":{"type":"plain_text_input","max_length":"9"}},{"type":"actions","elements":[7,{"type":"overflow","options":[7]}]},{"type":"context","elements":{}},{"type":"section","text":{"type":"mrkdwn","text":7}}]`,
			"must be an object [json-pointer:/blocks/1/elements/0]"},
		{"markdown of 12,001 together", many(2, `{"type":"markdown","text":"`+strings.Repeat("x", 6001)+`"}`), "less than 12001 characters together"},
		{"no blocks", `{}`, "must be an array of blocks"},
		{"a word", `["x"]`, "must be an object"},
	} {
		got := strings.Join(CheckBlocks(json.RawMessage(tc.blocks)), "; ")
		if (tc.want == "") != (got == "") || !strings.Contains(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestBadBlocksAreRefusedWithTheirPlace(t *testing.T) {
	w := newWorld(t)
	for blocks, want := range map[string]string{
		`[{"type":"divider"},{"type":"nope"}]`:                `"[ERROR] unsupported type: nope [json-pointer:/blocks/1/type]"`,
		`{"type":"divider"}`:                                  "invalid_blocks_format",
		many(5, `{"type":"section","text":`+mrkdwn(2700)+`}`): "msg_blocks_too_long",
	} {
		body, _ := w.call(t, "chat.postMessage", "application/json", `{"channel":"CTEACH","text":"x","blocks":`+blocks+`}`)
		if !strings.Contains(body, want) {
			t.Errorf("%.60s: %s, want %s", blocks, body, want)
		}
	}
	unchecked := newWorld(t, WithoutBlockChecks())
	if body, _ := unchecked.call(t, "chat.postMessage", "application/json", `{"channel":"CTEACH","text":"x","blocks":[{"type":"nope"}]}`); !strings.Contains(body, `"ok":true`) {
		t.Error(body)
	}
}

func FuzzCheckBlocks(f *testing.F) {
	f.Add(buttons)
	f.Add(`[{"type":"section","text":[{}],"accessory":null,"fields":{}}]`)
	f.Add(`[{"type":"input","label":7,"element":{"type":"radio_buttons","options":[[]]}}]`)
	f.Fuzz(func(_ *testing.T, raw string) {
		CheckBlocks(json.RawMessage(raw))
		Message{Blocks: json.RawMessage(raw)}.Reads()
		Message{Blocks: json.RawMessage(raw)}.Marks()
	})
}
