package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
)

// blockShape has the fields of the blocks that the fake models: names from
// @slack/types 3.2.0, lengths from docs.slack.dev/reference/block-kit/blocks.
func blockShape(kind string) (shape, bool) {
	switch kind {
	case "section":
		return shape{nil, map[string]rule{
			"text": anyText(3000), "fields": list(1, 10, anyText(2000)), "expand": boolean,
			"accessory": element("button", "image", "overflow", "static_select", "users_select", "conversations_select", "channels_select",
				"multi_static_select", "datepicker", "timepicker", "checkboxes", "radio_buttons"),
		}}, true
	case "header":
		return shape{[]string{"text"}, map[string]rule{"text": plain(150)}}, true
	case "divider":
		return shape{nil, map[string]rule{}}, true
	case "context":
		return shape{[]string{"elements"}, map[string]rule{"elements": list(1, 10, contextItem)}}, true
	case "actions":
		return shape{[]string{"elements"}, map[string]rule{"elements": list(1, 25,
			element("button", "overflow", "static_select", "users_select", "conversations_select", "channels_select",
				"datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons"))}}, true
	case "image":
		return shape{[]string{"alt_text", "image_url"}, map[string]rule{
			"alt_text": str(1, 2000), "image_url": str(1, 3000), "title": plain(2000)}}, true
	case "input":
		return shape{[]string{"label", "element"}, map[string]rule{
			"label": plain(2000), "hint": plain(2000), "optional": boolean, "dispatch_action": boolean,
			"element": element("plain_text_input", "static_select", "multi_static_select", "users_select", "conversations_select",
				"channels_select", "datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons")}}, true
	case "markdown":
		return shape{[]string{"text"}, map[string]rule{"text": str(1, maxMarkdown)}}, true
	}
	return shape{}, false
}

// element wants an interactive element (or image) of one of the kinds that its
// place allows.
func element(kinds ...string) rule {
	return func(c *checker, at string, v any) {
		o, ok := v.(map[string]any)
		if !ok {
			c.say(at, "must be an object")
			return
		}
		kind, _ := o["type"].(string)
		s, known := elementShape(kind)
		if !known || !slices.Contains(kinds, kind) {
			c.say(at+"/type", "unsupported type: %s", kind)
			return
		}
		c.object(at, o, s)
	}
}

// elementShape has the fields of elements
// (docs.slack.dev/reference/block-kit/block-elements).
func elementShape(kind string) (shape, bool) {
	common := map[string]rule{"action_id": str(1, 255), "confirm": confirm, "focus_on_load": boolean}
	with := func(required []string, more map[string]rule) (shape, bool) {
		for name, r := range more {
			common[name] = r
		}
		return shape{required, common}, true
	}
	switch kind {
	case "button":
		delete(common, "focus_on_load")
		return with([]string{"text"}, map[string]rule{"text": plain(75), "value": str(1, 2000), "url": str(1, 3000),
			"style": oneOf("primary", "danger"), "accessibility_label": str(1, 75)})
	case "image":
		return shape{[]string{"alt_text", "image_url"}, map[string]rule{"alt_text": str(1, 2000), "image_url": str(1, 3000)}}, true
	case "overflow":
		delete(common, "focus_on_load")
		return with([]string{"options"}, map[string]rule{"options": list(1, 5, option)})
	case "static_select":
		return with(nil, map[string]rule{"placeholder": plain(150), "options": list(1, 100, option), "option_groups": list(1, 100, optionGroup), "initial_option": option})
	case "multi_static_select":
		return with(nil, map[string]rule{"placeholder": plain(150), "options": list(1, 100, option), "option_groups": list(1, 100, optionGroup),
			"initial_options": list(1, 100, option), "max_selected_items": number})
	case "checkboxes":
		return with([]string{"options"}, map[string]rule{"options": list(1, 10, choice), "initial_options": list(1, 10, choice)})
	case "radio_buttons":
		return with([]string{"options"}, map[string]rule{"options": list(1, 10, choice), "initial_option": choice})
	}
	return pickerShape(kind, with)
}

