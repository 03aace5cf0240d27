package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/umassonline/belltower/internal/chat/teams/pack"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

type manifestTeams struct {
	Output     string
	AppVersion string
	Connection string
}

// Run writes the package. Of the configuration only [organization], the name and app_id
// are needed.
func (m manifestTeams) Run(b bound) error {
	cfg, err := config.Outline(b.config, b.p.env)
	if err != nil {
		return err
	}
	conn, err := choose(choice{b.config, "teams", "tenant", "boston", m.Connection}, cfg.Teams, func(t config.Teams) desk.ConnectionName { return t.Name })
	if err != nil {
		return err
	}
	base := strings.TrimRight(cfg.Organization.PublicURL, "/")
	switch {
	case conn.AppID == "":
		return fmt.Errorf("%s: [[teams]] %s has no app_id: make the Azure Bot first, and copy its Microsoft App ID", b.config, conn.Name)
	case !strings.HasPrefix(base, "https://"):
		return fmt.Errorf("%s: public_url is %s, but Microsoft calls addresses that begin with https:// only: give the bot one", b.config, base)
	}
	var z bytes.Buffer
	if err := pack.Write(&z, teamsPackage(cfg, conn, m.AppVersion)); err != nil {
		return fmt.Errorf("%s: %w", b.config, err)
	}
	if err := os.WriteFile(m.Output, z.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the app package: %w", err)
	}
	explainTeams(b.p.stderr, m.Output, base+"/teams/"+string(conn.Name)+"/messages")
	return nil
}

// teamsPackage is the app in our words. Its menu has the commands as they are typed behind
// the mention, where help needs no other word before it.
func teamsPackage(cfg *config.Config, conn config.Teams, version string) pack.Package {
	p := pack.Package{
		AppID: conn.AppID, Version: version, Name: wording.AppName, Brief: wording.AppBrief, About: wording.AppAbout,
		Organization: cfg.Organization.Name, PublicURL: cfg.Organization.PublicURL,
	}
	for _, c := range wording.SlashCommands() {
		title, about := c.Name, c.About+": "+c.Name+" "+c.Hint
		if c.Name == "belltower" {
			title, about = c.Hint, c.About
		}
		p.Commands = append(p.Commands, pack.Command{Title: title, About: about})
	}
	return p
}

// explainTeams says what to do next.
func explainTeams(w io.Writer, file, endpoint string) {
	fmt.Fprintf(w, `Wrote %s. The app asks for no permission: the bot reads what mentions it or is written to it alone.
The Azure Bot's messaging endpoint is %s; Microsoft will call it from the internet.
In Teams open Apps, Manage your apps, Upload an app, and choose the file; where that is not allowed, an admin uploads it at
https://admin.teams.microsoft.com under Teams apps, Manage apps. Then add the app to each team whose channels are to hear,
the one with the ops channel first: the bot cannot post in a team without it. Add it to each private or shared channel, too.
`, file, endpoint)
}
