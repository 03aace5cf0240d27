package native

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// openIncidents offers what is open, the newest first. Drills are for staff: they are
// named by their number.
func openIncidents(ctx context.Context, a *asked) []chat.Choice {
	all, err := a.Incidents.Open(ctx)
	if err != nil {
		return nil
	}
	return a.incidents(all)
}

// endedIncidents offers what was resolved lately.
func endedIncidents(ctx context.Context, a *asked) []chat.Choice {
	all, err := a.Incidents.Incidents(ctx, a.Now().Add(-recently), most)
	if err != nil {
		return nil
	}
	return a.incidents(slices.DeleteFunc(all, func(i desk.Incident) bool { return i.CheckResolved() != nil }))
}

// anyIncidents offers what is open, and then what was open lately.
func anyIncidents(ctx context.Context, a *asked) []chat.Choice {
	return slices.Concat(openIncidents(ctx, a), endedIncidents(ctx, a))
}

func (a *asked) incidents(all []desk.Incident) (out []chat.Choice) {
	all = slices.DeleteFunc(all, func(i desk.Incident) bool { return i.Drill || i.IsRetracted() })
	slices.SortFunc(all, func(x, y desk.Incident) int { return y.Number - x.Number })
	for _, i := range all {
		out = append(out, chat.Choice{Value: i.Subject().String(), Label: i.Title})
	}
	return a.subjects(out)
}

// subjects keeps those that fit what is being typed: a word, or a number alone or with a
// mark.
func (a *asked) subjects(all []chat.Choice) []chat.Choice {
	mark, digits, dashed := strings.Cut(strings.TrimSpace(a.typed), "-")
	if !dashed {
		mark, digits = "", strings.TrimPrefix(mark, "#")
	}
	if _, err := strconv.Atoi(digits); err != nil {
		return a.fitting(all)
	}
	return slices.DeleteFunc(all, func(c chat.Choice) bool {
		kind, number, _ := strings.Cut(c.Value, "-")
		return !strings.HasPrefix(number, digits) || mark != "" && !strings.EqualFold(mark, kind)
	})
}

// comingWindows offers what is planned, the soonest first, and what is repeated.
func comingWindows(ctx context.Context, a *asked) []chat.Choice {
	return a.windows(slices.Concat(a.coming(ctx), a.series(ctx)))
}

// runningWindows offers the work that goes on, and what is repeated, of which one day
// may be meant.
func runningWindows(ctx context.Context, a *asked) []chat.Choice {
	running, err := a.Windows.Running(ctx)
	if err != nil {
		return nil
	}
	if a.verb.Name == "extend" { // which may be done before the work begins
		running = append(running, a.coming(ctx)...)
	}
	return a.windows(append(running, a.series(ctx)...))
}

func allWindows(ctx context.Context, a *asked) []chat.Choice {
	running, err := a.Windows.Running(ctx)
	if err != nil {
		return nil
	}
	return a.windows(slices.Concat(running, a.coming(ctx), a.series(ctx)))
}

func (a *asked) coming(ctx context.Context) []desk.Window {
	all, err := a.Windows.Coming(ctx, a.Now().Add(desk.MaxAhead), most)
	if err != nil {
		return nil
	}
	return all
}

func (a *asked) series(ctx context.Context) []desk.Window {
	all, _, err := a.Windows.SeriesAbout(ctx, "", mostRepeated)
	if err != nil {
		return nil
	}
	return all
}

// windows are the choices of windows; those that are only proposed are for staff.
func (a *asked) windows(all []desk.Window) (out []chat.Choice) {
	for _, w := range all {
		if w.Status != desk.Proposed {
			out = append(out, chat.Choice{Value: w.Subject().String(), Label: w.Title + a.when(w)})
		}
	}
	return a.subjects(out)
}

// when says the day of a window, which tells those of a series apart.
func (a *asked) when(w desk.Window) string {
	if w.IsSeries() {
		return " (repeated)"
	}
	return w.Planned.From.In(a.Zone).Format(" (2 Jan)")
}
