package commands

import (
	"context"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// extend reads [17] <duration>.
func extend(ctx context.Context, a *asked) (chat.Reply, error) {
	w, err := a.single(ctx, amongRunning)
	if err != nil {
		return chat.Reply{}, err
	}
	by, err := a.takeLength(fieldFor)
	if err != nil {
		return chat.Reply{}, err
	}
	if a.line.rest != "" {
		return chat.Reply{}, a.tooMuch()
	}
	rule := func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Extend(by, act) }
	length := durationWords(by)
	return a.planning(ctx, planning{
		said: retold{fields: map[string]string{"for": length}, words: length, typed: true}, services: w.ServiceIDs(),
		do: a.plans(ctx, rule)(a.number),
	})
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
	when := periodWords(to, a.Words.Zone)
	return a.planning(ctx, planning{
		said:     retold{fields: map[string]string{"when": when}, words: when, typed: true},
		services: w.ServiceIDs(), period: to, once: true,
		do: a.plans(ctx, rule)(a.number),
	})
}

// cancel reads [17] [day] <why>; the day means one time of a series.
func cancel(ctx context.Context, a *asked) (chat.Reply, error) {
	w, err := a.aboutWindow(ctx, amongComing)
	if err != nil {
		return chat.Reply{}, err
	}
	if slot, ok, err := a.takeSlot(w); ok || err != nil {
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

// reasoned says a reason again, behind the day that is meant.
func (a *asked) reasoned(day, why string) retold {
	words, typed := typable(why)
	if day != "" {
		words = day + " " + words
	}
	return retold{fields: map[string]string{"reason": why}, words: words, typed: typed, day: day}
}
