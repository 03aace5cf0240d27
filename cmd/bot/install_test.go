package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// installer knows nothing but what README says. She does what is written there, in
// the order in which it is written.
type installer struct {
	*world
	follower
	socket bool
	app    slackgo.Manifest
	at     slacktest.Workspace // where she installs it
}

const (
	newOps   = slacktest.ChannelID("CNORTHOPS")
	newLib   = slacktest.ChannelID("CNORTHLIB")
	newAdmin = slacktest.UserID("UINSTALLER")
)

// Who has nothing but this checkout and a Slack workspace gets from there to a post
// in a channel that subscribed by doing what README says, and no more.
func TestInstallingByTheREADME(t *testing.T) {
	for name, socket := range map[string]bool{"HTTP": false, "Socket Mode": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := newInstaller(t, socket)
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

func newInstaller(t *testing.T, socket bool) *installer {
	t.Helper()
	in := &installer{world: newWorld(t), socket: socket, at: slacktest.NewWorkspace("north")}
	in.slack.AddUser(in.at.Team, slacktest.User{ID: newAdmin, Name: "installer", TZ: "America/New_York"})
	for _, id := range []slacktest.ChannelID{newOps, newLib} {
		in.slack.AddChannel(in.at.Team, slacktest.Channel{ID: id, Name: strings.ToLower(string(id))})
	}
	in.follower = in.world.follower(map[string]string{
		"[[slack]] name": `"north"`, "[[slack]] ops_channel": strconv.Quote(string(newOps)),
		"[[slack]] bot_token":      strconv.Quote(string(in.at.Token)),
		"[[slack]] signing_secret": strconv.Quote(string(in.at.SigningSecret)),
		"[[slack]] app_token":      strconv.Quote(string(in.at.AppToken)),
	})
	return in
}

// reads finds what there is to do in the steps of README. By Socket Mode it is what the
// paragraph about that says otherwise.
func (in *installer) reads() [][]string {
	in.t.Helper()
	steps, otherwise, ok := strings.Cut(in.section("Connect Slack"), "**Socket Mode.**")
	if !ok {
		in.t.Fatal("README has no section Connect Slack with a paragraph on Socket Mode")
	}
	if in.socket {
		steps = in.bySocket(steps, otherwise)
	}
	return in.deeds(steps, "/[a-z]+ ", "\\*From a manifest\\*|\\*Install App\\*|`admins = \\[\\]`|SIGHUP|\\*Retry\\*", 15)
}

// bySocket changes the steps as the paragraph on Socket Mode says.
func (in *installer) bySocket(steps, otherwise string) string {
	in.t.Helper()
	print := regexp.MustCompile("In step 2 `(bot manifest .*?)`").FindStringSubmatch(otherwise)
	swap := regexp.MustCompile("(?s)In step 3.* write it as\\s+`(\\w+)` .*? in place of `(\\w+)`").FindStringSubmatch(otherwise)
	if print == nil || swap == nil || !strings.Contains(otherwise, "In step 5 there is no address to verify") {
		in.t.Fatalf("the paragraph on Socket Mode does not say what to do otherwise in steps 2, 3 and 5: %s", otherwise)
	}
	steps = regexp.MustCompile(`(?m)^ {7}bot manifest .*$`).ReplaceAllLiteralString(steps, "       "+print[1])
	in.values["[[slack]] "+swap[2]] = "" // the line goes
	steps = strings.ReplaceAll(steps, "`"+swap[2]+"`", "`"+swap[2]+"`, `"+swap[1]+"`")
	return strings.ReplaceAll(steps, "*Retry*", "")
}

// does does one thing.
func (in *installer) does(deed []string) {
	in.t.Helper()
	command, table, keys, line, word := deed[1], deed[2], deed[3], deed[4], deed[5]
	switch {
	case command != "":
		in.runs(command)
	case table != "":
		in.fillsRow(table, keys)
	case line != "":
		in.types(line)
	case word == "*From a manifest*":
		in.creates()
	case word == "*Install App*":
		in.at.Scopes = in.app.OAuthConfig.Scopes.Bot
		in.slack.AddWorkspace(in.at)
	case word == "*Retry*":
		if err := in.slack.VerifyURL(in.t.Context(), in.at.Team); err != nil {
			in.t.Error(err)
		}
	case word == "SIGHUP":
		in.hasReloaded()
		if in.socket {
			in.logs("by socket is under the new configuration", 1)
		}
	default: // the line of [access]
		in.isAdmin()
	}
}

// runs runs a line of code. One that serves goes on.
func (in *installer) runs(command string) {
	in.t.Helper()
	cmd := in.shell(command)
	if strings.HasPrefix(command, "bot serve") {
		in.launch(cmd)
		in.reached()
		return
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		in.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	if strings.HasPrefix(command, "cp ") { // what keeps this test on this machine
		in.fills("[[slack]]", "api_url", strconv.Quote(in.slack.APIURL()))
		in.staysHere()
	}
}

// creates has Slack make the app of manifest.json.
func (in *installer) creates() {
	in.t.Helper()
	text, err := os.ReadFile(filepath.Join(in.dir, "manifest.json"))
	if err != nil {
		in.t.Fatal(err)
	}
	checkManifest(in.t, string(text))
	if err := json.Unmarshal(text, &in.app); err != nil {
		in.t.Fatal(err)
	}
}

// reached has Slack reach the bot by the addresses of the app, as the proxy in front
// of public_url passes them on, or by its sockets.
func (in *installer) reached() {
	in.t.Helper()
	if in.socket {
		in.at = in.at.BySocket()
		in.slack.AddWorkspace(in.at)
		in.campus.amherst = in.at
		in.awaitSockets(in.t, 2)
		return
	}
	at := func(url string) string {
		path, ok := strings.CutPrefix(url, "https://bot.north.example.edu/")
		if !ok {
			in.t.Errorf("the app has the address %q", url)
		}
		return in.public + "/" + path
	}
	in.at.Commands = at(in.app.Features.SlashCommands[0].Url)
	in.at.Interactions, in.at.Events = at(in.app.Settings.Interactivity.RequestUrl), at(in.app.Settings.EventSubscriptions.RequestUrl)
	in.slack.AddWorkspace(in.at)
}

// types types a line in Slack: what subscribes in a channel of the library, all else
// in the ops channel.
func (in *installer) types(line string) {
	in.t.Helper()
	word, _, _ := strings.Cut(line, " ")
	if word == "/invite" {
		if line != "/invite @"+in.app.Features.BotUser.DisplayName {
			in.t.Errorf("%s invites somebody else", line)
		}
		in.slack.ChangeChannel(newOps, func(ch *slacktest.Channel) { ch.Member = true })
		return
	}
	if !slices.ContainsFunc(in.app.Features.SlashCommands, func(c slackgo.ManifestSlashCommand) bool { return c.Command == word }) {
		in.t.Errorf("Slack does not offer %s", word)
	}
	channel := newOps
	if word == "/subscribe" {
		channel = newLib
	}
	read := in.story.Type(channel, newAdmin, line).Reply.Reads()
	for verb, text := range map[string]string{"/incident declare ": "This is a test", "/incident retract ": "it was a mistake"} {
		if strings.HasPrefix(line, verb) { // she looks before she goes on
			in.story.ExpectClaim(newOps, slacktest.Claim{Text: text})
			in.story.ExpectClaim(newLib, slacktest.Claim{Text: text})
			in.told++
		}
	}
	in.printed(read)
}
