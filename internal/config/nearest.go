package config

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// problem is what is wrong with one text: the words after the text itself, and
// what would be right. It never holds the text, which may be a secret.
type problem struct{ what, hint string }

// closest finds the word nearest to a mistyped one, "" when none is near: at
// most two letters off (two swapped letters count as two), one for short words.
func closest(word string, known []string) string {
	best, least := "", 3
	if len(word) < 4 {
		least = 2
	}
	for _, k := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// nearest is the hint for a mistyped word: the nearest known one, or the few
// that there are.
func nearest(word string, known []string) string {
	if best := closest(word, known); best != "" {
		return "did you mean " + best + "?"
	}
	if len(known) > 15 {
		return ""
	}
	return "known are " + strings.Join(known, ", ")
}
