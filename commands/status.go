package commands

import (
	"context"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// wordHere at the end of a status shows the answer to the whole channel.
const wordHere = "here"

// status reads [service or group] [here] [page N].
func status(ctx context.Context, a *asked) (chat.Reply, error) {
	page := a.takePage()
	a.fold("target")
	word, public := a.takeHere()
	opened, err := a.journal.Open(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	running, err := a.journal.Running(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	health, err := a.healthOf(word, desk.HealthOf(a.Words.Catalog, opened, running))
	if err != nil {
		return chat.Reply{}, err
	}
	if err := a.putGates(ctx, health); err != nil {
		return chat.Reply{}, err
	}
	plans, err := a.planned(ctx, health)
	if err != nil {
		return chat.Reply{}, err
	}
	var lines []chat.Line
	for _, h := range health {
		lines = append(lines, a.Words.ServiceLine(h))
	}
	p, err := a.page(lines, page, word)
	if err != nil {
		return chat.Reply{}, err
	}
	if public {
		p.Next = chat.Action{}
		return chat.Reply{Message: a.Words.Status(health, p, plans, chat.Action{}), Public: true}, nil
	}
	show := a.action(a.Words.ShowHere(), strings.TrimSpace(word+" "+wordHere))
	return answer(a.Words.Status(health, p, plans, show))
}

// putGates says of services whether their sorry pages are up, or kept down.
func (a *asked) putGates(ctx context.Context, health []desk.Health) error {
	gates, err := a.journal.Gates(ctx)
	for k, h := range health {
		if g := gates[h.Service.ID]; h.Service.SorryPage {
			health[k].Gate = g
		}
	}
	return err
}

// takeHere takes the word "here" off the end, unless a service is called so.
func (a *asked) takeHere() (word string, public bool) {
	rest := a.line.rest
	if _, ok := a.Words.Catalog.Find(rest); ok {
		return rest, false
	}
	words := strings.Fields(rest)
	if n := len(words); n > 0 && strings.EqualFold(words[n-1], wordHere) {
		return strings.Join(words[:n-1], " "), true
	}
	return rest, false
}

// healthOf tells how the services asked for do, those in trouble first.
func (a *asked) healthOf(word string, health []desk.Health) ([]desk.Health, error) {
	if word != "" {
		target, ok := a.Words.Catalog.FindTarget(word)
		if !ok {
			return nil, a.correcting(unknownWord("service", word, a.Words.Catalog.Words()), word, word)
		}
		health = slices.DeleteFunc(health, func(h desk.Health) bool { return !covers(target, h.Service) })
	}
	slices.SortStableFunc(health, func(x, y desk.Health) int { return y.Status.Rank() - x.Status.Rank() })
	return health, nil
}

func covers(t desk.Target, s desk.Service) bool {
	switch t.Kind {
	case desk.TargetAll:
		return true
	case desk.TargetGroup:
		return string(s.Group) == t.Name
	}
	return string(s.ID) == t.Name
}
