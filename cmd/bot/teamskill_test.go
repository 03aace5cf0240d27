package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/outbox"
)

// SIGKILL eight times while 120 channels of Teams are told, with answers lost, timeouts,
// 502s, 412s and 429s mixed in. Teams lists no messages to bots, so what may have been sent
// cannot be looked up: no channel is left out; in one channel an opening or an end comes
// once more only for an answer that was lost there, or for a kill before its receipt was on
// disk, and only once for each, and then it says so; an update comes at most once, and the post shows it. Of two
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
	const opened, ended = "It began", "To the first post"
	k := &killed{teamsWorld: w, channels: append(channels, tOps)}
	creates := teamstest.On{Method: teamstest.MethodCreate}
	k.announces("incident declare learn down")
	k.during(creates, 2)
	k.whileItComesAgain(opened)
	k.rests()
	k.everywhere(opened, k.twice)

	k.announces("incident update 1 The disk is full.")
	k.during(teamstest.On{Method: teamstest.MethodPost}, 2)
	k.rests()
	k.everywhere("The disk is full", k.once)

	k.announces("incident resolve 1 All is well again.")
	k.during(creates, 2)
	k.whileItComesAgain(ended)
	k.rests()
	k.everywhere(ended, k.twice)
	for _, id := range k.channels {
		for _, m := range w.posted(id) {
			w.tale.ExpectClaim(id, teamstest.Claim{Where: is(m), AnyOrder: true})
		}
		if shown := w.roots(id, "Resolved: Learn System is working again"); len(shown) != 1 {
			t.Errorf("%d posts in %s show the end:\n%s", len(shown), id, w.teams.Transcript(id, zone(t)))
		}
	}
}

// killed is a bot that is killed while it tells many.
type killed struct {
	*teamsWorld
	channels []teamstest.ChannelID
	began    int // of the log, where this announcement does
	on       teamstest.On
	crashes  []crash
}

// crash is one kill: when the process after it was started, and whose receipt of the
// newest announcement was on disk.
type crash struct {
	next time.Time
	told map[teamstest.ChannelID]bool
}

// announces types a line that is to be told, and has it told at once.
func (k *killed) announces(line string) {
	k.t.Helper()
	k.began, k.crashes = len(k.teams.Log()), nil
	k.do(line)
	k.do("incident tell 1")
}

// during kills and starts the bot so many times, each time after some calls of which every
// seventh or so goes wrong; the answer to the first is lost.
func (k *killed) during(on teamstest.On, times int) {
	k.t.Helper()
	k.on = on
	k.teams.Faults(on, teamstest.DropAfter())
	k.teams.FaultsAtRandom(on, teamstest.Odds{Share: 0.15, Seed: 7}, teamstest.DropAfter(), teamstest.DropBefore(), teamstest.ErrorAfter(502),
		teamstest.ErrorBefore(502), teamstest.ErrorAfter(504), teamstest.Slow(12*time.Second, teamstest.StoreEarly),
		teamstest.Limited(1), teamstest.Limited(0), teamstest.Refused(412, "PreconditionFailed"))
	done := k.teams.Count(on)
	for range times {
		if err := k.teams.AwaitCalls(k.t.Context(), on, done+15); err != nil {
			k.t.Fatal(err)
		}
		k.crash()
		done = k.teams.Count(on)
	}
}

// whileItComesAgain kills and starts the bot as soon as a channel has a post with a text
// twice.
func (k *killed) whileItComesAgain(text string) {
	k.t.Helper()
	again := func(id teamstest.ChannelID) bool { return len(k.roots(id, text)) > 1 }
	err := k.teams.Wait(k.t.Context(), func() bool { return slices.ContainsFunc(k.channels, again) })
	if err != nil {
		k.t.Fatal(err)
	}
	k.crash()
}

