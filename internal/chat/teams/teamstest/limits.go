package teamstest

import (
	"strconv"
	"time"
)

// Rate is Count calls in every Per, counted over a sliding window.
type Rate struct {
	Count int
	Per   time.Duration
}

// Limits are sliding windows. The zero Limits limit nothing.
type Limits struct {
	Send    []Rate // per thread, that is channel or chat: posts, changes and new threads, each
	Members []Rate // per conversation
	App     []Rate // of the whole app in a tenant
	Flow    []Rate // per workflow
	// Silent: 429 comes without Retry-After.
	Silent bool
}

// TeamsLimits are those of "Optimize your bot with rate limiting", which calls its numbers
// estimates; 30 a second for the app is the lower one of two that are told.
func TeamsLimits() Limits {
	return Limits{
		Send:    []Rate{{7, time.Second}, {8, 2 * time.Second}, {60, 30 * time.Second}, {1800, time.Hour}},
		Members: []Rate{{14, time.Second}, {16, 2 * time.Second}, {120, 30 * time.Second}, {3600, time.Hour}},
		App:     []Rate{{30, time.Second}},
		Flow:    []Rate{{4, time.Second}}, // "Create incoming webhooks with Workflows"
	}
}

type windowKey struct {
	kind  string // what is counted
	where string
}

// counted names the windows of a call.
func (c *call) counted(l Limits) map[windowKey][]Rate {
	all := map[windowKey][]Rate{}
	switch c.method {
	case MethodCreate, MethodPost, MethodUpdate:
		all[windowKey{"send", string(c.channel)}] = l.Send
	case MethodFlow:
		all[windowKey{"flow", string(c.channel)}] = l.Flow
	case MethodMembers, MethodMember, MethodChannels:
		all[windowKey{"members", string(c.channel)}] = l.Members
	}
	if c.tenant != nil {
		all[windowKey{"app", c.tenant.App}] = l.App
	}
	return all
}

// admit counts a call in all its windows, or in none and says how long to wait. The
// caller holds s.mu.
func (s *Server) admit(c *call) (wait time.Duration) {
	now := s.now()
	windows := c.counted(s.limits)
	for key, rates := range windows {
		for _, r := range rates {
			wait = max(wait, fullFor(s.windows[key], r, now))
		}
	}
	if wait > 0 {
		return wait
	}
	for key, rates := range windows {
		if len(rates) == 0 {
			continue
		}
		longest := rates[len(rates)-1]
		kept := s.windows[key]
		for len(kept) > 0 && now.Sub(kept[0]) >= longest.Per {
			kept = kept[1:]
		}
		s.windows[key] = append(kept, now)
	}
	return 0
}

// fullFor is how long a window takes no more calls.
func fullFor(at []time.Time, r Rate, now time.Time) time.Duration {
	if len(at) < r.Count {
		return 0
	}
	return max(0, at[len(at)-r.Count].Add(r.Per).Sub(now))
}

// retryAfter is the header of a 429: whole seconds, rounded up.
func retryAfter(wait time.Duration) string {
	return strconv.Itoa(int((wait + time.Second - 1) / time.Second))
}
