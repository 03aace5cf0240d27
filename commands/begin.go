package commands

import (
	"slices"
	"strings"
)

// begin is a moment whose day may stand behind the time, too, where the end follows: 2am
// fri for 3h, 10pm on dec 5 until 02:00.
func (s span) begin() (moment, int) {
	m, n := s.moment()
	words := s.words()
	if n == 0 || !m.clock || m.day != dayBare || m.zone != nil {
		return m, n
	}
	on := 0
	if n < len(words) && strings.EqualFold(words[n], "on") {
		on = 1
	}
	for days := min(len(words)-n-on, dayWords); days > 0; days-- {
		end := n + on + days
		day := words[n+on : end]
		if end < len(words) && !isEnd(words[end]) {
			continue
		}
		if turned, ok := wholeMoment(append(slices.Clone(day), words[:n]...)); ok {
			return turned, end
		}
	}
	return m, n
}

// isEnd reports whether a word leads to an end.
func isEnd(word string) bool {
	word = strings.ToLower(word)
	return word == wordFor || slices.Contains(untilWords(), word)
}

// isMidnight reports whether a word is the end of a day.
func isMidnight(word string) bool { return strings.EqualFold(word, "midnight") || word == "24:00" }
