package wording

import (
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// english is the grammar of English.
func english() grammar {
	return grammar{
		joint: func(string) string { return " and " }, joints: []string{" and "},
		clause: englishClause, work: englishWork, units: " ",
		thousands: func(n int) string { return grouped(n, ",") },
		write:     englishTime,
	}
}

func englishClause(c clause) string {
	verb := [2]string{"is", "are"}
	switch {
	case c.tense == past && c.status == desk.UnderMaintenance:
		verb = [2]string{"had", "had"}
	case c.tense == past:
		verb = [2]string{"was", "were"}
	case c.tense == still && c.status == desk.UnderMaintenance:
		verb = [2]string{"still has", "still have"}
	case c.tense == still:
		verb = [2]string{"is still", "are still"}
	case c.status == desk.UnderMaintenance:
		verb = [2]string{"has", "have"}
	}
	said := c.names + " " + either(c.many, verb[0], verb[1]) + " " + c.public
	switch {
	case c.status == desk.Operational:
	case c.tense == again:
		return said + " again"
	case c.tense == changed:
		return said + " now"
	}
	return said
}

func englishWork(w work) string {
	verb := either(w.many, "is", "are")
	if w.future {
		verb = "will be"
	}
	switch w.effect {
	case desk.EffectDegraded:
		return w.names + " " + verb + " slow"
	case desk.EffectAtRisk:
		return w.names + " should work, but may be interrupted"
	}
	if w.future {
		return w.names + " will not be available"
	}
	return w.names + " " + verb + " not available"
}

func either(many bool, one, more string) string {
	if many {
		return more
	}
	return one
}

func englishTime(t time.Time, form chat.TimeForm) string {
	switch form {
	case weekClock:
		return t.Format("Mon 3:04 PM MST")
	case dayTime:
		return t.Format("3:04 PM")
	case onlyDay:
		return t.Format("Monday, 2 January 2006")
	case PageDay:
		return t.Format("Jan 2, 3:04 PM")
	case PageYear:
		return t.Format("Jan 2, 2006, 3:04 PM")
	case PageDate:
		return t.Format("Mon, Jan 2")
	case PageDateYear:
		return t.Format("Mon, Jan 2, 2006")
	case PageMonth:
		return t.Format("January 2006")
	case PageWeek, PageAges:
		return t.Format("Mon, ") + englishTime(t, pageDate(form))
	}
	return chat.FormatTime(t, form, t.Location())
}

// grouped writes a number with a mark between groups of three digits: 12,345.
func grouped(n int, mark string) string {
	s := strconv.Itoa(n)
	var parts []string
	for len(s) > 3 {
		parts = append([]string{s[len(s)-3:]}, parts...)
		s = s[:len(s)-3]
	}
	return strings.Join(append([]string{s}, parts...), mark)
}
