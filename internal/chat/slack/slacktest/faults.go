package slacktest

import (
	"net/http"
	"strconv"
	"time"

	"github.com/umassonline/belltower/internal/chat/chattest/faulty"
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
type Store = faulty.Store

// A call takes effect before the wait, after it, or never.
const (
	StoreEarly = faulty.StoreEarly
	StoreLate  = faulty.StoreLate
	StoreNever = faulty.StoreNever
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
	record ticket
	run    func() reply
}

// misbehave plays the fault: store early, wait, store late, answer.
func (s *Server) misbehave(w http.ResponseWriter, d misdeed) {
	f, r := d.fault, reply{}
	if f.Store == StoreEarly {
		r = d.run()
	}
	if !faulty.Linger(f.Delay, f.Hold, s.stopped) {
		s.end(d.record, "closed", r.ts)
		faulty.Drop(w)
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
		faulty.Drop(w)
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
