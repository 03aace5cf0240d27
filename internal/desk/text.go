package desk

import (
	"strings"
	"unicode/utf8"
)

// Limits of what people type, in characters.
const (
	MaxTitle  = 120
	MaxText   = 2000
	MaxReason = 300
)

// CleanTitle checks a title and returns it on one line, trimmed.
func CleanTitle(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	return s, checkTyped("title", s, MaxTitle)
}

// CleanText checks a message and returns it trimmed, with plain line ends.
func CleanText(s string) (string, error) {
	s = strings.TrimSpace(PlainLines(s))
	return s, checkTyped("message", s, MaxText)
}

// PlainLines returns s with "\n" for every other line end.
func PlainLines(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
}

// CleanReason checks a reason and returns it on one line, trimmed.
func CleanReason(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	return s, checkTyped("reason", s, MaxReason)
}

func checkTyped(what, s string, limit int) error {
	if err := CheckChars(s); err != nil {
		return err
	}
	if n := utf8.RuneCountInString(s); n > limit {
		return Refuse(Invalid, "The %s has %d characters; at most %d fit.", Term(what), n, limit).In(what)
	}
	return nil
}

// CheckChars refuses text that is not what it looks like: invalid UTF-8, control
// characters, and the marks that turn the direction of what follows (Unicode
// "Trojan Source": U+202A to U+202E and U+2066 to U+2069).
func CheckChars(s string) error {
	if !utf8.ValidString(s) {
		return Refuse(Invalid, "The text is not valid UTF-8.").WithHint("Please type it again instead of pasting it.")
	}
	for _, r := range s {
		if forbiddenRune(r) {
			return Refuse(Invalid, "The text holds a hidden character (U+%04X).", r).WithHint("Please type it again instead of pasting it.")
		}
	}
	return nil
}

func forbiddenRune(r rune) bool {
	switch {
	case r == '\n', r == '\t', r == '\r':
		return false
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return false
}
