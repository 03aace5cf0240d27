package main

import (
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// workspaces is a bot with amherst and n more, whose ops channels cannot be posted to.
func workspaces(b *testing.B, n int) *measured {
	b.Helper()
	c := newCampusOf(b)
	towns := c.towns(1, n+1)
	for _, t := range towns {
		c.slack.ChangeChannel(t.ops, func(ch *slacktest.Channel) { ch.Archived = true })
	}
	c.more = c.configs(towns)
	return measure(b, c, setup{path: filepath.Join(b.TempDir(), "t.db"), change: withGrace})
}

// held is the memory in use and the goroutines that there are.
func held() (heap, goroutines float64) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc), float64(runtime.NumGoroutine())
}

// quiet is long enough for each of a hundred connections to put away what was settled.
const quiet = 20 * time.Millisecond

// BenchmarkHundred times a declare on a bot of a hundred workspaces beside one on a bot
// of one; and says what a workspace more costs in memory and goroutines (the fake's
// part too), how long a hundred take to be built, and what they use while nothing
// happens.
func BenchmarkHundred(b *testing.B) {
	one := workspaces(b, 0)
	one.declareAndBack()
	heap, goroutines := held()
	began := time.Now()
	many := workspaces(b, 99)
	built := time.Since(began)
	many.declareAndBack()
	moreHeap, moreGoroutines := held()
	used := cpu()
	time.Sleep(time.Second)
	idle := cpu() - used
	declares := func(m *measured) time.Duration {
		var all []time.Duration
		for range perTurn / 8 {
			time.Sleep(quiet)
			took, _, _ := m.declareAndBack()
			all = append(all, took)
		}
		return median(all)
	}
	var p pairs
	for b.Loop() {
		for range turns {
			p.ours, p.bare = append(p.ours, declares(many)), append(p.bare, declares(one))
		}
	}
	p.report(b, "one")
	b.ReportMetric(float64(built.Microseconds())/1000, "start-ms")
	b.ReportMetric(float64(idle.Microseconds())/1000, "idle-ms/s")
	b.ReportMetric((moreHeap-heap)/99/1024, "kB/workspace")
	b.ReportMetric((moreGoroutines-goroutines)/99, "goroutines/workspace")
}
