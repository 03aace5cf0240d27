// Package pack writes the app package that makes the bot known to Microsoft Teams: a zip
// with a manifest and two icons, which it draws by itself (icon.go). The same Package
// makes the same bytes.
package pack

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Package is what the app says of itself.
type Package struct {
	// AppID is the bot's application id, which is the app's id in Teams too.
	AppID string
	// Version is the app's, such as "1.0.0": Teams takes a changed package only with a
	// higher one.
	Version string
	// Name is what people read in the list of apps, Brief below it, at most 80
	// characters; About is on the app's page.
	Name, Brief, About string
	// Organization is whose app it is.
	Organization string
	// PublicURL is the status page. It stands for the pages about privacy and terms that
	// Teams wants to be named.
	PublicURL string
	// Commands are shown while people type. They are hints: Teams sends the text as typed.
	Commands []Command
}

// Command is an entry of the menu of commands.
type Command struct {
	Title string // what is typed, at most 32 characters
	About string // at most 128 characters
}

// Limits of the manifest, in characters; those of commands are the smallest that any
// version of its schema or of its documentation has
// (learn.microsoft.com/microsoft-365/extensibility/schema).
const (
	maxShortName   = 30
	maxDeveloper   = 32
	maxBrief       = 80
	maxFull        = 4000
	maxCommands    = 10
	maxTitle       = 32
	maxDescription = 128
)

// The version of the manifest's schema, the oldest that knows allChannels: Teams reads old
// ones.
const (
	schema          = "https://developer.microsoft.com/json-schemas/teams/v1.25/MicrosoftTeams.schema.json"
	manifestVersion = "1.25"
)

// allChannels says that the app is fit for private and shared channels, too: without it
// Teams does not offer the app there (learn.microsoft.com, "Apps for shared and private
// channels").
const allChannels = "tier1"

// The files of a package.
const (
	manifestFile = "manifest.json"
	colorFile    = "color.png"
	outlineFile  = "outline.png"
)

// Write writes the package. It fails, before anything is written, where Teams would not
// take what it says.
func Write(w io.Writer, p Package) error {
	if err := p.check(); err != nil {
		return err
	}
	manifest, err := json.MarshalIndent(p.manifest(), "", "  ")
	if err != nil {
		return fmt.Errorf("encode the manifest of the Teams app: %w", err)
	}
	var color, outline bytes.Buffer
	if err := png.Encode(&color, colorIcon()); err != nil {
		return fmt.Errorf("draw the color icon: %w", err)
	}
	if err := png.Encode(&outline, outlineIcon()); err != nil {
		return fmt.Errorf("draw the outline icon: %w", err)
	}
	z := zip.NewWriter(w)
	for _, f := range []struct {
		name    string
		content []byte
	}{{manifestFile, append(manifest, '\n')}, {colorFile, color.Bytes()}, {outlineFile, outline.Bytes()}} {
		if err := add(z, f.name, f.content); err != nil {
			return fmt.Errorf("write %s into the Teams app package: %w", f.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write the Teams app package: %w", err)
	}
	return nil
}

// made is the time of all files: the same content makes the same package.
var made = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

func add(z *zip.Writer, name string, content []byte) error {
	f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: made})
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return err
}

