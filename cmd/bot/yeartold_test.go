package main

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
)

// end lets all trouble end, and looks through the whole year.
func (y *year) end() {
	y.outages = nil
	y.weather()
	if y.life == nil {
		y.down = append(y.down, desk.Period{From: y.down[len(y.down)-1].To, To: time.Now()})
		y.begin()
	}
	y.disturbed = time.Now()
	pass(2 * time.Hour)
	y.look()
	if p, err := y.bot.book.Pending(context.Background(), y.bot.db); err != nil || len(p.Untold) > 0 {
		y.wrong("still owed: %+v %v", p, err)
	}
	y.count()
	y.finish()
	synctest.Wait()
	n := 0
	for _, p := range y.places {
		n += y.readChannel(listener{id: p.ops, place: p})
		for _, h := range p.channels {
			n += y.readChannel(listener{id: h.id, place: p, hearer: h})
		}
	}
	for _, s := range y.subjects() {
		y.readCourse(s)
		y.tellCourse(s)
	}
	y.t.Logf("%d windows, %d incidents, %d posts, %d subjects", y.people.windows, y.people.incidents, n, len(y.record.told))
}

// count sees that as much happened as a year is to hold.
func (y *year) count() {
	windows, err := y.bot.journal.RecentWindows(context.Background(), time.Time{}, 0)
	if err != nil {
		y.wrong("read the windows: %v", err)
	}
	y.readSeries(windows)
	y.people.windows = len(windows) - len(y.people.series)
	if y.people.windows < y.atLeast || y.people.incidents < y.season.incidents || len(y.people.series) < y.season.series {
		y.wrong("only %d windows, %d series and %d incidents", y.people.windows, len(y.people.series), y.people.incidents)
	}
}

func (y *year) subjects() []desk.Subject {
	return slices.SortedFunc(maps.Keys(y.record.told), func(a, b desk.Subject) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Number, b.Number))
	})
}

// listener is a channel; hearer is nil for an ops channel.
type listener struct {
	id     slacktest.ChannelID
	place  *campusPlace
	hearer *hearer
}

const (
	// onTheWay is how long a post may be on its way to Slack.
	onTheWay = 10 * time.Second
	// loudest is how many posts of a day a channel may read beside its threads, and one of
	// ops.
	loudest, loudestOps = 25, 60
)

// readChannel reads all that was said in a channel in the year: nothing twice, nothing
// late, nothing out of order, nothing missing, and not too much. It returns how much.
func (y *year) readChannel(l listener) int {
	all := y.said(l.id)
	last, roots, days := map[desk.Subject]int{}, map[desk.Subject]post{}, map[string]int{}
	for _, p := range all {
		s := p.about
		if p.n <= last[s] {
			y.wrong("%s is told %s %d behind %d: %s", l.id, s, p.n, last[s], p.Text)
		}
		if p.isRoot() {
			if _, has := roots[s]; has {
				y.wrong("%s has two posts about %s: %s", l.id, s, p.Text)
			}
			roots[s] = p
		}
		if p.isRoot() || p.Broadcast {
			days[p.Posted.In(y.zone).Format(time.DateOnly)]++
		}
		y.readPost(l, p, last[s])
		last[s] = p.n
	}
	limit := loudest
	if l.hearer == nil {
		limit = loudestOps
	}
	for day, n := range days {
		if n > limit {
			y.wrong("%s reads %d posts on %s", l.id, n, day)
		}
	}
	for _, s := range y.subjects() {
		if s.Kind != desk.NoticeSubject {
			y.readSubject(l, s, roots, all)
		}
	}
	return len(all)
}

