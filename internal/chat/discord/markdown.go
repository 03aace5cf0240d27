package discord

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// markup writes neutral text in Discord's Markdown such that nothing typed by people
// becomes a mention, a link or formatting (developers/reference, "Message Formatting").
type markup struct {
	conn desk.ConnectionName
	zone *time.Location
	say  func(string) string // Options.Say
}

// own is a sentence of the adapter's own in the language of its readers.
func (m markup) own(english string) string {
	if m.say == nil {
		return english
	}
	return m.say(english)
}

func (m markup) text(t chat.Text) string {
	var b []byte
	for _, s := range t {
		b = m.appendSpan(b, s)
	}
	return string(b)
}

func (m markup) appendSpan(b []byte, s chat.Span) []byte {
	switch {
	case s.Plain != "":
		return appendLiteral(b, s.Plain)
	case s.Strong != "":
		return appendStrong(b, s.Strong)
	case s.Code != "":
		code := oneLine(strings.ReplaceAll(legible(s.Code), "`", "'"))
		return append(append(append(b, '`'), code...), '`')
	case !s.Time.IsZero():
		return appendTime(b, s)
	case s.Link.URL != "":
		return appendLink(b, s.Link)
	case !s.Person.IsZero():
		return m.appendPerson(b, s.Person)
	case !s.Channel.IsZero():
		return m.appendChannel(b, s.Channel)
	}
	return b
}

func appendStrong(b []byte, s string) []byte {
	if s = oneLine(legible(s)); s == "" {
		return b
	}
	return append(appendLiteral(append(b, "**"...), s), "**"...)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// legible takes out what nobody can read: controls but line breaks, the overrides of
// writing direction, and bytes that are no text.
func legible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
}

// appendLiteral writes text that is to be read as it stands. A backslash before
// punctuation is Discord's escape; before a colon it keeps addresses and names of
// emoji apart, too.
func appendLiteral(b []byte, s string) []byte {
	lineStart := len(b) == 0 || b[len(b)-1] == '\n'
	s = legible(s)
	for i, r := range s {
		switch {
		case strings.ContainsRune("\\*_~|`>#<@[]", r),
			r == ':' && (strings.HasPrefix(s[i:], "://") || beginsEmoji(s[i:])),
			lineStart && (r == '-' || r == '+'),
			(r == '.' || r == ')') && numbers(b):
			b = append(b, '\\')
		}
		b = utf8.AppendRune(b, r)
		lineStart = r == '\n' || lineStart && unicode.IsSpace(r)
	}
	return b
}

// numbers reports whether nothing but a number stands in the last line, which a point
// would make the beginning of a list.
func numbers(b []byte) bool {
	i := len(b)
	for i > 0 && b[i-1] >= '0' && b[i-1] <= '9' {
		i--
	}
	digits := len(b) - i
	for i > 0 && (b[i-1] == ' ' || b[i-1] == '\t') {
		i--
	}
	return digits > 0 && (i == 0 || b[i-1] == '\n')
}

// beginsEmoji reports whether s begins with something like ":red_circle:".
func beginsEmoji(s string) bool {
	end := strings.IndexByte(s[1:], ':')
	if end < 1 {
		return false
	}
	return strings.Trim(s[1:1+end], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-") == ""
}

// appendTime writes a time that each reader sees in their own zone and language
// (developers/reference, "Timestamp Styles").
func appendTime(b []byte, s chat.Span) []byte {
	style := ":t>"
	switch s.Form {
	case chat.DayClock:
		style = ":f>"
	case chat.FullDate:
		style = ":F>"
	case chat.Seconds:
		style = ":T>"
	}
	return append(strconv.AppendInt(append(b, "<t:"...), s.Time.Unix(), 10), style...)
}

// maxURL keeps a link within one text.
const maxURL = 1000

var scheme = regexp.MustCompile(`(?i)\bhttps?://`)

// appendLink writes a link to the web, without a preview; other addresses are written
// out, as Discord links to nothing else.
func appendLink(b []byte, l chat.Link) []byte {
	label := oneLine(l.Label)
	if !isLink(l.URL) {
		if label == "" {
			label = strings.TrimPrefix(l.URL, "mailto:")
		}
		return appendLiteral(b, label)
	}
	if label == "" {
		label = l.URL
	}
	label = scheme.ReplaceAllString(label, "") // a label that looks like an address is not taken
	b = append(appendLiteral(append(b, '['), label), "](<"...)
	return append(append(b, l.URL...), ">)"...)
}

func isLink(u string) bool {
	web := strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://")
	return web && len(u) <= maxURL && !strings.ContainsFunc(u, func(r rune) bool {
		return r <= ' ' || r == utf8.RuneError || strings.ContainsRune("<>()\\", r) || unicode.IsSpace(r)
	})
}

// rolePrefix begins the id of a role, as the access list writes it.
const rolePrefix = "role:"

// appendPerson shows a person or a role by name; nobody is notified who is not in the
// message's mentions. People of elsewhere are shown by their address.
func (m markup) appendPerson(b []byte, p desk.Person) []byte {
	if !m.knows(p) {
		return appendLiteral(b, p.String())
	}
	if role, isRole := strings.CutPrefix(p.ID, rolePrefix); isRole {
		return append(append(append(b, "<@&"...), role...), '>')
	}
	return append(append(append(b, "<@"...), p.ID...), '>')
}

// knows reports whether it is a person or role of this application's servers.
func (m markup) knows(p desk.Person) bool {
	return p.Connection == m.conn && snowflake(strings.TrimPrefix(p.ID, rolePrefix)).valid()
}

func (m markup) appendChannel(b []byte, c desk.Channel) []byte {
	if c.Connection != m.conn || !snowflake(c.ID).valid() {
		return appendLiteral(b, c.String())
	}
	return append(append(append(b, "<#"...), c.ID...), '>')
}
