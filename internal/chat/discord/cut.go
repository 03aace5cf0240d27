package discord

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// length counts in UTF-16 units.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += units(r)
	}
	return n
}

func units(r rune) int { return max(1, utf16.RuneLen(r)) }

// ellipsis says that something was cut off.
const ellipsis = " …"

// shorten cuts Markdown to limit units and says so: at a space if there is one in its
// second half, and never within an escape, a link or a time.
func shorten(s string, limit int) string {
	if length(s) <= limit {
		return s
	}
	room := limit - length(ellipsis)
	end, space, n := 0, 0, 0
	for end < len(s) {
		size := atom(s[end:])
		if size == 1 && (s[end] == ' ' || s[end] == '\n') {
			space = end
		}
		if n += length(s[end : end+size]); n > room {
			break
		}
		end += size
	}
	if space > end/2 {
		end = space
	}
	if end == 0 && room < 0 {
		return ""
	}
	return strings.TrimRight(s[:end], " \n") + ellipsis
}

// atom is how many bytes at the beginning of Markdown belong together. Whatever was
// typed is escaped, so what stands unescaped is ours and complete.
func atom(s string) int {
	_, first := utf8.DecodeRuneInString(s)
	until := func(begin int, closer string) int {
		if i := strings.Index(s[begin:], closer); i >= 0 {
			return begin + i + len(closer)
		}
		return first
	}
	switch {
	case s[0] == '\\' && len(s) > 1:
		_, second := utf8.DecodeRuneInString(s[1:])
		return 1 + second
	case s[0] == '<':
		return until(1, ">")
	case s[0] == '[':
		return until(1, ">)")
	case s[0] == '`':
		return until(1, "`")
	case strings.HasPrefix(s, "**"):
		return strongLength(s)
	}
	return first
}

// strongLength is that of "**...**" at the beginning of Markdown, past what is escaped.
func strongLength(s string) int {
	for i := 2; i < len(s); {
		switch {
		case s[i] == '\\':
			i += 2
		case strings.HasPrefix(s[i:], "**"):
			return i + 2
		default:
			i++
		}
	}
	return 2
}

// cutPlain cuts a text without mark-up to limit units and says so.
func cutPlain(s string, limit int) string {
	s = legible(s)
	if length(s) <= limit {
		return s
	}
	n := 0
	for i, r := range s {
		if n += units(r); n > limit-1 {
			return s[:i] + "…"
		}
	}
	return s
}
