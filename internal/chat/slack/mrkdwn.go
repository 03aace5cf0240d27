package slack

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// markup writes neutral text in Slack's mrkdwn such that nothing typed by people
// becomes a mention, a link or formatting
// (docs.slack.dev/messaging/formatting-message-text). Text objects that hold it
// are verbatim, so that Slack makes no links by itself.
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

// apart is a zero-width space. Behind *, _, ~ and ` it keeps Slack, which has no
// escape for them, from seeing formatting there.
const apart = "\u200b"

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
		b = appendEscaped(append(b, '`'), oneLine(strings.ReplaceAll(s.Code, "`", "'")))
		return append(b, '`')
	case !s.Time.IsZero():
		return m.appendTime(b, s)
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
	return append(appendLiteral(append(b, '*'), oneLine(s)), '*')
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// appendLiteral writes text that is to be read as it stands.
func appendLiteral(b []byte, s string) []byte {
	before, lineStart := ' ', len(b) == 0
	if len(b) > 0 {
		before, _ = utf8.DecodeLastRune(b)
		lineStart = before == '\n'
	}
	for i, r := range s {
		if lineStart && r == '>' { // a quotation, even as &gt;
			b = append(b, apart...)
		}
		b = appendEscapedRune(b, r)
		if formats(before, s[i:], r) {
			b = append(b, apart...)
		}
		before, lineStart = r, r == '\n' || lineStart && unicode.IsSpace(r)
	}
	return b
}

// formats reports whether r, the first of rest, may begin formatting or an emoji
// after the character before it.
func formats(before rune, rest string, r rune) bool {
	switch r {
	case '`':
		return true
	case '*', '_', '~':
		return !unicode.IsLetter(before) && !unicode.IsDigit(before)
	case ':':
		return beginsEmoji(rest)
	}
	return false
}

// beginsEmoji reports whether s begins with something like ":red_circle:".
func beginsEmoji(s string) bool {
	end := strings.IndexByte(s[1:], ':')
	if end < 1 {
		return false
	}
	return strings.Trim(s[1:1+end], "abcdefghijklmnopqrstuvwxyz0123456789_+-'") == ""
}

// appendEscaped replaces the three characters that Slack's parser acts on.
func appendEscaped(b []byte, s string) []byte {
	for _, r := range s {
		b = appendEscapedRune(b, r)
	}
	return b
}

func appendEscapedRune(b []byte, r rune) []byte {
	switch r {
	case '&':
		return append(b, "&amp;"...)
	case '<':
		return append(b, "&lt;"...)
	case '>':
		return append(b, "&gt;"...)
	}
	return utf8.AppendRune(b, r)
}

// appendTime writes a time that each reader sees in their own zone, with the
// organisation's for notifications and old clients.
func (m markup) appendTime(b []byte, s chat.Span) []byte {
	at, fallback := " at ", chat.FormatTime(s.Time, s.Form, m.zone)
	if s.Written != "" { // not English: Slack names the day in the reader's language
		at, fallback = " ", s.Written
	}
	shown := "{time}"
	switch s.Form {
	case chat.DayClock:
		shown = "{date_short_pretty}" + at + "{time}"
	case chat.FullDate:
		shown = "{date_long}" + at + "{time}"
	case chat.Seconds:
		shown = "{time_secs}"
	}
	b = strconv.AppendInt(append(b, "<!date^"...), s.Time.Unix(), 10)
	b = append(append(append(b, '^'), shown...), '|')
	b = appendEscaped(b, fallback)
	return append(b, '>')
}

// maxURL keeps a link within one text object.
const maxURL = 2000

// appendLink writes a link to the web or to an e-mail address; other addresses
// are written out.
func appendLink(b []byte, l chat.Link) []byte {
	label := l.Label
	if label == "" {
		label = l.URL
	}
	if !isLink(l.URL) {
		return appendLiteral(b, label)
	}
	b = appendEscaped(append(b, '<'), strings.ReplaceAll(l.URL, "|", "%7C"))
	b = append(b, '|')
	b = appendLiteral(b, oneLine(strings.ReplaceAll(label, "|", "¦")))
	return append(b, '>')
}

func isLink(u string) bool {
	web := strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://") || strings.HasPrefix(u, "mailto:")
	return web && len(u) <= maxURL && !strings.ContainsFunc(u, func(r rune) bool { return r <= ' ' || r == utf8.RuneError })
}

// appendPerson mentions a person of this workspace; Slack has no way to show one
// without, so who is to be notified looks no different. People of elsewhere are shown by their address.
func (m markup) appendPerson(b []byte, p desk.Person) []byte {
	if !m.knows(p) {
		return appendLiteral(b, p.String())
	}
	return append(append(append(b, "<@"...), p.ID...), '>')
}

// knows reports whether it is a person of this workspace.
func (m markup) knows(p desk.Person) bool { return p.Connection == m.conn && isID(p.ID) }

func (m markup) appendChannel(b []byte, c desk.Channel) []byte {
	if c.Connection != m.conn || !isID(c.ID) {
		return appendLiteral(b, c.String())
	}
	if isDirect(c.ID) {
		return append(b, m.own("a direct message")...)
	}
	return append(append(append(b, "<#"...), c.ID...), '>')
}

// isDirect: the ids of direct messages begin with D.
func isDirect(channel string) bool { return strings.HasPrefix(channel, "D") }

// length counts as Slack's limits are counted here: in UTF-16 units, which are
// never fewer than characters.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += units(r)
	}
	return n
}

func units(r rune) int { return max(1, utf16.RuneLen(r)) }

// cut splits mrkdwn such that head has at most limit units, at a space or line
// break if there is one in its second half, and never within a token or entity.
func cut(s string, limit int) (head, rest string) {
	if length(s) <= limit {
		return s, ""
	}
	n, safe, space := 0, 0, 0
	var closer rune // of the token or entity that we are within
	for i, r := range s {
		if closer == 0 {
			safe = i
			if r == ' ' || r == '\n' {
				space = i
			}
		}
		if n += units(r); n > limit {
			break
		}
		closer = within(closer, r)
	}
	if space > safe/2 {
		return s[:space], s[space+1:]
	}
	return s[:safe], s[safe:]
}

func within(closer, r rune) rune {
	switch {
	case closer == r:
		return 0
	case closer == 0 && r == '<':
		return '>'
	case closer == 0 && r == '&':
		return ';'
	}
	return closer
}

// shorten cuts and says so.
func shorten(s string, limit int) string {
	if length(s) <= limit {
		return s
	}
	head, _ := cut(s, limit-2)
	return head + " …"
}
