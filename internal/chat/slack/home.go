package slack

import (
	"context"
	"fmt"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// keepHomes publishes the Home tabs that were opened, until ctx ends. One that
// Slack does not take is published when it is opened again.
func (w *Workspace) keepHomes(ctx context.Context) {
	for ctx.Err() == nil {
		user, some := w.homes.take()
		if !some {
			wait(ctx, w.homes.wake, personLook)
			continue
		}
		if err := w.publishHome(ctx, user); err != nil {
			w.opt.Log.Warn("a Home tab was not shown", "connection", w.name, "person", user, "error", err)
		}
	}
}

// publishHome shows somebody's Home tab as it is now
// (docs.slack.dev/reference/methods/views.publish).
func (w *Workspace) publishHome(ctx context.Context, user string) error {
	who := w.person(ctx, user)
	home, err := w.opt.Home(ctx, chat.Request{
		Trace: chat.NewTrace(), At: w.opt.Now().UTC(), Person: desk.Person{Connection: w.name, ID: user},
		Name: who.Name, Guest: who.outsider(), Zone: who.zone, Groups: w.groups.Of(ctx, user),
	})
	if err != nil {
		return fmt.Errorf("word it: %w", err)
	}
	type view struct {
		Type   string  `json:"type"`
		Blocks []block `json:"blocks"`
	}
	body, err := encode(struct {
		User string `json:"user_id"`
		View view   `json:"view"`
	}{user, view{"home", w.markup.render(home).Blocks}})
	if err != nil {
		return err
	}
	return w.callJSON(ctx, "views.publish", body, &answer{})
}
