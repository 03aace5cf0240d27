package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// The people and places of stories in Teams. Their ids in the directory end in -object.
const (
	itTeam   = teamstest.TeamID("19:it@thread.tacv2")
	tOps     = teamstest.ChannelID("19:ops@thread.tacv2")
	lectures = teamstest.ChannelID("19:lectures@thread.tacv2")
	library  = teamstest.ChannelID("library") // a workflow's
	tess     = teamstest.UserID("29:tess")    // a responder
	sam      = teamstest.UserID("29:sam")     // a student
)

// tenancy is a fake Teams with one tenant, boston.
type tenancy struct {
	teams  *teamstest.Server
	boston teamstest.Tenant
}

// hookToken is what boston's outgoing webhook signs with.
var hookToken = teamstest.Secret(base64.StdEncoding.EncodeToString([]byte("the security token of the team..")))

func newTenancy(options ...teamstest.Option) tenancy {
	y := tenancy{teams: teamstest.New(options...), boston: teamstest.NewTenant("boston")}
	y.boston.App = "11111111-2222-3333-4444-555555555555"
	y.teams.AddTenant(y.boston)
	y.teams.AddTeam(y.boston.ID, teamstest.Team{ID: itTeam, Group: "it-group", Name: "IT", Installed: true, Members: []teamstest.UserID{tess, sam}})
	y.open(tOps, lectures)
	for _, who := range []teamstest.UserID{tess, sam} {
		y.teams.AddUser(y.boston.ID, teamstest.User{ID: who, Name: strings.ToUpper(string(who[3:4])) + string(who[4:]), Zone: "America/New_York"})
	}
	y.teams.AddFlow(y.boston.ID, string(library))
	return y
}

// open adds channels to the team.
func (y tenancy) open(ids ...teamstest.ChannelID) {
	for _, id := range ids {
		name, _, _ := strings.Cut(strings.TrimPrefix(string(id), "19:"), "@")
		y.teams.AddChannel(itTeam, teamstest.Channel{ID: id, Name: name})
	}
}

// section is the tenant in the configuration, once the fake is started: a bot, an outgoing
// webhook, a workflow.
func (y tenancy) section() string {
	return fmt.Sprintf(`
[[teams]]
name = "boston"
app_id = %q
app_secret = %q
tenant_id = %q
outgoing_secret = %q
ops_channel = %q
issuer = %q
openid_url = %q
token_url = %q
service_urls = [%q]

[[teams.workflows]]
name = "library"
url = %q
`, y.boston.App, string(y.boston.Secret), string(y.boston.ID), string(hookToken), string(tOps), teamstest.Issuer,
		y.teams.OpenIDURL(), y.teams.TokenURL(), y.teams.ServiceURL(), y.teams.FlowURL(string(library)))
}

// at sends what people do to a bot.
func (y *tenancy) at(base string) {
	y.boston = y.boston.At(base)
	y.teams.AddTenant(y.boston)
	y.teams.AddWebhook(itTeam, teamstest.Webhook{URL: base + "/teams/boston/outgoing", Token: hookToken})
}

// posted are the posts of the bot in a channel that everybody sees.
func (y tenancy) posted(id teamstest.ChannelID) []teamstest.Message {
	return slices.DeleteFunc(y.teams.Messages(id), func(m teamstest.Message) bool { return m.Bot == "" || m.To != "" })
}

// manyTeams are the ids of n channels of Teams.
func manyTeams(n int) []teamstest.ChannelID {
	ids := make([]teamstest.ChannelID, n)
	for i := range ids {
		ids[i] = teamstest.ChannelID(fmt.Sprintf("19:room%03d@thread.tacv2", i))
	}
	return ids
}

// teamsWorld is a tenant and a bot in a process of its own, without Slack.
type teamsWorld struct {
	*world
	tenancy
	tale       *teamstest.Story
	campusMore string // of its [[campuses]]
}

func newTeamsWorld(t *testing.T, options ...teamstest.Option) *teamsWorld {
	t.Helper()
	w := &teamsWorld{world: newWorld(t), tenancy: newTenancy(options...)}
	if err := w.teams.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.teams.Close() })
	w.tale = teamstest.NewStory(t, w.teams)
	t.Cleanup(func() { // before the story looks at what was said
		if w.cmd != nil {
			w.kill()
		}
	})
	return w
}

// accessOfBoston is the access list: tess responds, where a test does not say otherwise.
func (w *teamsWorld) accessOfBoston() string {
	if strings.Contains(w.access, "amherst/") {
		return `responders = ["boston/tess-object"]`
	}
	return w.access
}

func (w *teamsWorld) config() string {
	head, rest, _ := strings.Cut(w.world.config(), "[[slack]]")
	_, services, _ := strings.Cut(rest, "[[services]]")
	head = strings.NewReplacer(`connections = ["amherst"]`, "connections = [\"boston\"]\n"+w.campusMore, w.campus.access, w.accessOfBoston()).Replace(head)
	return head + "[[services]]" + services + w.section() + unhurried
}

