package commands

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// slot is one time of a series.
type slot struct {
	series desk.Window
	period desk.Period
	day    string // as it is typed
}

// takeSlot takes a day off the line, where it is said to which time of a series the line
// applies. Not ok: no day is said, or the window is no series.
func (a *asked) takeSlot(ctx context.Context, w desk.Window) (s slot, ok bool, err error) {
	if !w.IsSeries() {
		return s, false, nil
	}
	m, ok := a.takeDay()
	if !ok {
		return s, false, nil
	}
	s, err = a.slotOn(ctx, w, m)
	return s, err == nil, err
}

// takeDay takes a day off the line, where it begins with one.
func (a *asked) takeDay() (m moment, ok bool) {
	words := strings.Fields(strings.ToLower(a.line.rest))
	for n := min(len(words), dayWords); n > 0; n-- {
		if m = (moment{}); !m.setDay(trimmed(words[:n])) {
			continue
		}
		for range n {
			_, a.line.rest = cutWord(a.line.rest)
		}
		return m, true
	}
	return m, false
}

// slotOf is takeSlot where of a series just one time can be meant.
func (a *asked) slotOf(ctx context.Context, w desk.Window) (s slot, ok bool, err error) {
	if !w.IsSeries() {
		return s, false, nil
	}
	if s, ok, err = a.takeSlot(ctx, w); !ok && err == nil {
		err = a.whichTime(ctx, w, a.Words.WhichTime(w), a.again())
	}
	return s, ok, err
}

// dayWords is the most words that a day has: "friday dec 25 2026".
const dayWords = 4

// slotOn is the time that a series has on a day: as answers show it, in the organization's
// zone, or by its rule.
func (a *asked) slotOn(ctx context.Context, w desk.Window, m moment) (slot, error) {
	var first time.Time
	for _, zone := range a.zonesOf(w) {
		s, day, err := a.slotIn(ctx, w, m, zone)
		if err != nil || s.day != "" {
			return s, err
		}
		if first.IsZero() {
			first = day
		}
	}
	return slot{}, a.whichTime(ctx, w, a.Words.NoSuchTime(w, first), a.line.rest)
}

// zonesOf are those in which days of a series may be meant, that of answers first.
func (a *asked) zonesOf(w desk.Window) []*time.Location {
	zone, err := time.LoadLocation(w.Rule.Zone)
	if err != nil || zone.String() == a.Words.Zone.String() {
		return []*time.Location{a.Words.Zone}
	}
	return []*time.Location{a.Words.Zone, zone}
}

// slotIn is slotOn in a zone; where there is no such time it has no day, and first is the
// day that was meant.
func (a *asked) slotIn(ctx context.Context, w desk.Window, m moment, zone *time.Location) (s slot, first time.Time, err error) {
	today := date(a.req.At.In(zone))
	for _, day := range m.nextDays(today, today) {
		from := time.Date(day.year, day.month, day.day, 0, 0, 0, 0, zone)
		if first.Before(a.req.At.AddDate(0, 0, -1)) {
			first = from
		}
		if m.year == 0 && from.After(a.req.At.AddDate(1, 0, 0)) {
			break // a date without a year means the next such
		}
		times := w.Rule.Between(later(from, w.Planned.From), from.AddDate(0, 0, 1), 1)
		if len(times) == 0 {
			continue
		}
		s := slot{w, times[0], a.dayOf(times[0])}
		if ok, err := a.canChange(ctx, s, m.day == dayOfWeek); ok || err != nil {
			return s, first, err
		}
	}
	return slot{}, first, nil
}

// dayOf is the day of a time as it is typed.
func (a *asked) dayOf(p desk.Period) string { return p.From.In(a.Words.Zone).Format(time.DateOnly) }

