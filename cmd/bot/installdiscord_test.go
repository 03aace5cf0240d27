package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

// discordInstaller does what README says of Discord, and no more.
type discordInstaller struct {
	*discordWorld
	values map[string]string // what she fills in, as TOML, by table and key
	whoami string            // the line that it printed
	told   int
}

// Who has nothing but this checkout and a server on Discord gets from there to a post in a
// channel that subscribed by doing what README says.
func TestInstallingInDiscordByTheREADME(t *testing.T) {
	for name, byGateway := range map[string]bool{"gateway": true, "HTTP": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := newDiscordInstaller(t, byGateway)
			for _, deed := range in.reads() {
				in.does(deed)
			}
			if in.told != 2 {
				t.Errorf("the channels were told %d times, and README has her declare and take back", in.told)
			}
			in.settled()
			in.story.NothingElse()
		})
	}
}

func newDiscordInstaller(t *testing.T, byGateway bool) *discordInstaller {
	t.Helper()
	in := &discordInstaller{discordWorld: newDiscordWorld(t, byGateway)}
	in.discord.ChangeGuild(lowellGuild, func(g *discordtest.Guild) { g.Left = true }) // not invited yet
	in.values = map[string]string{
		"[organization] name": `"North University"`, "[organization] timezone": `"America/Chicago"`,
		"[organization] public_url": `"https://bot.north.example.edu"`,
		"[access] admins":           `[]`, "[access] responders": `[]`,
		"[[services]] id": `"learn"`, "[[services]] name": `"Learn System"`,
		"[[discord]] name": `"lowell"`, "[[discord]] application_id": strconv.Quote(string(in.app.ID)),
		"[[discord]] bot_token": strconv.Quote(string(in.app.Token)), "[[discord]] ops_channel": strconv.Quote(string(lowellOps)),
		"[[discord]] public_key": strconv.Quote(in.app.PublicKey()), "[[discord]] gateway": "false",
	}
	copied(t, in.in("config.example.toml"), "../../config.example.toml")
	return in
}

// reads finds what there is to do in the steps, in order. Over HTTP it is what the
// paragraph about that says otherwise.
func (in *discordInstaller) reads() [][]string {
	in.t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		in.t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Connect Discord\n")
	section, _, _ = strings.Cut(section, "\n## ")
	_, steps, _ := strings.Cut(section, "\n1. ")
	steps, otherwise, ok := strings.Cut(steps, "\n**Over HTTP.**")
	if !ok {
		in.t.Fatal("README has no section Connect Discord with a paragraph on HTTP")
	}
	if in.gateway == nil {
		steps = in.overHTTP(steps, otherwise)
	}
	deeds := regexp.MustCompile("(?m)^ {7}(\\S.*)$"+"|^   \\| `(\\[+\\w+\\]+)` \\| (`.*?`) \\|"+"|`(/[a-z]+ [^`]*)`"+
		"|(take the table `\\[\\[slack\\]\\]` out|switch \\*Public Bot\\* off|address of the first line|`admins = \\[\\]`|SIGHUP|`/discord/lowell/interactions`)").FindAllStringSubmatch(steps, -1)
	if len(deeds) < 20 {
		in.t.Fatalf("README says little of what to do: %q", deeds)
	}
	return deeds
}

// overHTTP changes the steps as the paragraph on HTTP says.
func (in *discordInstaller) overHTTP(steps, otherwise string) string {
	in.t.Helper()
	more := regexp.MustCompile("(?s)In\\s+step 2 fill in `(\\w+)` as well, .*? and set `(\\w+)` to `false`").FindStringSubmatch(otherwise)
	address := regexp.MustCompile("(?s)After step 6 write .*?(`/discord/lowell/interactions`)").FindStringSubmatch(otherwise)
	if more == nil || address == nil {
		in.t.Fatalf("the paragraph on HTTP does not say what to do otherwise in steps 2 and 6: %s", otherwise)
	}
	steps = strings.ReplaceAll(steps, "`bot_token`", "`bot_token`, `"+more[1]+"`, `"+more[2]+"`")
	return strings.Replace(steps, "\n7. ", "\n"+address[1]+"\n7. ", 1)
}

// does does one thing.
func (in *discordInstaller) does(deed []string) {
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
			in.writes(table, key, value)
		}
	case line != "":
		in.types(line)
	case strings.HasPrefix(word, "take the table"):
		in.changes(regexp.MustCompile(`(?ms)^\[\[slack\]\].*?^$`), "")
	case word == "switch *Public Bot* off":
		in.app.Public = false
		in.discord.AddApplication(in.app)
	case word == "address of the first line":
		in.invites()
	case word == "`/discord/lowell/interactions`":
		in.endpoint()
	case word == "SIGHUP":
		if err := in.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			in.t.Fatal(err)
		}
		in.logs("the configuration was loaded again", 1)
		if in.gateway != nil {
			in.logs("what comes by socket is under the new configuration too", 1)
		}
	default: // the line of [access]
		_, value, found := strings.Cut(in.whoami, " = ")
		if !found {
			in.t.Fatal("README has its reader write a line into [access] that nothing has printed")
		}
		in.writes("[access]", "admins", value)
	}
}

