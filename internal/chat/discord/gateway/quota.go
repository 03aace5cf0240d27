package gateway

import (
	"slices"
	"time"
)

// How often a session may be begun: freely up to freeBegins within a day, then every
// slowGap. That is at most 100 + 24*60/2 = 820 a day, and Discord resets the token of who
// begins 1,000 ("Identifying"). quickGap is its max_concurrency of one in 5 s. Discord's own count,
// which knows of other processes and of the time before a restart, must leave spare; it is
// looked at again after lookAgain.
const (
	day        = 24 * time.Hour
	freeBegins = 100
	quickGap   = 5 * time.Second
	slowGap    = 2 * time.Minute
	spare      = 20
	lookAgain  = 10 * time.Minute
)

// quota counts the sessions that were begun within a day.
type quota struct{ begun []time.Time }

// add counts one.
func (q *quota) add(now time.Time) {
	q.begun = append(slices.DeleteFunc(q.begun, func(at time.Time) bool { return now.Sub(at) >= day }), now)
}

// after is how long to wait before the next one.
func (q *quota) after(now time.Time) time.Duration {
	if len(q.begun) == 0 {
		return 0
	}
	gap := quickGap
	if n := len(q.begun); n >= freeBegins && now.Sub(q.begun[n-freeBegins]) < day {
		gap = slowGap
	}
	return q.begun[len(q.begun)-1].Add(gap).Sub(now)
}
