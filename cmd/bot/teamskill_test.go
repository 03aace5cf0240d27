package main

import (
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// SIGKILL eight times while 120 channels of Teams are told, with answers lost, timeouts,
// 502s, 412s and 429s mixed in. Teams lists no messages to bots, so what may have been sent
// cannot be looked up: no channel is left out, an opening or an end comes twice only where
// an answer was lost or the bot was killed, and then it says so; an update comes at most once, and the post shows it. Of two
// openings one is kept true to the end: nobody knows the other's id.
func TestKilledEightTimesDuringAFanOutToTeams(t *testing.T) {
	t.Parallel()
	w := newTeamsWorld(t)
	w.tale.Patience(3 * time.Minute)
	w.serve()
	channels := manyTeams(120)
	w.open(channels...)
	for _, id := range channels {
		w.types(id, sam, "subscribe all", "This channel hears")
	}
	const opened = "It began"
	k := &killed{teamsWorld: w, channels: channels}
	w.do("incident declare learn down")
	w.do("incident tell 1")
	k.during(teamstest.On{Method: teamstest.MethodCreate}, 3)
	k.everywhere(opened, k.twice)

	w.do("incident update 1 The disk is full.")
	w.do("incident tell 1")
	k.during(teamstest.On{Method: teamstest.MethodPost}, 2)
	k.everywhere("The disk is full", k.once)

	w.do("incident resolve 1 All is well again.")
	w.do("incident tell 1")
	k.during(teamstest.On{Method: teamstest.MethodCreate}, 3)
	k.everywhere("To the first post", k.twice)
	for _, id := range channels {
		for _, m := range w.posted(id) {
			w.tale.ExpectClaim(id, teamstest.Claim{Where: is(m), AnyOrder: true})
		}
		if shown := w.roots(id, "Resolved: Learn System is working again"); len(shown) != 1 {
			t.Errorf("%d posts in %s show the end:\n%s", len(shown), id, w.teams.Transcript(id, zone(t)))
		}
	}
	for _, m := range w.posted(tOps) {
		w.tale.ExpectClaim(tOps, teamstest.Claim{Where: is(m), AnyOrder: true})
	}
}

// killed is a bot that is killed while it tells many.
type killed struct {
	*teamsWorld
	channels []teamstest.ChannelID
	began    int // of the log, where this announcement does
	doubts   int // answers that were lost, and calls under way at a kill
}

// during kills and starts the bot so many times, each time after some calls of which every
// seventh or so goes wrong.
func (k *killed) during(on teamstest.On, times int) {
	k.t.Helper()
	k.teams.FaultsAtRandom(on, teamstest.Odds{Share: 0.15, Seed: 7}, teamstest.DropAfter(), teamstest.DropBefore(), teamstest.ErrorAfter(502),
		teamstest.ErrorBefore(502), teamstest.ErrorAfter(504), teamstest.Slow(12*time.Second, teamstest.StoreEarly),
		teamstest.Limited(1), teamstest.Limited(0), teamstest.Refused(412, "PreconditionFailed"))
	k.doubts, k.began = 0, len(k.teams.Log())
	done := k.teams.Count(on)
	for range times {
		done += 15
		if err := k.teams.AwaitCalls(k.t.Context(), on, done); err != nil {
			k.t.Fatal(err)
		}
		at := time.Now()
		k.kill()
		k.doubts += k.underWay(at)
		k.serve()
		done = k.teams.Count(on)
	}
	k.teams.ClearFaults()
	k.settled()
	k.doubts += k.lost()
}

// underWay are the posts whose answers were not on disk at a kill: none had come, or less
// than a moment before.
func (k *killed) underWay(at time.Time) (n int) {
	const moment = 300 * time.Millisecond
	for _, c := range k.teams.Log()[k.began:] {
		if c.At.Before(at) && (c.Done.IsZero() || c.Done.After(at.Add(-moment))) {
			n++
		}
	}
	return n
}

// lost are the answers that the bot did not get of what was posted all the same.
func (k *killed) lost() (n int) {
	for _, c := range k.teams.Log()[k.began:] {
		if strings.HasSuffix(c.Outcome, ", 201") || c.Outcome == "201" && c.Done.Sub(c.At) > 10*time.Second {
			n++
		}
	}
	return n
}

// everywhere checks that each channel has a post with a text, as often as it may.
func (k *killed) everywhere(text string, may func(id teamstest.ChannelID, posts []teamstest.Message)) {
	k.t.Helper()
	more := 0
	for _, id := range k.channels {
		posts := k.roots(id, text)
		if len(posts) == 0 {
			k.t.Errorf("%s was not told %q:\n%s", id, text, k.teams.Transcript(id, zone(k.t)))
			continue
		}
		may(id, posts)
		more += len(posts) - 1
	}
	if more > k.doubts {
		k.t.Errorf("%q came %d times too often, and %d answers were lost", text, more, k.doubts)
	}
	k.t.Logf("%q: %d of %d came again, %d in doubt", text, more, len(k.channels), k.doubts)
}

// once: an update never comes twice. One that may have come is left to the post, which
// shows it.
func (k *killed) once(id teamstest.ChannelID, posts []teamstest.Message) {
	k.t.Helper()
	replies := 0
	for _, m := range k.posted(id) {
		if m.Root != "" && strings.Contains(m.Summary, "The disk is full") {
			replies++
		}
	}
	if len(posts) > 1 || replies > 1 {
		k.t.Errorf("%s was told twice:\n%s", id, k.teams.Transcript(id, zone(k.t)))
	}
}

// twice: what comes again says that it may, and which incident it is about.
func (k *killed) twice(id teamstest.ChannelID, posts []teamstest.Message) {
	k.t.Helper()
	for _, m := range posts[1:] {
		if !strings.Contains(m.Reads(), "If you see this twice: it is one message about INC-1.") {
			k.t.Errorf("%s was told again without a reference:\n%s", id, k.teams.Transcript(id, zone(k.t)))
		}
	}
}

// roots are the bot's posts in a channel, replies apart, that read so now.
func (w *teamsWorld) roots(id teamstest.ChannelID, text string) (all []teamstest.Message) {
	for _, m := range w.posted(id) {
		if m.Root == "" && strings.Contains(m.Reads(), text) {
			all = append(all, m)
		}
	}
	return all
}

// is claims one message.
func is(m teamstest.Message) func(teamstest.Message) bool {
	return func(o teamstest.Message) bool { return o.ID == m.ID }
}
