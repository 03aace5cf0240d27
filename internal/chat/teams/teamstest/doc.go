// Package teamstest is a fake Microsoft Teams that keeps Teams' rules, for tests and
// benchmarks: the login service (OpenID metadata, keys with rotation, tokens), the Bot
// Connector's REST calls, and people who type, press buttons and fill in forms. It is a
// real HTTP server: a bot, in this process or another one, is pointed at [Server.OpenIDURL],
// [Server.TokenURL] and [Server.ServiceURL] and cannot tell the difference.
//
//	fake := teamstest.New(teamstest.WithLimits(teamstest.TeamsLimits()))
//	boston := teamstest.NewTenant("boston").At("http://127.0.0.1:8080")
//	fake.AddTenant(boston)
//	fake.AddTeam(boston.ID, teamstest.Team{ID: "19:it@thread.tacv2", Name: "IT", Installed: true})
//	fake.AddChannel("19:it@thread.tacv2", teamstest.Channel{ID: "19:ops@thread.tacv2", Name: "ops"})
//	fake.AddUser(boston.ID, teamstest.User{ID: "29:ann", Name: "Ann", Zone: "America/Chicago"})
//	err := fake.Start()
//
//	story := teamstest.NewStory(t, fake) // from here on, a post that nobody expects fails the test
//	fake.Faults(teamstest.On{Channel: "19:ops@thread.tacv2"}, teamstest.DropAfter())
//	story.Type("19:ops@thread.tacv2", "29:ann", "incident declare learn down")
//	story.Expect("19:ops@thread.tacv2", "INC-1")
//	story.NothingElse()
//
// Inside testing/synctest use [Server.StartInProcess], [Server.Transport] and
// [Server.ServeBot].
//
// The rules are those of learn.microsoft.com (Bot Connector REST reference, "Optimize your
// bot with rate limiting", "Universal Actions", "Send and receive targeted messages") and of
// what Microsoft's own Playground was seen to answer. "Unconfirmed" marks a behaviour that
// nobody documents; there the fake takes the answer that is the harder one for a client.
//
// The package's parts: place.go (who and where), login.go (keys and tokens), connector.go
// and conversations.go (calls of the bot), message.go and card.go (what was said), limits.go
// (429), flow.go and webhook.go (workflows and outgoing webhooks), faults.go (everything that breaks), inbound.go, activity.go, type.go, click.go,
// fill.go and event.go (Teams calling us), story.go and transcript.go (what a story expected
// and what it saw).
package teamstest
