package commands

import (
	"context"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// extend reads [17] [day] <duration>; the day means one time of a series.
func extend(ctx context.Context, a *asked) (chat.Reply, error) {
	w, err := a.aboutWindow(ctx, amongRunning)
	if err != nil {
		return chat.Reply{}, err
	}
	if w, _, err = a.begunOf(ctx, w, amongRunning); err != nil {
		return chat.Reply{}, err
	}
	s, slotted, err := a.slotOf(ctx, w)
	if err != nil {
		return chat.Reply{}, err
	}
	length, err := a.longer()
	if err != nil {
		return chat.Reply{}, err
	}
	rule := func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Extend(length, act) }
	words := durationWords(length)
	p := planning{
		said: retold{fields: map[string]string{"for": words}, words: strings.TrimSpace(s.day + " " + words), typed: true, day: s.day}, services: w.ServiceIDs(),
		do: a.plans(ctx, rule)(a.number),
	}
	if slotted {
		p.on, p.do = s.period, a.onSlot(ctx, s, a.plans(ctx, rule), rule)
	}
	return a.planning(ctx, p)
}

// longer takes how much longer it lasts, which is all that is left of the line.
func (a *asked) longer() (time.Duration, error) {
	if a.line.rest == "" && a.line.options[fieldFor] == "" {
		return 0, desk.Refuse(desk.Invalid, "Say how much longer it lasts.").WithHint("Like: window extend %d 1h", a.number).In(fieldFor)
	}
	by, err := a.takeLength(fieldFor)
	if err == nil && a.line.rest != "" {
		err = a.tooMuch()
	}
	return by, err
}

// move reads [17] [day to] <when> [for <duration>|until <time>].
func move(ctx context.Context, a *asked) (chat.Reply, error) {
	w, err := a.aboutWindow(ctx, amongComing)
	if err != nil {
		return chat.Reply{}, err
	}
	if w.IsSeries() {
		return a.moveTime(ctx, w)
	}
	to, err := a.takeMoved(w.Planned.Length())
	if err == nil && a.line.rest != "" {
		err = a.tooMuch()
	}
	if err != nil {
		return chat.Reply{}, err
	}
	rule := func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Move(to, act) }
	when := a.periodWords(to)
	return a.planning(ctx, planning{
		said:     retold{fields: map[string]string{"when": when}, words: when, typed: true},
		services: w.ServiceIDs(), period: to,
		do: a.plans(ctx, rule)(a.number),
	})
}

// cancel reads [17] [day] <why>; the day means one time of a series.
func cancel(ctx context.Context, a *asked) (chat.Reply, error) {
	w, err := a.aboutWindow(ctx, amongComing)
	if err != nil {
		return chat.Reply{}, err
	}
	if slot, ok, err := a.takeSlot(ctx, w); ok || err != nil {
		if err != nil {
			return chat.Reply{}, err
		}
		return a.cancelTime(ctx, slot)
	}
	why := a.line.all("reason")
	rule := func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Cancel(why, act) }
	return a.planning(ctx, planning{
		said: a.reasoned("", why), doubts: a.doubts(nil, "", why),
		do: a.applies(ctx, rule)(a.number),
	})
}

// reasoned says a reason again, behind the day that is meant. One that begins with a day
// itself is quoted where none is meant.
func (a *asked) reasoned(day, why string) retold {
	words, typed := typable(why)
	b := *a
	b.line.rest = words
	switch {
	case day != "":
		words = day + " " + words
	case b.saysDay():
		words = `"` + words + `"`
	}
	return retold{fields: map[string]string{"reason": why}, words: words, typed: typed, day: day}
}
