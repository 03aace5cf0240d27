package slacktest

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/time/rate"
)

// Rate is Count calls in every Per, with up to Burst at once (at least 1).
// The zero Rate does not limit.
type Rate struct {
	Count int
	Per   time.Duration
	Burst int
}

// Limits are token buckets. The zero Limits limit nothing.
type Limits struct {
	Method      map[string]Rate // per method and workspace
	Channel     Rate            // chat.postMessage, per channel
	Workspace   Rate            // chat.postMessage, per workspace: the cap that Slack does not publish
	HistoryPage int             // messages per history page at most; 15 for some apps, 0 = no cap
}

// SlackLimits are the published limits: docs.slack.dev/apis/web-api/rate-limits
// (tier 2 is 20 a minute, tier 3 is 50, tier 4 is 100; posts about one a second per channel
// with short bursts). The tiers of single methods, the bursts, and the cap of
// 300 posts a minute ("several hundred") are unconfirmed.
func SlackLimits() Limits {
	tier2, tier3, tier4 := Rate{20, time.Minute, 5}, Rate{50, time.Minute, 10}, Rate{100, time.Minute, 20}
	return Limits{
		Method: map[string]Rate{
			"chat.update": tier3, "chat.delete": tier3, "conversations.history": tier3, "conversations.replies": tier3,
			"conversations.info": tier3, "conversations.join": tier3, "chat.postEphemeral": tier4, "users.info": tier4, "views.open": tier4,
			"bots.info": tier3, "users.conversations": tier3, "usergroups.users.list": tier2, "apps.connections.open": tier3, "views.publish": tier4,
		},
		Channel:   Rate{1, time.Second, 3},
		Workspace: Rate{300, time.Minute, 50},
	}
}

// bucketKey names a bucket: one of method with team, channel, or team alone.
type bucketKey struct {
	method  string
	team    TeamID
	channel ChannelID
}

// buckets are guarded by the server's mu.
type buckets struct {
	limits Limits
	held   map[bucketKey]*rate.Limiter
}

func newBuckets(l Limits) *buckets { return &buckets{l, map[bucketKey]*rate.Limiter{}} }

// SetLimits replaces all limits; every bucket is full again.
func (s *Server) SetLimits(l Limits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits, s.buckets = l, newBuckets(l)
}

func (b *buckets) bucket(k bucketKey, r Rate) *rate.Limiter {
	l := b.held[k]
	if l == nil {
		l = rate.NewLimiter(rate.Limit(float64(r.Count)/r.Per.Seconds()), max(1, r.Burst))
		b.held[k] = l
	}
	return l
}

// applying lists the buckets that a call draws from.
func (b *buckets) applying(c *call) []*rate.Limiter {
	var out []*rate.Limiter
	add := func(k bucketKey, r Rate) {
		if r.Count > 0 {
			out = append(out, b.bucket(k, r))
		}
	}
	add(bucketKey{method: c.method, team: c.team.Team}, b.limits.Method[c.method])
	if c.method == "chat.postMessage" {
		add(bucketKey{channel: c.channel()}, b.limits.Channel)
		add(bucketKey{team: c.team.Team}, b.limits.Workspace)
	}
	return out
}

// takeToken draws from every bucket of the call, or from none and returns how
// long to wait.
func (s *Server) takeToken(c *call) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	var wait time.Duration
	var taken []*rate.Reservation
	for _, l := range s.buckets.applying(c) {
		r := l.ReserveN(now, 1)
		wait = max(wait, r.DelayFrom(now))
		taken = append(taken, r)
	}
	if wait > 0 {
		for _, r := range taken {
			r.CancelAt(now)
		}
	}
	return wait
}

// limited answers 429. Retry-After is in whole seconds, rounded up
// (docs.slack.dev/apis/web-api/rate-limits).
func (s *Server) limited(w http.ResponseWriter, record ticket, wait time.Duration) {
	s.end(record, "ratelimited", "")
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = w.Write([]byte(`{"ok":false,"error":"ratelimited"}`))
}
