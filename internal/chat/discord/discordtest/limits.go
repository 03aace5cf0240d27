package discordtest

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// Rate is so many calls in a window; the zero Rate is no limit.
type Rate struct {
	Count int
	Per   time.Duration
}

// Limits are those of topics/rate-limits. The zero Limits limit nothing.
type Limits struct {
	// Channel is per route and channel (unconfirmed: about 5 messages in 5 s).
	Channel Rate
	// Global is of the bot.
	Global Rate
	// Invalid is how many answers of 401, 403 and 429 in ten minutes ban the caller; 0: 10,000.
	Invalid int
}

// DiscordLimits are those that are published or commonly seen.
func DiscordLimits() Limits {
	return Limits{Channel: Rate{5, 5 * time.Second}, Global: Rate{50, time.Second}}
}

// SetLimits replaces all limits; every window begins anew.
func (s *Server) SetLimits(l Limits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits, s.windows, s.invalid = l, map[string]*window{}, invalid{}
}

// window is a bucket: used of its limit since it began.
type window struct {
	began time.Time
	used  int
}

// take draws from a window; wait is until the next, 0 where it had some left.
func (s *Server) take(key string, r Rate) (left int, wait time.Duration) {
	now := s.now()
	w := s.windows[key]
	if w == nil || now.Sub(w.began) >= r.Per {
		w = &window{began: now}
		s.windows[key] = w
	}
	if w.used >= r.Count {
		return 0, w.began.Add(r.Per).Sub(now)
	}
	w.used++
	return r.Count - w.used, 0
}

// limited answers 429 where a limit is reached, and tells of the bucket in any case.
func (s *Server) limited(w http.ResponseWriter, c *call, record int) bool {
	s.mu.Lock()
	limits := s.limits
	bucket := c.route + "/" + string(c.id("channel"))
	scope, left, wait := "user", 1, time.Duration(0)
	if limits.Channel.Count > 0 {
		left, wait = s.take(bucket, limits.Channel)
	}
	if wait == 0 && limits.Global.Count > 0 {
		if _, global := s.take("global", limits.Global); global > 0 {
			scope, wait = "global", global
		}
	}
	s.mu.Unlock()
	h := w.Header()
	h.Set("X-RateLimit-Bucket", strconv.FormatUint(uint64(len(c.route)), 16)+"d1sc0rd")
	h.Set("X-RateLimit-Limit", strconv.Itoa(max(1, limits.Channel.Count)))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(left))
	h.Set("X-RateLimit-Reset-After", strconv.FormatFloat(max(wait, limits.Channel.Per).Seconds(), 'f', 3, 64))
	if wait == 0 {
		return false
	}
	s.refuse429(w, wait, scope)
	s.end(record, "ratelimited", "")
	return true
}

// refuse429 answers 429: a fraction in the body, whole seconds in the header.
func (s *Server) refuse429(w http.ResponseWriter, wait time.Duration, scope string) {
	s.count(http.StatusTooManyRequests, scope)
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	w.Header().Set("X-RateLimit-Scope", scope)
	if scope == "global" {
		w.Header().Set("X-RateLimit-Global", "true")
	}
	reply{http.StatusTooManyRequests, object{"message": "You are being rate limited.", "retry_after": wait.Seconds(), "global": scope == "global"}, ""}.write(w)
}

// invalid counts calls that were refused, for the ban (topics/rate-limits, "Invalid
// Request Limit").
type invalid struct {
	began time.Time
	count int
}

func (s *Server) count(status int, scope string) {
	if status != http.StatusUnauthorized && status != http.StatusForbidden && (status != http.StatusTooManyRequests || scope == "shared") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); now.Sub(s.invalid.began) >= 10*time.Minute {
		s.invalid = invalid{began: now}
	}
	s.invalid.count++
}

// Invalid is how many refused calls count at present.
func (s *Server) Invalid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.invalid.count
}

// banned answers as Cloudflare does who was refused too often: a page, no JSON.
func (s *Server) banned(w http.ResponseWriter) bool {
	s.mu.Lock()
	most := s.limits.Invalid
	if most == 0 {
		most = 10_000
	}
	banned := s.invalid.count >= most && s.now().Sub(s.invalid.began) < 10*time.Minute
	s.mu.Unlock()
	if banned {
		w.Header().Set("Retry-After", "600")
		page(w, http.StatusTooManyRequests)
	}
	return banned
}
