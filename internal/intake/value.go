package intake

import (
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/umassonline/belltower/internal/desk"
)

// text is a text, number or truth value as it is written; "" for anything else. AlertSite
// writes numbers as texts, others texts as numbers, and ids of 64 bits lose digits as
// floats.
func text(r gjson.Result) string {
	switch r.Type {
	case gjson.String:
		return r.Str
	case gjson.Number, gjson.True, gjson.False:
		return r.Raw
	}
	return ""
}

// line is text made one plain line of at most so many characters: without control
// characters and marks that turn the direction of what follows.
func line(s string, most int) string {
	if len(s) <= most && plain(s) {
		return s
	}
	if len(s) > 8*most { // no more of it is looked at than can be kept
		s = s[:8*most]
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError || unicode.Is(unicode.Bidi_Control, r):
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:most-1])) + "…"
}

// plain reports whether a text is one plain line of ASCII already, as most are.
func plain(s string) bool {
	space := true // before it: a space here would be one too many
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == ' ' && space {
			return false
		}
		space = s[i] == ' '
	}
	return s == "" || !space
}

// maxID is how long an id may be, in bytes.
const maxID = 200

// idOf is the id of a check, as it is written; "" for what cannot be one.
func idOf(r gjson.Result) string { return asID(text(r)) }

func asID(id string) string {
	if len(id) > maxID || id != line(id, maxID) {
		return ""
	}
	return id
}

// moment reads a time: RFC 3339, or a Unix time in seconds, or in milli-, micro- or
// nanoseconds if it is that large; zero for anything else, such as a time without a
// zone, and for what lies before the year 2000.
func moment(r gjson.Result) time.Time { return asMoment(text(r)) }

func asMoment(written string) time.Time {
	if t, err := time.Parse(time.RFC3339, written); err == nil {
		return since2000(t)
	}
	n, err := strconv.ParseFloat(written, 64)
	if err != nil || math.IsNaN(n) || n < 0 || n > math.MaxInt64 {
		return time.Time{}
	}
	unit := 1.0
	for n/unit > 1e11 { // 1e11 s is the year 5138
		unit *= 1000
	}
	if unit > 1e9 {
		return time.Time{}
	}
	whole, part := math.Modf(n / unit)
	return since2000(time.Unix(int64(whole), int64(part*1e9)).Round(time.Microsecond)) // more a float does not hold
}

// since2000 is a time that a monitor can have meant; "year 1" and 0 mean none.
func since2000(t time.Time) time.Time {
	if t.Year() < 2000 {
		return time.Time{}
	}
	return t.UTC()
}

// link is an address that staff may be shown: http(s), and nothing in it that looks
// like a credential; else "".
func link(s string) string {
	u, err := url.Parse(s)
	if err != nil || len(s) > desk.LinkMax || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || s != line(s, desk.LinkMax) {
		return ""
	}
	for name := range u.Query() {
		low := strings.ToLower(name)
		for _, word := range []string{"token", "key", "secret", "password", "passwd", "auth", "sig", "session"} {
			if strings.Contains(low, word) {
				return ""
			}
		}
	}
	return s
}
