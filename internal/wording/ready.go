package wording

import (
	"strings"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/desk"
)

// The sentences that stand where people typed none, so that "declare learn down"
// is complete.

const readyTitleStart = "Problem with "

// ReadyTitle is the title of an incident that was declared without one: "Problem
// with Learn System". It stays true when the impact changes or it ends, and is at
// most desk.MaxTitle characters long.
func ReadyTitle(services []desk.Affected) string {
	for limit := shownNames; limit > 0; limit-- {
		title := readyTitleStart + namesUpTo(services, limit)
		if utf8.RuneCountInString(title) <= desk.MaxTitle {
			return title
		}
	}
	return readyTitleStart + count(len(services), "service")
}

// ReadyText is the message of an incident that was declared without one.
func ReadyText() string { return "We are looking into it." }

// ReadyEnd is the message of an incident that was resolved without one: "Learn
// System is working again."
func ReadyEnd(i desk.Incident) string { return workingAgain(i) + "." }

func workingAgain(i desk.Incident) string {
	return Names(i.Services) + " " + [2]string{"is", "are"}[many(len(i.Services))] + " working again"
}

// tellsMore reports whether a title says more than the names of services, which
// every post says anyway. A ready title may name those of before a correction.
func (c Context) tellsMore(i desk.Incident) bool {
	if i.Title == ReadyTitle(i.Services) {
		return false
	}
	rest, ready := strings.CutPrefix(i.Title, readyTitleStart)
	if !ready {
		return true
	}
	for name := range strings.SplitSeq(strings.ReplaceAll(rest, " and ", ", "), ", ") {
		if _, known := c.Catalog.Find(name); !known {
			return true
		}
	}
	return false
}
