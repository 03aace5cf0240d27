package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
)

// discordInstaller does what README says of Discord, and no more.
type discordInstaller struct {
	*discordWorld
	follower
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
	in.follower = in.world.follower(map[string]string{
		"[[discord]] name": `"lowell"`, "[[discord]] application_id": strconv.Quote(string(in.app.ID)),
		"[[discord]] bot_token": strconv.Quote(string(in.app.Token)), "[[discord]] ops_channel": strconv.Quote(string(lowellOps)),
		"[[discord]] public_key": strconv.Quote(in.app.PublicKey()), "[[discord]] gateway": "false",
	})
	return in
}

// reads finds what there is to do in the steps. Over HTTP it is what the
// paragraph about that says otherwise.
func (in *discordInstaller) reads() [][]string {
	in.t.Helper()
	_, steps, _ := strings.Cut(in.section("Connect Discord"), "\n1. ")
	steps, otherwise, ok := strings.Cut(steps, "\n**Over HTTP.**")
	if !ok {
		in.t.Fatal("README has no section Connect Discord with a paragraph on HTTP")
	}
	if in.gateway == nil {
		steps = in.overHTTP(steps, otherwise)
	}
	return in.deeds(steps, "/[a-z]+ ", "take the table `\\[\\[slack\\]\\]` out|switch \\*Public Bot\\* off|address of the first line|"+
		"`admins = \\[\\]`|SIGHUP|`/discord/lowell/interactions`", 20)
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
		in.fillsRow(table, keys)
	case line != "":
		in.types(line)
	case strings.HasPrefix(word, "take the table"):
		in.takesOutSlack()
	case word == "switch *Public Bot* off":
		in.app.Public = false
		in.discord.AddApplication(in.app)
	case word == "address of the first line":
		in.invites()
	case word == "`/discord/lowell/interactions`":
		in.endpoint()
	case word == "SIGHUP":
		in.hasReloaded()
		if in.gateway != nil {
			in.logs("what comes by socket is under the new configuration too", 1)
		}
	default: // the line of [access]
		in.isAdmin()
	}
}

// runs runs a line of code. One that serves goes on.
func (in *discordInstaller) runs(command string) {
	in.t.Helper()
	cmd := in.shell(command)
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
		in.fills("[[discord]]", "api_url", strconv.Quote(in.discord.APIURL()))
		in.staysHere()
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
	in.printed(read)
}
