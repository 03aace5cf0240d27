package main

import (
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// A failure as people see it in Teams: the card in ops has buttons that work, who hears of
// checks has a post, and nobody else.
func TestAFailureAsPeopleSeeItInTeams(t *testing.T) {
	inTeamsBubble(t, func(t *testing.T, b *teamsBubble) {
		checks := teamstest.ChannelID("19:checks@thread.tacv2")
		b.tenancy.open(checks)
		b.more += watched
		b.restart()
		b.tale.Type(lectures, sam, "subscribe all")
		b.tale.Type(checks, tess, "subscribe all probes")
		b.pingdom(4711, "DOWN")
		pass(2 * time.Second)
		card := b.tale.Expect(tOps, "ALR-1 – Checks see a failure of Learn System since 4:00 AM EST")
		post := b.tale.Expect(checks, "Checks see a failure of Learn System since 4:00 AM EST")
		b.alertsite("error")
		pass(10 * time.Second)
		b.tale.ExpectEdit(card, "Seen by alertsite and pingdom")
		b.tale.ExpectEdit(post, "Seen by alertsite and pingdom")

		b.clicks(card, "Acknowledge ALR-1", "You look at ALR-1.")
		pass(10 * time.Second)
		b.tale.ExpectEdit(card, "Acknowledged by")
		b.clicks(card, "Declare an incident of ALR-1", "INC-1 is open: Learn System is partly not available.")
		pass(10 * time.Second)
		b.tale.Expect(tOps, "INC-1 – Learn System is partly not available")
		b.tale.Expect(lectures, "Learn System is partly not available")
		b.tale.ExpectEdit(card, "This is INC-1 now")
		b.tale.ExpectEdit(post, "This is INC-1 now")
		b.tale.NothingElse()
		b.aside()
		golden(t, "stories/alert in teams.txt", b.tenancy.transcripts(t, tOps, checks, lectures))
	})
}

// clicks presses a button of a card, and checks what it is answered.
func (b *teamsBubble) clicks(card teamstest.Message, label, want string) {
	b.t.Helper()
	if a := b.tale.Click(card, tess, label); !strings.Contains(a.Text, want) {
		b.t.Errorf("[%s] is answered:\n%s", label, a.Text)
	}
}

// A failure as people see it on Discord, with native options, completion and a form too.
func TestAFailureAsPeopleSeeItOnDiscord(t *testing.T) {
	const checks = discordtest.ID("900000000000001002")
	heard := func(l *lowell) {
		l.open(checks)
		l.more += watched
	}
	inDiscordBubble(t, func(d onDiscord) {
		monitor := func(c monitorCall) {
			d.t.Helper()
			if err := c.reaches(d.t.Context(), d.served); err != nil {
				d.t.Fatal(err)
			}
			pass(10 * time.Second)
		}
		d.reads(d.in(lowellTeach, stu, "/subscribe", "target: all"), "This channel hears")
		d.reads(d.in(checks, dora, "/subscribe", "target: all", "kinds: probes"), "This channel hears")
		monitor(fromPingdom(4711, "DOWN"))
		card := d.story.Expect(lowellOps, "ALR-1")
		post := d.story.Expect(checks, "Checks see a failure of Learn System")
		monitor(fromAlertSite("error"))
		d.story.ExpectEdit(card, "Seen by alertsite and pingdom")
		d.story.ExpectEdit(post, "Seen by alertsite and pingdom")

		d.offered("/probe show", "alert", "1", "ALR-1=ALR-1 – Learn System")
		d.reads(d.in(lowellOps, dora, "/probe show", "alert: ALR-1"), "HTTP Server Error 503", "HTTP error from web server")
		d.clicks(card, "Acknowledge ALR-1", "You look at ALR-1.")
		pass(10 * time.Second)
		d.story.ExpectEdit(card, "Acknowledged by")
		d.in(lowellOps, dora, "/probe declare", "alert: ALR-1")
		d.fills(discordtest.Fill{"impact": "critical", "title": "Nobody can log in"}, "INC-1 is open: Learn System is not available.")
		pass(10 * time.Second)
		d.story.Expect(lowellOps, "INC-1")
		d.story.Expect(lowellTeach, "Learn System is not available")
		d.story.ExpectEdit(card, "This is INC-1 now")
		d.story.ExpectEdit(post, "This is INC-1 now")
		golden(d.t, "stories/alert on discord.txt", d.transcripts(lowellOps, checks, lowellTeach))
	}, heard)
}

// What a line may go on with on the demo's page, about what checks see.
func TestLinesAboutChecksAreCompleted(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.watch(watched)
		b.pingdom(4711, "DOWN")
		pass(2 * time.Second)
		b.story.Expect(ops, "ALR-1")
		b.story.Expect("CHECKS", "Checks see a failure")
		for line, want := range map[string]string{
			"/probe mu": "mute", "/probe ack ": "ALR-1 learn", "/probe show alr": "ALR-1", "/probe mute le": "learn", "/probe mute learn 2": "2h",
			"/probe list l": "learn", "/probe alerts ": "", "/probe declare ALR-1 ": "", "/service sorry l": "learn", "/service sorry learn o": "on off", "/pro": "/probe",
		} {
			var got []string
			for _, c := range b.bot.complete(t.Context(), line) {
				got = append(got, c.Value)
			}
			if said := strings.Join(got, " "); !strings.HasPrefix(said, want) || want == "" && said != "" {
				t.Errorf("%q goes on with %q, want %q", line, said, want)
			}
		}
	})
}
