package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	slackgo "github.com/slack-go/slack"

	"github.com/umassonline/belltower/internal/chat/slack"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

type manifestSlack struct {
	Socket     bool
	Connection string
}

// Run prints the manifest. Of the configuration only [organization] and the name
// are needed: there are no secrets before there is an app.
func (m manifestSlack) Run(b bound) error {
	cfg, err := config.Outline(b.config, b.p.env)
	if err != nil {
		return err
	}
	conn, err := choose(choice{b.config, "slack", "workspace", "amherst", m.Connection}, cfg.Slack, func(s config.Slack) desk.ConnectionName { return s.Name })
	if err != nil {
		return err
	}
	app := slackApp(conn.Name)
	if !m.Socket && conn.AppToken.Reveal() == "" {
		app.Base = cfg.Organization.PublicURL
		if !strings.HasPrefix(app.Base, "https://") {
			return fmt.Errorf("%s: public_url is %s, but Slack calls addresses that begin with https:// only: give the bot one, or use Socket Mode: bot manifest slack --socket", b.config, app.Base)
		}
	}
	text, err := json.MarshalIndent(app.Manifest(), "", "  ")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(b.p.stdout, "%s\n", text); err != nil {
		return err
	}
	explain(b.p.stderr, app)
	return nil
}

// choice is how a table of the configuration is chosen: by the name of its connection, or
// as the only one.
type choice struct {
	file, table string
	what        string // a table is made for: "workspace"
	example     string // of a name
	name        string // that was said; empty: none
}

// choose finds the table that is meant.
func choose[T any](c choice, all []T, nameOf func(T) desk.ConnectionName) (chosen T, err error) {
	var names []string
	for _, one := range all {
		name := string(nameOf(one))
		if name == c.name || c.name == "" && len(all) == 1 {
			return one, nil
		}
		names = append(names, name)
	}
	switch {
	case len(names) == 0:
		return chosen, fmt.Errorf("%s has no [[%s]]: give the %s a name there, such as name = %q", c.file, c.table, c.what, c.example)
	case c.name == "":
		return chosen, fmt.Errorf("%s has several [[%s]]: say which, such as --connection %s (there are %s)", c.file, c.table, names[0], strings.Join(names, ", "))
	}
	return chosen, fmt.Errorf("%s has no [[%s]] named %q: there are %s", c.file, c.table, c.name, strings.Join(names, ", "))
}

// slackApp is the app in our words, for Socket Mode.
func slackApp(name desk.ConnectionName) slack.App {
	app := slack.App{Name: wording.AppName, About: wording.AppAbout, Connection: name}
	for _, c := range wording.SlashCommands() {
		app.Commands = append(app.Commands, slackgo.ManifestSlashCommand{Command: "/" + c.Name, Description: c.About, UsageHint: c.Hint})
	}
	declare, add := wording.DeclareShortcut(), wording.AddShortcut()
	app.Shortcuts = []slackgo.Shortcut{
		{Name: declare.Name, Description: declare.About, CallbackID: slack.ShortcutDeclare, Type: slackgo.GlobalShortcut},
		{Name: add.Name, Description: add.About, CallbackID: slack.ShortcutAdd, Type: slackgo.MessageShortcut},
	}
	return app
}

// explain says what the app asks for, and what to do next.
func explain(w io.Writer, app slack.App) {
	fmt.Fprintln(w, "What the app asks for:")
	for _, s := range slack.Scopes() {
		fmt.Fprintf(w, "  %-17s %s.\n", s.Name, s.For)
		if s.Without != "" {
			fmt.Fprintf(w, "  %-17s Without: %s.\n", "", s.Without)
		}
	}
	fmt.Fprintln(w, "Paste the manifest at https://api.slack.com/apps: Create New App, From a manifest. Install the app, then copy")
	if app.Base == "" {
		fmt.Fprintln(w, "bot_token from OAuth & Permissions, and app_token from Basic Information, App-Level Tokens (scope connections:write).")
		return
	}
	fmt.Fprintln(w, "bot_token from OAuth & Permissions, and signing_secret from Basic Information.")
	fmt.Fprintf(w, "Slack will call %s/slack/%s/ from the internet.\n", app.Base, app.Connection)
}
