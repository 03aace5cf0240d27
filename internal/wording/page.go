package wording

import (
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// What the status page takes from here, so that it speaks as the posts do: their
// sentences by Own, the grammar, and when to expect news.

// Forms of time on pages, for Write: without a zone, which a page names once.
const (
	PageClock chat.TimeForm = dayTime     // 4:12 AM
	PageDay   chat.TimeForm = "page-day"  // Dec 2, 4:12 AM
	PageYear  chat.TimeForm = "page-year" // Dec 2, 2026, 4:12 AM
	PageWeek  chat.TimeForm = "page-week" // Wed, Dec 2, 4:12 AM
	PageAges  chat.TimeForm = "page-ages" // Wed, Dec 2, 2026, 4:12 AM

	PageDate     chat.TimeForm = "page-date"      // Wed, Dec 2
	PageDateYear chat.TimeForm = "page-date-year" // Wed, Dec 2, 2026
	PageMonth    chat.TimeForm = "page-month"     // December 2026
)

// pageDate is a form with the day of the week without it.
func pageDate(form chat.TimeForm) chat.TimeForm {
	if form == PageAges {
		return PageYear
	}
	return PageDay
}

// Write writes a time in the zone that it has.
func (c Context) Write(t time.Time, form chat.TimeForm) string { return c.grammar().write(t, form) }

// Joint stands before the last part of an enumeration: " and ".
func (c Context) Joint(last string) string { return c.grammar().joint(last) }

// Clause says of one service or many how they are, or were: "%s is slow", with a place
// for their names.
func (c Context) Clause(s desk.ServiceStatus, many, were bool) string {
	in := present
	if were {
		in = past
	}
	return c.grammar().clause(clause{"%s", many, s, c.PublicStatus(s), in})
}

// Effect says of one service or many what planned work means for them now, or will:
// "%s will not be available", with a place for their names.
func (c Context) Effect(e desk.Effect, many, will bool) string {
	return c.grammar().work(work{"%s", many, e, will})
}

// Promise says when to expect news of an open incident. A promise that has passed at
// asOf is not repeated.
func (c Context) Promise(i desk.Incident, asOf time.Time) chat.Text {
	return c.promise(i, asOf, clock{c, asOf})
}

// Unchanged says since when nobody gave news that was promised; empty: it was kept.
func (c Context) Unchanged(i desk.Incident) chat.Text {
	for _, line := range c.unchanged(i, clock{c, i.BeganAt}) {
		return line.Text
	}
	return nil
}

// NextNews says when to expect news of planned work that takes longer; empty: as planned.
func (c Context) NextNews(w desk.Window, asOf time.Time) chat.Text {
	for _, text := range c.nextNews(w, asOf, clock{c, asOf}) {
		return text
	}
	return nil
}

// Repeats says when a series takes place: "It is repeated: every Wednesday at 4:00 AM for
// 3 hours."
func (c Context) Repeats(r desk.Recurrence) string {
	return c.word("It is repeated: %s.", c.repeats(r))
}
