package slack

import (
	slackgo "github.com/slack-go/slack"

	"github.com/umassonline/belltower/internal/desk"
)

// The shortcuts of the app, by callback_id.
const (
	ShortcutDeclare = "declare_incident"
	ShortcutAdd     = "add_to_incident"
)

// App is what the manifest of an app says in words, and where the bot is reached.
type App struct {
	Name, About string
	Commands    []slackgo.ManifestSlashCommand // without their addresses
	Shortcuts   []slackgo.Shortcut
	// Base is the bot's public address, without a slash at the end; empty: Socket
	// Mode, where Slack calls none.
	Base       string
	Connection desk.ConnectionName
}

// Manifest is what Slack makes the app from
// (docs.slack.dev/reference/app-manifest). Slack's lists of commands escape people
// and channels, so that they are read as ids.
func (a App) Manifest() slackgo.Manifest {
	m := slackgo.Manifest{
		Metadata: slackgo.ManifestMetadata{MajorVersion: 2},
		Display:  slackgo.Display{Name: a.Name, Description: a.About},
		Features: slackgo.Features{
			AppHome:   slackgo.AppHome{HomeTabEnabled: true, MessagesTabEnabled: true},
			BotUser:   slackgo.BotUser{DisplayName: a.Name, AlwaysOnline: true},
			Shortcuts: a.Shortcuts,
		},
		Settings: slackgo.Settings{
			EventSubscriptions: &slackgo.EventSubscriptions{RequestUrl: a.url("events"), BotEvents: events()},
			Interactivity:      &slackgo.Interactivity{IsEnabled: true, RequestUrl: a.url("interactions")},
			SocketModeEnabled:  a.Base == "",
		},
	}
	for _, s := range Scopes() {
		m.OAuthConfig.Scopes.Bot = append(m.OAuthConfig.Scopes.Bot, s.Name)
	}
	for _, c := range a.Commands {
		c.Url, c.ShouldEscape = a.url("commands"), true
		m.Features.SlashCommands = append(m.Features.SlashCommands, c)
	}
	return m
}

func (a App) url(endpoint string) string {
	if a.Base == "" {
		return ""
	}
	return a.Base + "/slack/" + string(a.Connection) + "/" + endpoint
}

// Scope is a permission that the app asks for.
type Scope struct {
	Name string
	For  string // what for, a clause
	// Without is what is lost without it; empty: the bot does not work.
	Without string
}

// Scopes are the permissions that the bot makes use of, and no other.
func Scopes() []Scope {
	return []Scope{
		{"commands", "slash commands and shortcuts", ""},
		{"chat:write", "posts and their edits", ""},
		{"channels:read", "hearing and asking whether a public channel can be posted to again; who made it, which is kept on the bot's disk", "it is not noticed that a channel is back, and who made it does not manage it"},
		{"groups:read", "the same of private channels", "it is not noticed that a private channel is back, and who made it does not manage it"},
		{"im:read", "the same of direct messages", "it is not noticed that a person is back"},
		{"channels:join", "entering a public channel that subscribes", "people have to invite the bot first"},
		{"channels:history", "looking up a post whose answer was lost", "an opening or an end may come twice after a crash or a lost answer, and a routine reply may be missing"},
		{"groups:history", "the same in private channels", "nothing is looked up in public channels either"},
		{"im:history", "the same in direct messages", "direct messages may get a post twice"},
		{"users:read", "the name and time zone of who uses the bot, and whether they are a guest, deactivated, a bot, or an admin of the workspace; kept on the bot's disk", "a guest or a deactivated account named in [access] counts as anybody else, people's own time zones are not known, and the signature alone tells another app apart"},
		{"usergroups:read", "who is in the user groups of [access]; kept on the bot's disk", "[access] has to name each person"},
	}
}

// events are those that the bot hears (docs.slack.dev/reference/events). What they
// need is among Scopes.
func events() []string {
	return []string{
		"app_home_opened", "app_uninstalled", "tokens_revoked",
		"channel_id_changed", "channel_unarchive", "group_unarchive", "member_joined_channel",
		"subteam_members_changed", "subteam_updated", "user_change",
	}
}
