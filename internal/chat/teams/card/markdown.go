package card

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// writer writes the texts of one card in the Markdown of Teams' clients: bold, italics,
// lists, links (learn.microsoft.com, "Format cards in Teams"). Nothing typed by people
// becomes a mention, a link, a time or formatting there.
//
// Desktop clients read CommonMark; those of phones have a parser of their own, which
// knows a backslash before * and _ only and else shows it
// (github.com/microsoft/AdaptiveCards, MarkDownBlockParser.cpp). So a backslash stands
// where nothing else helps, and a character without width everywhere else.
type writer struct {
	Style
	mentions []mention
}

// mention calls one person: the text stands in the card as it stands here.
type mention struct {
	Type      string    `json:"type"`
	Text      string    `json:"text"`
	Mentioned mentioned `json:"mentioned"`
}

type mentioned struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// apart is a zero-width space: it keeps two characters from being read together.
const apart = "\u200b"

// block writes a row of text as a TextBlock shows it: times in the reader's own zone.
func (w *writer) block(t chat.Text) string { return w.write(t, w.appendLocalTime) }

// fixed writes a text where Teams does not know the reader's zone.
func (w *writer) fixed(t chat.Text) string { return w.write(flat(t), w.appendTime) }

// oneLine writes a text as one row.
func (w *writer) oneLine(t chat.Text) string { return w.block(flat(t)) }

func (w *writer) write(t chat.Text, clock func([]byte, chat.Span) []byte) string {
	var b []byte
	for i, s := range t {
		switch {
		case s.Plain != "":
			b = w.literal(b, s.Plain)
		case s.Strong != "":
			b = w.strong(b, s.Strong, t[i+1:])
		case s.Code != "": // Teams has no mark-up for code
			b = w.strong(b, s.Code, t[i+1:])
		case !s.Time.IsZero():
			b = clock(b, s)
		case s.Link.URL != "":
			b = w.link(b, s.Link)
		case !s.Person.IsZero():
			b = w.person(b, s)
		case !s.Channel.IsZero():
			b = w.literal(b, w.channelName(s.Channel))
		}
	}
	return string(b)
}

// literal writes text that is to be read as it stands.
func (w *writer) literal(b []byte, s string) []byte {
	s = clean(s)
	if len(b) == 0 && beginsBlock(s) {
		b = append(b, apart...)
	}
	for i, r := range s {
		before, _ := utf8.DecodeLastRune(b)
		rest := s[i:]
		switch {
		case r == '*', r == '`', r == '\\' && escapes(rest[1:]), r == '_' && !(isWord(before) && wordFollows(rest[1:])):
			b = append(b, '\\')
		case together(before, r, rest):
			b = append(b, apart...)
		}
		b = utf8.AppendRune(b, r)
	}
	return b
}

// maxEntity is more than the longest name of a character, in bytes.
const maxEntity = 40

// together reports whether r, the first of rest, would be read as one thing with the
// character before it: a tag, a link's address, a function, struck text, an entity.
func together(before, r rune, rest string) bool {
	switch before {
	case '<':
		return unicode.IsLetter(r) || strings.ContainsRune("/!?", r)
	case ']':
		return strings.ContainsRune("([:", r)
	case '{', '~':
		return r == before
	case '&':
		end := strings.IndexByte(rest[:min(len(rest), maxEntity)], ';')
		return end > 0 && strings.IndexFunc(rest[:end], func(r rune) bool { return !isWord(r) && r != '#' }) < 0
	}
	return false
}

// beginsBlock reports whether a row would be read as a list, a heading, a quotation or
// code by how it begins.
func beginsBlock(s string) bool {
	if s == "" {
		return false
	}
	if strings.ContainsRune("#>+-=| \t", rune(s[0])) {
		return true
	}
	number := strings.TrimLeft(s, "0123456789")
	return len(number) < len(s) && number != "" && strings.ContainsRune(".)", rune(number[0]))
}

