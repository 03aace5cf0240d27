package config

import (
	"strconv"
	"strings"
	"time"
)

// day is 24 hours: durations here are lengths, not calendar days.
const day = 24 * time.Hour

// parseDuration reads a length of time as people write it in the file: what
// time.ParseDuration reads, and whole days of 24 hours in front, as in "2d" and
// "1d12h". A sign is refused.
func parseDuration(text string) (time.Duration, *problem) {
	refused := &problem{"is not a duration", "write it as in 40s, 90m, 4h, 1h30m or 2d"}
	if strings.ContainsAny(text, "+-µμ") || text == "" || text == "0" {
		return 0, refused
	}
	days, rest, found := strings.Cut(text, "d")
	if !found {
		days, rest = "0", text
	}
	n, err := strconv.ParseUint(days, 10, 16)
	if err != nil {
		return 0, refused
	}
	length := time.Duration(n) * day
	if rest == "" {
		return length, nil
	}
	more, err := time.ParseDuration(rest)
	if err != nil || length+more < length {
		return 0, refused
	}
	return length + more, nil
}

// words says a duration as the file would: 2d, 1h30m, 40s.
func words(d time.Duration) string {
	if d >= day && d%day == 0 {
		return strconv.Itoa(int(d/day)) + "d"
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