// pickerShape has the elements that pick a person, a channel, a time, or text.
func pickerShape(kind string, with func([]string, map[string]rule) (shape, bool)) (shape, bool) {
	switch kind {
	case "users_select":
		return with(nil, map[string]rule{"placeholder": plain(150), "initial_user": str(1, 255)})
	case "conversations_select":
		return with(nil, map[string]rule{"placeholder": plain(150), "initial_conversation": str(1, 255), "default_to_current_conversation": boolean,
			"response_url_enabled": boolean, "filter": conversationFilter})
	case "channels_select":
		return with(nil, map[string]rule{"placeholder": plain(150), "initial_channel": str(1, 255), "response_url_enabled": boolean})
	case "datepicker":
		return with(nil, map[string]rule{"placeholder": plain(150), "initial_date": str(10, 10)})
	case "timepicker":
		return with(nil, map[string]rule{"placeholder": plain(150), "initial_time": str(5, 5), "timezone": str(1, 255)})
	case "datetimepicker":
		return with(nil, map[string]rule{"initial_date_time": number})
	case "plain_text_input":
		return with(nil, map[string]rule{"placeholder": plain(150), "initial_value": str(0, 3000), "multiline": boolean,
			"min_length": number, "max_length": number})
	}
	return shape{}, false
}

// contextItem is a text or an image.
func contextItem(c *checker, at string, v any) {
	o, _ := v.(map[string]any)
	if o["type"] == "image" {
		element("image")(c, at, v)
		return
	}
	anyText(3000)(c, at, v) // the limit here is unconfirmed; text objects in general have 3000
}

func confirm(c *checker, at string, v any) {
	c.record(at, v, shape{[]string{"title", "text", "confirm", "deny"}, map[string]rule{"title": plain(100), "text": anyText(300),
		"confirm": plain(30), "deny": plain(30), "style": oneOf("primary", "danger")}})
}

// option is one of a menu, whose text is plain; choice is one of checkboxes or
// radio buttons.
func option(c *checker, at string, v any) { c.option(at, v, plain(75)) }
func choice(c *checker, at string, v any) { c.option(at, v, anyText(75)) }

func (c *checker) option(at string, v any, text rule) {
	c.record(at, v, shape{[]string{"text", "value"}, map[string]rule{"text": text, "value": str(1, 150), "description": plain(75), "url": str(1, 3000)}})
}

// record wants an object of the shape.
func (c *checker) record(at string, v any, s shape) {
	o, ok := v.(map[string]any)
	if !ok {
		c.say(at, "must be an object")
		return
	}
	c.object(at, o, s)
}

// conversationFilter is what a conversations_select offers.
func conversationFilter(c *checker, at string, v any) {
	c.record(at, v, shape{nil, map[string]rule{"include": list(1, 4, oneOf("im", "mpim", "private", "public")),
		"exclude_external_shared_channels": boolean, "exclude_bot_users": boolean}})
}

func optionGroup(c *checker, at string, v any) {
	c.record(at, v, shape{[]string{"label", "options"}, map[string]rule{"label": plain(75), "options": list(1, 100, option)}})
}

// blockTexts is every text in the blocks, in reading order.
func blockTexts(raw json.RawMessage) []string {
	var list []any
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return textsIn(list, nil)
}

func textsIn(v any, out []string) []string {
	walkTexts(v, func(_ map[string]any, text string) { out = append(out, text) })
	return out
}

// walkTexts visits every object with a text of its own, in the order that
// people read: title, text, fields, elements, accessory and so on.
func walkTexts(v any, visit func(o map[string]any, text string)) {
	switch v := v.(type) {
	case []any:
		for _, it := range v {
			walkTexts(it, visit)
		}
	case map[string]any:
		if t, ok := v["text"].(string); ok {
			visit(v, t)
		}
		for _, name := range []string{"title", "text", "label", "fields", "elements", "element", "accessory", "options", "description", "hint"} {
			walkTexts(v[name], visit)
		}
	}
}

// withIDs adds a block_id to every block and an action_id to every element
// that has none, as Slack does before it gives blocks back.
func withIDs(raw json.RawMessage) json.RawMessage {
	var list []map[string]any
	if json.Unmarshal(raw, &list) != nil {
		return raw
	}
	for i, b := range list {
		fill(b, "block_id", fmt.Sprintf("b%d", i))
		for j, e := range interactive(b) {
			fill(e, "action_id", fmt.Sprintf("b%da%d", i, j))
		}
	}
	out, err := json.Marshal(list)
	if err != nil {
		return raw
	}
	return out
}

func fill(o map[string]any, name, value string) {
	if _, there := o[name]; !there {
		o[name] = value
	}
}

// interactive lists the elements of a block that people can use.
func interactive(b map[string]any) []map[string]any {
	var out []map[string]any
	parts, _ := b["elements"].([]any)
	if b["type"] != "actions" {
		parts = nil
	}
	for _, p := range append(slices.Clone(parts), b["accessory"], b["element"]) {
		if e, ok := p.(map[string]any); ok && e["type"] != "image" {
			out = append(out, e)
		}
	}
	return out
}
