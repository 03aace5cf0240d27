package commands

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxDuration is the longest length of time that can be typed: a year.
const maxDuration = 366 * 24 * time.Hour

// unit is one unit of time and the words for it, the short one first.
type unit struct {
	length time.Duration
	words  []string
}

// units are in the order in which they may follow each other.
func units() []unit {
	return []unit{
		{24 * time.Hour, []string{"d", "day", "days"}},
		{time.Hour, []string{"h", "hr", "hrs", "hour", "hours"}},
		{time.Minute, []string{"m", "min", "mins", "minute", "minutes"}},
		{time.Second, []string{"s", "sec", "secs", "second", "seconds"}},
	}
}

// parseDuration reads a length of time as people say it: 40s, 90m, 4h, 1h30m,
// 2d, 45min. Larger units come first, each at most once; nothing is longer than a
// year, and no length is none.
func parseDuration(word string) (time.Duration, bool) {
	rest, left := strings.ToLower(word), units()
	var total time.Duration
	for rest != "" {
		n, behind, ok := leadingNumber(rest)
		if !ok {
			return 0, false
		}
		end := strings.IndexFunc(behind, isDigit)
		if end < 0 {
			end = len(behind)
		}
		k := slices.IndexFunc(left, func(u unit) bool { return slices.Contains(u.words, behind[:end]) })
		if k < 0 {
			return 0, false
		}
		total += time.Duration(n) * left[k].length
		rest, left = behind[end:], left[k+1:]
	}
	return total, total > 0 && total <= maxDuration
}

// leadingNumber takes up to five digits off the front.
func leadingNumber(s string) (n int, rest string, ok bool) {
	end := strings.IndexFunc(s, func(r rune) bool { return !isDigit(r) })
	if end < 1 || end > 5 {
		return 0, s, false
	}
	n, err := strconv.Atoi(s[:end])
	return n, s[end:], err == nil
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }
