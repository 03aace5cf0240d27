package teams

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Finding is one thing that a check of a connection found.
type Finding struct {
	Wrong bool   // else it is a warning
	Key   string // of the configuration: "teams.ops_channel"
	Text  string // what, and what to do
}

// Check asks Microsoft whether the connection can do what it is configured to, and returns
// what it found. It may be called without Run.
func (c *Connection) Check(ctx context.Context) []Finding {
	c.recall(ctx)
	k := &check{Connection: c, ctx: ctx}
	k.keys()
	if k.token() {
		k.opsChannel()
		for _, id := range c.opt.Groups {
			k.team(id)
		}
	}
	return k.found
}

type check struct {
	*Connection
	ctx   context.Context
	found []Finding
}

func (k *check) say(wrong bool, key, format string, args ...any) {
	k.found = append(k.found, Finding{wrong, key, fmt.Sprintf(format, args...)})
}

// keys reads the keys that requests are checked with.
func (k *check) keys() {
	set, err := k.Connection.keys.fetch(k.ctx)
	switch {
	case err != nil:
		k.say(true, "teams.openid_url", "the keys that Teams signs with cannot be read (%s): nothing that Teams sends would be believed; check the address, and that this machine may reach it", reasonOf(err))
	case !slices.ContainsFunc(set.Keys, func(j jwk) bool { return signer{nil, j.Endorsements}.endorses("msteams") }):
		k.say(true, "teams.openid_url", "none of the keys there may sign for Teams: is it the address of your cloud?")
	}
}

// token gets a token; false: nothing else can be asked.
func (k *check) token() bool {
	_, err := k.Connection.token.get(k.ctx)
	var e *chat.SendError
	switch {
	case err == nil:
		return true
	case errors.As(err, &e) && e.Outcome == chat.Locked:
		k.say(true, "teams.app_secret", "Microsoft gives no token for app_id and app_secret in this tenant (%s): make a new client secret under Certificates & secrets of the app's registration, and check tenant_id", reasonOf(err))
	default:
		k.say(true, "teams.token_url", "no token could be got (%s): check that this machine may reach the address", reasonOf(err))
	}
	return false
}

// opsChannel reads the ops channel. A workflow's name is no channel of the bot.
func (k *check) opsChannel() {
	id := k.conf.OpsChannel
	if !strings.HasPrefix(id, "19:") {
		return
	}
	if err := k.Reach(k.ctx, desk.Channel{Connection: k.name, ID: id}); err != nil {
		k.say(true, "teams.ops_channel", "the channel %s cannot be read (%s): copy its id from the channel's link", id, reasonOf(err))
	}
}

// team reads the members of a team that the access list names.
func (k *check) team(id string) {
	_, met := k.teamID(id)
	members, err := k.askRoster(k.ctx, id)
	switch {
	case !met:
		k.say(true, "access", "Belltower has not met the team %s/team:%s yet, so it gives no rights: install the app in it, or write the team's own id, 19:...@thread.tacv2, from its link", k.name, id)
	case err != nil:
		k.say(true, "access", "Teams does not tell who is in %s/team:%s (%s), so it gives no rights: install the app in that team", k.name, id, reasonOf(err))
	case len(members) == 0:
		k.say(false, "access", "the team %s/team:%s has no members: put people into it", k.name, id)
	}
}

// reasonOf is the platform's word for a failure.
func reasonOf(err error) string {
	var e *chat.SendError
	if errors.As(err, &e) {
		return e.Reason
	}
	return err.Error()
}
