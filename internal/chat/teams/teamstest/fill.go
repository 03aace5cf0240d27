package teamstest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// Fill is what a person puts into the fields of a card, by id, with or without "option.":
// a text, the value of a choice, several values joined by commas. What is not named stays
// as the card came; "" empties a field.
type Fill map[string]string

// filled is what a card sends: the button's data with the fields. The error says that
// Teams itself would not let this be sent.
func filled(card, button map[string]any, fill Fill) (object, error) {
	data := dataOf(button)
	left := len(fill)
	var wrong error
	walk(card, func(o map[string]any) {
		kind, _ := o["type"].(string)
		if !strings.HasPrefix(kind, "Input.") || wrong != nil {
			return
		}
		id, _ := o["id"].(string)
		text, named := fill[id]
		if !named {
			text, named = fill[strings.TrimPrefix(id, "option.")]
		}
		if named {
			left--
		} else {
			text, _ = o["value"].(string)
		}
		if wrong = fits(o, text); wrong == nil && text != "" {
			data[id] = text
		} else if wrong != nil {
			wrong = fmt.Errorf("fake Teams: field %s: %w", id, wrong)
		}
	})
	if wrong == nil && left > 0 {
		wrong = fmt.Errorf("fake Teams: the card has not all of the fields %v", fill)
	}
	return data, wrong
}

// fits checks what is put into a field.
func fits(field map[string]any, text string) error {
	if text == "" {
		if field["isRequired"] == true {
			return fmt.Errorf("it must be filled in")
		}
		return nil
	}
	if most, _ := field["maxLength"].(float64); most > 0 && len(utf16.Encode([]rune(text))) > int(most) {
		return fmt.Errorf("it is longer than %d characters", int(most))
	}
	choices, _ := field["choices"].([]any)
	if field["type"] != "Input.ChoiceSet" || field["choices.data"] != nil {
		return nil
	}
	picked := []string{text}
	if field["isMultiSelect"] == true {
		picked = strings.Split(text, ",")
	}
	for _, one := range picked {
		is := func(c any) bool { o, _ := c.(map[string]any); return o["value"] == one }
		if !slices.ContainsFunc(choices, is) {
			return fmt.Errorf("there is no choice %q", one)
		}
	}
	return nil
}
