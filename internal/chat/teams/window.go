package teams

import (
	"sync"
	"time"
)

// What a bot may do in one thread ("Optimize your bot with rate limiting"; a channel
// counts as one).
const (
	inSecond = 7
	inHalf   = 60
	half     = 30 * time.Second
)

// windows count what was sent to each channel of late, to tell whose limit a 429 is: the
// answer does not say it.
type windows struct {
	mu   sync.Mutex
	sent map[string][]time.Time // newest last, at most inHalf
}

// count notes a call.
func (w *windows) count(channel string, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sent == nil {
		w.sent = map[string][]time.Time{}
	}
	all := append(w.sent[channel], now)
	w.sent[channel] = all[max(0, len(all)-inHalf):]
	if len(w.sent) > windowsKept {
		w.drop(now)
	}
}

// windowsKept is how many channels are counted before those that are quiet are dropped.
const windowsKept = 10_000

// drop forgets channels that nothing was sent to of late. It is called with mu held.
func (w *windows) drop(now time.Time) {
	for id, all := range w.sent {
		if now.Sub(all[len(all)-1]) > half {
			delete(w.sent, id)
		}
	}
}

// within reports whether a channel had less than its own limit: then a 429 is the whole
// connection's.
func (w *windows) within(channel string, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	second, recent := 0, 0
	for _, at := range w.sent[channel] {
		if now.Sub(at) < half {
			recent++
		}
		if now.Sub(at) < time.Second {
			second++
		}
	}
	return second < inSecond && recent < inHalf
}
