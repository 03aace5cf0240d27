package gateway

import (
	"context"
	"encoding/json"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

const (
	// takenAtOnce is how many interactions are taken at the same time. Those that come
	// beyond wait for one to be done, while nothing else is heard, for at most as long as
	// Discord waits for an answer; then they are dropped.
	takenAtOnce = 256
	waitForTurn = 3 * time.Second
	// changesKept is how many changes may wait to be told.
	changesKept = 4096
	// idsKept is how many interactions are known, so that none is handed over twice.
	idsKept = 1024
)

// ChangeKind is what changed.
type ChangeKind string

// The kinds of change.
const (
	// GuildHere: the bot is in the server; told also of each server when a session
	// begins, and when Discord's own trouble with it is over.
	GuildHere ChangeKind = "guild_here"
	// GuildGone: the bot was removed from the server, or the server was deleted.
	GuildGone ChangeKind = "guild_gone"
	// ChannelHere: a channel or thread is new or was changed, so that the bot may be able
	// to post there now.
	ChannelHere ChangeKind = "channel_here"
	// ChannelGone: the channel or thread was deleted.
	ChannelGone ChangeKind = "channel_gone"
	// RolesChanged: somebody changed what a role of the server may do.
	RolesChanged ChangeKind = "roles_changed"
)

// Change is what happened to where the bot posts.
type Change struct {
	Kind  ChangeKind
	Guild string
	// Channels are those concerned: of GuildHere all that the bot can see.
	Channels []string
}

// deliver hands on what comes.
type deliver struct {
	opt     Options
	name    slog.Attr
	slots   chan struct{}
	changes chan Change
	taking  sync.WaitGroup
	own     context.Context // of what was taken
	known   map[string]bool // ids of interactions
	order   []string        // the same, the oldest first
}

// start begins handing on; what it returns ends that, after all that was taken is done.
func (d *deliver) start(ctx context.Context, c *Client) (stop func()) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	*d = deliver{
		opt: c.opt, name: slog.String("connection", string(c.conf.Name)), own: own,
		slots: make(chan struct{}, takenAtOnce), changes: make(chan Change, changesKept), known: map[string]bool{},
	}
	d.taking.Go(func() {
		for change := range d.changes {
			d.guarded("a change", func() { d.opt.Changed(own, change) })
		}
	})
	return func() {
		late := time.AfterFunc(leaveWithin, cancel)
		defer late.Stop()
		close(d.changes)
		d.taking.Wait()
		cancel()
	}
}

// event hands on an event. Not ok: ctx has ended, and it is to come again.
func (d *deliver) event(ctx context.Context, p payload) (ok bool) {
	if p.Type == "INTERACTION_CREATE" {
		return d.interaction(ctx, p.Data)
	}
	if c := changeOf(p); c.Kind != "" {
		select {
		case d.changes <- c:
		default:
			d.opt.Log.Warn("a change of a server is not looked at: too many at once", d.name, "kind", c.Kind)
		}
	}
	return true
}

func (d *deliver) interaction(ctx context.Context, raw json.RawMessage) (ok bool) {
	var i struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(raw, &i); err != nil || i.ID == "" {
		d.opt.Log.Warn("Discord sent an interaction without an id", d.name)
		return true
	}
	if d.known[i.ID] {
		return true
	}
	if turn, ended := d.turn(ctx); ended {
		return false
	} else if !turn {
		d.opt.Log.Error("an interaction was dropped: too many at once", d.name)
		return true
	}
	d.note(i.ID)
	d.taking.Go(func() {
		defer func() { <-d.slots }()
		d.guarded("an interaction", func() { d.opt.Take(d.own, raw) })
	})
	return true
}

// turn waits for a slot.
func (d *deliver) turn(ctx context.Context) (ok, ended bool) {
	select {
	case d.slots <- struct{}{}:
		return true, false
	default:
	}
	late := time.NewTimer(waitForTurn)
	defer late.Stop()
	select {
	case d.slots <- struct{}{}:
		return true, false
	case <-late.C:
		return false, false
	case <-ctx.Done():
		return false, true
	}
}

func (d *deliver) note(id string) {
	if len(d.order) == idsKept {
		delete(d.known, d.order[0])
		d.order = d.order[1:]
	}
	d.known[id] = true
	d.order = append(d.order, id)
}

// guarded does not let a request that breaks us end the program.
func (d *deliver) guarded(what string, do func()) {
	defer func() {
		if r := recover(); r != nil {
			d.opt.Log.Error("what Discord sent could not be served", d.name, "what", what, "panic", r, "stack", string(debug.Stack()))
		}
	}()
	do()
}

// changeOf reads an event as a change; one without a kind is none for us.
func changeOf(p payload) (c Change) {
	var d struct {
		ID          string `json:"id"`
		Guild       string `json:"guild_id"`
		Unavailable bool   `json:"unavailable"`
		Channels    []struct {
			ID string `json:"id"`
		} `json:"channels"`
	}
	if json.Unmarshal(p.Data, &d) != nil {
		return c
	}
	switch p.Type {
	case "GUILD_CREATE", "GUILD_DELETE":
		if d.Unavailable { // Discord's own trouble, which passes
			return c
		}
		c = Change{Kind: GuildHere, Guild: d.ID}
		if p.Type == "GUILD_DELETE" {
			c.Kind = GuildGone
		}
		for _, ch := range d.Channels {
			c.Channels = append(c.Channels, ch.ID)
		}
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE":
		c = Change{Kind: ChannelHere, Guild: d.Guild, Channels: []string{d.ID}}
	case "CHANNEL_DELETE", "THREAD_DELETE":
		c = Change{Kind: ChannelGone, Guild: d.Guild, Channels: []string{d.ID}}
	case "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE":
		c = Change{Kind: RolesChanged, Guild: d.Guild}
	}
	return c
}
