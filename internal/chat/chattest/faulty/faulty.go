// Package faulty is what the fake platforms have in common when a call is to go wrong:
// which calls get which fault, when a faulty call takes effect, how long it hangs, and how
// a connection is cut. What a fault answers is each platform's own.
package faulty

import (
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Store says when a faulty call takes effect.
type Store int

// A call takes effect before the wait, after it (even if the client is long gone), or
// never.
const (
	StoreEarly Store = iota
	StoreLate
	StoreNever
)

// Odds are for [Plans.FaultsAtRandom]: the share of calls that fail (0 to 1), and the seed
// that makes the sequence of dice the same every time.
type Odds struct {
	Share float64
	Seed  uint64
}

// Plans hand out faults of type F to calls of type C that an On selects. The zero F is no
// fault: the call goes through. A server embeds them.
type Plans[On, C, F any] struct {
	mu      *sync.Mutex
	selects func(On, C) bool
	plans   []*plan[On, F]
}

// plan hands out its faults in order, once each, or with odds by a seeded dice, for ever.
type plan[On, F any] struct {
	on     On
	faults []F
	odds   float64
	dice   *rand.Rand
}

// New makes Plans that mu, the server's own, guards.
func New[F, On, C any](mu *sync.Mutex, selects func(On, C) bool) *Plans[On, C, F] {
	return &Plans[On, C, F]{mu: mu, selects: selects}
}

// Faults lets the next selected calls fail in this order, one fault each. Of several plans
// that select a call the oldest one with faults left applies.
func (p *Plans[On, C, F]) Faults(on On, faults ...F) {
	p.add(&plan[On, F]{on: on, faults: slices.Clone(faults)})
}

// FaultsAlways lets every selected call fail in this way, until [Plans.ClearFaults].
func (p *Plans[On, C, F]) FaultsAlways(on On, f F) { p.FaultsAtRandom(on, Odds{Share: 1}, f) }

// FaultsAtRandom lets a share of the selected calls fail, each with one of the faults,
// until [Plans.ClearFaults].
func (p *Plans[On, C, F]) FaultsAtRandom(on On, odds Odds, faults ...F) {
	p.add(&plan[On, F]{on: on, faults: slices.Clone(faults), odds: odds.Share, dice: rand.New(rand.NewPCG(odds.Seed, 0))})
}

// ClearFaults forgets all plans.
func (p *Plans[On, C, F]) ClearFaults() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plans = nil
}

func (p *Plans[On, C, F]) add(one *plan[On, F]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plans = append(p.plans, one)
}

// Draw is the fault of a call. The caller holds the mutex. It is no method, or every server
// with Plans would show it to tests.
func Draw[On, C, F any](p *Plans[On, C, F], call C) (none F) {
	for _, one := range p.plans {
		if len(one.faults) > 0 && p.selects(one.on, call) {
			return one.draw()
		}
	}
	return none
}

func (p *plan[On, F]) draw() (f F) {
	if p.dice != nil {
		if p.dice.Float64() >= p.odds {
			return f
		}
		return p.faults[p.dice.IntN(len(p.faults))]
	}
	f = p.faults[0]
	p.faults = p.faults[1:]
	return f
}

// Linger waits for the delay and then until held is closed, if it is not nil; false when
// stopped was closed first.
func Linger(delay time.Duration, held, stopped <-chan struct{}) bool {
	if delay > 0 {
		t := time.NewTimer(delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-stopped:
			return false
		}
	}
	if held != nil {
		select {
		case <-held:
		case <-stopped:
			return false
		}
	}
	return true
}

// Drop cuts the connection without an answer.
func Drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil { // else it is cut already
		Reset(conn)
	}
}

// Reset closes with RST rather than FIN where it can.
func Reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
