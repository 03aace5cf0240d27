package commands

import (
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
)

// wordUntil leads to an end: of work a time, of what recurs a day, too.
const wordUntil = "until"

// takeLast takes the last day of what recurs off the begin of a span, where it is said:
// until 2026-12-31. A time of day behind it is none of a last day.
func (r *recurring) takeLast(s span) span {
	words := lower(s.words())
	if r.until.day == dayOfYear || len(words) < 2 || !slices.Contains([]string{wordUntil, "till", "til", "through"}, words[0]) {
		return s
	}
	if m, _ := s.behind(1).moment(); m.clock {
		return s
	}
	for n := min(len(words)-1, dayWords); n > 0; n-- {
		var m moment
		if m.setDay(trimmed(words[1:n+1])) && m.day == dayOfYear {
			r.until = m
			return s.behind(n + 1)
		}
	}
	return s
}

// trimmed are words without the commas behind them.
func trimmed(words []string) (out []string) {
	for _, w := range words {
		out = append(out, strings.TrimSuffix(w, ","))
	}
	return out
}

// lastOption takes the option until for the last day, where it holds just a day.
func (r *recurring) lastOption(a *asked) {
	if a.line.options[fieldUntil] == "" {
		return
	}
	s := a.span(fieldUntil)
	if word, _ := cutWord(s.text); !slices.Contains(untilWords(), strings.ToLower(word)) {
		s.text = wordUntil + " " + s.text
	}
	if r.takeLast(s).text == "" {
		a.dropOption(fieldUntil)
	}
}

// endOn puts the last day into the rule: a date without a year is the next such since a
// day.
func (r recurring) endOn(rule *desk.Recurrence, since calendarDay) error {
	if r.until.day != dayOfYear {
		return nil
	}
	for _, day := range r.until.nextDays(since, since) {
		if rule.Until = day.midnight(); !rule.Until.Before(since.midnight()) {
			break
		}
	}
	if rule.Until.Before(rule.First) {
		return desk.Refuse(desk.Invalid, "It would end before its first time.").
			WithHint("Like: every wednesday 04:00 for 3h until 2027-06-30").In(fieldUntil)
	}
	return nil
}
