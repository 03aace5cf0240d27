package discord_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat/discord"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/config"
)

func TestACheckNamesWhatIsMissing(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*world)
		conf   func(*config.Discord)
		want   []string
	}{
		{"all is well", func(*world) {}, nil, nil},
		{"token", func(*world) {}, func(c *config.Discord) { c.BotToken = config.NewSecret("wrong") }, []string{"true discord.bot_token Discord does not take it (401: Unauthorized)"}},
		{"another application", func(*world) {}, func(c *config.Discord) { c.ApplicationID = "123" }, []string{"true discord.application_id the token is of application"}},
		{"another key", func(*world) {}, func(c *config.Discord) {
			c.PublicKey, c.NextPublicKey = discordtest.NewApplication("boston").PublicKey(), ""
		}, []string{"true discord.public_key Discord signs with another key"}},
		{"the gateway, but a URL", func(*world) {}, func(c *config.Discord) { c.Gateway = true }, []string{"true discord.gateway Discord sends interactions to http://bot.example/discord/lowell/interactions and none"}},
		{"no URL", func(w *world) { w.at.URL = ""; w.fake.AddApplication(w.at) }, nil, []string{"true discord.gateway Discord has no interactions endpoint URL"}},
		{"public", func(w *world) { w.at.Public = true; w.fake.AddApplication(w.at) }, nil, []string{"false discord.application_id everybody may add the bot"}},
		{"no such channel", func(*world) {}, func(c *config.Discord) { c.OpsChannel = gone }, []string{"true discord.ops_channel the channel 1005 cannot be read (Unknown Channel (10003))"}},
		{"a category", func(w *world) { w.fake.ChangeChannel(ops, func(c *discordtest.Channel) { c.Kind = 4 }) }, nil, []string{
			"true discord.ops_channel nothing can be posted in the channel 1001: it is a category"}},
		{"permissions", func(w *world) {
			w.fake.ChangeChannel(ops, func(c *discordtest.Channel) { c.Deny = discordtest.EmbedLinks | discordtest.ReadMessageHistory })
		}, nil, []string{"true discord.ops_channel in the channel 1001 the bot lacks the permission Embed Links", "false discord.ops_channel in the channel 1001 the bot lacks the permission Read Message History"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			tc.change(w)
			w.conf = tc.conf
			var got []string
			for i, f := range w.connect(w.fake.Transport()).Check(t.Context(), discord.Asked{}) {
				says := fmt.Sprintf("%v %s %s", f.Wrong, f.Key, f.Text)
				if i < len(tc.want) && strings.HasPrefix(says, tc.want[i]) {
					says = tc.want[i]
				}
				got = append(got, says)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Who is named and is not there, and who subscribes and hears nothing, is a line each; a
// server is asked for once.
func TestACheckLooksAtPeopleRolesAndChannels(t *testing.T) {
	w := newWorld(t)
	w.fake.ChangeGuild("900", func(g *discordtest.Guild) { g.Roles = []discordtest.ID{"991"} })
	w.fake.ChangeChannel(library, func(c *discordtest.Channel) { c.Deny = discordtest.SendMessages })
	w.fake.ChangeChannel(news, func(c *discordtest.Channel) { c.Kind = 15 })
	var got []string
	for _, f := range w.bot.Check(t.Context(), discord.Asked{
		Admins: []string{ann, "999"}, Responders: []string{"role:991", "role:990", "role:900"}, Subscribed: []string{teaching, library, news, gone, direct},
	}) {
		got = append(got, fmt.Sprintf("%v %s %s", f.Wrong, f.Key, f.Text))
	}
	want := []string{
		"false access.admins lowell/999 is not in the server of the ops channel",
		"false access.responders the server of the ops channel has no role 990: if it is not one of another server, copy its id anew (Server Settings, Roles)",
		"true access.responders the role 900 is @everyone, so that everybody in the server would have this right",
		"false subscriptions nothing can be posted in the channel 1004: the bot lacks Send Messages; it subscribes, and hears nothing",
		"false subscriptions nothing can be posted in the channel 1003: it is a forum, where only its threads take posts; it subscribes, and hears nothing",
		"false subscriptions the channel 1005 cannot be read (Unknown Channel (10003)): it subscribes, and hears nothing",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	asked := 0
	for _, c := range w.fake.Log() {
		if c.Route == "guild.get" {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("the server was asked for %d times", asked)
	}
}

// Where Discord wants fewer calls the check ends and says so.
func TestACheckEndsAtALimit(t *testing.T) {
	w := newWorld(t)
	w.fake.FaultsAlways(discordtest.On{Route: "channel.get", Channel: teaching}, discordtest.Limited(5, "user"))
	found := w.bot.Check(t.Context(), discord.Asked{Subscribed: []string{library, teaching, gone}})
	if len(found) != 1 || found[0].Wrong || found[0].Text != "Discord wants fewer calls: 2 channels were not looked at" {
		t.Errorf("%+v", found)
	}
}

func TestTheInvitationAsksForWhatIsNeeded(t *testing.T) {
	want := fmt.Sprintf("https://discord.com/oauth2/authorize?client_id=42&scope=bot+applications.commands&permissions=%d", discordtest.Invited)
	if got := discord.Invite("42"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAConnectionShowsNoSecret(t *testing.T) {
	w := newWorld(t)
	w.showsNoSecret(fmt.Sprint(w.bot), fmt.Sprintf("%+v %#v %s %q %x", w.bot, w.bot, w.bot, w.bot, w.bot))
	if got := fmt.Sprintf("%v", w.bot); got != "Discord application lowell" {
		t.Error(got)
	}
	conf := config.Discord{Name: "lowell", PublicKey: "00ff", APIURL: "https://discord.com/api/v10"}
	if _, err := discord.New(conf, discord.Options{}); err == nil || !strings.Contains(err.Error(), "64 hex digits") {
		t.Error(err)
	}
}
