// Package slacktest is a fake Slack that keeps Slack's rules, for tests and
// benchmarks. It is a real HTTP server: a program under test, in this process
// or another one, is pointed at [Server.APIURL] and cannot tell the difference
// as far as the Web API methods named in methods.go, slash commands, buttons, forms, shortcuts,
// events and response_urls go.
//
//	fake := slacktest.New(slacktest.WithLimits(slacktest.SlackLimits()))
//	amherst := slacktest.NewWorkspace("amherst").At("http://127.0.0.1:8080")
//	fake.AddWorkspace(amherst)
//	fake.AddChannel(amherst.Team, slacktest.Channel{ID: "COPS", Name: "ops", Member: true})
//	fake.AddChannel(amherst.Team, slacktest.Channel{ID: "CTEACH", Name: "teaching", Member: true})
//	fake.AddUser(amherst.Team, slacktest.User{ID: "UANN", Name: "ann", TZ: "America/New_York"})
//	err := fake.Start() // then start the bot with fake.APIURL(), amherst.Token, amherst.SigningSecret
//
//	story := slacktest.NewStory(t, fake) // from here on, a post that nobody expects fails the test
//	fake.Faults(slacktest.On{Channel: "CTEACH"}, slacktest.DropAfter())
//	story.Type("COPS", "UANN", "/incident declare learn down")
//	story.Expect("COPS", "INC-1")
//	story.Expect("CTEACH", "Learn System is not available")
//	story.NothingElse()
//	t.Log(fake.Transcript("CTEACH", time.UTC))
//
// Inside testing/synctest use [Server.StartInProcess], give the bot
// [Server.Transport] and give the fake the bot's handler with
// [Server.ServeBot]: the same HTTP, over pipes that synctest understands.
//
// A rule taken from Slack names its page or report. "Unconfirmed" marks a
// behaviour that nobody documents; there the fake takes the answer that is the
// harder one for a client.
//
// The package's parts: workspace.go (who and where), messages.go and
// history.go (what was said), blocks.go (is it valid Block Kit), limits.go
// (429), faults.go and outage.go (everything that breaks), inbound.go,
// command.go, click.go, views.go, submit.go, event.go and hook.go (Slack calling us),
// sockets.go and socketscript.go (Socket Mode), claims.go and
// transcript.go (what a story expected and what it saw), light.go (almost free,
// for benchmarks).
package slacktest
