package gateway

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// deafAfter is how long nothing may be heard before that is told.
const deafAfter = time.Minute

// hearing is whether the connection is up, and whether it was told that it is not. All
// but open is of Run alone.
type hearing struct {
	open  atomic.Int64
	since time.Time     // when the last connection ended, or the start
	told  bool          // that we are deaf
	whole chan struct{} // closed when the connection was up once
	once  sync.Once     // closes whole
}

// opened notes that Discord greeted the bot.
func (h *hearing) opened(tell func()) {
	h.open.Store(1)
	h.once.Do(func() { close(h.whole) })
	if h.told {
		h.told = false
		tell()
	}
}

// closed notes that the connection has ended.
func (h *hearing) closed(now time.Time) {
	h.open.Store(0)
	h.since = now
}

// deafIn is how long until it is to be told that nothing is heard; not before long
// where it was told already.
func (h *hearing) deafIn(now time.Time) time.Duration {
	if h.told {
		return day
	}
	return h.since.Add(deafAfter).Sub(now)
}

// deaf tells it, once.
func (h *hearing) deaf(tell func()) {
	if !h.told {
		h.told = true
		tell()
	}
}

// deaf tells why nothing is heard, or with nil that it is over: also where that is
// after a restart, with another token.
func (c *Client) deaf(ctx context.Context, why error) {
	c.opt.Deaf(ctx, why)
	c.remember(ctx, deafTable, why != nil)
}

// The tables of the Memory: each has one record, without an id.
const (
	deafTable    = "gateway-deaf" // whether it was told that nothing is heard
	sessionTable = "gateway-session"
)

// Tables lists the tables of the Memory.
func Tables() []string { return []string{deafTable, sessionTable} }

// session is what can be resumed.
type session struct {
	App string    `json:"app"` // the application whose it is
	ID  string    `json:"id"`
	URL string    `json:"url"`
	Seq int64     `json:"seq"` // of the last event that was handed on
	At  time.Time `json:"at"`  // when it was left
}

// recall takes in what was known before a restart. A session is resumed once: whoever
// starts again without having left it well begins a new one.
func (c *Client) recall(ctx context.Context) {
	now := c.opt.Now()
	c.hearing.since = now
	err := chat.RecallEach(ctx, c.opt.Memory, deafTable, func(_ string, told bool) { c.hearing.told = told })
	c.forgot(deafTable, err)
	var left session
	err = chat.RecallEach(ctx, c.opt.Memory, sessionTable, func(_ string, s session) { left = s })
	c.forgot(sessionTable, err)
	if left.ID == "" {
		return
	}
	c.remember(ctx, sessionTable, session{})
	if left.App == c.conf.ApplicationID && now.Sub(left.At) <= resumeWithin {
		c.session = left
	}
}

func (c *Client) keepSession(ctx context.Context) {
	if c.session.ID != "" {
		c.session.At = c.opt.Now()
		c.remember(ctx, sessionTable, c.session)
	}
}

func (c *Client) forgot(table string, err error) {
	if err != nil {
		c.opt.Log.Warn("cannot recall what Discord told before the restart", "connection", c.conf.Name, "table", table, "error", err)
	}
}

// remember writes a record, also when ctx has ended. Where it cannot, the next restart
// knows less.
func (c *Client) remember(ctx context.Context, table string, v any) {
	if err := chat.KeepAs(context.WithoutCancel(ctx), c.opt.Memory, table, "", v); err != nil {
		c.opt.Log.Warn("cannot keep what Discord told", "connection", c.conf.Name, "table", table, "error", err)
	}
}
