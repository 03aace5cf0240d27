package main

import (
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// typedMarks is what would call people, lead elsewhere, or format on one platform or another.
const typedMarks = `@everyone @here <@900000000000000503> <at>Sam</at> <!channel> [page](https://evil.example) *bold* _slanted_ ~~struck~~ ||hidden|| # Head <t:1:R> {{DATE(2026-11-22T06:00:00Z,SHORT)}}`

// typedEverywhere are the lines of somebody who types it wherever text is taken: told at
// first, said in threads, shown by edits, corrected, ended.
func typedEverywhere() []string {
	return []string{
		"incident declare learn down " + typedMarks[:110] + " | " + typedMarks,
		"incident update 1 identified: " + typedMarks,
		"incident title 1 Again " + typedMarks[20:120],
		"incident note 1 " + typedMarks,
		"incident edit 1 " + typedMarks + " (corrected)",
		"incident show 1",
		"incident timeline 1",
		"incident resolve 1 " + typedMarks,
		"incident declare learn down " + typedMarks[:110] + " | " + typedMarks,
		"incident retract 2 " + typedMarks,
		"window schedule learn in 80h for 3h " + typedMarks[:110] + " | " + typedMarks + " --yes",
		"window cancel 1 " + typedMarks + " --yes",
		"subscribe " + typedMarks,
	}
}

// acted fails where a platform acts on what was typed, rather than on what is ours: times,
// bold heads, links to the status page and to the first post.
func acted(t *testing.T, where string, marks []string) {
	t.Helper()
	for _, mark := range marks {
		for _, typed := range []string{"everyone", "here", "503>", "<at>", "!channel", "evil", "bold", "slanted", "struck", "hidden", "# ", "<t:1:", "2026-11-22"} {
			if strings.Contains(mark, typed) {
				t.Errorf("in %s the platform acts on %s", where, mark)
			}
		}
	}
}

// What people type in Teams is shown as they typed it and does nothing, in posts, threads,
// edits, answers and forms.
func TestTextTypedInTeamsStaysText(t *testing.T) {
	inTeamsBubble(t, func(t *testing.T, b *teamsBubble) {
		b.tale.Type(lectures, sam, "subscribe all")
		for _, line := range typedEverywhere() {
			b.tale.Type(tOps, tess, line)
			pass(20 * time.Second)
		}
		shown, edited := 0, 0
		for _, id := range []teamstest.ChannelID{tOps, lectures} {
			for _, m := range b.teams.Messages(id) {
				if m.Bot == "" {
					continue
				}
				acted(t, string(id), m.Marks())
				for _, before := range m.Edits {
					acted(t, string(id)+", before an edit", teamstest.Message{Card: before.Card}.Marks())
					edited++
				}
				if strings.Contains(m.Reads(), "slanted") {
					shown++
				}
			}
		}
		for _, m := range b.tale.Unclaimed() {
			b.tale.ExpectClaim(m.Channel, teamstest.Claim{Where: is(m), AnyOrder: true})
		}
		if shown < 15 || edited < 4 {
			t.Errorf("it stands in %d messages, %d were edited:\n%s", shown, edited, b.teams.Transcript(tOps, zone(t)))
		}
		b.aside()
	})
}

// The same on Discord.
func TestTextTypedOnDiscordStaysText(t *testing.T) {
	inDiscordBubble(t, func(d onDiscord) {
		d.reads(d.in(lowellTeach, stu, "/subscribe", "target: all"), "This channel hears")
		for _, line := range typedEverywhere() {
			d.in(lowellOps, dora, "/belltower "+line)
			pass(20 * time.Second)
		}
		shown, edited := 0, 0
		places := []discordtest.ID{lowellOps, lowellTeach}
		for _, id := range places[:2:2] {
			places = append(places, d.discord.Threads(id)...)
		}
		for _, id := range places {
			for _, m := range d.discord.Messages(id) {
				if !m.Bot {
					continue
				}
				acted(d.t, string(id), m.Marks())
				for _, e := range m.Edits {
					acted(d.t, string(id)+", before an edit", discordtest.Message{Content: e.Content, Embeds: e.Embeds}.Marks())
					edited++
				}
				if strings.Contains(m.Reads(), "slanted") {
					shown++
				}
			}
		}
		for _, m := range d.story.Unclaimed() {
			d.story.ExpectClaim(m.Channel, discordtest.Claim{Where: func(o discordtest.Message) bool { return o.ID == m.ID }, AnyOrder: true})
		}
		if shown < 15 || edited < 4 {
			d.t.Errorf("it stands in %d messages, %d were edited:\n%s", shown, edited, d.transcripts(places...))
		}
	})
}
