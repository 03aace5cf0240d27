package discord

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
)

// Asked are the people, roles and channels that a check asks for.
type Asked struct {
	Admins, Responders []string // ids; a role is "role:991"
	Subscribed         []string // channels that subscribe
}

type check struct {
	*Connection
	ctx   context.Context
	found []chat.Finding
	// servers are those that the bot was found in.
	servers map[snowflake]standing
}

// Check asks Discord whether the connection can do what it is configured to.
func (c *Connection) Check(ctx context.Context, ask Asked) []chat.Finding {
	k := &check{Connection: c, ctx: ctx, servers: map[snowflake]standing{}}
	if k.token() {
		k.application()
		k.opsChannel(c.conf.OpsChannel)
		k.access("access.admins", ask.Admins)
		k.access("access.responders", ask.Responders)
		k.subscribed(ask.Subscribed)
	}
	return k.found
}

func (k *check) say(wrong bool, key, format string, args ...any) {
	k.found = append(k.found, chat.Finding{Wrong: wrong, Key: key, Text: fmt.Sprintf(format, args...)})
}

// token checks bot_token; false: nothing else can be asked.
func (k *check) token() bool {
	err := k.identify(k.ctx)
	var e *chat.SendError
	switch {
	case err == nil:
		return true
	case errors.As(err, &e) && e.Outcome == chat.Locked:
		k.say(true, "discord.bot_token", "Discord does not take it (%s): reset it under Bot and copy it", reasonOf(err))
	default:
		k.say(true, "discord.api_url", "Discord cannot be asked (%s): the machine must reach it on port 443", reasonOf(err))
	}
	return false
}

// application checks whose token it is, and where Discord sends interactions
// (developers/resources/application, "Application Object").
func (k *check) application() {
	var app struct {
		ID     snowflake `json:"id"`
		Key    string    `json:"verify_key"`
		URL    string    `json:"interactions_endpoint_url"`
		Public bool      `json:"bot_public"`
	}
	if err := k.get(k.ctx, k.address("applications", "@me"), &app); err != nil {
		k.say(false, "discord.application_id", "Discord does not say which application the token is of (%s)", reasonOf(err))
		return
	}
	if string(app.ID) != k.conf.ApplicationID {
		k.say(true, "discord.application_id", "the token is of application %s: copy the application ID from General Information", app.ID)
		return
	}
	if len(k.keys) > 0 && app.Key != k.conf.PublicKey && app.Key != k.conf.NextPublicKey {
		k.say(true, "discord.public_key", "Discord signs with another key: copy the public key from General Information")
	}
	switch {
	case k.conf.Gateway && app.URL != "":
		k.say(true, "discord.gateway", "Discord sends interactions to %s and none over the gateway: clear the interactions endpoint URL under General Information, or set gateway = false", app.URL)
	case !k.conf.Gateway && app.URL == "":
		k.say(true, "discord.gateway", "Discord has no interactions endpoint URL: set it under General Information to public_url + /discord/%s/interactions, or set gateway = true", k.name)
	}
	if app.Public {
		k.say(false, "discord.application_id", "everybody may add the bot to a server of theirs: switch off Public Bot under Bot")
	}
}

// opsChannel checks what the bot may do where staff work.
func (k *check) opsChannel(id string) {
	const key = "discord.ops_channel"
	may, err := k.may(id)
	if err != nil {
		k.say(true, key, "the channel %s cannot be read (%s): check its id, and that the bot is in that server and may view it; to add it: %s", id, reasonOf(err), Invite(k.conf.ApplicationID))
		return
	}
	need, never := k.needs(id)
	if never != "" {
		k.say(true, key, "nothing can be posted in the channel %s: %s; choose another, and Copy Channel ID anew", id, never)
		return
	}
	for _, w := range wanted() {
		if !may.all(w.Bit) && (w.Bit != maySend || need.any(maySend)) {
			k.say(need.any(w.Bit), key, "in the channel %s the bot lacks the permission %s: %s", id, w.Name, w.Without)
		}
	}
}

// may asks what the bot may do in a channel, and asks once for each server.
func (k *check) may(channel string) (permissions, error) {
	return k.permissionsBy(k.ctx, channel, func(ctx context.Context, id snowflake) (standing, error) {
		if s, known := k.servers[id]; known {
			return s, nil
		}
		s, err := k.standing(ctx, id)
		if err == nil {
			k.servers[id] = s
		}
		return s, err
	})
}

// access checks that the people and roles of the access list are in the server of the ops
// channel: nobody else could act there.
func (k *check) access(key string, ids []string) {
	for _, in := range k.servers {
		for _, id := range ids {
			named, isRole := strings.CutPrefix(id, "role:")
			switch {
			case !isRole:
				k.member(key, in, id)
			case !slices.ContainsFunc(in.Roles, func(r role) bool { return string(r.ID) == named }):
				k.say(false, key, "the server of the ops channel has no role %s: if it is not one of another server, copy its id anew (Server Settings, Roles)", named)
			case named == string(in.ID):
				k.say(true, key, "the role %s is @everyone, so that everybody in the server would have this right", named)
			}
		}
	}
}

// member checks that a person is in a server.
func (k *check) member(key string, in standing, id string) {
	err := k.get(k.ctx, k.address("guilds", string(in.ID), "members", id), &struct{}{})
	switch code := codeOf(err); {
	case err == nil:
	case code == codeUnknownMember || code == codeUnknownUser:
		k.say(false, key, "%s/%s is not in the server of the ops channel", k.name, id)
	default:
		k.say(false, key, "Discord does not say whether %s/%s is in the server of the ops channel (%s)", k.name, id, reasonOf(err))
	}
}

// subscribed checks that channels which subscribe can be posted to.
func (k *check) subscribed(ids []string) {
	const key = "subscriptions"
	for n, id := range ids {
		may, err := k.may(id)
		var e *chat.SendError
		switch {
		case errors.As(err, &e) && e.Limited:
			k.say(false, key, "Discord wants fewer calls: %d channels were not looked at", len(ids)-n)
			return
		case err != nil:
			k.say(false, key, "the channel %s cannot be read (%s): it subscribes, and hears nothing", id, reasonOf(err))
		case k.closed(id, may) != "":
			k.say(false, key, "nothing can be posted in the channel %s: %s; it subscribes, and hears nothing", id, k.closed(id, may))
		}
	}
}

// reasonOf is Discord's word for a failure.
func reasonOf(err error) string {
	var e *chat.SendError
	if errors.As(err, &e) {
		return e.Reason
	}
	return err.Error()
}