// serve runs the bot and has Teams know its address.
func (w *teamsWorld) serve() {
	w.t.Helper()
	w.startWith(w.config())
	w.at(w.public)
}

// types types a line as somebody who alone reads the answer, and returns what they read.
func (w *teamsWorld) types(id teamstest.ChannelID, who teamstest.UserID, line, read string) teamstest.Message {
	w.t.Helper()
	w.tale.Type(id, who, line)
	return w.tale.ExpectClaim(id, teamstest.Claim{Text: read, To: who, AnyOrder: true})
}

// times are the hours and dates of a transcript, in any of the forms it has, and spans.
var times = regexp.MustCompile(`(?:\w{3,9}, (?:\d{1,2} \w+ \d{4}|\w+ \d{1,2}, \d{4}), )?\d{1,2}:\d{2} [AP]M(?: E[SD]T)?|\(\d+ seconds?\)|\(less than a second\)`)

// messageIDs are milliseconds, in links.
var messageIDs = regexp.MustCompile(`\d{13}`)

// transcripts are what the channels look like, without times: what everybody sees, then
// what one person typed and read.
func (y tenancy) transcripts(t *testing.T, ids ...teamstest.ChannelID) string {
	var out strings.Builder
	for _, id := range ids {
		var private strings.Builder
		to := &out
		for line := range strings.Lines(y.teams.Transcript(id, zone(t))) {
			switch head, _, _ := strings.Cut(line, ":"); {
			case strings.HasPrefix(line, "   "): // it goes on
			case strings.Contains(line, " types: ") || strings.Contains(line, "(only to ") && !strings.HasPrefix(head, "--"):
				to = &private
			default:
				to = &out
			}
			to.WriteString(line)
		}
		out.WriteString(private.String() + "\n")
	}
	return messageIDs.ReplaceAllString(times.ReplaceAllString(out.String(), "TIME"), "ID")
}

// teamsBubble is the tenant beside the workspace of a bubble.
type teamsBubble struct {
	*bubble
	tenancy
	tale *teamstest.Story
}

// inTeamsBubble tells a story on fake time of a bot that speaks in both.
func inTeamsBubble(t *testing.T, tell func(t *testing.T, b *teamsBubble), options ...teamstest.Option) {
	t.Helper()
	inBubble(t, func(t *testing.T, slack *bubble) {
		b := &teamsBubble{bubble: slack, tenancy: newTenancy(append(options, teamstest.WithClock(time.Now))...)}
		if err := b.teams.StartInProcess(); err != nil {
			t.Fatal(err)
		}
		b.tale = teamstest.NewStory(t, b.teams)
		b.more = b.section() + unhurried
		b.access = strings.Replace(b.access, `"amherst/UANN"`, `"amherst/UANN", "boston/tess-object"`, 1)
		b.transport = toEach{"teams.test": b.teams.Transport(), "": b.slack.Transport()}
		b.restart()
		tell(t, b)
		b.halt()
		b.bubble.stop = func() {}
		b.teams.Transport().CloseIdleConnections()
		if err := b.teams.Close(); err != nil {
			t.Error(err)
		}
	})
}

// restart stops the bot and starts it on the same store.
func (b *teamsBubble) restart() {
	b.t.Helper()
	b.halt()
	b.start()
	b.at("http://bot")
	b.teams.ServeBot(b.bot.public())
}

func (b *teamsBubble) halt() {
	b.teams.ServeBot(nil)
	b.stop()
}

// aside claims what was posted in Slack so far.
func (b *teamsBubble) aside() {
	for _, m := range b.story.Unclaimed() {
		b.story.ExpectClaim(m.Channel, slacktest.Claim{Where: func(o slacktest.Message) bool { return o.TS == m.TS }, AnyOrder: true})
	}
}

// toEach carries calls by host; "" is for all others.
type toEach map[string]http.RoundTripper

func (t toEach) RoundTrip(r *http.Request) (*http.Response, error) {
	if over, ok := t[r.URL.Hostname()]; ok {
		return over.RoundTrip(r)
	}
	return t[""].RoundTrip(r)
}

// chat is a person's own chat with the bot, which they have begun.
func (w *teamsWorld) chat(who teamstest.UserID) teamstest.ChannelID {
	id := teamstest.ChannelID("a:" + strings.TrimPrefix(string(who), "29:"))
	w.teams.AddChat(w.boston.ID, teamstest.Channel{ID: id, Name: "chat", Kind: teamstest.Personal, User: who})
	return id
}

// mentions mentions the outgoing webhook, whose answer everybody reads.
func (w *teamsWorld) mentions(id teamstest.ChannelID, who teamstest.UserID, line, read string) {
	w.t.Helper()
	a, err := w.teams.Mention(w.t.Context(), teamstest.Line{Channel: id, User: who, Text: line})
	if err != nil || a.Late || len(a.Problems) > 0 {
		w.t.Fatalf("%s: %v, late %v, %q", line, err, a.Late, a.Problems)
	}
	w.tale.ExpectClaim(id, teamstest.Claim{Text: read, AnyOrder: true, Where: func(m teamstest.Message) bool { return m.Via == "webhook" }})
}
