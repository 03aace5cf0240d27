package config

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWarnings(t *testing.T) {
	c := loads(t, minimal+`languages = ["es-PR", "fr", "pt"]
[http]
admin_listen = ":9090"

[retention]
deliveries = "30d"
raw_alerts = "7d"

[[services]]
id = "learn"
auto_declare = ""
sorry_page = true

[[slack]]
name = "amherst"
bot_token = "hunter2"
app_token = "xapp-hunter2"
ops_channel = "C0OPS"

[cadence]
minor = "2h"

[windows]
notice = "24h"

[verify]
`)
	t.Chdir(t.TempDir())
	write(t, "config.toml", minimal+"[[sources]]\nname = \"pingdom\"\nkind = \"generic\"\ntoken = \"hunter2\"\n")
	if err := os.Chmod("config.toml", 0o644); err != nil {
		t.Fatal(err)
	}
	other, err := Load("config.toml", environ)
	if err != nil {
		t.Fatal(err)
	}
	got := append(c.Warnings(), other.Warnings()...)
	want := []string{
		"config.toml: no admins and no responders in [access]: nobody may change anything; type /belltower whoami in chat for the line to paste",
		"config.toml: languages in [organization] has fr, pt: the bot speaks en and es, so posts and answers are in English there",
		"config.toml: admin_listen in [http] is \":9090\": other machines can read health and metrics; the usual is 127.0.0.1:9090",
		"config.toml: checked, but without effect until their part is built: verify, retention.raw_alerts",
		"config.toml: no admins and no responders in [access]: nobody may change anything; type /belltower whoami in chat for the line to paste",
		"config.toml: no [[slack]], [[teams]] or [[discord]]: there is no chat to talk in",
		"config.toml: no [[services]]: there is nothing to declare an incident about",
		"config.toml: it holds secrets and every user of this machine can read it: chmod o-r it, or write the secrets as env:NAME or file:PATH",
		"config.toml: checked, but without effect until their part is built: sources",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("want -, got +\n" + diff)
	}
}

// TestUnbuiltPartsExist keeps the list of parts to build free of what is no key.
func TestUnbuiltPartsExist(t *testing.T) {
	known := allKeys()
	for _, part := range notBuilt() {
		if !known[part] {
			t.Errorf("%s is no section and no key", part)
		}
	}
}
