package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"github.com/umassonline/belltower/internal/chat/slack"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/wording"
)

// Before there is an app nobody has its secrets, so the example is enough to print
// its manifest.
func TestTheManifestOfTheExample(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.writeExample("", "")
	for name, line := range map[string][]string{
		"http":   {"manifest", "slack"},
		"socket": {"manifest", "slack", "--socket", "--connection", "amherst"},
	} {
		stdout, stderr, status := w.bot(line...)
		if status != 0 {
			t.Fatalf("%v: status %d: %s", line, status, stderr)
		}
		golden(t, "manifest/slack "+name+".json", stdout)
		golden(t, "manifest/slack "+name+".txt", stderr)
		checkManifest(t, stdout)
	}
}

func TestAManifestThatCannotBeMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct{ old, new, args, want string }{
		{"https://status.example.edu", "http://status.example.edu", "", "https://"},
		{"[[slack]] ", "[[slack]]\nname = \"boston\"\n[[slack]] ", "", "--connection boston"},
		{"", "", "--connection=boston", "amherst"},
		{"name = \"amherst\"", "name = \"Amherst !\"", "", "is no id"},
	} {
		w.writeExample(c.old, c.new)
		stdout, stderr, status := w.bot(strings.Fields("manifest slack " + c.args)...)
		if status != 1 || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%q for %q: status %d: %s%s", c.new, c.old, status, stdout, stderr)
		}
	}
}

// writeExample writes config.example.toml as the configuration, with one change.
func (w *world) writeExample(old, changed string) {
	w.t.Helper()
	text, err := os.ReadFile("../../config.example.toml")
	if err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(w.configPath(), []byte(strings.Replace(string(text), old, changed, 1)), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// limit is how many characters a text of the manifest may have.
type limit struct {
	what, text string
	most       int
}

// checkManifest checks what Slack does: no unknown field, and the limits of
// docs.slack.dev/reference/app-manifest.
func checkManifest(t *testing.T, text string) {
	t.Helper()
	var m slackgo.Manifest
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		t.Fatal(err)
	}
	limits := []limit{{"name", m.Display.Name, 35}, {"description", m.Display.Description, 140}, {"bot's name", m.Features.BotUser.DisplayName, 80}}
	for _, c := range m.Features.SlashCommands {
		limits = append(limits, limit{"command", c.Command, 32}, limit{"description of " + c.Command, c.Description, 2000}, limit{"hint of " + c.Command, c.UsageHint, 1000})
		if (c.Url == "") != m.Settings.SocketModeEnabled {
			t.Errorf("%s has the address %q", c.Command, c.Url)
		}
	}
	for _, s := range m.Features.Shortcuts {
		limits = append(limits, limit{"shortcut", s.Name, 24}, limit{"description of " + s.Name, s.Description, 150}, limit{"callback_id", s.CallbackID, 255})
	}
	for _, l := range limits {
		if n := utf8.RuneCountInString(l.text); n == 0 || n > l.most {
			t.Errorf("%s has %d characters, from 1 to %d are allowed", l.what, n, l.most)
		}
	}
	if n := len(m.Features.SlashCommands); n > 50 {
		t.Errorf("%d slash commands", n)
	}
}

// What people can type is what Slack offers, and what the bot asks for is what its
// tests run with.
func TestTheManifestIsComplete(t *testing.T) {
	var offered, typed []string
	for _, c := range wording.SlashCommands() {
		offered = append(offered, c.Name)
	}
	for _, h := range wording.AllHelp() {
		command, _, _ := strings.Cut(h.Path, " ")
		typed = append(typed, command)
	}
	slices.Sort(offered)
	slices.Sort(typed)
	if typed = slices.Compact(typed); !slices.Equal(offered, typed) {
		t.Errorf("Slack offers %v, the help tells of %v", offered, typed)
	}
	given := append(slacktest.BaseScopes(), slacktest.HistoryScopes()...)
	for _, s := range slack.Scopes() {
		if !slices.Contains(given, s.Name) {
			t.Errorf("no test runs with the scope %s", s.Name)
		}
	}
}
