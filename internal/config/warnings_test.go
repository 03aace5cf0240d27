package config

import (
	"fmt"
	"os"
	"strings"
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

[status_page]
`)
	t.Chdir(t.TempDir())
	write(t, "config.toml", minimal+"[[sources]]\nname = \"pingdom\"\nkind = \"gatus\"\ntoken = \"hunter2\"\n")
	if err := os.Chmod("config.toml", 0o644); err != nil {
		t.Fatal(err)
	}
	other, err := Load("config.toml", environ)
	if err != nil {
		t.Fatal(err)
	}
	got := append(c.Warnings(), other.Warnings()...)
	want := []string{
		"config.toml: no admins and no responders in [access]: nobody may change anything in chat; type /belltower whoami there for the line to paste",
		"config.toml: languages in [organization] has fr, pt: the bot speaks en and es, so posts and answers are in English there",
		"config.toml: admin_listen in [http] is \":9090\": other machines can read health and metrics; the usual is 127.0.0.1:9090",
		"config.toml: checked, but without effect until their part is built: status_page",
		"config.toml: no admins and no responders in [access]: nobody may change anything in chat; type /belltower whoami there for the line to paste",
		"config.toml: no [[slack]], [[teams]] or [[discord]]: there is no chat to talk in",
		"config.toml: no [[services]]: there is nothing to declare an incident about",
		"config.toml: it holds secrets and every user of this machine can read it: chmod o-r it, or write the secrets as env:NAME or file:PATH",
		"config.toml: checked, but without effect until their part is built: sources of the kind gatus",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("want -, got +\n" + diff)
	}
}

// What to type is said as it is typed in the chats that are connected.
func TestWhoamiIsTypedOtherwiseInTeams(t *testing.T) {
	const slack = "[[slack]]\nname = \"amherst\"\nbot_token = \"hunter2\"\napp_token = \"xapp-hunter2\"\nops_channel = \"C0OPS\"\n"
	const teams = "[[teams]]\nname = \"boston\"\noutgoing_secret = \"aHVudGVyMg==\"\nops_channel = \"19:ops@thread.tacv2\"\n"
	for text, want := range map[string]string{
		slack:         "type /belltower whoami there for",
		teams:         "type @Belltower whoami there for",
		slack + teams: "type /belltower whoami (in Teams @Belltower whoami) there for",
	} {
		if got := loads(t, minimal+text).Warnings(); len(got) == 0 || !strings.Contains(got[0], want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Without a bot only a workflow reaches a channel.
func TestAnOpsChannelThatNothingPostsTo(t *testing.T) {
	const want = "config.toml: ops_channel of [[teams]] boston is a channel, and without a bot nothing can be posted there: make a workflow in it, and write its name in [[teams.workflows]]"
	const some = "[access]\nadmins = [\"boston/ann\"]\n[[services]]\nid = \"learn\"\n[[teams]]\nname = \"boston\"\nops_channel = \"19:ops@thread.tacv2\"\n"
	for more, warned := range map[string]bool{
		"outgoing_secret = \"aHVudGVyMg==\"\n":                                                   true,
		"[[teams.workflows]]\nname = \"library\"\nurl = \"https://flows.example.edu/hunter2\"\n": true,
		"app_id = \"1\"\napp_secret = \"hunter2\"\ntenant_id = \"2\"\n":                          false,
	} {
		var all []string
		if warned {
			all = []string{want}
		}
		if diff := cmp.Diff(all, loads(t, minimal+some+more).Warnings()); diff != "" {
			t.Errorf("%s: want -, got +\n%s", more, diff)
		}
	}
}

// A workflow takes posts without a signature from people of its tenant alone, not from us.
func TestAWorkflowThatWouldRefuseUs(t *testing.T) {
	const want = `config.toml: the url of the workflow boston/%s has no sig=, so the workflow would refuse our posts: let Anyone trigger it, and copy its address again`
	for url, warned := range map[string]bool{
		"https://d0.22.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/hunter2/triggers/manual/paths/invoke?api-version=1":                                                  true,
		"https://d0.22.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/hunter2/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=hunter2": false,
		"https://prod-96.westeurope.logic.azure.com:443/workflows/hunter2/triggers/manual/paths/invoke?api-version=2016-06-01&amp;sp=%2Ftriggers%2Fmanual%2Frun&amp;sv=1.0&amp;sig=hunter2":                  true, // copied out of HTML
		"https://flows.example.edu/hunter2": false, // a proxy may sign
	} {
		c := loads(t, minimal+"[access]\nadmins = [\"boston/ann\"]\n[[services]]\nid = \"learn\"\n[[teams]]\nname = \"boston\"\nops_channel = \"library\"\n[[teams.workflows]]\nname = \"library\"\nurl = \""+url+"\"\n")
		var all []string
		if warned {
			all = []string{fmt.Sprintf(want, "library")}
		}
		if diff := cmp.Diff(all, c.Warnings()); diff != "" {
			t.Errorf("%s: want -, got +\n%s", url, diff)
		}
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

func TestABrowserIsNotBuiltYet(t *testing.T) {
	c := loads(t, minimal+`
[[services]]
id = "learn"

[[slack]]
name = "amherst"
bot_token = "env:TOKEN"
app_token = "xapp-hunter2"
ops_channel = "C0OPS"

[access]
admins = ["amherst/U0ADMIN"]

[[probes]]
service = "learn"
name = "login page"
kind = "browser"
url = "https://learn.example.edu/"
`)
	want := []string{`config.toml: checked, but without effect until their part is built: probes of kind "browser"`}
	if diff := cmp.Diff(want, c.Warnings()); diff != "" {
		t.Error("want -, got +\n" + diff)
	}
}

// What is read and checked, but heeded by nothing yet, is named where it is set.
func TestWhatNothingHeedsIsNamed(t *testing.T) {
	const access = "[access]\nadmins = [\"amherst/U0ADMIN\"]\n[[slack]]\nname = \"amherst\"\nbot_token = \"env:TOKEN\"\napp_token = \"xapp-hunter2\"\nops_channel = \"C0OPS\"\n" +
		"[[services]]\nid = \"learn\"\n[[campuses]]\nid = \"amherst\"\n"
	who := func(role, who string) string {
		return "[[contacts]]\ncampus = \"amherst\"\nrole = \"" + role + "\"\nwho = \"" + who + "\"\n"
	}
	contact := func(role string) string { return who(role, "amherst/U0CONTACT") }
	for text, want := range map[string]string{
		"[http]\ntrusted_proxies = [\"10.0.0.0/8\"]\n":                                            "http.trusted_proxies",
		"[http]\ntrusted_proxies = []\n":                                                          "",
		who("technical", "amherst/C0HELP") + who("business", "amherst/C0HELP"):                    "contacts of the role business",
		contact("technical"):                                                                      "",
		contact("business") + contact("technical") + contact("operational") + contact("business"): "contacts of the role business, contacts of the role operational",
	} {
		got := ""
		for _, w := range loads(t, minimal+access+text).Warnings() {
			got += strings.TrimPrefix(w, "config.toml: checked, but without effect until their part is built: ")
		}
		if got != want {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, want)
		}
	}
}

// Contacts that are not asked are not left out in silence.
func TestMoreContactChannelsThanAreAsked(t *testing.T) {
	text := minimal + "[access]\nadmins = [\"amherst/U0ADMIN\"]\n[[slack]]\nname = \"amherst\"\nbot_token = \"env:TOKEN\"\napp_token = \"xapp-hunter2\"\nops_channel = \"C0OPS\"\n" +
		"[[services]]\nid = \"learn\"\n[[services]]\nid = \"mail\"\n[[campuses]]\nid = \"amherst\"\n"
	ask := func(channel, services string) {
		text += "[[contacts]]\ncampus = \"amherst\"\nrole = \"technical\"\nservices = [" + services + "]\nwho = \"amherst/" + channel + "\"\n"
	}
	for _, channel := range []string{"C1", "C2", "C3", "C3", "C4", "U5"} {
		ask(channel, "")
	}
	if all := loads(t, text).Warnings(); len(all) > 0 {
		t.Error(all)
	}
	ask("C5", `"learn"`)
	want := []string{"config.toml: [[contacts]] has more than 4 channels that are technical contacts of learn: only the first 4 are asked"}
	if diff := cmp.Diff(want, loads(t, text).Warnings()); diff != "" {
		t.Error("want -, got +\n" + diff)
	}
}

func TestWhatAProbeIsWithoutBeingTold(t *testing.T) {
	c := loads(t, minimal+`
[[services]]
id = "learn"

[[probes]]
service = "learn"
name = "certificate"
kind = "tls"
url = "learn.example.edu:443"

[[probes]]
service = "learn"
name = "certificate that gates"
kind = "tls"
url = "learn.example.edu:443"
gates = true
fail_after = 2

[[probes]]
service = "learn"
name = "log in"
kind = "transaction"
url = "https://learn.example.edu/"
slower_than_usual = "50%"
  [[probes.steps]]
  name = "Open"
  [[probes.steps]]
  name = "Log in"
  form = { user = "ann" }
  [[probes.steps]]
  name = "Log out"
  method = "DELETE"
  json = "{}"
`)
	tls, gating, login := c.Probes[0], c.Probes[1], c.Probes[2]
	if tls.Gates || !gating.Gates || !login.Gates {
		t.Error("gates", tls.Gates, gating.Gates, login.Gates)
	}
	if tls.OutOf != 3 || gating.OutOf != 2 || login.SlowerThanUsual != 50 {
		t.Error(tls.OutOf, gating.OutOf, login.SlowerThanUsual)
	}
	var methods []string
	for _, s := range login.Steps {
		methods = append(methods, s.Method)
	}
	if diff := cmp.Diff([]string{"GET", "POST", "DELETE"}, methods); diff != "" {
		t.Error(diff)
	}
}
