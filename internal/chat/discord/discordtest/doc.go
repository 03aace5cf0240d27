// Package discordtest is a fake Discord that keeps Discord's rules, for tests and
// benchmarks: the REST API, interactions over HTTP with their signatures and times, and
// everything that breaks. A program under test is pointed at [Server.APIURL].
//
//	fake := discordtest.New()
//	lowell := discordtest.NewApplication("lowell").At("http://127.0.0.1:8080")
//	fake.AddApplication(lowell)
//	fake.AddGuild(discordtest.Guild{ID: "900", Name: "Lowell"})
//	fake.AddChannel(discordtest.Channel{ID: "1001", Guild: "900", Name: "ops"})
//	fake.AddUser(discordtest.User{ID: "501", Name: "ann", Roles: []discordtest.ID{"991"}})
//	err := fake.Start() // then start the bot with fake.APIURL(), lowell.Token, lowell.PublicKey()
//
//	story := discordtest.NewStory(t, fake) // from here on, a post that nobody expects fails the test
//	fake.Faults(discordtest.On{Channel: "1001"}, discordtest.DropAfter())
//	story.Type("1001", "501", "/incident declare learn down")
//	story.Expect("1001", "INC-1")
//	t.Log(fake.Transcript("1001"))
//
// Inside testing/synctest do not Start it: give the bot [Server.Transport] and give the
// fake the bot's handler with [Server.ServeBot]; both work without a network.
//
// A rule taken from Discord names its page below docs.discord.com/developers.
// "Unconfirmed" marks what nobody documents; there the fake takes the answer that is the
// harder one for a client.
//
// The package's parts: world.go (who and where), snowflake.go, routes.go (how a call
// comes in), messages.go and threads.go (what was said), validate.go and
// components.go (what is taken), mentions.go and marks.go (what it does to readers), limits.go
// (429 and the ban), faults.go (everything that breaks), interaction.go, command.go,
// click.go and submit.go (Discord calling us), respond.go and webhook.go (our answers),
// commands.go (what is registered), claims.go and transcript.go (what a story expected
// and saw), bridge.go (HTTP without a network). [Server.Door] and [Server.Handle] are for
// a gateway.
package discordtest
