package teamstest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// walk calls visit for every object in a card, parents first.
func walk(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v)
		for _, k := range []string{"body", "items", "columns", "rows", "cells", "facts", "inlines", "choices", "card", "actions", "selectAction", "inlineAction"} {
			if inner, ok := v[k]; ok {
				walk(inner, visit)
			}
		}
	case []any:
		for _, one := range v {
			walk(one, visit)
		}
	}
}

func decode(card json.RawMessage) map[string]any {
	var v map[string]any
	_ = json.Unmarshal(card, &v) // no card has nothing in it
	return v
}

// escaped is what stands behind a backslash, as Teams shows it.
var escaped = regexp.MustCompile("\\\\([\\\\`*_{}\\[\\]()#+\\-.!<>~|])")

// shows is a text of a card as it is read.
func shows(text string) string { return escaped.ReplaceAllString(text, "$1") }

// CardReads is all that is read of a card, a line for each element, buttons in brackets.
func CardReads(card json.RawMessage) string {
	var lines []string
	walk(decode(card), func(o map[string]any) {
		kind, _ := o["type"].(string)
		text := func(name string) string { s, _ := o[name].(string); return s }
		switch {
		case kind == "TextBlock" || kind == "TextRun":
			lines = append(lines, shows(text("text")))
		case strings.HasPrefix(kind, "Action."):
			lines = append(lines, "["+text("title")+"]")
		case strings.HasPrefix(kind, "Input."):
			lines = append(lines, strings.TrimSpace(text("label")+": "+text("value")+text("placeholder")))
		case o["title"] != nil && o["value"] != nil: // a fact, or a choice
			lines = append(lines, shows(text("title"))+": "+shows(text("value")))
		}
	})
	return strings.Join(lines, "\n")
}

// act is what Teams would act on in a text: a link, a time of its own, formatting; and at
// the beginning of a line a list, a heading, a quotation.
var act = regexp.MustCompile(`\[[^\]\n]*\]\([^)\n]+\)|\{\{(?:DATE|TIME)\([^)]*\)\}\}|<[a-zA-Z/!?][^>\n]*>` +
	"|`+[^`\n]+`+" + `|\*\*[^*\n]+\*\*|\*[^\s*][^*\n]*\*|\b__?[^\s_][^_\n]*__?\b|~~[^~\n]+~~|(?m:^(?:[-+*>]|[0-9]+[.)]|#{1,6}) )`)

// Marks lists what Teams would act on in a card: what is written in its texts and facts, and
// mentions of people. What is escaped is only text.
func (m Message) Marks() []string {
	card := decode(m.Card)
	var all []string
	mentions := mentionsIn(card)
	walk(card, func(o map[string]any) {
		keys := []string{"title", "value"} // of a fact
		switch {
		case o["type"] == "TextBlock":
			keys = []string{"text"}
		case o["type"] != nil || o["verb"] != nil:
			return
		}
		for _, key := range keys {
			text, _ := o[key].(string)
			for _, mention := range mentions {
				if strings.Contains(text, mention) {
					all = append(all, mention)
				}
				text = strings.ReplaceAll(text, mention, "")
			}
			all = append(all, act.FindAllString(escaped.ReplaceAllString(text, "\\"), -1)...)
		}
	})
	return all
}

func mentionsIn(card map[string]any) (texts []string) {
	teams, _ := card["msteams"].(map[string]any)
	entities, _ := teams["entities"].([]any)
	for _, e := range entities {
		if o, ok := e.(map[string]any); ok {
			if text, _ := o["text"].(string); text != "" {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// elements are the kinds of elements and actions of Adaptive Cards 1.5.
var elements = []string{"AdaptiveCard", "TextBlock", "RichTextBlock", "TextRun", "Container", "ColumnSet", "Column", "FactSet", "Image", "ImageSet",
	"ActionSet", "Table", "TableRow", "TableCell", "Input.Text", "Input.Number", "Input.Date", "Input.Time", "Input.Toggle", "Input.ChoiceSet", "Data.Query",
	"Action.Execute", "Action.Submit", "Action.OpenUrl", "Action.ShowCard", "Action.ToggleVisibility"}

// CheckCard lists what Teams would not show as meant: what is not in the official schema,
// another version, unknown kinds of elements, texts and buttons without words, addresses that are none, ids of inputs that
// come twice.
func CheckCard(raw json.RawMessage) (faults []string) {
	card := decode(raw)
	if card["type"] != "AdaptiveCard" {
		return []string{"it is no Adaptive Card"}
	}
	if v, _ := card["version"].(string); v == "" || v > "1.5" {
		faults = append(faults, fmt.Sprintf("version %q is none that Teams shows", card["version"]))
	}
	ids := map[string]bool{}
	walk(card, func(o map[string]any) { faults = append(faults, checkElement(o, ids)...) })
	if err := inSchema(raw); err != nil {
		faults = append(faults, err.Error())
	}
	return faults
}

func checkElement(o map[string]any, ids map[string]bool) (faults []string) {
	kind, has := o["type"].(string)
	text := func(name string) string { s, _ := o[name].(string); return s }
	switch {
	case !has:
		return nil // a fact or a choice
	case !slices.Contains(elements, kind):
		return []string{"unknown element " + kind}
	case (kind == "TextBlock" || kind == "TextRun") && text("text") == "":
		return []string{kind + " without text"}
	case strings.HasPrefix(kind, "Action.") && strings.TrimSpace(text("title")) == "":
		return []string{kind + " without a title"}
	case kind == "Action.OpenUrl" && !strings.HasPrefix(text("url"), "https://") && !strings.HasPrefix(text("url"), "http://"):
		return []string{"Action.OpenUrl without an address"}
	case kind == "Action.Execute" && o["fallback"] == nil:
		return []string{"Action.Execute without a fallback"}
	}
	if strings.HasPrefix(kind, "Input.") {
		id := text("id")
		if id == "" || ids[id] {
			faults = append(faults, fmt.Sprintf("the id %q of an input is missing or comes twice", id))
		}
		ids[id] = true
	}
	return faults
}
