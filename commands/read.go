package commands

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/internal/wording"
)

// maxList is how many incidents a list looks at, the newest.
const maxList = 500

// list reads [open|all|30d] [page N].
func list(ctx context.Context, a *asked) (chat.Reply, error) {
	page := a.takePage()
	which := strings.ToLower(a.line.rest)
	all, err := a.listed(ctx, which)
	if err != nil {
		return chat.Reply{}, err
	}
	all = slices.DeleteFunc(all, func(i desk.Incident) bool { return !a.maySee(i) })
	var lines []chat.Line
	for _, i := range all {
		lines = append(lines, a.Words.ListLine(i))
	}
	p, err := a.page(lines, page, which)
	if err != nil {
		return chat.Reply{}, err
	}
	if back, ok := parseDuration(which); ok {
		which = a.Words.Span(back)
	}
	return answer(a.Words.Listed(len(all), which, p))
}

func (a *asked) listed(ctx context.Context, which string) ([]desk.Incident, error) {
	switch which {
	case "", "open":
		all, err := a.journal.Open(ctx)
		slices.Reverse(all)
		return all, err
	case "all":
		return a.journal.Incidents(ctx, time.Time{}, maxList)
	}
	back, ok := parseDuration(which)
	if !ok {
		q := unknownWord("list", which, []string{"open", "all", "30d"})
		return nil, a.correcting(q, which, which)
	}
	return a.journal.Incidents(ctx, a.req.At.Add(-back), maxList)
}

// staff reports whether the answer may hold what is for staff: who asks is, and nobody else
// reads it.
func (a *asked) staff() bool { return !a.req.Open && a.Access.May(a.actor, desk.ReadStaff) == nil }

// maySee reports whether an incident is for who asks: drills and what was taken
// back are for staff.
func (a *asked) maySee(i desk.Incident) bool { return a.staff() || (!i.Drill && !i.IsRetracted()) }

// seen loads the incident meant, which is all that the line says, unless it is not for
// who asks.
func (a *asked) seen(ctx context.Context) (desk.Incident, error) {
	if err := a.incident(ctx, amongOpen); err != nil {
		return desk.Incident{}, err
	}
	i, err := a.journal.Incident(ctx, a.number)
	switch {
	case err != nil:
		return i, err
	case !a.maySee(i):
		return i, notThere(i)
	case a.line.rest != "":
		return i, a.tooMuch()
	}
	return i, nil
}

// notThere refuses what is not for who asks as if it were not there.
func notThere(i desk.Incident) error {
	return desk.Refuse(desk.Unknown, "There is no %s.", i.Subject()).WithHint("incident list shows what there is.")
}

// show reads [42].
func show(ctx context.Context, a *asked) (chat.Reply, error) {
	i, err := a.seen(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	return answer(a.Words.Shown(i, a.staff()))
}

// timeline reads [42] [page N].
func timeline(ctx context.Context, a *asked) (chat.Reply, error) {
	page := a.takePage()
	i, err := a.seen(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	entries, err := a.journal.Timeline(ctx, i.Number)
	if err != nil {
		return chat.Reply{}, err
	}
	p, err := a.entries(entries, page)
	if err != nil {
		return chat.Reply{}, err
	}
	return answer(a.Words.Timeline(i, len(entries), p))
}

// entries are a page of a timeline.
func (a *asked) entries(all []desk.Entry, page int) (wording.Page, error) {
	var lines []chat.Line
	for _, e := range all {
		lines = append(lines, a.Words.TimelineLine(e))
	}
	return a.page(lines, page, "")
}

// deliveries reads [42] [page N].
func deliveries(ctx context.Context, a *asked) (chat.Reply, error) {
	page := a.takePage()
	i, err := a.seen(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	return a.delivered(ctx, told{i.Subject(), i.EndedAt}, page)
}

// told is what channels were told of, and when it ended; zero: it has not.
type told struct {
	subject desk.Subject
	ended   time.Time
}

// delivered answers who was told of it.
func (a *asked) delivered(ctx context.Context, t told, page int) (chat.Reply, error) {
	d, err := a.journal.Deliveries(ctx, t.subject)
	if err != nil {
		return chat.Reply{}, err
	}
	if d.Announced == 0 && !t.ended.IsZero() {
		return answer(a.Words.Forgotten(t.subject, t.ended, a.Kept))
	}
	counts := map[string]int{}
	order := wording.StandingOrder()
	slices.SortStableFunc(d.Channels, func(x, y outbox.Standing) int {
		return slices.Index(order, string(x.State)) - slices.Index(order, string(y.State))
	})
	var lines []chat.Line
	for _, s := range d.Channels {
		counts[string(s.State)]++
		lines = append(lines, a.Words.StandingLine(standing(s)))
	}
	p, err := a.page(lines, page, "")
	if err != nil {
		return chat.Reply{}, err
	}
	return answer(a.Words.Delivered(t.subject, counts, d.HeldUntil, p))
}

func standing(s outbox.Standing) wording.Standing {
	return wording.Standing{
		Channel: s.Channel, Ops: s.Ops, State: string(s.State), Why: s.Why,
		At: s.At, Next: s.Next, Tries: s.Tries, Unsure: s.Unsure, QuietUntil: s.QuietUntil,
	}
}
