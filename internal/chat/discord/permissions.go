package discord

import (
	"context"
	"strings"
)

// The permissions that matter here (developers/topics/permissions).
const (
	mayAdminister     permissions = 1 << 3
	mayManageChannels permissions = 1 << 4
	mayView           permissions = 1 << 10
	maySend           permissions = 1 << 11
	mayEmbed          permissions = 1 << 14
	mayRead           permissions = 1 << 16
	mayBeginThreads   permissions = 1 << 35
	maySendInThreads  permissions = 1 << 38
	mayEverything                 = ^permissions(0)
	mayPost                       = mayView | maySend | mayEmbed
)

// wanted are the permissions that the bot asks for, and what it cannot do without.
func wanted() []struct {
	Bit     permissions
	Name    string // as Discord's settings call it
	Without string
} {
	return []struct {
		Bit     permissions
		Name    string
		Without string
	}{
		{mayView, "View Channel", "it cannot post there"},
		{maySend, "Send Messages", "it cannot post there"},
		{mayEmbed, "Embed Links", "it cannot post there"},
		{mayRead, "Read Message History", "a post whose answer was lost cannot be looked up, and may be double"},
		{mayBeginThreads, "Create Public Threads", "updates stand in the channel and not in a thread"},
		{maySendInThreads, "Send Messages in Threads", "updates stand in the channel and not in a thread"},
	}
}

// Permission is one that the bot asks for where it is invited.
type Permission struct {
	Name    string // as Discord's settings call it
	Without string // what does not work then
}

// Permissions are those that [Invite] asks for.
func Permissions() (all []Permission) {
	for _, w := range wanted() {
		all = append(all, Permission{w.Name, w.Without})
	}
	return all
}

// overwrite is an exception of one channel for a role or a person.
type overwrite struct {
	ID    snowflake   `json:"id"`
	Allow permissions `json:"allow"`
	Deny  permissions `json:"deny"`
}

// room is a channel with what decides who may do what there.
type room struct {
	channel
	Guild      snowflake   `json:"guild_id"`
	Overwrites []overwrite `json:"permission_overwrites"`
}

type role struct {
	ID  snowflake   `json:"id"`
	May permissions `json:"permissions"`
}

type guild struct {
	ID    snowflake `json:"id"`
	Owner snowflake `json:"owner_id"`
	Roles []role    `json:"roles"`
}

// standing is who the bot is in a server.
type standing struct {
	guild
	roles []snowflake
	me    snowflake
}

// permissions asks what the bot may do in a channel. In a direct message it may all.
func (c *Connection) permissions(ctx context.Context, id string) (permissions, error) {
	return c.permissionsBy(ctx, id, c.standing)
}

// permissionsBy asks what the bot may do in a channel, where in tells of servers.
func (c *Connection) permissionsBy(ctx context.Context, id string, in func(context.Context, snowflake) (standing, error)) (permissions, error) {
	var ch room
	if err := c.get(ctx, c.address("channels", id), &ch); err != nil {
		return 0, err
	}
	c.threads.noteKind(id, ch.Type)
	if ch.Guild == "" {
		return mayEverything, nil
	}
	s, err := in(ctx, ch.Guild)
	if err != nil {
		return 0, err
	}
	exceptions, err := c.exceptions(ctx, ch)
	if err != nil {
		return 0, err
	}
	return reckon(s.guild, exceptions, append(s.roles[:len(s.roles):len(s.roles)], ch.Guild), s.me), nil
}

// exceptions are those that count in a channel: in a thread those of the channel around it.
func (c *Connection) exceptions(ctx context.Context, in room) ([]overwrite, error) {
	if !in.isThread() {
		return in.Overwrites, nil
	}
	var around room
	err := c.get(ctx, c.address("channels", string(in.Parent)), &around)
	return around.Overwrites, err
}

// needs are the permissions without which nothing can be posted in a channel whose kind is
// known, or says why nothing ever can.
func (c *Connection) needs(id string) (all permissions, never string) {
	switch kind, _ := c.threads.kindOf(id); kind {
	case channelCategory:
		return 0, "it is a category"
	case channelForum, channelMedia:
		return 0, "it is a forum, where only its threads take posts"
	case threadOfNews, threadPublic, threadPrivate:
		return mayPost&^maySend | maySendInThreads, ""
	}
	return mayPost, ""
}

// closed says why nothing can be posted in a channel where the bot may do so much; empty:
// it can.
func (c *Connection) closed(id string, may permissions) string {
	need, why := c.needs(id)
	if lacks := missing(may, need); why == "" && len(lacks) > 0 {
		why = "the bot lacks " + strings.Join(lacks, ", ")
	}
	return why
}

// standing asks who the bot is in a server.
func (c *Connection) standing(ctx context.Context, id snowflake) (s standing, err error) {
	if s.me, err = c.self(ctx); err != nil {
		return s, err
	}
	if err := c.get(ctx, c.address("guilds", string(id)), &s.guild); err != nil {
		return s, err
	}
	var m struct {
		Roles []snowflake `json:"roles"`
	}
	err = c.get(ctx, c.address("guilds", string(id), "members", string(s.me)), &m)
	s.roles = m.Roles
	return s, err
}

// reckon works out what a member may do in a channel: what the roles allow, then the
// channel's exceptions for everybody, for the roles, and for the member (developers/
// topics/permissions, "Permission Overwrites"). everybody's role has the server's id.
func reckon(g guild, exceptions []overwrite, roles []snowflake, me snowflake) permissions {
	has := map[snowflake]bool{}
	for _, r := range roles {
		has[r] = true
	}
	var may permissions
	for _, r := range g.Roles {
		if has[r.ID] {
			may |= r.May
		}
	}
	if g.Owner == me || may.any(mayAdminister) {
		return mayEverything
	}
	var everybody, ofRoles, mine overwrite
	for _, o := range exceptions {
		switch {
		case o.ID == g.ID:
			everybody = o
		case o.ID == me:
			mine = o
		case has[o.ID]:
			ofRoles.Allow |= o.Allow
			ofRoles.Deny |= o.Deny
		}
	}
	for _, o := range []overwrite{everybody, ofRoles, mine} {
		may = may&^o.Deny | o.Allow
	}
	return may
}
