package commands

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// wordEvery begins what recurs.
const wordEvery = "every"

// recurring is what was typed of a time that comes again.
type recurring struct {
	every, nth int
	days       [7]bool
	at         desk.DayTime
	zone       *time.Location // nil: not said
	from       calendarDay    // zero: not said
	except     []calendarDay
	// until is its last day; not of the year: none is said.
	until moment
	// unsure: "second" without "of the month" may mean every other one.
	unsure bool
	// dayWords is how the days were typed.
	dayWords string
}

// takeRecurring takes every <days> <time> [zone] [from <day>] [except <day>, <day>]
// [until <day>] for <duration> [until <day>].
func (a *asked) takeRecurring(s span) (planned, error) {
	r, n, err := parseRecurring(s.words())
	if err != nil {
		return planned{}, inField(offered(err, a.instead(s, n)), fieldWhen)
	}
	behind := r.takeLast(s.behind(n))
	r.lastOption(a)
	e, err := a.saidEnd(behind)
	if err != nil {
		return planned{}, err
	}
	e.rest = r.takeLast(e.rest)
	if r.zone == nil {
		r.zone = a.Words.Zone
	}
	rule := r.rule()
	switch {
	case e.length > 0:
		rule.For = e.length
	case !e.said():
		return planned{}, e.rest.noEnd()
	default:
		if rule.For, err = r.lasts(e.until); err != nil {
			return planned{}, inField(err, fieldUntil)
		}
	}
	p, err := r.first(rule, a.req.At)
	if err != nil {
		return p, err
	}
	return p, a.keepBehind(e.rest)
}

// rule is the rule without its length and its first day.
func (r recurring) rule() desk.Recurrence {
	out := desk.Recurrence{Every: r.every, Nth: r.nth, At: r.at, Zone: r.zone.String()}
	for d, in := range r.days {
		if in {
			out.Days = append(out.Days, time.Weekday(d))
		}
	}
	return out
}

// lasts is how long it lasts until a time of day, by the clock on the wall.
func (r recurring) lasts(until moment) (time.Duration, error) {
	if until.day != dayBare || !until.clock {
		return 0, desk.Refuse(desk.Invalid, "The end of what recurs is a time of day.").WithHint("Like: until 07:00, or for 3h")
	}
	const day = 24 * 60
	minutes := until.hour*60 + until.minute - int(r.at)
	if minutes > 0 {
		return time.Duration(minutes) * time.Minute, nil
	}
	length := time.Duration(minutes+day) * time.Minute
	if length > overnight && (until.hour+until.minute > 0 || r.at == 0) {
		return 0, desk.Refuse(desk.Ambiguous, "At %s it has not begun yet, or just begins.", until.wall(calendarDay{2000, 1, 1}).Format("15:04")).
			WithHint("If it ends the day after, say so: for %s", durationWords(length))
	}
	return length, nil
}

// lookAhead is how many occurrences must not overlap each other: two rounds of all days.
const lookAhead = 15

// first finds the first occurrence that is still to come. It is in the first round,
// unless another day was said to be the first.
func (r recurring) first(rule desk.Recurrence, now time.Time) (planned, error) {
	since := date(now.In(r.zone))
	if r.from.midnight().After(since.midnight()) {
		since = r.from
	}
	if r.from == (calendarDay{}) {
		once := rule
		once.Every, once.First = 1, date(now.In(r.zone)).midnight()
		begin, _ := once.Next(now)
		r.from = date(begin.From.In(r.zone))
	}
	rule.First = r.from.midnight()
	if err := r.endOn(&rule, since); err != nil {
		return planned{}, err
	}
	if err := r.leaveOut(&rule); err != nil {
		return planned{}, err
	}
	period, ok := rule.Next(now)
	if !ok {
		return planned{}, desk.Refuse(desk.Invalid, "This time has passed.").
			WithHint("Say a time that is still to come, like: tomorrow 02:00").In(fieldWhen)
	}
	next := rule.Between(period.From, period.From.Add(desk.MaxAhead), lookAhead)
	for k := range next[1:] {
		if next[k].Overlaps(next[k+1]) {
			return planned{}, desk.Refuse(desk.Invalid, "It would begin again before it ends.").
				WithHint("Say how long it lasts, like: for 3h").In(fieldFor)
		}
	}
	return planned{period: period, rule: &rule, words: recurringWords(rule)}, nil
}

