package config

import (
	"fmt"
	"strings"
)

// Mistake is one thing wrong in a config file.
type Mistake struct {
	// File is the path of the config file as it was given.
	File string
	// Line and Column count from 1, columns in characters; 0 when the file could not be read at all.
	Line, Column int
	// Key is the key with its section, such as "slack.signing_secret"; "" when it is about the whole file.
	Key string
	// Message says what is wrong.
	Message string
	// Hint says what would be right; it may be "".
	Hint string
}

// String is the mistake in one line: file:line:column: message: hint.
func (m Mistake) String() string {
	place := m.File
	if m.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d", m.File, m.Line, m.Column)
	}
	if m.Hint == "" {
		return place + ": " + m.Message
	}
	return place + ": " + m.Message + ": " + m.Hint
}

// Mistakes are all mistakes of a file, in the order of its lines.
type Mistakes []Mistake

// Error is every mistake, one line each.
func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i, one := range m {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}
