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

// lengthWords is the most words that a length of time has: "1 day, 2 hours and 30 min".
const lengthWords = 7

// parseLength reads a length of time from the beginning of words, as much of them as
// makes one, and tells how many that are: "3h", "3 h", "1 hour 30 min", "an hour"; 0:
// they do not begin with one.
func parseLength(words []string) (time.Duration, int) {
	for n := min(len(words), lengthWords); n > 0; n-- {
		if strings.EqualFold(words[n-1], "and") {
			continue
		}
		joined := ""
		for k, w := range words[:n] {
			w = strings.ToLower(strings.TrimSuffix(w, ","))
			switch {
			case k == 0 && (w == "a" || w == "an"):
				w = "1"
			case k > 0 && w == "and":
				w = ""
			}
			joined += w
		}
		if d, ok := parseDuration(joined); ok {
			return d, n
		}
	}
	return 0, 0
}

// durationWords writes a length of time as parseDuration reads it: "1h30m".
func durationWords(d time.Duration) string {
	var b strings.Builder
	for _, u := range units() {
		if n := d / u.length; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10) + u.words[0])
			d -= n * u.length
		}
	}
	return b.String()
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
