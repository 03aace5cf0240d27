package commands

import (
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// leaveOut takes days out of the rule, which have to be days of it.
func (r recurring) leaveOut(rule *desk.Recurrence) error {
	whole := *rule
	for _, d := range r.except {
		from := time.Date(d.year, d.month, d.day, 0, 0, 0, 0, r.zone)
		if len(whole.Between(from, from.AddDate(0, 0, 1), 1)) == 0 {
			return desk.Refuse(desk.Invalid, "There is no time on %s that could be left out.", d).
				WithHint("Like: every wednesday 04:00 except 2026-12-23 for 3h").In(fieldWhen)
		}
		rule.Except = append(rule.Except, d.midnight())
	}
	slices.SortFunc(rule.Except, time.Time.Compare)
	rule.Except = slices.CompactFunc(rule.Except, time.Time.Equal)
	if len(rule.Except) > desk.MaxExcept {
		return desk.Refuse(desk.Invalid, "At most %d days can be left out.", desk.MaxExcept).In(fieldWhen)
	}
	return nil
}

// wordExcept begins the days that are left out.
const wordExcept = "except"

// without says a rule again without some of its times.
func without(r desk.Recurrence, zone *time.Location, times []desk.Period) desk.Recurrence {
	r.Except = slices.Clone(r.Except)
	for _, t := range times {
		r.Except = append(r.Except, date(t.From.In(zone)).midnight())
	}
	slices.SortFunc(r.Except, time.Time.Compare)
	return r
}

// takeExcept takes the days that are left out: 2026-12-23, 2026-12-30 and 2027-01-06.
func (r *recurring) takeExcept(w *wordList) bool {
	for {
		for part := range strings.SplitSeq(w.next(), ",") {
			day, err := time.Parse(time.DateOnly, part)
			if err != nil || !plausible(day.Year()) {
				return len(r.except) > 0
			}
			r.except = append(r.except, date(day))
		}
		w.at++
		w.take("and", "&")
	}
}
