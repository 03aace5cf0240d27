package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/umassonline/belltower/internal/chat/discord"
	"github.com/umassonline/belltower/internal/chat/discord/native"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

type manifestDiscord struct {
	Connection string
}

// Run prints the address on the first line, and the commands behind it. Of the
// configuration only [organization], and the name and application_id are needed.
func (m manifestDiscord) Run(b bound) error {
	cfg, err := config.Outline(b.config, b.p.env)
	if err != nil {
		return err
	}
	conn, err := choose(choice{b.config, "discord", "application", "lowell", m.Connection}, cfg.Discord, func(d config.Discord) desk.ConnectionName { return d.Name })
	if err != nil {
		return err
	}
	base := strings.TrimRight(cfg.Organization.PublicURL, "/")
	switch {
	case conn.ApplicationID == "":
		return fmt.Errorf("%s: [[discord]] %s has no application_id: make the application at https://discord.com/developers/applications, and copy Application ID", b.config, conn.Name)
	case !conn.Gateway && !strings.HasPrefix(base, "https://"):
		return fmt.Errorf("%s: public_url is %s, but Discord calls addresses that begin with https:// only: give the bot one, or set gateway = true in [[discord]]", b.config, base)
	}
	if _, err := fmt.Fprintf(b.p.stdout, "%s\n%s", discord.Invite(conn.ApplicationID), native.JSON()); err != nil {
		return err
	}
	endpoint := base + "/discord/" + string(conn.Name) + "/interactions"
	if conn.Gateway {
		endpoint = ""
	}
	explainDiscord(b.p.stderr, discord.Invite(conn.ApplicationID), endpoint)
	return nil
}

// explainDiscord says what the bot asks for, and what to do next. endpoint is where
// Discord sends what people do; empty: over the gateway.
func explainDiscord(w io.Writer, invite, endpoint string) {
	fmt.Fprintln(w, "What the bot asks for in a server:")
	for _, p := range discord.Permissions() {
		fmt.Fprintf(w, "  %-24s Without: %s.\n", p.Name, p.Without)
	}
	fmt.Fprintln(w, "At https://discord.com/developers/applications set Install Link under Installation to None, and switch off Public Bot under Bot;")
	fmt.Fprintln(w, "no privileged intent is needed. Then whoever manages the server opens")
	fmt.Fprintf(w, "  %s\n", invite)
	fmt.Fprintln(w, "The bot tells Discord the commands by itself when it starts.")
	if endpoint == "" {
		fmt.Fprintln(w, "Discord sends over the gateway: leave Interactions Endpoint URL under General Information empty.")
		return
	}
	fmt.Fprintln(w, "When the bot runs, save under General Information as Interactions Endpoint URL")
	fmt.Fprintf(w, "  %s\n", endpoint)
}
