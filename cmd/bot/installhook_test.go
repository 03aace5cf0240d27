package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// hookInstaller may register no bot: she makes a workflow and an outgoing webhook as README
// says, and no more.
type hookInstaller struct {
	*teamsInstaller
	said []string // what she was answered by the webhook
}

// staff is the workflow in the channel of the IT staff.
const staff = teamstest.ChannelID("staff")

// Who owns a team, and may register no bot, gets from this checkout to posts by a workflow,
// and to an incident declared by an outgoing webhook, by doing what README says.
func TestInstallingAWorkflowAndAnOutgoingWebhookByTheREADME(t *testing.T) {
	t.Parallel()
	in := &hookInstaller{teamsInstaller: newTeamsInstaller(t)}
	in.teams.AddFlow(in.boston.ID, string(staff))
	in.values["[[teams]] ops_channel"] = strconv.Quote(string(staff))
	in.values["[[teams.workflows]] name"] = strconv.Quote(string(staff))
	in.values["[[teams.workflows]] url"] = strconv.Quote(in.teams.FlowURL(string(staff)))
	in.values["[[teams]] outgoing_secret"] = strconv.Quote(string(hookToken))
	for _, deed := range slices.Concat(in.reads("A workflow", 12), in.reads("An outgoing webhook", 9)) {
		in.does(deed)
	}
	if in.told != 4 {
		t.Errorf("the channels were told %d times, and README has her declare, take back, declare and resolve", in.told)
	}
	in.settled()
	in.tale.NothingElse()
}

// reads finds what there is to do in the steps under a heading, in order: at least so much.
// "Step 1 of a bot" stands for what is there.
func (in *hookInstaller) reads(heading string, least int) [][]string {
	in.t.Helper()
	section := in.section("Connect Teams")
	_, bot, _ := strings.Cut(section, "\n**A bot.**\n")
	first, _, _ := strings.Cut(bot, "\n2. ")
	_, steps, ok := strings.Cut(section, "\n**"+heading+".**\n")
	if !ok {
		in.t.Fatalf("README has no steps under %s", heading)
	}
	steps, _, _ = strings.Cut(steps, "\n**")
	steps = strings.Replace(steps, "do step 1 of a bot", first, 1)
	steps, _, _ = strings.Cut(steps, "\nThere are no forms.")
	return in.deeds(steps, "@Belltower ", "take the table `\\[\\[slack\\]\\]` out|`admins = \\[\\]`|send the bot SIGHUP|`/teams/boston/outgoing`", least)
}

// does does one thing.
func (in *hookInstaller) does(deed []string) {
	in.t.Helper()
	command, line, word := deed[1], deed[4], deed[5]
	switch {
	case strings.HasPrefix(command, "bot serve"):
		in.launch(in.shell(command))
	case strings.HasPrefix(command, "bot do "):
		in.runs(command)
		in.looks(command)
	case line != "":
		in.says(strings.TrimPrefix(line, "@Belltower "))
	case word == "`/teams/boston/outgoing`":
		in.teams.AddWebhook(itTeam, teamstest.Webhook{URL: in.public + strings.Trim(word, "`"), Token: hookToken})
	case word == "send the bot SIGHUP":
		in.hasReloaded()
	case word == "`admins = []`":
		in.printed(strings.Join(in.said, "\n"))
		in.teamsInstaller.does(deed)
	case deed[2] == "[[teams.workflows]]": // "such a table for each channel"
		in.teamsInstaller.does(deed)
		one := regexp.MustCompile(`\[\[teams\.workflows\]\].*\nname = .*\nurl = .*\n`)
		in.changes(one, fmt.Sprintf("${0}[[teams.workflows]]\nname = %q\nurl = %q\n", library, in.teams.FlowURL(string(library))))
	default:
		in.teamsInstaller.does(deed)
	}
}

// says mentions the webhook. Its answer is read by everybody.
func (in *hookInstaller) says(line string) {
	in.t.Helper()
	a, err := in.teams.Mention(in.t.Context(), teamstest.Line{Channel: lectures, User: tess, Text: line})
	if err != nil || a.Late || len(a.Problems) > 0 {
		in.t.Fatalf("%s: %v, late %v, status %d, %q", line, err, a.Late, a.Status, a.Problems)
	}
	in.said = append(in.said, in.tale.ExpectClaim(lectures, teamstest.Claim{AnyOrder: true}).Reads())
	in.looks(line)
}

// looks at the channels of the workflows before she goes on.
func (in *hookInstaller) looks(command string) {
	in.t.Helper()
	for verb, text := range map[string]string{"incident declare ": "This is a test", "incident retract ": "it was a mistake", "incident resolve ": "It was a test"} {
		if strings.Contains(command, verb) {
			in.tale.Expect(staff, text)
			in.tale.Expect(library, text)
			in.told++
		}
	}
}