// canChange reports whether a time of a series has not begun by the rule, or is not over
// although it should have begun: its start is held, it was moved, or its work goes on. Where
// a day of the week is said, work that goes on is not meant.
func (a *asked) canChange(ctx context.Context, s slot, weekday bool) (bool, error) {
	if !s.period.From.Before(a.req.At) {
		return true, nil
	}
	number, err := a.made(ctx, s)
	if err != nil || number == 0 {
		return false, err
	}
	w, err := a.journal.Window(ctx, number)
	return !w.IsOver() && !(weekday && w.IsRunning()), err
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// whichTime asks which of the next times of a series is meant; rest follows the day.
func (a *asked) whichTime(ctx context.Context, w desk.Window, sentence, rest string) error {
	q := &question{Refusal: desk.Refuse(desk.Ambiguous, "%s", sentence).About(w.Subject())}
	next, err := a.nextTimes(ctx, w, offeredTimes)
	if err != nil {
		return err
	}
	for k, p := range next {
		day := a.dayOf(p)
		q.offering(a.action(a.Words.PickTime(p), strings.TrimSpace(day+" "+rest)))
		if k == 0 {
			q.WithHint("Like: %s", a.exampleOn(w, day))
		}
	}
	return q
}

// exampleOn is the verb as it can be typed for one time of a series.
func (a *asked) exampleOn(w desk.Window, day string) string {
	behind := map[string]string{
		"extend": "1h", "move": "to " + day + " 22:00", "cancel": a.Words.Own(string(desk.Term("Holidays"))),
	}[a.verb.name]
	return strings.TrimSpace(strings.Join([]string{a.path(), strconv.Itoa(w.Number), day, behind}, " "))
}

// offeredTimes is how many times of a series a question offers.
const offeredTimes = 4

// moveTime moves one time of a series: <day> to <when> [for <duration>].
func (a *asked) moveTime(ctx context.Context, w desk.Window) (chat.Reply, error) {
	if err := w.CheckNotOver(); err != nil {
		return chat.Reply{}, err
	}
	s, to, err := a.takeSlotTo(ctx, w)
	if err == nil && a.line.rest != "" {
		err = a.tooMuch()
	}
	if err != nil {
		return chat.Reply{}, err
	}
	when := a.periodWords(to)
	rule := func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Move(to, act) }
	return a.planning(ctx, planning{
		said:     retold{fields: map[string]string{"when": when}, words: s.day + " to " + when, typed: true, day: s.day + " to"},
		services: w.ServiceIDs(), period: to, on: s.period, do: a.onSlot(ctx, s, a.plans(ctx, rule), rule),
	})
}

// takeSlotTo takes <day> to <when> [for <duration>] off the line. Between two days the
// word may be missing.
func (a *asked) takeSlotTo(ctx context.Context, w desk.Window) (s slot, to desk.Period, err error) {
	whole := a.line.rest
	m, ok := a.takeDay()
	word, rest := cutWord(a.line.rest)
	if !strings.EqualFold(word, "to") {
		rest = a.line.rest
		ok = ok && a.saysDay()
	}
	if !ok {
		a.line.rest = whole
		return s, to, a.whichMoved(ctx, w)
	}
	a.line.rest = rest
	b := *a
	b.line.rest = a.movedTo()
	if s, err = b.slotOn(ctx, w, m); err != nil {
		return s, to, err
	}
	if a.line.rest == "" && a.line.options[fieldWhen] == "" {
		return s, to, desk.Refuse(desk.Invalid, "No time was given.").WithHint("Like: %s", a.exampleOn(w, s.day)).In(fieldWhen)
	}
	a.keepDay(s.day)
	to, err = a.takeMoved(s.period.Length())
	return s, to, err
}