// recurringWords says a rule so that it means the same whenever it is typed.
func recurringWords(r desk.Recurrence) string {
	var days []string
	for _, d := range r.Days {
		days = append(days, strings.ToLower(d.String()))
	}
	said := strings.Join(days, " and ")
	switch nth := ordinalWord(r.Nth); {
	case r.Nth != 0 && r.Every > 1:
		said = fmt.Sprintf("%d months on the %s %s", r.Every, nth, said)
	case r.Nth != 0:
		said = nth + " " + said + " of the month"
	case r.Every > 1:
		said = fmt.Sprintf("%d weeks on %s", r.Every, said)
	}
	said = fmt.Sprintf("%s %s %s %s from %s", wordEvery, said, r.At, r.Zone, date(r.First))
	for k, day := range r.Except {
		said += []string{" " + wordExcept + " ", ","}[min(k, 1)] + date(day).String()
	}
	if !r.Until.IsZero() {
		said += " " + wordUntil + " " + date(r.Until).String()
	}
	return said + " for " + durationWords(r.For)
}

// ordinals are the words for which day of a month, the short one first.
func ordinals() map[int][]string {
	return map[int][]string{1: {"1st", "first"}, 2: {"2nd", "second"}, 3: {"3rd", "third"}, 4: {"4th", "fourth"}, -1: {"last"}}
}

func ordinalWord(nth int) string {
	if words := ordinals()[nth]; len(words) > 0 {
		return words[0]
	}
	return ""
}

func parseOrdinal(word string) (int, bool) {
	for nth, words := range ordinals() {
		if slices.Contains(words, word) {
			return nth, true
		}
	}
	return 0, false
}

// wordList is a list of words that is read from its begin.
type wordList struct {
	words []string
	at    int
}

// next is the next word, in lower case and without a comma behind it; "" at the end.
func (w *wordList) next() string {
	if w.at >= len(w.words) {
		return ""
	}
	return strings.ToLower(strings.TrimSuffix(w.words[w.at], ","))
}

// take goes on where the next word is one of these.
func (w *wordList) take(words ...string) bool {
	if w.next() == "" || !slices.Contains(words, w.next()) {
		return false
	}
	w.at++
	return true
}

// parseRecurring reads every <days> <time> [zone] [from <day>] [except <days>] from the beginning of
// words, and tells how many that are; of a refusal: how many would be said otherwise.
func parseRecurring(words []string) (recurring, int, error) {
	w := &wordList{words: words, at: 1}
	r := recurring{every: 1}
	round := r.takeRound(w)
	first := w.at
	days, group := r.takeDays(w)
	switch {
	case !days, round == roundMonth && r.nth == 0:
		return r, 0, noRecurring(words)
	case group && (r.nth != 0 || r.every > 1 && round == ""): // every other day, every first weekday
		return r, 0, noRecurring(words)
	}
	r.dayWords = strings.ToLower(strings.Join(words[first:w.at], " "))
	if w.take("of") {
		w.take("the", "a", "each", "every")
		if r.nth == 0 || !w.take("month") {
			return r, 0, noRecurring(words)
		}
		r.unsure = false
	}
	if r.unsure {
		return r, w.at, r.second()
	}
	w.take("at", wordFrom)
	if err := r.takeClock(w); err != nil {
		return r, 0, err
	}
	if w.take("from", "starting", "beginning") && !r.takeFrom(w) {
		return r, 0, noRecurring(words)
	}
	if w.take(wordExcept, "without") && !r.takeExcept(w) {
		return r, 0, noRecurring(words)
	}
	return r, w.at, nil
}

