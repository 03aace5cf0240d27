package outbox

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var opsDeeds = []string{
	"declare", "declare", "declare", "say", "say", "say", "worse", "resolve", "reopen", "retract", "declare with grace",
	"vanish", "vanish", "return", "return meanwhile", "return meanwhile", "hold", "release", "restart", "subscribe",
}

// drawOpsCourse draws a course in which much comes at about the same time, and ops
// channels vanish and return.
func drawOpsCourse(rt *rapid.T) course {
	c := drawCourse(rt, opsDeeds)
	c.TwoOps, c.Late = true, false
	c.Steps = rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) step {
		ms := rapid.OneOf(rapid.IntRange(0, 30), rapid.IntRange(0, 30), rapid.IntRange(900, 4000)).Draw(rt, "ms")
		us := rapid.IntRange(1, 999).Draw(rt, "us")
		s := step{
			After: time.Duration(ms)*time.Millisecond + time.Duration(us)*time.Microsecond + 137*time.Nanosecond,
			Do:    rapid.SampledFrom(opsDeeds).Draw(rt, "do"),
			On:    rapid.IntRange(0, 4).Draw(rt, "on"),
		}
		if strings.HasPrefix(s.Do, "return") || s.Do == "vanish" {
			s.On = rapid.IntRange(3, 4).Draw(rt, "ops channel")
		}
		return s
	}), 4, 40).Draw(rt, "steps")
	return c
}

// Whatever happens to ops channels, at whatever moment announcements come that open them,
// the invariants hold, and at rest they were told what there was to be told.
func TestRandomCoursesOfOpsChannels(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		for _, p := range run(t, drawOpsCourse(rt)) {
			rt.Error(p)
		}
	})
}

// returnMeanwhile has a channel come back, and an incident be announced at one of the turns
// of the engine that follow, of which it hears later.
func (w *world) returnMeanwhile(s step, away map[string]bool) {
	id := []string{"a", "b", "c", "d", "ops"}[s.On]
	at := int64(s.After/time.Microsecond) % 20
	c := w.opened(len(w.state) + 1)
	var n atomic.Int64
	w.now(func() { delete(away, id) })
	w.meanwhile(func() {
		if n.Add(1) == at {
			w.announceLate(c)
		}
	})
	w.engine.Return(channel(id))
	w.pass(100 * time.Millisecond)
	w.meanwhile(nil)
	if n.Load() >= at && at > 0 {
		w.state[c.Incident.Subject()] = c.Incident
		w.engine.Poke(c.Incident.Subject())
	}
}

// meanwhile has something done at each turn of the engine from now on.
func (w *world) meanwhile(do func()) {
	if w.atTurns.Store(&do); w.looks == nil {
		w.looks = func() {
			if do := *w.atTurns.Load(); do != nil {
				do()
			}
		}
	}
}
