package config

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
)

// Slack is one connected Slack workspace.
type Slack struct {
	// Name is the connection's name, used in addresses and URLs. No default.
	Name desk.ConnectionName `toml:"name" need:"a short name for this workspace, such as amherst" form:"id"`
	// BotToken is the bot token, xoxb-... No default.
	BotToken Secret `toml:"bot_token" need:"the bot token of your Slack app, as in \"env:AMHERST_SLACK_TOKEN\"" form:"slack bot token"`
	// SigningSecret is what Slack signs its requests with. Default: "", when app_token is set.
	SigningSecret Secret `toml:"signing_secret" default:""`
	// NextSigningSecret is accepted beside SigningSecret, for a change without a gap. Default: "".
	NextSigningSecret Secret `toml:"next_signing_secret" default:""`
	// AppToken is the app-level token, xapp-...; set, it means Socket Mode. Default: "".
	AppToken Secret `toml:"app_token" default:"" form:"slack app token"`
	// OpsChannel is the id of the ops channel, C... No default.
	OpsChannel string `toml:"ops_channel" need:"the id of your ops channel, such as C0123ABCD" form:"slack channel"`
	// APIURL is Slack's API, always with a slash at the end. Default: "https://slack.com/api/".
	APIURL string `toml:"api_url" default:"https://slack.com/api/" form:"base url"`
	// PostsPerMinute limits posts; 0 learns the pace from Slack's answers. Default: 0.
	PostsPerMinute int `toml:"posts_per_minute" default:"0" limits:"0..6000"`
}

// SigningSecrets are the secrets that a request may be signed with, the present one first.
func (s Slack) SigningSecrets() []Secret { return present(s.SigningSecret, s.NextSigningSecret) }

// Teams is one connected Microsoft Teams tenant: a bot, an outgoing webhook,
// post-only workflows, or several of them.
type Teams struct {
	// Name is the connection's name, used in addresses and URLs. No default.
	Name desk.ConnectionName `toml:"name" need:"a short name for this tenant, such as boston" form:"id"`
	// AppID is the bot's application id. Default: "", no bot.
	AppID string `toml:"app_id" default:"" form:"word"`
	// AppSecret is the bot's client secret. Default: "", no bot.
	AppSecret Secret `toml:"app_secret" default:""`
	// TenantID is the directory's id. Default: "", no bot.
	TenantID string `toml:"tenant_id" default:"" form:"tenant"`
	// OutgoingSecret is what an outgoing webhook signs with, base64. Default: "", no such webhook.
	OutgoingSecret Secret `toml:"outgoing_secret" default:"" form:"base64"`
	// NextOutgoingSecret is accepted beside OutgoingSecret. Default: "".
	NextOutgoingSecret Secret `toml:"next_outgoing_secret" default:"" form:"base64"`
	// OpsChannel is the id of the ops channel, 19:...@thread.tacv2, or a workflow's name. No default.
	OpsChannel string `toml:"ops_channel" need:"the id of your ops channel, 19:...@thread.tacv2" form:"word"`
	// Issuer is who signs the Bot Framework's tokens. Default: "https://api.botframework.com".
	Issuer string `toml:"issuer" default:"https://api.botframework.com" form:"url"`
	// OpenIDURL is where the keys of the issuer are found.
	// Default: "https://login.botframework.com/v1/.well-known/openidconfiguration".
	OpenIDURL string `toml:"openid_url" default:"https://login.botframework.com/v1/.well-known/openidconfiguration" form:"url"`
	// TokenURL is where the bot gets its own tokens; {tenant} stands for the tenant id.
	// Default: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token".
	TokenURL string `toml:"token_url" default:"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token" form:"url"`
	// ServiceURLs are the addresses that the bot may be told to answer to. Default: "https://smba.trafficmanager.net/".
	ServiceURLs []string `toml:"service_urls" default:"https://smba.trafficmanager.net/" form:"url"`
	// Workflows are post-only channels, addressed as connection/name. Default: none.
	Workflows []Workflow `toml:"workflows"`
}

// OutgoingSecrets are the secrets that an outgoing webhook may sign with, the present one first.
func (t Teams) OutgoingSecrets() []Secret { return present(t.OutgoingSecret, t.NextOutgoingSecret) }

