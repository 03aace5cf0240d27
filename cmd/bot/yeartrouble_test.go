package main

import (
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
)

// trouble is a campus (empty: all) whose Slack does not work.
type trouble struct {
	team  slacktest.TeamID
	when  desk.Period
	fault slacktest.Fault
	on    string // the method; empty: all
}

// weather is what Slack is like now: slow as ever, but for what is in trouble.
func (y *year) weather() {
	y.slack.ClearFaults()
	y.troubled.Store(len(y.outages) > 0)
	for _, o := range y.outages {
		y.slack.FaultsAlways(slacktest.On{Team: o.team, Method: o.on}, o.fault)
	}
	y.slack.FaultsAtRandom(slacktest.On{}, slacktest.Odds{Share: 1, Seed: y.seed},
		slacktest.Fault{}, slacktest.Slow(80*time.Millisecond, slacktest.StoreEarly), slacktest.Slow(300*time.Millisecond, slacktest.StoreLate))
}

// troubles are how Slack fails.
func troubles() []trouble {
	const post = "chat.postMessage"
	return []trouble{
		{fault: slacktest.ErrorBefore(503)},
		{fault: slacktest.ErrorAfter(500), on: post},
		{fault: slacktest.DropAfter(), on: post},
		{fault: slacktest.DropBefore()},
		{fault: slacktest.Limited(30)},
		{fault: slacktest.Limited(45), on: "chat.update"},
		{fault: slacktest.Slow(5*time.Second, slacktest.StoreLate)},
		{fault: slacktest.Fatal(), on: post},
	}
}

// imagineTroubles plans when the bot and its platform are not well.
func (y *year) imagineTroubles() {
	d := y.dice("troubles", 0)
	for range y.kills {
		away := between(d, 0, 20*time.Second)
		if d.IntN(3) == 0 {
			away = between(d, time.Minute, 6*time.Hour)
		}
		y.at(y.anyTime(d), func() { y.die(away) })
	}
	for range y.stops {
		away := between(d, 5*time.Second, 40*time.Minute)
		if d.IntN(4) == 0 {
			away = between(d, 2*time.Hour, 26*time.Hour)
		}
		y.at(y.anyTime(d), func() { y.rest(away) })
	}
	for range y.season.outages {
		o := troubles()[d.IntN(len(troubles()))]
		begin := y.anyTime(d)
		o.when = desk.Period{From: begin, To: begin.Add(between(d, 2*time.Minute, 7*time.Hour))}
		if d.IntN(3) > 0 {
			o.team = y.places[d.IntN(len(y.places))].team
		}
		y.at(o.when.From, func() { y.fail(o) })
	}
}

// fail takes the Slack of a campus down, and up again when it is time.
func (y *year) fail(o trouble) {
	y.note("trouble in %q until %s: %+v", o.team, o.when.To.In(y.zone).Format("15:04:05"), o.fault)
	y.outages = append(y.outages, o)
	y.people.outages = append(y.people.outages, o)
	y.weather()
	y.at(o.when.To, func() {
		y.outages = slices.DeleteFunc(y.outages, func(other trouble) bool { return other.when == o.when })
		y.disturbed = time.Now()
		y.note("trouble in %q is over", o.team)
		y.weather()
	})
}

// die kills the bot, and starts it again after a while.
func (y *year) die(away time.Duration) {
	if y.life == nil {
		return
	}
	y.note("killed for %s", away.Round(time.Second))
	y.kill()
	y.goneFor(away)
}

// rest stops it.
func (y *year) rest(away time.Duration) {
	if y.life == nil {
		return
	}
	y.note("stopped for %s", away.Round(time.Second))
	y.finish()
	y.goneFor(away)
}

func (y *year) goneFor(away time.Duration) {
	left := time.Now()
	y.in(away, func() {
		y.note("started")
		y.down = append(y.down, desk.Period{From: left, To: time.Now()})
		y.disturbed = time.Now()
		y.begin()
	})
}

// mayDie kills it now and then while it tells what was just said.
func (y *year) mayDie() {
	d := y.dice("dies", y.people.said)
	if y.people.said++; d.IntN(25) == 0 {
		soon := between(d, 0, 1500*time.Millisecond)
		y.in(soon, func() { y.die(between(d, 0, 10*time.Second)) })
	}
}

// isDown reports whether the bot was not running at any time between two moments.
func (y *year) isDown(from, to time.Time) bool {
	for _, p := range y.down {
		if p.Overlaps(desk.Period{From: from, To: to.Add(1)}) {
			return true
		}
	}
	return y.life == nil
}

// upAgain is when the bot ran at t, or next after it.
func (y *year) upAgain(t time.Time) time.Time {
	for _, p := range y.down { // in order
		if !t.Before(p.From) && t.Before(p.To) {
			t = p.To
		}
	}
	return t
}

// isTroubled reports whether the Slack of a campus was in trouble between two moments.
func (y *year) isTroubled(team slacktest.TeamID, from, to time.Time) bool {
	for _, o := range y.people.outages {
		if (o.team == "" || o.team == team) && o.when.Overlaps(desk.Period{From: from, To: to.Add(1)}) {
			return true
		}
	}
	return false
}
