package config

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
)

// minimal is the shortest file that loads.
const minimal = `[organization]
name = "UMassOnline"
timezone = "America/New_York"
public_url = "https://status.example.edu/"
`

// write writes a file of the working folder.
func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// loads loads a file of that text from a folder of its own, and fails where it
// has mistakes.
func loads(t *testing.T, text string) *Config {
	t.Helper()
	t.Chdir(t.TempDir())
	write(t, "config.toml", text)
	c, err := Load("config.toml", environ)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatIsNotSaidIsTakenFromElsewhere(t *testing.T) {
	c := loads(t, minimal+`languages = ["en", "es"]

[storage]
path = "belltower.db"

[[campuses]]
id = "amherst"

[[campuses]]
id = "worcester"
name = "Worcester"
timezone = "America/Denver"
language = "es"

[[slack]]
name = "amherst"
bot_token = "env:TOKEN"
signing_secret = "hunter2"
ops_channel = "C0OPS"
api_url = "http://127.0.0.1:8081/api"

[[discord]]
name = "lowell"
bot_token = "hunter2"
application_id = "990000000000000001"
ops_channel = "990000000000000002"
api_url = "http://127.0.0.1:8082/"

[[services]]
id = "learn"
depends_on = ["network", "power"]

[[services]]
id = "network"
depends_on = ["power"]

[[services]]
id = "power"

[[probes]]
service = "learn"
name = "login page"
kind = "http"
url = "https://learn.example.edu/"
fail_after = 5

[mail]
server = "mail.example.edu:587"
from = "belltower@example.edu"

[[contacts]]
campus = "amherst"
role = "technical"
who = "anna@example.edu"
`)
	got := map[string]any{
		"public_url":        c.Organization.PublicURL,
		"storage.path":      c.Storage.Path,
		"campus":            []any{c.Campuses[0].Name, c.Campuses[0].Timezone.String(), c.Campuses[0].Language},
		"other campus":      []any{c.Campuses[1].Name, c.Campuses[1].Timezone.String(), c.Campuses[1].Language},
		"slack.api_url":     c.Slack[0].APIURL,
		"discord.api_url":   c.Discord[0].APIURL,
		"service":           c.Services[0].Name,
		"out_of":            c.Probes[0].OutOf,
		"who":               c.Contacts[0].Who,
		"ops":               c.OpsChannels(),
		"log.level":         c.Log.Level,
		"tell.grace":        c.Tell.Grace,
		"windows.reminders": c.Windows.Reminders,
	}
	want := map[string]any{
		"public_url":        "https://status.example.edu",
		"storage.path":      "belltower.db",
		"campus":            []any{"amherst", "America/New_York", "en"},
		"other campus":      []any{"Worcester", "America/Denver", "es"},
		"slack.api_url":     "http://127.0.0.1:8081/api/",
		"discord.api_url":   "http://127.0.0.1:8082",
		"service":           "learn",
		"out_of":            5,
		"who":               Who{Email: "anna@example.edu"},
		"ops":               []desk.Channel{{Connection: "amherst", ID: "C0OPS"}, {Connection: "lowell", ID: "990000000000000002"}},
		"log.level":         slog.LevelInfo,
		"tell.grace":        10 * time.Second,
		"windows.reminders": []Reminder{{Before: 7 * day}, {DaysBefore: 1, At: Clock{16, 0}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("want -, got +\n" + diff)
	}
}

func TestPathsAreOfTheFilesOwnFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("etc", 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, "etc/config.toml", minimal+"[cadence]\nescalate_url = \"file:url\"\n")
	write(t, "etc/url", "https://pager.example.edu/hunter2\r\n")
	c, err := Load("etc/config.toml", environ)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Storage.Path; got != "etc/data/belltower.db" {
		t.Errorf("the store is at %s", got)
	}
	if got := c.Cadence.EscalateURL.Reveal(); got != "https://pager.example.edu/hunter2" {
		t.Errorf("the file says %q", got)
	}
}

// A connection that several campuses share is of none of them.
func TestCampusNames(t *testing.T) {
	slack := func(name string) string {
		return "[[slack]]\nname = \"" + name + "\"\nbot_token = \"x\"\nsigning_secret = \"y\"\nops_channel = \"C1\"\n"
	}
	c := loads(t, minimal+slack("north")+slack("south")+slack("both")+slack("none")+`
[[campuses]]
id = "boston"
name = "Boston"
connections = ["north", "both"]

[[campuses]]
id = "lowell"
connections = ["both", "south"]
`)
	want := map[desk.ConnectionName]string{"north": "Boston", "south": "lowell"}
	if diff := cmp.Diff(want, c.CampusNames()); diff != "" {
		t.Error(diff)
	}
}

// A connection that campuses of several languages share has the organization's.
func TestLanguagesOfConnections(t *testing.T) {
	slack := func(name string) string {
		return "[[slack]]\nname = \"" + name + "\"\nbot_token = \"x\"\nsigning_secret = \"y\"\nops_channel = \"C1\"\n"
	}
	c := loads(t, minimal+"languages = [\"en\", \"es\"]\n"+slack("north")+slack("south")+slack("both")+slack("none")+`
[[campuses]]
id = "boston"
connections = ["north", "both"]

[[campuses]]
id = "mayaguez"
language = "es"
connections = ["both", "south"]

[[campuses]]
id = "ponce"
language = "es"
connections = ["south"]
`)
	want := map[desk.ConnectionName]string{"north": "en", "south": "es"}
	if diff := cmp.Diff(want, c.Languages()); diff != "" {
		t.Error(diff)
	}
}

func TestAnyTextMayStandElsewhere(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "service", "learn\n")
	write(t, "config.toml", minimal+`
[tell]
grace = "env:GRACE"
ops = ["env:OPS"]

[log]
level = "env:LEVEL"

[[slack]]
name = "amherst"
bot_token = "env:BOT"
app_token = "env:APP"
ops_channel = "C0OPS"

[[services]]
id = "learn"

[[sources]]
name = "pingdom"
kind = "pingdom"
token = "hunter2"
checks = { "123456" = "file:service" }
`)
	values := map[string]string{"GRACE": "30s", "OPS": "amherst/C0ELSE", "LEVEL": "error", "BOT": "xoxb-hunter2", "APP": "xapp-hunter2"}
	c, err := Load("config.toml", func(name string) (string, bool) { return values[name], true })
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%v %v %v %v %v", c.Tell.Grace, c.Tell.Ops, c.Log.Level, c.Sources[0].Checks, c.Slack[0].AppToken.Reveal())
	if want := "30s [amherst/C0ELSE] ERROR map[123456:learn] xapp-hunter2"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestLoadingAgain is what SIGHUP does: files are read anew, and a file that
// broke meanwhile leaves the Config that is in use as it was.
func TestLoadingAgain(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "config.toml", minimal+"[[sources]]\nname = \"pingdom\"\nkind = \"pingdom\"\ntoken = \"file:token\"\nnext_token = \"file:next\"\n")
	write(t, "token", "first\n")
	write(t, "next", "second\n")
	before, err := Load("config.toml", environ)
	if err != nil {
		t.Fatal(err)
	}
	write(t, "token", "third")
	after, err := Load("config.toml", environ)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove("token"); err != nil {
		t.Fatal(err)
	}
	if c, err := Load("config.toml", environ); err == nil || c != nil {
		t.Error("a broken file was loaded")
	}
	for c, want := range map[*Config][]string{before: {"first", "second"}, after: {"third", "second"}} {
		for i, token := range c.Sources[0].Tokens() {
			if !token.Equal(want[i]) {
				t.Errorf("token %d is %q, want %q", i, token.Reveal(), want[i])
			}
		}
	}
}

func TestTheRulesGetTheirOwnWords(t *testing.T) {
	c := loads(t, minimal+`
[access]
admins = ["amherst/U0ADMIN"]
responders = ["amherst/group:S0ONCALL"]

[[slack]]
name = "amherst"
bot_token = "hunter2"
app_token = "xapp-hunter2"
ops_channel = "C0OPS"

[[services]]
id = "learn"
name = "Learn System"
aliases = ["bb"]
group = "Teaching"
depends_on = ["network"]

[[services]]
id = "network"
`)
	if _, found := c.Catalog().Find("BB"); !found {
		t.Error("the catalog does not know an alias")
	}
	want := []desk.Service{
		{ID: "learn", Name: "Learn System", Aliases: []string{"bb"}, Group: "Teaching", DependsOn: []desk.ServiceID{"network"}, AutoImpact: desk.Major, AutoResolveAfter: 10 * time.Minute},
		{ID: "network", Name: "network", AutoImpact: desk.Major, AutoResolveAfter: 10 * time.Minute},
	}
	if diff := cmp.Diff(want, c.Catalog().Services()); diff != "" {
		t.Error("want -, got +\n" + diff)
	}
	oncall := desk.Actor{Person: desk.Person{Connection: "amherst", ID: "U0ELSE"}, Groups: []string{"group:S0ONCALL"}}
	if role := desk.Access(c.Access).RoleOf(oncall); role != desk.Responder {
		t.Errorf("somebody on call is %v", role)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "long.toml", minimal+strings.Repeat("#", maxFile))
	write(t, "latin1.toml", "[organization]\nname = \"Universit\xe4t\"\n")
	for file, want := range map[string]string{
		"nowhere.toml": "nowhere.toml: cannot read the configuration: no such file or directory: name yours before the command, as in bot --config FILE do status; a new one begins as a copy of config.example.toml",
		".":            ".: cannot read the configuration: is a directory",
		"long.toml":    "long.toml: cannot read the configuration: it is longer than 1048576 bytes",
		"latin1.toml":  "latin1.toml:2:18: this is not TOML: invalid UTF-8 character in basic string: the file must be UTF-8",
	} {
		_, err := Load(file, environ)
		if fmt.Sprint(err) != want {
			t.Errorf("got  %v\nwant %v", err, want)
		}
	}
}

// Who copied files as root for a bot of another account reads which account may not.
func TestFilesOfAnotherAccount(t *testing.T) {
	want := fmt.Sprintf("the account that bot runs as (here uid %d) has to be able to read it, and to enter its folder", os.Geteuid())
	forbidden := &os.PathError{Op: "open", Path: "config.toml", Err: syscall.EACCES}
	if got := hintUnread(forbidden); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := hintUnread(&os.PathError{Op: "read", Path: "config.toml", Err: syscall.EIO}); got != "" {
		t.Errorf("a disk that fails: %q", got)
	}
	if os.Geteuid() == 0 {
		return // root reads all
	}
	t.Chdir(t.TempDir())
	write(t, "config.toml", strings.Replace(minimal, "UMassOnline", "file:name", 1))
	write(t, "name", "UMassOnline")
	if err := os.Chmod("name", 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Load("config.toml", environ); !strings.Contains(fmt.Sprint(err), "file name: permission denied: "+want) {
		t.Errorf("a file that is named: %v", err)
	}
}

// Editors and shells of Windows begin a file with a mark of its encoding, which nobody sees.
func TestTheMarkOfAnEncodingIsNoPartOfAFile(t *testing.T) {
	const mark = "\ufeff"
	t.Chdir(t.TempDir())
	write(t, "config.toml", mark+minimal+"[mail]\nserver = \"mail.example.edu:587\"\nfrom = \"a@example.edu\"\nusername = \"a\"\npassword = \"file:password\"\n")
	write(t, "password", mark+"hunter2\r\n")
	c, err := Load("config.toml", environ)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Mail.Password.Reveal(); got != "hunter2" {
		t.Errorf("the file says %q", got)
	}
}

func TestMistakesSayTheirKey(t *testing.T) {
	t.Chdir("testdata/mistakes")
	_, err := Load("teams-connector.toml", environ)
	got, ok := err.(Mistakes)
	if !ok || len(got) != 2 || got[0].Key != "teams.workflows.url" || got[0].Line != 14 {
		t.Errorf("got %#v", err)
	}
}
