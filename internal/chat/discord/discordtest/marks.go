package discordtest

import (
	"encoding/json"
	"regexp"
	"strings"
)

// mark is what Discord's Markdown acts on where it stands unescaped (reference, "Message
// Formatting"): mentions, times, emoji, links, and formatting. Quotes and small print at
// the beginning of a line change no meaning and are left out.
var mark = regexp.MustCompile("^(?:" + strings.Join([]string{
	`<@[!&]?[0-9]+>`, `<#[0-9]+>`, `<t:-?[0-9]+(?::[a-zA-Z])?>`, `<a?:\w+:[0-9]+>`, `</[^<>]+:[0-9]+>`, `<id:\w+>`,
	`@everyone`, `@here`, `\[[^\]\n]+\]\(<?[^)\s]+>?\)`, `<?https?://[^\s<>]+>?`, `:[a-zA-Z0-9_+-]{2,}:`,
	`\*\*[^\n]+?\*\*`, `\*[^\s*][^\n*]*\*`, `__[^\n]+?__`, `_[^\s_][^\n_]*_`, `~~[^\n]+?~~`, `\|\|[^\n]+?\|\|`, "`+[^`]+`+",
}, "|") + ")")

// lineMark is what it acts on at the beginning of a line.
var lineMark = regexp.MustCompile(`^(?:#{1,3} \S|>>> |\s*[-*+] \S|\s*[0-9]+\. \S)`)

// marksIn lists the marks of a text in reading order.
func marksIn(s string) (out []string) {
	lineStart := true
	for i := 0; i < len(s); {
		rest := s[i:]
		if lineStart {
			if m := lineMark.FindString(strings.TrimPrefix(rest, "> ")); m != "" {
				out = append(out, m)
			}
		}
		switch m := mark.FindString(rest); {
		case rest[0] == '\\' && len(rest) > 1 && isPunctuation(rest[1]):
			i += 2
		case m != "":
			out = append(out, m)
			i += len(m)
		default:
			i++
		}
		lineStart = i > 0 && i <= len(s) && s[i-1] == '\n'
	}
	return out
}

// isPunctuation: a backslash escapes nothing else.
func isPunctuation(c byte) bool {
	return c > ' ' && c < 0x7f && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
}

// Marks lists what Discord acts on in a message, whom it notified first.
func (m Message) Marks() []string {
	out := append([]string{}, m.Notified...)
	out = append(out, marksIn(m.Content)...)
	var all []embed
	_ = json.Unmarshal(m.Embeds, &all) // they were checked when they came
	for _, e := range all {
		out = append(out, marksIn(e.Description)...)
		for _, f := range e.Fields {
			out = append(append(out, marksIn(f.Name)...), marksIn(f.Value)...)
		}
	}
	return out
}
