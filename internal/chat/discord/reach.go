package discord

import (
	"context"
	"fmt"
	"sync"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Reach asks what the bot may do in the channel, or who it is where ch has no id.
func (c *Connection) Reach(ctx context.Context, ch desk.Channel) error {
	if ch.ID == "" {
		return c.identify(ctx)
	}
	may, err := c.permissions(ctx, ch.ID)
	if err == nil {
		if why := c.closed(ch.ID, may); why != "" {
			err = &chat.SendError{Outcome: chat.Gone, Reason: why}
		}
	}
	if isGone(err) {
		c.lost.add(ch.ID)
	}
	return err
}

// missing names the permissions among bits that are not there.
func missing(may, bits permissions) (names []string) {
	for _, w := range wanted() {
		if bits.any(w.Bit) && !may.all(w.Bit) {
			names = append(names, w.Name)
		}
	}
	return names
}

// self is who the bot is.
type self struct {
	ID snowflake `json:"id"`
}

// self returns the bot's id, from before a restart if need be, and asks for it where
// nobody knows it yet.
func (c *Connection) self(ctx context.Context) (snowflake, error) {
	if me := c.bot.Load(); me != nil {
		return me.ID, nil
	}
	c.looks.Lock()
	defer c.looks.Unlock()
	c.recall(ctx)
	if me := c.bot.Load(); me != nil {
		return me.ID, nil
	}
	if err := c.identify(ctx); err != nil {
		return "", err
	}
	return c.bot.Load().ID, nil
}

// identify asks who the bot is (developers/resources/user, "Get Current User").
func (c *Connection) identify(ctx context.Context) error {
	var me self
	if err := c.get(ctx, c.address("users", "@me"), &me); err != nil {
		return err
	}
	if !me.ID.valid() {
		return &chat.SendError{Outcome: chat.Unknown, Reason: "the answer names no bot"}
	}
	if was := c.bot.Swap(&me); was == nil || *was != me {
		c.remember(ctx, me)
	}
	return nil
}

// lost are channels that could not be posted to, since the start.
type lost struct {
	mu  sync.Mutex
	ids map[string]bool
}

// lostMost bounds them; of others their return is found out by a daily read.
const lostMost = 10_000

func (l *lost) add(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ids == nil {
		l.ids = map[string]bool{}
	}
	if len(l.ids) < lostMost {
		l.ids[id] = true
	}
}

func (l *lost) drop(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.ids, id)
}

func (l *lost) has(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ids[id]
}

// Invite is the address under which somebody who manages a server adds the bot to it
// (developers/topics/oauth2, "Bot Authorization Flow").
func Invite(applicationID string) string {
	var bits permissions
	for _, w := range wanted() {
		bits |= w.Bit
	}
	return fmt.Sprintf("https://discord.com/oauth2/authorize?client_id=%s&scope=bot+applications.commands&permissions=%d", applicationID, uint64(bits))
}
