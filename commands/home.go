package commands

import (
	"context"
	"slices"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

// Home is what a person sees in a place of their own: their open incidents, the
// news promised, what their workspace subscribes to, and how to begin. Errors are
// the store's.
func (c *Commands) Home(ctx context.Context, req chat.Request) (chat.Message, error) {
	a := c.ask(req)
	opened, err := a.journal.Open(ctx)
	if err != nil {
		return chat.Message{}, err
	}
	opened = slices.DeleteFunc(opened, func(i desk.Incident) bool { return !a.maySee(i) })
	home := wording.Home{Staff: a.staff(), At: req.At}
	for _, i := range opened {
		if i.Lead == req.Person || i.DeclaredBy == req.Person {
			home.Mine = append(home.Mine, i)
		}
		if i.NextUpdateBy.After(req.At) || (home.Staff && !i.NextUpdateBy.IsZero()) { // what was missed is for staff
			home.Promised = append(home.Promised, i)
		}
	}
	slices.SortStableFunc(home.Promised, func(a, b desk.Incident) int { return a.NextUpdateBy.Compare(b.NextUpdateBy) })
	if home.Running, err = a.journal.Running(ctx); err != nil {
		return chat.Message{}, err
	}
	if home.Coming, err = a.coming(ctx, nil, nil); err != nil {
		return chat.Message{}, err
	}
	home.Subscriptions, err = a.journal.SubscriptionsOf(ctx, req.Person.Connection)
	return a.Words.Home(home), err
}
