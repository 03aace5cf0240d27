package teams

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// Asked are the people whom a check of a connection looks at, by their ids in the directory,
// and the channels that subscribe, by id.
type Asked struct{ Admins, Responders, Subscribed []string }

// checkPace spaces calls of a check: members of one conversation may be asked for 14 times
// a second ("Optimize your bot with rate limiting").
const checkPace = 200 * time.Millisecond

// Check asks Microsoft whether the connection can do what it is configured to, and returns
// what it found. It may be called without Run.
func (c *Connection) Check(ctx context.Context, ask Asked) []chat.Finding {
	c.recall(ctx)
	k := &check{Connection: c, ctx: ctx}
	k.keys()
	if k.token() {
		if k.opsChannel() {
			k.persons(ask)
		}
		for _, id := range c.opt.Groups {
			k.team(id)
		}
		k.subscribed(ask.Subscribed)
	}
	return k.found
}

type check struct {
	*Connection
	ctx   context.Context
	found []chat.Finding
}

func (k *check) say(wrong bool, key, format string, args ...any) {
	k.found = append(k.found, chat.Finding{Wrong: wrong, Key: key, Text: fmt.Sprintf(format, args...)})
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

// opsChannel reads the ops channel. A workflow's name is no channel of the bot. It reports
// whether people can be looked for there.
func (k *check) opsChannel() bool {
	id := k.conf.OpsChannel
	if !strings.HasPrefix(id, "19:") {
		return false
	}
	if err := k.Reach(k.ctx, desk.Channel{Connection: k.name, ID: id}); err != nil {
		k.say(true, "teams.ops_channel", "the channel %s cannot be read (%s); the bot's answer to whoami there shows its id", id, reasonOf(err))
		return false
	}
	return true
}

// persons looks for people in the ops channel. Who is elsewhere is no mistake, a wrong id is.
func (k *check) persons(ask Asked) {
	if len(ask.Admins)+len(ask.Responders) == 0 {
		return
	}
	members, err := k.askRoster(k.ctx, k.conf.OpsChannel)
	if err != nil {
		k.say(false, "access", "Teams does not tell who is in the ops channel (%s), so people were not looked for", reasonOf(err))
		return
	}
	for _, list := range []struct {
		key string
		ids []string
	}{{"access.admins", ask.Admins}, {"access.responders", ask.Responders}} {
		for _, id := range list.ids {
			if !slices.Contains(members, id) {
				k.say(false, list.key, "Teams knows no %s/%s in the ops channel: is it the line that whoami prints for them?", k.name, id)
			}
		}
	}
}

// subscribed looks for channels that subscribe and hear nothing. What is posted to by a
// workflow cannot be asked about.
func (k *check) subscribed(ids []string) {
	for _, id := range ids {
		if slices.ContainsFunc(k.conf.Workflows, func(w config.Workflow) bool { return w.Name == id }) || id == k.conf.OpsChannel {
			continue
		}
		wait(k.ctx, nil, checkPace)
		err := k.Reach(k.ctx, desk.Channel{Connection: k.name, ID: id})
		var e *chat.SendError
		if errors.As(err, &e) && e.Outcome == chat.Gone {
			k.say(false, "subscriptions", "%s/%s subscribes and hears nothing (%s)", k.name, id, e.Reason)
		}
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
