package slacktest

import (
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Fault is one thing that goes wrong with one call. The zero Fault is none:
// the call goes through, which is how a plan says "this one is well".
type Fault struct {
	Store      Store         // does the call take effect, and when
	Delay      time.Duration // wait so long before answering
	Hold       <-chan struct{}
	Answer     Response
	Status     int    // of AnswerError; default 503
	Code       string // of AnswerCode
	RetryAfter int    // seconds, of AnswerLimited
}

// Store says when a faulty call takes effect.
type Store int

// A call takes effect before the wait, after it (even if the client is long
// gone), or never.
const (
	StoreEarly Store = iota
	StoreLate
	StoreNever
)

// Response says what the client gets.
type Response int

// The answers: the true one, the connection cut, an HTML page with a 5xx,
// bytes that are no JSON, an HTML page with 200, ok:true without ts, ok:false
// with Code, and 429.
const (
	AnswerTrue Response = iota
	AnswerDrop
	AnswerError
	AnswerGarbage
	AnswerHTML
	AnswerNoTS
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

// Fatal answers fatal_error having stored: "some aspect of the operation
// succeeded before the error" (Slack's common errors).
func Fatal() Fault { return Fault{Answer: AnswerCode, Code: "fatal_error"} }

// Refused answers ok:false with any code, like "token_revoked", and stores
// nothing.
func Refused(code string) Fault { return Fault{Store: StoreNever, Answer: AnswerCode, Code: code} }

// Limited answers 429 and stores nothing.
func Limited(retryAfter int) Fault {
	return Fault{Store: StoreNever, Answer: AnswerLimited, RetryAfter: retryAfter}
}

// Hang answers only when held is closed (or the server is).
func Hang(held <-chan struct{}, store Store) Fault { return Fault{Hold: held, Store: store} }

// On selects calls; an empty field selects all.
type On struct {
	Team    TeamID
	Method  string
	Channel ChannelID
}

func (o On) selects(c *call) bool {
	return (o.Team == "" || o.Team == c.team.Team) && (o.Method == "" || o.Method == c.method) &&
		(o.Channel == "" || o.Channel == c.channel())
}

// plan hands out faults to the calls that it selects: in order, once each, or
// with odds by a seeded dice, for ever.
type plan struct {
	on     On
	faults []Fault
	odds   float64
	dice   *rand.Rand
}

// Faults lets the next selected calls fail in this order, one fault each. Of
// several plans that select a call the oldest one with faults left applies.
func (s *Server) Faults(on On, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plans = append(s.plans, &plan{on: on, faults: slices.Clone(faults)})
}

// FaultsAlways lets every selected call fail in this way, until
// [Server.ClearFaults].
func (s *Server) FaultsAlways(on On, f Fault) { s.FaultsAtRandom(on, Odds{Share: 1}, f) }

// Odds are for [Server.FaultsAtRandom]: the share of calls that fail (0 to 1),
// and the seed that makes the sequence of dice the same every time.
type Odds struct {
	Share float64
	Seed  uint64
}

// FaultsAtRandom lets a share of the selected calls fail, each with one of the
// faults, until [Server.ClearFaults].
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
	record ticket
	run    func() reply
}

// misbehave plays the fault: store early, wait, store late, answer.
func (s *Server) misbehave(w http.ResponseWriter, d misdeed) {
	f, r := d.fault, reply{}
	if f.Store == StoreEarly {
		r = d.run()
	}
	if !s.linger(f) {
		s.end(d.record, "closed", r.ts)
		drop(w)
		return
	}
	if f.Store == StoreLate {
		r = d.run()
	}
	if f.Answer == AnswerLimited {
		s.limited(w, d.record, time.Duration(f.RetryAfter)*time.Second)
		return
	}
	s.end(d.record, f.outcome(r), r.ts)
	f.answer(w, r)
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

// outcome is what the log says: the lie, and the truth when it differs.
func (f Fault) outcome(r reply) string {
	told := [...]string{"", "dropped", "status " + strconv.Itoa(f.status()), "garbage", "html", "no ts", f.Code, "ratelimited"}[f.Answer]
	truth := "not stored"
	if f.Store != StoreNever {
		truth = outcomeOf(r)
	}
	if told == "" {
		return truth
	}
	return told + ", " + truth
}

func (f Fault) status() int {
	if f.Status == 0 {
		return http.StatusServiceUnavailable
	}
	return f.Status
}

// answer writes what the client gets instead of r.
func (f Fault) answer(w http.ResponseWriter, r reply) {
	switch f.Answer {
	case AnswerDrop:
		drop(w)
	case AnswerError:
		page(w, f.status())
	case AnswerGarbage:
		_, _ = w.Write([]byte(`{"ok":tr`))
	case AnswerHTML:
		page(w, http.StatusOK)
	case AnswerNoTS:
		done(object{}).write(w)
	case AnswerCode:
		failed(f.Code).write(w)
	default:
		if r.body == nil { // nothing was stored, so there is no true answer
			r = failed("internal_error")
		}
		r.write(w)
	}
}

// page is an HTML page, which is what Slack's front end sends with a 5xx.
func page(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("<!DOCTYPE html><html><head><title>Server Error | Slack</title></head><body><h1>Something went wrong</h1></body></html>"))
}

// drop cuts the connection without an answer.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil { // else it is cut already
		reset(conn)
	}
}

// reset closes with RST rather than FIN where it can.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