// runs runs a line of code: the go command in the checkout, all others in a folder of
// their own. One that serves goes on.
func (in *discordInstaller) runs(command string) {
	in.t.Helper()
	cmd := exec.Command("sh", "-c", "exec "+command)
	cmd.Dir = in.dir
	if strings.HasPrefix(command, "go ") {
		cmd.Dir = "../.."
	}
	bin := in.in("bin")
	cmd.Env = append(os.Environ(), "GOBIN="+bin, "GOFLAGS=-buildvcs=false", "PATH="+bin+":"+os.Getenv("PATH"))
	if strings.HasPrefix(command, "bot serve") {
		in.launch(cmd)
		if err := in.discord.AwaitCalls(in.t.Context(), discordtest.On{Route: "commands.put"}, 1); err != nil {
			in.t.Fatal(err)
		}
		if in.gateway != nil {
			in.awaitSessions(1)
		}
		return
	}
	out, err := cmd.CombinedOutput()
	if err != nil && in.gateway == nil && strings.HasSuffix(command, "--online") && strings.Contains(string(out), "has no interactions endpoint URL") {
		err = nil // what is done after step 6
	}
	if err != nil {
		in.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	if strings.HasPrefix(command, "cp ") { // what keeps this test on this machine
		in.writes("[[discord]]", "api_url", strconv.Quote(in.discord.APIURL()))
		in.writes("[http]", "listen", `"127.0.0.1:0"`)
		in.writes("[http]", "admin_listen", `"127.0.0.1:0"`)
		in.writes("[log]", "format", `"json"`)
	}
}

// writes gives a key of config.toml a value, and takes the mark of a comment away from it
// and its table.
func (in *discordInstaller) writes(table, key, value string) {
	in.t.Helper()
	in.changes(regexp.MustCompile(`(?ms)^(?:# )?(`+regexp.QuoteMeta(table)+`[^\n]*\n(?:[^\n[]+\n|[^\n[][^\n]*\n)*?)(?:# )?`+key+` = [^\n]*\n`),
		"${1}"+key+" = "+strings.ReplaceAll(value, "$", "$$")+"\n")
}

// changes changes config.toml.
func (in *discordInstaller) changes(what *regexp.Regexp, with string) {
	in.t.Helper()
	text, err := os.ReadFile(in.configPath())
	if err != nil {
		in.t.Fatal(err)
	}
	if !what.Match(text) {
		in.t.Fatalf("config.example.toml has no %s", what)
	}
	if err := os.WriteFile(in.configPath(), what.ReplaceAll(text, []byte(with)), 0o600); err != nil {
		in.t.Fatal(err)
	}
}

// invites opens the address that the manifest begins with.
func (in *discordInstaller) invites() {
	in.t.Helper()
	text, err := os.ReadFile(filepath.Join(in.dir, "commands.txt"))
	if err != nil {
		in.t.Fatal(err)
	}
	asked := regexp.MustCompile(`^https://discord\.com/oauth2/authorize\?client_id=(\d+)&scope=bot\+applications\.commands&permissions=(\d+)\n`).FindSubmatch(text)
	if asked == nil || string(asked[1]) != string(in.app.ID) {
		in.t.Fatalf("the manifest begins with %.200s", text)
	}
	may, err := strconv.ParseUint(string(asked[2]), 10, 64)
	if err != nil {
		in.t.Fatal(err)
	}
	in.discord.ChangeGuild(lowellGuild, func(g *discordtest.Guild) { g.Left, g.BotMay = false, may })
}

// endpoint saves the interactions endpoint, which Discord tries at once, as the proxy in
// front of public_url passes it on.
func (in *discordInstaller) endpoint() {
	in.t.Helper()
	in.app = in.app.At(in.public)
	in.discord.AddApplication(in.app)
	if a, err := in.discord.Ping(in.t.Context(), in.app.ID); err != nil || a.Status != 200 || len(a.Problems) > 0 {
		in.t.Fatalf("%d %v %v %s", a.Status, err, a.Problems, a.Body)
	}
	forged := in.discord.Signed(in.app.ID, []byte(`{"type":1}`), discordtest.Forgery{Key: discordtest.NewApplication("other").Key})
	if a, err := in.discord.Send(in.t.Context(), forged); err != nil || a.Status != 401 {
		in.t.Fatalf("what another signed is answered with %d, %v", a.Status, err)
	}
}

// types uses a command in Discord: what subscribes in a channel, all else in the ops
// channel.
func (in *discordInstaller) types(line string) {
	in.t.Helper()
	channel := lowellOps
	if strings.HasPrefix(line, "/subscribe") {
		channel = lowellTeach
	}
	option := regexp.MustCompile(` (\w+):`)
	words := option.Split(line, -1)
	var options []string
	for k, name := range option.FindAllStringSubmatch(line, -1) {
		options = append(options, name[1]+": "+words[k+1])
	}
	read := in.uses(in.t, discordtest.Command{Channel: channel, User: rick, Line: words[0]}, options...).Message.Reads()
	for verb, text := range map[string]string{"/incident declare ": "This is a test", "/incident retract ": "it was a mistake"} {
		if strings.HasPrefix(line, verb) { // she looks before she goes on
			in.story.Expect(lowellOps, text)
			in.story.Expect(lowellTeach, text)
			in.told++
		}
	}
	if printed := regexp.MustCompile(`admins = \[".*"\]`).FindString(read); printed != "" {
		in.whoami = printed
	}
}
