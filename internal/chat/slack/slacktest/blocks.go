package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf16"
)

// Limits of messages: @slack/types 3.2.0 and docs.slack.dev/reference/block-kit,
// but for maxBlockText, which is undocumented: msg_blocks_too_long was seen at
// about 13,200 characters summed over a message's blocks (bolt-js#2509).
const (
	maxBlocks    = 50
	maxBlockText = 13_200
	maxMarkdown  = 12_000 // over all markdown blocks of a message
)

// CheckBlocks says what Slack would find wrong with a message's blocks, each
// with a JSON pointer, nil for nothing. Block types that the fake does not
// model (rich text, tables, video, files, cards) count as unsupported.
//
// Lengths are counted in UTF-16 units: whether Slack counts those or code
// points is unconfirmed, and these are never fewer.
func CheckBlocks(raw json.RawMessage) []string {
	c := checker{blockIDs: map[string]bool{}}
	c.blocks(raw)
	return c.problems
}

// checkBlocks answers invalid_blocks or msg_blocks_too_long.
func (s *Server) checkBlocks(raw json.RawMessage) *reply {
	if s.unchecked {
		return nil
	}
	if !json.Valid(raw) || raw[0] != '[' {
		return refusal(failed("invalid_blocks_format"))
	}
	problems := CheckBlocks(raw)
	if len(problems) > 0 {
		return refusal(invalidBlocks(problems))
	}
	sum := 0
	for _, t := range blockTexts(raw) {
		sum += length(t)
	}
	if sum > maxBlockText {
		return refusal(failed("msg_blocks_too_long"))
	}
	return nil
}

// invalidBlocks has the details both in errors and in response_metadata, as
// quoted in grafana-cold-storage/oncall#5121.
func invalidBlocks(problems []string) reply {
	marked := make([]string, len(problems))
	for i, p := range problems {
		marked[i] = "[ERROR] " + p
	}
	r := failed("invalid_blocks")
	r.body["errors"], r.body["response_metadata"] = problems, object{"messages": marked}
	return r
}

// checker collects problems. A rule judges the value at a JSON pointer.
type checker struct {
	problems []string
	blockIDs map[string]bool
	markdown int
}

type rule func(c *checker, at string, v any)

// shape is what an object may have: fields and, of these, the required ones.
// "type" is always allowed.
type shape struct {
	required []string
	fields   map[string]rule
}

func (c *checker) say(at, format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...)+" [json-pointer:"+at+"]")
}

func (c *checker) blocks(raw json.RawMessage) {
	var list []any
	if err := json.Unmarshal(raw, &list); err != nil {
		c.say("/blocks", "must be an array of blocks")
		return
	}
	if len(list) > maxBlocks {
		c.say("/blocks", "no more than %d items allowed", maxBlocks)
	}
	for i, b := range list {
		c.block(fmt.Sprintf("/blocks/%d", i), b)
	}
	if c.markdown > maxMarkdown {
		c.say("/blocks", "markdown blocks must be less than %d characters together", maxMarkdown+1)
	}
}

func (c *checker) block(at string, v any) {
	o, isObject := v.(map[string]any)
	if !isObject {
		c.say(at, "must be an object")
		return
	}
	kind, _ := o["type"].(string)
	s, known := blockShape(kind)
	if !known {
		c.say(at+"/type", "unsupported type: %s", kind)
		return
	}
	s.fields["block_id"] = uniqueBlockID
	c.object(at, o, s)
	c.uniqueActionIDs(at, o)
	c.special(at, kind, o)
}

// special has the rules that concern several fields of a block.
func (c *checker) special(at, kind string, o map[string]any) {
	switch kind {
	case "section":
		if o["text"] == nil && o["fields"] == nil {
			c.say(at, "must define either `text` or `fields`")
		}
	case "markdown":
		t, _ := o["text"].(string)
		c.markdown += length(t)
	}
}

// object checks that the required fields are there and each field obeys.
func (c *checker) object(at string, o map[string]any, s shape) {
	for _, name := range s.required {
		if o[name] == nil {
			c.say(at, "missing required field: %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) { // in order, so that answers are the same every time
		if name == "type" {
			continue
		}
		check, allowed := s.fields[name]
		if !allowed {
			c.say(at+"/"+name, "invalid additional property: %s", name)
			continue
		}
		check(c, at+"/"+name, o[name])
	}
}

// uniqueActionIDs: an action_id is unique within its block
// (docs.slack.dev/reference/block-kit/block-elements/button-element).
func (c *checker) uniqueActionIDs(at string, o map[string]any) {
	seen := map[string]bool{}
	list, _ := o["elements"].([]any)
	for i, e := range list {
		element, _ := e.(map[string]any)
		id, _ := element["action_id"].(string)
		if id != "" && seen[id] {
			c.say(fmt.Sprintf("%s/elements/%d/action_id", at, i), "action_id %q already exists in this block", id)
		}
		seen[id] = true
	}
}

func uniqueBlockID(c *checker, at string, v any) {
	str(1, 255)(c, at, v)
	id, _ := v.(string)
	if c.blockIDs[id] {
		c.say(at, "block_id %q already exists", id)
	}
	c.blockIDs[id] = true
}

// length counts UTF-16 units.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// str wants a string of least to most characters.
func str(least, most int) rule {
	return func(c *checker, at string, v any) {
		s, ok := v.(string)
		switch {
		case !ok:
			c.say(at, "must be a string")
		case length(s) < least:
			c.say(at, "must be more than %d characters", least-1)
		case length(s) > most:
			c.say(at, "must be less than %d characters", most+1)
		}
	}
}

func boolean(c *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		c.say(at, "must be a boolean")
	}
}

func number(c *checker, at string, v any) {
	if _, ok := v.(float64); !ok {
		c.say(at, "must be a number")
	}
}

func oneOf(words ...string) rule {
	return func(c *checker, at string, v any) {
		if s, _ := v.(string); !slices.Contains(words, s) {
			c.say(at, "must be one of %v", words)
		}
	}
}

// list wants an array of least to most items that each obey item.
func list(least, most int, item rule) rule {
	return func(c *checker, at string, v any) {
		items, ok := v.([]any)
		switch {
		case !ok:
			c.say(at, "must be an array")
		case len(items) < least:
			c.say(at, "must have at least %d items", least)
		case len(items) > most:
			c.say(at, "no more than %d items allowed", most)
		}
		for i, it := range items {
			item(c, fmt.Sprintf("%s/%d", at, i), it)
		}
	}
}

// text wants a text object of at most most characters and one of kinds.
func text(most int, kinds ...string) rule {
	return func(c *checker, at string, v any) {
		o, ok := v.(map[string]any)
		if !ok {
			c.say(at, "must be a text object")
			return
		}
		kind, _ := o["type"].(string)
		if !slices.Contains(kinds, kind) {
			c.say(at+"/type", "must be one of %v", kinds)
		}
		extra := map[string]string{"plain_text": "emoji", "mrkdwn": "verbatim"}[kind]
		c.object(at, o, shape{[]string{"text"}, map[string]rule{"text": str(1, most), extra: boolean}})
	}
}

// plain and anyText are the two sorts of text that Block Kit asks for.
func plain(most int) rule   { return text(most, "plain_text") }
func anyText(most int) rule { return text(most, "plain_text", "mrkdwn") }
