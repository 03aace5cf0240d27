package commands

import (
	"context"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Alarms are what checks see fail now, the newest first, which services are muted, and
// the bot's own checks.
type Alarms struct {
	Open  []desk.Alert
	Muted []desk.ServiceID
	Own   []desk.ProbeStanding
}

// Alarms tells what checks see to who asks, for platforms that complete what is being
// typed; nothing to who may not read it. Errors are the store's.
func (c *Commands) Alarms(ctx context.Context, req chat.Request) (out Alarms, err error) {
	a := c.ask(req)
	if !a.staff() {
		return Alarms{}, nil
	}
	out.Own = a.probes()
	if out.Open, err = c.journal.OpenAlerts(ctx); err != nil {
		return Alarms{}, err
	}
	muted, err := c.journal.Mutes(ctx, req.At)
	for _, m := range muted {
		out.Muted = append(out.Muted, m.Service)
	}
	return out, err
}
