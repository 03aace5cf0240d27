package config

import (
	"os"
	"strings"
	"testing"
)

// TestStorePath is what `bot do` asks in a shell that has none of the secrets.
func TestStorePath(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("etc", 0o700); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"": "etc/data/belltower.db",
		"[storage]\npath = \"/var/lib/belltower.db\"\n[[slack]]\nbot_token = \"env:UNSET_TOKEN\"\n": "/var/lib/belltower.db",
		"[storage]\npath = \"\"\n":               "etc/config.toml:2:8: path in [storage] is empty",
		"[storage]\npath = \"env:UNSET_PATH\"\n": "etc/config.toml:2:8: path in [storage]: the environment variable UNSET_PATH is not set: set it where the bot starts",
		"[storage":                               "etc/config.toml:1:8: this is not TOML: expected ']' to close table name",
		"storage = 1\n":                          "etc/config.toml:1:1: storage is written the wrong way: write [storage]",
	} {
		write(t, "etc/config.toml", text)
		got, err := StorePath("etc/config.toml", environ)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", text, got, want)
		}
	}
}

// TestAdminAddress is what `bot health` asks.
func TestAdminAddress(t *testing.T) {
	t.Chdir(t.TempDir())
	for text, want := range map[string]string{
		"": "127.0.0.1:9090",
		"[http]\nadmin_listen = \":9999\"\n[[slack]]\nbot_token = \"env:UNSET_TOKEN\"\n": ":9999",
		"[http]\nadmin_listen = \"\"\n":        "",
		"[http]\nadmin_listen = \"nowhere\"\n": "config.toml:2:16: ",
	} {
		write(t, "config.toml", text)
		got, err := AdminAddress("config.toml", environ)
		if err != nil {
			got = err.Error()
		}
		if got != want && (err == nil || !strings.HasPrefix(got, want)) {
			t.Errorf("%q:\ngot  %s\nwant %s", text, got, want)
		}
	}
}

// TestOutline is what `bot manifest` reads: there are no secrets yet.
func TestOutline(t *testing.T) {
	t.Chdir(t.TempDir())
	organization := "[organization]\nname = \"U\"\ntimezone = \"America/New_York\"\npublic_url = \"https://status.example.edu/\"\n"
	for text, want := range map[string]string{
		organization + "[[slack]]\nname = \"amherst\"\nbot_token = \"env:UNSET_TOKEN\"\n": "https://status.example.edu amherst",
		organization: "https://status.example.edu",
		organization + "[[slack]]\nname = \"Amherst!\"\n": "config.toml:6:8: name in [[slack]]: \"Amherst!\" is no id",
		"[[slack]]\nname = \"amherst\"\n":                 "config.toml:1:1: no name in [organization]",
	} {
		write(t, "config.toml", text)
		c, err := Outline("config.toml", environ)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = c.Organization.PublicURL
			for _, s := range c.Slack {
				got += " " + string(s.Name)
			}
		}
		if !strings.HasPrefix(got, want) || err == nil && got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", text, got, want)
		}
	}
}