var (
	guid    = regexp.MustCompile(`^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$`)
	version = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$`)
)

// check finds the first thing that Teams would not take.
func (p Package) check() error {
	u, err := url.Parse(p.PublicURL)
	switch {
	case !guid.MatchString(p.AppID):
		return fmt.Errorf("app_id %q is no application id: copy the Application (client) ID, such as 11111111-2222-3333-4444-555555555555, from the app registration", p.AppID)
	case !version.MatchString(p.Version):
		return fmt.Errorf("the app's version %q is not of the form 1.0.0", p.Version)
	case err != nil || u.Scheme != "https" || u.Host == "":
		return fmt.Errorf("public_url %q does not begin with https://, and Teams takes no other address", p.PublicURL)
	case p.Name == "" || utf8.RuneCountInString(p.Name) > maxShortName:
		return fmt.Errorf("the app's name %q has not 1 to %d characters", p.Name, maxShortName)
	case p.Brief == "" || utf8.RuneCountInString(p.Brief) > maxBrief:
		return fmt.Errorf("what is said of the app in brief, %q, has not 1 to %d characters", p.Brief, maxBrief)
	case p.Organization == "":
		return fmt.Errorf("the organisation has no name: Teams wants to know whose app it is")
	case len(p.Commands) > maxCommands:
		return fmt.Errorf("there are %d commands; Teams shows at most %d", len(p.Commands), maxCommands)
	}
	for _, c := range p.Commands {
		if n, m := utf8.RuneCountInString(c.Title), utf8.RuneCountInString(c.About); n == 0 || n > maxTitle || m == 0 || m > maxDescription {
			return fmt.Errorf("the command %q has %d characters of %d and is described in %d of %d", c.Title, n, maxTitle, m, maxDescription)
		}
	}
	return nil
}

// manifest is what Teams makes the app from.
type manifest struct {
	Schema          string    `json:"$schema"`
	ManifestVersion string    `json:"manifestVersion"`
	Version         string    `json:"version"`
	ID              string    `json:"id"`
	Developer       developer `json:"developer"`
	Name            shortFull `json:"name"`
	Description     shortFull `json:"description"`
	Icons           icons     `json:"icons"`
	AccentColor     string    `json:"accentColor"`
	Bots            []bot     `json:"bots"`
	ValidDomains    []string  `json:"validDomains"`
	Channels        string    `json:"supportsChannelFeatures"`
}

type developer struct {
	Name    string `json:"name"`
	Website string `json:"websiteUrl"`
	Privacy string `json:"privacyUrl"`
	Terms   string `json:"termsOfUseUrl"`
}

type shortFull struct {
	Short string `json:"short"`
	Full  string `json:"full"`
}

type icons struct {
	Color   string `json:"color"`
	Outline string `json:"outline"`
}

type bot struct {
	ID               string        `json:"botId"`
	Scopes           []string      `json:"scopes"`
	NotificationOnly bool          `json:"isNotificationOnly"`
	Files            bool          `json:"supportsFiles"`
	CommandLists     []commandList `json:"commandLists,omitempty"`
}

type commandList struct {
	Scopes   []string      `json:"scopes"`
	Commands []listCommand `json:"commands"`
}

type listCommand struct {
	Title       string `json:"title"`
	Description string `json:"description"`
}

// manifest asks for no permission: the bot reads only what is said to it.
func (p Package) manifest() manifest {
	page := strings.TrimSuffix(p.PublicURL, "/") + "/"
	scopes := []string{"team", "groupChat", "personal"}
	b := bot{ID: p.AppID, Scopes: scopes}
	if len(p.Commands) > 0 {
		list := commandList{Scopes: scopes}
		for _, c := range p.Commands {
			list.Commands = append(list.Commands, listCommand{c.Title, c.About})
		}
		b.CommandLists = []commandList{list}
	}
	return manifest{
		Schema: schema, ManifestVersion: manifestVersion, Version: p.Version, ID: strings.ToLower(p.AppID),
		Developer:   developer{Name: clip(p.Organization, maxDeveloper), Website: page, Privacy: page, Terms: page},
		Name:        shortFull{Short: p.Name, Full: clip(p.Name+" of "+p.Organization, 100)},
		Description: shortFull{Short: p.Brief, Full: clip(p.About, maxFull)},
		Icons:       icons{Color: colorFile, Outline: outlineFile},
		AccentColor: accent, Bots: []bot{b}, ValidDomains: []string{}, Channels: allChannels,
	}
}

// clip cuts a text to n characters with an ellipsis.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:n-1])) + "…"
}
