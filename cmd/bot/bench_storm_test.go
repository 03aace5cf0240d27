package main

import (
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// asking types commands evenly, and notes how long each answer takes.
type asking struct {
	*ofAlerts
	b      *testing.B
	client *http.Client
	url    string
	n      int64
}

func (a *asking) ask() time.Duration {
	a.n++
	req := a.campus.signed(a.url, "/incident list", a.n)
	began := time.Now()
	if _, err := answered(a.client, req, "no open incidents"); err != nil {
		a.b.Fatal(err)
	}
	return time.Since(began)
}

// until asks twenty times a second until it is done.
func (a *asking) until(done *atomic.Bool) (took []time.Duration) {
	pace := time.NewTicker(50 * time.Millisecond)
	defer pace.Stop()
	for !done.Load() {
		<-pace.C
		took = append(took, a.ask())
	}
	return took
}

// calls has a fifth of the alerts told by a Pingdom in single calls, the others by an
// Alertmanager in calls of 20, evenly over a minute.
func (o *ofAlerts) calls(s *storm) {
	pingdom := o.bot
	pingdom.url, pingdom.token, pingdom.body = o.address+"/sources/pingdom", pingdomToken, pingdomCall
	pace := time.NewTicker(stormLasts / time.Duration(stormAlerts/stormBatch))
	defer pace.Stop()
	for range stormAlerts / stormBatch {
		<-pace.C
		states := s.batch(time.Now().UTC())
		var sending sync.WaitGroup
		single := func(from, to int) {
			for _, one := range states[from:to] {
				pingdom.tell([]stormState{one})
			}
		}
		sending.Go(func() { o.bot.tell(states[:20]) })
		sending.Go(func() { o.bot.tell(states[20:40]) })
		sending.Go(func() { single(40, 45) })
		sending.Go(func() { single(45, 50) })
		sending.Wait()
	}
}

// slowest is what all but one in a hundred are quicker than.
func slowest(of []time.Duration) time.Duration {
	of = slices.Sorted(slices.Values(of))
	return of[len(of)*99/100]
}

// BenchmarkAlertStorm tells a bot 10,000 alerts of 300 checks of 12 services in a minute, in
// calls of 20 and single ones, four at once. It reports the ratio of the median time of a
// command's answer to that of the bot when it is idle, and of the slowest in a hundred; the
// most memory that it held of its own; and the posts and edits that it made in two channels.
func BenchmarkAlertStorm(b *testing.B) {
	o, s := newOfAlerts(b, 5*time.Minute), newStorm(0.25)
	a := &asking{ofAlerts: o, b: b, client: newClient(), url: o.address + "/slack/amherst/commands"}
	var idle, busy []time.Duration
	var most float64
	for b.Loop() {
		var done atomic.Bool
		time.AfterFunc(10*time.Second, func() { done.Store(true) })
		idle = append(idle, a.until(&done)...)
		done.Store(false)
		var storming sync.WaitGroup
		storming.Go(func() { o.calls(s); done.Store(true) })
		busy = append(busy, a.until(&done)...)
		storming.Wait()
		most = max(most, o.process.rssAnon(b))
		time.Sleep(lastEdits)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(median(busy))/float64(median(idle)), "x-idle-p50")
	b.ReportMetric(float64(slowest(busy))/float64(slowest(idle)), "x-idle-p99")
	b.ReportMetric(float64(median(busy).Microseconds()), "p50-us")
	b.ReportMetric(most, "MiB")
	b.ReportMetric(float64(o.count(false))/float64(b.N), "posts")
}
