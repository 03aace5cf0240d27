package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// teamsInstaller does what README says of a bot in Teams, and no more.
type teamsInstaller struct {
	*teamsWorld
	values map[string]string // what she fills in, as TOML, by table and key
	whoami string            // the line that it printed
	told   int
}

// Who has nothing but this checkout and a tenant gets from there to a post in a channel
// that subscribed by doing what README says.
func TestInstallingInTeamsByTheREADME(t *testing.T) {
	t.Parallel()
	in := newTeamsInstaller(t)
	for _, deed := range in.reads() {
		in.does(deed)
	}
	if in.told != 2 {
		t.Errorf("the channels were told %d times, and README has her declare and take back", in.told)
	}
	in.settled()
	in.tale.NothingElse()
}

func newTeamsInstaller(t *testing.T) *teamsInstaller {
	t.Helper()
	in := &teamsInstaller{teamsWorld: newTeamsWorld(t)}
	in.teams.ChangeTeam(itTeam, func(team *teamstest.Team) { team.Installed = false })
	in.values = map[string]string{
		"[organization] name": `"North University"`, "[organization] timezone": `"America/Chicago"`,
		"[organization] public_url": `"https://bot.north.example.edu"`,
		"[access] admins":           `[]`, "[access] responders": `[]`,
		"[[services]] id": `"learn"`, "[[services]] name": `"Learn System"`,
		"[[teams]] name": `"boston"`, "[[teams]] app_id": strconv.Quote(in.boston.App), "[[teams]] tenant_id": strconv.Quote(string(in.boston.ID)),
		"[[teams]] app_secret": strconv.Quote(string(in.boston.Secret)), "[[teams]] ops_channel": strconv.Quote(string(tOps)),
	}
	copied(t, filepath.Join(in.dir, "config.example.toml"), "../../config.example.toml")
	return in
}

// reads finds what there is to do in the steps about a bot, in order.
func (in *teamsInstaller) reads() [][]string {
	in.t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		in.t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Connect Teams\n")
	_, section, _ = strings.Cut(section, "\n**A bot.**\n")
	steps, _, ok := strings.Cut(section, "\n**A workflow.**")
	if !ok {
		in.t.Fatal("README has no section Connect Teams with steps for a bot")
	}
	deeds := regexp.MustCompile("(?m)^ {7}(\\S.*)$"+"|^   \\| `(\\[+\\w+\\]+)` \\| (`.*?`) \\|"+"|`(@Belltower [^`]*)`"+
		"|(take the table `\\[\\[slack\\]\\]` out|\\*Upload an app\\*|`admins = \\[\\]`|SIGHUP|`/teams/boston/messages`)").FindAllStringSubmatch(steps, -1)
	if len(deeds) < 20 {
		in.t.Fatalf("README says little of what to do: %q", deeds)
	}
	return deeds
}

// does does one thing.
func (in *teamsInstaller) does(deed []string) {
	in.t.Helper()
	command, table, keys, line, word := deed[1], deed[2], deed[3], deed[4], deed[5]
	switch {
	case command != "":
		in.runs(command)
	case table != "":
		for key := range strings.SplitSeq(strings.ReplaceAll(keys, "`", ""), ", ") {
			value, known := in.values[table+" "+key]
			if !known {
				in.t.Fatalf("README has its reader fill in %s of %s, and nobody knows with what", key, table)
			}
			in.fillsIn(table, key, value)
		}
	case line != "":
		in.says(strings.TrimPrefix(line, "@Belltower "))
	case strings.HasPrefix(word, "take the table"):
		in.changeFile(regexp.MustCompile(`(?ms)^\[\[slack\]\].*?^$`), "")
	case word == "*Upload an app*":
		in.uploads()
	case word == "SIGHUP":
		if err := in.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			in.t.Fatal(err)
		}
		in.logs("the configuration was loaded again", 1)
	case word == "`admins = []`":
		_, value, found := strings.Cut(in.whoami, " = ")
		if !found {
			in.t.Fatal("README has its reader write a line into [access] that nothing has printed")
		}
		in.fillsIn("[access]", "admins", value)
	}
}

