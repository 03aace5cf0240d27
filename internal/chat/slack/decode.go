package slack

import (
	"strings"

	"github.com/umassonline/belltower/internal/desk"
)

// decode turns Slack's form of a typed text into what the grammar reads:
// mentions become addresses ("<@U1|ann>" is "@amherst/U1", "<#C1|ops>" is
// "#amherst/C1"), links what was typed, and &amp; &lt; &gt; characters. It
// decodes once, so that a typed "&lt;" stays what it is. Whatever it does not
// know it leaves as it came.
func decode(conn desk.ConnectionName, s string) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for s != "" {
		i := strings.IndexAny(s, "<&")
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		meant, length := decodeFirst(conn, s[i:])
		b.WriteString(meant)
		s = s[i+length:]
	}
	b.WriteString(s)
	return b.String()
}

// decodeFirst decodes the entity or token that s begins with, or takes one
// character as it is. length is how much of s it took, at least 1.
func decodeFirst(conn desk.ConnectionName, s string) (meant string, length int) {
	for _, e := range [...][2]string{{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}} {
		if strings.HasPrefix(s, e[0]) {
			return e[1], len(e[0])
		}
	}
	end := strings.IndexAny(s[1:], "<>")
	if s[0] != '<' || end < 1 || s[1+end] != '>' || s[1] == '|' {
		return s[:1], 1
	}
	if meant, ok := decodeToken(conn, s[1:1+end]); ok {
		return meant, end + 2
	}
	return s[:1], 1
}

// decodeToken decodes what stands between < and >
// (docs.slack.dev/messaging/formatting-message-text, "Retrieving messages").
func decodeToken(conn desk.ConnectionName, token string) (string, bool) {
	id, label, labelled := strings.Cut(token, "|")
	switch id[0] {
	case '@':
		return "@" + string(conn) + "/" + id[1:], isID(id[1:])
	case '#':
		return "#" + string(conn) + "/" + id[1:], isID(id[1:])
	case '!':
		return decodeSpecial(conn, id[1:], label)
	}
	if !strings.HasPrefix(id, "http://") && !strings.HasPrefix(id, "https://") && !strings.HasPrefix(id, "mailto:") {
		return "", false
	}
	if labelled {
		return decode(conn, label), true
	}
	return decode(conn, id), true
}

// decodeSpecial decodes "subteam^S1" to the address of the group, "here" and
// "channel" to the words that people see, and dates to their fallback.
func decodeSpecial(conn desk.ConnectionName, name, label string) (string, bool) {
	if group, ok := strings.CutPrefix(name, "subteam^"); ok {
		return "@" + string(conn) + "/group:" + group, isID(group)
	}
	if name == "here" || name == "channel" || name == "everyone" {
		return "@" + name, true
	}
	return decode(conn, label), label != "" && !strings.Contains(label, "<")
}

// isID reports whether s can be an id of Slack's: capital letters and digits.
func isID(s string) bool {
	for _, r := range s {
		if (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
