package main

import (
	"container/heap"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage/storagetest"
)

// A year of an organization of five campuses: standing windows and moratoriums, planned
// work once and again and again, people who change their minds and people who forget,
// incidents, channels that come and go, a bot that is killed, stopped and away, and
// campuses whose Slack is down. Whatever happens, the promises are kept.
//
// BELLTOWER_YEAR_SEED tells another course, or one again; BELLTOWER_YEAR_LOG names a file that is
// written what happened.
func TestAYear(t *testing.T) {
	seed := uint64(1)
	if text := os.Getenv("BELLTOWER_YEAR_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	s := wholeYear
	if testing.Short() || raced {
		s = fewWeeks
	}
	liveThrough(t, s, seed)
}

// season is how much happens in what time.
type season struct {
	days                      int
	atLeast                   int // windows
	once, series, incidents   int
	kills, stops, outages     int
	subscriptions, quietLooks int
}

var (
	wholeYear = season{days: 365, atLeast: 120, once: 60, series: 4, incidents: 60, kills: 30, stops: 14, outages: 18, subscriptions: 40, quietLooks: 60}
	fewWeeks  = season{days: 42, atLeast: 15, once: 14, series: 2, incidents: 9, kills: 6, stops: 3, outages: 4, subscriptions: 8, quietLooks: 30}
)

// year is an organization through a season.
type year struct {
	bubble
	season
	seed  uint64
	until time.Time
	zone  *time.Location
	life  *life // nil: the bot is not running
	// disturbed is when something last was not as it should be: the bot down, a platform.
	disturbed time.Time
	down      []desk.Period // when the bot was not running
	troubled  atomic.Bool   // a platform is in trouble
	outages   []trouble
	places    []*campusPlace
	todo      deeds
	course    strings.Builder
	record    record
	people    people
}

// deed is something that somebody does at a time.
type deed struct {
	at    time.Time
	order int
	do    func()
}

type deeds []deed

func (d deeds) Len() int { return len(d) }
func (d deeds) Less(a, b int) bool {
	return d[a].at.Before(d[b].at) || d[a].at.Equal(d[b].at) && d[a].order < d[b].order
}
func (d deeds) Swap(a, b int) { d[a], d[b] = d[b], d[a] }
func (d *deeds) Push(x any)   { *d = append(*d, x.(deed)) }
func (d *deeds) Pop() any {
	last := (*d)[len(*d)-1]
	*d = (*d)[:len(*d)-1]
	return last
}

// liveThrough tells a season.
func liveThrough(t *testing.T, s season, seed uint64) {
	defer debug.SetGCPercent(debug.SetGCPercent(heapGrowth))
	y := &year{bubble: bubble{t: t, dir: storagetest.Dir(t)}, season: s, seed: seed, zone: zone(t)}
	y.record.made()
	defer func() {
		if t.Failed() {
			t.Logf("BELLTOWER_YEAR_SEED=%d tells it again", seed)
		}
		if path := os.Getenv("BELLTOWER_YEAR_LOG"); path != "" {
			if err := os.WriteFile(path, []byte(y.course.String()), 0o600); err != nil {
				t.Error(err)
			}
		}
	}()
	synctest.Test(t, func(t *testing.T) {
		y.t = t
		pass(time.Until(four))
		defer y.close()
		y.open()
		y.imagine()
		for len(y.todo) > 0 && y.todo[0].at.Before(y.until) {
			next := heap.Pop(&y.todo).(deed)
			time.Sleep(time.Until(next.at))
			next.do()
		}
		y.end()
	})
}

// close leaves nothing running.
func (y *year) close() {
	if y.life != nil {
		y.finish()
	}
	y.slack.Close()
}

// dice are those of one thing that happens: what is thrown there changes nothing elsewhere.
func (y *year) dice(what string, number int) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, what, number)
	return rand.New(rand.NewPCG(y.seed, h.Sum64()))
}

// between is a random length of time.
func between(d *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(d.Int64N(int64(most-least)))
}

// anyTime is a random moment of the season, not in its last days.
func (y *year) anyTime(d *rand.Rand) time.Time {
	return four.Add(between(d, time.Hour, time.Duration(y.days-4)*24*time.Hour))
}

func (y *year) at(at time.Time, do func()) {
	if now := time.Now(); at.Before(now) {
		at = now
	}
	y.people.deeds++
	heap.Push(&y.todo, deed{at, y.people.deeds, do})
}

func (y *year) in(d time.Duration, do func()) { y.at(time.Now().Add(d), do) }

// note writes down what happened.
func (y *year) note(format string, args ...any) {
	fmt.Fprintf(&y.course, time.Now().In(y.zone).Format("2006-01-02 15:04:05 ")+format+"\n", args...)
}

// wrong says what does not hold.
func (y *year) wrong(format string, args ...any) {
	y.t.Helper()
	text := fmt.Sprintf(format, args...)
	y.note("WRONG: %s", text)
	y.t.Errorf("%s: %s", time.Now().In(y.zone).Format("2006-01-02 15:04:05"), text)
	if y.people.wrongs++; y.people.wrongs > 30 {
		y.t.Fatal("and so on")
	}
}

// imagine plans what will happen.
func (y *year) imagine() {
	y.imaginePeople()
	y.imagineTroubles()
	d := y.dice("looks", 0)
	for range y.quietLooks {
		y.at(y.anyTime(d), y.look)
	}
	for at := four.Add(7 * 24 * time.Hour); at.Before(y.until); at = at.Add(7 * 24 * time.Hour) {
		y.at(at, y.harvest)
	}
}

// campusPlace is a campus: its channels and people.
type campusPlace struct {
	name     desk.ConnectionName
	team     slacktest.TeamID
	ops      slacktest.ChannelID
	channels []*hearer // beside ops
	who      slacktest.UserID
	student  slacktest.UserID
}

// hearer is a channel, with when it subscribed to all, and when no more.
type hearer struct {
	id     slacktest.ChannelID
	place  *campusPlace
	hears  []desk.Period
	silent bool // it wants to be told little: by edits, or not at night
}
