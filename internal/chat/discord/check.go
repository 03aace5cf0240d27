package discord

import (
	"context"
	"errors"
	"fmt"

	"github.com/umassonline/belltower/internal/chat"
)

// Finding is one thing that a check of a connection found.
type Finding struct {
	Wrong bool   // else it is a warning
	Key   string // of the configuration: "discord.ops_channel"
	Text  string // what, and what to do
}

type check struct {
	*Connection
	ctx   context.Context
	found []Finding
}

// Check asks Discord whether the connection can do what it is configured to.
func (c *Connection) Check(ctx context.Context) []Finding {
	k := &check{Connection: c, ctx: ctx}
	if k.token() {
		k.application()
		k.opsChannel(c.conf.OpsChannel)
	}
	return k.found
}

func (k *check) say(wrong bool, key, format string, args ...any) {
	k.found = append(k.found, Finding{wrong, key, fmt.Sprintf(format, args...)})
}

// token checks bot_token; false: nothing else can be asked.
func (k *check) token() bool {
	if err := k.identify(k.ctx); err != nil {
		k.say(true, "discord.bot_token", "Discord does not take it (%s): reset it under Bot and copy it", reasonOf(err))
		return false
	}
	return true
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
	may, err := k.permissions(k.ctx, id)
	if err != nil {
		k.say(true, key, "the channel %s cannot be read (%s): check its id, and that the bot is in that server and may view it; to add it: %s", id, reasonOf(err), Invite(k.conf.ApplicationID))
		return
	}
	for _, w := range wanted() {
		if !may.all(w.Bit) {
			k.say(mayPost.any(w.Bit), key, "in the channel %s the bot lacks the permission %s: %s", id, w.Name, w.Without)
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
