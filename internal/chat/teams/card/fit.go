package card

import (
	"strings"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
)

// cut keeps a text's first limit characters: whole sentences where one ends in their
// second half, else whole words, and says that there was more. Spans other than plain
// and strong text stay whole.
func cut(t chat.Text, limit int) chat.Text {
	left := limit
	for i, s := range t {
		n := length(s)
		if n <= left {
			left -= n
			continue
		}
		out := append(chat.Text{}, t[:i]...)
		switch {
		case s.Plain != "":
			out = append(out, chat.Span{Plain: shorten(s.Plain, max(left, 2))})
		case s.Strong != "":
			out = append(out, chat.Span{Strong: shorten(s.Strong, max(left, 2))})
		default:
			out = append(out, chat.Span{Plain: " …"})
		}
		return out
	}
	return t
}

// length is about how many characters a span shows.
func length(s chat.Span) int {
	switch {
	case s.Plain != "":
		return utf8.RuneCountInString(s.Plain)
	case s.Strong != "":
		return utf8.RuneCountInString(s.Strong)
	case s.Code != "":
		return utf8.RuneCountInString(s.Code)
	case s.Link.URL != "":
		return utf8.RuneCountInString(s.Link.Label + s.Link.URL)
	}
	return 50 // a time, a person, a channel
}

// shorten cuts a text after a sentence or a word, to limit characters with the
// ellipsis.
func shorten(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	head := first(s, limit-2)
	if end := sentenceEnd(head); end > len(head)/2 {
		return head[:end] + " …"
	}
	if space := strings.LastIndexAny(head, " \n"); space > len(head)/2 {
		return head[:space] + " …"
	}
	return head + " …"
}

// first is the first n characters.
func first(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

// sentenceEnd is where the last whole sentence of a text ends; 0: it has none.
func sentenceEnd(s string) int {
	for i := len(s) - 1; i > 0; i-- {
		if strings.IndexByte(".!?", s[i-1]) >= 0 && (s[i] == ' ' || s[i] == '\n') {
			return i
		}
	}
	return 0
}
