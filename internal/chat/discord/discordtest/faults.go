package discordtest

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

// Fault is one thing that goes wrong with one call. The zero Fault is none: the call
// goes through, which is how a plan says "this one is well".
type Fault struct {
	Store      Store         // does the call take effect, and when
	Delay      time.Duration // wait so long before answering
	Hold       <-chan struct{}
	Answer     Response
	Status     int     // of AnswerError and AnswerCode; default 503 and 400
	Code       int     // of AnswerCode
	RetryAfter float64 // seconds, of AnswerLimited
	Scope      string  // of AnswerLimited: user, global, shared; default user
}

// Store says when a faulty call takes effect.
type Store int

// A call takes effect before the wait, after it (even if the client is long gone), or
// never.
const (
	StoreEarly Store = iota
	StoreLate
	StoreNever
)

// Response says what the client gets.
type Response int

// The answers: the true one, the connection cut, an HTML page with a 5xx, bytes that are
// no JSON, an HTML page with 200, a message without id, an error with Code, and 429.
const (
	AnswerTrue Response = iota
	AnswerDrop
	AnswerError
	AnswerGarbage
	AnswerHTML
	AnswerNoID
	AnswerCode
	AnswerLimited
)

// DropBefore cuts the connection and stores nothing.
func DropBefore() Fault { return Fault{Store: StoreNever, Answer: AnswerDrop} }

// DropAfter stores and cuts the connection: the answer is lost.
func DropAfter() Fault { return Fault{Answer: AnswerDrop} }

// Slow answers after d, having stored when store says.
func Slow(d time.Duration, store Store) Fault { return Fault{Delay: d, Store: store} }

// ErrorBefore answers a 5xx page and stores nothing.
func ErrorBefore(status int) Fault {
	return Fault{Store: StoreNever, Answer: AnswerError, Status: status}
}

// ErrorAfter stores and answers a 5xx page.
func ErrorAfter(status int) Fault { return Fault{Answer: AnswerError, Status: status} }

// Refused answers an error of the API and stores nothing.
func Refused(status, code int) Fault {
	return Fault{Store: StoreNever, Answer: AnswerCode, Status: status, Code: code}
}

// Limited answers 429 of a scope and stores nothing.
func Limited(retryAfter float64, scope string) Fault {
	return Fault{Store: StoreNever, Answer: AnswerLimited, RetryAfter: retryAfter, Scope: scope}
}

// Hang answers only when held is closed (or the server is).
func Hang(held <-chan struct{}, store Store) Fault { return Fault{Hold: held, Store: store} }

// On selects calls; an empty field selects all.
type On struct {
	Route   string // "message.create"
	Channel ID
}

func (o On) selects(c *call) bool {
	return (o.Route == "" || o.Route == c.route) && (o.Channel == "" || o.Channel == c.id("channel"))
}

// plan hands out faults to the calls that it selects: in order, once each, or with odds
// by a seeded dice, for ever.
type plan struct {
	on     On
	faults []Fault
	odds   float64
	dice   *rand.Rand
}

// Faults lets the next selected calls fail in this order, one fault each. Of several
// plans that select a call the oldest one with faults left applies.
func (s *Server) Faults(on On, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plans = append(s.plans, &plan{on: on, faults: slices.Clone(faults)})
}

// FaultsAlways lets every selected call fail in this way, until [Server.ClearFaults].
func (s *Server) FaultsAlways(on On, f Fault) { s.FaultsAtRandom(on, Odds{Share: 1}, f) }

// Odds are for [Server.FaultsAtRandom]: the share of calls that fail (0 to 1), and the
// seed that makes the sequence of dice the same every time.
type Odds struct {
	Share float64
	Seed  uint64
}

// FaultsAtRandom lets a share of the selected calls fail, each with one of the faults,
// until [Server.ClearFaults].
func (s *Server) FaultsAtRandom(on On, odds Odds, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plans = append(s.plans, &plan{on: on, faults: slices.Clone(faults), odds: odds.Share, dice: rand.New(rand.NewPCG(odds.Seed, 0))})
}

// ClearFaults forgets all plans.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plans = nil
}

func (s *Server) faultFor(c *call) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.plans {
		if len(p.faults) == 0 || !p.on.selects(c) {
			continue
		}
		f := p.draw()
		return f, f != Fault{}
	}
	return Fault{}, false
}

func (p *plan) draw() Fault {
	if p.dice != nil {
		if p.dice.Float64() >= p.odds {
			return Fault{}
		}
		return p.faults[p.dice.IntN(len(p.faults))]
	}
	f := p.faults[0]
	p.faults = p.faults[1:]
	return f
}

// misdeed is a faulty call under way. run makes it take effect.
type misdeed struct {
	fault  Fault
	record int
	run    func() reply
}

// misbehave plays the fault: store early, wait, store late, answer.
func (s *Server) misbehave(w http.ResponseWriter, d misdeed) {
	f, r := d.fault, failed(http.StatusInternalServerError, 0, "500: Internal Server Error")
	if f.Store == StoreEarly {
		r = d.run()
	}
	if !s.linger(f) {
		s.end(d.record, "closed", r.id)
		panic(http.ErrAbortHandler)
	}
	if f.Store == StoreLate {
		r = d.run()
	}
	stored := "not stored"
	if f.Store != StoreNever {
		stored = outcome(r)
	}
	s.end(d.record, f.told()+stored, r.id)
	s.answer(w, f, r)
}

// linger waits as long as the fault says; false when the server closed first.
func (s *Server) linger(f Fault) bool {
	if f.Delay > 0 {
		t := time.NewTimer(f.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-s.stopped:
			return false
		}
	}
	if f.Hold != nil {
		select {
		case <-f.Hold:
		case <-s.stopped:
			return false
		}
	}
	return true
}

// told is what the log says of the lie.
func (f Fault) told() string {
	return [...]string{"", "dropped, ", "error page, ", "garbage, ", "html, ", "no id, ", "refused, ", "limited, "}[f.Answer]
}

// answer writes what the client gets instead of r.
func (s *Server) answer(w http.ResponseWriter, f Fault, r reply) {
	status := f.Status
	switch f.Answer {
	case AnswerDrop:
		panic(http.ErrAbortHandler) // cuts the connection
	case AnswerError:
		if status == 0 {
			status = http.StatusServiceUnavailable
		}
		page(w, status)
	case AnswerGarbage:
		_, _ = w.Write([]byte(`{"id":"12`))
	case AnswerHTML:
		page(w, http.StatusOK)
	case AnswerNoID:
		done(object{}).write(w)
	case AnswerCode:
		if status == 0 {
			status = http.StatusBadRequest
		}
		s.count(status, "")
		failed(status, f.Code, "The test says so").write(w)
	case AnswerLimited:
		scope := f.Scope
		if scope == "" {
			scope = "user"
		}
		s.refuse429(w, time.Duration(f.RetryAfter*float64(time.Second)), scope)
	default:
		r.write(w)
	}
}

// page is an HTML page, which is what stands before the API sends.
func page(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("<!DOCTYPE html><html><head><title>discord.com</title></head><body><h1>Error</h1><p>cloudflare</p></body></html>"))
}