// The words for what goes round.
const roundWeek, roundMonth = "week", "month"

// takeRound takes how often it comes: other, 2 weeks on, first, 2 months on the last. It
// tells whether weeks or months were said.
func (r *recurring) takeRound(w *wordList) (round string) {
	if n, ok := smallNumber(w.next(), 52); ok && n > 0 {
		r.every = n
		w.at++
	} else if w.take("other") {
		r.every = 2
	}
	for _, unit := range []string{roundWeek, roundMonth} {
		if round == "" && w.take(unit, unit+"s") {
			round = unit
			w.take("on")
		}
	}
	w.take("the")
	if nth, ok := parseOrdinal(w.next()); ok {
		r.nth = nth
		r.unsure = nth == 2 && round == "" && r.every == 1
		w.at++
	}
	return round
}

// takeDays takes wednesday, wed and sat, weekday, day. It reports whether there are any,
// and whether one word was for several.
func (r *recurring) takeDays(w *wordList) (found, group bool) {
	for {
		for part := range strings.SplitSeq(w.next(), ",") {
			days := daysOf(part)
			if len(days) == 0 {
				return found, group
			}
			group = group || len(days) > 1
			for _, d := range days {
				r.days[d] = true
			}
		}
		found = true
		w.at++
		for w.take("and", "&") {
			w.take("on", wordEvery)
		}
	}
}

// daysOf lists the days that a word names.
func daysOf(word string) []time.Weekday {
	switch word {
	case "day":
		return []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	case "weekday", "weekdays":
		return []time.Weekday{1, 2, 3, 4, 5}
	}
	d, ok := parseWeekday(word)
	if !ok {
		d, ok = parseWeekday(strings.TrimSuffix(word, "s"))
	}
	if !ok {
		return nil
	}
	return []time.Weekday{d}
}

// takeClock takes the time of day and a zone behind it.
func (r *recurring) takeClock(w *wordList) error {
	rest := w.words[w.at:]
	n := min(2, len(rest))
	for ; n > 0; n-- {
		clock := joinHalf(lower(rest[:n]))
		if hour, minute, ok := parseClock(clock[0]); ok && len(clock) == 1 {
			r.at = desk.DayTime(hour*60 + minute)
			break
		}
	}
	if n == 0 {
		return noClock()
	}
	w.at += n
	if w.at == len(w.words) {
		return nil
	}
	zone, ok := parseZone(w.words[w.at])
	if !ok {
		return nil
	}
	if _, err := time.LoadLocation(zone.String()); err != nil || !strings.Contains(zone.String(), "/") && zone != time.UTC {
		return desk.Refuse(desk.Invalid, "%s is only one half of a zone's year.", w.words[w.at]).
			WithHint("Name the zone, like: ET, or America/New_York")
	}
	r.zone = zone
	w.at++
	return nil
}

func lower(words []string) []string {
	out := make([]string, len(words))
	for k, w := range words {
		out[k] = strings.ToLower(w)
	}
	return out
}

// takeFrom takes the day from which on it counts.
func (r *recurring) takeFrom(w *wordList) bool {
	day, err := time.Parse(time.DateOnly, w.next())
	if err != nil || !plausible(day.Year()) {
		return false
	}
	r.from = date(day)
	w.at++
	return true
}

// second asks what "every second friday" means.
func (r recurring) second() error {
	better := []string{wordEvery + " other " + r.dayWords, wordEvery + " 2nd " + r.dayWords + " of the month"}
	return &unclear{desk.Refuse(desk.Ambiguous, "Every second may be every other one, or the second of each month. Which is meant?").
		WithHint("Say %s or %s.", better[0], better[1]), better}
}

func noRecurring(words []string) error {
	return desk.Refuse(desk.Invalid, "%q does not say when it recurs.", clip(strings.Join(words, " "))).
		WithHint("Like: every wednesday 04:00, every weekday 04:00, every other friday 22:00, every first sunday 04:00.")
}