// movedTo says again to when a time of a series is moved, the options too.
func (a *asked) movedTo() string {
	words := []string{"to", a.line.rest, a.line.options[fieldWhen]}
	for _, end := range []string{fieldFor, fieldUntil} {
		if v := a.line.options[end]; v != "" {
			words = append(words, end, v)
		}
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

// keepDay has a time of day alone, to which a time of a series is moved, mean its day.
func (a *asked) keepDay(day string) {
	m, n := a.span(fieldWhen).led().ranged().begin()
	switch said := a.line.options[fieldWhen]; {
	case n == 0 || !m.clock || m.day != dayBare:
	case said == "":
		a.line.rest = day + " " + a.line.rest
	default:
		a.line.options = maps.Clone(a.line.options)
		a.line.options[fieldWhen] = day + " " + said
	}
}

// whichMoved asks which time of a series is moved to what the line says, if that can be
// done to one.
func (a *asked) whichMoved(ctx context.Context, w desk.Window) error {
	if word, _ := cutWord(a.line.rest); strings.EqualFold(word, wordEvery) {
		return desk.Refuse(desk.Invalid, "%s is repeated, and its rule cannot be changed.", w.Subject()).
			WithHint("Cancel it with all of its times, and schedule it anew. One time of it is moved like: window move %d dec 9 to dec 10 04:00", w.Number).
			About(w.Subject()).In(fieldWhen)
	}
	if a.line.rest != "" {
		b := *a
		if _, err := b.takeMoved(w.Rule.For); err != nil {
			return err
		}
	}
	return a.whichTime(ctx, w, a.Words.WhichTime(w), a.movedTo())
}

// cancelTime cancels one time of a series.
func (a *asked) cancelTime(ctx context.Context, s slot) (chat.Reply, error) {
	why := a.line.all("reason")
	if why == "" { // the rule's example would end the whole series
		return chat.Reply{}, desk.Refuse(desk.Invalid, "There is no reason.").WithHint("Like: %s", a.exampleOn(s.series, s.day)).In("reason")
	}
	rule := func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Cancel(why, act) }
	return a.planning(ctx, planning{
		said: a.reasoned(s.day, why), doubts: a.doubts(nil, "", why), on: s.period, do: a.onSlot(ctx, s, a.applies(ctx, rule), rule),
	})
}

// changing changes a window by its number; with try it stores nothing.
type changing func(number int) func(by journal.By, o desk.Override, try bool) (journal.WindowApplied, error)

// plans changes when a window is, by a rule.
func (a *asked) plans(ctx context.Context, rule journal.WindowRule) changing {
	return func(number int) func(journal.By, desk.Override, bool) (journal.WindowApplied, error) {
		return func(by journal.By, o desk.Override, try bool) (journal.WindowApplied, error) {
			return a.journal.Plan(ctx, by, number, rule, o, try)
		}
	}
}

// applies changes a window by a rule that asks for no time.
func (a *asked) applies(ctx context.Context, rule journal.WindowRule) changing {
	return func(number int) func(journal.By, desk.Override, bool) (journal.WindowApplied, error) {
		return func(by journal.By, _ desk.Override, try bool) (journal.WindowApplied, error) {
			return a.journal.ApplyWindow(ctx, by, number, rule, try)
		}
	}
}

// onSlot changes one time of a series. To try it, it need not be a window of its own
// yet; nor is it made one for a change that is refused.
func (a *asked) onSlot(ctx context.Context, s slot, change changing, rule journal.WindowRule) func(journal.By, desk.Override, bool) (journal.WindowApplied, error) {
	return func(by journal.By, o desk.Override, try bool) (journal.WindowApplied, error) {
		number, err := a.made(ctx, s)
		switch {
		case err != nil:
			return journal.WindowApplied{}, err
		case number == 0:
			if tried, err := a.trySlot(ctx, by, s, rule, o); try || err != nil {
				return tried, err
			}
			if number, err = a.journal.Occurrence(ctx, by, s.series.Number, s.period.From); err != nil {
				return journal.WindowApplied{}, err
			}
		}
		return change(number)(by, o, try)
	}
}

// onTime is onSlot for what oneTime found.
func (a *asked) onTime(ctx context.Context, s slot, change changing, rule journal.WindowRule) func(journal.By, desk.Override, bool) (journal.WindowApplied, error) {
	if s.day == "" {
		return change(a.number)
	}
	return a.onSlot(ctx, s, change, rule)
}

// made is the number of the window that is a time of a series already; 0: there is none.
func (a *asked) made(ctx context.Context, s slot) (int, error) {
	all, err := a.journal.TimesOf(ctx, s.series.Number, s.period.From)
	k := slices.IndexFunc(all, func(w desk.Window) bool { return w.Slot.Equal(s.period.From) })
	if k < 0 {
		return 0, err
	}
	return all[k].Number, err
}

// trySlot says what a change of one time of a series would come to, and stores nothing.
func (a *asked) trySlot(ctx context.Context, by journal.By, s slot, rule journal.WindowRule, o desk.Override) (journal.WindowApplied, error) {
	act := desk.Act{At: by.At, By: by.Person}
	c, err := rule(s.series.Occurrence(s.series.Number, s.period, act).Window, act)
	if err != nil {
		return journal.WindowApplied{}, err
	}
	w := c.Window
	like := desk.Plan{Services: w.Services, Effect: w.Effect, Title: w.Title, Planned: w.Planned, In: w.ScheduledIn}
	switch c.Entry.Kind {
	case desk.WindowCancelled, desk.WindowHeld: // only who hears of it is asked
		o = desk.Override{Force: w.Title, Urgent: w.Title, Admin: true}
	case desk.WindowStarted:
		o.Urgent = w.Title // it begins now
	}
	done, err := a.tryBeside(ctx, by, like, s, o)
	return journal.WindowApplied{Window: w, Entry: c.Entry, Channels: done.Channels}, err
}

// tryBeside says what a plan would come to that takes the place of a time of a series: it
// makes room for itself, so that only what is beside that has to be free.
func (a *asked) tryBeside(ctx context.Context, by journal.By, p desk.Plan, s slot, o desk.Override) (journal.WindowApplied, error) {
	done, err := a.journal.TrySchedule(ctx, by, p, o)
	var objection *desk.Objection
	if !errors.As(err, &objection) || objection.Other != s.series.Subject() || !objection.Period.From.Equal(s.period.From) {
		return done, err
	}
	for _, part := range []desk.Period{{From: p.Planned.From, To: earlier(s.period.From, p.Planned.To)}, {From: later(s.period.To, p.Planned.From), To: p.Planned.To}} {
		beside := p
		beside.Planned = part
		if !part.To.After(part.From) {
			continue
		}
		if done, err := a.journal.TrySchedule(ctx, by, beside, o); err != nil {
			return done, err
		}
	}
	o.Force = s.series.Title
	return a.journal.TrySchedule(ctx, by, p, o)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
