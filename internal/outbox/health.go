package outbox

import (
	"context"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// health is whether a connection works. While it is down only a read that can do
// no harm is tried, then one send, then all; so an outage puts few sends in doubt.
type health struct {
	down  bool
	trial bool // the read got through; one send may try
	// failing are the channels of the failures in a row.
	failing map[string]bool
	locked  bool // the platform refuses the connection, and ops was told so
	lastOK  time.Time
	pause   time.Duration // between reads
	next    time.Time     // read
	reading bool
}

// tooMany failures in a row, of as many channels, say that it is the connection.
const tooMany = 5

// well reports whether sends get through, and one has since then.
func (h *health) well(since time.Time) bool {
	return !h.down && !h.trial && !h.lastOK.Before(since)
}

// note takes in how a call ended. What queues posts is a service by itself in each
// channel, whose failures say nothing of the connection.
func (h *health) note(now time.Time, c *call, f *chat.SendError) {
	switch {
	case c.job == nil, c.job.lane.abil.Queues:
	case f != nil && f.Limited:
	case f != nil && f.Outcome == chat.Locked:
		h.fall(now)
	case f != nil && (f.Outcome == chat.Unknown || f.Outcome == chat.NotSent):
		h.failed(now, c.job.lane.ch.ID)
	default:
		h.trial, h.locked, h.failing, h.pause, h.lastOK = false, false, nil, 0, now
	}
}

func (h *health) failed(now time.Time, channel string) {
	if h.failing == nil {
		h.failing = map[string]bool{}
	}
	h.failing[channel] = true
	if h.trial || len(h.failing) >= tooMany {
		h.fall(now)
	}
}

func (h *health) fall(now time.Time) {
	if h.down {
		return
	}
	h.down, h.trial = true, false
	h.pause = max(firstWait, min(longestWait, 2*h.pause))
	h.next = now.Add(h.pause)
}

// reach tries the connection while it is down, and channels that are gone.
func (l *line) reach(calls context.Context, now time.Time) {
	if l.held || l.health.reading {
		return
	}
	l.lookNow(now)
	if now.Before(l.pace[methodReach].until) {
		return
	}
	ch := desk.Channel{Connection: l.name}
	switch {
	case l.health.down && now.Before(l.health.next):
		return
	case !l.health.down:
		if ch.ID = l.goneDue(now); ch.ID == "" {
			return
		}
	}
	l.health.reading = true
	l.start(&call{method: methodReach, at: now, d: chat.Delivery{Channel: ch}, batch: newBatch(calls, 1)})
}

func (l *line) reachTime(now time.Time) time.Time {
	switch {
	case l.held || l.health.reading:
		return time.Time{}
	case l.health.down:
		return later(l.health.next, l.pace[methodReach].until)
	}
	at := time.Time{}
	for _, g := range l.gone {
		at = sooner(at, later(g.Next, l.pace[methodReach].until))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.looks[anyChannel] {
		at = sooner(at, l.lookedAll.Add(lookAllEvery))
	}
	return at
}

// goneDue returns a channel whose daily read is due.
func (l *line) goneDue(now time.Time) string {
	for c, g := range l.gone {
		if !now.Before(g.Next) {
			return c
		}
	}
	return ""
}

// lookNow has channels that are gone be read now, where something about them changed. Of
// one whose end is not on disk yet that waits.
func (l *line) lookNow(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.looks[anyChannel] && !now.Before(l.lookedAll.Add(lookAllEvery)) {
		l.lookedAll = now
		delete(l.looks, anyChannel)
		for id := range l.gone {
			l.lookAt(id, now)
		}
	}
	for id := range l.looks {
		if id != anyChannel && !l.vanishing[id] {
			l.lookAt(id, now)
			delete(l.looks, id)
		}
	}
}

func (l *line) lookAt(id string, now time.Time) {
	if g, gone := l.gone[id]; gone {
		g.Next = now
		l.gone[id] = g
	}
}

// reached takes in the answer to a harmless read.
func (l *line) reached(now time.Time, c *call, f *chat.SendError) {
	l.health.reading = false
	if id := c.d.Channel.ID; id != "" {
		l.lookedForGone(now, id, f)
		return
	}
	if f == nil {
		l.health.down, l.health.trial, l.health.failing = false, true, nil
		l.allDirty()
		l.about()
		return
	}
	l.health.pause = min(longestWait, 2*l.health.pause)
	l.health.next = now.Add(max(l.health.pause, f.After))
}