// escapes reports whether a backslash before rest would hide itself.
func escapes(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || r < utf8.RuneSelf && !isWord(r) && r != ' '
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func wordFollows(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return n > 0 && isWord(r)
}

// hair is a space with almost no width: bold text that ends in punctuation ends only
// before a space or punctuation (spec.commonmark.org, right-flanking).
const hair = "\u200a"

func (w *writer) strong(b []byte, s string, after chat.Text) []byte {
	s = strings.TrimSpace(clean(oneLine(s)))
	if s == "" {
		return b
	}
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	if before, _ := utf8.DecodeLastRune(b); len(b) > 0 && !isWord(first) && !unicode.IsSpace(before) {
		b = append(b, hair...)
	}
	if before, _ := utf8.DecodeLastRune(b); before == '*' { // two bold texts side by side
		b = append(b, hair...)
	}
	b = append(w.literal(append(b, "**"...), s), "**"...)
	if !isWord(last) && len(after) > 0 && !parts(clean(after[0].Plain)) {
		b = append(b, hair...)
	}
	return b
}

// parts reports whether a text begins with a space or punctuation.
func parts(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return n > 0 && (unicode.IsSpace(r) || unicode.IsPunct(r))
}

// appendTime writes a time in the organisation's zone.
func (w *writer) appendTime(b []byte, s chat.Span) []byte {
	if s.Written != "" {
		return w.literal(b, s.Written)
	}
	return w.literal(b, chat.FormatTime(s.Time, s.Form, w.Zone))
}

// appendLocalTime writes a time that each reader sees in their own zone, in the form
// and language of their device. It is read only as it is written here: capitals, no
// spaces, whole seconds (learn.microsoft.com/adaptive-cards, "Text features"). There is
// no form with seconds.
func (w *writer) appendLocalTime(b []byte, s chat.Span) []byte {
	style, at := "", s.Time.UTC().Format(time.RFC3339)
	switch s.Form {
	case chat.Clock:
	case chat.DayClock:
		style = "SHORT"
	case chat.FullDate:
		style = "LONG"
	default:
		return w.appendTime(b, s)
	}
	if last, _ := utf8.DecodeLastRune(b); len(b) == 0 || last == '{' { // "4. Dezember" would be a list
		b = append(b, apart...)
	}
	if style != "" {
		b = append(b, "{{DATE("+at+","+style+")}}, "...)
	}
	return append(b, "{{TIME("+at+")}}"...)
}

// link writes a link to the web or to an e-mail address; of other addresses the label
// is shown.
func (w *writer) link(b []byte, l chat.Link) []byte {
	label := strings.TrimSpace(clean(oneLine(l.Label)))
	if label == "" {
		label = l.URL
	}
	if !isLink(l.URL) {
		return w.literal(b, label)
	}
	if last, _ := utf8.DecodeLastRune(b); strings.ContainsRune("!]\\", last) { // an image, or the address of what is before
		b = append(b, apart...)
	}
	b = append(b, '[')
	b = append(b, w.literal(nil, brackets.Replace(label))...)
	return append(append(append(b, "]("...), address.Replace(l.URL)...), ')')
}

// brackets and address keep what belongs to a link's mark-up out of its parts.
var (
	brackets = strings.NewReplacer("[", "(", "]", ")")
	address  = strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\\", "%5C", "*", "%2A", "`", "%60", "{{", "%7B%7B", `"`, "%22")
)

// maxURL keeps a link from filling a card.
const maxURL = 2000

func isLink(u string) bool {
	web := strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://") || strings.HasPrefix(u, "mailto:")
	return web && len(u) <= maxURL && !strings.ContainsFunc(u, func(r rune) bool { return r <= ' ' || r == utf8.RuneError || hidden(r) })
}

// maxCalled is how many people one card calls, of our own.
const maxCalled = 20

// person calls a person of this connection, or shows one without calling.
func (w *writer) person(b []byte, s chat.Span) []byte {
	name := w.personName(s.Person)
	switch {
	case !s.Notify:
		return w.literal(b, name)
	case s.Person.Connection != w.Connection || s.Person.ID == "":
		return w.literal(b, "@"+name)
	}
	text, ok := w.call(s.Person.ID, name)
	if !ok {
		return w.literal(b, "@"+name)
	}
	return append(b, text...)
}

// call is the text that calls a person, the same for the same one and no other's: it
// holds nothing that a card would write otherwise.
func (w *writer) call(id, name string) (string, bool) {
	name = strings.Join(strings.FieldsFunc(name, func(r rune) bool { return !isWord(r) && !strings.ContainsRune("-.'", r) }), " ")
	if name = first(name, maxLabel); name == "" {
		name = id
	}
	for _, m := range w.mentions {
		if m.Mentioned.ID == id {
			return m.Text, true
		}
		if m.Mentioned.Name == name {
			name += " " + strconv.Itoa(len(w.mentions)+1)
		}
	}
	if len(w.mentions) == maxCalled {
		return "", false
	}
	m := mention{Type: "mention", Text: "<at>" + name + "</at>", Mentioned: mentioned{ID: id, Name: name}}
	w.mentions = append(w.mentions, m)
	return m.Text, true
}

func (s Style) personName(p desk.Person) string {
	if s.Person != nil && p.Connection == s.Connection {
		if name := clean(oneLine(s.Person(p))); name != "" {
			return name
		}
	}
	return p.String()
}

func (s Style) channelName(c desk.Channel) string {
	if s.Channel != nil && c.Connection == s.Connection {
		if name := oneLine(s.Channel(c)); name != "" {
			return name
		}
	}
	return c.String()
}

// rows splits a text at its line breaks.
func rows(t chat.Text) []chat.Text {
	out := []chat.Text{nil}
	for _, s := range t {
		if s.Plain == "" {
			out[len(out)-1] = append(out[len(out)-1], s)
			continue
		}
		for i, part := range strings.Split(strings.ReplaceAll(s.Plain, "\r\n", "\n"), "\n") {
			if i > 0 {
				out = append(out, nil)
			}
			out[len(out)-1] = append(out[len(out)-1], chat.Span{Plain: part})
		}
	}
	return out
}

// flat makes one row of a text.
func flat(t chat.Text) chat.Text {
	out := make(chat.Text, len(t))
	for i, s := range t {
		s.Plain = strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) {
				return ' '
			}
			return r
		}, s.Plain)
		out[i] = s
	}
	return out
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// clean leaves out what is not seen: it could turn a sentence round or hide in it.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case hidden(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// hidden: controls, and marks of direction and width.
func hidden(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r >= '\u200b' && r <= '\u200f' && r != '\u200d' ||
		r >= '\u202a' && r <= '\u202e' || r >= '\u2060' && r <= '\u206f' || r == '\ufeff'
}
