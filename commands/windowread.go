package commands

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

// listWindows reads [all|30d|service] [page N].
func listWindows(ctx context.Context, a *asked) (chat.Reply, error) {
	page := a.takePage()
	which := strings.TrimSpace(a.line.rest)
	all, found, err := a.windowsListed(ctx, which)
	if err != nil {
		return chat.Reply{}, err
	}
	all = slices.DeleteFunc(all, func(w desk.Window) bool { return !a.maySeeWindow(w) })
	var lines []chat.Line
	for _, w := range all {
		lines = append(lines, a.Words.WindowLine(w))
	}
	p, err := a.page(lines, page, which)
	if err != nil {
		return chat.Reply{}, err
	}
	found.Windows = len(all)
	return answer(a.Words.WindowsListed(found, p))
}

// windowsListed lists the windows asked for, and says which those are.
func (a *asked) windowsListed(ctx context.Context, which string) ([]desk.Window, wording.WindowsFound, error) {
	low := strings.ToLower(which)
	if back, ok := parseDuration(low); ok {
		all, err := a.lately(ctx, back)
		return all, wording.WindowsFound{Which: a.Words.Lately(back)}, err
	}
	if low == "all" {
		all, err := a.journal.RecentWindows(ctx, time.Time{}, maxList)
		return all, wording.WindowsFound{}, err
	}
	s, ok := a.Words.Catalog.Find(which)
	if which != "" && !ok {
		q := unknownWord("list", which, append([]string{"all", "30d"}, a.serviceWords()...))
		return nil, wording.WindowsFound{}, a.correcting(q, which, which)
	}
	all, more, err := a.ahead(ctx, s.ID)
	return all, wording.WindowsFound{Which: s.Name, More: more}, err
}

// lately are those that have begun, or were to begin, within a length of time until now, the
// last begun first.
func (a *asked) lately(ctx context.Context, back time.Duration) ([]desk.Window, error) {
	all, err := a.journal.Since(ctx, a.req.At.Add(-back))
	all = slices.DeleteFunc(all, func(w desk.Window) bool { return w.Planned.From.After(a.req.At) && w.StartedAt.IsZero() })
	slices.SortStableFunc(all, func(v, w desk.Window) int { return w.Planned.From.Compare(v.Planned.From) })
	return all[:min(len(all), maxList)], err
}

// ahead are those about a service (empty: any) that are running, those that are coming,
// and what is repeated, and whether there are more.
func (a *asked) ahead(ctx context.Context, service desk.ServiceID) ([]desk.Window, bool, error) {
	all, more, err := amongBoth.find(ctx, a, service)
	if err != nil {
		return nil, false, err
	}
	series, moreSeries, err := a.journal.SeriesAbout(ctx, service, maxSeries)
	return append(all, series...), more || moreSeries, err
}

// maySeeWindow reports whether a window is for who asks: what is proposed is for staff.
func (a *asked) maySeeWindow(w desk.Window) bool { return a.staff() || w.Status != desk.Proposed }

// seenWindow loads the window meant, which is all that the line says, unless it is not
// for who asks.
func (a *asked) seenWindow(ctx context.Context) (desk.Window, error) {
	w, err := a.aboutWindow(ctx, amongBoth)
	switch {
	case err != nil:
		return w, err
	case !a.maySeeWindow(w):
		return w, desk.Refuse(desk.Unknown, "There is no %s.", w.Subject()).WithHint("window list shows what there is.")
	case a.line.rest != "":
		return w, a.tooMuch()
	}
	return w, nil
}

// showWindow reads [17].
func showWindow(ctx context.Context, a *asked) (chat.Reply, error) {
	w, err := a.seenWindow(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	next, err := a.nextOf(ctx, w)
	if err != nil {
		return chat.Reply{}, err
	}
	if w, err = a.withoutCancelled(ctx, w); err != nil {
		return chat.Reply{}, err
	}
	if !a.staff() {
		return answer(a.Words.WindowShown(w, next, nil))
	}
	return answer(a.Words.WindowShown(w, next, &wording.ForStaff{Forbidden: a.forbidden(w)}))
}

// nextOf lists the next times of a series, but those that do not take place.
func (a *asked) nextOf(ctx context.Context, w desk.Window) (next []desk.Period, err error) {
	if !w.IsSeries() || w.IsOver() || w.Status == desk.Proposed {
		return nil, nil
	}
	p, err := a.journal.PublicWindow(ctx, a.req.At, w.Number, shownTimes)
	for _, one := range p.Next {
		next = append(next, one.Planned)
	}
	return next, err
}

// forbidden is what a moratorium has against a window that is still to come: it may be
// newer than that, or have been overridden. nil: nothing.
func (a *asked) forbidden(w desk.Window) *desk.Objection {
	var o *desk.Objection
	switch {
	case w.CheckComing() != nil:
		return nil
	case w.IsSeries():
		next, _ := w.Rule.Next(a.req.At)
		errors.As(a.Planning.CheckRule(w.ServiceIDs(), *w.Rule, next, desk.Override{}), &o)
	default:
		errors.As(a.Planning.Check(w.ServiceIDs(), []desk.Period{w.Planned}, a.req.At, nil, desk.Override{Urgent: "it is planned"}), &o)
	}
	return o
}

// faculty reads [17].
func faculty(ctx context.Context, a *asked) (chat.Reply, error) {
	w, err := a.seenWindow(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	if w, err = a.withoutCancelled(ctx, w); err != nil {
		return chat.Reply{}, err
	}
	otherwise, err := a.plannedOtherwise(ctx, w)
	if err != nil {
		return chat.Reply{}, err
	}
	return answer(a.Words.FacultyCopy(w, a.Words.Faculty(w, a.Settings.Faculty[a.req.Person.Connection], otherwise...)))
}

// windowTimeline reads [17] [page N].
func windowTimeline(ctx context.Context, a *asked) (chat.Reply, error) {
	page := a.takePage()
	w, err := a.seenWindow(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	entries, err := a.journal.WindowTimeline(ctx, w.Number)
	if err != nil {
		return chat.Reply{}, err
	}
	p, err := a.entries(entries, page)
	if err != nil {
		return chat.Reply{}, err
	}
	return answer(a.Words.WindowTimeline(w, len(entries), p))
}

// windowDeliveries reads [17] [page N].
func windowDeliveries(ctx context.Context, a *asked) (chat.Reply, error) {
	page := a.takePage()
	w, err := a.seenWindow(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	return a.delivered(ctx, told{w.Subject(), w.EndedAt}, page)
}
