package teams

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/umassonline/belltower/internal/desk"
)

// typed is what somebody typed, as the grammar reads it: without mentions of the bot,
// which are told by their entity, as names are shortened and split; those of people are
// addresses. Teams writes & < > in a text as entities, spaces around mentions as
// no-break spaces, and may put several. Who answers a post by *Reply* in a chat has not typed
// the mark of it that their text begins with.
func (a activity) typed(address func(account) (desk.Person, bool)) string {
	var b strings.Builder
	rest := 0
	for _, m := range a.inText() {
		stands := a.Text[m.from:m.to]
		switch p, ok := address(m.who); {
		case m.who.ID == a.Recipient.ID:
			stands = " "
		case ok:
			stands = "@" + p.String()
		}
		b.WriteString(a.Text[rest:m.from] + stands)
		rest = m.to
	}
	return collapse(unescape(quoted.ReplaceAllString(b.String()+a.Text[rest:], " ")))
}

// quoted is where a text quotes a message, of which an entity of type quotedReply tells
// (github.com/microsoft/teams.ts, pull request 482).
var quoted = regexp.MustCompile(`<quoted\b[^<>]*>`)

// spot is a mention and where in the text it stands, in bytes.
type spot struct {
	from, to int
	who      account
}

// inText finds the mentions in the text, in its order. Of several that read the same the
// first entity is the first of them.
func (a activity) inText() (all []spot) {
	next := map[string]int{} // where to go on looking, by the mention's text
	for _, e := range a.Entities {
		reads := e.reads()
		if e.Type != "mention" || reads == "" {
			continue
		}
		at := strings.Index(a.Text[next[reads]:], reads)
		if at < 0 {
			continue
		}
		from := next[reads] + at
		next[reads] = from + len(reads)
		all = append(all, spot{from, next[reads], e.Mentioned})
	}
	slices.SortStableFunc(all, func(a, b spot) int { return a.from - b.from })
	end := 0
	return slices.DeleteFunc(all, func(s spot) bool { // one inside another
		if s.from < end {
			return true
		}
		end = s.to
		return false
	})
}

// reads is how a mention stands in the text, of which Teams may tell the name alone.
func (e entity) reads() string {
	if e.Text == "" && e.Mentioned.Name != "" {
		return "<at>" + e.Mentioned.Name + "</at>"
	}
	return e.Text
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

// addressing is what people put behind the name of whom they speak to.
const addressing = ",: \n"

// command splits what was typed: the first word, in small letters as phones begin lines
// with a capital, and the rest as typed.
func command(text string) (word, rest string) {
	text = strings.TrimPrefix(strings.TrimLeft(text, addressing), "/")
	i := strings.IndexAny(text, " \n")
	if i < 0 {
		return strings.ToLower(text), ""
	}
	return strings.ToLower(text[:i]), strings.TrimLeft(text[i:], " \n")
}