// crash kills the bot and starts it, and notes what it had on disk in between.
func (k *killed) crash() {
	k.t.Helper()
	k.kill()
	told := k.onDisk()
	k.crashes = append(k.crashes, crash{time.Now(), told})
	k.serve()
}

// onDisk are the channels whose receipt of the newest announcement is in the store of a bot
// that does not run.
func (k *killed) onDisk() map[teamstest.ChannelID]bool {
	k.t.Helper()
	cfg, err := config.Load(k.configPath(), os.LookupEnv)
	if err != nil {
		k.t.Fatal(err)
	}
	db, err := openStore(cfg.Storage.Path, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	book, told := outbox.NewBook(), map[teamstest.ChannelID]bool{}
	book.SetPlaces(configured(cfg))
	d, err := book.Deliveries(k.t.Context(), db, desk.Subject{Kind: desk.IncidentSubject, Number: 1})
	if err := firstError(err, db.Close()); err != nil {
		k.t.Fatal(err)
	}
	for _, ch := range d.Channels {
		told[teamstest.ChannelID(ch.Channel.ID)] = ch.State == outbox.Told
	}
	return told
}

// rests waits until nothing is owed to anybody, and no call is under way.
func (k *killed) rests() {
	k.t.Helper()
	k.teams.ClearFaults()
	k.settled()
	runs := func(c teamstest.Call) bool { return c.Done.IsZero() }
	err := k.teams.Wait(k.t.Context(), func() bool { return !slices.ContainsFunc(k.teams.Log(), runs) })
	if err != nil {
		k.t.Fatal(err)
	}
}

// stored are the calls of this announcement in a channel that posted something, in order.
func (k *killed) stored(id teamstest.ChannelID) (all []teamstest.Call) {
	for _, c := range k.teams.Log()[k.began:] {
		if c.Method == k.on.Method && c.Channel == id && strings.HasSuffix(c.Outcome, "201") {
			all = append(all, c)
		}
	}
	return all
}

// lost reports whether the bot did not get the answer of a call that posted: another came
// in its place, or it came too late.
func lost(c teamstest.Call) bool { return c.Outcome != "201" || c.Done.Sub(c.At) > 10*time.Second }

// killedBetween reports whether the bot was killed after one post and before another
// while it had no receipt of the first on disk.
func (k *killed) killedBetween(id teamstest.ChannelID, one, next teamstest.Message) bool {
	return slices.ContainsFunc(k.crashes, func(c crash) bool {
		return one.Posted.Before(c.next) && !next.Posted.Before(c.next) && !c.told[id]
	})
}

// everywhere checks that each channel has a post with a text, as often as it may.
func (k *killed) everywhere(text string, may func(id teamstest.ChannelID, posts []teamstest.Message)) {
	k.t.Helper()
	most, more := 0, 0
	for _, id := range k.channels {
		posts := k.roots(id, text)
		if len(posts) == 0 {
			k.t.Errorf("%s was not told %q:\n%s", id, text, k.teams.Transcript(id, zone(k.t)))
			continue
		}
		may(id, posts)
		most, more = max(most, len(posts)), more+len(posts)-1
	}
	k.t.Logf("%q: %d came again in %d channels, at most %d in one", text, more, len(k.channels), most)
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

// twice: what comes again does so for an answer that was lost, or for a kill, and only once
// for each; and it says that it may, and which incident it is about.
func (k *killed) twice(id teamstest.ChannelID, posts []teamstest.Message) {
	k.t.Helper()
	if calls := k.stored(id); len(calls) != len(posts) {
		k.t.Errorf("%s has %d posts of %d calls:\n%s", id, len(posts), len(calls), k.teams.Transcript(id, zone(k.t)))
		return
	}
	for i, m := range posts[1:] {
		if one := posts[i]; !lost(k.stored(id)[i]) && !k.killedBetween(id, one, m) {
			k.t.Errorf("%s was told again, although the answer had come and no kill lost it:\n%s", id, k.teams.Transcript(id, zone(k.t)))
		}
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
