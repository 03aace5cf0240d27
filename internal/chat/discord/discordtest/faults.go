package discordtest

import (
	"net/http"
	"time"

	"github.com/umassonline/belltower/internal/chat/chattest/faulty"
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
type Store = faulty.Store

// A call takes effect before the wait, after it, or never.
const (
	StoreEarly = faulty.StoreEarly
	StoreLate  = faulty.StoreLate
	StoreNever = faulty.StoreNever
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

// Odds are the share of calls that fail, and the seed of the dice.
type Odds = faulty.Odds

// plans say what goes wrong with which calls.
type plans = faulty.Plans[On, *call, Fault]

// faultFor draws a call's fault.
func (s *Server) faultFor(c *call) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return faulty.Draw(s.plans, c)
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
	if !faulty.Linger(f.Delay, f.Hold, s.stopped) {
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
