package discord

import (
	"net/http"
	"sync/atomic"
	"time"
)

// clock is Discord's, by the time that its answers bear: ours may be wrong.
type clock struct{ ahead atomic.Int64 } // of ours, in ns; 0: not that anybody could tell

// note takes in an answer to a call that was made at begun and answered at ended, by our
// clock. The answer bears whole seconds, so that ours is ahead by that much at least.
func (k *clock) note(res *http.Response, begun, ended time.Time) {
	at, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return
	}
	ahead := max(begun.Sub(at.Add(time.Second)), 0)
	if behind := at.Sub(ended); behind > 0 {
		ahead = -behind
	}
	k.ahead.Store(int64(ahead))
}

// since is how long ago something was by Discord's clock, where at is now by ours.
func (k *clock) since(id snowflake, at time.Time) time.Duration {
	return at.Sub(timeOf(id)) - time.Duration(k.ahead.Load())
}