// readPost reads one post; before is what the channel had been told of its subject.
func (y *year) readPost(l listener, p post, before int) {
	told := y.record.told[p.about]
	a, known := told[p.n]
	if !known {
		y.wrong("%s is told %s %d, which was never to be told: %s", l.id, p.about, p.n, p.Text)
		return
	}
	for n, other := range told {
		if n > p.n && other.At.Before(p.Posted.Add(-onTheWay)) && (l.hearer == nil || other.Reach != desk.ReachOps) {
			y.wrong("%s is told %s %d at %s, when %d (%s, %s) had been announced: %s", l.id, p.about, p.n, p.Posted.In(y.zone).Format(time.DateTime), n, other.Kind, other.At.In(y.zone).Format(time.DateTime), p.Text)
		}
	}
	if l.hearer != nil && a.Snapshot.Incident != nil && a.Snapshot.Incident.Drill {
		y.wrong("%s is told of the drill %s", l.id, p.about)
	}
	if hour := p.Posted.In(y.zone).Hour(); a.Kind == desk.WindowReminded && (hour < 7 || hour >= 22) {
		y.wrong("%s is reminded of %s at night, at %s", l.id, p.about, p.Posted.In(y.zone).Format(time.DateTime))
	}
	if p.isRoot() {
		return
	}
	for n := before + 1; n <= p.n; n++ {
		if r := told[n].Reach; r == desk.ReachThread || r == desk.ReachChannel {
			return
		}
	}
	y.wrong("%s is told nothing new about %s: %s", l.id, p.about, p.Text)
}

// readSubject sees that a channel was told all that it was to be told of a subject.
func (y *year) readSubject(l listener, s desk.Subject, roots map[desk.Subject]post, all []post) {
	if l.hearer != nil && l.hearer.silent {
		return
	}
	course := y.record.about(s)
	for _, a := range course {
		if a.Reach != desk.ReachThread && a.Reach != desk.ReachChannel || a.At.After(y.until.Add(-time.Hour)) || !y.mustHear(l, a, roots) {
			continue
		}
		k := slices.IndexFunc(all, func(p post) bool { return p.about == s && p.n >= a.N })
		at := a.At.In(y.zone).Format(time.DateTime)
		switch {
		case k < 0 && (gaveWay(course, a) || y.record.became[s].Number > 0) && !y.calm(l, a.At):
		case k < 0:
			y.wrong("%s was never told of %s %d (%s, %s)", l.id, s, a.N, a.Kind, at)
		case all[k].Posted.After(a.At.Add(telling)) && y.calm(l, a.At):
			y.wrong("%s was told of %s %d (%s, %s) at %s", l.id, s, a.N, a.Kind, at, all[k].Posted.In(y.zone).Format(time.DateTime))
		}
	}
}

// calm reports whether nothing kept what was announced then from being told.
func (y *year) calm(l listener, at time.Time) bool {
	return !y.isDown(at, at.Add(telling)) && !y.isTroubled(l.place.team, at.Add(-settles), at.Add(telling))
}

// gaveWay reports whether what was announced was taken back, or became something else.
func gaveWay(course []desk.Announcement, a desk.Announcement) bool {
	last := course[len(course)-1].Snapshot
	return last.Scope().Retracted || last.Window != nil && last.Window.IsOver()
}

// mustHear reports whether a channel has to be told something.
func (y *year) mustHear(l listener, a desk.Announcement, roots map[desk.Subject]post) bool {
	sc := a.Snapshot.Scope()
	if sc.OpsOnly {
		return l.hearer == nil && (len(sc.Only) == 0 || slices.Contains(sc.Only, l.place.name))
	}
	of := a.Subject
	if i := a.Snapshot.Incident; i != nil && i.Window != 0 {
		of = desk.Subject{Kind: desk.WindowSubject, Number: i.Window}
	}
	for _, s := range []desk.Subject{a.Subject, of} {
		if root, has := roots[s]; has && root.Posted.Before(a.At) {
			return true
		}
	}
	if sc.Retracted {
		return false
	}
	return l.hearer == nil || l.hearer.hearsAt(a.At.Add(-time.Minute)) && l.hearer.hearsAt(a.At.Add(time.Hour))
}