// runs runs a line of code: the go command in the checkout, all others in a folder of
// their own. One that serves goes on, and Teams reaches it by the messaging endpoint.
func (in *teamsInstaller) runs(command string) {
	in.t.Helper()
	cmd := in.shell(command)
	if strings.HasPrefix(command, "bot serve") {
		in.launch(cmd)
		in.at(in.public)
		return
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		in.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	if strings.HasPrefix(command, "cp ") { // what keeps this test on this machine
		in.fillsIn("[[teams]]", "openid_url", strconv.Quote(in.teams.OpenIDURL()))
		in.fillsIn("[[teams]]", "token_url", strconv.Quote(in.teams.TokenURL()))
		in.fillsIn("[[teams]]", "service_urls", "["+strconv.Quote(in.teams.ServiceURL())+"]")
		in.fillsIn("[http]", "listen", `"127.0.0.1:0"`)
		in.fillsIn("[http]", "admin_listen", `"127.0.0.1:0"`)
		in.fillsIn("[log]", "format", `"json"`)
	}
}

// shell is a line of code as a shell runs it.
func (in *teamsInstaller) shell(command string) *exec.Cmd {
	cmd := exec.Command("sh", "-c", "exec "+command)
	cmd.Dir = in.dir
	if strings.HasPrefix(command, "go ") {
		cmd.Dir = "../.."
	}
	bin := filepath.Join(in.dir, "bin")
	cmd.Env = append(os.Environ(), "GOBIN="+bin, "GOFLAGS=-buildvcs=false", "PATH="+bin+":"+os.Getenv("PATH"))
	return cmd
}

// fillsIn gives a key of config.toml a value, and takes the mark of a comment away from it
// and its table.
func (in *teamsInstaller) fillsIn(table, key, value string) {
	in.t.Helper()
	line := regexp.MustCompile(`(?ms)^(?:# )?(` + regexp.QuoteMeta(table) + `[^\n]*\n(?:[^\n[]+\n|[^\n[][^\n]*\n)*?)(?:# )?` + key + ` = [^\n]*\n`)
	in.changeFile(line, "${1}"+key+" = "+strings.ReplaceAll(value, "$", "$$")+"\n")
}

func (in *teamsInstaller) changeFile(where *regexp.Regexp, with string) {
	in.t.Helper()
	text, err := os.ReadFile(in.configPath())
	if err != nil {
		in.t.Fatal(err)
	}
	if !where.Match(text) {
		in.t.Fatalf("config.example.toml has nothing like %s", where)
	}
	if err := os.WriteFile(in.configPath(), where.ReplaceAll(text, []byte(with)), 0o600); err != nil {
		in.t.Fatal(err)
	}
}

// uploads has Teams install the package in the team, and tell the bot so if it runs.
func (in *teamsInstaller) uploads() {
	in.t.Helper()
	var m struct{ Bots []struct{ BotID string } }
	err := json.Unmarshal([]byte(inPackage(in.t, filepath.Join(in.dir, "belltower-teams.zip"), "manifest.json")), &m)
	if err != nil || len(m.Bots) != 1 || m.Bots[0].BotID != in.boston.App {
		in.t.Fatalf("%v: the package is of %+v", err, m)
	}
	in.teams.ChangeTeam(itTeam, func(team *teamstest.Team) { team.Installed = true })
}

// says mentions the bot: what subscribes in the channel of lectures, all else in ops.
func (in *teamsInstaller) says(line string) {
	in.t.Helper()
	channel, told := tOps, map[string]string{"incident declare ": "This is a test", "incident retract ": "it was a mistake"}
	if strings.HasPrefix(line, "subscribe ") {
		channel = lectures
	}
	in.tale.Type(channel, tess, line)
	read := in.tale.ExpectClaim(channel, teamstest.Claim{To: tess, AnyOrder: true}).Reads()
	for verb, text := range told {
		if strings.HasPrefix(line, verb) { // she looks before she goes on
			in.tale.Expect(tOps, text)
			in.tale.Expect(lectures, text)
			in.told++
		}
	}
	if printed := regexp.MustCompile(`admins = \[".*"\]`).FindString(read); printed != "" {
		in.whoami = printed
	}
}
