package commands

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/wording"
)

var windowForm = regexp.MustCompile(`^(?i:#|win-?)?([0-9]{1,9}):?$`)

// parseWindowNumber reads 17, #17, win-17, and 17: as it stands before a reason.
func parseWindowNumber(word string) (int, bool) {
	m := windowForm.FindStringSubmatch(word)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil && n > 0
}

// someWindows are the windows that may be meant where no number was typed.
type someWindows int

const (
	amongComing  someWindows = iota // those that are scheduled, but no series
	amongRunning                    // those whose work goes on
	amongBoth                       // first those, then the coming ones
)

// maxAhead and maxSeries are how many of what is to come, and of what is repeated, a list
// has: eight pages.
const maxAhead, maxSeries = 60, 36

// find lists them, those about a service (empty: any), the soonest first, and whether
// there are more.
func (s someWindows) find(ctx context.Context, a *asked, service desk.ServiceID) (all []desk.Window, more bool, err error) {
	q := journal.AheadQuery{Until: a.req.At.Add(desk.MaxAhead), Limit: maxAhead}
	if service != "" {
		q.Services = []desk.ServiceID{service}
	}
	if s != amongComing {
		all, err = a.journal.Running(ctx)
		if service != "" {
			all = slices.DeleteFunc(all, func(w desk.Window) bool { return !w.Concerns(service) })
		}
		if err != nil || s == amongRunning {
			return all, false, err
		}
	}
	coming, more, err := a.journal.Ahead(ctx, q)
	return append(all, coming...), more, err
}

// aboutWindow takes the window that is meant off the line, as a.number: by its number,
// by a service that it is about, or because there is just one. Else it refuses and
// offers those that there are.
func (a *asked) aboutWindow(ctx context.Context, among someWindows) (w desk.Window, err error) {
	if a.number, err = a.findWindow(ctx, among); err != nil {
		return w, err
	}
	return a.journal.Window(ctx, a.number)
}

// atWork is aboutWindow for what is done to work that goes on: of a series to that time of
// it which does.
func (a *asked) atWork(ctx context.Context) (desk.Window, error) {
	w, err := a.aboutWindow(ctx, amongRunning)
	if err != nil {
		return w, err
	}
	now, begun, err := a.begunOf(ctx, w, amongRunning)
	if err != nil || begun || !w.IsSeries() {
		return now, err
	}
	return w, a.whichTime(ctx, w, a.Words.WhichTime(w), a.again())
}

// oneTime is aboutWindow for what is done at once to work that has not begun: of a series
// to the time on the day that is said. Where that is no window of its own yet, so that what
// is refused makes it none, s is that time, and w what it would be.
func (a *asked) oneTime(ctx context.Context) (w desk.Window, s slot, err error) {
	if w, err = a.aboutWindow(ctx, amongComing); err != nil || !w.IsSeries() {
		return w, s, err
	}
	if err := w.CheckNotOver(); err != nil {
		return w, s, err
	}
	if s, _, err = a.slotOf(ctx, w); err != nil {
		return w, s, err
	}
	number, err := a.made(ctx, s)
	if err != nil || number == 0 {
		return w.Occurrence(w.Number, s.period, desk.Act{At: a.req.At}).Window, s, err
	}
	a.number = number
	w, err = a.journal.Window(ctx, number)
	return w, slot{}, err
}

func (a *asked) findWindow(ctx context.Context, among someWindows) (int, error) {
	if n, ok, err := a.takeWindowNumber(); ok || err != nil {
		return n, err
	}
	service, _ := a.takeServiceOf("window")
	if done, found, err := a.journal.RepeatedWindow(ctx, a.by()); found || err != nil {
		return done.Window.Number, err
	}
	fit, _, err := among.find(ctx, a, service.ID)
	if err != nil {
		return 0, err
	}
	switch len(fit) {
	case 1:
		return fit[0].Number, nil
	case 0:
		return 0, a.whichWindow(nil, a.Words.NoWindow(among == amongRunning, service.Name))
	}
	return 0, a.whichWindow(fit, a.Words.SeveralWindows())
}

// takeWindowNumber takes a number off the line, where there is one. The number of a
// day ("6 dec") is none.
func (a *asked) takeWindowNumber() (n int, ok bool, err error) {
	if v, given := a.line.options["window"]; given {
		v = strings.TrimSpace(v)
		if n, ok := parseWindowNumber(v); ok {
			return n, true, nil
		}
		if _, ok := a.Words.Catalog.Find(v); ok {
			return 0, false, nil
		}
		return 0, false, desk.Refuse(desk.Unknown, "%q is no window.", clip(v)).WithHint("Give its number, like 17, or a service.")
	}
	word, rest := cutWord(a.line.rest)
	if isDay(rest) || a.counts(word, rest) {
		return 0, false, nil
	}
	if n, ok = parseWindowNumber(word); ok {
		a.line.rest = rest
	} else if _, incident := parseNumber(word); incident {
		err = desk.Refuse(desk.Unknown, "%q is no window.", clip(word)).WithHint("Give its number, like 17, or a service.")
	}
	return n, ok, err
}

// isDay reports whether what follows a number makes it that of a day: "6 dec 04:00". In
// "17 dec 6 04:00" it is none.
func isDay(rest string) bool {
	month, rest := cutWord(strings.ToLower(rest))
	if _, ok := parseMonth(month); !ok {
		return false
	}
	next, _ := cutWord(rest)
	_, dated := smallNumber(next, 31)
	return !dated
}

// whichWindow asks which window is meant, by a button for each that says the line with
// its number.
func (a *asked) whichWindow(fit []desk.Window, sentence string) error {
	if a.line.rest != "" && a.justNumbered() {
		return a.tooMuch()
	}
	h, _ := wording.HelpOf(a.path())
	q := &question{Refusal: desk.Refuse(desk.Ambiguous, "%s", sentence).WithHint("Like: %s", desk.Term(h.Example))}
	if len(fit) == 0 {
		q.Code = desk.Unknown
	}
	for k, w := range fit {
		q.Subjects = append(q.Subjects, w.Subject())
		if k >= maxOffered {
			continue
		}
		b := *a
		b.number = w.Number
		q.offering(b.action(a.Words.PickWindow(w), b.again()))
	}
	return q
}
