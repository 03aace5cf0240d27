package main

import (
	"encoding/json"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// teamsInstaller does what README says of a bot in Teams, and no more.
type teamsInstaller struct {
	*teamsWorld
	follower
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
	in.follower = in.world.follower(map[string]string{
		"[[teams]] name": `"boston"`, "[[teams]] app_id": strconv.Quote(in.boston.App), "[[teams]] tenant_id": strconv.Quote(string(in.boston.ID)),
		"[[teams]] app_secret": strconv.Quote(string(in.boston.Secret)), "[[teams]] ops_channel": strconv.Quote(string(tOps)),
	})
	return in
}

// reads finds what there is to do in the steps about a bot.
func (in *teamsInstaller) reads() [][]string {
	in.t.Helper()
	_, section, _ := strings.Cut(in.section("Connect Teams"), "\n**A bot.**\n")
	steps, _, ok := strings.Cut(section, "\n**A workflow.**")
	if !ok {
		in.t.Fatal("README has no section Connect Teams with steps for a bot")
	}
	return in.deeds(steps, "@Belltower ", "take the table `\\[\\[slack\\]\\]` out|\\*Upload an app\\*|`admins = \\[\\]`|SIGHUP|`/teams/boston/messages`", 20)
}

// does does one thing.
func (in *teamsInstaller) does(deed []string) {
	in.t.Helper()
	command, table, keys, line, word := deed[1], deed[2], deed[3], deed[4], deed[5]
	switch {
	case command != "":
		in.runs(command)
	case table != "":
		in.fillsRow(table, keys)
	case line != "":
		in.says(strings.TrimPrefix(line, "@Belltower "))
	case strings.HasPrefix(word, "take the table"):
		in.takesOutSlack()
	case word == "*Upload an app*":
		in.uploads()
	case word == "SIGHUP":
		in.hasReloaded()
	case word == "`admins = []`":
		in.isAdmin()
	}
}

// runs runs a line of code. One that serves goes on, and Teams reaches it by the messaging
// endpoint.
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
		in.fills("[[teams]]", "openid_url", strconv.Quote(in.teams.OpenIDURL()))
		in.fills("[[teams]]", "token_url", strconv.Quote(in.teams.TokenURL()))
		in.fills("[[teams]]", "service_urls", "["+strconv.Quote(in.teams.ServiceURL())+"]")
		in.staysHere()
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
	in.printed(read)
}
