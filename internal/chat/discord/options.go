package discord

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
)

// option is a native option of a command, or a subcommand with options of its own
// (developers/interactions/application-commands, "Application Command Option Type").
type option struct {
	Name    string          `json:"name"`
	Type    int             `json:"type"`
	Value   json.RawMessage `json:"value"`
	Options []option        `json:"options"`
	Focused bool            `json:"focused"` // is being typed
}

// The types of option that are not read as they are written.
const (
	optionSubcommand = 1
	optionGroup      = 2
	optionBoolean    = 5
	optionUser       = 6
	optionChannel    = 7
	optionRole       = 8
)

// named are the options that the grammar reads by their names, wherever they stand in
// the line.
func named() []string {
	return []string{
		"services", "impact", "title", "message", "next", "since", "incident", "status", "when", "for", "until", "details", "window",
		"target", "kinds", "least", "reason", "lead", "effect", "manner", "hours", "force", "urgent",
	}
}

// line makes a line of a command that was used with native options.
func (c *Connection) line(command string, list []option) (text string, byName map[string]string) {
	verb, list := subcommand(list)
	if c.opt.Line == nil {
		return plainLine(c.name, verb, list)
	}
	values := map[string]string{}
	for _, o := range list {
		values[o.Name] = o.text(c.name)
	}
	return c.opt.Line(command, verb, values)
}

// subcommand is the words of the subcommand, and its options.
func subcommand(list []option) (verb string, of []option) {
	for len(list) == 1 && (list[0].Type == optionSubcommand || list[0].Type == optionGroup) {
		verb = strings.TrimSpace(verb + " " + list[0].Name)
		list = list[0].Options
	}
	return verb, list
}

// plainLine makes a line of the subcommand's words, then the values of options whose
// names the grammar does not know, in their order ("text", "address"), and a flag for
// each that is just true. The others are returned by name.
func plainLine(conn desk.ConnectionName, verb string, list []option) (text string, byName map[string]string) {
	var words []string
	if verb != "" {
		words = append(words, verb)
	}
	for _, o := range list {
		v := o.text(conn)
		switch {
		case o.Type == optionBoolean && v == "true":
			words = append(words, "--"+o.Name)
		case o.Type == optionBoolean || v == "":
		case slices.Contains(named(), o.Name):
			if byName == nil {
				byName = map[string]string{}
			}
			byName[o.Name] = v
		default:
			words = append(words, v)
		}
	}
	return strings.Join(words, " "), byName
}

// text is what an option holds, as it would be typed.
func (o option) text(conn desk.ConnectionName) string {
	var s string
	if json.Unmarshal(o.Value, &s) != nil {
		if strings.HasPrefix(string(o.Value), "{") || strings.HasPrefix(string(o.Value), "[") {
			return ""
		}
		return string(o.Value) // a number or a truth
	}
	switch o.Type {
	case optionUser:
		return "@" + string(conn) + "/" + s
	case optionChannel:
		return "#" + string(conn) + "/" + s
	case optionRole:
		return "@" + string(conn) + "/role:" + s
	}
	return decode(conn, s)
}

// mention is how Discord writes a person, a role or a channel in a typed text
// (developers/reference, "Message Formatting").
var mention = regexp.MustCompile(`<(@!?|@&|#)([0-9]{1,20})>`)

// decode turns mentions into addresses: "<@1>" is "@lowell/1".
func decode(conn desk.ConnectionName, s string) string {
	if !strings.Contains(s, "<") {
		return s
	}
	return mention.ReplaceAllStringFunc(s, func(m string) string {
		parts := mention.FindStringSubmatch(m)
		switch parts[1] {
		case "#":
			return "#" + string(conn) + "/" + parts[2]
		case "@&":
			return "@" + string(conn) + "/role:" + parts[2]
		}
		return "@" + string(conn) + "/" + parts[2]
	})
}

// focused finds the option that is being typed; nil: none is.
func focused(list []option) *option {
	for i := range list {
		if list[i].Focused {
			return &list[i]
		}
		if o := focused(list[i].Options); o != nil {
			return o
		}
	}
	return nil
}
