package outbox

import (
	"math"
	"time"
)

// method is a kind of call that a platform limits by itself.
type method int

const (
	methodPost method = iota // roots and replies
	methodEdit
	methodFind
	methodReach
	methods
)

// pace lets the calls of one method on one connection through. A pace that was
// configured stays; else it is learned. A learned pace doubles every second or
// so until the platform first says 429. From then on it is searched between the
// fastest rate that went well and the one that was refused, and then tried a
// little above, ever more seldom where that is refused. Every 429 is a measure,
// too: what went through since the one before is what the limit grants, because
// a limit that has just said no has nothing left.
type pace struct {
	fixed bool
	rate  float64 // calls a second

	tokens float64
	at     time.Time // when tokens was right
	until  time.Time // nothing before, as the platform said
	// suspect is the channel that was limited last, perhaps by a limit of its own.
	suspect string

	limited time.Time // the newest 429 that lowered the rate; zero: none yet
	bad     float64   // the rate that it refused
	good    float64   // a lower one that went well; 0: none is known
	vain    int       // how often in a row a rate near bad was refused after good
	passed  int       // calls that went through since
	quiet   int       // calls that went through since the rate last changed
	grown   time.Time // when the rate last changed
}

const (
	// headroom keeps a configured pace under its limit although requests do not
	// arrive as evenly as they are sent.
	headroom = 0.97
	// firstRate is where learning begins, in calls a second.
	firstRate = 20
	// slowest is the lowest pace that is learned: one call a minute, the least
	// that a platform is known to grant.
	slowest = 1.0 / 60
	// burst is what may be sent at once after a pause, as time at the full pace.
	burst = 100 * time.Millisecond
	// firstGrowth is by how much the rate grows with each call before the first 429.
	firstGrowth = 0.5
	// After it the rate goes half the way to what was refused (in ratio) while it
	// is far below, and a tenth up when it is near: at most once a minute and in
	// nearCalls calls, four times as many after each time in vain.
	far, farCalls         = 0.8, 20
	nearCalls, nearGrowth = 200, 1.10
	mostVain              = 3
	// Fewer calls than these between two 429s measure nothing.
	few = 3
	// leastAfter is how long a 429 that does not say so stops a method.
	leastAfter = time.Second
)

func newPace(perMinute int) *pace {
	if perMinute > 0 {
		return &pace{fixed: true, rate: float64(perMinute) / 60 * headroom, tokens: 1}
	}
	return &pace{rate: firstRate, tokens: 1}
}

// ready reports whether a call may go now, else when to ask again.
func (p *pace) ready(now time.Time) (bool, time.Time) {
	if now.Before(p.until) {
		return false, p.until
	}
	p.refill(now)
	if p.tokens >= 1 {
		return true, now
	}
	missing := (1 - p.tokens) / p.rate
	return false, now.Add(time.Duration(missing*float64(time.Second)) + time.Microsecond)
}

func (p *pace) refill(now time.Time) {
	if p.at.IsZero() {
		p.at = now
	}
	if now.After(p.at) {
		p.tokens += p.rate * now.Sub(p.at).Seconds()
		p.at = now
	}
	p.tokens = min(p.tokens, max(1, p.rate*burst.Seconds()))
}

// take spends a token; ready must have said that there is one.
func (p *pace) take() { p.tokens-- }

// answered notes that a call ended, other than by a limit.
func (p *pace) answered(now time.Time) {
	p.passed++
	if p.fixed {
		return
	}
	if p.limited.IsZero() {
		p.rate += firstGrowth
		return
	}
	p.quiet++
	was := p.rate
	switch {
	case p.rate < far*p.bad:
		if p.quiet < farCalls {
			return
		}
		p.rate = math.Sqrt(p.rate * p.bad)
	case p.quiet >= nearCalls<<(2*min(p.vain, mostVain)) && now.Sub(p.grown) >= time.Minute:
		if p.rate *= nearGrowth; p.good == was {
			p.vain++
		} else {
			p.vain = 0
		}
	default:
		return
	}
	p.good, p.grown, p.quiet = was, now, 0
}

// refused notes a 429 of a channel (its id) that asks to wait for after. Unless it
// is said to be wide it may be that channel's own limit, which delays no other:
// the method stops only when the channel refused before was another one.
func (p *pace) refused(now time.Time, channel string, after time.Duration, wide bool) {
	alone := p.suspect == "" || p.suspect == channel
	p.suspect = channel
	if alone && !wide {
		return
	}
	same := now.Before(p.until)
	if until := now.Add(max(after, leastAfter)); until.After(p.until) {
		p.until = until
	}
	if !same && !p.fixed {
		p.lower(now)
	}
	p.tokens, p.at = min(p.tokens, 1), p.until
}

// lower takes in a measure. Where nothing went through since the one before, though it
// was waited as long as was said, the platform is in trouble: that measures nothing.
func (p *pace) lower(now time.Time) {
	if !p.limited.IsZero() && p.passed == 0 {
		return
	}
	granted := p.rate / 2 * headroom
	if since := now.Sub(p.limited).Seconds(); !p.limited.IsZero() && since > 0 && p.passed >= few {
		granted = max(granted, float64(p.passed)/since*headroom)
	}
	if p.good < p.rate {
		granted = max(granted, p.good)
	} else {
		p.good = 0
	}
	p.bad = p.rate
	p.rate = max(slowest, min(p.rate*headroom, granted))
	p.limited, p.passed, p.grown, p.quiet = now, 0, now, 0
}

// available is how many calls may go now.
func (p *pace) available(now time.Time) int {
	if ok, _ := p.ready(now); !ok {
		return 0
	}
	return int(p.tokens)
}
