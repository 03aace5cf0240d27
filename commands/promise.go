package commands

import (
	"context"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// nothingNew reads [42]: it says that nothing is new, and promises the next news.
func nothingNew(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongOpen); err != nil {
		return chat.Reply{}, err
	}
	if a.line.rest != "" {
		return chat.Reply{}, a.tooMuch()
	}
	return a.apply(ctx, "", desk.Incident.NothingNew)
}

// snoozeFor is how long a promise is put off where it is not said.
const snoozeFor = 10 * time.Minute

// snooze reads [42] [10m]: it puts the promise of the next news off.
func snooze(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongOpen); err != nil {
		return chat.Reply{}, err
	}
	by := snoozeFor
	if text := a.line.all("for"); text != "" {
		d, ok := parseDuration(strings.Join(strings.Fields(text), ""))
		if !ok {
			return chat.Reply{}, desk.Refuse(desk.Invalid, "%q is no length of time.", clip(text)).WithHint("Like: incident snooze %d 10m", a.number).In("for")
		}
		by = d
	}
	return a.apply(ctx, "", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Snooze(by, act) })
}
