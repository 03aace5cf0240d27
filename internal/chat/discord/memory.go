package discord

import (
	"context"

	"github.com/umassonline/belltower/internal/chat"
)

// The tables of the Memory.
const (
	botTable     = "discordbot"     // who the bot is: one record, without an id
	buttonTable  = "discordbutton"  // what buttons stand for, by place
	publishTable = "discordpublish" // what waits to be published, by channel
)

// Tables lists the tables of the Memory.
func Tables() []string { return []string{botTable, buttonTable, publishTable} }

// recall takes in who the bot was before a restart.
func (c *Connection) recall(ctx context.Context) {
	err := chat.RecallEach(ctx, c.opt.Memory, botTable, func(_ string, me self) { c.bot.CompareAndSwap(nil, &me) })
	if err != nil {
		c.opt.Log.Warn("cannot recall what Discord told before the restart", "connection", c.name, "table", botTable, "error", err)
	}
}

// remember writes down who the bot is. Where it cannot, it is asked after a restart.
func (c *Connection) remember(ctx context.Context, me self) {
	if err := chat.KeepAs(ctx, c.opt.Memory, botTable, "", me); err != nil {
		c.opt.Log.Warn("cannot keep what Discord told", "connection", c.name, "table", botTable, "error", err)
	}
}