// channelForm refuses what has not the form of Teams' own ids of channels, and is no
// workflow's name either.
func (t Teams) channelForm(id string) *problem {
	var names []string
	for _, w := range t.Workflows {
		names = append(names, w.Name)
	}
	if strings.HasPrefix(id, "19:") && !strings.Contains(id, "%") || slices.Contains(names, id) {
		return nil
	}
	hint := "copy the id, 19:...@thread.tacv2, from the channel's link"
	if linked := inLink(id); linked != "" {
		hint = "in a link its signs are written otherwise; it is " + linked
	} else if near := closest(id, names); near != "" {
		hint = "did you mean " + near + "?"
	}
	return &problem{"is no channel of Teams, nor one of its workflows", hint}
}

var linkedPattern = regexp.MustCompile(`19:[^/?#\s"]+@thread\.[a-z0-9]+`)

// inLink is the id of a channel in a link to it, or as it stands there; "": there is none.
func inLink(text string) string {
	plain, err := url.PathUnescape(text)
	if err != nil {
		return ""
	}
	return linkedPattern.FindString(plain)
}

// Workflow is a Teams channel that can only be posted to.
type Workflow struct {
	// Name is the channel's part of its address. No default.
	Name string `toml:"name" need:"a short name for this channel, such as library" form:"id"`
	// URL is the workflow's address, a secret by itself. No default.
	URL Secret `toml:"url" need:"the address of the workflow, as in \"env:LIBRARY_WORKFLOW\"" form:"workflow"`
}

// Discord is one connected Discord application.
type Discord struct {
	// Name is the connection's name, used in addresses and URLs. No default.
	Name desk.ConnectionName `toml:"name" need:"a short name for this server, such as lowell" form:"id"`
	// BotToken is the bot's token. No default.
	BotToken Secret `toml:"bot_token" need:"the bot token, as in \"env:LOWELL_DISCORD_TOKEN\""`
	// ApplicationID is the application's id, digits. No default.
	ApplicationID string `toml:"application_id" need:"the application's id, digits" form:"snowflake"`
	// PublicKey is what Discord signs interactions over HTTP with, 64 hex digits. Default: "", no HTTP.
	PublicKey string `toml:"public_key" default:"" form:"ed25519"`
	// NextPublicKey is accepted beside PublicKey. Default: "".
	NextPublicKey string `toml:"next_public_key" default:"" form:"ed25519"`
	// Gateway is whether interactions come over the gateway. Default: true.
	Gateway bool `toml:"gateway" default:"true"`
	// Crosspost publishes what is posted in announcement channels to the servers that follow them. Default: false.
	Crosspost bool `toml:"crosspost" default:"false"`
	// OpsChannel is the id of the ops channel, digits. No default.
	OpsChannel string `toml:"ops_channel" need:"the id of your ops channel, digits" form:"snowflake"`
	// APIURL is Discord's API, without a slash at the end. Default: "https://discord.com/api/v10".
	APIURL string `toml:"api_url" default:"https://discord.com/api/v10" form:"base url"`
}

// connection is what connections of all platforms have.
type connection struct {
	name       *desk.ConnectionName
	platform   string // as people call it
	opsChannel string
}

// connections are those of Slack, then of Teams, then of Discord.
func (c *Config) connections() []connection {
	var all []connection
	for i := range c.Slack {
		all = append(all, connection{&c.Slack[i].Name, "Slack", c.Slack[i].OpsChannel})
	}
	for i := range c.Teams {
		all = append(all, connection{&c.Teams[i].Name, "Teams", c.Teams[i].OpsChannel})
	}
	for i := range c.Discord {
		all = append(all, connection{&c.Discord[i].Name, "Discord", c.Discord[i].OpsChannel})
	}
	return all
}

// ConnectionNames are the names of all connections.
func (c *Config) ConnectionNames() (names []desk.ConnectionName) {
	for _, one := range c.connections() {
		names = append(names, *one.name)
	}
	return names
}

// OpsChannels are the ops channels, most preferred first: those of tell.ops,
// else the one of each connection in the order Slack, Teams, Discord.
func (c *Config) OpsChannels() []desk.Channel {
	if len(c.Tell.Ops) > 0 {
		return c.Tell.Ops
	}
	var all []desk.Channel
	for _, one := range c.connections() {
		all = append(all, desk.Channel{Connection: *one.name, ID: one.opsChannel})
	}
	return all
}
