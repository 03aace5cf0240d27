package commands

import (
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
)

// wishes are the words that say what and how a channel hears.
func wishes() []string {
	return []string{"incidents", "windows", "probes", "digest", "minor+", "major+", "critical", "quiet", "normal", "loud", wordFrom}
}

// Words of quiet hours: from 22:00 to 7:00 only critical.
const wordFrom, wordOnly = "from", "only"

// foldWishes puts the options of a subscription into the line.
func (a *asked) foldWishes() {
	if hours := a.line.options["hours"]; hours != "" && !strings.HasPrefix(strings.ToLower(hours), wordFrom) {
		a.line.options["hours"] = wordFrom + " " + hours
	}
	a.fold("target", "kinds", "least", "manner", "hours")
}

// addWish puts what the first words say into the subscription, and tells how many
// words that were; 0: they say nothing known.
func addWish(s *desk.Subscription, words []string) (int, error) {
	word := words[0]
	for _, t := range desk.Topics() {
		if word == string(t) || word+"s" == string(t) {
			s.Topics = append(s.Topics, t)
			return 1, nil
		}
	}
	if m, ok := desk.ParseManner(word); ok {
		if s.Manner != "" && s.Manner != m {
			return 0, contrary(string(s.Manner), word)
		}
		s.Manner = m
		return 1, nil
	}
	if word == wordFrom {
		return addHours(s, words)
	}
	if least, ok := parseLeast(word); ok {
		if s.Least != "" && s.Least != least {
			return 0, contrary(string(s.Least), word)
		}
		s.Least = least
		return 1, nil
	}
	return 0, nil
}

// contrary refuses two wishes of which just one can be meant.
func contrary(one, other string) error {
	return desk.Refuse(desk.Invalid, "%s and %s cannot both be meant.", one, other).WithHint("Say one of them; like: subscribe learn %s", other)
}

func parseLeast(word string) (desk.Impact, bool) {
	return desk.ParseImpact(strings.TrimSuffix(word, "+"))
}

// addHours reads quiet hours: from <time> to <time> [only <least>].
func addHours(s *desk.Subscription, words []string) (int, error) {
	refuse := func(why desk.Term) error {
		return desk.Refuse(desk.Invalid, "%s", why).WithHint("Like: subscribe learn from 22:00 to 7:00 only critical").In("hours")
	}
	h := desk.Hours{Least: desk.Critical}
	from, n := parseDayTime(words[1:])
	rest := words[1+n:]
	if n == 0 || len(rest) == 0 || !slices.Contains([]string{"to", "until", "till"}, rest[0]) {
		return 0, refuse("Quiet hours are two times of day.")
	}
	to, n := parseDayTime(rest[1:])
	rest = rest[1+n:]
	switch {
	case n == 0:
		return 0, refuse("Quiet hours are two times of day.")
	case from == to:
		return 0, refuse("Quiet hours cannot begin when they end.")
	}
	h.From, h.To = from, to
	if len(rest) > 0 && rest[0] == wordOnly {
		least, ok := desk.Impact(""), false
		if len(rest) > 1 {
			least, ok = parseLeast(rest[1])
		}
		if !ok || least == desk.Minor {
			return 0, refuse("In quiet hours only critical, or only major+, can be told.")
		}
		h.Least, rest = least, rest[2:]
	}
	s.Hours = &h
	return len(words) - len(rest), nil
}

// parseDayTime reads a time of day off the beginning: 22:00, 10pm, 10 pm, 7. It tells
// how many words that were; 0: there is none.
func parseDayTime(words []string) (desk.DayTime, int) {
	for n := min(2, len(words)); n > 0; n-- {
		joined := joinHalf(slices.Clone(words[:n]))
		if len(joined) != 1 {
			continue
		}
		hour, minute, ok := parseClock(joined[0])
		if !ok {
			hour, ok = smallNumber(joined[0], 23)
		}
		if ok {
			return desk.DayTime(hour*60 + minute), n
		}
	}
	return 0, 0
}
