package teams

import (
	"strings"
	"unicode"

	"github.com/umassonline/belltower/internal/desk"
)

// typed is what somebody typed, as the grammar reads it: without mentions of the bot,
// which are told by their entity, as names are shortened and split; those of people are
// addresses. Teams writes & < > in a text as entities, spaces around mentions as
// no-break spaces, and may put several.
func (a activity) typed(address func(account) (desk.Person, bool)) string {
	text := a.Text
	for _, e := range a.Entities {
		if e.Type != "mention" || e.Text == "" {
			continue
		}
		switch p, ok := address(e.Mentioned); {
		case e.Mentioned.ID == a.Recipient.ID:
			text = strings.Replace(text, e.Text, " ", 1)
		case ok:
			text = strings.Replace(text, e.Text, "@"+p.String(), 1)
		}
	}
	return collapse(unescape(text))
}

// unescape decodes once, so that a typed "&lt;" stays what it is.
func unescape(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	return strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "&quot;", `"`, "&#39;", "'", "&nbsp;", " ").Replace(s)
}

// collapse makes runs of blanks one space and takes those at the ends of lines off. Line
// breaks stay: a title ends at one.
func collapse(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.Join(strings.FieldsFunc(l, isBlank), " ")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// isBlank reports whether r shows as a gap; Teams puts no-break and zero-width spaces
// around mentions.
func isBlank(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' }

// command splits what was typed: the first word, in small letters as phones begin lines
// with a capital, and the rest as typed.
func command(text string) (word, rest string) {
	text = strings.TrimPrefix(text, "/")
	i := strings.IndexAny(text, " \n")
	if i < 0 {
		return strings.ToLower(text), ""
	}
	return strings.ToLower(text[:i]), strings.TrimLeft(text[i:], " \n")
}
